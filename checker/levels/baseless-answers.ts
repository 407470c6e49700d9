/** Answers that come from nowhere, found without a search: what nobody wrote, or appended. */

import type { HistoryOperation, Plain } from '../history.ts';
import type { Model } from '../model.ts';
import { observationsOf } from '../observation.ts';
import { split } from '../partition.ts';
import { withoutTimes } from '../prefix.ts';
import { layOut } from '../problem.ts';
import { hasUnwrittenRead } from '../unwritten-reads.ts';

/** Whether there is one, real time ignored. False where the model cannot say. */
export function hasBaselessAnswer<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
): boolean {
  const timeless = withoutTimes(operations);
  return split(model, timeless).some(
    ({ indexes }) =>
      hasUnwrittenRead(model, initial, timeless, indexes) ||
      hasUnspelledRead(model, initial, timeless, indexes),
  );
}

/** Whether a growing state was read that no appends can have spelled. */
function hasUnspelledRead<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  indexes: readonly number[],
): boolean {
  if (model.growth === undefined) return false;
  const problem = layOut(model, operations, indexes);
  const growth = problem.kinds.map((kind) => model.growth?.(kind));
  const observations = observationsOf(problem, growth, model.init(initial));
  return observations.some(
    (seen) => seen !== undefined && seen.origins.length === 0 && seen.resetsUnknown.length === 0,
  );
}
