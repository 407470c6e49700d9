import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sentencesOf } from '../../reports/explanation.ts';
import { type Ended, interrupted, temporaryFolder } from './binary.ts';
import { printed } from './printed.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const run = (...words: readonly string[]): Promise<Ended> => quorumlab(folder.path, ...words);

function json(path: string): ReturnType<typeof JSON.parse> {
  return JSON.parse(readFileSync(join(folder.path, path), 'utf8'));
}

/** A client that retries under a new request number: any lossy run shows it soon. */
const FAILING = ['vr/lossy@0x1', '--mutant', 'CL-1'];
const PASSING = ['vr/calm@0x1'];
/** For tests that ask nothing about explanations, which take longer than the rest. */
const UNEXPLAINED = ['--explain', 'off'];

describe('quorumlab shrink', () => {
  let shrunk: Ended;
  let saved: ReturnType<typeof JSON.parse>;

  beforeAll(async () => {
    shrunk = await run('shrink', ...FAILING, '--out', 'small.json');
    saved = json('small.json');
  });

  it('exits 1 and tells what it took away and all that is left', () => {
    expect(shrunk.code).toBe(1);
    expect(shrunk.stdout).toContain(`sig ${saved.signature}`);
    expect(shrunk.stdout).toMatch(/^shrunk {2}[\d,]+ → \d+ events, \d+ nodes?, \d+ faults?, /m);
    expect(shrunk.stdout).toMatch(/^ {2}Not needed: .* of \d+ operations/m);
    const left = shrunk.stdout.slice(shrunk.stdout.indexOf('what is left'));
    for (const { operation } of saved.spec.plan.operations) expect(left).toContain(operation.f);
    expect(left).toContain('the run is cut');
  });

  it('saves what is left, with what it was shrunk from', async () => {
    expect(saved).toMatchObject({
      format: 'quorumlab-failure/1',
      oracle: 'exactly-once',
      original: { run: 'vr/lossy@0x1' },
      shrunk: { isMinimal: true },
      found: { command: 'quorumlab replay vr/lossy@0x1 --mutant CL-1' },
    });
    expect(saved.original.events).toBeGreaterThan(saved.spec.plan.operations.length);
    expect(saved.signature).not.toBe(saved.provisional);
  });

  it('prints commands that bring back what is left, and what there was', async () => {
    const small = await run(...printed(shrunk.stdout, 'replay'));
    expect(small.code).toBe(1);
    expect(small.stdout).toContain('the trace hash is the same as recorded');
    // By the same names as when it was shrunk.
    expect(shrunk.stdout).toContain(`sig ${saved.signature} (${saved.provisional})`);
    expect(small.stdout).toContain(`sig ${saved.signature} (${saved.provisional})`);
    const original = await run(...printed(shrunk.stdout, 'original'));
    expect(original.code).toBe(1);
    expect(original.stdout).toContain(`sig ${saved.provisional}`);
  });

  it('leaves it said that a failure is expected, where one is saved already', async () => {
    const words = ['shrink', ...FAILING, ...UNEXPLAINED];
    const first = await run(...words, `--expect-failure=${saved.signature}`);
    expect(first.code).toBe(0);
    const path = `quorumlab-out/failures/${saved.signature}.json`;
    expect(json(path).expect).toBe('fail');
    expect((await run(...words)).code).toBe(1);
    expect(json(path).expect).toBe('fail');
    writeFileSync(join(folder.path, path), '{"format":');
    await run(...words);
    expect(json(path)).not.toHaveProperty('expect');
  });

  it('takes a saved failure, of which nothing more can go', async () => {
    const again = await run('shrink', 'small.json', ...UNEXPLAINED, '--out', 'again.json');
    expect(again.code).toBe(1);
    expect(json('again.json').spec).toEqual(saved.spec);
    expect(json('again.json').signature).toBe(saved.signature);
  });

  it('exits 0 if the failure was expected, by either signature, and saves that', async () => {
    for (const expected of ['', `=${saved.signature}`, `=${saved.provisional}`]) {
      const words = [...FAILING, ...UNEXPLAINED, '--out', 'expected.json'];
      expect((await run('shrink', ...words, `--expect-failure${expected}`)).code).toBe(0);
    }
    expect(json('expected.json').expect).toBe('fail');
    const replayed = await run('replay', 'expected.json');
    expect(replayed.stdout).toContain(`it fails as expected, with ${saved.signature}`);
    expect(replayed.code).toBe(0);
  });

  it('exits 1 if another failure was expected, and 5 if one was and there is none', async () => {
    const words = [...FAILING, ...UNEXPLAINED, '--out', 'other.json'];
    const other = await run('shrink', ...words, '--expect-failure=I-0000');
    expect(other.code).toBe(1);
    const none = await run('shrink', ...PASSING, '--expect-failure');
    expect(none.code).toBe(5);
  });

  it('leaves alone what passes', async () => {
    const { code, stdout } = await run('shrink', ...PASSING);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^PASS/);
    expect(stdout).toContain('not shrunk: it does not fail');
  });

  it('names its file after the signature if nothing is said', async () => {
    const { stdout } = await run('shrink', ...FAILING, ...UNEXPLAINED);
    const name = `${saved.signature}.json`;
    expect(readdirSync(join(folder.path, 'quorumlab-out/failures'))).toEqual([name]);
    expect(printed(stdout, 'replay')).toEqual(['replay', `quorumlab-out/failures/${name}`]);
  });

  it('tells what decides the failure, unless it is not asked to', async () => {
    expect(shrunk.stdout).toMatch(/^ {2}(It hinges on|No event decides|No single|The plan)/m);
    expect(saved.explanation.sentences.length).toBeGreaterThan(0);
    // The file has in it what the explanation draws from.
    const again = await run('replay', 'small.json', '--explain', '--json');
    expect(sentencesOf(JSON.parse(again.stdout).explanation)).toEqual(saved.explanation.sentences);
    expect(saved.original.network.delay.kind).not.toBe('fixed');
    const words = ['--explain', 'off', '--out', 'unexplained.json'];
    const { stdout } = await run('shrink', ...FAILING, ...words);
    expect(stdout).not.toContain('drawn anew');
    expect(json('unexplained.json')).not.toHaveProperty('explanation');
  });

  it('prints one JSON object', async () => {
    const { stdout, code } = await run('shrink', ...FAILING, '--json', '--out', 'as.json');
    expect(code).toBe(1);
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ signature: saved.signature, path: 'as.json' });
    expect(told.minimal.spec).toEqual(saved.spec);
    expect(told.account).toMatchObject({ isMinimal: true, to: { faults: {} } });
    expect(told.account.original.network.delay.kind).not.toBe('fixed');
    expect(told.explanation.points[0]).toMatchObject({ event: 0 });
  });

  it('keeps the best so far when its time is over, and says that there may be less', async () => {
    const { code, stdout } = await run('shrink', ...FAILING, '--shrink-time', '1ms');
    expect(code).toBe(1);
    expect(stdout).toContain('cut short');
  });

  it('finds out what cannot be written before it begins', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    const { code, stderr } = await run('shrink', ...FAILING, '--out', 'file/in.json');
    expect(code).toBe(2);
    expect(stderr).toContain('cannot write file/in.json');
  });

  it('refuses to change a saved run, and what is no target', async () => {
    expect((await run('shrink', 'small.json', '--nodes', '5')).stderr).toContain('--nodes cannot');
    expect((await run('shrink', 'none.json')).code).toBe(2);
  });

  it('that is interrupted keeps what there is and exits 130', async () => {
    const long = [
      'vr/calm@0x1',
      '--mutant',
      'SM-3',
      '--ops',
      '40000',
      '--check',
      'linearizability',
    ];
    const words = ['shrink', ...long, '--out', 'interrupted.json'];
    const { code, stdout } = await interrupted(words, folder.path);
    expect(code).toBe(130);
    expect(stdout).toMatch(/cut short|it was interrupted/);
  });
});

