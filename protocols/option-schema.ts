/** What the options of protocols have in common: those that are times, and how all are read. */
import type { Micros, OptionLimit, OptionSchema, Options } from '../sim/contract.ts';

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
 * Shortest patience with another node, before it is taken for dead: twice what a message and its
 * answer take at most in a calm network of the scenarios. Who has less takes everybody for dead.
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

/** A time that heartbeats have to come within, for something to go on. */
export interface Patience {
  readonly option: string;
  /** The longest interval that it bears, and why. */
  readonly most: Micros;
  readonly because: string;
  /** How long it has to be at least for the interval there is. */
  readonly least: Micros;
}

/** Where interval and patience contradict each other, whichever was not asked for gives way. */
export function heartbeatLimits(
  heartbeatInterval: Micros,
  patiences: readonly Patience[],
): readonly OptionLimit[] {
  const impatient = patiences.filter(({ most }) => heartbeatInterval > most);
  return impatient.flatMap(({ option, most, because, least }): OptionLimit[] => {
    const often = `heartbeats come every ${heartbeatInterval} µs`;
    return [
      { option: 'heartbeatInterval', most, because, isAdvice: true },
      { option, least: Math.min(LONGEST, least), because: often, isAdvice: true },
    ];
  });
}
