import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpecError } from '../../scenarios/assemble.ts';
import {
  type BatchResult,
  type CampaignRequest,
  lostRun,
  rerunWithEvents,
  runBatch,
} from '../../scenarios/campaign.ts';
import { runAt } from '../../scenarios/campaign-index.ts';
import { CampaignMerger, campaignResult, withExpectation } from '../../scenarios/campaign-merge.ts';
import { mergeCampaigns, whyNotMergeable } from '../../scenarios/campaign-parts.ts';
import type { CampaignResult } from '../../scenarios/campaign-types.ts';
import { fakeEngine, fakeSpec } from './fake-engine.ts';

const request: CampaignRequest = {
  scenarios: ['vr/calm', 'vr/chaos', 'vr/lossy'],
  baseSeed: '0x5eed',
  settings: {},
  determinism: false,
};

/** Some 1 in 5 seeds fail, in three groups; some are undecided. */
const engine = fakeEngine({
  fails: (seed) => ({ '1': 'L-0001', '2': 'I-0002', a3: 'C-0003' })[seed.at(-1) ?? ''],
  isInconclusive: (seed) => seed.endsWith('4'),
});

function batch(from: number, to: number, campaign = request): BatchResult {
  return runBatch(engine, { campaign, from, to });
}

function resultOf(merger: CampaignMerger): CampaignResult {
  return campaignResult(request, merger.soFar(), false);
}

/** Cuts 0 … total into batches at `cuts`. */
function pieces(total: number, cuts: readonly number[]): { from: number; to: number }[] {
  const bounds = [...new Set([0, total, ...cuts])].sort((a, b) => a - b);
  return bounds.slice(1).map((to, at) => ({ from: bounds[at] ?? 0, to }));
}

const TOTAL = 240;
const whole = new CampaignMerger(0);
whole.add(batch(0, TOTAL));
const expected = resultOf(whole);

describe('a campaign', () => {
  it('comes to the same however it is cut into batches and in whatever order they end', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: TOTAL - 1 }), { maxLength: 40 });
    fc.assert(
      fc.property(cuts, fc.infiniteStream(fc.nat()), (where, dice) => {
        const merger = new CampaignMerger(0);
        const ordered = pieces(TOTAL, where).map(({ from, to }) => ({
          batch: batch(from, to),
          die: dice.next().value,
        }));
        ordered.sort((a, b) => a.die - b.die);
        for (const piece of ordered) merger.add(piece.batch);
        expect(JSON.stringify(resultOf(merger))).toBe(JSON.stringify(expected));
      }),
      { numRuns: 60 },
    );
  });

  it('counts every run once and says in the grid where the failures are', () => {
    const { totals, grid, finished } = expected;
    expect(finished).toBe(TOTAL);
    expect(totals.passed + totals.failed + totals.inconclusive).toBe(TOTAL);
    expect(totals.failed).toBeGreaterThan(5);
    const letters = grid.map(({ verdict, count }) => verdict.repeat(count)).join('');
    expect(letters).toHaveLength(TOTAL);
    for (const group of expected.groups) {
      for (const { index } of group.seeds) expect(letters[index]).toBe('f');
    }
  });

  it('counts the seeds of each scenario apart', () => {
    const { byScenario, totals } = expected;
    expect(byScenario.map(({ scenario }) => scenario)).toEqual([...request.scenarios].sort());
    const sum = (field: 'seeds' | 'passed' | 'failed' | 'inconclusive'): number =>
      byScenario.reduce((total, each) => total + each[field], 0);
    for (const field of ['seeds', 'passed', 'failed', 'inconclusive'] as const) {
      expect(sum(field), field).toBe(totals[field]);
    }
  });

  it('groups failures by signature and keeps the earliest as the example', () => {
    expect(expected.groups.length).toBeGreaterThan(1);
    for (const group of expected.groups) {
      const indices = group.seeds.map((seed) => seed.index);
      expect(indices).toEqual([...indices].sort((a, b) => a - b));
      expect(group.example.spec.seed).toBe(group.seeds[0]?.seed);
      expect(group.seeds.length).toBe(Math.min(group.count, 10));
      expect(group.message).toContain(group.seeds[0]?.seed);
    }
    const firsts = expected.groups.map((group) => group.seeds[0]?.index ?? -1);
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
  });

  it('goes round its scenarios, and a scenario has the same seeds whatever runs beside it', () => {
    const alone = { ...request, scenarios: ['vr/chaos'] };
    const elsewhere = { ...request, scenarios: ['mp/chaos', 'vr/calm'] };
    for (let round = 0; round < 5; round++) {
      const place = runAt(request, 3 * round + 1);
      expect(place.scenario).toBe('vr/chaos');
      expect(runAt(alone, round).seed).toBe(place.seed);
      expect(runAt(elsewhere, 2 * round).seed).toBe(place.seed);
    }
  });

  it('that is interrupted says which indices it knows of and how many it finished', () => {
    const merger = new CampaignMerger(0);
    merger.add(batch(0, 10));
    merger.add(batch(30, 40));
    const result = campaignResult(request, merger.soFar(), true);
    expect(result).toMatchObject({ from: 0, to: 40, finished: 20, interrupted: true });
  });
});

