/** Clients that say things twice, ask the wrong node, lose patience, or die. */
import { describe, expect, test } from 'vitest';
import type { PlannedFault } from '../../sim/plan.ts';
import { CALM, type Changes, DELAY, lines, type Script, simulate } from './scripted.ts';

const CLIENT = 3;

interface Told {
  /** `<type><n> at n<replica>, <time of sending if it came the usual way>`. */
  readonly arrived: string[];
  /** When timers of the client expired. */
  readonly expired: number[];
}

/** The client sends Ask n to replica 0 and Tell n to replica 2 after n milliseconds, up to 6. */
function ask(faults: readonly PlannedFault[], changes: Changes = {}): Told {
  const arrived: string[] = [];
  const expired: number[] = [];
  let now = (): number => 0;
  const script: Script = {
    replica: {
      receive: (env, _from, { type, body }) =>
        arrived.push(`${type}${String(body)} at n${env.id}, ${env.now - DELAY}`),
    },
    client: {
      start: (env) => env.setTimer('1', 1_000),
      expire(env, timer) {
        now = () => env.now;
        expired.push(now());
        const n = Number(timer);
        env.send(0, { type: 'Ask', body: n });
        env.send(2, { type: 'Tell', body: n });
        env.send(env.id, { type: 'Note', body: n });
        if (n < 6) env.setTimer(String(n + 1), 1_000);
      },
    },
  };
  simulate(script, { replicas: 3, clients: 1, faults, ...changes });
  return { arrived, expired };
}

function asked(faults: readonly PlannedFault[], changes: Changes = {}): string[] {
  return ask(faults, changes).arrived.filter((line) => line.startsWith('Ask'));
}

describe('a client that repeats itself', () => {
  const twice: PlannedFault = {
    at: 1_500,
    fault: 'duplicate-request',
    client: 0,
    by: 250,
    lasts: 2_000,
  };

  test('sends all that it sends meanwhile once more, so much later', () => {
    expect(ask([twice]).arrived.slice(0, 10)).toEqual([
      'Ask1 at n0, 1000',
      'Tell1 at n2, 1000',
      'Ask2 at n0, 2000',
      'Tell2 at n2, 2000',
      'Ask2 at n0, 2250',
      'Tell2 at n2, 2250',
      'Ask3 at n0, 3000',
      'Tell3 at n2, 3000',
      'Ask3 at n0, 3250',
      'Tell3 at n2, 3250',
    ]);
    expect(asked([twice]).slice(5)).toEqual([4, 5, 6].map((n) => `Ask${n} at n0, ${n}000`));
  });

  test('sends two messages, of which the network may lose one', () => {
    const overrides = [{ from: CLIENT, to: 0, type: 'Ask', ordinal: 1, drop: true }];
    const seen = asked([twice], { network: { ...CALM, overrides } });
    expect(seen.slice(1, 3)).toEqual(['Ask2 at n0, 2250', 'Ask3 at n0, 3000']);
  });

  test('sends one copy for each fault that makes it, and no copies of copies', () => {
    const seen = asked([twice, { ...twice, by: 40 }]);
    expect(seen.slice(1, 5)).toEqual([
      'Ask2 at n0, 2000',
      'Ask2 at n0, 2040',
      'Ask2 at n0, 2250',
      'Ask3 at n0, 3000',
    ]);
    const forty = Array.from({ length: 40 }, (_, i) => ({ ...twice, by: i + 1 }));
    expect(asked(forty).filter((line) => line.startsWith('Ask2 '))).toHaveLength(41);
  });

  test('says nothing to itself twice', () => {
    const notes: unknown[] = [];
    const script: Script = {
      client: {
        start: (env) => env.setTimer('note', 1_000),
        expire: (env) => env.send(env.id, { type: 'Note' }),
        receive: (env) => notes.push(env.now),
      },
    };
    simulate(script, { replicas: 3, clients: 1, faults: [{ ...twice, at: 500 }] });
    expect(notes).toEqual([1_000]);
  });
});

