/**
 * Golden transcripts of the sessions in `docs/examples`: demonstrations, shown by hand. To write
 * them anew: `npx vitest run test/cli/sessions.test.ts --update`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FORMS } from '../../scenarios/script/commands.ts';
import { quorumlab } from './quorumlab.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What is printed above the verdict. */
async function transcript(protocol: string, name: string): Promise<string> {
  const script = `docs/examples/${name}.script`;
  const { code, stdout, stderr } = await quorumlab(ROOT, 'run', protocol, '--script', script);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain(`replay   quorumlab run ${protocol} --script ${script} --seed 0x1\n`);
  return `${stdout.split('\n\n')[0]}\n`;
}

describe.each(['vr', 'mp', 'op', 'chain', 'craq'])('on %s the session', (protocol) => {
  it.each([
    'single-server',
    'kill-one',
    'no-majority',
    'unpause',
    'broken-link',
    'crash-recovery',
    ...(protocol === 'vr' ? [] : ['reconfigure']),
  ])('%s goes as in the golden transcript', async (name) => {
    const text = await transcript(protocol, name);
    await expect(text).toMatchFileSnapshot(`golden/${name}.${protocol}.txt`);
  });
});

describe('five commands, a snapshot, and five more', () => {
  it.each([
    ['mp', ['snapshot             slotOut 6 ', 'snapshot             slotOut 11 ']],
    ['op', ['snapshot             kind complete · length 5 ', 'complete · length 10 ']],
    ['chain', ['snapshot             length 5 ', 'snapshot             length 10 ']],
    ['vr', []],
  ])(
    'on %s leave one snapshot of ten, where there are any, and the same state',
    async (protocol, shown) => {
      const text = await transcript(protocol, 'five-then-five');
      const places = shown.map((part) => text.indexOf(part));
      expect(places.every((place, index) => place > (places[index - 1] ?? -1))).toBe(true);
      expect(text).toMatch(/> get c\n +7 /);
    },
  );
});

describe('what is quoted of sessions', () => {
  const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

  it.each([
    ['README.md', 'no-majority'],
    ['docs/SCRIPTS.md', 'broken-link'],
  ])('in %s is what they print', (path, name) => {
    const golden = read(`test/cli/golden/${name}.mp.txt`).split('\n');
    const lines = read(path).split('\n');
    const quoted = lines.filter((line, index) => {
      const before = lines[index - 1] ?? '';
      return SAID.test(line) || (SAID.test(before) && line.startsWith(ANSWERED));
    });
    expect(quoted.length).toBeGreaterThan(3);
    expect(golden).toEqual(expect.arrayContaining(quoted));
  });
});

it('has every command on its page', () => {
  const page = readFileSync(join(ROOT, 'docs/SCRIPTS.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  for (const { names } of FORMS.filter((form) => !form.names.includes('snapshot'))) {
    for (const name of names) {
      expect(rows.filter((row) => row.split(/[^a-z_]+/).includes(name))).not.toEqual([]);
    }
  }
});

const SAID = /^ +[\d,.]+ ms {2}> /;
const ANSWERED = ' '.repeat(18);
