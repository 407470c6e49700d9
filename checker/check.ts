/** The checker's front door: split the history by object, decide each, and show evidence. */

import { Budget, type BudgetOptions } from './budget.ts';
import { type History, type HistoryOperation, type Plain, validateTimes } from './history.ts';
import type { Model } from './model.ts';
import { modelNamed } from './models/catalogue.ts';
import { split } from './partition.ts';
import { layOut } from './problem.ts';
import { race } from './race.ts';
import { Transitions } from './transitions.ts';
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
}

/** Judges a history by the model that it names. Throws if the model or the history is no good. */
export function checkHistory(history: History, options: CheckOptions = {}): CheckResult {
  const model = modelNamed(history.model);
  return checkLinearizable(model, history.operations, { initial: history.initial, ...options });
}

/**
 * Decides whether some order of the operations, in which none comes before one that returned
 * before it was called, is a run of the model with the same answers.
 *
 * Herlihy & Wing, "Linearizability" (1990). Throws `HistoryError` if times make no sense.
 */
export function checkLinearizable<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  options: CheckOptions = {},
): CheckResult {
  validateTimes(operations);
  const budget = new Budget(options);
  const initial = options.initial ?? null;
  let unknown = false;
  for (const part of split(model, operations)) {
    const outcome = decide(model, operations, part.indexes, initial, budget);
    if (outcome === 'none') return resultOf('not-linearizable', budget);
    if (outcome === 'unfinished') unknown = true;
  }
  return resultOf(unknown ? 'unknown' : 'linearizable', budget);
}

function decide<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  indexes: readonly number[],
  initial: Plain,
  budget: Budget,
): 'found' | 'none' | 'unfinished' {
  if (!budget.ask()) return 'unfinished';
  const problem = layOut(model, operations, indexes);
  const transitions = new Transitions(model, problem.kinds, budget);
  const start = transitions.intern(model.init(initial));
  const { outcome } = race(problem, transitions, start, budget);
  transitions.release();
  return outcome;
}

function resultOf(verdict: CheckResult['verdict'], budget: Budget): CheckResult {
  const counts = { steps: budget.steps, peakBytes: budget.bytesPeak };
  if (verdict !== 'unknown') return { verdict, ...counts };
  return { verdict, reason: budget.exhausted ?? 'steps', ...counts };
}
