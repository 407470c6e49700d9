/**
 * Other places to start from. Every way down ends where no single thing can go, which may be a high
 * valley: a failure that needs some luck keeps all that this luck has come from. A start that has
 * less of it leads elsewhere.
 */
import { withFaults } from './edit.ts';
import type { Descent } from './stages.ts';
import { weightOf } from './stages.ts';
import type { Case, PlannedSpec } from './trials.ts';
import { PLAIN_DELAYS, plainNetworkOf, withoutLoss } from './world.ts';

/** What is as small as this is not tried to be found smaller. */
const WEIGHT_FINE = 8;
const EVENTS_FINE = 80;
/** Of every so many faults one is left out. */
const FAULT_SHARES = 4;

export function isSmall({ minimal }: Descent): boolean {
  return weightOf(minimal) <= WEIGHT_FINE && minimal.result.counts.events <= EVENTS_FINE;
}

/** Whether a descent ends lower than another. */
export function isLower({ minimal: one }: Descent, { minimal: other }: Descent): boolean {
  const difference = weightOf(one) - weightOf(other);
  return difference < 0 || (difference === 0 && eventsOf(one) < eventsOf(other));
}

function eventsOf({ result }: Case): number {
  return result.counts.events;
}

/** The original with less luck in it, in one way or another; it need not fail any more. */
export function* otherStarts(original: PlannedSpec): Generator<PlannedSpec> {
  yield { ...original, network: withoutLoss(original.network) };
  yield { ...original, clock: { offset: 0, drift: 0 } };
  for (const delay of PLAIN_DELAYS) yield { ...original, network: plainNetworkOf(delay) };
  const { faults } = original.plan;
  if (faults.length < FAULT_SHARES) return;
  for (let share = 0; share < FAULT_SHARES; share++) {
    yield withFaults(
      original,
      faults.filter((_, index) => index % FAULT_SHARES !== share),
    );
  }
}
