/** The checker's front door: split the history by object, decide each, and show evidence. */

import { Budget, type BudgetOptions, type UnknownReason } from './budget.ts';
import { explain } from './counterexample.ts';
import { decide } from './decide.ts';
import type { Names } from './explanation.ts';
import { type History, type HistoryOperation, type Plain, validateTimes } from './history.ts';
import { assertJudgeable } from './judgeable.ts';
import { mergeOrders } from './merge.ts';
import type { Model } from './model.ts';
import { modelNamed } from './models/catalogue.ts';
import { split } from './partition.ts';
import { shownArgument } from './shown-argument.ts';
import type { CheckResult } from './verdict.ts';

export interface CheckOptions extends BudgetOptions {
  /** The value that each object has before the first operation. `null` if absent. */
  readonly initial?: Plain;
  /** Whether to show a witness order or a counterexample. Costs a multiple of the verdict. */
  readonly evidence?: boolean;
  /**
   * For each operation its place in an order that may explain the history; -1 where unknown.
   * It is checked, and so may only save time: it never turns a no into a yes.
   */
  readonly witness?: readonly number[];
  /** How a counterexample's sentence names processes and times. */
  readonly names?: Names;
  /** Told that the answer is no, before evidence for it is gathered, which may take longer. */
  readonly onViolation?: () => void;
}

/** Judges a history by the model that it names. Throws if the model or the history is no good. */
export function checkHistory(history: History, options: CheckOptions = {}): CheckResult {
  if (typeof history !== 'object' || history === null) {
    throw new TypeError(`expected a history, found ${shownArgument(history)}`);
  }
  const { model, initial, operations } = history;
  return checkLinearizable(modelNamed(model), operations, { initial, ...options });
}

/**
 * Decides whether some order of the operations, in which none comes before one that returned
 * before it was called, is a run of the model with the same answers.
 *
 * Herlihy & Wing, "Linearizability" (1990). Throws `HistoryError` if times make no sense, and for
 * what is no operation, or none that the model knows; `TypeError` if an argument is none.
 */
export function checkLinearizable<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  options: CheckOptions = {},
): CheckResult {
  assertJudgeable(model, operations, options);
  validateTimes(operations);
  const budget = new Budget(options);
  const { initial = null, witness: places, evidence = false } = options;
  const question = { model, initial, operations, places };
  const orders: (readonly number[])[] = [];
  let unknown: UnknownReason | undefined;
  for (const part of split(model, operations)) {
    const decision = decide(question, part.indexes, budget);
    if (decision.outcome === 'found') {
      if (evidence) orders.push(...decision.orders);
    } else if (decision.outcome === 'none') {
      const counts = countsOf(budget);
      if (!evidence) return { verdict: 'not-linearizable', ...counts };
      options.onViolation?.();
      const counterexample = explain(question, part, decision, budget.steps, options);
      return { verdict: 'not-linearizable', counterexample, ...counts };
    } else {
      unknown ??= budget.exhausted ?? 'steps';
      budget.recover();
    }
  }
  if (unknown !== undefined) return { verdict: 'unknown', reason: unknown, ...countsOf(budget) };
  const shown = evidence ? { witness: mergeOrders(operations, orders) } : {};
  return { verdict: 'linearizable', ...shown, ...countsOf(budget) };
}

function countsOf(budget: Budget) {
  return { steps: budget.steps, peakBytes: budget.bytesPeak };
}
