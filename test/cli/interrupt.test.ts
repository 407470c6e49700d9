import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doneByAll } from '../../cli/compare-driver.ts';
import type { CampaignResult } from '../../scenarios/campaign-types.ts';
import type { ComparedSeed, ComparisonResult } from '../../scenarios/compare/compared.ts';
import { type Running, start, temporaryFolder } from './binary.ts';

let folder = temporaryFolder();
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const CAMPAIGN = [
  'fuzz',
  'vr',
  '--mutant',
  'CL-1',
  '--time',
  '10m',
  '--reporter',
  'json,html,ndjson',
];

/** Resolves when the campaign has said that it found a failure. */
function foundFailure({ child }: Running): Promise<void> {
  return new Promise((resolve) => {
    let said = '';
    child.stdout?.on('data', (text: string) => {
      said += text;
      if (said.includes('"type":"failure"')) resolve();
    });
  });
}

describe('a campaign that is interrupted', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s writes a whole partial report and exits %i', async (signal, code) => {
    const running = start(CAMPAIGN, folder.path);
    await foundFailure(running);
    running.child.kill(signal);
    const ended = await running.ended;
    expect(ended.code).toBe(code);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    const outDir = join(folder.path, 'quorumlab-out');
    const campaign: CampaignResult = JSON.parse(
      readFileSync(join(outDir, 'campaign.json'), 'utf8'),
    );
    expect(campaign.interrupted).toBe(true);
    expect(campaign.verdict).toBe('failed');
    expect(campaign.finished).toBe(campaign.totals.seeds);
    expect(campaign.groups[0]?.example.events?.length).toBeGreaterThan(0);
    expect(readFileSync(join(outDir, 'report.html'), 'utf8')).toMatch(/<\/html>\s*$/);
    const left = readdirSync(outDir, { recursive: true }).map(String);
    expect(left.filter((name) => name.includes('.tmp'))).toEqual([]);
    const lines = ended.stdout.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ type: 'end', interrupted: true });
  });

  it('twice ends at once', async () => {
    const running = start(CAMPAIGN, folder.path);
    await foundFailure(running);
    running.child.kill('SIGINT');
    running.child.stderr?.once('data', () => running.child.kill('SIGINT'));
    expect((await running.ended).code).toBe(130);
  });
});

describe('a comparison that is interrupted', () => {
  it('keeps the seeds that every contender has run, reports them, and exits 130', async () => {
    const words = ['compare', 'calm', '--protocol', 'vr,mp', '--seeds', '1000000', '--json'];
    const running = start([...words, '--html', 'compare.html'], folder.path);
    running.child.stderr?.once('data', () => running.child.kill('SIGINT'));
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).not.toMatch(/^\s+at /m);
    const result: ComparisonResult = JSON.parse(stdout);
    expect(result.interrupted).toBe(true);
    const [scenario] = result.scenarios;
    const seeds = scenario?.seeds.length ?? 0;
    expect(seeds).toBeGreaterThan(0);
    expect(seeds).toBeLessThan(1_000_000);
    expect(scenario?.standings.map(({ passed }) => passed)).toEqual([seeds, seeds]);
    // The report has the command that runs just these seeds again, not all that were asked for.
    const last = Math.max(...(scenario?.seeds ?? []).map(({ index }) => index));
    const report = readFileSync(join(folder.path, 'compare.html'), 'utf8');
    expect(report).toMatch(new RegExp(`--base-seed 0x[0-9a-f]+ --seeds ${last + 1}<`));
    expect(report).toMatch(/<\/html>\s*$/);
  });
});

describe('of a comparison of several scenarios that is interrupted', () => {
  const done = (name: string, ...indices: readonly number[]) =>
    indices.map((index) => ({ name, index }) as ComparedSeed);
  const kept = (seeds: readonly ComparedSeed[]): readonly string[] =>
    doneByAll({ seeds, lost: [] }, ['calm', 'chaos'], 4).seeds.map(
      ({ name, index }) => `${name} ${index}`,
    );

  it('the seeds are kept that one command runs again for all of them', () => {
    const seeds = [...done('calm', 4, 5, 6, 8), ...done('chaos', 5, 4)];
    expect(kept(seeds)).toEqual(['calm 4', 'calm 5', 'chaos 5', 'chaos 4']);
  });

  it('everything is, if some scenario has not been run at all', () => {
    expect(kept(done('calm', 4, 5))).toEqual(['calm 4', 'calm 5']);
  });

  it('a run that was lost is done, too', () => {
    const lost = [{ name: 'chaos', index: 4, seed: '0x1', why: 'it was lost' }];
    const both = doneByAll({ seeds: done('calm', 4), lost }, ['calm', 'chaos'], 4);
    expect(both).toEqual({ seeds: done('calm', 4), lost });
  });
});

describe('a reader that has seen enough', () => {
  it('ends a command quietly', async () => {
    const running = start(['run', 'vr', '-s', '1', '--print', 'events'], folder.path);
    running.child.stdout?.once('data', () => running.child.stdout?.destroy());
    const { code, stderr } = await running.ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});
