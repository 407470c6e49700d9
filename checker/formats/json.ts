/** A reader of JSON (RFC 8259) that keeps the place of every member, and refuses repeated names. */

import type { Plain } from '../history.ts';
import type { Place } from './format-error.ts';
import { type Escapes, readQuoted } from './quoted-text.ts';
import { TextCursor } from './text-cursor.ts';

export interface JsonMember {
  readonly name: string;
  readonly namePlace: Place;
  readonly value: Plain;
  readonly place: Place;
}

const DEPTH_MAX = 100;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPES: Escapes = {
  characters: new Map([
    ['"', '"'],
    ['\\', '\\'],
    ['/', '/'],
    ['b', '\b'],
    ['f', '\f'],
    ['n', '\n'],
    ['r', '\r'],
    ['t', '\t'],
  ]),
  expected: '" \\ / b f n r t u',
  least: ' ',
};

/** The members of the one object that a line holds. Throws `HistoryFormatError`. */
export function readJsonObject(line: string, lineNumber: number): readonly JsonMember[] {
  const cursor = new TextCursor(line, lineNumber);
  skipSpace(cursor);
  if (cursor.peek() !== '{') throw cursor.fail('an object');
  const members = readMembers(cursor, 0);
  skipSpace(cursor);
  if (!cursor.atEnd) throw cursor.fail('the end of the line');
  return members;
}

function readMembers(cursor: TextCursor, depth: number): readonly JsonMember[] {
  const members: JsonMember[] = [];
  const names = new Set<string>();
  cursor.offset++;
  skipSpace(cursor);
  if (accept(cursor, '}')) return members;
  do {
    skipSpace(cursor);
    const namePlace = cursor.place();
    const start = cursor.offset;
    if (cursor.peek() !== '"') throw cursor.fail('a member name');
    const name = readQuoted(cursor, ESCAPES);
    if (names.has(name)) {
      cursor.offset = start;
      throw cursor.fail('each name once');
    }
    names.add(name);
    skipSpace(cursor);
    if (!accept(cursor, ':')) throw cursor.fail('":"');
    skipSpace(cursor);
    const place = cursor.place();
    members.push({ name, namePlace, value: readValue(cursor, depth + 1), place });
    skipSpace(cursor);
  } while (accept(cursor, ','));
  if (!accept(cursor, '}')) throw cursor.fail('"," or "}"');
  return members;
}

function readValue(cursor: TextCursor, depth: number): Plain {
  if (depth > DEPTH_MAX) throw cursor.fail(`at most ${DEPTH_MAX} levels of nesting`);
  switch (cursor.peek()) {
    case '{':
      return Object.fromEntries(readMembers(cursor, depth).map((each) => [each.name, each.value]));
    case '[':
      return readItems(cursor, depth);
    case '"':
      return readQuoted(cursor, ESCAPES);
    case 't':
      return readLiteral(cursor, 'true', true);
    case 'f':
      return readLiteral(cursor, 'false', false);
    case 'n':
      return readLiteral(cursor, 'null', null);
    default:
      return readNumber(cursor);
  }
}

function readItems(cursor: TextCursor, depth: number): Plain {
  const items: Plain[] = [];
  cursor.offset++;
  skipSpace(cursor);
  if (accept(cursor, ']')) return items;
  do {
    skipSpace(cursor);
    items.push(readValue(cursor, depth + 1));
    skipSpace(cursor);
  } while (accept(cursor, ','));
  if (!accept(cursor, ']')) throw cursor.fail('"," or "]"');
  return items;
}

function readLiteral(cursor: TextCursor, literal: string, value: Plain): Plain {
  if (!cursor.text.startsWith(literal, cursor.offset)) throw cursor.fail('a value');
  cursor.offset += literal.length;
  return value;
}

function readNumber(cursor: TextCursor): number {
  NUMBER.lastIndex = cursor.offset;
  const match = NUMBER.exec(cursor.text);
  if (match === null) throw cursor.fail('a value');
  const value = Number(match[0]);
  // Past 2^53 neighbours coincide, and a register would seem to hold what it does not.
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw cursor.fail('an integer between -2^53 and 2^53');
  }
  if (!Number.isFinite(value)) throw cursor.fail('a finite number');
  cursor.offset += match[0].length;
  return value;
}

function accept(cursor: TextCursor, character: string): boolean {
  if (cursor.peek() !== character) return false;
  cursor.offset++;
  return true;
}

function skipSpace(cursor: TextCursor): void {
  while (cursor.peek() === ' ' || cursor.peek() === '\t' || cursor.peek() === '\r') cursor.offset++;
}
