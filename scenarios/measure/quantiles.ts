/** Quantiles by nearest rank: always a value that was measured, never one between two. */

/**
 * The least of `sorted` that so many percent do not exceed; undefined for none. `sorted` is in
 * ascending order.
 */
export function quantile<T>(sorted: readonly T[], percent: number): T | undefined {
  const rank = Math.ceil((sorted.length * percent) / 100);
  return sorted[Math.max(0, rank - 1)];
}
