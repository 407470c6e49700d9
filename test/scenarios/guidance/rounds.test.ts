import { describe, expect, it } from 'vitest';
import { type CampaignRequest, runBatch } from '../../../scenarios/campaign.ts';
import type { CampaignEngine } from '../../../scenarios/campaign-run.ts';
import { Guide, ROUND_RUNS } from '../../../scenarios/guidance/rounds.ts';
import type { RunSpec } from '../../../scenarios/spec.ts';
import { hashString, scatter } from '../../../sim/mixing.ts';
import { digest } from '../../../sim/plain.ts';
import { Stream } from '../../../sim/streams.ts';
import { fakeEngine, fakeSpec } from '../../cli/fake-engine.ts';

const campaign: CampaignRequest = {
  scenarios: ['vr/swarm', 'vr/chaos'],
  baseSeed: '0x5eed',
  settings: {},
  determinism: false,
  strategy: 'guided',
};

/** Reaches, and costs, what the spec says: a few of a hundred features. */
function engine(ran: Map<string, number>): CampaignEngine {
  const fake = fakeEngine();
  return {
    draw: (scenario, seed) => ({ ...fakeSpec(scenario, seed), shuffleTies: seed.endsWith('1') }),
    run: (spec, options) => {
      ran.set(digestOf(spec), (ran.get(digestOf(spec)) ?? 0) + 1);
      const result = fake.run(spec, options);
      const hash = hashString(digestOf(spec));
      const coverage = [1 << (hash & 31), 1 << ((hash >> 5) & 31), hash & scatter(hash), 0];
      return { ...result, spec: { ...spec, plan: result.spec.plan }, coverage };
    },
  };
}

function digestOf(spec: RunSpec): string {
  return `${spec.seed} ${digest(spec.plan?.faults)} ${spec.shuffleTies}`;
}

/** What every index has run, with so many workers that end their batches in a drawn order. */
function drive(jobs: number, order: string, shard?: CampaignRequest['shard']): Map<number, string> {
  const asked = shard === undefined ? campaign : { ...campaign, shard };
  const end = 5 * ROUND_RUNS * (shard?.count ?? 1);
  const guide = new Guide(asked, 0);
  const stream = new Stream(order, 'order');
  const running: { from: number; to: number; finish(): void }[] = [];
  const specs = new Map<number, string>();
  let next = 0;
  while (next < end || running.length > 0) {
    if (running.length < jobs && next < end && guide.isReady(next)) {
      const to = Math.min(end, guide.endOfRound(next), next + 1 + stream.below(60));
      const range = { from: next, to };
      const guidance = guide.guidanceFor(range);
      next = to;
      running.push({ ...range, finish: () => guide.take(range, runRange(range, guidance)) });
    } else {
      running.splice(stream.below(running.length), 1)[0]?.finish();
    }
  }
  return specs;

  function runRange(
    range: { from: number; to: number },
    guidance: ReturnType<Guide['guidanceFor']>,
  ) {
    const ran = new Map<string, number>();
    let index = -1;
    const hooks = { beforeRun: (at: number) => void (index = at) };
    const watched: CampaignEngine = {
      ...engine(ran),
      run: (spec, options) => {
        specs.set(index, digestOf(spec));
        return engine(ran).run(spec, options);
      },
    };
    return runBatch(watched, { campaign: asked, ...range, guidance }, hooks).harvest;
  }
}

describe('a guided campaign', () => {
  const alone = drive(1, 'alone');

  it('runs the same with one worker as with eight, however batches are cut and end', () => {
    expect(alone.size).toBe(5 * ROUND_RUNS);
    for (const jobs of [2, 3, 8]) {
      expect([...drive(jobs, `order-${jobs}`)].sort(byIndex)).toEqual([...alone].sort(byIndex));
    }
  });

  it('draws in its first two rounds and varies what they reached in the third', () => {
    const guide = new Guide(campaign, 0);
    const planned = [0, 1, 2].map((round) => {
      const range = { from: round * ROUND_RUNS, to: (round + 1) * ROUND_RUNS };
      expect(guide.isReady(range.from)).toBe(true);
      const guidance = guide.guidanceFor(range);
      guide.take(range, runBatch(engine(new Map()), { campaign, ...range, guidance }).harvest);
      return guidance;
    });
    expect(planned.map(({ parents }) => parents.length > 0)).toEqual([false, false, true]);
    const varied = Object.keys(planned[2]?.choices ?? {}).length;
    expect(varied).toBe((ROUND_RUNS * 3) / 4);
  });

  it('waits for the round before the last one', () => {
    const guide = new Guide(campaign, 0);
    guide.guidanceFor({ from: 0, to: 1 });
    guide.guidanceFor({ from: ROUND_RUNS, to: ROUND_RUNS + 1 });
    const third = 2 * ROUND_RUNS;
    guide.take({ from: 0, to: ROUND_RUNS - 1 }, undefined);
    expect(guide.isReady(third)).toBe(false);
    guide.take({ from: ROUND_RUNS - 1, to: ROUND_RUNS }, undefined);
    expect(guide.isReady(third)).toBe(true);
  });

  it('has a pool of its own in each shard', () => {
    const first = drive(2, 'first', { index: 0, count: 2 });
    const again = drive(5, 'again', { index: 0, count: 2 });
    expect([...again].sort(byIndex)).toEqual([...first].sort(byIndex));
    expect([...first.keys()].every((index) => index % 2 === 0)).toBe(true);
    expect(first.size).toBe(5 * ROUND_RUNS);
  });
});

function byIndex(a: readonly [number, string], b: readonly [number, string]): number {
  return a[0] - b[0];
}
