/**
 * The data loss that the paper's text on state transfer allows, in the simulator: the course of the
 * three view changes, with losses as explicit overrides and partitions at marks.
 */
import { describe, expect, it } from 'vitest';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import type { FateOverride, PlannedFault } from '../../sim/plan.ts';

const MS = 1_000;
const SEEDS = 40;

/** Replica 1 loses sight of its primary and is elected by it, with 2 left out. */
function faultsAt(at: number): PlannedFault[] {
  const joined = { mark: 'view-change-started', node: 0, nth: 1, after: 0 };
  const elected = { mark: 'primary-elected', node: 1, nth: 1, after: 0 };
  const stalled = { mark: 'view-change-stalled', node: 0, nth: 1, after: 0 };
  return [
    { at, fault: 'one-way', from: [0], to: [1], lasts: 31 * MS },
    { when: joined, fault: 'one-way', from: [0], to: [2], lasts: 14 * MS },
    { when: elected, fault: 'one-way', from: [1], to: [0], lasts: 200 * MS },
    { when: stalled, fault: 'partition', groups: [[1], [0, 2]], lasts: 150 * MS },
  ];
}

/** Replica 2 hears of view 1 by its Commit only; nobody gets its log. */
const overrides: readonly FateOverride[] = [
  ...lost(1, 2, 'StartViewChange', 20),
  ...lost(1, 0, 'StartView', 6),
  ...lost(1, 2, 'StartView', 6),
  ...lost(1, 2, 'NewState', 40),
];

function lost(from: number, to: number, type: string, count: number): FateOverride[] {
  return Array.from({ length: count }, (_, ordinal) => ({ from, to, type, ordinal, drop: true }));
}

function threeViewChanges(seed: number, mutant?: string): RunSpec {
  const calm = scenarios.find(({ id }) => id === 'vr/calm')!;
  const options = {
    durability: 'diskless',
    heartbeatInterval: 4 * MS,
    viewChangeTimeout: 15 * MS,
    viewChangeSpread: 1,
    viewChangeResend: 3 * MS,
    clientRetry: 15 * MS,
    giveUpAfter: 0,
  };
  const settings = { replicas: 3, clients: 3, operations: 300, options };
  const spec = calm.draw(`0x${seed}`, mutant === undefined ? settings : { ...settings, mutant });
  const operations = Array.from({ length: 300 }, (_, index) => ({
    at: 0,
    client: index % 3,
    operation: { f: 'put', key: 'x', value: index },
  }));
  return {
    ...spec,
    network: { ...spec.network, delay: { kind: 'uniform', min: 100, spread: 900 }, overrides },
    plan: { faults: faultsAt((20 + (seed % 9)) * MS), operations },
  };
}

describe('state transfer to a view whose log nobody hands out', () => {
  it('leaves the old log for the next view change', () => {
    let transfers = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      const result = run(threeViewChanges(seed));
      expect(result.failures).toEqual([]);
      transfers += result.marks['state-transfer-started'] ?? 0;
    }
    expect(transfers).toBeGreaterThan(0);
  });

  it('loses acknowledged operations if the log is cut at once (VR-3)', () => {
    let found = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      if (run(threeViewChanges(seed, 'VR-3')).verdict === 'failed') found++;
    }
    expect(found).toBeGreaterThan(0);
  });
});
