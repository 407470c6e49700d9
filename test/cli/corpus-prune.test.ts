import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SavedFailure } from '../../cli/saved-failure.ts';
import { edited, entryOf, runThat } from './corpus-fixtures.ts';
import { homeOfEachTest } from './home.ts';

const failing = entryOf(runThat('failed', 'vr/primary-crash', 'VR-13'));
const passing = entryOf(runThat('passed', 'vr/primary-crash'));
const { signature } = failing;

const home = homeOfEachTest();

describe('quorumlab corpus prune', () => {
  const spec = (clients: number) => edited(failing, { seed: `0x${clients}` });
  const big = (at: number): SavedFailure => {
    const { plan = { faults: [], operations: [] } } = failing.spec;
    const operations = plan.operations.slice(0, plan.operations.length - at);
    return edited(spec(at), { plan: { ...plan, operations } });
  };

  it('keeps the smallest three of one signature, and lists what it removes', async () => {
    home.corpus(
      Object.fromEntries([1, 2, 3, 4, 5].map((at) => [`vr/e${at}.json`, big(at)] as const)),
    );
    const dry = await home.run('corpus', 'prune', '--dry-run');
    expect(dry.stdout).toContain('would remove 2 entries · 3 entries would stay');
    expect(home.files('corpus')).toHaveLength(5);
    const { code, stdout } = await home.run('corpus', 'prune');
    expect(stdout).toMatch(new RegExp(`corpus/vr/e1\\.json +3 smaller ones of ${signature} stay`));
    expect(stdout).toContain('corpus/vr/e2.json');
    expect(stdout).toContain('removed 2 entries · 3 entries left');
    expect(home.files('corpus')).toEqual(['vr/e3.json', 'vr/e4.json', 'vr/e5.json']);
    expect(code).toBe(0);
    expect((await home.run('corpus', 'prune')).stdout).toBe('nothing to remove · 3 entries left\n');
    const { stdout: json } = await home.run('corpus', 'prune', '--keep', '1', '--json');
    expect(JSON.parse(json)).toMatchObject({ stays: 1, removed: [{}, {}], isDryRun: false });
    expect(home.files('corpus')).toEqual(['vr/e5.json']);
  });

  it('keeps apart what other mutants and other expectations show', async () => {
    home.corpus({
      'a.json': failing,
      'b.json': edited(spec(2), { mutant: 'VR-3' }),
      'c.json': { ...spec(3), expect: 'pass' },
      'd.json': { ...spec(4), signature: 'L-ffff' },
    });
    expect((await home.run('corpus', 'prune', '--keep', '1')).stdout).toContain(
      'nothing to remove',
    );
  });

  it('removes the same run under another name, and keeps the note on it', async () => {
    home.corpus({ 'a.json': failing, 'b.json': { ...failing, note: 'again' } });
    const { stdout } = await home.run('corpus', 'prune');
    expect(stdout).toMatch(/corpus\/a\.json +the same run as corpus\/b\.json/);
    expect(home.files('corpus')).toEqual(['b.json']);
  });

  it('keeps what must pass and what has a note, however many say the same', async () => {
    const guard = { ...passing, signature, expect: 'pass' } as const;
    home.corpus({
      'a.json': big(1),
      'b.json': big(2),
      'c.json': { ...big(0), note: 'seen at a customer' },
      'd.json': edited(guard, { seed: '0x4' }),
      'e.json': edited(guard, { seed: '0x5' }),
    });
    await home.run('corpus', 'prune', '--keep', '1');
    expect(home.files('corpus')).toEqual(['b.json', 'c.json', 'd.json', 'e.json']);
  });

  it('removes what is stale when it is asked to, and never what it cannot read', async () => {
    home.corpus({ 'a.json': { ...passing, expect: 'fail' }, 'b.json': passing, 'c.json': '{' });
    writeFileSync(join(home.path, 'corpus/notes.json'), '{}');
    expect((await home.run('corpus', 'prune')).stdout).toContain('nothing to remove');
    const { code, stdout, stderr } = await home.run('corpus', 'prune', '--stale');
    expect(stdout).toMatch(/corpus\/a\.json +stale: it passes/);
    expect(stderr).toContain('corpus/c.json: line 1:2');
    expect(home.files('corpus')).toEqual(['b.json', 'c.json', 'notes.json']);
    expect(code).toBe(2);
  });
});
