import { readFileSync } from 'node:fs';
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

/** `CL-1`, a client that retries under a new request number, shows within a few seeds. */
const MUTANT = ['--mutant', 'CL-1'];

describe('a campaign', () => {
  it('comes to the same with any number of jobs, but for the metadata', async () => {
    const results = await Promise.all(
      ['1', '2', '3'].map(async (jobs) => {
        const outDir = `jobs-${jobs}`;
        const words = ['--seeds', '120', '--base-seed', '0x5eed', '-j', jobs, '--out-dir', outDir];
        // How far an explanation gets depends on how fast the machine is.
        await run('fuzz', 'vr', ...MUTANT, ...words, '--explain', 'off');
        const { metadata, ...campaign } = campaignIn(outDir);
        expect(metadata?.jobs).toBe(Number(jobs));
        return JSON.stringify(campaign);
      }),
    );
    expect(results[1]).toBe(results[0]);
    expect(results[2]).toBe(results[0]);
    expect(results[0]).toContain('"verdict":"failed"');
  });

  it('comes to the same with any number of jobs where it is guided', async () => {
    const results = await Promise.all(
      ['1', '2', '8'].map(async (jobs) => {
        const outDir = `guided-${jobs}`;
        const small = ['--ops', '8', '--nodes', '3', '--clients', '2', '--duration', '60ms'];
        const words = ['--seeds', '800', '--base-seed', '0x5eed', '-j', jobs, '--out-dir', outDir];
        const guided = ['--strategy', 'guided', '--explain', 'off'];
        await run('fuzz', 'vr', ...guided, ...MUTANT, ...small, ...words);
        const { metadata, ...campaign } = campaignIn(outDir);
        expect(metadata?.jobs).toBe(Number(jobs));
        return JSON.stringify(campaign);
      }),
    );
    expect(results[1]).toBe(results[0]);
    expect(results[2]).toBe(results[0]);
    expect(results[0]).toContain('"strategy":"guided"');
  }, 60_000);
});
