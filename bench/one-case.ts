/**
 * One case of the bench in a process of its own, beside the bare loop: `node one-case.js CASE`
 * prints what both did in a CPU-second, as JSON.
 */
import { run } from '../scenarios/run.ts';
import { runBareLoop } from './bare-loop.ts';
import { type BenchCase, benchCases } from './cases.ts';

const BARE_EVENTS = 4_000_000;
/** Until the engine has compiled what is hot: it runs at a fifth of its speed at first. */
const WARM_UP_CPU_SECONDS = 5;
const CPU_SECONDS = 2;
const MICROS_PER_SECOND = 1_000_000;

/** Per CPU-second. */
export interface Rates {
  readonly events: number;
  readonly messages: number;
  readonly operations: number;
  readonly seeds: number;
}

export interface MeasuredCase {
  readonly bare: Rates;
  readonly own: Rates;
}

function main(): void {
  const benchCase = benchCases[Number(process.argv[2])];
  if (benchCase === undefined) throw new Error(`there is no case ${process.argv[2]}`);
  measureBare();
  measureFor(benchCase, WARM_UP_CPU_SECONDS);
  const measured: MeasuredCase = { bare: measureBare(), own: measureFor(benchCase, CPU_SECONDS) };
  process.stdout.write(JSON.stringify(measured));
}

function measureBare(): Rates {
  const seconds = cpuSeconds(() => runBareLoop(BARE_EVENTS));
  const rate = BARE_EVENTS / seconds;
  return { events: rate, messages: rate, operations: 0, seeds: 1 / seconds };
}

/** Runs seeds 0, 1, … of the case until so much CPU time has been spent. */
function measureFor(benchCase: BenchCase, atLeast: number): Rates {
  let seeds = 0;
  let events = 0;
  let messages = 0;
  let operations = 0;
  let seconds = 0;
  while (seconds < atLeast) {
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
    events: events / seconds,
    messages: messages / seconds,
    operations: operations / seconds,
    seeds: seeds / seconds,
  };
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / MICROS_PER_SECOND;
}

main();
