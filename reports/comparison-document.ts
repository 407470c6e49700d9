/** What a report carries of a comparison, besides the runs of the seeds that it shows. */
import type { ComparisonResult, ShownSeed } from '../scenarios/compare/compared.ts';
import type { Leadership } from '../scenarios/measure/course.ts';
import type { Stretch } from '../scenarios/measure/outages.ts';
import type { RunResult } from '../scenarios/spec.ts';
import type { NumberName } from '../sim/number-names.ts';
import { type FaultSpan, faultSpans } from './faults.ts';

export interface ReportComparison {
  readonly result: ComparisonResult;
  /** Command that makes the comparison again. */
  readonly repeat: string;
  /** At most one of each scenario. */
  readonly shown: readonly ReportSeed[];
}

export interface ReportSeed {
  readonly name: string;
  readonly index: number;
  readonly seed: string;
  /** In the order of the contenders. */
  readonly runs: readonly Availability[];
}

/** When one contender answered, and what stood in the way. Times are Micros. */
export interface Availability {
  /** Number of the run among the report's. */
  readonly run: number;
  /** When the run stopped being observed. */
  readonly until: number;
  /** Operations returned in each of so many parts of that time, all as long. */
  readonly returns: readonly number[];
  readonly outages: readonly Stretch[];
  readonly leaderships: readonly NamedLeadership[];
  readonly faults: readonly FaultSpan[];
}

/** Who leads from `at` on, or nobody, and in a round of which name. */
export interface NamedLeadership extends Omit<Leadership, 'round'> {
  readonly round?: string;
}

/** Parts of a picture's time: about as many as it has pixels to spare. */
const PARTS = 240;

/** What a report calls things of its runs. */
interface RunNames {
  /** Number of the run among the report's. */
  numberOf(run: RunResult): number;
  roundName(run: RunResult): NumberName;
}

export function reportSeed(
  { name, index, seed, runs }: ShownSeed,
  { numberOf, roundName }: RunNames,
): ReportSeed {
  return {
    name,
    index,
    seed,
    runs: runs.map(({ result, outages }): Availability => {
      const until = result.course?.until ?? result.ended.at;
      return {
        run: numberOf(result),
        until,
        returns: returnsIn(result, until),
        outages,
        leaderships: namedLeaderships(result, roundName(result)),
        faults: faultSpans(result).filter(({ from }) => from < until),
      };
    }),
  };
}

function namedLeaderships({ course }: RunResult, name: NumberName): readonly NamedLeadership[] {
  return (course?.leaderships ?? []).map(({ round, ...leadership }) => {
    return { ...leadership, ...(round === undefined ? {} : { round: name(round) }) };
  });
}

function returnsIn({ history }: RunResult, until: number): readonly number[] {
  const counts = new Array<number>(PARTS).fill(0);
  for (const { return: end } of history) {
    if (end === null || end >= until) continue;
    const part = Math.floor((end * PARTS) / until);
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return counts;
}
