import { describe, expect, it } from 'vitest';
import { driveCampaign } from '../../cli/campaign-driver.ts';
import { WorkerPool } from '../../cli/pool.ts';
import type { CampaignRequest } from '../../scenarios/campaign.ts';

const JOBS = 2;
const SEEDS = 40;

/** Drives a campaign over workers that misbehave as `baseSeed` says. */
async function drive(baseSeed: string, interrupt = new AbortController()) {
  const campaign: CampaignRequest = {
    scenarios: ['vr/calm'],
    baseSeed,
    settings: {},
    determinism: false,
  };
  const pool = new WorkerPool({
    entry: new URL('./unruly-worker.mjs', import.meta.url),
    campaign,
    jobs: JOBS,
    timeoutMs: 200,
    heapMegabytes: 40,
  });
  const lost: string[] = [];
  try {
    const driven = await driveCampaign(pool, {
      campaign,
      range: { from: 0, to: SEEDS },
      jobs: JOBS,
      explains: false,
      interrupt: interrupt.signal,
      watcher: {
        batch: () => {},
        lost: (_scenario, _seed, reason) => lost.push(reason),
        shrinking: () => {},
        explaining: () => {},
      },
    });
    return { ...driven, lost };
  } finally {
    await pool.close();
  }
}

describe('a campaign over worker threads', () => {
  it.each([
    ['hang-5', 'time'],
    ['memory-7', 'memory'],
    ['exit-3', 'crash'],
  ])('survives %s and loses that one run alone', async (baseSeed, reason) => {
    const { batch, lost } = await drive(baseSeed);
    const at = Number(baseSeed.split('-')[1]);
    expect(lost).toEqual([reason]);
    expect(batch.totals).toMatchObject({ seeds: SEEDS, passed: SEEDS - 1, inconclusive: 1 });
    expect(batch.inconclusive.map(({ index, reasons }) => ({ index, reasons }))).toEqual([
      { index: at, reasons: [reason] },
    ]);
    expect(batch.grid).toEqual([
      { verdict: 'p', count: at },
      { verdict: 'i', count: 1 },
      { verdict: 'p', count: SEEDS - at - 1 },
    ]);
  });

  it('that is interrupted while a run hangs comes back with what the others finished', async () => {
    const interrupt = new AbortController();
    setTimeout(() => interrupt.abort(), 100);
    const { batch, interrupted } = await drive('hang-0', interrupt);
    expect(interrupted).toBe(true);
    expect(batch.totals.seeds).toBeLessThan(SEEDS);
    expect(batch.totals.passed).toBe(batch.totals.seeds - batch.totals.inconclusive);
  });
});
