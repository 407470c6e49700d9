/**
 * `npm run bench:check`: how long the checker takes on large histories, and what memory. Each row
 * runs in a process of its own; its first check is what a user of the command line waits for.
 *
 * `--only PART` takes the rows with that in their names; `--histories FOLDER` adds the recorded
 * logs in it, if there is an index `expected.json`; `--json` prints all that was measured.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { MeasuredRow } from './check-one.ts';
import { type CheckRow, checkRows } from './check-rows.ts';

const ONE_ROW = fileURLToPath(new URL('check-one.js', import.meta.url));

function main(): void {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      histories: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { only, histories, json } = values;
  const rows = checkRows(histories);
  if (histories === undefined) {
    process.stderr.write('no --histories FOLDER: without the recorded logs\n');
  }
  const measured: { readonly row: CheckRow; readonly figures: MeasuredRow }[] = [];
  rows.forEach((row, index) => {
    if (!row.name.includes(only)) return;
    process.stderr.write(`${row.name}\n`);
    measured.push({ row, figures: measure(index, histories) });
  });
  if (json) process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
  else process.stdout.write(`${tableOf(measured)}\n`);
}

function measure(index: number, folder: string | undefined): MeasuredRow {
  const words = [ONE_ROW, String(index), ...(folder === undefined ? [] : [folder])];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as MeasuredRow;
}

function tableOf(
  measured: readonly { readonly row: CheckRow; readonly figures: MeasuredRow }[],
): string {
  const table = new Table({
    head: ['history', 'operations', 'first', 'later', 'must', 'memory', 'must', 'Porcupine'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const { row, figures } of measured) {
    const { mostMs, mostMegabytes, porcupine } = row;
    table.push([
      row.name,
      figures.operations.toLocaleString('en'),
      inTime(figures.first),
      inTime(figures.later),
      `≤ ${inTime(mostMs)}${figures.first <= mostMs ? '' : ' !'}`,
      `${Math.round(figures.megabytes)} MB, +${growthOf(figures)}`,
      mostMegabytes === undefined
        ? ''
        : `≤ ${mostMegabytes} MB${figures.megabytes <= mostMegabytes ? '' : ' !'}`,
      porcupine,
    ]);
  }
  return table.toString();
}

/** By how much the process has grown in the first check. */
function growthOf({ megabytes, megabytesBefore }: MeasuredRow): number {
  return Math.max(0, Math.round(megabytes - megabytesBefore));
}

function inTime(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toPrecision(3)} s`;
  return `${ms >= 100 ? Math.round(ms) : ms.toPrecision(2)} ms`;
}

main();
