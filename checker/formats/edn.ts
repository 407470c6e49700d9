/**
 * A reader of EDN, the data notation of Clojure (https://github.com/edn-format/edn), that keeps the
 * place of every value so that errors can be located.
 */

import { HistoryFormatError, type Place } from './format-error.ts';
import { type Escapes, readQuoted } from './quoted-text.ts';
import { TextCursor } from './text-cursor.ts';

export type EdnNode =
  | { readonly type: 'nil'; readonly place: Place }
  | { readonly type: 'boolean'; readonly place: Place; readonly value: boolean }
  | {
      readonly type: 'number';
      readonly place: Place;
      readonly value: number;
      /** Of an integer that `value` can only come near to. */
      readonly exact?: bigint;
    }
  | { readonly type: 'string'; readonly place: Place; readonly value: string }
  /** Without its colon. */
  | { readonly type: 'keyword'; readonly place: Place; readonly value: string }
  | { readonly type: 'symbol'; readonly place: Place; readonly value: string }
  | {
      readonly type: 'vector' | 'list' | 'set';
      readonly place: Place;
      readonly items: readonly EdnNode[];
    }
  | {
      readonly type: 'map';
      readonly place: Place;
      readonly entries: readonly (readonly [EdnNode, EdnNode])[];
    };

/** Deeper nesting is refused, so that hostile input cannot exhaust the stack. */
const DEPTH_MAX = 100;

const DELIMITERS = new Set(['(', ')', '[', ']', '{', '}', '"', ';', ',', '']);
const NUMBER = /^[+-]?\d+(?:N|(?:\.\d+)?(?:[eE][+-]?\d+)?M?)$/;
const CHARACTER_NAMES: ReadonlyMap<string, string> = new Map([
  ['newline', '\n'],
  ['return', '\r'],
  ['space', ' '],
  ['tab', '\t'],
]);
const STRING_ESCAPES: Escapes = {
  characters: new Map([
    ['t', '\t'],
    ['r', '\r'],
    ['n', '\n'],
    ['b', '\b'],
    ['f', '\f'],
    ['\\', '\\'],
    ['"', '"'],
  ]),
  expected: 't r n b f u \\ "',
  least: '',
};

/** All values of a text, in order. Throws `HistoryFormatError`. */
export function readEdn(text: string): readonly EdnNode[] {
  const cursor = new TextCursor(text);
  const nodes: EdnNode[] = [];
  for (;;) {
    const node = readNode(cursor, 0, '');
    if (node === undefined) return nodes;
    nodes.push(node);
  }
}

/** The next value; undefined at the closing bracket, or at the end if none is awaited. */
function readNode(cursor: TextCursor, depth: number, closing: string): EdnNode | undefined {
  for (;;) {
    skipSpace(cursor);
    const place = cursor.place();
    const character = cursor.peek();
    if (character === closing) {
      cursor.offset += closing.length;
      return undefined;
    }
    if (character === '' || character === ')' || character === ']' || character === '}') {
      throw cursor.fail(closing === '' ? 'a value' : `a value or ${closing}`);
    }
    if (depth > DEPTH_MAX) throw cursor.fail(`at most ${DEPTH_MAX} levels of nesting`);
    if (cursor.text.startsWith('#_', cursor.offset)) {
      cursor.offset += 2;
      requireNode(cursor, depth + 1);
      continue;
    }
    return readValue(cursor, place, depth);
  }
}

function requireNode(cursor: TextCursor, depth: number): EdnNode {
  skipSpace(cursor);
  if (cursor.atEnd) throw cursor.fail('a value');
  const node = readNode(cursor, depth, '');
  if (node === undefined) throw cursor.fail('a value');
  return node;
}

function readValue(cursor: TextCursor, place: Place, depth: number): EdnNode {
  switch (cursor.peek()) {
    case '[':
      return { type: 'vector', place, items: readItems(cursor, 1, ']', depth) };
    case '(':
      return { type: 'list', place, items: readItems(cursor, 1, ')', depth) };
    case '{':
      return { type: 'map', place, entries: readEntries(cursor, depth) };
    case '"':
      return { type: 'string', place, value: readQuoted(cursor, STRING_ESCAPES) };
    case '\\':
      return { type: 'string', place, value: readCharacter(cursor) };
    case '#':
      return readDispatch(cursor, place, depth);
    default:
      return readWord(cursor, place);
  }
}

