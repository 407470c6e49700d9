/** Delay distributions, from integer tables: the engines' own `log` differ in their last bits. */
import type { Micros } from './contract.ts';
import type { DelayDistribution } from './plan.ts';

/**
 * Quantiles of the exponential distribution with mean 1, in 1/1024: entry i of 64 is
 * -ln(1 - (i + 0.5) / 64) × 1024, rounded.
 */
const EXPONENTIAL_QUANTILES = Int32Array.from(
  [
    '8 24 41 58 75 92 110 128 146 165 184 203 223 243 263 284',
    '305 327 349 372 395 419 444 469 494 520 547 575 603 633 663 694',
    '726 759 793 828 865 903 942 983 1026 1070 1117 1166 1217 1271 1328 1388',
    '1452 1520 1594 1672 1758 1851 1953 2067 2195 2342 2513 2719 2976 3320 3844 4968',
  ].flatMap((row) => row.split(' ').map(Number)),
);

const TABLE_UNIT = 1024;

/** A delay from 32 random bits. */
export function drawDelay(distribution: DelayDistribution, bits: number): Micros {
  const { kind, min, spread } = distribution;
  switch (kind) {
    case 'fixed':
      return min;
    case 'uniform':
      // Integers all the way: an event's time that is a small integer takes no object of its own.
      return min + ((bits >>> 1) % (spread + 1));
    case 'exponential':
      return min + Math.floor((spread * exponentialQuantile(bits)) / TABLE_UNIT);
    case 'heavy-tail':
      return min + Math.floor((spread * lomaxQuantile(bits)) / TABLE_UNIT);
    default:
      return kind satisfies never;
  }
}

/** The upper 6 bits choose a quantile, the lower ones a place between it and the next. */
function exponentialQuantile(bits: number): number {
  const index = bits >>> 26;
  const low = EXPONENTIAL_QUANTILES[index] as number;
  const high = EXPONENTIAL_QUANTILES[index === 63 ? 63 : index + 1] as number;
  return low + Math.floor(((high - low) * ((bits >>> 10) & 0xffff)) / 65_536);
}

/**
 * Quantiles of the Lomax distribution with shape 2 and mean 1, in 1/1024: 1 / sqrt(1 - u) - 1.
 * One draw in 10,000 exceeds 99 times the mean. Square roots are exact in every engine.
 */
function lomaxQuantile(bits: number): number {
  const rest = ((bits >>> 12) + 1) / 1_048_577;
  return Math.floor((1 / Math.sqrt(rest) - 1) * TABLE_UNIT);
}
