/** `npm run bench:check`: what it takes, and how it ends. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { MeasuredRow } from '../../bench/check-one.ts';
import { optionsIn } from '../../bench/check-options.ts';
import { type CheckRow, checkRows } from '../../bench/check-rows.ts';
import { missedText, tableOf } from '../../bench/check-table.ts';
import { assertBuilt } from '../cli/binary.ts';

const BENCH = fileURLToPath(new URL('../../dist/bench/check.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'quorumlab-bench-'));
writeFileSync(join(folder, 'expected.json'), 'no JSON');
afterAll(() => rmSync(folder, { recursive: true }));

function bench(...words: readonly string[]) {
  assertBuilt();
  return spawnSync(process.execPath, [BENCH, ...words], { encoding: 'utf8' });
}

const row: CheckRow = {
  name: 'a row',
  histories: () => [],
  verdict: 'any',
  mostMs: 100,
  mostMegabytes: 300,
  porcupine: '',
};
const figures: MeasuredRow = {
  name: 'a row',
  operations: 1,
  first: 100,
  later: 50,
  megabytes: 300,
  megabytesBefore: 200,
  counted: 0,
  sentence: '',
};

describe('a bar', () => {
  it('is met by what it says', () => {
    expect(missedText([{ row, figures }])).toBe('');
    expect(tableOf([{ row, figures }])).not.toContain('!');
  });

  it('is missed by time or by memory, and the row is named', () => {
    const slow = { row, figures: { ...figures, first: 100.5 } };
    const large = { row: { ...row, name: 'another' }, figures: { ...figures, megabytes: 300.5 } };
    expect(missedText([slow, { row, figures }, large])).toBe(
      'missed: a row: 101 ms, must be ≤ 100 ms\n' +
        'missed: another: 301 MB, must be ≤ 300 MB\n' +
        'Bars are for the first check, on a quiet machine of 2 cores.\n',
    );
    expect(tableOf([slow])).toContain('≤ 100 ms !');
    expect(tableOf([large])).toContain('≤ 300 MB !');
  });

  it('is not looked at in the later checks', () => {
    expect(missedText([{ row, figures: { ...figures, later: 1_000 } }])).toBe('');
  });
});

describe('bench:check', () => {
  it('reads its options', () => {
    expect(optionsIn([])).toEqual({ only: '', histories: undefined, json: false });
    expect(optionsIn(['--only', 'queue', '--json', '--histories=x'])).toEqual({
      only: 'queue',
      histories: 'x',
      json: true,
    });
  });

  it('tells its options', () => {
    const { status, stdout, stderr } = bench('--help');
    expect([status, stderr]).toEqual([0, '']);
    for (const option of ['--only', '--histories', '--json']) expect(stdout).toContain(option);
  });

  it.each([
    ['an unknown option', ['--onyl', 'x'], 'Unknown argument: onyl'],
    ['a word too many', ['queue'], 'Unknown argument: queue'],
    ['an option without its value', ['--only'], 'Not enough arguments following: only'],
    ['a folder that is not there', ['--histories', '/nonexistent'], 'no such file'],
    ['a folder of something else', ['--histories', folder], 'expected.json'],
    ['a name that no row has', ['--only', 'nosuchrow'], "none has 'nosuchrow'; there are\n"],
  ])('refuses %s in a line, without a stack', (_title, words, message) => {
    const { status, stdout, stderr } = bench(...words);
    expect(stderr).toMatch(/^bench:check: /);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('measures the rows asked for, and ends with 1 exactly where it marks a bar as missed', () => {
    const { status, stdout, stderr } = bench('--only', 'unique cas, 40 pending');
    expect(stdout).toContain('unique cas, 40 pending, legal');
    expect(stdout).not.toContain('queue');
    expect(status).toBe(stdout.includes(' !') ? 1 : 0);
    expect(stderr.includes('missed: unique cas, 40 pending')).toBe(status === 1);
  });

  it('has rows that can be told apart by name', () => {
    const names = checkRows(undefined).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
