/**
 * Other places to start from. Every way down ends where no single thing can go, which may be a high
 * valley: a failure that needs some luck keeps all that this luck has come from. A start that has
 * less of it leads elsewhere.
 */
import { withFaults, withOperations } from './edit.ts';
import { type Descent, weightOf } from './stages.ts';
import { eventsOf, type PlannedSpec } from './trials.ts';
import { PLAIN_DELAYS, plainNetworkOf, withoutLoss } from './world.ts';

/** What is as small as this is not tried to be found smaller. */
const WEIGHT_FINE = 8;
const EVENTS_FINE = 80;
/** Beyond this nobody would read it: more is tried. */
const WEIGHT_HIGH = 20;
const DESCENTS = 8;
const DESCENTS_FROM_HIGH = 24;
/** Of every so many faults and operations one is left out. */
const SHARES = [4, 3, 8, 2];

/** How many ways down are to be tried, where this is the lowest end so far. */
export function descentsFor({ minimal }: Descent): number {
  const weight = weightOf(minimal);
  if (weight <= WEIGHT_FINE && eventsOf(minimal) <= EVENTS_FINE) return 1;
  return weight <= WEIGHT_HIGH ? DESCENTS : DESCENTS_FROM_HIGH;
}

/** Of two that are equal otherwise, one is lower if it has so much less to look at. */
const NOTICEABLE = 0.9;

/** Whether a descent ends lower than another. */
export function isLower({ minimal: one }: Descent, { minimal: other }: Descent): boolean {
  const difference = weightOf(one) - weightOf(other);
  return difference < 0 || (difference === 0 && eventsOf(one) < NOTICEABLE * eventsOf(other));
}

/** The original with less luck in it, in one way or another; it need not fail any more. */
export function* otherStarts(original: PlannedSpec): Generator<PlannedSpec> {
  yield { ...original, network: withoutLoss(original.network) };
  yield { ...original, clock: { offset: 0, drift: 0 } };
  for (const delay of PLAIN_DELAYS) yield { ...original, network: plainNetworkOf(delay) };
  for (const count of SHARES) yield* withoutShares(original, count);
}

/** Without one of every so many operations, faults, or both. */
function* withoutShares(original: PlannedSpec, count: number): Generator<PlannedSpec> {
  const { faults, operations } = original.plan;
  for (let share = 0; share < count; share++) {
    const stays = (_: unknown, index: number): boolean => index % count !== share;
    const calmer = withFaults(original, faults.filter(stays));
    yield withOperations(original, operations.filter(stays));
    yield withOperations(calmer, operations.filter(stays));
    yield calmer;
  }
}
