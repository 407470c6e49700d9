/** Sequential consistency of transactions over registers, by who saw whose write. */

import { type Budget, BudgetEnded } from '../budget.ts';
import { split } from '../partition.ts';
import { stepOf } from '../step-of.ts';
import { judgeTransactions } from '../transactions/judge.ts';
import type { SequentialDecision, SequentialQuestion } from './decide-sequential.ts';

/** The decision, where it can be told; undefined where a search is needed, as for many stores. */
export function decideSequentialTransactions<State>(
  { model, initial, operations }: SequentialQuestion<State>,
  budget: Budget,
): SequentialDecision | undefined {
  if (model.transactions === undefined || split(model, operations).length > 1) return undefined;
  try {
    const finding = judgeTransactions(model, initial, operations, 'processes', budget);
    switch (finding?.kind) {
      case 'flawed':
        return {
          outcome: 'none',
          reason: { closed: { indexes: finding.core, isWhole: finding.isAlone } },
        };
      case 'circular':
        return { outcome: 'none', reason: { closed: { indexes: finding.core, isWhole: false } } };
      case 'ordered':
        return replayed({ model, initial, operations }, finding.order, budget);
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof BudgetEnded) return { outcome: 'unfinished' };
    throw error;
  }
}

/** A yes, if the order is a run of the model: it has all that returned, and keeps the processes. */
function replayed<State>(
  { model, initial, operations }: SequentialQuestion<State>,
  order: readonly number[],
  budget: Budget,
): SequentialDecision | undefined {
  let state = model.init(initial);
  for (const [place, index] of order.entries()) {
    budget.goOn(place);
    const step = stepOf(model, state, operations[index]!);
    if (!step.ok) return undefined;
    state = step.next;
  }
  return { outcome: 'found', order };
}
