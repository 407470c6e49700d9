/** The states that an order of operations leads through, for people to read. */

import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
import { canonicalText, isPlain } from './plain.ts';

/**
 * The state of the object after each operation of `order`, which holds indexes, as text: in the
 * model's words, or as JSON, or else its key. An operation that cannot come next leaves the state
 * as it was.
 */
export function statesAlong<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  order: readonly number[],
): readonly string[] {
  let state = model.init(initial);
  return order.map((index) => {
    const operation = operations[index];
    const step = operation === undefined ? undefined : model.step(state, operation);
    if (step?.ok === true) state = step.next;
    return textOf(model, state);
  });
}

function textOf<State>(model: Model<State>, state: State): string {
  if (model.describeState !== undefined) return model.describeState(state);
  return isPlain(state) ? canonicalText(state) : String(model.key?.(state) ?? typeof state);
}
