/** Text in double quotes with backslash escapes, as JSON and EDN have it. */
import type { TextCursor } from './text-cursor.ts';

/** What may follow a backslash, besides `u` and four hexadecimal digits. */
export interface Escapes {
  readonly characters: ReadonlyMap<string, string>;
  /** The same in words, for errors. */
  readonly expected: string;
  /** Characters below this one end the text, as its end does. */
  readonly least: string;
}

/** Reads from the opening quote to past the closing one. Throws `HistoryFormatError`. */
export function readQuoted(cursor: TextCursor, escapes: Escapes): string {
  cursor.offset++;
  let value = '';
  for (;;) {
    const character = cursor.peek();
    if (character === '' || character < escapes.least) throw cursor.fail('a closing quote');
    cursor.offset++;
    if (character === '"') return value;
    value += character === '\\' ? readEscape(cursor, escapes) : character;
  }
}

function readEscape(cursor: TextCursor, { characters, expected }: Escapes): string {
  const character = cursor.peek();
  if (character === 'u') {
    const digits = cursor.text.slice(cursor.offset + 1, cursor.offset + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw cursor.fail('four hexadecimal digits after \\u');
    cursor.offset += 5;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
  const value = characters.get(character);
  if (value === undefined) throw cursor.fail(`an escape: one of ${expected}`);
  cursor.offset++;
  return value;
}
