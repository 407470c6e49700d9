/**
 * Each means of deciding by itself. Where one answers before the others are asked, a comparison of
 * verdicts says nothing of those.
 */

import { Budget } from '../../checker/budget.ts';
import { decide } from '../../checker/decide.ts';
import { type ExactTest, exactTests, testsOfTransactions } from '../../checker/exact-tests.ts';
import { type HistoryOperation, type Model, modelNamed, type Plain } from '../../checker/index.ts';
import { mergeOrders } from '../../checker/merge.ts';
import { split } from '../../checker/partition.ts';
import type { Decision, Question } from '../../checker/question.ts';
import { searchQueue } from '../../checker/queue-search.ts';
import { searchSettlements } from '../../checker/settlement-search.ts';
import { searchSources } from '../../checker/source-search.ts';
import { judgePlainly } from './agreement.ts';
import { isWitness } from './brute-force.ts';
import type { RandomHistory } from './random-histories.ts';

const searchAnySources: ExactTest = (question, indexes, budget) =>
  searchSources(question, indexes, budget, 'any');

/** All that may decide an object's operations, or say nothing. */
export const means: readonly ExactTest[] = [
  ...exactTests,
  ...testsOfTransactions,
  searchAnySources,
  searchSettlements,
  searchQueue,
];

/** The plain verdict; or which of the means contradicts it for one of the objects. */
export function judgeByEachMeans(history: RandomHistory): string {
  const { model, initial, operations } = history;
  return contradiction(modelNamed(model), initial, operations) ?? judgePlainly(history);
}

/** Which of the means contradicts the verdict on one of the objects; undefined if none does. */
export function contradiction(
  model: Model<unknown>,
  initial: Plain,
  operations: readonly HistoryOperation[],
): string | undefined {
  for (const { indexes } of split(model, operations)) {
    const own = indexes.map((index) => operations[index]!);
    const question = { model, initial, operations: own, places: undefined };
    const all = Array.from(own.keys());
    const { outcome } = decide(question, all, new Budget({}));
    for (const each of means) {
      const flaw = flawOf(question, each<unknown>(question, all, new Budget({})), outcome);
      if (flaw !== undefined) return `${each.name}: ${flaw}`;
    }
  }
  return undefined;
}

/** What is wrong with an answer, where `expected` is the right one. */
function flawOf(
  { model, initial, operations }: Question<unknown>,
  decision: Decision | undefined,
  expected: Decision['outcome'],
): string | undefined {
  if (decision === undefined || decision.outcome === 'unfinished') return undefined;
  if (decision.outcome !== expected) return `${decision.outcome}, which should be ${expected}`;
  if (decision.outcome === 'none') return undefined;
  const order = mergeOrders(operations, decision.orders);
  return isWitness(model, initial, operations, order) ? undefined : 'a wrong order';
}
