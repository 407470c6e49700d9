import { describe, expect, test } from 'vitest';
import type { Owed } from '../../sim/contract.ts';
import type { PlannedFault, PlannedOperation } from '../../sim/plan.ts';
import {
  CALM,
  type Changes,
  type ClientBehaviour,
  CUT_AT,
  type Script,
  simulate,
  world,
} from './scripted.ts';
import { UNINTERESTED } from './uninterested.ts';

const HEAL_AT = 100_000;
const PROGRESS_WITHIN = 50_000;
const QUIET: Changes = { clients: 1, ending: { kind: 'quiet', healAt: HEAL_AT } };
const NEVER: ClientBehaviour = {};
const AT_ONCE: ClientBehaviour = { invoke: (env) => env.complete(null) };
/** Keeps events coming, so that only the ending ends the run. */
const TICKING: Script['replica'] = {
  start: (env) => env.setTimer('tick', 1_000),
  expire: (env) => env.setTimer('tick', 1_000),
};

function operation(at: number): PlannedOperation {
  return { at, client: 0, operation: 'op' };
}

describe('a quiet ending', () => {
  test('comes when faults have healed and all operations have ended', () => {
    const script = { replica: TICKING, client: AT_ONCE };
    const { end } = simulate(script, { ...QUIET, operations: [operation(5_000)] });
    expect(end).toEqual({ how: 'quiet', at: HEAL_AT, stalled: false });
  });

  test('waits for operations that are planned for later than the healing', () => {
    const script = { replica: TICKING, client: AT_ONCE };
    const { end } = simulate(script, { ...QUIET, operations: [operation(HEAL_AT + 20_000)] });
    expect(end).toEqual({ how: 'quiet', at: HEAL_AT + 20_000, stalled: false });
  });

  test('waits for an operation as long as the protocol may take', () => {
    const slow: ClientBehaviour = {
      invoke: (env) => env.setTimer('serve', HEAL_AT + PROGRESS_WITHIN - 10_000),
      expire: (env) => env.complete(null),
    };
    const { end } = simulate({ client: slow }, { ...QUIET, operations: [operation(0)] });
    expect(end.stalled).toBe(false);
  });

  test('is stalled when an operation has no answer within the bound after the healing', () => {
    const script = { replica: TICKING, client: NEVER };
    const { end } = simulate(script, { ...QUIET, operations: [operation(0)] });
    expect(end).toMatchObject({ how: 'quiet', stalled: true });
    expect(end.at).toBeGreaterThan(HEAL_AT + PROGRESS_WITHIN);
    expect(end.at).toBeLessThanOrEqual(HEAL_AT + PROGRESS_WITHIN + 2_000);
  });

  test('counts the bound from the call of an operation that came after the healing', () => {
    const called = HEAL_AT + 30_000;
    const script = { replica: TICKING, client: NEVER };
    const { end } = simulate(script, { ...QUIET, operations: [operation(called)] });
    expect(end.stalled).toBe(true);
    expect(end.at).toBeGreaterThan(called + PROGRESS_WITHIN);
  });

  test('is stalled when nothing can happen any more and an operation is open', () => {
    const { end } = simulate({ client: NEVER }, { ...QUIET, operations: [operation(0)] });
    expect(end).toMatchObject({ how: 'quiet', stalled: true });
  });

  test('does not wait for operations that were given up', () => {
    const giving: ClientBehaviour = { invoke: (env) => env.abandon() };
    const script = { replica: TICKING, client: giving };
    const { end } = simulate(script, { ...QUIET, operations: [operation(0), operation(0)] });
    expect(end).toEqual({ how: 'quiet', at: HEAL_AT, stalled: false });
  });

  test('does not wait for an operation whose client has crashed', () => {
    const crash: PlannedFault = { at: 5_000, fault: 'client-crash', client: 0, lasts: 1_000 };
    const script = { replica: TICKING, client: NEVER };
    const { end } = simulate(script, { ...QUIET, faults: [crash], operations: [operation(0)] });
    expect(end).toEqual({ how: 'quiet', at: HEAL_AT, stalled: false });
  });

  test('waits until the replicas agree', () => {
    const simulation = world({ replica: TICKING }, QUIET);
    simulation.observer = { ...UNINTERESTED, isSettled: () => simulation.now > HEAL_AT + 7_000 };
    expect(simulation.run()).toEqual({ how: 'quiet', at: HEAL_AT + 8_000, stalled: false });
  });

  test('is stalled when the replicas do not agree within the bound after the last answer', () => {
    const simulation = world({ replica: TICKING }, QUIET);
    simulation.observer = { ...UNINTERESTED, isSettled: () => false };
    expect(simulation.run()).toMatchObject({ how: 'quiet', stalled: true });
  });

  test('ends losses', () => {
    const seen: number[] = [];
    const script: Script = {
      replica: {
        start: (env) => env.setTimer('tick', 10_000),
        expire(env) {
          env.send(1 - env.id, { type: 'Tick' });
          env.setTimer('tick', 10_000);
        },
        receive: (env) => seen.push(env.now),
      },
      client: NEVER,
    };
    const network = { ...CALM, drop: 1_000_000 };
    simulate(script, { ...QUIET, network, operations: [operation(0)] });
    expect(seen.length).toBeGreaterThan(0);
    expect(Math.min(...seen)).toBeGreaterThan(HEAL_AT);
  });

  test('heals what has no end of its own, but for nodes that stay down', () => {
    const faults: PlannedFault[] = [
      { at: 1_000, fault: 'partition', groups: [[0], [1]] },
      { at: 1_000, fault: 'one-way', from: [2], to: [3] },
      { at: 1_000, fault: 'pause', node: 2 },
      { at: 1_000, fault: 'crash', node: 3 },
      { at: 1_000, fault: 'crash', node: 4, staysDown: true },
      { at: 1_000, fault: 'client-crash', client: 0 },
    ];
    const { simulation } = simulate({ replica: TICKING }, { ...QUIET, replicas: 5, faults });
    expect(simulation.isConnected(0, 1)).toBe(true);
    expect(simulation.isConnected(2, 3)).toBe(true);
    expect(simulation.isPaused(2)).toBe(false);
    expect([3, 4, 5].map((node) => simulation.isUp(node))).toEqual([true, false, true]);
    const healed = simulation.faults.accounts.map(({ until }) => until);
    expect(healed).toEqual([HEAL_AT, HEAL_AT, HEAL_AT, HEAL_AT, -1, HEAL_AT]);
  });

  test('lets no fault begin after the healing', () => {
    const faults: PlannedFault[] = [
      { at: HEAL_AT + 1, fault: 'pause', node: 0 },
      { when: { mark: 'here', nth: 1, after: 0 }, fault: 'pause', node: 0 },
    ];
    const replica: Script['replica'] = {
      start: (env) => env.setTimer('late', HEAL_AT + 10),
      expire: (env) => env.mark('here'),
    };
    const script = { replica, client: NEVER };
    const { simulation } = simulate(script, { ...QUIET, faults, operations: [operation(0)] });
    const statuses = simulation.faults.accounts.map(({ status }) => status);
    expect(statuses).toEqual(['never-triggered', 'never-triggered']);
    expect(simulation.countOf('here')).toBe(2);
  });
});