function readDispatch(cursor: TextCursor, place: Place, depth: number): EdnNode {
  if (cursor.text.startsWith('#{', cursor.offset)) {
    return { type: 'set', place, items: readItems(cursor, 2, '}', depth) };
  }
  // A tagged value means what its value means: `#jepsen.history.Op{...}` is a map.
  cursor.offset++;
  if (readToken(cursor) === '') throw cursor.fail('a tag or a set after #');
  return requireNode(cursor, depth + 1);
}

function readItems(
  cursor: TextCursor,
  opening: number,
  closing: string,
  depth: number,
): readonly EdnNode[] {
  cursor.offset += opening;
  const items: EdnNode[] = [];
  for (;;) {
    const item = readNode(cursor, depth + 1, closing);
    if (item === undefined) return items;
    items.push(item);
  }
}

function readEntries(cursor: TextCursor, depth: number) {
  const items = readItems(cursor, 1, '}', depth);
  const entries: (readonly [EdnNode, EdnNode])[] = [];
  const names = new Set<string>();
  for (let index = 0; index < items.length; index += 2) {
    const name = items[index]!;
    const value = items[index + 1];
    if (value === undefined) {
      throw new HistoryFormatError(name.place, 'a map with a value for every key', 'a key alone');
    }
    if (name.type === 'keyword') {
      if (names.has(name.value)) {
        throw new HistoryFormatError(name.place, 'each key once', `:${name.value} again`);
      }
      names.add(name.value);
    }
    entries.push([name, value]);
  }
  return entries;
}

function readCharacter(cursor: TextCursor): string {
  cursor.offset++;
  const first = cursor.peek();
  if (first === '') throw cursor.fail('a character');
  cursor.offset++;
  const name = first + readToken(cursor);
  if (name.length === 1) return name;
  const value = CHARACTER_NAMES.get(name);
  if (value !== undefined) return value;
  if (/^u[0-9a-fA-F]{4}$/.test(name))
    return String.fromCharCode(Number.parseInt(name.slice(1), 16));
  cursor.offset -= name.length;
  throw cursor.fail('one character or newline, return, space, tab');
}

function readWord(cursor: TextCursor, place: Place): EdnNode {
  const word = readToken(cursor);
  if (word === 'nil') return { type: 'nil', place };
  if (word === 'true' || word === 'false') {
    return { type: 'boolean', place, value: word === 'true' };
  }
  if (word.startsWith(':') && word.length > 1) {
    return { type: 'keyword', place, value: word.slice(1) };
  }
  if (NUMBER.test(word)) return readNumber(word, place);
  if (/^[a-zA-Z.*+!\-_?$%&=<>/][^\\^`~@]*$/.test(word) && !/^[+-]\d/.test(word)) {
    return { type: 'symbol', place, value: word };
  }
  cursor.offset -= word.length;
  throw cursor.fail('a value');
}

function readNumber(word: string, place: Place): EdnNode {
  const digits = word.replace(/[NM]$/, '');
  const value = Number(digits);
  const isExact = Number.isSafeInteger(value) || !/^[+-]?\d+$/.test(digits);
  if (isExact) return { type: 'number', place, value };
  return { type: 'number', place, value, exact: BigInt(digits.replace(/^\+/, '')) };
}

function readToken(cursor: TextCursor): string {
  const start = cursor.offset;
  while (!DELIMITERS.has(cursor.peek()) && !isSpace(cursor.peek())) cursor.offset++;
  return cursor.text.slice(start, cursor.offset);
}

function skipSpace(cursor: TextCursor): void {
  for (;;) {
    const character = cursor.peek();
    if (character === ';') {
      const end = cursor.text.indexOf('\n', cursor.offset);
      cursor.offset = end === -1 ? cursor.text.length : end;
    } else if (character === ',' || isSpace(character)) {
      cursor.offset++;
    } else {
      return;
    }
  }
}

function isSpace(character: string): boolean {
  return (
    character === ' ' ||
    character === '\n' ||
    character === '\t' ||
    character === '\r' ||
    character === '\f'
  );
}