describe('a campaign that has found enough', () => {
  /** Runs all batches in the given order, then cuts as the driver does. */
  function cutAfter(
    signatures: number,
    order: readonly { from: number; to: number }[],
  ): CampaignResult {
    const merger = new CampaignMerger(0, { signatures });
    for (const { from, to } of order) merger.add(batch(from, to));
    const cut = merger.cut();
    if (cut !== undefined) merger.takeCut(batch(cut.from, cut.to));
    return resultOf(merger);
  }

  it('ends at the run that showed the last wanted signature, whatever ran beyond it', () => {
    const inOrder = pieces(TOTAL, [20, 50, 90, 130, 200]);
    const finer = pieces(TOTAL, [7, 8, 9, 30, 31, 100, 101, 150]).reverse();
    const first = cutAfter(2, inOrder);
    expect(JSON.stringify(cutAfter(2, finer))).toBe(JSON.stringify(first));
    expect(first.groups).toHaveLength(2);
    expect(first.to).toBe((first.groups[1]?.seeds[0]?.index ?? 0) + 1);
    expect(first.finished).toBe(first.to);
  });

  it('waits for a named signature and takes no other for it', () => {
    const wanted = expected.groups[1];
    const merger = new CampaignMerger(0, { signature: wanted?.signature ?? '' });
    for (const { from, to } of pieces(TOTAL, [40, 80, 120])) merger.add(batch(from, to));
    expect(merger.cut()?.to).toBe((wanted?.seeds[0]?.index ?? 0) + 1);
  });

  it('goes on to its end where there is not enough to find', () => {
    const result = cutAfter(99, pieces(TOTAL, [100]));
    expect(JSON.stringify(result)).toBe(JSON.stringify(expected));
  });
});

describe('a run of a campaign', () => {
  const everySeed = { ...request, determinism: true };

  it('that gives two traces is a failure of the oracle determinism', () => {
    const unsteady = fakeEngine({ isUnsteady: () => true });
    const { groups, totals } = runBatch(unsteady, { campaign: everySeed, from: 0, to: 5 });
    expect(totals.failed).toBe(5);
    expect(groups.map((group) => group.failure.oracle)).toEqual(['determinism']);
  });

  it('is run twice for one seed in 64 of each scenario', () => {
    const unsteady = fakeEngine({ isUnsteady: () => true });
    const { totals } = runBatch(unsteady, { campaign: request, from: 0, to: 3 * 128 });
    expect(totals.failed).toBe(3 * 2);
  });

  it('in which the engine throws becomes an internal error that names the seed', () => {
    const broken = fakeEngine({
      throws: (seed) => (/[5-7]$/.test(seed) ? new Error('boom') : undefined),
    });
    const { groups, totals } = runBatch(broken, { campaign: request, from: 0, to: 60 });
    const [group] = groups;
    expect(totals.seeds).toBe(60);
    expect(totals.failed).toBeGreaterThan(1);
    expect(groups).toHaveLength(1);
    expect(group?.failure.oracle).toBe('internal-error');
    expect(group?.failure.message).toContain(
      `${group?.seeds[0]?.scenario}@${group?.seeds[0]?.seed}`,
    );
    expect(group?.failure.message).toContain('boom');
  });

  it('of a spec that names what is not there is the caller’s mistake', () => {
    const wrong = fakeEngine({ throws: () => new SpecError('unknown mutant') });
    expect(() => runBatch(wrong, { campaign: request, from: 0, to: 1 })).toThrow(SpecError);
  });

  it('that fails is run again with its event log, and stays failed should it pass then', () => {
    const place = expected.groups[0]?.seeds[0];
    const failure = expected.groups[0]?.example.failures[0];
    if (place === undefined || failure === undefined) throw new Error('no failure to run again');
    const again = rerunWithEvents(engine, request, { place, failure });
    expect(again.events).toBeDefined();
    expect(again.failures[0]).toEqual(failure);
    const passing = rerunWithEvents(fakeEngine(), request, { place, failure });
    expect(passing).toMatchObject({ verdict: 'failed', failures: [failure] });
  });

  it('that varied an earlier one is run again from its spec', () => {
    const { scenario, seed } = runAt(request, 0);
    const place = { scenario, seed, index: 0, isVaried: true } as const;
    const failure = expected.groups[0]?.example.failures[0];
    if (failure === undefined) throw new Error('no failure to run again');
    const spec = { ...fakeSpec(scenario, seed), replicas: 7 };
    expect(rerunWithEvents(engine, request, { place, failure, spec }).spec.replicas).toBe(7);
  });

  it('that was lost is inconclusive, with its reason', () => {
    const merger = new CampaignMerger(0);
    merger.add(batch(0, 5));
    merger.add(batch(6, 10));
    merger.add(lostRun(request, 5, 'memory'));
    const { inconclusive, totals } = merger.soFar();
    expect(totals.seeds).toBe(10);
    expect(inconclusive).toContainEqual({ ...runAt(request, 5), reasons: ['memory'] });
  });

  it('can be asked to be the last of its batch', () => {
    let runs = 0;
    const hooks = { beforeRun: () => runs++, shouldEnd: () => runs > 8 };
    const result = runBatch(engine, { campaign: request, from: 0, to: 100 }, hooks);
    expect(result.to).toBeLessThan(10);
    expect(result.totals.seeds).toBe(result.to);
  });
});

