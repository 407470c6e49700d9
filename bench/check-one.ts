/**
 * One row of the checker's bench in a process of its own: `node check-one.js ROW [FOLDER]` prints,
 * as JSON, how long the first check took, how long later ones do, and the memory of the process.
 */
import { checkHistory, type History } from '../checker/index.ts';
import { type CheckRow, checkRows } from './check-rows.ts';

/** The first check compiles what is hot; users of the command line have no other. */
const LATER_CHECKS = 4;
const BYTES_PER_MEGABYTE = 2 ** 20;
const KIBIBYTE = 1024;

/** Times in milliseconds a history, memory in megabytes. */
export interface MeasuredRow {
  readonly name: string;
  readonly operations: number;
  readonly first: number;
  readonly later: number;
  /** The most that the process has held, and what it held before the first check. */
  readonly megabytes: number;
  readonly megabytesBefore: number;
  /** What the checker counts of its own. */
  readonly counted: number;
  readonly sentence: string;
}

function main(): void {
  const row = checkRows(process.argv[3])[Number(process.argv[2])];
  if (row === undefined) throw new Error(`there is no row ${process.argv[2]}`);
  process.stdout.write(JSON.stringify(measure(row)));
}

function measure(row: CheckRow): MeasuredRow {
  const histories = row.histories();
  // What making or reading them has left is not the checker's to collect.
  globalThis.gc?.();
  const megabytesBefore = process.memoryUsage().rss / BYTES_PER_MEGABYTE;
  const first = checkAll(row, histories);
  const megabytes = (process.resourceUsage().maxRSS * KIBIBYTE) / BYTES_PER_MEGABYTE;
  const later = Array.from({ length: LATER_CHECKS }, () => checkAll(row, histories).ms);
  return {
    name: row.name,
    operations: histories.reduce((sum, { operations }) => sum + operations.length, 0),
    first: first.ms,
    later: median(later),
    megabytes,
    megabytesBefore,
    counted: first.peakBytes / BYTES_PER_MEGABYTE,
    sentence: first.sentence,
  };
}

/** Throws if a verdict is another one than the row wants: no time makes up for that. */
function checkAll(row: CheckRow, histories: readonly History[]) {
  const { evidence = false } = row;
  let peakBytes = 0;
  let sentence = '';
  const start = performance.now();
  for (const history of histories) {
    const result = checkHistory(history, { evidence });
    peakBytes = Math.max(peakBytes, result.peakBytes);
    sentence = result.counterexample?.sentence ?? '';
    if (row.verdict !== 'any' && result.verdict !== row.verdict) {
      throw new Error(`${row.name}: ${result.verdict}, which should be ${row.verdict}`);
    }
  }
  return { ms: (performance.now() - start) / histories.length, peakBytes, sentence };
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >>> 1] ?? 0;
}

main();
