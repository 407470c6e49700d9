/**
 * Makes a run without progress shorter. It lasts as long as the protocol may take by its claims,
 * and is full of heartbeats meanwhile: with shorter patience there is less to look at.
 */
import type { OptionSchema } from '../../sim/contract.ts';
import { removeClients, removeFaults, removeOperations } from './remove.ts';
import { eventsOf, type PlannedSpec, type Trials } from './trials.ts';

/** An option that is not the usual one has to be worth its line. */
const NOTICEABLE = 0.9;

/**
 * Other times than the usual ones, of those that any cluster may have: the schema's own trials. One
 * after the other, for as long as the run gets noticeably shorter.
 */
export function waitLess(trials: Trials, schema: readonly OptionSchema[]): void {
  let before: number;
  do {
    before = eventsOf(trials.best);
    for (const option of schema) {
      if (option.type !== 'integer' || option.unit !== 'micros') continue;
      for (const time of option.trials ?? []) attemptShorter(trials, option.name, Number(time));
    }
  } while (eventsOf(trials.best) < before && !trials.isCutShort);
  // What was needed for as long as everything took longer may have become superfluous.
  removeFaults(trials);
  removeClients(trials);
  removeOperations(trials);
}

function attemptShorter(trials: Trials, option: string, time: number): void {
  const usual = trials.best;
  const options = { ...usual.spec.options, [option]: time };
  const other: PlannedSpec = { ...usual.spec, options };
  if (!trials.attempt(other)) return;
  if (eventsOf(trials.best) > NOTICEABLE * eventsOf(usual)) trials.returnTo(usual);
}
