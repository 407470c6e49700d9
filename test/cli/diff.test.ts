import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, temporaryFolder } from './binary.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const diff = (...words: readonly string[]): Promise<Ended> =>
  quorumlab(folder.path, 'diff', ...words);

/** A client that retries under a new request number shows in any lossy run. */
const LOSSY = 'vr/lossy@0x1';
const MUTANT = 'CL-1';

describe('quorumlab diff', () => {
  it('ends with 0 when the runs are the same, and tells their hash', async () => {
    const { code, stdout } = await diff(LOSSY, LOSSY);
    expect(code).toBe(0);
    const hash = /^a .* hash ([0-9a-f]{16})$/m.exec(stdout)?.[1];
    expect(stdout).toContain(`The runs are the same, event by event: hash ${hash}.\n`);
    expect(stdout).not.toContain('The specs differ');
  });

  it('ends with 1 when they part, and tells where, how, and what follows', async () => {
    const { code, stdout } = await diff(LOSSY, LOSSY, '--b-mutant', MUTANT);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^a {2}vr\/lossy@0x1 {16}PASS /m);
    expect(stdout).toMatch(/^b {2}vr\/lossy@0x1 --mutant CL-1 {2}FAIL /m);
    expect(stdout).toMatch(/^ {2}mutant {2}a none · b CL-1$/m);
    expect(stdout).toMatch(/^They are the same for \d+ records of the log, up to event \d+ /m);
    expect(stdout).toMatch(/^ {2}≠ /m);
    expect(stdout).toMatch(/^ {2}n0 .*primary view 0/m);
    expect(stdout).toMatch(/^ {11}b failed at .* with E-\w+: /m);
  });

  it('takes one target whose sides are told apart by options, and none for a mutant', async () => {
    const one = await diff(LOSSY, '--b-mutant', MUTANT, '--json');
    const other = await diff(LOSSY, '--mutant', MUTANT, '--a-mutant', 'none', '--json');
    expect(one.code).toBe(1);
    expect(other.stdout).toBe(one.stdout);
  });

  it('gives a simulation option to both sides, or to one', async () => {
    const both = await diff(
      'vr/calm@0x1',
      'vr/calm@0x1',
      '--nodes',
      '5',
      '--a-ops',
      '10',
      '--json',
    );
    expect(JSON.parse(both.stdout)).toMatchObject({
      format: 'quorumlab-diff/1',
      isSame: false,
      a: { spec: { replicas: 5 }, title: 'vr/calm@0x1 --nodes 5 --ops 10' },
      b: { spec: { replicas: 5 }, title: 'vr/calm@0x1 --nodes 5' },
    });
  });

  it('prints as JSON what differs: specs, the first records that do, verdicts', async () => {
    const { stdout } = await diff(LOSSY, LOSSY, '--b-mutant', MUTANT, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      spec: { fields: [{ path: 'mutant', b: MUTANT }], faults: { a: [], b: [] } },
      divergence: { a: { event: expect.any(Number) }, b: { event: expect.any(Number) } },
      a: { verdict: 'passed', traceHash: expect.stringMatching(/^[0-9a-f]{16}$/) },
      b: { verdict: 'failed', failures: [{ oracle: 'exactly-once' }] },
    });
  });

  it('shows as many events beside each other as it is asked for', async () => {
    const rows = (text: string): number => text.match(/ │ /g)?.length ?? 0;
    const few = await diff(LOSSY, '--b-mutant', MUTANT, '--rows', '2');
    const many = await diff(LOSSY, '--b-mutant', MUTANT, '--rows', '12');
    expect(rows(few.stdout)).toBe(rows(many.stdout) - 10);
  });
});

describe('quorumlab diff of files', () => {
  const FAILURE = 'quorumlab-out/failures/E-3ba3.json';
  let saved = '';

  beforeAll(async () => {
    const seeds = ['-x', '1', '--base-seed', '1', '--shrink', 'off', '--explain', 'off'];
    const words = ['fuzz', 'vr/lossy', '--mutant', MUTANT, ...seeds];
    const { stdout } = await quorumlab(folder.path, ...words, '--reporter', 'line');
    saved = /quorumlab replay (\S+\.json)/.exec(stdout)?.[1] ?? FAILURE;
  });

  it('runs a saved failure without its planted bug', async () => {
    const { code, stdout } = await diff(saved, '--b-mutant', 'none');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}mutant {2}a CL-1 · b none$/m);
    expect(stdout).not.toMatch(/only [ab] has/);
  });

  it('finds the fault that was taken out of a plan by hand', async () => {
    const edited = JSON.parse(readFileSync(join(folder.path, saved), 'utf8'));
    edited.spec.plan.faults = [{ at: 5_000, fault: 'crash', node: 1, lasts: 20_000 }];
    writeFileSync(join(folder.path, 'edited.json'), JSON.stringify(edited));
    const { code, stdout } = await diff(saved, 'edited.json');
    expect(code).toBe(1);
    expect(stdout).toContain('  only b has 1 fault:\n    crash n1 5 ms for 20 ms\n');
    expect(stdout).toMatch(/b {2}event \d+ at 5.000 ms: n1 crashes/);
  });

  it('changes nothing of a saved world but its build', async () => {
    const { code, stderr } = await diff(saved, '--b-nodes', '5');
    expect(code).toBe(2);
    expect(stderr).toContain('--b-nodes cannot change a saved run');
    expect((await diff(saved, saved, '--mutant', 'VR-3')).stderr).toContain('--a-mutant');
  });
});

describe('a diff that is asked for wrongly', () => {
  it.each([
    ['no target', [], 'diff needs <target..>: two'],
    ['one target and nothing to tell its sides apart', [LOSSY], 'diff takes two targets'],
    ['three targets', [LOSSY, LOSSY, LOSSY], 'two targets, not 3'],
    ['a file that is not there', ['none.json', LOSSY], 'there is no file none.json'],
    ['a scenario without seed', ['vr/lossy', LOSSY], 'SCENARIO@SEED'],
    ['an unknown scenario', ['vr/lozzy@1', LOSSY], 'did you mean vr/lossy?'],
    ['a wrong seed', ['vr/lossy@a b', LOSSY], 'no seed'],
    ['an unknown mutant', [LOSSY, LOSSY, '--b-mutant', 'CL-99'], '"CL-99"'],
    ['a mutant of another protocol', ['single/calm@1', '--b-mutant', MUTANT], MUTANT],
    ['no rows', [LOSSY, LOSSY, '--rows', '0'], '--rows'],
    ['an unknown side', [LOSSY, LOSSY, '--c-mutant', MUTANT], 'no flag --c-mutant'],
    ['an unknown option of a side', [LOSSY, LOSSY, '--a-seed', '1'], 'no flag --a-seed'],
    ['a wrong number of a side', [LOSSY, LOSSY, '--a-nodes', 'x'], '--nodes takes'],
  ])('says so: %s', async (_title, words, part) => {
    const { code, stdout, stderr } = await diff(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(part);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('says so: a file that is no run', async () => {
    for (const [name, text, part] of [
      ['broken.json', '{"format":', 'broken.json'],
      ['other.json', '{"format": "other/1"}', '"other/1"'],
      ['list.json', '[]', 'found none'],
    ] as const) {
      writeFileSync(join(folder.path, name), text);
      const { code, stderr, stdout } = await diff(name, LOSSY);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(part);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });
});