describe('parts of a campaign', () => {
  const part = (from: number, to: number): CampaignResult =>
    campaignResult(request, batch(from, to), false);

  it('merge into what the whole would have come to, in any order', () => {
    const parts = [part(160, TOTAL), part(0, 70), part(70, 160)];
    expect(JSON.stringify(mergeCampaigns(parts))).toBe(JSON.stringify(expected));
  });

  it('have found what was expected if one of them has', () => {
    const signature = expected.groups[0]?.signature ?? '';
    const calm = { ...part(70, 80), groups: [], expectation: { signature, isFound: false } };
    const found = withExpectation(part(0, 70), signature);
    expect(found).toMatchObject({ verdict: 'passed', expectation: { signature, isFound: true } });
    const { verdict, expectation } = mergeCampaigns([calm, found]);
    expect({ verdict, expectation }).toEqual({
      verdict: 'passed',
      expectation: { signature, isFound: true },
    });
    expect(mergeCampaigns([calm, { ...calm, from: 80, to: 90 }]).verdict).toBe('failed');
    expect(whyNotMergeable(part(0, 70), calm)).toContain('expected failures: none and');
  });

  it('are refused when they hold the same index or were asked for something else', () => {
    const a = part(0, 20);
    expect(whyNotMergeable(a, part(20, 30))).toBeUndefined();
    expect(whyNotMergeable(a, part(19, 30))).toContain('index 19');
    expect(whyNotMergeable(a, { ...part(20, 30), baseSeed: '0x1' })).toContain('base seeds');
    expect(whyNotMergeable(a, { ...part(20, 30), mutant: 'VR-3' })).toContain('mutants');
    expect(whyNotMergeable(a, { ...part(20, 30), flags: ['--nodes', '5'] })).toContain('options');
  });

  it('that were guided apart stay named, those of other strategies do not', () => {
    const guided = { strategy: 'guided' } as const;
    const merged = mergeCampaigns([
      { ...part(0, 20), ...guided },
      { ...part(20, 30), ...guided },
    ]);
    const ranges = [
      { from: 0, to: 20 },
      { from: 20, to: 30 },
    ];
    expect(merged.parts).toEqual(ranges);
    const more = mergeCampaigns([merged, { ...part(30, 40), ...guided }]);
    expect(more.parts).toEqual([...ranges, { from: 30, to: 40 }]);
    expect(mergeCampaigns([part(0, 20), part(20, 30)]).parts).toBeUndefined();
    expect(mergeCampaigns([{ ...part(0, 20), ...guided }]).parts).toBeUndefined();
  });

  it('that are shards merge into the whole too, grid included', () => {
    const shard = (index: number): CampaignResult => {
      const campaign = { ...request, shard: { index, count: 3 } };
      return campaignResult(campaign, batch(0, TOTAL, campaign), false);
    };
    const parts = [shard(2), shard(0), shard(1)];
    expect(parts.map(({ finished }) => finished)).toEqual([80, 80, 80]);
    expect(JSON.stringify(mergeCampaigns(parts))).toBe(JSON.stringify(expected));
    expect(mergeCampaigns(parts.slice(1)).shards).toEqual({ count: 3, held: [0, 1] });
    expect(whyNotMergeable(shard(0), shard(0))).toContain('shard 1/3');
    expect(whyNotMergeable(shard(0), part(TOTAL, TOTAL + 5))).toContain('numbers of shards');
    const other = { ...shard(1), strategy: 'mix' as const };
    expect(whyNotMergeable(shard(0), other)).toContain('strategies');
  });
});
