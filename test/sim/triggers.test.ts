/** When faults strike: at a time or at a mark; and which are held back. */
import { describe, expect, test } from 'vitest';
import type { Loss } from '../../sim/contract.ts';
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

describe('a fault of whoever leads', () => {
  /** Replica n handles a timer every (5 - n) ms: of those that lead, the last one is the latest. */
  function struck(fault: PlannedFault, isLeading: (handled: number) => boolean): Outcome {
    const script: Script = {
      replica: {
        start: (env) => env.setTimer('tick', 5_000 - 1_000 * env.id),
        expire: (env) => env.setTimer('tick', 5_000 - 1_000 * env.id),
      },
      leadership: (handled) => ({ round: handled, leads: isLeading(handled) }),
    };
    return simulate(script, { replicas: 4, faults: [fault] });
  }

  const pause: PlannedFault = { at: 20_500, fault: 'pause', node: 'leader' };

  test('strikes the one that leads in the latest round', () => {
    const { simulation, records } = struck(pause, () => true);
    expect(lines(records, 'pause')).toEqual(['20500 n3']);
    expect(simulation.faults.accounts[0]).toMatchObject({ status: 'fired', node: 3 });
    // Replica 3 has handled 10 timers by then, replica 2 only 6.
    expect(lines(struck(pause, (handled) => handled < 10).records, 'pause')).toEqual(['20500 n2']);
  });

  test('strikes the first replica while nobody leads', () => {
    expect(lines(struck(pause, () => false).records, 'pause')).toEqual(['20500 n0']);
  });

  test('tells the same leader in all its fields', () => {
    const cut: PlannedFault = {
      at: 20_500,
      fault: 'bridge',
      node: 'leader',
      groups: [
        ['leader', 0],
        [1, 2],
      ],
    };
    const { simulation } = struck(cut, () => true);
    expect([0, 1, 2].map((node) => simulation.isConnected(3, node))).toEqual([true, true, true]);
    expect(simulation.isConnected(0, 1)).toBe(false);
  });

  test('takes down the leader of that moment, and restarts it whoever leads by then', () => {
    const { records } = struck({ ...pause, fault: 'crash', lasts: 30_000 }, () => true);
    expect(lines(records, 'crash')).toEqual(['20500 n3']);
    expect(lines(records, 'restart')).toEqual(['50500 n3']);
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
