/**
 * A vote that outlives its voter, in the simulator: the course of the crash vector tests, with the
 * messages' delays as explicit overrides and the crashes at marks.
 */
import { describe, expect, it } from 'vitest';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import type { FateOverride, PlannedFault } from '../../sim/plan.ts';

const MS = 1_000;

/** Replica 1 hears nothing of its primary for two timeouts, and again once it has recovered. */
const faults: readonly PlannedFault[] = [
  { at: 20 * MS, fault: 'one-way', from: [0], to: [1], lasts: 31 * MS },
  { at: 102 * MS, fault: 'one-way', from: [0], to: [1], lasts: 40 * MS },
  crashOnceItHasVoted(1),
  crashOnceItHasVoted(2),
];

function crashOnceItHasVoted(node: number): PlannedFault {
  const when = { mark: 'view-change-started', node, nth: 1, after: 300 };
  return { when, fault: 'crash', node, lasts: 1 * MS };
}

/**
 * Replica 0 hears of no view change. That of 1 reaches 2 when 1 has recovered into view 0; that of
 * 2, with its vote, reaches 1 when 2 has recovered and 1 has missed what the others committed.
 */
const overrides: readonly FateOverride[] = [
  { from: 1, to: 0, type: 'StartViewChange', ordinal: 0, drop: true },
  { from: 1, to: 0, type: 'StartViewChange', ordinal: 1, drop: true },
  { from: 1, to: 2, type: 'StartViewChange', ordinal: 0, delay: 32 * MS },
  { from: 1, to: 2, type: 'StartViewChange', ordinal: 1, drop: true },
  { from: 2, to: 0, type: 'StartViewChange', ordinal: 0, drop: true },
  { from: 2, to: 1, type: 'StartViewChange', ordinal: 0, delay: 35 * MS },
  { from: 2, to: 1, type: 'DoViewChange', ordinal: 0, delay: 35 * MS },
];

function oldVote(seed: string, mutant?: string): RunSpec {
  const calm = scenarios.find(({ id }) => id === 'vr/calm')!;
  const options = {
    durability: 'diskless',
    heartbeatInterval: 4 * MS,
    viewChangeTimeout: 15 * MS,
    viewChangeSpread: 1,
    viewChangeResend: 200 * MS,
    recoveryRetry: 5 * MS,
    clientRetry: 15 * MS,
    giveUpAfter: 0,
  };
  const settings = { replicas: 3, clients: 3, operations: 300, options };
  const spec = calm.draw(seed, mutant === undefined ? settings : { ...settings, mutant });
  const operations = Array.from({ length: 300 }, (_, index) => ({
    at: 0,
    client: index % 3,
    operation: { f: 'put', key: 'x', value: index },
  }));
  return {
    ...spec,
    network: { ...spec.network, delay: { kind: 'uniform', min: 100, spread: 900 }, overrides },
    plan: { faults, operations },
  };
}

describe('a vote from before a crash', () => {
  it('completes no view change', () => {
    for (let seed = 0; seed < 20; seed++) {
      const result = run(oldVote(`0x${seed}`));
      expect(result.failures).toEqual([]);
      expect(result.marks['recovery-completed']).toBeGreaterThan(0);
      expect(result.marks['earlier-incarnation-dropped']).toBeGreaterThan(0);
    }
  });

  it('loses acknowledged operations without crash vectors (VR-8)', () => {
    let found = 0;
    for (let seed = 0; seed < 20; seed++) {
      if (run(oldVote(`0x${seed}`, 'VR-8')).verdict === 'failed') found++;
    }
    expect(found).toBeGreaterThan(0);
  });
});
