/** A position in a text that knows its line and column, for parsers that say where they failed. */

import { HistoryFormatError, type Place } from './format-error.ts';

const EXCERPT_CHARACTERS_MAX = 24;

export class TextCursor {
  readonly text: string;
  offset = 0;
  private readonly end: string;
  /** The line that `placeAt` was last asked about, and where it starts: lines only go up. */
  private line: number;
  private lineStart: number;
  /** The newline that ends that line; the length of the text if none does. */
  private lineEnd: number;

  /** Over a whole text, or over the one line of it that has the given number. */
  constructor(text: string, lineNumber?: number) {
    this.text = text;
    this.end = lineNumber === undefined ? 'the end of the input' : 'the end of the line';
    this.line = lineNumber ?? 1;
    this.lineStart = 0;
    this.lineEnd = this.newlineFrom(0);
  }

  get atEnd(): boolean {
    return this.offset >= this.text.length;
  }

  /** The character here, or an empty string at the end. */
  peek(): string {
    return this.text.charAt(this.offset);
  }

  place(): Place {
    return this.placeAt(this.offset);
  }

  /** The place of an offset not before those asked for earlier. */
  private placeAt(offset: number): Place {
    while (this.lineEnd < offset) {
      this.line++;
      this.lineStart = this.lineEnd + 1;
      this.lineEnd = this.newlineFrom(this.lineStart);
    }
    return { line: this.line, column: offset - this.lineStart + 1 };
  }

  private newlineFrom(offset: number): number {
    const found = this.text.indexOf('\n', offset);
    return found === -1 ? this.text.length : found;
  }

  /** An error here that shows the text that follows. */
  fail(expected: string): HistoryFormatError {
    return new HistoryFormatError(this.place(), expected, this.excerpt());
  }

  private excerpt(): string {
    if (this.atEnd) return this.end;
    const rest = this.text.slice(this.offset, this.newlineFrom(this.offset)).trimEnd();
    if (rest === '') return 'the end of the line';
    return JSON.stringify(rest.slice(0, EXCERPT_CHARACTERS_MAX));
  }
}
