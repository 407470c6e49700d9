/**
 * One case of the bench in a process of its own, beside the bare loop: `node one-case.js CASE`
 * prints what both did in a CPU-second, as JSON.
 */
import { run } from '../scenarios/run.ts';
import { runBareLoop } from './bare-loop.ts';
import { type BenchCase, benchCases } from './cases.ts';

/** Until the engine has compiled what is hot: it runs at a fraction of its speed at first. */
const WARM_UP_CPU_SECONDS = 5;
const CPU_SECONDS = 2;
/** The two take turns, so that a change of the machine's speed hits both alike. */
const BARE_EVENTS_A_TURN = 1_000_000;
const CPU_SECONDS_A_TURN = 0.2;
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

interface Totals extends Rates {
  readonly seconds: number;
}

const NOTHING: Totals = { events: 0, messages: 0, operations: 0, seeds: 0, seconds: 0 };

function main(): void {
  const benchCase = benchCases[Number(process.argv[2])];
  if (benchCase === undefined) throw new Error(`there is no case ${process.argv[2]}`);
  measure(benchCase, WARM_UP_CPU_SECONDS);
  process.stdout.write(JSON.stringify(measure(benchCase, CPU_SECONDS)));
}

function measure(benchCase: BenchCase, atLeast: number): MeasuredCase {
  let bare = NOTHING;
  let own = NOTHING;
  while (own.seconds < atLeast) {
    bare = sum(bare, runBare());
    const turn = own.seconds + CPU_SECONDS_A_TURN;
    while (own.seconds < turn) own = sum(own, runSeed(benchCase, own.seeds));
  }
  return { bare: ratesOf(bare), own: ratesOf(own) };
}

function runBare(): Totals {
  const events = BARE_EVENTS_A_TURN;
  const seconds = cpuSeconds(() => runBareLoop(events));
  return { events, messages: events, operations: 0, seeds: 1, seconds };
}

function runSeed(benchCase: BenchCase, seed: number): Totals {
  const spec = benchCase.spec(seed);
  let totals = NOTHING;
  const seconds = cpuSeconds(() => {
    const { verdict, failures, counts } = run(spec);
    if (verdict !== 'passed') {
      throw new Error(`${benchCase.name}, seed ${seed}: ${JSON.stringify(failures)}`);
    }
    const { events, delivered: messages, completed: operations } = counts;
    totals = { events, messages, operations, seeds: 1, seconds: 0 };
  });
  return { ...totals, seconds };
}

function sum(one: Totals, other: Totals): Totals {
  return {
    events: one.events + other.events,
    messages: one.messages + other.messages,
    operations: one.operations + other.operations,
    seeds: one.seeds + other.seeds,
    seconds: one.seconds + other.seconds,
  };
}

function ratesOf({ events, messages, operations, seeds, seconds }: Totals): Rates {
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
