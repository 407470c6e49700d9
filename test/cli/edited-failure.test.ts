import { describe, expect, it } from 'vitest';
import { compare } from '../../cli/replay-command.ts';
import {
  digestOfSpec,
  failureSchema,
  failureText,
  isEdited,
  type SavedFailure,
} from '../../cli/saved-failure.ts';
import { failureOf } from '../../cli/saved-files.ts';
import { edited, editedByHand, entryOf, runThat } from './corpus-fixtures.ts';
import { homeOfEachTest } from './home.ts';

const failed = runThat('failed', 'vr/primary-crash', 'VR-13');
const passed = runThat('passed', 'vr/primary-crash');
const failing = entryOf(failed);
const passing = entryOf(passed);
const { specDigest: _digest, ...old } = failing;
const NOT_COMPARED = 'the spec was edited since it was recorded: its record is not compared';

const { faults, operations } = failed.spec.plan;
/** Nothing happens: it passes, and the faults that fired are none of its plan. */
const calmed = editedByHand(failing, { plan: { faults: [], operations: [] }, expect: {} });
/** It fails as before, before there is time for one more fault. */
const later = { at: 1e12, fault: 'crash', node: 0 } as const;
const padded = editedByHand(failing, { plan: { faults: [...faults, later], operations } });
const spared = editedByHand(passing, { plan: { ...passed.spec.plan, faults: [] }, expect: {} });

const home = homeOfEachTest();

describe('the digest of a spec', () => {
  it('is that of the spec that is written beside it, whatever was there before', () => {
    const text = failureText({ ...calmed, fired: [] });
    const read = failureSchema.parse(JSON.parse(text));
    expect(read.specDigest).toMatch(/^[0-9a-f]{8}$/);
    expect(read.specDigest).toBe(digestOfSpec(calmed.spec));
    expect(read.specDigest).not.toBe(failing.specDigest);
  });

  it('does not change with the order of keys', () => {
    const turned = Object.fromEntries(Object.entries(failing.spec).reverse());
    const read = failureOf('x.json', { ...failing, spec: turned });
    expect(isEdited(read)).toBe(false);
  });

  it.each<[string, SavedFailure]>([
    ['a plan that is gone', calmed],
    ['a fault more', padded],
    ['another seed', editedByHand(failing, { seed: '0x77' })],
    ['another mutant', editedByHand(failing, { mutant: 'VR-3' })],
  ])('tells %s', (_title, saved) => {
    expect(isEdited(saved)).toBe(true);
  });

  it('that is not there tells nothing: the file is an older one', () => {
    expect(isEdited({ ...old, spec: calmed.spec })).toBe(false);
    expect(() => failureOf('x.json', { ...old, spec: calmed.spec })).toThrow(
      'there is no fault 0: the plan has no faults',
    );
  });
});

describe('a run of an edited spec', () => {
  it.each([
    ['fails', failed, 1],
    ['passes', passed, 0],
  ] as const)('that %s is judged as any other run: exit %i', (_title, result, exitCode) => {
    for (const expected of ['fail', 'pass'] as const) {
      const saved = { ...failing, expect: expected, traceHash: '0'.repeat(16) };
      expect(compare({ ...saved, isEdited: true }, result)).toEqual({
        isEdited: true,
        lines: [NOT_COMPARED],
        exitCode,
      });
    }
  });
});

describe('quorumlab replay of a failure that was edited', () => {
  it('runs it, and says that its record is not compared', async () => {
    home.put({ 'calmed.json': calmed, 'padded.json': padded });
    const [gone, still] = await Promise.all([
      home.run('replay', 'calmed.json'),
      home.run('replay', 'padded.json'),
    ]);
    for (const { stdout, stderr } of [gone, still]) {
      expect(stdout).toContain(`  ${NOT_COMPARED}\n`);
      expect(stdout).not.toContain('trace hash');
      expect(stdout).not.toContain('expected');
      expect(stderr).toBe('');
    }
    expect(gone.stdout).toMatch(/^PASS/);
    expect(still.stdout).toMatch(/^FAIL/);
    expect([gone.code, still.code]).toEqual([0, 1]);
  });

  it('compares one that is older as before', async () => {
    home.put({ 'old.json': { ...old, fired: [], spec: calmed.spec } });
    const { code, stdout } = await home.run('replay', 'old.json');
    expect(stdout).toContain('the trace hash differs');
    expect(code).toBe(4);
  });

  it('names it in a folder', async () => {
    home.put({ 'in/calmed.json': calmed, 'in/good.json': passing, 'in/padded.json': padded });
    const { code, stdout } = await home.run('replay', 'in');
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`PASS  in/calmed.json  it passes; ${NOT_COMPARED}`);
    expect(lines[2]).toBe(
      `FAIL  in/padded.json  it fails with ${failing.signature}; ${NOT_COMPARED}`,
    );
    expect(lines[3]).toContain('1 of 3 as they should be · 1 failing · 1 passing, but edited');
    expect(code).toBe(1);
  });
});

