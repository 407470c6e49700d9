/**
 * A reader of JSON (RFC 8259) that knows where each member is, and refuses names that repeat.
 *
 * It reads values of two kinds: plain ones, and nodes that know where each value stands.
 */

import type { Plain } from '../history.ts';
import { Misreading, shortened } from './format-error.ts';
import { type Escapes, readQuoted } from './quoted-text.ts';
import type { TextCursor } from './text-cursor.ts';

export interface JsonMember<Value> {
  readonly name: string;
  /** The offset of the name. */
  readonly at: number;
  readonly value: Value;
  readonly valueAt: number;
}

/** A value that knows its offset; a number is the text that it was written as. */
export type JsonNode =
  | { readonly type: 'null'; readonly at: number }
  | { readonly type: 'boolean'; readonly at: number; readonly value: boolean }
  | { readonly type: 'number'; readonly at: number; readonly digits: string }
  | { readonly type: 'string'; readonly at: number; readonly value: string }
  | { readonly type: 'array'; readonly at: number; readonly items: readonly JsonNode[] }
  | {
      readonly type: 'object';
      readonly at: number;
      readonly members: readonly JsonMember<JsonNode>[];
    };

type ReadValue<Value> = (cursor: TextCursor, depth: number) => Value;

/** Values may be nested as deep as this, so that hostile input cannot exhaust the stack. */
export const JSON_DEPTH_MAX = 100;

/** So many names are compared one by one; of more, a set is made. */
const NAMES_COMPARED_MAX = 8;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = ' '.charCodeAt(0);
const [OPENING_BRACE, OPENING_BRACKET, QUOTE] = [0x7b, 0x5b, 0x22];
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
  least: SPACE,
};

/** The members of the object here. Throws `Misreading`. */
export function readJsonObject(cursor: TextCursor): readonly JsonMember<Plain>[] {
  skipJsonSpace(cursor);
  if (cursor.unit() !== OPENING_BRACE) throw cursor.fail('an object');
  return readMembers(cursor, 0, readPlain);
}

/** The value here. Throws `Misreading`. */
export function readJsonNode(cursor: TextCursor): JsonNode {
  skipJsonSpace(cursor);
  return readNode(cursor, 0);
}

/** Goes past white space. */
export function skipJsonSpace(cursor: TextCursor): void {
  const { text, end } = cursor;
  let at = cursor.offset;
  while (at < end) {
    const unit = text.charCodeAt(at);
    if (unit !== SPACE && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) break;
    at++;
  }
  cursor.offset = at;
}

function readPlain(cursor: TextCursor, depth: number): Plain {
  switch (cursor.unit()) {
    case OPENING_BRACE:
      return objectOf(readMembers(cursor, depth, readPlain));
    case OPENING_BRACKET:
      return readItems(cursor, depth, readPlain);
    case QUOTE:
      return readQuoted(cursor, ESCAPES);
    default: {
      const literal = readLiteral(cursor);
      return literal === undefined ? readNumber(cursor) : literal;
    }
  }
}

function objectOf(members: readonly JsonMember<Plain>[]): Plain {
  return Object.fromEntries(members.map(({ name, value }) => [name, value]));
}

function readNode(cursor: TextCursor, depth: number): JsonNode {
  const at = cursor.offset;
  switch (cursor.unit()) {
    case OPENING_BRACE:
      return { type: 'object', at, members: readMembers(cursor, depth, readNode) };
    case OPENING_BRACKET:
      return { type: 'array', at, items: readItems(cursor, depth, readNode) };
    case QUOTE:
      return { type: 'string', at, value: readQuoted(cursor, ESCAPES) };
    default: {
      const value = readLiteral(cursor);
      if (value === null) return { type: 'null', at };
      if (value !== undefined) return { type: 'boolean', at, value };
      return { type: 'number', at, digits: readDigits(cursor) };
    }
  }
}

function readMembers<Value>(
  cursor: TextCursor,
  depth: number,
  readValue: ReadValue<Value>,
): readonly JsonMember<Value>[] {
  if (depth > JSON_DEPTH_MAX) throw cursor.fail(`at most ${JSON_DEPTH_MAX} levels of nesting`);
  const members: JsonMember<Value>[] = [];
  let names: Set<string> | undefined;
  cursor.offset++;
  skipJsonSpace(cursor);
  if (cursor.accept('}')) return members;
  do {
    skipJsonSpace(cursor);
    const at = cursor.offset;
    if (cursor.unit() !== QUOTE) throw cursor.fail('a member name in quotes');
    const name = readQuoted(cursor, ESCAPES);
    if (members.length === NAMES_COMPARED_MAX) names = new Set(members.map((each) => each.name));
    if (names?.has(name) ?? isAmong(members, name)) throw cursor.failAt(at, 'each name once');
    names?.add(name);
    skipJsonSpace(cursor);
    if (!cursor.accept(':')) throw cursor.fail('":" after the name');
    skipJsonSpace(cursor);
    const valueAt = cursor.offset;
    members.push({ name, at, value: readValue(cursor, depth + 1), valueAt });
    skipJsonSpace(cursor);
  } while (cursor.accept(','));
  if (!cursor.accept('}')) throw cursor.fail('"," or "}"');
  return members;
}

function isAmong(members: readonly JsonMember<unknown>[], name: string): boolean {
  for (const member of members) if (member.name === name) return true;
  return false;
}

function readItems<Value>(
  cursor: TextCursor,
  depth: number,
  readValue: ReadValue<Value>,
): readonly Value[] {
  if (depth > JSON_DEPTH_MAX) throw cursor.fail(`at most ${JSON_DEPTH_MAX} levels of nesting`);
  const items: Value[] = [];
  cursor.offset++;
  skipJsonSpace(cursor);
  if (cursor.accept(']')) return items;
  do {
    skipJsonSpace(cursor);
    items.push(readValue(cursor, depth + 1));
    skipJsonSpace(cursor);
  } while (cursor.accept(','));
  if (!cursor.accept(']')) throw cursor.fail('"," or "]"');
  return items;
}

/** Undefined where neither of the three words stands. */
function readLiteral(cursor: TextCursor): null | boolean | undefined {
  if (cursor.accept('null')) return null;
  if (cursor.accept('true')) return true;
  return cursor.accept('false') ? false : undefined;
}

function readNumber(cursor: TextCursor): number {
  const at = cursor.offset;
  const digits = readDigits(cursor);
  const value = Number(digits);
  // Past 2^53 neighbours coincide, and a register would seem to hold what it does not.
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new Misreading(at, 'an integer between -2^53 and 2^53', shortened(digits));
  }
  if (!Number.isFinite(value)) throw new Misreading(at, 'a finite number', shortened(digits));
  return value;
}

function readDigits(cursor: TextCursor): string {
  NUMBER.lastIndex = cursor.offset;
  const digits = NUMBER.exec(cursor.text)?.[0];
  if (digits === undefined || cursor.offset + digits.length > cursor.end) {
    throw cursor.fail('a value');
  }
  cursor.offset += digits.length;
  return digits;
}
