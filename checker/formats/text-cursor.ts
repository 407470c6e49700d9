/** A position in a text, or in one line of it, for parsers that say where they failed. */

import { Misreading } from './format-error.ts';

const EXCERPT_UNITS_MAX = 24;

/** What `unit` answers at the end. */
export const END = -1;

export class TextCursor {
  readonly text: string;
  offset: number;
  /** Where the text, or the line that is read, ends. */
  readonly end: number;
  private readonly isLine: boolean;

  /** Over a whole text, or over the line of it that is between two offsets. */
  constructor(text: string, line?: { readonly start: number; readonly end: number }) {
    this.text = text;
    this.offset = line?.start ?? 0;
    this.end = line?.end ?? text.length;
    this.isLine = line !== undefined;
  }

  get atEnd(): boolean {
    return this.offset >= this.end;
  }

  /** The UTF-16 unit here, or `END`. */
  unit(): number {
    return this.offset < this.end ? this.text.charCodeAt(this.offset) : END;
  }

  /** Whether the word stands here. */
  isAt(word: string): boolean {
    return this.offset + word.length <= this.end && this.text.startsWith(word, this.offset);
  }

  /** Goes past the word if it stands here, and says whether it did. */
  accept(word: string): boolean {
    if (!this.isAt(word)) return false;
    this.offset += word.length;
    return true;
  }

  /** An error here that shows the text that follows. */
  fail(expected: string): Misreading {
    return this.failAt(this.offset, expected);
  }

  /** An error at an offset that shows the text that follows it. */
  failAt(at: number, expected: string): Misreading {
    return new Misreading(at, expected, this.excerpt(at));
  }

  private excerpt(at: number): string {
    if (at >= this.end) return this.isLine ? 'the end of the line' : 'the end of the input';
    const newline = this.text.indexOf('\n', at);
    const lineEnd = newline === -1 ? this.end : Math.min(newline, this.end);
    const shown = this.text.slice(at, Math.min(lineEnd, at + EXCERPT_UNITS_MAX));
    const rest = lineEnd - at > EXCERPT_UNITS_MAX ? shown : shown.trimEnd();
    return rest === '' ? 'the end of the line' : JSON.stringify(rest);
  }
}

/** The lines of a text that say something, as the offsets of their starts and ends. */
export function* meaningfulLines(text: string) {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    if (!isBlank(text, start, end)) yield { start, end };
    start = end + 1;
  }
}

function isBlank(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit !== 0x20 && (unit < 0x09 || unit > 0x0d)) return false;
  }
  return true;
}