describe('quorumlab fuzz', () => {
  const CAMPAIGN = ['fuzz', 'vr/lossy', '--mutant', 'CL-1', '-x', '1', '--base-seed', '1'];

  it('shrinks the earliest failure of each group; the original stays in reach', async () => {
    const { stdout } = await run(...CAMPAIGN, '--explain', 'off', '--out-dir', 'f');
    const [group] = json('f/campaign.json').groups;
    expect(group.savedAs).toBe(`failures/${group.signature}.json`);
    expect(group.seeds.length).toBeGreaterThanOrEqual(Math.min(3, group.count));
    expect(group.example.events.length).toBeGreaterThan(0);
    expect(group.example.counts.events).toBe(group.shrunk.to.events);
    expect(stdout).toMatch(/^ {2}shrunk [\d,]+ → \d+ events, /m);
    expect(stdout).toContain(`sig ${group.signature} (${group.provisional})`);
    const original = await run(...printed(stdout, 'original'));
    expect(original.stdout).toContain(`sig ${group.provisional}`);
    expect(json(`f/${group.savedAs}`).original.events).toBe(group.shrunk.from.events);
  });

  it('says why a failure was not shrunk that is another one each time', async () => {
    const words = ['fuzz', 'vr/calm', '--mutant', 'SM-1', '--seeds', '2', '--base-seed', '1'];
    const { stdout } = await run(...words, '--explain', 'off', '--out-dir', 'unsteady');
    const { groups } = json('unsteady/campaign.json');
    for (const { oracle, shrunk, notShrunk } of groups) {
      expect(oracle === 'determinism' ? shrunk?.isMinimal : typeof notShrunk).toBe(
        oracle === 'determinism' ? true : 'string',
      );
    }
    expect(stdout).toMatch(/shrunk/);
  });

  it('leaves failures as they are where that is asked for', async () => {
    const words = [...CAMPAIGN, '--shrink', 'off', '--explain', 'off', '--out-dir', 'whole'];
    const { stdout } = await run(...words);
    expect(stdout).not.toContain('shrunk');
    const [group] = json('whole/campaign.json').groups;
    expect(group).not.toHaveProperty('shrunk');
    expect(group).not.toHaveProperty('provisional');
    expect(existsSync(join(folder.path, `whole/failures/${group.signature}.json`))).toBe(true);
  });

  it('refuses another word than on or off', async () => {
    const { code, stderr } = await run(...CAMPAIGN, '--shrink', 'maybe');
    expect(code).toBe(2);
    expect(stderr).toContain('--shrink takes on or off, not "maybe"');
  });
});
