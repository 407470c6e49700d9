/** From counted tries to a probability and how sure one can be of it. */
import type { Chance } from './explanation.ts';

/** How one try ended: in the same failure, in another one, or in none. */
export type Outcome = 'same' | 'other' | 'none';

/** Of a normal distribution, 95 % lie within so many standard deviations. */
const DEVIATIONS = 1.96;
const DECIMALS = 1000;

export function chanceOf(outcomes: readonly Outcome[]): Chance {
  const tries = outcomes.length;
  const failed = count(outcomes, 'same');
  return { tries, failed, other: count(outcomes, 'other'), ...wilsonInterval(failed, tries) };
}

/** The mean of so many tries, or 0 if there are none. */
export function share({ failed, tries }: Pick<Chance, 'failed' | 'tries'>): number {
  return tries === 0 ? 0 : failed / tries;
}

/**
 * The score interval of E. B. Wilson (1927), which stays within 0 and 1 and keeps its promise for
 * few tries, and for none or all of them failing.
 */
export function wilsonInterval(
  failed: number,
  tries: number,
): { readonly low: number; readonly high: number } {
  if (tries === 0) return { low: 0, high: 1 };
  const mean = failed / tries;
  const weight = (DEVIATIONS * DEVIATIONS) / tries;
  const centre = mean + weight / 2;
  const reach = Math.sqrt(weight * (mean * (1 - mean) + weight / 4));
  return {
    low: failed === 0 ? 0 : rounded((centre - reach) / (1 + weight)),
    high: failed === tries ? 1 : rounded((centre + reach) / (1 + weight)),
  };
}

function rounded(probability: number): number {
  return Math.round(probability * DECIMALS) / DECIMALS;
}

function count(outcomes: readonly Outcome[], kind: Outcome): number {
  return outcomes.reduce((sum, outcome) => (outcome === kind ? sum + 1 : sum), 0);
}
