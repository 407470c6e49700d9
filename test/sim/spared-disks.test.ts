/** What faults within the claims leave alone: the end of a disk, and what clients must keep. */
import { describe, expect, test } from 'vitest';
import type { DurableRecord } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { type Script, simulate } from './scripted.ts';

const STRAY: PlannedFault = { at: 2_500, fault: 'misdirected-write', node: 0, place: 0 };
const CRASH = { fault: 'crash', node: 0, lasts: 1_000 } as const;

/** Writes a record each millisecond; each start tells what it finds. */
function diary(starts: (readonly DurableRecord[])[]): Script {
  return {
    replica: {
      start(env, durable) {
        if (env.id !== 0) return;
        starts.push(durable.records);
        env.setTimer('write', 1_000);
      },
      expire(env) {
        env.persist({ kind: 'append', log: 'diary', entry: env.now });
        env.setTimer('write', 1_000);
      },
    },
  };
}

/** Which records the second start finds intact, if the crash comes at this time. */
function foundAfter(crashAt: number, withinClaims: boolean): readonly boolean[] {
  const starts: (readonly DurableRecord[])[] = [];
  const faults: PlannedFault[] = [STRAY, { at: crashAt, ...CRASH }];
  simulate(diary(starts), { faults, withinClaims });
  return (starts[1] ?? []).map(({ intact }) => intact);
}

describe('a write that lands on another record', () => {
  test('leaves that one damaged and its own place empty', () => {
    expect(foundAfter(3_500, false)).toEqual([false, true, false]);
  });

  test('shows within the claims only when something follows: a hole at the end looks torn', () => {
    expect(foundAfter(3_500, true)).toEqual([true, true, true]);
    expect(foundAfter(4_500, true)).toEqual([false, true, false, true]);
  });
});

describe('clients, for whom no protocol claims anything', () => {
  const CLIENT = 2;
  const disk = { node: CLIENT, lasts: 1_000 } as const;
  const faults: readonly PlannedFault[] = [
    { at: 1_000, fault: 'lying-fsync', ...disk },
    { at: 3_000, fault: 'amnesia', ...disk },
    { at: 5_000, fault: 'crash', ...disk },
  ];

  function statuses(withinClaims: boolean): string[] {
    const { simulation } = simulate({}, { clients: 1, faults, withinClaims });
    return simulation.faults.accounts.map(({ status }) => status);
  }

  test('keep what they have on disk within the claims, and may crash', () => {
    expect(statuses(true)).toEqual(['held-back', 'held-back', 'fired']);
  });

  test('lose it like all others where faults go beyond the claims', () => {
    expect(statuses(false)).toEqual(['fired', 'fired', 'fired']);
  });
});
