import { describe, expect, test } from 'vitest';
import type { Loss } from '../../sim/contract.ts';
import type { Fault, FaultKind } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { type Changes, lines, type Outcome, type Script, simulate } from './scripted.ts';

/** Both replicas mark every millisecond, replica 0 half a millisecond before replica 1. */
const MARKING: Script = {
  replica: {
    start: (env) => env.setTimer('mark', 500 + 500 * env.id),
    expire(env) {
      env.mark('here');
      env.setTimer('mark', 1_000);
    },
  },
};

function run(faults: readonly PlannedFault[], changes: Changes = {}): Outcome {
  return simulate(MARKING, {
    clients: 1,
    ending: { kind: 'cut', at: 20_000 },
    faults,
    ...changes,
  });
}

/** Every kind of fault once, and the log's records that it leaves besides `fault` and `heal`. */
const KINDS: { readonly [kind in FaultKind]?: readonly [Fault, readonly string[]] } = {
  partition: [{ fault: 'partition', groups: [[0], [1]] }, []],
  'one-way': [{ fault: 'one-way', from: [0], to: [1] }, []],
  slow: [{ fault: 'slow', from: [0], to: [1], by: 1_000 }, []],
  crash: [{ fault: 'crash', node: 0 }, ['crash', 'restart']],
  pause: [{ fault: 'pause', node: 0 }, ['pause', 'resume']],
  'client-crash': [{ fault: 'client-crash', client: 0 }, ['crash', 'restart']],
};

describe.each(Object.entries(KINDS))('%s', (kind, [fault, effects]) => {
  const { records, simulation } = run([{ at: 3_250, ...fault, lasts: 4_000 }]);

  test('begins and heals in the event log', () => {
    const shown = records.filter((record) => record.fault === 0);
    expect(shown.map(({ kind: of, time, label }) => [of, time, label])).toEqual([
      ['fault', 3_250, kind],
      ['heal', 7_250, kind],
    ]);
  });

  test('shows its effects in the event log', () => {
    const changes = ['crash', 'restart', 'pause', 'resume'];
    const shown = records.filter((record) => changes.includes(record.kind));
    expect(shown.map((record) => record.kind)).toEqual(effects);
  });

  test('is accounted for', () => {
    const [account] = simulation.faults.accounts;
    expect(account).toMatchObject({ status: 'fired', at: 3_250, until: 7_250 });
    expect(account?.event).toBeGreaterThan(0);
  });
});

test('a cut link shows as messages that are dropped', () => {
  const script: Script = { replica: { start: (env) => env.send(1 - env.id, { type: 'Hello' }) } };
  const restart: PlannedFault = { at: 200, fault: 'crash', node: 0, lasts: 100 };
  const cut: PlannedFault = { at: 100, fault: 'one-way', from: [0], to: [1] };
  const { records } = simulate(script, { faults: [cut, restart] });
  const drops = records.filter((record) => record.kind === 'drop' && record.fate === 'cut');
  expect(drops.map(({ time, node, peer }) => [time, node, peer])).toEqual([[300, 0, 1]]);
});

test('a slow link delays what is sent while it is slow, and later messages overtake it', () => {
  const script: Script = {
    replica: {
      start(env) {
        env.send(1 - env.id, { type: 'Early' });
        env.setTimer('later', 500);
      },
      expire: (env) => env.send(1 - env.id, { type: 'Late' }),
    },
  };
  const slow: PlannedFault = { at: 100, fault: 'slow', from: [0], to: [1], by: 5_000, lasts: 150 };
  const restart: PlannedFault = { at: 200, fault: 'crash', node: 0, lasts: 10 };
  const { records } = simulate(script, { faults: [slow, restart] });
  const arrivals = records.filter(
    ({ kind, node, sentAt = 0 }) => kind === 'deliver' && node === 1 && sentAt > 200,
  );
  expect(arrivals.map(({ label, sentAt }) => [label, sentAt])).toEqual([
    ['Late', 710],
    ['Early', 210],
  ]);
});

