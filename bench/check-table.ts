/** What is printed of the checker's bench: the table, and which bars are missed. */
import Table from 'cli-table3';
import type { MeasuredRow } from './check-one.ts';
import type { CheckRow } from './check-rows.ts';

export interface Measured {
  readonly row: CheckRow;
  readonly figures: MeasuredRow;
}

export function tableOf(measured: readonly Measured[]): string {
  const table = new Table({
    head: ['history', 'operations', 'first', 'later', 'must', 'memory', 'must', 'Porcupine'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const each of measured) {
    const { row, figures } = each;
    const { mostMs, mostMegabytes, porcupine } = row;
    table.push([
      row.name,
      figures.operations.toLocaleString('en'),
      inTime(figures.first),
      inTime(figures.later),
      `≤ ${inTime(mostMs)}${isTooSlow(each) ? ' !' : ''}`,
      `${Math.round(figures.megabytes)} MB, +${growthOf(figures)}`,
      mostMegabytes === undefined ? '' : `≤ ${mostMegabytes} MB${isTooLarge(each) ? ' !' : ''}`,
      porcupine,
    ]);
  }
  return table.toString();
}

/** A line for each row that misses a bar, and what a bar is; nothing where all are met. */
export function missedText(measured: readonly Measured[]): string {
  const lines = measured.flatMap((each) => {
    const { row, figures } = each;
    const said = [
      ...(isTooSlow(each) ? [`${inTime(figures.first)}, must be ≤ ${inTime(row.mostMs)}`] : []),
      ...(isTooLarge(each)
        ? [`${Math.ceil(figures.megabytes)} MB, must be ≤ ${row.mostMegabytes} MB`]
        : []),
    ];
    return said.length === 0 ? [] : [`missed: ${row.name}: ${said.join('; ')}\n`];
  });
  if (lines.length === 0) return '';
  return `${lines.join('')}Bars are for the first check, on a quiet machine of 2 cores.\n`;
}

function isTooSlow({ row, figures }: Measured): boolean {
  return figures.first > row.mostMs;
}

function isTooLarge({ row, figures }: Measured): boolean {
  return row.mostMegabytes !== undefined && figures.megabytes > row.mostMegabytes;
}

/** By how much the process has grown in the first check. */
function growthOf({ megabytes, megabytesBefore }: MeasuredRow): number {
  return Math.max(0, Math.round(megabytes - megabytesBefore));
}

function inTime(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toPrecision(3)} s`;
  return `${ms >= 100 ? Math.round(ms) : ms.toPrecision(2)} ms`;
}
