import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SavedFailure } from '../../cli/saved-failure.ts';
import { interrupted } from './binary.ts';
import { edited, entryOf, OTHER_CODE, runThat } from './corpus-fixtures.ts';
import { homeOfEachTest } from './home.ts';

const failing = entryOf(runThat('failed', 'vr/primary-crash', 'VR-13'));
const passing = entryOf(runThat('passed', 'vr/primary-crash'));
const calm = runThat('passed', 'vr/calm');
const undecided = edited(entryOf(calm), { bounds: { ...calm.spec.bounds, events: 50 } });
const { signature } = failing;
const FAILING = `vr/${failing.signature}.json`;

const home = homeOfEachTest();

describe('quorumlab corpus verify', () => {
  it('passes when all is as expected, and says what was not compared', async () => {
    home.corpus({ [FAILING]: failing, 'vr/L-0123.json': passing });
    const { code, stdout, stderr } = await home.run('corpus', 'verify');
    expect(stdout).toMatch(/^PASS {2}2 of 2 entries as expected {2}\(\d+\.\ds\)\n/);
    expect(stdout).toContain('1 must fail · 1 must pass · 2 traces the same to the last bit');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    home.corpus({ [FAILING]: { ...failing, traceHash: '0'.repeat(16), code: OTHER_CODE } });
    const other = await home.run('corpus', 'verify');
    expect(other.stdout).toContain('1 not compared: recorded by other code');
    expect(other.code).toBe(0);
  });

  const { marks: _marks, ...markless } = passing;
  it.each<[string, SavedFailure | string, number, RegExp]>([
    [
      'violated',
      { ...failing, expect: 'pass' },
      1,
      /^ {2}violated +\S+ +pass +the bug that was mended is/m,
    ],
    ['unreadable', '{"format":"quorumlab-failure/1"', 2, /^ {2}unreadable +\S+ +line 1:/m],
    ['inconclusive', undecided, 3, /^ {2}inconclusive .*bound on events/m],
    ['stale: it passes', { ...passing, expect: 'fail' }, 4, /^ {2}stale .*it passes$/m],
    [
      'stale: it fails otherwise',
      { ...failing, signature: 'L-ffff' },
      4,
      /^ {2}stale +\S+ +fail with L-ffff, as VR-13 +it fails with \S+ instead: /m,
    ],
    [
      'stale: a mark is missing',
      { ...markless, marks: ['torn-record-dropped'] },
      4,
      /^ {2}stale .*torn-record-dropped is not reached$/m,
    ],
    [
      'stale: a name is gone',
      edited(failing, { mutant: 'VR-99' }),
      4,
      /^ {2}stale .*it cannot be run: spec\.mutant: unknown "VR-99"/m,
    ],
  ])('tells in a table what is %s', async (_title, entry, expected, row) => {
    home.corpus({ 'vr/entry.json': entry, 'vr/good.json': passing });
    const { code, stdout } = await home.run('corpus', 'verify');
    expect(stdout).toContain('1 of 2 entries as expected');
    expect(stdout).toMatch(row);
    expect(stdout).toContain('corpus/vr/entry.json');
    expect(stdout).not.toContain('corpus/vr/good.json');
    expect(stdout.startsWith('PASS')).toBe(false);
    expect(code).toBe(expected);
  });

  it('takes files and several folders, each entry once', async () => {
    home.put({ 'a/x.json': failing, 'b/y.json': passing });
    const words = ['verify', 'a', 'a/x.json', 'b/y.json', '--jobs', '2', '--json'];
    const { code, stdout } = await home.run('corpus', ...words);
    expect(JSON.parse(stdout)).toMatchObject({
      total: 2,
      asExpected: 2,
      entries: [
        { path: 'a/x.json', outcome: 'as-expected', hash: 'same', traceHash: failing.traceHash },
        { path: 'b/y.json', outcome: 'as-expected' },
      ],
    });
    expect(code).toBe(0);
  });

  it('of nothing is a mistake, not a pass', async () => {
    mkdirSync(join(home.path, 'corpus'));
    const { code, stderr } = await home.run('corpus', 'verify');
    expect(stderr).toBe('quorumlab: corpus holds no saved failures: nothing to verify\n');
    expect(code).toBe(2);
  });

  it('records anew what has changed, says what, and is content with it then', async () => {
    home.corpus({
      [FAILING]: { ...failing, traceHash: '0'.repeat(16) },
      'vr/L-ffff.json': { ...edited(failing, { paranoid: true }), signature: 'L-ffff' },
      'vr/M-0001.json': { ...passing, marks: ['about-to-commit', 'log-merged'], note: 'kept' },
      'vr/violated.json': { ...edited(failing, { shuffleTies: true }), expect: 'pass' },
    });
    const first = await home.run('corpus', 'verify', '--update');
    expect(first.stdout).toContain('RECORDED ANEW');
    expect(first.stdout).toMatch(new RegExp(`corpus/${FAILING} +another trace$`, 'm'));
    const renamed = `vr/${signature}-2.json`;
    expect(first.stdout).toMatch(new RegExp(`corpus/${renamed} +L-ffff is now ${signature}$`, 'm'));
    expect(first.stdout).toMatch(/M-0001\.json +no longer reaches log-merged$/m);
    // What fails against its will cannot be recorded away.
    expect(first.code).toBe(1);
    expect(home.files('corpus')).toEqual([renamed, FAILING, 'vr/M-0001.json', 'vr/violated.json']);
    expect(home.entry('corpus/vr/M-0001.json')).toMatchObject({
      marks: ['about-to-commit'],
      note: 'kept',
    });
    const second = await home.run('corpus', 'verify', '--update');
    expect(second.stdout).toContain('3 of 4 entries as expected · 1 violated');
    expect(second.stdout).toContain('nothing to record anew');
  });

  it('is ended by Ctrl-C', async () => {
    // Hours of virtual time, in which nothing happens but heartbeats.
    const healAt = 1e12;
    const bounds = { events: 1e9, queue: 1e6, time: 1e15 };
    const endless = edited(entryOf(calm), { ending: { kind: 'quiet', healAt }, bounds });
    home.corpus({
      'vr/endless.json': endless,
      'vr/good.json': { ...passing, traceHash: '0'.repeat(16) },
    });
    const words = ['corpus', 'verify', '--update'];
    const { code, stdout, stderr } = await interrupted(words, home.path);
    expect(stderr).toContain('stopping');
    expect(stdout).toContain('2 not run');
    expect(home.entry('corpus/vr/good.json').traceHash).toBe('0'.repeat(16));
    expect(code).toBe(130);
  });
});
