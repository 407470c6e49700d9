/** Many runs in a few numbers, and two contenders held against each other seed by seed. */
import type { Metric } from '../measure/metrics.ts';
import { quantile } from '../measure/quantiles.ts';

/** A value of one run: null where what is measured never happened, which is worse than any. */
export type Measured = number | null;

/**
 * Over runs of different seeds; quantiles by nearest rank, where never counts as the worst. A
 * quantile that is null is `never`.
 */
export interface Summary {
  /** Runs with anything to measure. */
  readonly count: number;
  /** Of those, in so many it never happened. */
  readonly never: number;
  readonly least: Measured;
  readonly p10: Measured;
  readonly median: Measured;
  readonly p90: Measured;
  readonly most: Measured;
}

/** One contender against another in the same worlds: how often it was better, and by how much. */
export interface Duel {
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  /**
   * Median, over seeds in which both have a value, of this contender's less the other's; null if
   * there is no such seed.
   */
  readonly difference: Measured;
}

/** Undefined values had nothing to measure, and count for nothing; undefined if none had any. */
export function summarise(
  values: readonly (Measured | undefined)[],
  better: Metric['better'],
): Summary | undefined {
  const there = values.filter((value) => value !== undefined);
  if (there.length === 0) return undefined;
  const sorted = there.sort((one, other) => ascending(one, other, better));
  const at = (percent: number): Measured => quantile(sorted, percent) ?? null;
  return {
    count: sorted.length,
    never: sorted.filter((value) => value === null).length,
    least: sorted[0] ?? null,
    p10: at(10),
    median: at(50),
    p90: at(90),
    most: sorted.at(-1) ?? null,
  };
}

/** Both in the order of the seeds; seeds in which one has nothing to measure are left out. */
export function duel(
  own: readonly (Measured | undefined)[],
  others: readonly (Measured | undefined)[],
  better: Metric['better'],
): Duel {
  let [wins, losses, ties] = [0, 0, 0];
  const differences: number[] = [];
  for (const [index, value] of own.entries()) {
    const other = others[index];
    if (value === undefined || other === undefined) continue;
    const order = ascending(value, other, better) * (better === 'less' ? 1 : -1);
    if (order < 0) wins += 1;
    else if (order > 0) losses += 1;
    else ties += 1;
    if (value !== null && other !== null) differences.push(value - other);
  }
  const sorted = differences.sort((one, another) => one - another);
  return { wins, losses, ties, difference: quantile(sorted, 50) ?? null };
}

/** What never happened is beyond all values where less is better, and before them otherwise. */
function ascending(one: Measured, other: Measured, better: Metric['better']): number {
  const never = better === 'less' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const [a, b] = [one ?? never, other ?? never];
  return a === b ? 0 : a < b ? -1 : 1;
}
