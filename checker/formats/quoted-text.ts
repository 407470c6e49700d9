/** Text in double quotes with backslash escapes, as JSON and EDN have it. */

import type { TextCursor } from './text-cursor.ts';

/** What may follow a backslash, besides `u` and four hexadecimal digits. */
export interface Escapes {
  readonly characters: ReadonlyMap<string, string>;
  /** The same in words, for errors. */
  readonly expected: string;
  /** UTF-16 units below this one end the text, as its end does. */
  readonly least: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HEXADECIMAL = /^[0-9a-fA-F]{4}$/;

/** Reads from the opening quote to past the closing one. Throws `Misreading`. */
export function readQuoted(cursor: TextCursor, escapes: Escapes): string {
  const { text, end } = cursor;
  let at = cursor.offset + 1;
  let start = at;
  let value = '';
  for (;;) {
    const unit = at < end ? text.charCodeAt(at) : 0;
    if (unit === QUOTE) {
      cursor.offset = at + 1;
      return value + text.slice(start, at);
    }
    if (at >= end || unit < escapes.least) throw cursor.failAt(at, 'a closing quote');
    if (unit === BACKSLASH) {
      cursor.offset = at + 1;
      value += text.slice(start, at) + readEscape(cursor, escapes);
      at = start = cursor.offset;
    } else {
      at++;
    }
  }
}

function readEscape(cursor: TextCursor, { characters, expected }: Escapes): string {
  const character = cursor.atEnd ? '' : cursor.text.charAt(cursor.offset);
  if (character === 'u') {
    const last = Math.min(cursor.offset + 5, cursor.end);
    const digits = cursor.text.slice(cursor.offset + 1, last);
    if (!HEXADECIMAL.test(digits)) throw cursor.fail('four hexadecimal digits after \\u');
    cursor.offset += 5;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
  const value = characters.get(character);
  if (value === undefined) throw cursor.fail(`an escape: one of ${expected}`);
  cursor.offset++;
  return value;
}
