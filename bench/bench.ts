/**
 * `npm run bench`: what the simulator does in a CPU-second, beside a bare loop in the same process.
 * The cases take turns, so that a change of the machine's speed hits all alike; ratios are taken
 * round by round and their median is shown. Timings never decide a test.
 */
import Table from 'cli-table3';
import { run } from '../scenarios/run.ts';
import { runBareLoop } from './bare-loop.ts';
import { type BenchCase, benchCases } from './cases.ts';

const ROUNDS = 5;
const BARE_EVENTS = 4_000_000;
const CPU_SECONDS_A_CASE = 1.5;
const MICROS_PER_SECOND = 1_000_000;

interface Measured {
  readonly name: string;
  readonly eventsPerCpuSecond: number;
  readonly messagesPerCpuSecond: number;
  readonly operationsPerCpuSecond: number;
  readonly seedsPerCpuSecond: number;
  /** Events per CPU-second over the bare loop's. */
  readonly ratio: number;
}

type Rates = Omit<Measured, 'name' | 'ratio'>;

function main(): void {
  const isJson = process.argv.includes('--json');
  const rounds = Array.from({ length: ROUNDS + 1 }, (_, round) => {
    if (!isJson) process.stderr.write(round === 0 ? 'warm-up\n' : `round ${round} of ${ROUNDS}\n`);
    return [measureBare(), ...benchCases.map(measureCase)];
  }).slice(1);
  const names = ['bare loop', ...benchCases.map(({ name }) => name)];
  const measured = names.map((name, i) => summarise(name, rounds, i));
  if (isJson) process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
  else print(measured);
}

function measureBare(): Rates {
  const seconds = cpuSeconds(() => runBareLoop(BARE_EVENTS));
  const rate = BARE_EVENTS / seconds;
  return {
    eventsPerCpuSecond: rate,
    messagesPerCpuSecond: rate,
    operationsPerCpuSecond: 0,
    seedsPerCpuSecond: 1 / seconds,
  };
}

/** Runs seeds 0, 1, … of the case until enough CPU time has been spent to measure. */
function measureCase(benchCase: BenchCase): Rates {
  let seeds = 0;
  let events = 0;
  let messages = 0;
  let operations = 0;
  let seconds = 0;
  while (seconds < CPU_SECONDS_A_CASE) {
    const spec = benchCase.spec(seeds);
    seconds += cpuSeconds(() => {
      const result = run(spec);
      if (result.verdict !== 'passed') {
        throw new Error(`${benchCase.name}, seed ${seeds}: ${JSON.stringify(result.failures)}`);
      }
      events += result.counts.events;
      messages += result.counts.delivered;
      operations += result.counts.completed;
    });
    seeds += 1;
  }
  return {
    eventsPerCpuSecond: events / seconds,
    messagesPerCpuSecond: messages / seconds,
    operationsPerCpuSecond: operations / seconds,
    seedsPerCpuSecond: seeds / seconds,
  };
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / MICROS_PER_SECOND;
}

function summarise(name: string, rounds: readonly Rates[][], index: number): Measured {
  const own = rounds.map((round) => round[index] as Rates);
  const bare = rounds.map((round) => round[0] as Rates);
  const middle = (pick: (rates: Rates) => number): number => median(own.map(pick));
  return {
    name,
    eventsPerCpuSecond: Math.round(middle((rates) => rates.eventsPerCpuSecond)),
    messagesPerCpuSecond: Math.round(middle((rates) => rates.messagesPerCpuSecond)),
    operationsPerCpuSecond: Math.round(middle((rates) => rates.operationsPerCpuSecond)),
    seedsPerCpuSecond: Number(middle((rates) => rates.seedsPerCpuSecond).toPrecision(4)),
    ratio: Number(
      median(
        own.map((rates, i) => rates.eventsPerCpuSecond / (bare[i] as Rates).eventsPerCpuSecond),
      ).toFixed(4),
    ),
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
    `Median of ${ROUNDS} rounds on Node ${process.version}; ratio: events against the bare loop.\n`,
  );
}

function thousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

main();
