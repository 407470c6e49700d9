/** The states that an order of operations leads through, for people to read. */

import { describeOperation } from './explanation.ts';
import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
import { canonicalText, isPlain } from './plain.ts';
import { opened } from './prefix.ts';
import { stepOf } from './step-of.ts';
import type { Counterexample } from './verdict.ts';

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
    const step = operation === undefined ? undefined : stepOf(model, state, operation);
    if (step?.ok === true) state = step.next;
    return textOf(model, state);
  });
}

/** The history as a counterexample takes it: what had not returned by then, without its answer. */
export function asKnownThen(
  operations: readonly HistoryOperation[],
  { open }: Counterexample,
): readonly HistoryOperation[] {
  if (open === undefined) return operations;
  const known = operations.slice();
  for (const index of open) known[index] = opened(known[index]!);
  return known;
}

/** An operation of a counterexample, in words and with its times. */
export interface ShownOperation {
  /** Its index in the history. */
  readonly index: number;
  readonly process: number;
  readonly text: string;
  readonly call: number;
  readonly return: number | null;
}

/** The operations of a counterexample in words, each as it was known then. */
export function shownThen<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  counterexample: Counterexample,
): readonly ShownOperation[] {
  const known = asKnownThen(operations, counterexample);
  return counterexample.operations.map((index) => {
    const { process, call, return: returned } = operations[index]!;
    const words = describeOperation(model, known[index]!);
    const isWhole = words === describeOperation(model, operations[index]!);
    return {
      index,
      process,
      text: isWhole ? words : `${words} (still open)`,
      call,
      return: returned,
    };
  });
}

function textOf<State>(model: Model<State>, state: State): string {
  if (model.describeState !== undefined) return model.describeState(state);
  return isPlain(state) ? canonicalText(state) : String(model.key?.(state) ?? typeof state);
}
