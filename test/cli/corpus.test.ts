import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entryOf, runThat } from './corpus-fixtures.ts';
import { homeOfEachTest } from './home.ts';

const failing = entryOf(runThat('failed', 'vr/primary-crash', 'VR-13'));
const passing = entryOf(runThat('passed', 'vr/primary-crash'));
const { signature } = failing;
const FAILING = `vr/${failing.signature}.json`;

const home = homeOfEachTest();

describe('quorumlab corpus', () => {
  it.each([
    ['nothing to do', ['corpus'], ['corpus needs to know what to do: ls, add, verify, prune']],
    ['an unknown action', ['corpus', 'verfy'], ['"corpus verfy"', 'did you mean verify?']],
    ['a far-off action', ['corpus', 'xyz'], ['there are ls, add, verify, prune']],
    ['a flag in its place', ['corpus', '--json'], ['"--json"', 'quorumlab corpus --help']],
    ['a flag of another action', ['corpus', 'ls', '--update'], ['corpus ls has no flag --update']],
    [
      'a flag of another name',
      ['corpus', 'add', 'L-1.json', '--corpus', 'kept'],
      ['corpus add has no flag --corpus (did you mean --dir?)'],
    ],
    [
      'a flag for what needs none',
      ['corpus', 'verify', '--corpus', 'kept'],
      ['corpus verify has no flag --corpus: it takes [target..]: folders or files; corpus if none'],
    ],
    ['a mistyped flag', ['corpus', 'prune', '--stales'], ['did you mean --stale?']],
    ['nothing to add', ['corpus', 'add'], ['corpus add needs <target..>: saved']],
    [
      'an expectation that is none',
      ['corpus', 'add', 'x', '--expect', 'pas'],
      ['did you mean pass?'],
    ],
    ['none to keep', ['corpus', 'prune', '--keep', '0'], ['--keep', 'from 1 up']],
  ])('is refused with a word on %s', async (_title, words, parts) => {
    const { code, stderr } = await home.run(...words);
    for (const part of parts) expect(stderr).toContain(part);
    expect(code).toBe(2);
  });

  it('completes what to do, with what, and how', async () => {
    const completed = async (...words: readonly string[]): Promise<string[]> => {
      const { stdout } = await home.run('--get-yargs-completions', 'quorumlab', ...words);
      return stdout.split('\n').slice(0, -1);
    };
    expect(await completed('corp')).toEqual(['corpus']);
    expect(await completed('corpus', '')).toEqual(['ls', 'add', 'verify', 'prune', '--help']);
    expect(await completed('corpus', 'prune', '--dr')).toEqual(['--dry-run']);
    expect(await completed('corpus', 'add', '--expect', '')).toEqual(['pass', 'fail']);
    expect(await completed('corpus', 'add', 'vr/cal')).toEqual(['vr/calm']);
    expect(await completed('corpus', 'verify', 'cor')).toEqual([]);
  });

  it('has help for itself and for each action', async () => {
    const [all, one] = await Promise.all([
      home.run('corpus', '--help'),
      home.run('corpus', 'add', '--help'),
    ]);
    for (const action of ['ls', 'add', 'verify', 'prune']) {
      expect(all.stdout).toContain(`quorumlab corpus ${action}`);
    }
    expect(one.stdout).toContain('--expect');
    expect([all.code, one.code]).toEqual([0, 0]);
  });

  it.each(['ls', 'verify', 'prune'])(
    '%s says what to do where there is no corpus',
    async (word) => {
      const { code, stdout, stderr } = await home.run('corpus', word);
      expect(stderr).toBe(
        'quorumlab: there is no folder corpus here; quorumlab corpus add FILE makes one\n',
      );
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    },
  );
});

describe('quorumlab corpus ls', () => {
  it('shows of each entry what it is, and what is to be told apart from them', async () => {
    home.corpus({
      [FAILING]: { ...failing, note: 'a gap\u001b[31m' },
      'vr/L-0123.json': passing,
      'vr/cut.json': '{',
      'other.json': '{}',
    });
    const { code, stdout, stderr } = await home.run('corpus', 'ls');
    const [head, ...rows] = stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(head).toEqual([
      'FILE',
      'SIGNATURE',
      'PROTOCOL',
      'EXPECT',
      'MUTANT',
      'FAULTS',
      'OPS',
      'WHAT',
    ]);
    const { faults, operations } = failing.spec.plan ?? { faults: [], operations: [] };
    const sizes = [String(faults.length), String(operations.length)];
    expect(rows[0]?.slice(0, 7)).toEqual([
      `corpus/${FAILING}`,
      signature,
      'vr',
      'fail',
      'VR-13',
      ...sizes,
    ]);
    expect(rows[1]).toEqual(['a gap\\u001b[31m']);
    expect(rows[2]?.slice(0, 4)).toEqual(['corpus/vr/L-0123.json', 'L-0123', 'vr', 'pass']);
    expect(stdout).toContain('2 entries · 1 must fail · 1 must pass');
    expect(stderr).toContain('corpus/other.json is no saved failure, left alone: no format');
    expect(stderr).toContain('corpus/vr/cut.json: line 1:2: not JSON');
    expect(code).toBe(2);
  });

  it('prints the same as JSON, and nothing to list without an error', async () => {
    home.corpus({ [FAILING]: failing });
    mkdirSync(join(home.path, 'empty'));
    const { stdout } = await home.run('corpus', 'ls', '--json');
    expect(JSON.parse(stdout)).toMatchObject([
      { path: `corpus/${FAILING}`, protocol: 'vr', signature, expect: 'fail', mutant: 'VR-13' },
    ]);
    const { code, stdout: none } = await home.run('corpus', 'ls', 'empty/');
    expect({ code, none }).toEqual({ code: 0, none: 'empty holds no saved failures\n' });
  });
});
