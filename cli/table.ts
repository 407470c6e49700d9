/** Tables without lines, as wide as the terminal: what is too long goes on in its own column. */
import Table from 'cli-table3';
import { paint } from './paint.ts';

/** As wide as lines get where the terminal does not say; also the most that reads well. */
const WIDTH_MAX = 120;
const WIDTH_MIN = 60;
const GAP = 2;
/** The last column keeps at least so many characters, however wide the others are. */
const LAST_MIN = 24;

const NO_LINES = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
  'middle',
] as const;

export interface Column {
  readonly head: string;
  /** Numbers stand below each other by their last digits. */
  readonly isNumber?: boolean;
}

/** Lines with their breaks, indented; the last column is wrapped. */
export function tableText(
  columns: readonly Column[],
  contents: readonly (readonly string[])[],
): string {
  const rows = contents.map((row) => row.map(visible));
  const widths = columns.map(({ head }, at) =>
    Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP, GAP);
  const width = Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, process.stdout.columns ?? WIDTH_MAX));
  const last = Math.max(LAST_MIN, Math.min(widths.at(-1) ?? 0, width - before));
  const table = new Table({
    chars: Object.fromEntries(NO_LINES.map((line) => [line, ''])),
    style: { 'padding-left': GAP, 'padding-right': 0, head: [], border: [] },
    colWidths: [...widths.slice(0, -1), last].map((each) => each + GAP),
    colAligns: columns.map(({ isNumber }) => (isNumber === true ? 'right' : 'left')),
    wordWrap: true,
  });
  table.push(
    columns.map(({ head }) => paint.dim(head)),
    ...rows.map((row) => [...row]),
  );
  const lines = table.toString().split('\n');
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** What files say must not move the cursor. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
}
