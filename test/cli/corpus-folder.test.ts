import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freePath, readCorpus, rewrite } from '../../cli/corpus-folder.ts';
import { InputError } from '../../cli/exit.ts';
import { temporaryFolder } from './binary.ts';
import { edited, entryOf, putInto, runThat } from './corpus-fixtures.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const passing = entryOf(runThat('passed', 'vr/calm'));
let folders = 0;

/** A folder of its own with these files. */
function corpusWith(files: Parameters<typeof putInto>[1]): string {
  folders += 1;
  const path = join(folder.path, `corpus-${folders}`);
  mkdirSync(path);
  putInto(path, files);
  return path;
}

/** What was found, without the folder's own path. */
function read(path: string, ...more: readonly string[]) {
  const { entries, unreadable, foreign } = readCorpus([path, ...more]);
  const without = (text: string): string => text.replaceAll(`${path}/`, '');
  const told = ({ path: at, why }: { path: string; why: string }) =>
    `${without(at)}: ${without(why)}`;
  return {
    entries: entries.map((entry) => without(entry.path)),
    unreadable: unreadable.map(told),
    foreign: foreign.map(told),
  };
}

const NOTHING_ELSE = { unreadable: [], foreign: [] };

describe('a corpus', () => {
  it('is every saved failure below its folder, in the order of the paths', () => {
    const path = corpusWith({
      'vr/b.json': passing,
      'vr/a.json': passing,
      'c.json': passing,
      'mp/deep/d.json': passing,
    });
    const entries = ['c.json', 'mp/deep/d.json', 'vr/a.json', 'vr/b.json'];
    expect(read(path)).toEqual({ entries, ...NOTHING_ELSE });
  });

  it('may be empty', () => {
    expect(read(corpusWith({}))).toEqual({ entries: [], ...NOTHING_ELSE });
  });

  it('holds a file once, however often it is named', () => {
    const path = corpusWith({ 'a.json': passing });
    expect(read(path, `${path}/a.json`, `${path}/`).entries).toEqual(['a.json']);
  });

  it('leaves alone what is something else, and says what', () => {
    const path = corpusWith({
      'README.md': 'what this is',
      '.hidden.json': 'not looked at',
      'package.json': '{}',
      'list.json': '[1]',
      'campaign.json': '{"format":"quorumlab-campaign/1"}',
      'a.json': passing,
    });
    expect(read(path)).toEqual({
      entries: ['a.json'],
      unreadable: [],
      foreign: [
        'campaign.json: format quorumlab-campaign/1',
        'list.json: no format',
        'package.json: no format',
      ],
    });
  });

  it('says of what should be an entry and is none what is wrong with it, and where', () => {
    const path = corpusWith({
      'cut.json': '{"format":"quorumlab-failure/1",',
      'empty.json': '',
      'later.json': '{"format":"quorumlab-failure/2"}',
      'odd.json': JSON.stringify({ ...passing, traceHash: 7 }),
      'seedless.json': JSON.stringify(edited(passing, { seed: 'a b' })),
    });
    const { entries, unreadable, foreign } = read(path);
    expect({ entries, foreign }).toEqual({ entries: [], foreign: [] });
    expect(unreadable).toEqual([
      expect.stringMatching(/^cut\.json: line 1:33: not JSON: /),
      'empty.json: it is empty: expected a JSON document',
      expect.stringMatching(/^later\.json: format: .*"quorumlab-failure\/1"/),
      expect.stringMatching(/^odd\.json: traceHash: /),
      expect.stringMatching(/^seedless\.json: spec\.seed: /),
    ]);
  });

  it('holds as misfits what names something that this version does not have', () => {
    const path = corpusWith({
      'gone.json': edited(passing, { mutant: 'VR-99' }),
      'older.json': edited(passing, { streams: 0 }),
    });
    const misfits = readCorpus([path]).entries.map(({ misfit }) => misfit);
    expect(misfits).toEqual([
      expect.stringMatching(/^spec\.mutant: unknown "VR-99"/),
      expect.stringMatching(/^spec\.streams: it was drawn by random scheme 0/),
    ]);
  });

  it('follows links to files, but none to folders, so that it comes to an end', () => {
    const path = corpusWith({ 'vr/a.json': passing });
    symlinkSync('vr/a.json', join(path, 'link.json'));
    symlinkSync('..', join(path, 'vr/up'));
    symlinkSync('itself.json', join(path, 'itself.json'));
    symlinkSync('nowhere.json', join(path, 'lost.json'));
    symlinkSync('nowhere', join(path, 'lost'));
    expect(read(path)).toEqual({
      entries: ['link.json', 'vr/a.json'],
      unreadable: [
        'itself.json: a link to nothing, or out of reach',
        'lost.json: a link to nothing, or out of reach',
      ],
      foreign: ['vr/up: a link to a folder'],
    });
  });

  it('does not wait for a pipe', () => {
    const path = corpusWith({ 'a.json': passing });
    execFileSync('mkfifo', [join(path, 'pipe.json')]);
    expect(read(path)).toEqual({
      entries: ['a.json'],
      unreadable: [],
      foreign: ['pipe.json: neither a file nor a folder'],
    });
  });

  it('has no entries far below', () => {
    const deep = `${'x/'.repeat(9)}a.json`;
    const { entries, foreign } = read(corpusWith({ [deep]: passing }));
    expect(entries).toEqual([]);
    expect(foreign).toEqual([`${'x/'.repeat(8)}x: a folder too deep`]);
  });

  it.skipIf(process.getuid?.() === 0)('says what may not be read', () => {
    const path = corpusWith({ 'secret.json': passing, 'locked/a.json': passing });
    chmodSync(join(path, 'secret.json'), 0);
    chmodSync(join(path, 'locked'), 0);
    const { unreadable } = read(path);
    chmodSync(join(path, 'locked'), 0o755);
    expect(unreadable).toEqual([
      'locked: cannot read it: permission denied',
      'secret.json: cannot read it: permission denied',
    ]);
  });

  it('is refused when it is not there', () => {
    expect(() => readCorpus([join(folder.path, 'nowhere')])).toThrow(InputError);
  });

  it('takes a file that is named for what it must be', () => {
    const path = corpusWith({ 'package.json': '{}' });
    expect(read(join(path, 'package.json')).unreadable).toEqual([
      expect.stringContaining('format: '),
    ]);
  });
});

describe('the name of an entry', () => {
  it('is its signature, with a number where that is taken', () => {
    const path = corpusWith({});
    expect(freePath(path, 'L-0123')).toBe(join(path, 'L-0123.json'));
    writeFileSync(join(path, 'L-0123.json'), 'anything');
    expect(freePath(path, 'L-0123')).toBe(join(path, 'L-0123-2.json'));
    symlinkSync('nowhere', join(path, 'L-0123-2.json'));
    expect(freePath(path, 'L-0123')).toBe(join(path, 'L-0123-3.json'));
  });

  it.each([
    ['L-0123.json', 'L-ffff.json'],
    ['L-0123-7.json', 'L-ffff.json'],
    ['L-0123-old.json', 'L-0123-old.json'],
    ['primary.json', 'primary.json'],
  ])('changes with the signature that it is: %s to %s', (before, after) => {
    const path = corpusWith({ [before]: passing });
    const [entry] = readCorpus([path]).entries;
    if (entry === undefined) throw new Error('there is no entry');
    expect(rewrite(entry, { ...passing, signature: 'L-ffff' })).toBe(join(path, after));
    expect(read(path).entries).toEqual([after]);
  });
});
