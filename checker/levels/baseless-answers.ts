/** Answers that come from nowhere, real time ignored: what nobody wrote, appended, added or put. */

import { baselessCore } from '../baseless-answer.ts';
import { Budget } from '../budget.ts';
import type { HistoryOperation, Plain } from '../history.ts';
import type { Model } from '../model.ts';
import { split } from '../partition.ts';
import { withoutTimes } from '../prefix.ts';

/** Whether there is one. False where the model cannot say. */
export function hasBaselessAnswer<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
): boolean {
  return timelessCore(model, initial, operations, new Budget({})) !== undefined;
}

/** The operations that show it, by index; undefined if there is none. See `baselessCore`. */
export function timelessCore<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  budget: Budget,
): readonly number[] | undefined {
  const timeless = withoutTimes(operations);
  const question = { model, initial, operations: timeless, places: undefined };
  for (const { indexes } of split(model, timeless)) {
    const core = baselessCore(question, indexes, budget);
    if (core !== undefined) return core;
  }
  return undefined;
}
