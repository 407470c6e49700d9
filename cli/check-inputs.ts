/** Which files `check` was given: names, patterns that the shell has left alone, standard input. */
import { readdirSync, statSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { InputError } from './exit.ts';
import { folderNamed, STANDARD_INPUT } from './files.ts';
import { quoted } from './given.ts';

export type CheckInput =
  | { readonly kind: 'file'; readonly file: string }
  /** Nothing that could be judged; said where its turn would have been. */
  | { readonly kind: 'refused'; readonly file: string; readonly message: string };

/**
 * The files that the words stand for, in their order, none twice; those of a pattern by name.
 * Throws an InputError if standard input is asked for more than once.
 */
export function inputsOf(words: readonly string[]): readonly CheckInput[] {
  const inputs = new Map<string, CheckInput>();
  for (const word of words) {
    if (word === STANDARD_INPUT && inputs.has(word)) {
      throw new InputError('- is given twice: standard input can be read only once');
    }
    for (const input of inputsNamed(word)) {
      const file = input.file === '' ? '' : normalize(input.file);
      if (!inputs.has(file)) inputs.set(file, input);
    }
  }
  return [...inputs.values()];
}

function inputsNamed(word: string): readonly CheckInput[] {
  if (word === '') return [{ kind: 'refused', file: word, message: 'the name of a file is empty' }];
  const found = statOf(word);
  if (found?.isDirectory() === true) {
    return [{ kind: 'refused', file: word, message: `${word} is a folder${hintFor(word)}` }];
  }
  // A file may well have brackets in its name.
  if (found !== undefined || !isDynamicPattern(word)) return [{ kind: 'file', file: word }];
  const options = { absolute: word.startsWith('/'), expandDirectories: false, dot: false };
  const files = globSync(word, options).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (files.length > 0) return files.map((file) => ({ kind: 'file', file }));
  return [{ kind: 'refused', file: word, message: `no file matches ${quoted(word)}` }];
}

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // What is wrong with it is found again, and told, when it is read.
    return undefined;
  }
}

/** Endings that files of histories have, before others of the same folder. */
const HISTORY_ENDINGS = new Set(['.edn', '.ndjson', '.jsonl', '.json', '.csv', '.log']);

/** `: name its files, such as 'runs/*.edn'`, by the commonest ending in it. */
function hintFor(folder: string): string {
  const endings = new Map<string, number>();
  for (const name of namesIn(folder)) {
    const ending = extname(name);
    if (ending !== '') endings.set(ending, (endings.get(ending) ?? 0) + 1);
  }
  const isOfHistory = ([ending]: readonly [string, number]): number =>
    HISTORY_ENDINGS.has(ending) ? 1 : 0;
  const [commonest] = [...endings].sort(
    (a, b) => isOfHistory(b) - isOfHistory(a) || b[1] - a[1] || (a[0] < b[0] ? -1 : 1),
  );
  const pattern = join(folderNamed(folder), `*${commonest?.[0] ?? ''}`);
  return `: name its files, such as '${pattern}'`;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
