import { describe, expect, test } from 'vitest';
import type { HistoryRecord } from '../../sim/clients.ts';
import type { WeakerLevel } from '../../sim/level.ts';
import type { PlannedFault, PlannedOperation } from '../../sim/plan.ts';
import { type Changes, type ClientBehaviour, simulate } from './scripted.ts';

const SERVED_AFTER = 1_000;

function operations(...times: number[]): PlannedOperation[] {
  return times.map((at, index) => ({ at, client: 0, operation: `op ${index + 1}` }));
}

/** A client that ends each operation a millisecond after its call, as `end` says. */
function ending(end: (...of: Parameters<NonNullable<ClientBehaviour['expire']>>) => void) {
  return {
    invoke: (env) => env.setTimer('serve', SERVED_AFTER),
    expire: end,
  } satisfies ClientBehaviour;
}

const COMPLETING = ending((env) => env.complete('done'));

function history(client: ClientBehaviour, changes: Changes): readonly HistoryRecord[] {
  return simulate({ client }, { clients: 1, ...changes }).simulation.clients.history;
}

/** `process: call-end` of each operation. */
function spans(of: readonly HistoryRecord[]): string[] {
  return of.map(({ process, call, end }) => `${process}: ${call}-${end ?? 'open'}`);
}

describe('a client', () => {
  test('invokes an operation at its planned time when it is free', () => {
    const calls = history(COMPLETING, { operations: operations(5_000, 20_000) });
    expect(spans(calls)).toEqual(['0: 5000-6000', '0: 20000-21000']);
  });

  test('issues one operation at a time, each after the end of the previous one', () => {
    const calls = history(COMPLETING, { operations: operations(0, 0, 500) });
    expect(spans(calls)).toEqual(['0: 1-1001', '0: 1002-2002', '0: 2003-3003']);
  });

  test('issues operations in the order of their planned times', () => {
    const calls = history(COMPLETING, { operations: operations(9_000, 5_000) });
    expect(calls.map(({ operation }) => operation)).toEqual(['op 2', 'op 1']);
  });

  test('may complete an operation while it is being invoked', () => {
    const calls = history(
      { invoke: (env) => env.complete('at once') },
      { operations: operations(10, 10) },
    );
    expect(spans(calls)).toEqual(['0: 10-10', '0: 11-11']);
  });

  test('is told the operation and has its answer recorded', () => {
    const client: ClientBehaviour = { invoke: (env, operation) => env.complete([operation]) };
    const [entry] = history(client, { operations: operations(0) });
    expect(entry?.output).toEqual(['op 1']);
  });

  test('works beside others', () => {
    const both = [
      { at: 0, client: 0, operation: 'a' },
      { at: 0, client: 1, operation: 'b' },
    ];
    const calls = history(COMPLETING, { clients: 2, operations: both });
    expect(spans(calls)).toEqual(['0: 1-1001', '1: 1-1001']);
    expect(calls.map(({ node }) => node)).toEqual([2, 3]);
  });

  test('cannot end an operation that it does not have', () => {
    const client: ClientBehaviour = { start: (env) => env.complete('what?') };
    expect(() => history(client, {})).toThrow('called env.complete(): no operation is open');
  });
});

describe('an operation that is given up', () => {
  const calls = history(
    ending((env) => env.abandon()),
    { operations: operations(0, 0, 0) },
  );

  test('stays open for ever', () => {
    expect(calls.map(({ end }) => end)).toEqual([null, null, null]);
  });

  test('ends its history process: what follows is a new one', () => {
    expect(calls.map(({ process }) => process)).toEqual([0, 1, 2]);
  });

  test('counts among the others', () => {
    expect(calls.map(({ isRefused }) => isRefused)).toEqual([false, false, false]);
  });
});

