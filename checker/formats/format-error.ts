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
