/** A small graph of characters: the chance of a failure over virtual time, faults on its axis. */
import type { ChancePoint, Explanation } from '../scenarios/explain/explanation.ts';
import { formatTime } from './words.ts';

export interface GraphStyle {
  readonly hasBlocks: boolean;
  /** Faults on the axis: with the letter under which they are listed, or without. */
  readonly marks: readonly { readonly time: number; readonly letter?: string }[];
}

const COLUMNS = 60;
const ROWS = 4;
const EIGHTHS = 8;
/** The axis' labels, and the space up to it. */
const LABEL_WIDTH = 6;

const BLOCKS = {
  levels: ' ▁▂▃▄▅▆▇█',
  side: '│',
  corner: '└',
  axis: '─',
  unlisted: '┬',
  jump: '▲',
};
/** A cell is full, half full or empty. */
const ASCII = {
  levels: '   ...###',
  side: '|',
  corner: '+',
  axis: '-',
  unlisted: '+',
  jump: '^',
};

type Characters = typeof BLOCKS;

/** Rows from 100 % down to the axis, then its times; all lines end at a letter. */
export function chanceGraph(explanation: Explanation, style: GraphStyle): readonly string[] {
  const characters = style.hasBlocks ? BLOCKS : ASCII;
  const heights = heightsOf(explanation);
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const base = (ROWS - 1 - row) * EIGHTHS;
    const cells = heights.map((height) => {
      const level = Math.min(EIGHTHS, Math.max(0, height - base));
      return characters.levels[level] ?? ' ';
    });
    const label = row === 0 ? '100 %' : '';
    return `${label.padStart(LABEL_WIDTH)}${characters.side}${cells.join('')}`.trimEnd();
  });
  return [...rows, axisLine(explanation, style, characters), timesLine(explanation)];
}

/** Eighths of a cell that each column is high; anything above zero shows. */
function heightsOf({ points, time }: Explanation): readonly number[] {
  return Array.from({ length: COLUMNS }, (_, column) => {
    const until = ((column + 1) * time) / COLUMNS;
    // Many events are at the very start, where the first of them is what is asked about.
    const point = column === 0 ? points[0] : lastUntil(points, until);
    if (point === undefined || point.tries === 0 || point.failed === 0) return 0;
    const height = Math.round((point.failed / point.tries) * ROWS * EIGHTHS);
    return Math.max(1, height);
  });
}

/** Between two points the chance is shown as it was at the first. */
function lastUntil(points: readonly ChancePoint[], time: number): ChancePoint | undefined {
  return points.findLast((point) => point.time <= time) ?? points[0];
}

function axisLine(explanation: Explanation, style: GraphStyle, characters: Characters): string {
  const cells = Array.from({ length: COLUMNS }, () => characters.axis);
  const [jump] = explanation.verdict === 'jump' ? explanation.jumps : [];
  const jumpColumn = jump === undefined ? -1 : columnOf(jump.after.time, explanation);
  if (jumpColumn >= 0) cells[jumpColumn] = characters.jump;
  // Letters first: they are referred to. What has no room beside them is not marked.
  const letters = style.marks.filter(({ letter }) => letter !== undefined);
  for (const { time, letter = '' } of letters) {
    const column = freeColumn(cells, columnOf(time, explanation), characters.axis);
    if (column >= 0) cells[column] = letter;
  }
  for (const { time, letter } of style.marks) {
    const column = columnOf(time, explanation);
    if (letter === undefined && cells[column] === characters.axis) {
      cells[column] = characters.unlisted;
    }
  }
  return `${'0 %'.padStart(LABEL_WIDTH)}${characters.corner}${cells.join('')}`;
}

/** The nearest one that is free, the earlier one first; -1 if there is none. */
function freeColumn(cells: readonly string[], column: number, free: string): number {
  for (let distance = 0; distance < cells.length; distance++) {
    for (const near of [column - distance, column + distance]) {
      if (cells[near] === free) return near;
    }
  }
  return -1;
}

/** `0` at the left, the failure at the right, and the jump in between where there is room. */
function timesLine(explanation: Explanation): string {
  const right = formatTime(explanation.time);
  const [jump] = explanation.verdict === 'jump' ? explanation.jumps : [];
  const middle = jump === undefined ? '' : formatTime(jump.after.time);
  const column = jump === undefined ? 0 : columnOf(jump.after.time, explanation);
  const left = Math.max(2, column - Math.floor(middle.length / 2));
  const room = COLUMNS - right.length - 2;
  const shown = left + middle.length <= room ? middle : '';
  const times = `0${' '.repeat(left - 1)}${shown}`.padEnd(COLUMNS - right.length);
  return `${' '.repeat(LABEL_WIDTH + 1)}${times}${right}`;
}

function columnOf(time: number, explanation: Explanation): number {
  if (explanation.time <= 0) return 0;
  const column = Math.ceil((time * COLUMNS) / explanation.time) - 1;
  return Math.min(COLUMNS - 1, Math.max(0, column));
}
