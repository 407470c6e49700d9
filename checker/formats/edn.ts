/**
 * A reader of EDN, the data notation of Clojure (https://github.com/edn-format/edn), that keeps the
 * offset of every value so that errors can be located.
 */

import { Misreading } from './format-error.ts';
import { type Escapes, readQuoted } from './quoted-text.ts';
import { END, type TextCursor } from './text-cursor.ts';

export type EdnNode =
  | { readonly type: 'nil'; readonly at: number }
  | { readonly type: 'boolean'; readonly at: number; readonly value: boolean }
  | {
      readonly type: 'number';
      readonly at: number;
      readonly value: number;
      /** Of an integer that `value` can only come near to. */
      readonly exact?: bigint;
    }
  | { readonly type: 'string'; readonly at: number; readonly value: string }
  /** Without its colon. */
  | { readonly type: 'keyword'; readonly at: number; readonly value: string }
  | { readonly type: 'symbol'; readonly at: number; readonly value: string }
  /** A map has its keys and values in turn. */
  | {
      readonly type: 'vector' | 'list' | 'set' | 'map';
      readonly at: number;
      readonly items: readonly EdnNode[];
    };

/** Deeper nesting is refused, so that hostile input cannot exhaust the stack. */
const DEPTH_MAX = 100;

/** A leading zero is refused: Clojure takes such a number for an octal one. */
const NUMBER = /^[+-]?(?:0|[1-9]\d*)(?:N|(?:\.\d+)?(?:[eE][+-]?\d+)?M?)$/;
const INTEGER = /^[+-]?\d+N?$/;
const LEADING_ZERO = /^[+-]?0\d/;
const SMALL_INTEGER_DIGITS_MAX = 15;
/** Longer ones are no value of any history, and take long to convert. */
const NUMBER_DIGITS_MAX = 400;
const SYMBOL = /^(?:[a-zA-Z.*+!\-_?$%&=<>/][^\\^`~@]*)$/;
const SIGNED_DIGIT = /^[+-]\d/;
const SIGNED_DIGITS = /^[+-]?\d/;
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
  least: 0,
};

const [NEWLINE, QUOTE, HASH, SEMICOLON, COMMA] = [0x0a, 0x22, 0x23, 0x3b, 0x2c];
const [OPENING_PARENTHESIS, CLOSING_PARENTHESIS] = [0x28, 0x29];
const [OPENING_BRACKET, BACKSLASH, CLOSING_BRACKET] = [0x5b, 0x5c, 0x5d];
const [OPENING_BRACE, CLOSING_BRACE] = [0x7b, 0x7d];
const DIGIT_ZERO = 0x30;

/** By UTF-16 unit: 1 for white space, of which a comma is one; 2 for what ends a word as well. */
const UNIT_KINDS = new Uint8Array(128);
for (const unit of [NEWLINE, COMMA, 0x09, 0x0c, 0x0d, 0x20]) UNIT_KINDS[unit] = 1;
for (const unit of [OPENING_PARENTHESIS, CLOSING_PARENTHESIS, OPENING_BRACKET, CLOSING_BRACKET]) {
  UNIT_KINDS[unit] = 2;
}
for (const unit of [OPENING_BRACE, CLOSING_BRACE, QUOTE, SEMICOLON]) UNIT_KINDS[unit] = 2;

/** Reads EDN values one after another. Throws `Misreading`. */
export class EdnReader {
  private readonly cursor: TextCursor;
  /** One copy of the name of each keyword, as they occur again and again. */
  private readonly names = new Map<string, string>();

  constructor(cursor: TextCursor) {
    this.cursor = cursor;
  }

  /**
   * The next value; undefined at the closing bracket, which is gone past, or at the end of the text
   * if `END` is awaited.
   */
  next(closing: number, depth = 0): EdnNode | undefined {
    const { cursor } = this;
    for (;;) {
      this.skipSpace();
      const unit = cursor.unit();
      if (unit === closing) {
        if (unit !== END) cursor.offset++;
        return undefined;
      }
      if (isClosing(unit) || unit === END) throw cursor.fail(awaited(closing));
      if (depth > DEPTH_MAX) throw cursor.fail(`at most ${DEPTH_MAX} levels of nesting`);
      if (unit !== HASH || !cursor.accept('#_')) return this.value(unit, depth);
      this.required(depth + 1);
    }
  }

  /** Opens the vector or list here, if one is; the closing bracket that its items end with. */
  open(): number | undefined {
    this.skipSpace();
    const unit = this.cursor.unit();
    if (unit !== OPENING_BRACKET && unit !== OPENING_PARENTHESIS) return undefined;
    this.cursor.offset++;
    return unit === OPENING_BRACKET ? CLOSING_BRACKET : CLOSING_PARENTHESIS;
  }

  private required(depth: number): EdnNode {
    this.skipSpace();
    const node = this.next(END, depth);
    if (node === undefined) throw this.cursor.fail('a value');
    return node;
  }

  private value(unit: number, depth: number): EdnNode {
    const { cursor } = this;
    const at = cursor.offset;
    switch (unit) {
      case OPENING_BRACKET:
        return { type: 'vector', at, items: this.items(1, CLOSING_BRACKET, depth) };
      case OPENING_PARENTHESIS:
        return { type: 'list', at, items: this.items(1, CLOSING_PARENTHESIS, depth) };
      case OPENING_BRACE:
        return { type: 'map', at, items: this.entries(depth) };
      case QUOTE:
        return { type: 'string', at, value: readQuoted(cursor, STRING_ESCAPES) };
      case BACKSLASH:
        return { type: 'string', at, value: this.character() };
      case HASH:
        return this.dispatch(at, depth);
      default:
        return this.word(at);
    }
  }

  private dispatch(at: number, depth: number): EdnNode {
    const { cursor } = this;
    if (cursor.isAt('#{')) return { type: 'set', at, items: this.items(2, CLOSING_BRACE, depth) };
    // A tagged value means what its value means: `#jepsen.history.Op{...}` is a map.
    cursor.offset++;
    if (this.token() === '') throw cursor.fail('a tag or a set after #');
    return this.required(depth + 1);
  }

  private items(opening: number, closing: number, depth: number): readonly EdnNode[] {
    this.cursor.offset += opening;
    const items: EdnNode[] = [];
    for (;;) {
      const item = this.next(closing, depth + 1);
      // A copy has no more room than it needs; one that grew has room for 17.
      if (item === undefined) return items.slice();
      items.push(item);
    }
  }

  private entries(depth: number): readonly EdnNode[] {
    const items = this.items(1, CLOSING_BRACE, depth);
    if (items.length % 2 !== 0) {
      const last = items[items.length - 1]!;
      throw new Misreading(last.at, 'a map with a value for every key', 'a key alone');
    }
    refuseRepeated(items);
    return items;
  }

  private character(): string {
    const { cursor } = this;
    const at = cursor.offset++;
    if (cursor.atEnd) throw cursor.fail('a character');
    cursor.offset++;
    const name = cursor.text.charAt(at + 1) + this.token();
    if (name.length === 1) return name;
    const value = CHARACTER_NAMES.get(name);
    if (value !== undefined) return value;
    if (/^u[0-9a-fA-F]{4}$/.test(name)) {
      return String.fromCharCode(Number.parseInt(name.slice(1), 16));
    }
    throw cursor.failAt(at + 1, 'one character or newline, return, space, tab');
  }

  private word(at: number): EdnNode {
    const { cursor } = this;
    const small = this.smallInteger();
    if (small !== undefined) return { type: 'number', at, value: small };
    const word = this.token();
    if (word === 'nil') return { type: 'nil', at };
    if (word === 'true' || word === 'false') return { type: 'boolean', at, value: word === 'true' };
    if (word.startsWith(':') && word.length > 1) {
      return { type: 'keyword', at, value: this.shared(word) };
    }
    if (word.length > NUMBER_DIGITS_MAX && SIGNED_DIGITS.test(word)) {
      throw cursor.failAt(at, `a number of at most ${NUMBER_DIGITS_MAX} digits`);
    }
    if (NUMBER.test(word)) return readNumber(word, at);
    if (LEADING_ZERO.test(word)) throw cursor.failAt(at, 'a number without leading zeros');
    if (SYMBOL.test(word) && !SIGNED_DIGIT.test(word)) {
      return { type: 'symbol', at, value: word };
    }
    throw cursor.failAt(at, 'a value');
  }

  /** The integer of up to 15 digits here, which most values are; undefined if there is none. */
  private smallInteger(): number | undefined {
    const { cursor } = this;
    const { text, end } = cursor;
    const start = cursor.offset;
    let at = start;
    let value = 0;
    for (; at < end; at++) {
      const digit = text.charCodeAt(at) - DIGIT_ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const count = at - start;
    if (count === 0 || count > SMALL_INTEGER_DIGITS_MAX) return undefined;
    if (count > 1 && text.charCodeAt(start) === DIGIT_ZERO) return undefined;
    if (at < end && !endsWord(text.charCodeAt(at))) return undefined;
    cursor.offset = at;
    return value;
  }

  /** A keyword without its colon. */
  private shared(word: string): string {
    const known = this.names.get(word);
    if (known !== undefined) return known;
    const name = word.slice(1);
    this.names.set(word, name);
    return name;
  }

  private token(): string {
    const { cursor } = this;
    const { text, end } = cursor;
    const start = cursor.offset;
    let at = start;
    while (at < end) {
      if (endsWord(text.charCodeAt(at))) break;
      at++;
    }
    cursor.offset = at;
    return text.slice(start, at);
  }

  private skipSpace(): void {
    const { cursor } = this;
    const { text, end } = cursor;
    let at = cursor.offset;
    while (at < end) {
      const unit = text.charCodeAt(at);
      if (unit === SEMICOLON) {
        const newline = text.indexOf('\n', at);
        at = newline === -1 ? end : newline;
      } else if (unit < 128 && UNIT_KINDS[unit] === 1) {
        at++;
      } else {
        break;
      }
    }
    cursor.offset = at;
  }
}

function endsWord(unit: number): boolean {
  return unit < 128 && UNIT_KINDS[unit] !== 0;
}

/** So many keys are compared one by one; of more, a set is made. */
const KEYS_COMPARED_MAX = 12;

/** Refuses keywords that are keys twice, in a map's keys and values. */
function refuseRepeated(items: readonly EdnNode[]): void {
  const seen = items.length > 2 * KEYS_COMPARED_MAX ? new Set<string>() : undefined;
  for (let index = 0; index < items.length; index += 2) {
    const key = items[index]!;
    if (key.type !== 'keyword') continue;
    if (seen?.has(key.value) ?? isKeyBefore(items, index, key.value)) {
      throw new Misreading(key.at, 'each key once', `:${key.value} again`);
    }
    seen?.add(key.value);
  }
}

function isKeyBefore(items: readonly EdnNode[], end: number, name: string): boolean {
  for (let index = 0; index < end; index += 2) {
    const key = items[index]!;
    if (key.type === 'keyword' && key.value === name) return true;
  }
  return false;
}

function isClosing(unit: number): boolean {
  return unit === CLOSING_PARENTHESIS || unit === CLOSING_BRACKET || unit === CLOSING_BRACE;
}

function awaited(closing: number): string {
  return closing === END ? 'a value' : `a value or ${String.fromCharCode(closing)}`;
}

function readNumber(word: string, at: number): EdnNode {
  const digits = word.replace(/[NM]$/, '');
  const value = Number(digits);
  const isExact = Number.isSafeInteger(value) || !INTEGER.test(word);
  if (isExact) return { type: 'number', at, value };
  return { type: 'number', at, value, exact: BigInt(digits.replace(/^\+/, '')) };
}
