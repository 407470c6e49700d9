/** One line of comma-separated values (RFC 4180), each of which knows where it stands. */

import type { TextCursor } from './text-cursor.ts';

export interface CsvField {
  readonly text: string;
  /** Its offset in the text. */
  readonly at: number;
}

const QUOTE = '"';
const COMMA = ',';

/** The fields of the line that the cursor is over. Throws `Misreading`. */
export function readCsvFields(cursor: TextCursor): readonly CsvField[] {
  const fields: CsvField[] = [];
  do fields.push(readField(cursor));
  while (cursor.accept(COMMA));
  return fields;
}

function readField(cursor: TextCursor): CsvField {
  const at = cursor.offset;
  if (cursor.accept(QUOTE)) return { text: readQuotedField(cursor), at };
  const { text } = cursor;
  const comma = text.indexOf(COMMA, at);
  cursor.offset = comma === -1 || comma > cursor.end ? endOfLine(cursor) : comma;
  const field = text.slice(at, cursor.offset);
  const quote = field.indexOf(QUOTE);
  if (quote !== -1) throw cursor.failAt(at + quote, 'no quote within a field that is not quoted');
  return { text: field, at };
}

/** After the opening quote; two quotes are one that belongs to the field. */
function readQuotedField(cursor: TextCursor): string {
  let field = '';
  for (;;) {
    const quote = cursor.text.indexOf(QUOTE, cursor.offset);
    if (quote === -1 || quote >= cursor.end) {
      cursor.offset = cursor.end;
      throw cursor.fail('a closing quote');
    }
    field += cursor.text.slice(cursor.offset, quote);
    cursor.offset = quote + 1;
    if (!cursor.accept(QUOTE)) break;
    field += QUOTE;
  }
  cursor.offset = Math.min(cursor.offset, cursor.end);
  if (cursor.offset === endOfLine(cursor)) cursor.offset = cursor.end;
  if (!cursor.atEnd && !cursor.isAt(COMMA)) throw cursor.fail('"," after the closing quote');
  return field;
}

/** Without the carriage return before the newline. */
function endOfLine({ text, end }: TextCursor): number {
  return end > 0 && text.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
}