describe('an entry of the corpus that was edited', () => {
  it('is no pass, whatever it shows, and is told with what to do', async () => {
    const nowhere = { ...later, node: 99 };
    const misfit = editedByHand(failing, { plan: { faults: [nowhere], operations } });
    home.corpus({
      'vr/calmed.json': calmed,
      'vr/good.json': passing,
      'vr/misfit.json': misfit,
      'vr/padded.json': padded,
    });
    const { code, stdout } = await home.run('corpus', 'verify');
    expect(stdout).toMatch(/^STALE {2}1 of 4 entries as expected · 3 edited {2}/);
    expect(stdout).toMatch(/^ {2}edited +\S+calmed.json .*its spec was edited; now it passes$/m);
    expect(stdout).toMatch(/^ {2}edited +\S+misfit.json .*it cannot be run: /m);
    expect(stdout).toContain('its spec was edited; now it fails with');
    expect(stdout).toContain('quorumlab corpus verify --update');
    expect(stdout).not.toContain('prune');
    expect(code).toBe(4);
  });

  it('is not pruned as stale: somebody is at work on it', async () => {
    home.corpus({ 'vr/calmed.json': calmed, 'vr/stale.json': { ...passing, expect: 'fail' } });
    const { stdout } = await home.run('corpus', 'prune', '--stale');
    expect(stdout).toContain('vr/stale.json');
    expect(home.files('corpus')).toEqual(['vr/calmed.json']);
  });

  it('is recorded anew where it shows what it has to, without what is no longer so', async () => {
    const sentences = ['It hinges on event 3.'];
    const explanation = { verdict: 'plan', sentences, jumps: [] } as const;
    const shrunk = { runs: 9, isMinimal: true, sentences };
    const note = 'by hand';
    home.corpus({
      'vr/calmed.json': calmed,
      'vr/padded.json': { ...padded, explanation, shrunk, note },
      'vr/spared.json': spared,
    });
    const { code, stdout } = await home.run('corpus', 'verify', '--update');
    expect(stdout).toMatch(/^ +corpus\/vr\/padded\.json +the spec, which was edited$/m);
    expect(stdout).toMatch(/^ +corpus\/vr\/spared\.json +the spec, which was edited$/m);
    expect(stdout).not.toMatch(/^ +corpus\/vr\/calmed\.json/m);
    expect(code).toBe(4);
    const anew = home.entry('corpus/vr/padded.json');
    expect(anew).toMatchObject({ note, specDigest: digestOfSpec(padded.spec) });
    expect(anew).not.toHaveProperty('explanation');
    expect(anew).not.toHaveProperty('shrunk');
    expect(home.entry('corpus/vr/spared.json').fired).toEqual([]);
    const second = await home.run('corpus', 'verify', 'corpus/vr/padded.json');
    expect(second.stdout).toContain('1 of 1 entry as expected');
    expect(second.code).toBe(0);
  });

  it('gets a digest when it is an older one that is recorded anew', async () => {
    home.corpus({ 'vr/old.json': old });
    const { stdout } = await home.run('corpus', 'verify', '--update');
    expect(stdout).toMatch(/old\.json +a digest of its spec$/m);
    expect(home.entry('corpus/vr/old.json').specDigest).toBe(failing.specDigest);
  });

  it('is added for what it shows now, over itself only by force', async () => {
    home.put({ 'mine.json': spared });
    const { code } = await home.run('corpus', 'add', 'mine.json');
    expect(code).toBe(0);
    const path = `corpus/vr/${passing.signature}.json`;
    expect(home.entry(path)).toMatchObject({ expect: 'pass', fired: [] });
    home.corpus({ 'vr/padded.json': padded });
    const refused = await home.run('corpus', 'add', 'corpus/vr/padded.json');
    expect(refused.stderr).toContain('with a record from before it was edited; --force replaces');
    expect(refused.code).toBe(2);
    const forced = await home.run('corpus', 'add', 'corpus/vr/padded.json', '--force');
    expect(forced.code).toBe(0);
    expect(isEdited(home.entry('corpus/vr/padded.json'))).toBe(false);
  });
});

describe('an entry that somebody brings up to date', () => {
  it('is not taken for edited when an option is given its default', async () => {
    const { options, ...spec } = failing.spec;
    const { giveUpAfter: _giveUpAfter, ...fewer } = options;
    home.corpus({ 'vr/fewer.json': edited({ ...failing, spec: { ...spec, options: fewer } }, {}) });
    const { code } = await home.run('corpus', 'verify');
    expect(code).toBe(0);
  });
});
