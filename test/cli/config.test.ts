/** `quorumlab.config.mjs`: what every command knows besides, and what is said of a wrong one. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, start, temporaryFolder } from './binary.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = temporaryFolder();
afterAll(folder.remove);

const inside = join(folder.path, 'deep/below');
const CONFIG = 'quorumlab.config.mjs';

beforeAll(() => {
  mkdirSync(inside, { recursive: true });
  writeFileSync(join(folder.path, 'package.json'), '{ "private": true }');
  mkdirSync(join(folder.path, 'node_modules'));
  symlinkSync(ROOT, join(folder.path, 'node_modules/quorumlab'));
});

function write(content: string, name = CONFIG): void {
  writeFileSync(join(folder.path, name), content);
}

function run(...words: readonly string[]): Promise<Ended> {
  return start(words, inside).ended;
}

/** Another name for a protocol that there is. */
const RENAMED = `
import { builtIn, defineConfig } from 'quorumlab';
const single = builtIn.protocols.find(({ name }) => name === 'single');
export default defineConfig({ protocols: [{ ...single, name: 'mine' }] });
`;

describe('a configuration in a folder above', () => {
  beforeEach(() => write(RENAMED));

  it('is known to a run', async () => {
    const { code, stdout } = await run('run', 'mine/calm', '--seed', '1', '--nodes', '1');
    expect(stdout).toMatch(/^PASS {2}mine\/calm@0x1 /);
    expect(code).toBe(0);
  });

  it('is known to the workers of a campaign', async () => {
    const words = ['mine/calm', '--seeds', '20', '--jobs', '2', '--nodes', '1', '--base-seed', '1'];
    const { code, stdout } = await run('fuzz', ...words);
    expect(stdout).toMatch(/^PASS {2}20 seeds /);
    expect(code).toBe(0);
  });

  it('is listed, with the scenarios that any protocol can be put into', async () => {
    const { stdout } = await run('list', 'scenarios');
    expect(stdout).toContain('mine/swarm');
    expect(stdout).toContain('mine/chaos');
  });

  it('is left out by QUORUMLAB_CONFIG=none', async () => {
    const words = ['run', 'mine/calm'];
    const { code, stderr } = await start(words, inside, '', { QUORUMLAB_CONFIG: 'none' }).ended;
    expect(stderr).toContain('there is no protocol "mine"');
    expect(code).toBe(2);
  });
});

describe('a configuration that says', () => {
  const OF_NOBODY = '{ id: "A", summary: "", protocol: "mime", apply() {} }';
  const wrong: readonly (readonly [string, string, string])[] = [
    [
      'nothing',
      'const config = {};',
      'it has no default export; write export default defineConfig',
    ],
    [
      'what there is not',
      'export default { protocls: [] };',
      'Unrecognized key: "protocls" (did you mean protocols?)',
    ],
    [
      'half of a protocol',
      'export default { protocols: [{ name: "mine" }] };',
      'protocols[0].title: ',
    ],
    [
      'a name in capitals',
      `${RENAMED.replace("name: 'mine'", "name: 'Mine'")}`,
      'protocols[0].name: expected lower-case letters, digits and hyphens',
    ],
    [
      'a name that there is already',
      `${RENAMED.replace("name: 'mine'", "name: 'vr'")}`,
      'there is a protocol "vr" already',
    ],
    [
      'a function that is none',
      `${RENAMED.replace("name: 'mine'", "name: 'mine', claims: 7")}`,
      'protocols[0].claims: expected a function',
    ],
    [
      'names of numbers that are no functions',
      `${RENAMED.replace("name: 'mine'", "name: 'mine', numberNames: { fields: { ballot: 7 } }")}`,
      'protocols[0].numberNames.fields.ballot: expected a function',
    ],
    [
      'half of a text',
      'export default {\n  protocols: [],\n',
      `: Unexpected end of input (${join(folder.path, CONFIG)}:3:1)`,
    ],
    [
      'what is no JavaScript',
      'export default {\n  protocols: [ a b ],\n};',
      `: Unexpected identifier 'b' (${join(folder.path, CONFIG)}:2:18)`,
    ],
    [
      'what throws',
      'const a = undefined;\na.b.c();\nexport default {};',
      `(reading 'b') (${join(folder.path, CONFIG)}:2:3)`,
    ],
    [
      'the name of an export that there is not',
      "import { extnd } from 'quorumlab';\nexport default {};",
      `'extnd' (${join(folder.path, CONFIG)}:1:10)`,
    ],
    [
      'a mutant of nobody',
      RENAMED.replace('protocols:', `mutants: [${OF_NOBODY}], protocols:`),
      'mutant "A" is of the protocol "mime", which there is not (did you mean mine?)',
    ],
    [
      'a scenario of nobody',
      'export default { scenarios: [{ id: "x/y", protocol: "x", draw: () => 0 }] };',
      'scenario "x/y" is of the protocol "x", which there is not',
    ],
  ];

  it.each(wrong)(
    '%s is refused, by its path and what is wrong',
    async (_what, content, message) => {
      write(content);
      const { code, stderr } = await run('list', 'protocols');
      expect(stderr).toContain(join(folder.path, CONFIG));
      expect(stderr).toContain(message);
      expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
      expect(code).toBe(2);
    },
  );
});

