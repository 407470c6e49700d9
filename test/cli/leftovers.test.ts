import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { gapsBetween } from '../../cli/report-command.ts';
import { temporaryFolder } from './binary.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

function fuzz(seeds: string, outDir: string, ...more: readonly string[]) {
  const words = ['fuzz', 'vr/calm', '--base-seed', '1', '--seeds', seeds, '--out-dir', outDir];
  return quorumlab(folder.path, ...words, ...more);
}

describe('a campaign', () => {
  it('says when its folder holds failures of an earlier one, and leaves them', async () => {
    mkdirSync(join(folder.path, 'used/failures'), { recursive: true });
    const old = join(folder.path, 'used/failures/L-0000.json');
    writeFileSync(old, '{}');
    const { code, stderr } = await fuzz('2', 'used', '--reporter', 'json');
    expect(stderr).toBe('quorumlab: used/failures also holds 1 file of earlier campaigns\n');
    expect(readFileSync(old, 'utf8')).toBe('{}');
    expect(code).toBe(0);
    expect((await fuzz('2', 'fresh', '--reporter', 'json')).stderr).toBe('');
  });

  it('starts no more workers than it has seeds', async () => {
    const { stderr } = await fuzz('3', 'few', '--jobs', '64', '--reporter', 'line');
    expect(stderr).toContain('  jobs 3  ');
  });
});

describe('parts of a campaign', () => {
  it('have gaps where no part holds the seeds between two', () => {
    const part = (from: number, to: number) => ({ from, to });
    expect(gapsBetween([part(10, 20)])).toEqual([]);
    expect(gapsBetween([part(10, 20), part(0, 10)])).toEqual([]);
    expect(gapsBetween([part(30, 40), part(0, 10), part(12, 20)])).toEqual([
      part(10, 12),
      part(20, 30),
    ]);
  });

  it('are merged with a word on what is missing between them', async () => {
    await fuzz('0..2', 'first', '--reporter', 'json');
    await fuzz('5..7', 'last', '--reporter', 'json');
    const parts = ['first/campaign.json', 'last/campaign.json'];
    const words = ['report', ...parts, '--reporter', 'json', '--out-dir', 'merged'];
    const { code, stderr } = await quorumlab(folder.path, ...words);
    expect(stderr).toBe('quorumlab: no part holds the seeds 2..5\n');
    expect(code).toBe(0);
  });
});
