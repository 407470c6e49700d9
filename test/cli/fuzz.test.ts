import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CampaignResult, FailureGroup } from '../../scenarios/campaign-types.ts';
import { normaliseSeed } from '../../scenarios/seeds.ts';
import { type Ended, temporaryFolder } from './binary.ts';
import { printed } from './printed.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const run = (...words: readonly string[]): Promise<Ended> => quorumlab(folder.path, ...words);

function read(path: string): string {
  return readFileSync(join(folder.path, path), 'utf8');
}

function campaignIn(outDir: string): CampaignResult {
  const campaign: CampaignResult = JSON.parse(read(`${outDir}/campaign.json`));
  return campaign;
}

/** `CL-1`, a client that retries under a new request number, shows within a few seeds. */
const MUTANT = ['--mutant', 'CL-1'];
/** Explaining a failure takes seconds, and shrinking it does: for tests that ask about neither. */
const UNEXPLAINED = ['--explain', 'off'];
const AS_FOUND = [...UNEXPLAINED, '--shrink', 'off'];

describe('quorumlab fuzz', () => {
  it('prints commands that work when pasted: saved failure, its seed, the campaign', async () => {
    const words = ['--seeds', '60', '--set', 'clientRetry=70000', '--out-dir', 'pasted'];
    // The base seed is drawn, and with it how long it takes to shrink what is found.
    const soon = ['--shrink-time', '5s', ...UNEXPLAINED];
    const { stdout, stderr, code } = await run('fuzz', 'vr', ...MUTANT, ...words, ...soon);
    expect(code).toBe(1);
    expect(stderr).not.toContain('\r');
    expect(stderr).not.toContain('\u001b');
    const [group] = campaignIn('pasted').groups;
    const saved = await run(...printed(stdout, 'replay'));
    expect(saved.code).toBe(1);
    expect(saved.stdout).toContain('the trace hash is the same as recorded');
    expect(saved.stdout).toContain(group?.example.traceHash);
    const original = await run(...printed(stdout, 'original'));
    expect(original.code).toBe(1);
    expect(original.stdout).toContain(`sig ${group?.provisional}`);
    expect(original.stdout).not.toContain(group?.example.traceHash);
    const repeat = printed(stdout, 'repeat:');
    expect(repeat).toContain('clientRetry=70000');
    expect(repeat.slice(0, 2)).toEqual(['fuzz', 'vr']);
    const html = read('pasted/report.html');
    expect(html).toContain(`<code>quorumlab ${repeat.join(' ')}</code>`);
    expect(html).toContain(`<code>quorumlab ${printed(stdout, 'original').join(' ')}</code>`);
    await run(...repeat, ...AS_FOUND, '--out-dir', 'repeated');
    expect(campaignIn('repeated').totals).toEqual(campaignIn('pasted').totals);
  });

  it('in time mode says how many it ran, without a gap, and can be repeated', async () => {
    const { stdout } = await run('fuzz', 'vr/calm', '--time', '1s', '--out-dir', 'timed');
    const timed = campaignIn('timed');
    expect(timed.finished).toBe(timed.to);
    expect(timed.finished).toBeGreaterThan(0);
    await run(...printed(stdout, 'repeat:'), '--out-dir', 'timed-again');
    const { metadata: _one, ...first } = timed;
    const { metadata: _two, ...second } = campaignIn('timed-again');
    expect(second).toEqual(first);
  });

  it('exits 0 on an expected failure and 5 without one, and stops when it is found', async () => {
    const found = await run(
      'fuzz',
      'vr',
      ...MUTANT,
      ...UNEXPLAINED,
      '--expect-failure',
      '--time',
      '60s',
      '--out-dir',
      'e',
    );
    expect(found.code).toBe(0);
    expect(found.stdout).toMatch(/^PASS {2}/);
    expect(campaignIn('e').verdict).toBe('passed');
    const [{ signature, provisional }] = campaignIn('e').groups as [FailureGroup];
    const named = await run(
      'fuzz',
      'vr',
      ...MUTANT,
      ...AS_FOUND,
      `--expect-failure=${provisional}`,
      '--out-dir',
      'n',
    );
    expect(named.code).toBe(0);
    const replayed = await run('replay', `e/failures/${signature}.json`);
    expect(replayed.stdout).toContain(`it fails as expected, with ${signature}`);
    expect(replayed.code).toBe(0);
    const none = await run('fuzz', 'vr/calm', '--expect-failure', '--seeds', '5', '--out-dir', 'e');
    expect(none.code).toBe(5);
    expect(none.stdout).toMatch(/^FAIL {2}/);
    expect(campaignIn('e').verdict).toBe('failed');
  });

  it('exits 3 when runs came to no verdict, and says how to replay them', async () => {
    const words = ['--seeds', '5', '--max-events', '40', '--out-dir', 'undecided'];
    const { code, stdout } = await run('fuzz', 'vr/chaos', ...words);
    expect(stdout).toContain('5 unknown');
    expect(code).toBe(3);
    expect((await run(...printed(stdout, 'replay'))).code).toBe(3);
  });

  it('goes round the scenarios it was given', async () => {
    await run('fuzz', 'vr/calm', 'vr/lossy', '--seeds', '4', '--out-dir', 'round');
    expect(campaignIn('round').scenarios).toEqual(['vr/calm', 'vr/lossy']);
  });

  it('writes what reporters were asked for, and nothing half', async () => {
    const reporters = ['--reporter', 'json,junit,html,blob'];
    const words = ['--seeds', '10..30', '--out-dir', 'reports'];
    const { stdout } = await run('fuzz', 'vr', ...MUTANT, ...AS_FOUND, ...words, ...reporters);
    expect(stdout).toBe('');
    const names = readdirSync(join(folder.path, 'reports')).sort();
    expect(names).toEqual([
      'blob-10-30.json',
      'campaign.json',
      'failures',
      'junit.xml',
      'report.html',
    ]);
    expect(campaignIn('reports')).toMatchObject({ from: 10, to: 30, finished: 20 });
    expect(read('reports/junit.xml')).toContain('<testsuite');
  });

  it('tells machines what happens as it happens', async () => {
    const words = ['--seeds', '30', '--reporter', 'ndjson', '--out-dir', 'stream'];
    const { stdout } = await run('fuzz', 'vr', ...MUTANT, ...AS_FOUND, ...words);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line): { type: string } => JSON.parse(line));
    expect(lines[0]?.type).toBe('start');
    expect(lines.some((line) => line.type === 'failure')).toBe(true);
    expect(lines.at(-1)).toMatchObject({ type: 'end', verdict: 'failed', totals: { seeds: 30 } });
    expect(existsSync(join(folder.path, 'stream/campaign.json'))).toBe(false);
  });
});

it('the seed of a drawn campaign is in normal form', async () => {
  await run('fuzz', 'vr/calm', '--seeds', '1', '--out-dir', 'drawn');
  const { baseSeed } = campaignIn('drawn');
  expect(normaliseSeed(baseSeed)).toBe(baseSeed);
});
