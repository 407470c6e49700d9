import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compare } from '../../cli/replay-command.ts';
import type { SavedFailure } from '../../cli/saved-failure.ts';
import { start } from './binary.ts';
import { edited, entryOf, OTHER_CODE, runThat } from './corpus-fixtures.ts';
import { homeOfEachTest } from './home.ts';

const failing = entryOf(runThat('failed', 'vr/primary-crash', 'VR-13'));
const calm = entryOf(runThat('passed', 'vr/calm'));

const home = homeOfEachTest();

describe('quorumlab replay of a folder', () => {
  it('replays every saved failure in it, a line each, and what they come to', async () => {
    home.put({
      'out/failures/a.json': failing,
      'out/failures/b.json': calm,
      'out/campaign.json': '{"format":"quorumlab-campaign/1"}',
      'out/report.html': '',
    });
    const { code, stdout, stderr } = await home.run('replay', 'out/');
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(
      'PASS  out/failures/a.json  the trace hash is the same as recorded; ' +
        `it fails as expected, with ${failing.signature}`,
    );
    expect(lines[1]).toContain('out/failures/b.json');
    expect(lines[2]).toMatch(/^PASS {2}2 of 2 as they should be {2}\(\d+\.\ds\)$/);
    expect(stderr).toContain('out/campaign.json is no saved failure');
    expect(code).toBe(0);
  });

  const { expect: _expect, ...silent } = failing;
  it.each<[string, SavedFailure | string, number, string]>([
    ['fails', silent, 1, `FAIL  in/e.json  it fails with ${failing.signature}; the trace hash is`],
    ['fails against its will', { ...failing, expect: 'pass' }, 1, 'it was expected to pass, but'],
    [
      'has another trace',
      { ...calm, traceHash: '0'.repeat(16) },
      4,
      'DIFFERS  in/e.json  the trace',
    ],
    ['passes against its will', { ...calm, expect: 'fail' }, 4, 'DIFFERS  in/e.json'],
    ['is cut short', '{"format":"quorumlab-failure/1"', 2, '1 unreadable'],
    ['names what is gone', edited(calm, { machine: 'kw' }), 2, '1 unreadable'],
    ['shows nothing', { ...calm, marks: ['nonesuch'] }, 4, 'no longer shows what it was kept for'],
  ])('has the exit code of its worst: one %s', async (_title, entry, expected, text) => {
    home.put({ 'in/e.json': entry, 'in/good.json': calm });
    const { code, stdout } = await home.run('replay', 'in');
    expect(stdout).toContain(text);
    expect(stdout).toContain('1 of 2 as they should be');
    expect(code).toBe(expected);
  });

  it('prints a JSON object a file', async () => {
    home.put({ 'in/a.json': failing, 'in/b.json': calm });
    const { stdout } = await home.run('replay', 'in', '--json');
    const runs = stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(runs).toMatchObject([
      { file: 'in/a.json', verdict: 'failed', replay: { isSameHash: true, isAsExpected: true } },
      { file: 'in/b.json', verdict: 'passed' },
    ]);
  });

  it('is refused when there is nothing in it, or options are for one run', async () => {
    mkdirSync(join(home.path, 'empty'));
    home.put({ 'in/a.json': calm, 'others/a.json': '{}' });
    const [empty, others, html, nodes] = await Promise.all([
      home.run('replay', 'empty'),
      home.run('replay', 'others'),
      home.run('replay', 'in', '--html', 'x.html'),
      home.run('replay', 'in', '--nodes', '5'),
    ]);
    expect(empty.stderr).toBe('quorumlab: empty holds no saved failures: nothing to replay\n');
    expect(others.stderr).toBe(
      'quorumlab: others/a.json is no saved failure, left alone: no format\n' +
        'quorumlab: others holds no saved failures: nothing to replay\n',
    );
    expect(html.stderr).toContain('--html is for one run, and in is a folder');
    expect(nodes.stderr).toContain('--nodes cannot change a saved run');
    expect([empty.code, others.code, html.code, nodes.code]).toEqual([2, 2, 2, 2]);
  });
});

describe('a replay of a folder that is interrupted', () => {
  // Hours of virtual time, in which nothing happens but heartbeats.
  const ending = { kind: 'quiet', healAt: 1e12 } as const;
  const bounds = { events: 1e9, queue: 1e6, time: 1e15 };
  const endless = edited(calm, { ending, bounds });

  it('tells what it has replayed until then', async () => {
    home.put({ 'in/a.json': failing, 'in/b.json': endless, 'in/c.json': calm });
    const { child, ended } = start(['replay', 'in'], home.path);
    child.stdout?.once('data', () => child.kill('SIGINT'));
    const { code, stdout, stderr } = await ended;
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^PASS {2}in\/a.json /);
    expect(lines[1]).toMatch(
      /^UNKNOWN {2}1 of 1 as they should be · interrupted: 1 of 3 replayed {2}\(/,
    );
    expect(stderr).toContain('stopping');
    expect(code).toBe(130);
  });
});

describe('a trace hash that differs', () => {
  const traceHash = '0'.repeat(16);
  const { code: _code, ...anonymous } = { ...calm, traceHash };

  it.each<[string, SavedFailure]>([
    ['0.0.1 (this is', { ...calm, traceHash, version: '0.0.1' }],
    ['other code of version', { ...calm, traceHash, code: OTHER_CODE }],
    ['this very code', { ...calm, traceHash }],
    [`version ${calm.version}, it is`, anonymous],
  ])('is told with who recorded it: %s', (words, saved) => {
    const { lines, exitCode } = compare(saved, runThat('passed', 'vr/calm'));
    expect(lines[0]).toContain(`the trace hash differs: ${traceHash} was recorded by`);
    expect(lines[0]).toContain(words);
    expect(exitCode).toBe(4);
  });
});

describe('a failure that is gone', () => {
  const { expect: _expect, ...silent } = failing;

  it('is said to be gone, whatever its trace', () => {
    const { lines, exitCode } = compare(silent, runThat('passed', 'vr/primary-crash'));
    expect(lines.at(-1)).toBe(`it no longer fails with ${failing.signature}`);
    expect(exitCode).toBe(4);
  });

  it('is not said to be while it fails', () => {
    const { lines } = compare(silent, runThat('failed', 'vr/primary-crash', 'VR-13'));
    expect(lines.join()).not.toContain('no longer');
  });
});