test('operations without an answer are counted by what became of them', () => {
  const ends = [
    (env) => env.abandon(),
    (env) => env.refuse(),
    (env) => env.complete('done'),
    (env) => env.abandon(),
    () => undefined,
  ] satisfies ((env: Parameters<NonNullable<ClientBehaviour['expire']>>[0]) => void)[];
  let ended = 0;
  const client = ending((env) => ends[ended++]?.(env));
  const { simulation } = simulate(
    { client },
    { clients: 1, operations: operations(0, 0, 0, 0, 0) },
  );
  expect(simulation.counts).toMatchObject({ invoked: 5, completed: 1, abandoned: 2, refused: 1 });
});

describe('a read that may be stale', () => {
  const toldTheLevel: ClientBehaviour = { invoke: (env, _, level) => env.complete(level) };
  const [plain] = operations(0);
  const stale: PlannedOperation = { at: 0, client: 0, operation: 'op 2', level: 'sequential' };

  function played(weakerLevels: readonly WeakerLevel[]) {
    const planned = [plain as PlannedOperation, stale];
    const script = { client: toldTheLevel, weakerLevels };
    return simulate(script, { clients: 1, operations: planned });
  }

  test('is asked for as such, and recorded', () => {
    const { history: calls } = played(['sequential']).simulation.clients;
    expect(calls.map(({ output }) => output)).toEqual(['linearizable', 'sequential']);
    expect(calls.map(({ level }) => level)).toEqual(['linearizable', 'sequential']);
  });

  test('is like any other to a protocol that does not offer it', () => {
    const { history: calls } = played(['eventual']).simulation.clients;
    expect(calls.map(({ output }) => output)).toEqual(['linearizable', 'linearizable']);
    expect(calls.map(({ level }) => level)).toEqual(['linearizable', 'linearizable']);
  });

  test('is told apart in the event log', () => {
    const calls = played(['sequential']).records.filter(({ kind }) => kind === 'invoke');
    expect(calls.map(({ detail }) => detail)).toEqual(['"op 1"', '"op 2", sequential']);
  });
});

describe('an operation that is refused', () => {
  const calls = history(
    ending((env) => env.refuse()),
    { operations: operations(0, 0) },
  );

  test('does not count', () => {
    expect(calls.map(({ isRefused }) => isRefused)).toEqual([true, true]);
  });

  test('leaves the client its history process', () => {
    expect(calls.map(({ process }) => process)).toEqual([0, 0]);
  });
});

describe('a client that crashes', () => {
  const crash: PlannedFault = { at: 500, fault: 'client-crash', client: 0, lasts: 4_500 };

  test('leaves its operation open for ever and goes on as a new process', () => {
    const calls = history(COMPLETING, { operations: operations(0, 0), faults: [crash] });
    expect(spans(calls)).toEqual(['0: 1-open', '1: 5001-6001']);
  });

  test('between two operations goes on as a new process', () => {
    const calls = history(COMPLETING, {
      operations: operations(0, 9_000),
      faults: [{ ...crash, at: 2_000 }],
    });
    expect(spans(calls)).toEqual(['0: 1-1001', '1: 9000-10000']);
  });

  test('never shares a process with a client that gave up', () => {
    const both = [0, 1].flatMap((client) =>
      [0, 0, 0].map((at, index) => ({ at, client, operation: `${client} ${index}` })),
    );
    const calls = history(
      ending((env) => env.abandon()),
      { clients: 2, operations: both, faults: [crash] },
    );
    const processes = calls.map(({ process }) => process);
    expect(new Set(processes).size).toBe(calls.length);
  });

  test('is started again like any other node', () => {
    const starts: number[] = [];
    history({ start: (env) => starts.push(env.now) }, { faults: [crash] });
    expect(starts).toEqual([0, 5_000]);
  });
});

test('a client has a disk of its own', () => {
  const found: number[] = [];
  const client: ClientBehaviour = {
    start(env, durable) {
      found.push(durable.records.length);
      env.persist({ kind: 'set', key: 'life', value: found.length });
    },
  };
  const crash: PlannedFault = { at: 500, fault: 'client-crash', client: 0, lasts: 500 };
  history(client, { faults: [crash] });
  expect(found).toEqual([0, 1]);
});
