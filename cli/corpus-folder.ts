/** The saved failures of a folder, and what else lies in it. */
import { existsSync, lstatSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { visible } from '../reports/lines.ts';
import { InputError } from './exit.ts';
import { folderNamed, readJson, reasonOf, writeFileWhole } from './files.ts';
import { failureText, isEdited, type SavedFailure, withoutRecord } from './saved-failure.ts';
import { failureOf, formatOf } from './saved-files.ts';
import { fittingSpec } from './spec-fit.ts';

export const CORPUS_DEFAULT = 'corpus';

export interface CorpusEntry {
  readonly path: string;
  readonly saved: SavedFailure;
  /** Why this version cannot run it, though it is a saved failure: a name that is gone. */
  readonly misfit?: string;
  /** Its spec is not the one that was recorded; `saved` is without what was. */
  readonly isEdited?: true;
}

/** A file, and what about it. */
export interface Remark {
  readonly path: string;
  readonly why: string;
}

export interface Corpus {
  /** In the order of their paths. */
  readonly entries: readonly CorpusEntry[];
  /** What is meant to be an entry and cannot be read. */
  readonly unreadable: readonly Remark[];
  /** What is something else. */
  readonly foreign: readonly Remark[];
}

/** Deeper folders than this are not looked into: a corpus has one a protocol. */
const DEPTH_MAX = 8;
const FAILURES = 'quorumlab-failure/';

/** Files and folders as a command was given them; `corpus` if it was given none. */
export function corpusNamed(words: readonly string[]): {
  readonly targets: readonly string[];
  readonly corpus: Corpus;
} {
  const targets = words.length === 0 ? [CORPUS_DEFAULT] : words.map(folderNamed);
  if (words.length === 0 && !existsSync(CORPUS_DEFAULT)) {
    throw new InputError(
      `there is no folder ${CORPUS_DEFAULT} here; quorumlab corpus add FILE makes one`,
    );
  }
  return { targets, corpus: readCorpus(targets) };
}

/** On stderr: what was come upon and left alone. */
export function tellForeign(foreign: readonly Remark[]): void {
  for (const { path, why } of foreign) {
    process.stderr.write(`quorumlab: ${visible(path)} is no saved failure, left alone: ${why}\n`);
  }
}

/** And what should be an entry and is none. */
export function tellUnreadable(unreadable: readonly Remark[]): void {
  for (const { path, why } of unreadable) {
    process.stderr.write(`quorumlab: ${visible(path)}: ${visible(why)}\n`);
  }
}

/** Reads files and whole folders; one that is not there throws an InputError. */
export function readCorpus(targets: readonly string[]): Corpus {
  const entries: CorpusEntry[] = [];
  const unreadable: Remark[] = [];
  const foreign: Remark[] = [];
  for (const target of new Set(targets.map(folderNamed))) {
    const isFolder = isFolderNamed(target);
    const found = isFolder ? filesBelow(target) : { paths: [target], foreign: [], unreadable: [] };
    foreign.push(...found.foreign);
    unreadable.push(...found.unreadable);
    for (const path of found.paths) {
      try {
        const entry = readEntry(path, isFolder);
        if ('saved' in entry) entries.push(entry);
        else foreign.push(entry);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        unreadable.push({ path, why: withoutPath(error.message, path) });
      }
    }
  }
  return { entries: eachOnce(entries), unreadable, foreign };
}

/** Whether the path is a folder; throws an InputError when there is nothing. */
function isFolderNamed(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

/** A file that was named must be a saved failure; one that was come upon may be something else. */
function readEntry(path: string, isComeUpon: boolean): CorpusEntry | Remark {
  const json = readJson(path);
  const format = formatOf(json);
  if (isComeUpon && format?.startsWith(FAILURES) !== true) {
    return { path, why: format === undefined ? 'no format' : `format ${format}` };
  }
  const read = failureOf(path, json);
  // An option that the spec lacks is given its default below, and that is no edit.
  const edited = isEdited(read) ? { isEdited: true as const } : {};
  const saved = isEdited(read) ? withoutRecord(read) : read;
  try {
    return { path, saved: { ...saved, spec: fittingSpec(saved.spec, 'spec.') }, ...edited };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { path, saved, misfit: error.message, ...edited };
  }
}

interface FoundFiles {
  readonly paths: string[];
  readonly foreign: Remark[];
  readonly unreadable: Remark[];
}

/** Every `.json` below a folder, in the order of the paths. Links to folders are not followed. */
function filesBelow(folder: string, depth = 0): FoundFiles {
  const found: FoundFiles = { paths: [], foreign: [], unreadable: [] };
  let names: string[];
  try {
    names = readdirSync(folder).sort((a, b) => (a < b ? -1 : 1));
  } catch (error) {
    found.unreadable.push({ path: folder, why: `cannot read it: ${reasonOf(error)}` });
    return found;
  }
  for (const name of names) {
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    const kind = kindOf(path);
    if (kind === 'folder' && depth < DEPTH_MAX) {
      const below = filesBelow(path, depth + 1);
      found.paths.push(...below.paths);
      found.foreign.push(...below.foreign);
      found.unreadable.push(...below.unreadable);
    } else if (kind === 'file') {
      if (name.endsWith('.json')) found.paths.push(path);
    } else if (kind === 'none') {
      if (name.endsWith('.json')) found.unreadable.push({ path, why: OUT_OF_REACH });
    } else found.foreign.push({ path, why: kind === 'folder' ? 'a folder too deep' : kind });
  }
  return found;
}

const OUT_OF_REACH = 'a link to nothing, or out of reach';

type Kind = 'file' | 'folder' | 'a link to a folder' | 'neither a file nor a folder' | 'none';

function kindOf(path: string): Kind {
  try {
    const stats = statSync(path);
    if (stats.isFile()) return 'file';
    // A pipe or a device would be waited for, not read.
    if (!stats.isDirectory()) return 'neither a file nor a folder';
    return lstatSync(path).isSymbolicLink() ? 'a link to a folder' : 'folder';
  } catch {
    return 'none';
  }
}

/** A file that two targets name counts once. */
function eachOnce(entries: readonly CorpusEntry[]): readonly CorpusEntry[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** For tables that have the path in a column of its own. */
function withoutPath(message: string, path: string): string {
  return message.replace(`${path}: `, '').replace(`${path}:`, 'line ').replace(path, 'it');
}

/** A path in the folder for a failure of this signature that nothing lies at yet. */
export function freePath(folder: string, signature: string): string {
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? `${signature}.json` : `${signature}-${number}.json`);
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return path;
  }
}

/** Puts `saved` in the place of an entry; a file that is named after its signature goes on so. */
export function rewrite(entry: CorpusEntry, saved: SavedFailure): string {
  const { signature } = entry.saved;
  const name = basename(entry.path, '.json');
  const isNamedSo = name.startsWith(signature) && /^(?:-\d+)?$/.test(name.slice(signature.length));
  const isRenamed = isNamedSo && signature !== saved.signature;
  const path = isRenamed ? freePath(dirname(entry.path), saved.signature) : entry.path;
  writeFileWhole(path, failureText(saved));
  if (isRenamed) removeFile(entry.path);
  return path;
}

/** Throws an InputError when it cannot be removed. */
export function removeFile(path: string): void {
  try {
    rmSync(path);
  } catch (error) {
    throw new InputError(`cannot remove ${path}: ${reasonOf(error)}`);
  }
}
