/** The commonest mistake: a register answers what nobody can have written. */

import { firstFromNobody } from './baseless-answer.ts';
import { Budget } from './budget.ts';
import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
import { tellOf } from './told.ts';

/**
 * Whether a read, or a swap that took place, saw a value which is neither the initial one nor
 * written by an operation called before it returned. False where the model cannot say. O(n).
 */
export function hasUnwrittenRead<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  indexes: readonly number[],
): boolean {
  if (model.registerAccess === undefined) return false;
  const question = { model, initial, operations, places: undefined };
  return firstFromNobody(question, indexes, tellOf(model), new Budget({})) !== undefined;
}
