/** What the options of protocols have in common: those that are times, and how all are read. */
import type { Micros, OptionSchema, Options } from '../sim/contract.ts';

/** An option that is a number. */
export type IntegerOption = OptionSchema & { readonly type: 'integer' };

/** Longest time any option may name: one minute. */
export const LONGEST: Micros = 60_000_000;
/**
 * Shortest time of a wait: what the fastest messages of the scenarios take. Whatever is repeated
 * after less is sent many times before the first of it arrives, and fills the queue with itself.
 */
const SHORTEST: Micros = 100;

/**
 * Shortest patience with another node, before it is taken for dead: what a message and its answer
 * take in the slowest calm networks of the scenarios. Who has less takes everybody for dead.
 */
export const ROUND_TRIP: Micros = 4_000;

interface TimeOption {
  readonly name: string;
  readonly about: string;
  readonly default: Micros;
  readonly min?: Micros;
  readonly mayDiffer?: boolean;
  readonly trials: readonly Micros[];
}

/** A time in which a message may arrive; nodes may differ in it, unless it says otherwise. */
export function timeOption(option: TimeOption): IntegerOption {
  return {
    type: 'integer',
    unit: 'micros',
    min: SHORTEST,
    max: LONGEST,
    mayDiffer: true,
    ...option,
  };
}

/** Throws for options that are not complete and valid, as `Cluster.options` promises. */
export function integerOption(options: Options, name: string): number {
  const value = options[name];
  if (typeof value !== 'number') throw new TypeError(`option ${name} is ${value}, not a number`);
  return value;
}
