/**
 * `npm run bench`: what the simulator does in a CPU-second, beside a bare loop in the same process.
 * Each case runs in a process of its own, as a campaign of one protocol does: the engine compiles
 * the world anew for the protocol that it runs, and for several at once it compiles it worse. The
 * cases take turns, so that a change of the machine's speed hits all alike; ratios are taken
 * process by process and their median is shown. Timings never decide a test.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { benchCases } from './cases.ts';
import type { MeasuredCase, Rates } from './one-case.ts';

const ROUNDS = 3;
const ONE_CASE = fileURLToPath(new URL('one-case.js', import.meta.url));

interface Measured {
  readonly name: string;
  readonly eventsPerCpuSecond: number;
  readonly messagesPerCpuSecond: number;
  readonly operationsPerCpuSecond: number;
  readonly seedsPerCpuSecond: number;
  /** Events per CPU-second over the bare loop's. */
  readonly ratio: number;
}

function main(): void {
  const isJson = process.argv.includes('--json');
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    if (!isJson) process.stderr.write(`round ${round + 1} of ${ROUNDS}\n`);
    return benchCases.map((_case, index) => measure(index));
  });
  const bare = rounds.flat().map((measured) => ({ ...measured, own: measured.bare }));
  const measured = [
    summarise('bare loop', bare),
    ...benchCases.map(({ name }, index) =>
      summarise(
        name,
        rounds.map((round) => round[index] as MeasuredCase),
      ),
    ),
  ];
  if (isJson) process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
  else print(measured);
}

function measure(index: number): MeasuredCase {
  const printed = execFileSync(process.execPath, [ONE_CASE, String(index)], { encoding: 'utf8' });
  return JSON.parse(printed) as MeasuredCase;
}

function summarise(name: string, measured: readonly MeasuredCase[]): Measured {
  const middle = (pick: (rates: Rates) => number): number =>
    median(measured.map(({ own }) => pick(own)));
  return {
    name,
    eventsPerCpuSecond: Math.round(middle(({ events }) => events)),
    messagesPerCpuSecond: Math.round(middle(({ messages }) => messages)),
    operationsPerCpuSecond: Math.round(middle(({ operations }) => operations)),
    seedsPerCpuSecond: Number(middle(({ seeds }) => seeds).toPrecision(4)),
    ratio: Number(median(measured.map(({ own, bare }) => own.events / bare.events)).toFixed(4)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.slice().sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

function print(measured: readonly Measured[]): void {
  const table = new Table({
    head: ['per CPU-second', 'events', 'messages', 'operations', 'seeds', 'ratio'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const row of measured) {
    table.push([
      row.name,
      thousands(row.eventsPerCpuSecond),
      thousands(row.messagesPerCpuSecond),
      thousands(row.operationsPerCpuSecond),
      String(row.seedsPerCpuSecond),
      row.ratio.toFixed(3),
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
  process.stdout.write(
    `Median of ${ROUNDS} processes a case, on Node ${process.version}; ` +
      'ratio: events against the bare loop.\n',
  );
}

function thousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

main();
