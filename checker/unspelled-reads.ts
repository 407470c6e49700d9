/** Reads of a growing state that no appends can have spelled, found without a search. */

import type { Budget } from './budget.ts';
import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
import { observationsOf } from './observation.ts';
import { layOut } from './problem.ts';

/**
 * The index of the one that returned first; undefined if there is none, or where it cannot be told,
 * as more than one append fits somewhere, or something else may have changed the state.
 */
export function firstUnspelledRead(
  model: Model<unknown>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  indexes: readonly number[],
  budget: Budget,
): number | undefined {
  if (model.growth === undefined) return undefined;
  const problem = layOut(model, operations, indexes);
  const growth = problem.kinds.map((kind) => model.growth?.(kind));
  if (!growth.some((each) => each?.role === 'observes')) return undefined;
  if (growth.some((each, kind) => each === undefined && problem.observes[kind] !== 1)) {
    return undefined;
  }
  const observations = observationsOf(problem, growth, model.init(initial), budget);
  const frontier = observations.findIndex(
    (seen) => seen !== undefined && seen.origins.length === 0 && seen.resetsUnknown.length === 0,
  );
  return frontier < 0 ? undefined : problem.sources[problem.byReturn[frontier]!];
}
