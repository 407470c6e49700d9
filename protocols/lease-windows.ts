/**
 * How long a lease is counted on, and how long it is granted for, where clocks gain or lose at most
 * so many parts per million: the holder counts less of its own time than the granter of its own,
 * so that the holder's is up first, whatever the two clocks do within that bound.
 */
import type { Micros } from '../sim/contract.ts';

const MILLION = 1_000_000;

/** The longest that `duration` by a correct clock may take on one that gains as allowed. */
export function longestOf(duration: Micros, driftBound: number): Micros {
  return Math.ceil((duration * (MILLION + driftBound)) / MILLION);
}

/**
 * What of `duration` by a correct clock is certain on one that loses as allowed: the holder counts
 * it from the sending of what was granted, and one tick less for rounding.
 */
export function shortestOf(duration: Micros, driftBound: number): Micros {
  return Math.floor((duration * (MILLION - driftBound)) / MILLION) - 1;
}