describe('a fault that waits for a mark', () => {
  const pause = { fault: 'pause', node: 'it', lasts: 100 } as const;

  test('strikes the node that reached it, at once', () => {
    const { records, simulation } = run([{ when: { mark: 'here', nth: 1, after: 0 }, ...pause }]);
    expect(lines(records, 'pause')).toEqual(['500 n0']);
    expect(simulation.faults.accounts[0]).toMatchObject({ status: 'fired', node: 0 });
  });

  test('strikes at the nth occurrence, whoever reaches it', () => {
    const { records } = run([{ when: { mark: 'here', nth: 4, after: 0 }, ...pause }]);
    expect(lines(records, 'pause')).toEqual(['2000 n1']);
  });

  test('counts the occurrences at one node if it names a node', () => {
    const when = { mark: 'here', nth: 3, after: 0, node: 1 };
    expect(lines(run([{ when, ...pause }]).records, 'pause')).toEqual(['3000 n1']);
  });

  test('strikes as long after the mark as it says', () => {
    const when = { mark: 'here', nth: 1, after: 250 };
    expect(lines(run([{ when, ...pause }]).records, 'pause')).toEqual(['750 n0']);
  });

  test('strikes once', () => {
    const { records } = run([{ when: { mark: 'here', nth: 1, after: 0 }, ...pause }]);
    expect(lines(records, 'fault')).toHaveLength(1);
  });

  test('shares the mark with others that wait for it', () => {
    const waiting = [1, 2, 3].map((nth) => ({ when: { mark: 'here', nth, after: 0 }, ...pause }));
    expect(lines(run(waiting).records, 'pause')).toEqual(['500 n0', '1000 n1', '1500 n0']);
  });

  test('can cut off the node that reached it', () => {
    const when = { mark: 'here', nth: 2, after: 0 };
    const { simulation } = run([{ when, fault: 'partition', groups: [['it'], [0, 2]] }]);
    expect(simulation.isConnected(1, 0)).toBe(false);
    expect(simulation.isConnected(0, 2)).toBe(true);
  });

  test('that never comes is reported as never triggered', () => {
    const when = { mark: 'elsewhere', nth: 1, after: 0 };
    const [account] = run([{ when, ...pause }]).simulation.faults.accounts;
    expect(account).toMatchObject({ status: 'never-triggered', at: -1, event: -1 });
  });
});

describe('a crash beyond what the protocol claims to survive', () => {
  const fragile: Script = { ...MARKING, claims: { survives: (_loss, replica) => replica !== 0 } };
  const crashes: PlannedFault[] = [0, 1].map((node) => ({ at: 1_000, fault: 'crash', node }));

  function statuses(withinClaims: boolean): string[] {
    const { simulation } = simulate(fragile, { faults: crashes, withinClaims });
    return simulation.faults.accounts.map(({ status }) => status);
  }

  test('is held back and reported so', () => {
    expect(statuses(true)).toEqual(['held-back', 'fired']);
  });

  test('strikes where the spec says so', () => {
    expect(statuses(false)).toEqual(['fired', 'fired']);
  });

  test('is told who is down already', () => {
    const claims = {
      survives: (_loss: Loss, _replica: number, view: { isUp(node: number): boolean }) =>
        [0, 1, 2].every((node) => view.isUp(node)),
    };
    const { simulation } = simulate(
      { claims },
      { faults: crashes, replicas: 3, withinClaims: true },
    );
    const reached = simulation.faults.accounts.map(({ status }) => status);
    expect(reached).toEqual(['fired', 'held-back']);
  });
});

test('a crash of a node that is down is held back', () => {
  const crash: PlannedFault = { at: 1_000, fault: 'crash', node: 0, lasts: 5_000 };
  const { simulation } = run([crash, { ...crash, at: 2_000 }]);
  expect(simulation.faults.accounts.map(({ status }) => status)).toEqual(['fired', 'held-back']);
  expect(simulation.counts).toMatchObject({ crashes: 1, restarts: 1 });
});

test('a node that stays down for a while restarts when it is over', () => {
  const crash: PlannedFault = { at: 1_000, fault: 'crash', node: 0, lasts: 500, staysDown: true };
  expect(lines(run([crash]).records, 'restart')).toEqual(['1500 n0']);
});
