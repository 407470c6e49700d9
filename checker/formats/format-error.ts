/** Where and how a recorded history cannot be read. */

/** A place in a text; lines and columns count from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The text is no history of its format. The message says where, and what was expected. */
export class HistoryFormatError extends Error {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly found: string;

  constructor(place: Place, expected: string, found: string) {
    super(`line ${place.line}, column ${place.column}: expected ${expected}, found ${found}`);
    this.name = 'HistoryFormatError';
    this.line = place.line;
    this.column = place.column;
    this.expected = expected;
    this.found = found;
  }
}

/** What was expected; a function where it names the line of another offset. */
export type Expected = string | ((lineOf: (at: number) => number) => string);

/**
 * A mistake at an offset of a text: what readers throw among themselves.
 *
 * Offsets are one small integer for each value that is read; lines are counted once, when a mistake
 * was found.
 */
export class Misreading extends Error {
  readonly at: number;
  readonly expected: Expected;
  readonly found: string;

  constructor(at: number, expected: Expected, found: string) {
    super('the text is no history of its format');
    this.name = 'Misreading';
    this.at = at;
    this.expected = expected;
    this.found = found;
  }
}

/** What `read` makes of the text; a `Misreading` is thrown on as a `HistoryFormatError`. */
export function located<Result>(text: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Misreading)) throw error;
    const { at, expected, found } = error;
    const lineOf = (offset: number) => placeOf(text, offset).line;
    const words = typeof expected === 'string' ? expected : expected(lineOf);
    throw new HistoryFormatError(placeOf(text, at), words, found);
  }
}

/** The place of an offset in a text. */
export function placeOf(text: string, at: number): Place {
  let line = 1;
  let lineStart = 0;
  for (;;) {
    const lineEnd = text.indexOf('\n', lineStart);
    if (lineEnd === -1 || lineEnd >= at) return { line, column: at - lineStart + 1 };
    line++;
    lineStart = lineEnd + 1;
  }
}

const SHOWN_UNITS_MAX = 60;

/** A text as an error shows it. */
export function shortened(text: string): string {
  return text.length > SHOWN_UNITS_MAX ? `${text.slice(0, SHOWN_UNITS_MAX)}…` : text;
}