describe('a client that asks the wrong node', () => {
  const wrong = (shift: number): PlannedFault => ({
    at: 1_500,
    fault: 'wrong-node',
    client: 0,
    shift,
    lasts: 1_000,
  });

  test('sends to the replica so much further on, round and round', () => {
    const second = (shift: number): string[] =>
      ask([wrong(shift)]).arrived.filter((line) => line.includes('2 at'));
    expect(second(1)).toEqual(['Ask2 at n1, 2000', 'Tell2 at n0, 2000']);
    expect(second(2)).toEqual(['Ask2 at n2, 2000', 'Tell2 at n1, 2000']);
    expect(second(3)).toEqual(['Ask2 at n0, 2000', 'Tell2 at n2, 2000']);
  });

  test('asks the right one before and afterwards', () => {
    const nodes = asked([wrong(1)]).map((line) => line.split(' ')[2]);
    expect(nodes).toEqual(['n0,', 'n1,', 'n0,', 'n0,', 'n0,', 'n0,']);
  });

  test('goes as far as two faults lead it', () => {
    expect(asked([wrong(1), wrong(1)])[1]).toBe('Ask2 at n2, 2000');
  });

  test('still finds other clients and itself', () => {
    const found: number[] = [];
    const script: Script = {
      client: {
        start(env) {
          env.setTimer('say', 2_000);
        },
        expire(env) {
          for (const to of [2, 3]) env.send(to, { type: 'Hello' });
        },
        receive: (env) => found.push(env.id),
      },
    };
    simulate(script, { replicas: 2, clients: 2, faults: [wrong(1)] });
    expect(found.sort((a, b) => a - b)).toEqual([2, 2, 3, 3]);
  });
});

describe('a client without patience', () => {
  const hasty = (at: number, factor: number, lasts: number): PlannedFault => ({
    at,
    fault: 'impatience',
    client: 0,
    factor,
    lasts,
  });

  test('waits only a part of the time that it would', () => {
    expect(ask([hasty(500, 4, 99_000)]).expired).toEqual([
      1_000, 1_250, 1_500, 1_750, 2_000, 2_250,
    ]);
  });

  test('is as patient as before when that is over', () => {
    expect(ask([hasty(1_500, 4, 1_000)]).expired).toEqual([
      1_000, 2_000, 2_250, 2_500, 3_500, 4_500,
    ]);
  });

  test('is as hasty as the worst of several faults, and gets patience back in any order', () => {
    const faults = [hasty(500, 2, 2_100), hasty(600, 5, 600), hasty(700, 3, 99_000)];
    expect(ask(faults).expired).toEqual([1_000, 1_200, 1_534, 1_868, 2_202, 2_536]);
    const { simulation } = simulate({}, { clients: 1, faults, ending: { kind: 'cut', at: 9_000 } });
    expect(simulation.node(2).timers.hurry).toBe(3);
  });

  test('is hasty by its own clock', () => {
    const drift: PlannedFault = { at: 500, fault: 'clock-drift', node: CLIENT, rate: -500_000 };
    // This is what its clock shows; on the true one each quarter lasts twice as long.
    const { expired } = ask([hasty(600, 4, 99_000), drift]);
    expect(expired).toEqual([1_000, 1_250, 1_500, 1_750, 2_000, 2_250]);
  });
});

describe('a client that dies', () => {
  const operations = [100, 200].map((at) => ({ at, client: 0, operation: at }));
  const waiting: Script = { client: {} };

  test.each([
    { fault: 'client-crash', client: 0 },
    { fault: 'crash', node: 2 },
    { fault: 'amnesia', node: 2 },
  ] as const)('by $fault leaves its operation open and goes on as a new process', (fault) => {
    const faults: PlannedFault[] = [{ at: 150, ...fault, lasts: 1_000 }];
    const { simulation, records } = simulate(waiting, { clients: 1, operations, faults });
    expect(lines(records, 'restart')).toEqual(['1150 n2']);
    const seen = simulation.clients.history.map(({ process, call, end }) => [process, call, end]);
    expect(seen).toEqual([
      [0, 100, null],
      [1, 1_151, null],
    ]);
  });

  test('takes what it was asked meanwhile when it lives again, if ever', () => {
    const forGood: PlannedFault = { at: 50, fault: 'crash', node: 2, staysDown: true };
    const { simulation } = simulate(waiting, { clients: 1, operations, faults: [forGood] });
    expect(simulation.clients.history).toEqual([]);
  });
});
