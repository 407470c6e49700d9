/** Seeds: their one normal form, and the seed of each run of a campaign. */
import { hex32, join, scatter } from '../sim/mixing.ts';

const SEED_LENGTH_MAX = 64;
const SEED_BITS = 64n;

/** What a seed may look like, for messages to people. */
export const SEED_RULE =
  'a seed is a decimal or 0x number of up to 64 bits, ' +
  "or 1 to 64 printable characters without space or '@' that do not look like another number";

const NUMBER = /^(?:0x[0-9a-f]+|[0-9]+)$/i;
/**
 * Text that somebody means as a number, though it is none of 64 bits: signed, a fraction, `1e3`,
 * `0x` and no digits. A commit id such as `4f2a9c1` is none of these.
 */
const MISTAKEN_NUMBER = /^(?:[+-].*|[0-9].*\..*|\.[0-9]+|0x.*|(?=.{3,6}$)[0-9]+e[0-9]+)$/i;
const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Z}@]+$/u;

/** The one form of a seed, or undefined if `text` is none: `31` and `0x1F` are both `0x1f`. */
export function normaliseSeed(text: string): string | undefined {
  const length = [...text].length;
  if (length === 0 || length > SEED_LENGTH_MAX || !PRINTABLE.test(text)) return undefined;
  if (NUMBER.test(text)) {
    const value = BigInt(text.toLowerCase());
    return value < 1n << SEED_BITS ? `0x${value.toString(16)}` : undefined;
  }
  return MISTAKEN_NUMBER.test(text) ? undefined : text;
}

/**
 * The seed of run `index` of a scenario under a base seed: a 64-bit hash in normal form. The
 * protocol is no part of it, so that every protocol is put into the same worlds.
 */
export function runSeed(baseSeed: string, scenarioName: string, index: number): string {
  const text = `${baseSeed}\0${scenarioName}\0${index}`;
  // Two lanes of 32 bits that start apart; each is scattered with the other at the end.
  let high = 0x6a09e667;
  let low = 0x3c6ef372;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = join(high, unit);
    low = join(low ^ unit, i);
  }
  const first = scatter(high + Math.imul(low, 0x85ebca6b));
  const second = scatter(low ^ Math.imul(first, 0xc2b2ae35));
  const digits = (hex32(first) + hex32(second)).replace(/^0+(?=.)/, '');
  return `0x${digits}`;
}

/** The part of a scenario's id that does not depend on the protocol: `chaos` of `vr/chaos`. */
export function nameOfScenario(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}
