import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { complaintsAbout } from './tidy.ts';

const ROOT = join(import.meta.dirname, '..');
const NOT_OURS = ['node_modules', 'dist', 'coverage', 'quorumlab-out', '.git'];
const TEXT = /\.(ts|tsx|mjs|js|css|html|json|md|yml|edn|txt)$|^(run|LICENSE)$|^\.\w+$/;

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : TEXT.test(entry.name) ? path : [];
  });
}

test('the project is tidy', () => {
  const paths = filesIn(ROOT);
  expect(paths.length).toBeGreaterThan(100);
  const complaints = paths.flatMap((path) =>
    complaintsAbout(relative(ROOT, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')),
  );
  expect(complaints).toEqual([]);
});

const LONG_BODY = '  step();\n'.repeat(70);

/** A violation of each kind, planted in a file where it is forbidden. */
const PLANTED: readonly (readonly [string, string, string])[] = [
  ['sim imports a protocol', 'sim/x.ts', "import { a } from '../protocols/index.ts';"],
  ['sim imports types of the checker', 'sim/x.ts', "import type { A } from '../checker/model.ts';"],
  [
    'a protocol imports the loop',
    'protocols/p/x.ts',
    "import { S } from '../../sim/simulation.ts';",
  ],
  ['the checker imports sim', 'checker/x.ts', "export { digest } from '../sim/plain.ts';"],
  ['scenarios import the command line', 'scenarios/x.ts', "import '../cli/main.ts';"],
  ['scenarios import a test', 'scenarios/x.ts', "import { a } from '../test/tidy.ts';"],
  ['reports import code', 'reports/x.ts', "import { run } from '../scenarios/run.ts';"],
  [
    'reports import code among types',
    'reports/x.ts',
    "import { type A, b } from '../sim/plan.ts';",
  ],
  ['the command line imports a test', 'cli/x.ts', "import { a } from '../test/tidy.ts';"],
  ['a neutral layer imports Node', 'checker/x.ts', "import { readFileSync } from 'node:fs';"],
  ['a neutral layer imports a package', 'sim/x.ts', "import seedrandom from 'seedrandom';"],
  ['a neutral layer imports on demand', 'sim/x.ts', "const a = import('node:fs');"],
  ['the wall clock', 'sim/x.ts', 'const now = Date.now();'],
  ['the wall clock in a template', 'sim/x.ts', 'const now = `at $' + '{Date.now()}`;'],
  ['the performance clock', 'protocols/p/x.ts', 'const now = performance.now();'],
  ['chance without a seed', 'scenarios/x.ts', 'const drawn = Math.random();'],
  ['a timer', 'sim/x.ts', 'setTimeout(() => {}, 1);'],
  ['a promise', 'checker/x.ts', 'export const p = Promise.resolve(1);'],
  ['an asynchronous function', 'checker/x.ts', 'export async function f() {}'],
  ['a locale', 'scenarios/x.ts', 'names.sort((a, b) => a.localeCompare(b));'],
  ['a localised number', 'scenarios/x.ts', 'const text = (1000).toLocaleString();'],
  ['inexact arithmetic', 'sim/x.ts', 'const delay = -Math.log(1 - u);'],
  ['an inexact power', 'sim/x.ts', 'const delay = 1.1 ** attempts;'],
  ['the process', 'sim/x.ts', 'if (process.env.DEBUG) debug();'],
  ['a sort without a comparator', 'checker/x.ts', 'keys.sort();'],
  ['a mock that others see', 'test/sim/x.test.ts', "vi.mock('../../sim/plain.ts');"],
  ['an environment that others see', 'test/scenarios/x.ts', "process.env.A = '1';"],
  ['a long file', 'cli/x.ts', '\n'.repeat(401)],
  ['a long function', 'cli/x.ts', `export function f(): void {\n${LONG_BODY}}\n`],
  ['a long method', 'cli/x.ts', `  m(\n    a: A,\n  ): void {\n${LONG_BODY}  }\n`],
  ['a long arrow function', 'test/x.ts', `test('a', () => {\n${LONG_BODY}});\n`],
  ['a long line', 'test/x.ts', `// ${'x'.repeat(98)}`],
  ['a path of a machine', 'docs/x.md', `see ${['', 'home', 'me', 'notes'].join('/')}`],
  ['a registry', 'package-lock.json', `"https://${['npm', 'registry', 'host'].join('-')}/a.tgz"`],
];

test.each(PLANTED)('a planted violation is found: %s', (_, path, text) => {
  expect(complaintsAbout(path, text)).toHaveLength(1);
});

describe('no complaint is made', () => {
  test.each([
    [
      'of words in comments',
      'sim/x.ts',
      '/** Like Date.now(), but seeded. */\nexport {}; // await',
    ],
    ['of words in strings', 'sim/x.ts', "export const a = 'Math.random()' + `await`;"],
    ['of words within words', 'sim/x.ts', 'const isUpToDate = node.process.state;'],
    ['of planted bugs', 'protocols/p/mutants.ts', 'export const now = () => Date.now();'],
    ['of exact powers', 'sim/x.ts', 'const bound = 2 ** 32;'],
    ['of layers below', 'scenarios/x.ts', "import { Network } from '../sim/network.ts';"],
    ['of types in reports', 'reports/x.ts', "import type { RunSpec } from '../scenarios/spec.ts';"],
    ['of tests that import all', 'test/x.ts', "import { main } from '../cli/main.ts';"],
    ['of a mock that nobody else sees', 'test/sim/x.alone.test.ts', "vi.mock('./a.ts');"],
    ['of a mock in a process of its own', 'test/cli/x.test.ts', "vi.mock('./a.ts');"],
    ['of a function that is a mock', 'test/sim/x.test.ts', 'const told = vi.fn();'],
    ['of a full function', 'cli/x.ts', `function f(): void {\n${'  a();\n'.repeat(68)}}\n`],
    ['of a long group of tests', 'test/x.ts', `describe('a', () => {\n${LONG_BODY}});\n`],
    ['of a full line of letters beyond ASCII', 'docs/x.ts', `// ${'…'.repeat(97)}`],
  ])('%s', (_, path, text) => {
    expect(complaintsAbout(path, text)).toEqual([]);
  });
});
