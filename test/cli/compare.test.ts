import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { ReportIndex } from '../../reports/document.ts';
import type { ComparisonResult } from '../../scenarios/compare/compared.ts';
import type { RunResult } from '../../scenarios/spec.ts';
import { type Ended, temporaryFolder } from './binary.ts';
import { printed } from './printed.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const run = (...words: readonly string[]): Promise<Ended> => quorumlab(folder.path, ...words);
const compare = (...words: readonly string[]): Promise<Ended> =>
  run('compare', ...words, '--base-seed', '1', '--seeds', '3', '--jobs', '1');

function resultOf({ stdout }: Ended): ComparisonResult {
  return JSON.parse(stdout);
}

describe('quorumlab compare', () => {
  it('prints a table of all contenders, and how they stand against the first', async () => {
    const { code, stdout, stderr } = await compare('calm', '--protocol', 'vr,mp');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^calm {2}Nothing goes wrong\n 3 seeds · \d( to \d)? servers · median/);
    expect(stdout).toMatch(/^ +vr +mp$/m);
    expect(stdout).toMatch(/^ messages +\d/m);
    expect(stdout).toContain(' against vr, seed by seed');
    expect(stderr).toContain('quorumlab compare  calm  of vr mp  base-seed 0x1  3 seeds  jobs 1');
  });

  it('gives the same result however many workers there are', async () => {
    const words = ['compare', 'chaos', '--protocol', 'vr,mp', '--base-seed', '1', '--seeds', '6'];
    const one = resultOf(await run(...words, '--jobs', '1', '--json'));
    const two = resultOf(await run(...words, '--jobs', '2', '--json'));
    expect(two).toEqual(one);
    expect(one.scenarios[0]?.seeds).toHaveLength(6);
  });

  it('leaves out who lacks the scenario or cannot be in its world, and says so', async () => {
    const words = ['--protocol', 'single,vr,mp:phase2Quorum=9,chain'];
    const { code, stdout, stderr } = await compare('quorum-loss', ...words);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^quorumlab: left out: single has no scenario quorum-loss: it is one/m);
    expect(stderr).toMatch(
      /^quorumlab: left out: mp:phase2Quorum=9 in quorum-loss: option phase2Quorum/m,
    );
    expect(stderr).toContain('quorumlab compare  quorum-loss  of vr chain  ');
    expect(stdout).toMatch(/^ +vr +chain$/m);
    expect(printed(stdout, 'repeat')).toContain('vr,chain');
  });

  it('runs a piece of the seeds as the whole would have run it', async () => {
    const words = ['compare', 'lossy', '--protocol', 'mp', '--base-seed', '1', '--json'];
    const whole = resultOf(await run(...words, '--seeds', '4'));
    const piece = resultOf(await run(...words, '--seeds', '2..4'));
    const values = (result: ComparisonResult): readonly unknown[] =>
      result.scenarios[0]?.standings[0]?.metrics.map((each) => each.values) ?? [];
    expect(values(piece)).toEqual(
      values(whole).map((all) => (Array.isArray(all) ? all.slice(2) : [])),
    );
  });

  it('tells one protocol with other options apart', async () => {
    const result = resultOf(
      await compare('calm', '--protocol', 'mp,mp:readMode=lease:window=1', '--json'),
    );
    expect(result.contenders.map(({ label, options }) => [label, options])).toEqual([
      ['mp', {}],
      ['mp:readMode=lease:window=1', { readMode: 'lease', window: 1 }],
    ]);
    const [mp, leased] = result.scenarios[0]?.standings ?? [];
    expect(leased?.messagesByType).not.toEqual(mp?.messagesByType);
  });

  it('sets what holds for all of them, and counts servers rather than replicas', async () => {
    const words = ['--protocol', 'vr,chain', '--set', 'clientRetry=20000', '--nodes', '4'];
    const result = resultOf(await compare('calm', ...words, '--json'));
    expect(result.flags).toEqual(['--nodes', '4', '--set', 'clientRetry=20000']);
    expect(result.scenarios[0]).toMatchObject({ servers: { least: 4, most: 4 } });
    expect(result.scenarios[0]?.standings.map(({ others }) => others)).toEqual([0, 3]);
    const { stdout } = await compare('calm', ...words);
    expect(stdout).toContain('chain has 3 replicas more that are no servers');
  });

  it('shows medians alone where lines are short, and contenders below each other', async () => {
    const { columns } = process.stdout;
    process.stdout.columns = 44;
    try {
      const { stdout } = await compare('calm', '--protocol', 'vr,mp,chain,mp:readMode=lease');
      const lines = stdout.split('\n').filter((line) => /^ +(latency|messages|vr|mp)/.test(line));
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(44);
      expect(stdout.match(/^ messages /gm)?.length).toBeGreaterThan(2);
      expect(stdout).not.toContain(' … ');
    } finally {
      process.stdout.columns = columns;
    }
  });
});

