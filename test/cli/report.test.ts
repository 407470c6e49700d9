import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CampaignResult } from '../../scenarios/campaign-types.ts';
import { type Ended, temporaryFolder } from './binary.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const run = (...words: readonly string[]): Promise<Ended> => quorumlab(folder.path, ...words);

function campaignIn(outDir: string): CampaignResult {
  const campaign: CampaignResult = JSON.parse(
    readFileSync(join(folder.path, outDir, 'campaign.json'), 'utf8'),
  );
  return campaign;
}

/**
 * `CL-1`, a client that retries under a new request number, shows within a few seeds. How far an
 * explanation gets depends on how fast the machine is.
 */
const MUTANT = ['--mutant', 'CL-1', '--explain', 'off'];

describe('quorumlab report', () => {
  it('merges the parts of a campaign into what the whole would have been', async () => {
    // Parts of a campaign that varies its runs are guided apart, and say so.
    const words = ['fuzz', 'vr', ...MUTANT, '--strategy', 'targeted', '--base-seed', '9'];
    words.push('--reporter');
    await run(...words, 'blob', '--out-dir', 'parts', '--seeds', '0..40');
    await run(...words, 'blob', '--out-dir', 'parts', '--seeds', '40..60');
    await run(...words, 'json', '--out-dir', 'unparted', '--seeds', '60');
    const blobs = ['parts/blob-40-60.json', 'parts/blob-0-40.json'];
    const { code } = await run('report', ...blobs, '--out-dir', 'merged');
    expect(code).toBe(1);
    const { metadata: _one, ...merged } = campaignIn('merged');
    const { metadata: _two, ...whole } = campaignIn('unparted');
    expect(merged).toEqual(whole);
    expect(existsSync(join(folder.path, 'merged/report.html'))).toBe(true);
    const twice = await run('report', ...blobs, 'parts/blob-0-40.json');
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain('both hold index 0');
  });

  it('goes by what the parts were to find', async () => {
    const words = ['fuzz', 'vr', ...MUTANT, '--base-seed', '9', '--reporter', 'blob'];
    await run(...words, '--expect-failure', '--seeds', '60', '--out-dir', 'expecting');
    const [blob] = readdirSync(join(folder.path, 'expecting')).filter((name) =>
      name.startsWith('blob'),
    );
    const { code, stdout } = await run('report', `expecting/${blob}`, '--out-dir', 'expected');
    expect(code).toBe(0);
    expect(stdout).toContain('PASS  a failure was expected and found');
  });
});
