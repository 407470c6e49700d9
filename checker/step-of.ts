/**
 * A step of a model, looked at: users' models may be written in JavaScript, and what is no answer
 * to the question must pass neither for a refusal nor for a state.
 */

import type { HistoryOperation } from './history.ts';
import type { Model, Step } from './model.ts';
import { shownArgument } from './shown-argument.ts';

/** What the model answers. Throws `TypeError` for what is no `Step`. */
export function stepOf<State>(
  model: Model<State>,
  state: State,
  operation: HistoryOperation,
): Step<State> {
  const step = model.step(state, operation);
  // A state may be undefined, if only the model has a key for it.
  if (step?.ok === true && (step.next !== undefined || 'next' in step)) return step;
  if (step?.ok === false) return step;
  throw new TypeError(
    `model ${model.name}: expected step of ${operation.f} to return ` +
      `{ ok: true, next: state } or { ok: false }, found ${shownArgument(step)}`,
  );
}