describe('the report of a comparison', () => {
  const contenders = ['mp', 'mp:readMode=lease', 'chain', 'mp:mutant=CL-1'];

  async function indexOf(path: string, ...words: readonly string[]): Promise<ReportIndex> {
    const protocols = ['--protocol', contenders.join(',')];
    await compare(...words, ...protocols, '--html', path);
    const html = readFileSync(join(folder.path, path), 'utf8');
    const [, block = ''] = /id="quorumlab-index">([^<]*)</.exec(html) ?? [];
    return JSON.parse(gunzipSync(Buffer.from(block, 'base64')).toString());
  }

  it('has commands that bring back just the runs that it shows', async () => {
    const index = await indexOf('pc.html', 'quorum-loss', '--clients', '3');
    expect(index.runs).toHaveLength(contenders.length);
    for (const { replay, events, seed } of index.runs) {
      expect(replay).toContain(`quorumlab replay`);
      const { stdout } = await run(...replay.split(' ').slice(1), '--json');
      const result: RunResult = JSON.parse(stdout);
      expect(result.spec.seed).toBe(seed);
      expect(result.counts.events).toBe(events);
    }
  });

  it('names a piece of the comparison where a scenario alone would draw otherwise', async () => {
    const index = await indexOf('chaos.html', 'chaos', '--show', '2');
    expect(index.comparison?.shown.map((each) => each.index)).toEqual([2]);
    expect(index.runs.map(({ replay }) => replay)).toEqual(
      contenders.map(
        (label) => `quorumlab compare chaos --protocol ${label} --base-seed 0x1 --seeds 2..3`,
      ),
    );
  });

  it('refuses to show a seed that is not run', async () => {
    const { code, stderr } = await compare('calm', '--protocol', 'vr', '--show', '3');
    expect(code).toBe(2);
    expect(stderr).toContain('--show takes a whole number from 0 to 2, not "3"');
  });
});

describe('quorumlab compare, of runs that', () => {
  it('fail, exits 1, names them, and saves what their replay commands bring back', async () => {
    const { code, stdout } = await compare('lossy', '--protocol', 'vr,vr:mutant=cl-1');
    expect(code).toBe(1);
    const [, seed] = /^FAIL {2}lossy vr:mutant=cl-1 {2}seed (0x[0-9a-f]+) /m.exec(stdout) ?? [];
    expect(seed).toBeDefined();
    expect(stdout).toMatch(/vr:mutant=cl-1: [1-3] of 3 runs not counted/);
    const replayed = await run(...printed(stdout, 'replay'));
    expect(replayed.code).toBe(1);
    expect(replayed.stdout).toContain(`FAIL  vr/lossy@${seed}`);
  });

  it('come to no verdict, exits 3 and names them', async () => {
    const { code, stdout } = await compare('calm', '--protocol', 'vr', '--max-events', '50');
    expect(code).toBe(3);
    expect(stdout).toMatch(/^UNKNOWN {2}calm vr {2}seed 0x[0-9a-f]+ {2}bound on events/m);
    expect(stdout).toContain('vr: 3 of 3 runs not counted');
  });
});

describe('quorumlab compare refuses', () => {
  it.each([
    [['calm'], 'compare needs to know whom: --protocol vr,mp, say'],
    [['vr/calm', '--protocol', 'vr'], 'compare takes the name of a scenario alone: calm'],
    [['calmness', '--protocol', 'vr'], 'there is no scenario "calmness"'],
    [
      ['calm', '--protocol', 'vrr'],
      '--protocol vrr: there is no protocol "vrr" (did you mean vr?)',
    ],
    [['calm', '--protocol', 'vr,vr'], '--protocol names vr twice'],
    [['calm', '--protocol', 'mp:window=4:window=5'], 'window is set twice'],
    [['calm', '--protocol', 'mp:mutant=MP-7:mutant=MP-8'], 'mutant is set twice'],
    [['calm', '--protocol', 'mp:lease'], 'options follow as mp:key=value, not "lease"'],
    [
      ['calm', '--protocol', 'mp:readmode=lease'],
      '--protocol mp:readmode=lease: mp has no option "readmode" (did you mean readMode?)',
    ],
    [['calm', '--protocol', 'mp:mutant=VR-99'], 'mp has no mutant "VR-99"'],
    [['calm', '--protocol', 'mp:readMode=fast'], 'takes log or read-index or lease or quorum'],
    [['leader-killed', '--protocol', 'chain'], 'chain has no scenario leader-killed: it is one'],
    [['quorum-loss', '--protocol', 'single,chain2'], 'single has no scenario quorum-loss: it is'],
    [['calm', '--protocol', 'mp:phase2Quorum=3', '--nodes', '2'], 'option phase2Quorum = 3'],
    [['quorum-loss', '--protocol', 'mp:phase2Quorum=9'], 'quorum-loss: option phase2Quorum = 9'],
  ])('%j', async (words, message) => {
    const { code, stderr, stdout } = await compare(...words);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
  });

  it('what does not fit the size of some world, naming the seed', async () => {
    const words = ['compare', 'calm', '--protocol', 'mp:phase2Quorum=3', '--base-seed', '1'];
    const { code, stderr } = await run(...words);
    expect(code).toBe(2);
    expect(stderr).toMatch(/calm, seed \d+: option phase2Quorum = 3: expected at most 2: /);
  });
});
