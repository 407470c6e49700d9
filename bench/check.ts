/**
 * `npm run bench:check`: how long the checker takes on large histories, and what memory. Each row
 * runs in a process of its own; its first check is what a user of the command line waits for.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EXIT, type ExitCode, InputError } from '../cli/exit.ts';
import type { MeasuredRow } from './check-one.ts';
import { optionsIn } from './check-options.ts';
import { type CheckRow, checkRows } from './check-rows.ts';
import { type Measured, missedText, tableOf } from './check-table.ts';

const ONE_ROW = fileURLToPath(new URL('check-one.js', import.meta.url));

function main(): ExitCode {
  const { only, histories, json } = optionsIn(process.argv.slice(2));
  const rows = checkRows(histories);
  const chosen = [...rows.keys()].filter((index) => rows[index]?.name.includes(only));
  if (chosen.length === 0) throw new InputError(noRowText(only, rows));
  if (histories === undefined) {
    process.stderr.write('no --histories FOLDER: without the recorded logs\n');
  }
  const measured = chosen.flatMap((index): Measured[] => {
    const row = rows[index];
    if (row === undefined) return [];
    process.stderr.write(`${row.name}\n`);
    return [{ row, figures: measure(index, histories) }];
  });
  if (json) process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
  else process.stdout.write(`${tableOf(measured)}\n`);
  const missed = missedText(measured);
  if (missed === '') return EXIT.passed;
  process.stderr.write(missed);
  return EXIT.violated;
}

function noRowText(only: string, rows: readonly CheckRow[]): string {
  const names = rows.map(({ name }) => `  ${name}`).join('\n');
  return `--only takes a part of a row's name, and none has '${only}'; there are\n${names}`;
}

function measure(index: number, folder: string | undefined): MeasuredRow {
  const words = ['--expose-gc', ONE_ROW, String(index), ...(folder === undefined ? [] : [folder])];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as MeasuredRow;
}

try {
  process.exitCode = main();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`bench:check: ${error.message}\n`);
  process.exitCode = EXIT.usage;
}
