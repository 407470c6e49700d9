import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SavedFailure } from '../../cli/saved-failure.ts';
import type { CampaignResult } from '../../scenarios/campaign-types.ts';
import { type Ended, start } from './binary.ts';
import { edited, editedByHand, entryOf, runThat } from './corpus-fixtures.ts';
import { homeOfEachTest } from './home.ts';

const failing = entryOf(runThat('failed', 'vr/primary-crash', 'VR-13'));
const calm = entryOf(runThat('passed', 'vr/calm'));

const home = homeOfEachTest();
const fuzz = (...words: readonly string[]): Promise<Ended> =>
  home.run('fuzz', 'vr/calm', '--base-seed', '1', '--seeds', '5', ...words);

function campaign(): CampaignResult {
  const result: CampaignResult = JSON.parse(home.text('quorumlab-out/campaign.json'));
  return result;
}

describe('a campaign in a folder with a corpus', () => {
  it('runs it first, and says on a line what it came to', async () => {
    home.put({ 'corpus/vr/a.json': failing, 'corpus/vr/b.json': calm });
    const { code, stdout, stderr } = await fuzz();
    const [headline, line] = stderr.split('\n');
    expect(headline).toContain('fuzz  vr/calm');
    expect(line).toMatch(/^corpus {2}2\/2 regressions still pass {30,}\d+\.\ds$/);
    expect(stdout).toMatch(/^PASS/);
    expect(stdout).toContain('corpus: 2 of 2 saved failures as expected');
    expect(campaign()).toMatchObject({
      verdict: 'passed',
      corpus: { folder: 'corpus', entries: 2, asExpected: 2, others: [] },
    });
    expect(code).toBe(0);
  });

  it('runs the entries of its own protocols alone', async () => {
    const chain = entryOf(runThat('passed', 'chain2/calm'));
    home.put({ 'corpus/vr/a.json': failing, 'corpus/chain2/b.json': chain });
    expect((await fuzz()).stderr).toContain('corpus  1/1 regressions');
    const both = await home.run('fuzz', 'vr/calm', 'chain2/calm', '--seeds', '2');
    expect(both.stderr).toContain('corpus  2/2 regressions');
  });

  const { bounds } = calm.spec;
  it.each<[string, SavedFailure | string, number, string]>([
    [
      'violated',
      { ...failing, expect: 'pass' },
      1,
      'FAIL  C/e.json  it has to pass, and fails\n  the bug that was mended is back: it fails with',
    ],
    ['unreadable', '{"format":"quorumlab-failure/1"', 2, 'FAIL  C/e.json  it cannot be read'],
    [
      'inconclusive',
      edited(calm, { bounds: { ...bounds, events: 50 } }),
      3,
      'UNKNOWN  C/e.json  it came to no verdict',
    ],
    [
      'stale',
      { ...calm, expect: 'fail' },
      4,
      'STALE  C/e.json  it no longer shows what it was kept for\n  it passes\n' +
        '  replay   quorumlab replay C/e.json',
    ],
    [
      'edited',
      editedByHand(failing, { seed: '0x77' }),
      4,
      'STALE  C/e.json  it is not the run that was recorded\n  its spec was edited; now it ',
    ],
  ])('goes on when an entry is %s, and does not pass', async (outcome, entry, expected, block) => {
    home.put({ 'kept/e.json': entry, 'kept/good.json': calm });
    const reporters = ['--reporter', 'line,json,junit,html'];
    const { code, stdout, stderr } = await fuzz('--corpus', 'kept/', ...reporters);
    expect(stderr).toContain(`corpus  1/2 regressions still pass · 1 ${outcome}  `);
    expect(stdout).toContain('5 seeds');
    expect(stdout).toContain(`\n\n${block.replaceAll('C/', 'kept/')}`);
    expect(stdout.startsWith(outcome === 'inconclusive' ? 'UNKNOWN' : 'FAIL')).toBe(true);
    const { verdict, corpus, totals } = campaign();
    expect(verdict).toBe(outcome === 'inconclusive' ? 'inconclusive' : 'failed');
    expect(corpus?.others).toMatchObject([{ file: 'kept/e.json', outcome }]);
    expect(totals).toMatchObject({ seeds: 5, passed: 5 });
    const junit = home.text('quorumlab-out/junit.xml');
    expect(junit).toContain('<testcase classname="corpus" name="kept/e.json">');
    const html = home.text('quorumlab-out/report.html');
    expect(html).toContain('Corpus: 1 of 2 saved failures as expected');
    expect(code).toBe(expected);
  });

  it('that expects a failure and finds it still answers for its corpus', async () => {
    home.put({ 'corpus/a.json': { ...calm, expect: 'fail' } });
    const words = ['fuzz', 'vr', '--mutant', 'VR-13', '--expect-failure', '--time', '30s'];
    const asFound = ['--explain', 'off', '--shrink', 'off'];
    expect((await home.run(...words, ...asFound)).code).toBe(4);
    home.put({ 'corpus/a.json': calm });
    expect((await home.run(...words, ...asFound)).code).toBe(0);
  });

  it('can go without', async () => {
    home.put({ 'corpus/a.json': { ...calm, expect: 'fail' } });
    const { code, stdout, stderr } = await fuzz('--corpus', 'off');
    expect(stdout + stderr).not.toContain('corpus');
    expect(campaign()).not.toHaveProperty('corpus');
    expect(code).toBe(0);
  });

  it('has nothing to say of one that is empty, or not there', async () => {
    const without = await fuzz();
    expect(without.stdout + without.stderr).not.toContain('corpus');
    mkdirSync(join(home.path, 'corpus'));
    const empty = await fuzz();
    expect(empty.stdout + empty.stderr).not.toContain('corpus');
    expect([without.code, empty.code]).toEqual([0, 0]);
  });

  it('refuses one that was named and is none, before anything runs', async () => {
    home.put({ file: '' });
    const [gone, file] = [await fuzz('--corpus', 'nowhere'), await fuzz('--corpus', 'file')];
    expect(gone.stderr).toBe(
      'quorumlab: --corpus nowhere: there is no such folder; --corpus off goes without\n',
    );
    expect(file.stderr).toContain('--corpus file: it is no folder');
    expect([gone.code, file.code]).toEqual([2, 2]);
    expect(existsSync(join(home.path, 'quorumlab-out/campaign.json'))).toBe(false);
  });

  it('tells machines what it came to before the seeds', async () => {
    home.put({ 'corpus/a.json': calm });
    const { stdout, stderr } = await fuzz('--reporter', 'ndjson');
    const types = stdout
      .trimEnd()
      .split('\n')
      .map((line): { type: string } => JSON.parse(line));
    expect(types.slice(0, 2)).toMatchObject([
      { type: 'start' },
      { type: 'corpus', entries: 1, asExpected: 1, others: [] },
    ]);
    expect(stderr).toBe('');
  });

  it('that is interrupted in it still reports', async () => {
    const ending = { kind: 'quiet', healAt: 1e12 } as const;
    const endless = edited(calm, { ending, bounds: { events: 1e9, queue: 1e6, time: 1e15 } });
    home.put({ 'corpus/a.json': endless });
    const { child, ended } = start(
      ['fuzz', 'vr/calm', '--time', '1h', '--timeout', '1h'],
      home.path,
    );
    child.stderr?.once('data', () => setTimeout(() => child.kill('SIGINT'), 1_000));
    const { code } = await ended;
    expect(campaign()).toMatchObject({ interrupted: true, corpus: { entries: 0 } });
    expect(code).toBe(130);
  });

  it('does not wait for ever for an entry', async () => {
    const ending = { kind: 'quiet', healAt: 1e12 } as const;
    const endless = edited(calm, { ending, bounds: { events: 1e9, queue: 1e6, time: 1e15 } });
    home.put({ 'corpus/a.json': endless });
    const { code, stderr } = await fuzz('--timeout', '1s');
    expect(stderr).toContain('corpus  0/1 regressions still pass · 1 inconclusive');
    expect(code).toBe(3);
  });
});

describe('parts of a campaign', () => {
  it('have one corpus, each entry as bad as in any of them', async () => {
    const part = (seeds: string): Promise<Ended> =>
      home.run('fuzz', 'vr/calm', '--base-seed', '1', '--seeds', seeds, '--reporter', 'blob');
    home.put({ 'corpus/a.json': { ...calm, expect: 'fail' }, 'corpus/b.json': calm });
    await part('0..3');
    home.put({ 'corpus/a.json': calm, 'corpus/b.json': { ...calm, expect: 'fail' } });
    await part('3..5');
    const blobs = ['quorumlab-out/blob-0-3.json', 'quorumlab-out/blob-3-5.json'];
    const { code, stdout } = await home.run('report', ...blobs);
    expect(stdout).toContain('corpus: 0 of 2 saved failures as expected · 2 stale');
    expect(campaign().verdict).toBe('failed');
    expect(code).toBe(4);
  });
});
