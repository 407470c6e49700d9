/** Files that are whole or not there, and messages that say which file and what about it. */
import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, normalize, resolve, sep } from 'node:path';
import { InputError } from './exit.ts';

/**
 * Writes to a temporary name in the same folder and renames: readers never see half a file. What
 * is no regular file (a pipe, a device) is written to as it is; a symbolic link is followed.
 */
export function writeFileWhole(path: string, content: string): void {
  if (path === STANDARD_OUTPUT) {
    process.stdout.write(content);
    return;
  }
  try {
    makeFolder(dirname(path));
    const place = placeOf(path);
    if (place === undefined) writeFileSync(path, content);
    else replaceFile(place, content);
  } catch (error) {
    throw new InputError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

/** Proves that a file can be written; throws an InputError if not. */
export function assertWritableFile(path: string): void {
  if (path === STANDARD_OUTPUT) return;
  try {
    makeFolder(dirname(path));
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw new Error('it is a folder');
    }
    const place = placeOf(path);
    if (place !== undefined) probeFolder(dirname(place.path));
    else if (existsSync(path)) accessSync(path, constants.W_OK);
    else probeFolder(dirname(resolve(dirname(path), readlinkSync(path))));
  } catch (error) {
    throw new InputError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

interface Place {
  readonly path: string;
  /** Permissions of the file that is replaced. */
  readonly mode?: number;
}

/** The regular file to replace or make; undefined when the path has to be written through. */
function placeOf(path: string): Place | undefined {
  // Descriptors of this process: a file put in their place would not be what was opened.
  if (/^\/(?:dev|proc)\//.test(resolve(path))) return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() === true) return { path: realpathSync(path), mode: found.mode & 0o777 };
  const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  return isThere ? undefined : { path };
}

function replaceFile({ path, mode }: Place, content: string): void {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    writeFileSync(temporary, content, mode === undefined ? {} : { mode });
    renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
}

/** Tidies up after an error, which is the one to tell, whatever happens here. */
function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where nothing can be removed nothing was written either.
  }
}

/** A folder as it is named in commands: without a slash at its end. */
export function folderNamed(path: string): string {
  const folder = normalize(path);
  return folder.length > 1 && folder.endsWith(sep) ? folder.slice(0, -1) : folder;
}

/** Makes a folder and proves that files can be written there; throws an InputError if not. */
export function assertWritableFolder(folder: string): void {
  try {
    makeFolder(folder);
    probeFolder(folder);
  } catch (error) {
    throw new InputError(`cannot write to the output folder ${folder}: ${reasonOf(error)}`);
  }
}

function probeFolder(folder: string): void {
  const probe = join(folder, `.probe-${randomBytes(4).toString('hex')}`);
  writeFileSync(probe, '');
  rmSync(probe);
}

/** Makes a folder and those above it. Node's own `recursive` loops for ever below `/proc`. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(folder)) throw error;
  }
}

/** Stands for `-` on the command line. */
export const STANDARD_INPUT = '/dev/stdin';
/** Written as a stream: it cannot be opened again where it is a socket. */
const STANDARD_OUTPUT = '/dev/stdout';
const BYTE_ORDER_MARK = /^\uFEFF/;
/** A longer text is more than the engine has room for in one string. */
const BYTES_MAX = 500_000_000;
const CHUNK_BYTES = 65_536;
/** How soon to look again whether a pipe has more. */
const RETRY_MS = 10;

/** The text of a file, a pipe, or standard input; throws an InputError for what has no end. */
export function readText(path: string): string {
  try {
    const content = contentOf(path);
    assertUtf8(content);
    const text = content.toString('utf8').replace(BYTE_ORDER_MARK, '');
    if (BYTE_ORDER_MARK.test(text)) throw new Error('it has two byte order marks');
    return text;
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

/** What is no UTF-8 would be read with other characters in its place. */
function assertUtf8(content: Buffer): void {
  if (isUtf8(content)) return;
  const [first, second] = content;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new Error('it is UTF-16, not UTF-8');
  }
  if (PACKED.some((start) => content.subarray(0, start.length).equals(start))) {
    throw new Error('it is compressed: unpack it first');
  }
  for (let line = 1, start = 0; ; line++) {
    const newline = content.indexOf(NEWLINE, start);
    const end = newline === -1 ? content.length : newline;
    if (!isUtf8(content.subarray(start, end))) throw new Error(`line ${line} is not UTF-8`);
    start = end + 1;
  }
}

const NEWLINE = 0x0a;
/** How files of gzip, zip, bzip2, xz and zstd begin. */
const PACKED = [
  [0x1f, 0x8b],
  [0x50, 0x4b, 0x03, 0x04],
  [0x42, 0x5a, 0x68],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  [0x28, 0xb5, 0x2f, 0xfd],
].map((bytes) => Buffer.from(bytes));

function contentOf(path: string): Buffer {
  if (path === STANDARD_INPUT) return readToEnd(0);
  // Looked at before it is opened: to open a device may do something to it.
  assertReadable(statSync(path));
  const file = openSync(path, 'r');
  try {
    return readToEnd(file);
  } finally {
    closeSync(file);
  }
}

function assertReadable(stats: Stats): void {
  if (stats.isDirectory()) throw new Error('it is a folder');
  if (!stats.isFile() && !stats.isFIFO()) throw new Error('it is a device or a socket, not a file');
  if (stats.size > BYTES_MAX) throw new Error(TOO_LARGE);
}

const TOO_LARGE = `it is larger than ${BYTES_MAX / 1_000_000} MB`;

/** What a pipe holds is known only when it has been read. */
function readToEnd(file: number): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const length = readNext(file, chunk);
    if (length === 0) return Buffer.concat(chunks, total);
    total += length;
    if (total > BYTES_MAX) throw new Error(TOO_LARGE);
    chunks.push(chunk.subarray(0, length));
  }
}

/** How many bytes came next; 0 at the end. */
function readNext(file: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(file, chunk);
    } catch (error) {
      // To load `node:process`, as libraries do, is enough to make standard input non-blocking.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}

/** The JSON of a file; a syntax error is located by line and column. */
export function readJson(path: string): unknown {
  return parseJson(path, readText(path));
}

export function parseJson(path: string, text: string): unknown {
  if (text.trim() === '') throw new InputError(`${path} is empty: expected a JSON document`);
  if (depthOf(text) > DEPTH_MAX) {
    throw new InputError(`${path}: nested more than ${DEPTH_MAX} deep`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new InputError(`${path}${syntaxError(text, message)}`);
  }
}

/** Deeper documents are none of ours, and whoever walks through them runs out of stack. */
const DEPTH_MAX = 100;
const [QUOTE, ESCAPE, OPENING, CLOSING] = [0x22, 0x5c, [0x5b, 0x7b], [0x5d, 0x7d]];

/** How many brackets are open at once at most, outside of strings. */
function depthOf(text: string): number {
  let deepest = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at);
    else if (OPENING.includes(unit)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.includes(unit)) depth--;
  }
  return deepest;
}

/** Where the string ends that begins at `at`. */
function endOfString(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && text.charCodeAt(end) !== QUOTE) {
    end += text.charCodeAt(end) === ESCAPE ? 2 : 1;
  }
  return end;
}

/** What went wrong with a file, in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS.get(code) ?? (error instanceof Error ? error.message : String(error));
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'operation not permitted'],
  ['EROFS', 'the file system is read-only'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'part of the path is a file, not a folder'],
  ['EEXIST', 'a file of that name is in the way'],
  ['ENOSPC', 'no space is left on the device'],
  ['ENAMETOOLONG', 'the name is too long'],
]);

/** `:3:14: not JSON: …`, in the engine's words, which give a position or say that the text ends. */
function syntaxError(text: string, message: string): string {
  const position = /position (\d+)/.exec(message)?.[1];
  const isAtEnd = Number(position) >= text.trimEnd().length;
  const isCutShort = isAtEnd || /end of JSON|Unterminated/i.test(message);
  // Some versions put a copy of the document into their message.
  const said = message.replace(/, (?:\.\.\.)?"[\s\S]*/, '').replace(/ in JSON at position.*/, '');
  if (position === undefined && !isCutShort) return `: not JSON: ${said}`;
  const lines = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
  const place = `:${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
  return `${place}: not JSON: ${said}${isCutShort ? ' (is the file cut short?)' : ''}`;
}
