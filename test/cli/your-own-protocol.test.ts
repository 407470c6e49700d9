/** `docs/YOUR-OWN-PROTOCOL.md` is put together and run, from the first command to the last. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start, temporaryFolder } from './binary.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(join(ROOT, 'docs/YOUR-OWN-PROTOCOL.md'), 'utf8');
const folder = temporaryFolder();
afterAll(folder.remove);

/** A fenced block: what comes after the language is the file that it is a part of. */
interface Block {
  readonly language: string;
  readonly file: string;
  readonly content: string;
}

const blocks: readonly Block[] = [...text.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', file = '', content = '']) => ({ language, file, content }),
);

const files = new Map<string, string>();

/** Writes what the reader would by then: code goes to the end, a change takes its place. */
function follow({ language, file, content }: Block): void {
  const before = files.get(file) ?? '';
  if (language === 'js') files.set(file, before === '' ? content : `${before}\n${content}`);
  if (language === 'diff') files.set(file, changed(before, content));
  if (file !== '') writeFileSync(join(folder.path, file), files.get(file) ?? '');
}

function changed(before: string, diff: string): string {
  const lines = diff.trimEnd().split('\n');
  const without = (sign: string): string =>
    lines
      .filter((line) => line[0] !== sign)
      .map((line) => line.slice(1))
      .join('\n');
  expect(before.split(without('+'))).toHaveLength(2);
  return before.replace(without('+'), () => without('-'));
}

interface Session {
  readonly command: string;
  readonly printed: readonly string[];
  /** How many blocks the reader has followed by then. */
  readonly after: number;
}

const sessions: readonly Session[] = blocks.flatMap(({ language, content }, after) => {
  const [command = '', ...printed] = content.trimEnd().split('\n');
  if (language !== 'sh' || !command.startsWith('$ npx quorumlab ')) return [];
  return [{ command: command.slice('$ npx quorumlab '.length), printed, after }];
});

/** Clocks of the machine, and how far the shrinker came in that time, are its own business. */
function timeless(line: string): string {
  return line.replace(/\s+\([\d.]+m?s\)$/, '');
}

beforeAll(() => {
  writeFileSync(join(folder.path, 'package.json'), '{ "private": true }');
  mkdirSync(join(folder.path, 'node_modules'));
  symlinkSync(ROOT, join(folder.path, 'node_modules/quorumlab'));
});

describe('the tutorial', () => {
  it('runs something', () => {
    expect(sessions.map(({ command }) => command.split(' ')[0])).toEqual([
      'run',
      'fuzz',
      'fuzz',
      'fuzz',
      'fuzz',
    ]);
  });

  let followed = 0;
  it.each(sessions)('prints what it shows for: quorumlab $command', async (session) => {
    for (; followed < session.after; followed++) follow(blocks[followed]!);
    const { stdout } = await start(session.command.split(' '), folder.path).ended;
    const lines = stdout.split('\n').map(timeless);
    for (const line of session.printed) expect(lines).toContain(timeless(line));
  });
});