describe('a cut', () => {
  test('ends the run before the first event after its time', () => {
    const { end } = simulate({ replica: TICKING }, { ending: { kind: 'cut', at: 4_500 } });
    expect(end).toEqual({ how: 'cut', at: 4_000, stalled: false });
  });

  test('includes the events of its own time', () => {
    const { simulation } = simulate(
      { replica: TICKING },
      { ending: { kind: 'cut', at: 4_000 }, replicas: 1 },
    );
    expect(simulation.stateOf(0)).toEqual({ handled: 4 });
  });

  test('stays a cut when nothing is left to happen before its time', () => {
    const { end } = simulate({ client: NEVER }, { clients: 1, operations: [operation(0)] });
    expect(end).toMatchObject({ how: 'cut', stalled: false });
  });
});

describe('a bound', () => {
  const bounds = { events: 1_000, queue: 1_000, time: 10 * CUT_AT };

  test('on events ends the run and is named', () => {
    const { end, simulation } = simulate({ replica: TICKING }, { bounds });
    expect(end).toMatchObject({ how: 'bound', bound: 'events' });
    expect(simulation.counts.events).toBe(1_000);
  });

  test('on events is as good an end as any where nothing is owed after the healing', () => {
    const owes = (): Owed => ({ clients: [], replicas: [] });
    const script: Script = { replica: TICKING, client: NEVER, claims: { owes } };
    const operations = [operation(0)];
    const few = { ...bounds, events: 207 };
    const { end } = simulate(script, { ...QUIET, bounds: few, operations });
    expect(end).toEqual({ how: 'quiet', at: HEAL_AT + 1_000, stalled: true });
    const owing = simulate({ ...script, claims: {} }, { ...QUIET, bounds: few, operations });
    expect(owing.end).toMatchObject({ how: 'bound', bound: 'events' });
  });

  test('on events holds where time stands still', () => {
    const restless: Script['replica'] = {
      start: (env) => env.send(env.id, { type: 'Again' }),
      receive: (env) => env.send(env.id, { type: 'Again' }),
    };
    const { end } = simulate({ replica: restless }, { bounds });
    expect(end).toMatchObject({ how: 'bound', bound: 'events', at: 0 });
  });

  test('on the queue ends the run and is named', () => {
    const flooding: Script['replica'] = {
      start: (env) => env.send(1 - env.id, { type: 'Flood' }),
      receive(env) {
        for (let i = 0; i < 3; i++) env.send(1 - env.id, { type: 'Flood' });
      },
    };
    const { end } = simulate({ replica: flooding }, { bounds: { ...bounds, queue: 200 } });
    expect(end).toMatchObject({ how: 'bound', bound: 'queue' });
    const [most, next] = end.queued ?? [];
    expect(most).toMatchObject({ kind: 'message', name: 'Flood' });
    expect([most?.node, next?.node].toSorted()).toEqual([0, 1]);
    expect(most?.count).toBeGreaterThanOrEqual(next?.count ?? 0);
  });

  test('on time ends the run and is named', () => {
    const { end } = simulate({ replica: TICKING }, { bounds: { ...bounds, time: 5_500 } });
    expect(end).toMatchObject({ how: 'bound', bound: 'time', at: 5_000 });
  });
});

test('the caller can stop a run that takes too long', () => {
  const simulation = world({ replica: TICKING }, { ending: { kind: 'cut', at: 10 * CUT_AT } });
  expect(simulation.run(() => true)).toMatchObject({ how: 'stopped' });
});

test('an observer can stop a run after the current event', () => {
  const simulation = world({ replica: TICKING });
  simulation.observer = {
    ...UNINTERESTED,
    isSettled: () => true,
    replicaStepped: () => simulation.now === 3_000 && simulation.stop(),
  };
  expect(simulation.run()).toEqual({ how: 'violation', at: 3_000, stalled: false });
});
