/** Tables without lines, as wide as the terminal: what is too long goes on in its own column. */
import { visible, wrapped } from '../reports/lines.ts';
import { paint } from './paint.ts';

/** As wide as lines get where the terminal does not say; also the most that reads well. */
const WIDTH_MAX = 110;
const GAP = 2;
/** The last column keeps at least so many characters, however wide the others are. */
const LAST_MIN = 24;

export interface Column {
  readonly head: string;
  /** Numbers stand below each other by their last digits. */
  readonly isNumber?: boolean;
}

/** One cell a column; and what is to be said below them, if anything. */
export interface Row {
  readonly cells: readonly string[];
  readonly below?: string | undefined;
}

/** Lines with their breaks, indented; the last column is wrapped. */
export function tableText(columns: readonly Column[], rows: readonly Row[]): string {
  const shown = rows.map(({ cells }) => cells.map(visible));
  const widths = columns.map(({ head }, at) =>
    Math.max(head.length, ...shown.map((cells) => cells[at]?.length ?? 0)),
  );
  const width = Math.min(WIDTH_MAX, process.stdout.columns ?? WIDTH_MAX);
  const margin = widths.slice(0, -1).reduce((sum, each) => sum + each + GAP, GAP);
  const lastWidth = Math.max(LAST_MIN, width - margin);
  const line = (cells: readonly string[]): string =>
    ' '.repeat(GAP) + cells.map((cell, at) => padded(cell, widths[at], columns[at])).join('  ');
  const lines = [paint.dim(line(columns.map(({ head }) => head)).trimEnd())];
  for (const [at, { below }] of rows.entries()) {
    const cells = shown[at] ?? [];
    const [first = '', ...rest] = wrapped(cells.at(-1) ?? '', lastWidth);
    lines.push(line([...cells.slice(0, -1), first]).trimEnd());
    lines.push(...rest.map((text) => ' '.repeat(margin) + text));
    if (below === undefined) continue;
    const indent = ' '.repeat(2 * GAP);
    lines.push(...wrapped(visible(below), width - 2 * GAP).map((text) => paint.dim(indent + text)));
  }
  return lines.map((each) => `${each}\n`).join('');
}

function padded(cell: string, width = 0, column?: Column): string {
  return column?.isNumber === true ? cell.padStart(width) : cell.padEnd(width);
}