it('a mistake in a file that the configuration imports is told of that file', async () => {
  write("import { a } from './other.mjs';\nexport default { a };");
  write('export const a = [;\n', 'other.mjs');
  const { code, stderr } = await run('list', 'protocols');
  expect(stderr).toContain(`Unexpected token ';' (${join(folder.path, 'other.mjs')}:1:19)`);
  expect(code).toBe(2);
});

describe('a planted bug that cannot be planted', () => {
  const MUTANT = '{ id: "MINE-1", summary: "", protocol: "mine", difficulty: "easy", apply';
  const cases: readonly (readonly [string, string, string])[] = [
    ['returns nothing', '() {}', 'its apply returned undefined; it has to return'],
    ['throws', '() { null.x; }', 'its apply threw TypeError: '],
  ];
  it.each(cases)('as its apply %s is refused before anything runs', async (_what, apply, words) => {
    write(RENAMED.replace('protocols:', `mutants: [${MUTANT}${apply} }], protocols:`));
    for (const command of [
      ['run', 'mine/calm'],
      ['fuzz', 'mine', '--seeds', '4'],
    ]) {
      const { code, stderr } = await run(...command, '--mutant', 'MINE-1');
      expect(stderr).toContain(`mutant MINE-1 of mine: ${words}`);
      expect(stderr).not.toContain('internal error');
      expect(code).toBe(2);
    }
  });
});

it('what a protocol throws is shown in text and JSON, and not saved', async () => {
  const throwing = '({ ...single, name: "mine", replica() { throw new TypeError("all gone"); } })';
  write(RENAMED.replace("{ ...single, name: 'mine' }", throwing));
  const { code, stdout } = await run('run', 'mine/calm', '--seed', '1', '--nodes', '1');
  expect(stdout).toContain('  n0 threw TypeError\n    TypeError: all gone\n    at ');
  expect(stdout).toContain(`${CONFIG}:4:`);
  expect(code).toBe(1);
  const json = await run('run', 'mine/calm', '--seed', '1', '--nodes', '1', '--json');
  const { failures } = JSON.parse(json.stdout);
  expect(failures[0].thrown).toMatchObject({ name: 'TypeError', message: 'all gone' });
  const words = ['--seeds', '2', '--nodes', '1', '--base-seed', '1', '--explain', 'off'];
  const fuzzed = await run('fuzz', 'mine/calm', ...words);
  expect(fuzzed.stdout).toContain('TypeError: all gone');
  const [file = ''] = readdirSync(join(inside, 'quorumlab-out/failures'));
  const saved = readFileSync(join(inside, 'quorumlab-out/failures', file), 'utf8');
  expect(saved).toContain('"message": "n0 threw TypeError"');
  expect(saved).not.toContain('all gone');
});

it('a configuration in TypeScript is told how to be named', async () => {
  writeFileSync(join(inside, 'quorumlab.config.ts'), '');
  const { code, stderr } = await run('list', 'protocols');
  expect(stderr).toContain('write it in JavaScript, and name it quorumlab.config.mjs');
  expect(code).toBe(2);
});
