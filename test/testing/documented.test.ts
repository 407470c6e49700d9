/** What README.md and docs/CHECK-COMMAND.md show of histories is run as it stands there. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start, temporaryFolder } from '../cli/binary.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = temporaryFolder();
afterAll(folder.remove);

const SECTION = /^## Histories from elsewhere$[\s\S]*?(?=^## )/m;
const readme = SECTION.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[0] ?? '';
const command = readFileSync(join(ROOT, 'docs/CHECK-COMMAND.md'), 'utf8');

/** A command line of a document, and what it is shown to print. */
const sessions = [
  ...`${readme}${command}`.matchAll(/^\$ npx quorumlab (.+)\n([\s\S]*?)^```$/gm),
].map(([, line = '', printed = '']) => ({ line, printed }));

/** The code of README.md that has a file's name. */
const programs = new Map(
  [...readme.matchAll(/^```js (\S+)\n([\s\S]*?)^```$/gm)].map(([, file = '', code = '']) => [
    file,
    code,
  ]),
);

beforeAll(() => {
  mkdirSync(join(folder.path, 'node_modules'));
  symlinkSync(ROOT, join(folder.path, 'node_modules/quorumlab'));
  symlinkSync(join(ROOT, 'node_modules/vitest'), join(folder.path, 'node_modules/vitest'));
  cpSync(join(ROOT, 'docs/examples'), join(folder.path, 'docs/examples'), { recursive: true });
  for (const [file, code] of programs) writeFileSync(join(folder.path, file), code);
});

/** Lines without how long things took; `…` stands for any number of them. */
function timeless(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ {2}\(?\d[\d.]* ?m?s\)?$/, ''));
}

function runNode(...words: readonly string[]): string {
  const options = { cwd: folder.path, encoding: 'utf8' } as const;
  return spawnSync(process.execPath, words, options).stdout;
}

describe('what is documented of histories', () => {
  it('is found', () => {
    expect(sessions.map(({ line }) => line.split(' ')[0])).toEqual(['check', 'check', 'check']);
    expect([...programs.keys()]).toEqual(['library.mjs', 'store.test.mjs']);
  });

  it.each(sessions)('prints what it shows for: quorumlab $line', async ({ line, printed }) => {
    const words = line.split(' ').map((word) => word.replaceAll("'", ''));
    const { stdout } = await start(words, folder.path).ended;
    const got = timeless(stdout);
    const shown = timeless(printed);
    const cut = shown.indexOf('…');
    if (cut < 0) expect(got).toEqual(shown);
    else {
      expect(got.slice(0, cut)).toEqual(shown.slice(0, cut));
      expect(got.slice(got.length - (shown.length - cut - 1))).toEqual(shown.slice(cut + 1));
    }
  });

  it('prints by the library what its last comment says', () => {
    const said = /^\/\/ (.+)\n$/m.exec(programs.get('library.mjs') ?? '')?.[1];
    expect(runNode('library.mjs')).toBe(`${said}\n`);
  });

  it('passes in Vitest', () => {
    const text = runNode(join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run');
    expect(text).toMatch(/1 passed/);
    expect(text).not.toContain('failed');
  });
});
