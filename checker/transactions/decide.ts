/**
 * An exact test for transactions over registers: most histories in which each register's values
 * differ are decided by it. O(n log n) for the order of real time, and O(n c) for each round of
 * saturation, where c are open at a time; there are few rounds.
 *
 * A no is a mistake that stands by itself, or a circle of what must come before what. A yes is a
 * likely order, replayed on the model. Where there is neither, it says nothing.
 */

import type { Budget } from '../budget.ts';
import type { Decision, Question } from '../question.ts';
import { replayOrder } from '../replay.ts';
import { firstFlawAmong, judgeTransactions } from './judge.ts';

export function decideTransactions<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  const { model, initial, operations } = question;
  if (model.transactions === undefined) return undefined;
  const own = indexes.map((index) => operations[index]!);
  const finding = judgeTransactions(model, initial, own, 'real-time', budget);
  switch (finding?.kind) {
    case 'flawed':
    case 'circular': {
      const core = finding.core.map((number) => indexes[number]!);
      const isWhole = finding.kind === 'flawed' && finding.isAlone;
      return { outcome: 'none', core: { indexes: core, isWhole } };
    }
    case 'ordered': {
      const order = finding.order.map((number) => indexes[number]!);
      const replayed = replayOrder(question, order, budget);
      return replayed && { outcome: 'found', orders: [replayed] };
    }
    default:
      return undefined;
  }
}

/**
 * Finds a mistake that stands by itself in a history whose reads may answer late versions: each of
 * these was made by whole transactions in one order, so what no order explains is wrong there, too.
 */
export function findFlawOfVersions<State>(
  { model, initial, operations }: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  const newest = model.versions?.newest;
  if (newest?.transactions === undefined) return undefined;
  const own = indexes.map((index) => operations[index]!);
  const flaw = firstFlawAmong(newest, initial, own, budget);
  if (flaw === undefined) return undefined;
  const core = flaw.core.map((number) => indexes[number]!);
  return { outcome: 'none', core: { indexes: core, isWhole: flaw.isAlone } };
}
