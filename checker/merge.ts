/** Merging orders of different objects into one order of all. */

import type { HistoryOperation } from './history.ts';

/**
 * One order in which each given order, and real time across all of them, is kept.
 *
 * Each operation takes effect at the latest call so far in its own order, which lies within its
 * interval; operations are sorted by that instant. O(n log n).
 */
export function mergeOrders(
  operations: readonly HistoryOperation[],
  orders: readonly (readonly number[])[],
): readonly number[] {
  const points: { readonly index: number; readonly instant: number; readonly rank: number }[] = [];
  for (const order of orders) {
    let instant = Number.NEGATIVE_INFINITY;
    for (const index of order) {
      instant = Math.max(instant, operations[index]!.call);
      points.push({ index, instant, rank: points.length });
    }
  }
  points.sort((a, b) => a.instant - b.instant || a.rank - b.rank);
  return points.map(({ index }) => index);
}
