/**
 * Sequential consistency (Lamport, "How to make a multiprocessor computer that correctly executes
 * multiprocess programs", 1979): one order of all operations explains their answers, in which the
 * operations of each process come in the order in which it called them.
 *
 * Real time counts for nothing else: an operation may see what is called only later. One that never
 * returned is the last of its process, and need not have happened. The property is not local: the
 * objects are judged together, and each of them alone may be fine while no order serves all.
 */

import { Budget } from '../budget.ts';
import type { CheckOptions } from '../check.ts';
import { type HistoryOperation, validateOperations } from '../history.ts';
import { assertJudgeable } from '../judgeable.ts';
import type { Model } from '../model.ts';
import { split } from '../partition.ts';
import type { ConsistencyResult } from '../verdict.ts';
import {
  decideSequential,
  type SequentialDecision,
  type SequentialQuestion,
} from './decide-sequential.ts';
import { cheapPart, findLinearOrder } from './linear-order.ts';
import { explainSequential } from './sequential-counterexample.ts';

/**
 * Decides whether the history is sequentially consistent.
 *
 * Exact, or `unknown`: the problem is NP-complete (Gibbons & Korach 1997). The witness is an order
 * of all operations that returned, and of those others that were needed. In the counterexample
 * `failing` is the operation that returned last. Throws `HistoryError` if a process is not
 * sequential, and else as `checkLinearizable` does.
 */
export function checkSequential<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  options: Omit<CheckOptions, 'witness'> = {},
): ConsistencyResult {
  assertJudgeable(model, operations, options);
  validateOperations(operations);
  const { initial = null, evidence = false } = options;
  const budget = new Budget(options);
  const question = { model, initial, operations };
  const { decision, indexes } = decideInStages(question, budget);
  const counts = { steps: budget.steps, peakBytes: budget.bytesPeak };
  if (decision.outcome === 'unfinished') {
    return { verdict: 'unknown', reason: budget.exhausted ?? 'steps', ...counts };
  }
  if (decision.outcome === 'found') {
    const shown = evidence ? { witness: decision.order } : {};
    return { verdict: 'consistent', ...shown, ...counts };
  }
  if (!evidence) return { verdict: 'inconsistent', ...counts };
  const { reason } = decision;
  const counterexample = explainSequential(question, indexes, reason, budget.steps, options);
  return { verdict: 'inconsistent', counterexample, ...counts };
}

/** A decision on some of the operations; on all of them, unless it is a no. */
interface Staged {
  readonly decision: SequentialDecision;
  readonly indexes: readonly number[];
}

/** Real time first, for a cheap yes; then each object alone, for a cheap no; then all. */
function decideInStages<State>(question: SequentialQuestion<State>, budget: Budget): Staged {
  const { model, operations } = question;
  const all = Array.from(operations.keys());
  const linear = findLinearOrder(question, budget);
  if (linear !== undefined) return { decision: { outcome: 'found', order: linear }, indexes: all };
  const parts = split(model, operations);
  for (const { indexes } of parts.length > 1 ? parts : []) {
    const part = indexes.map((index) => operations[index]!);
    const own = cheapPart(budget, part.length);
    const decision = decideSequential({ ...question, operations: part }, own);
    if (!budget.absorb(own)) return { decision: { outcome: 'unfinished' }, indexes: all };
    if (decision.outcome === 'none') return { decision, indexes };
  }
  return { decision: decideSequential(question, budget), indexes: all };
}
