/** The shortest prefix of an illegal history that is illegal. */

import type { Budget } from './budget.ts';
import { decide } from './decide.ts';
import type { HistoryOperation } from './history.ts';
import { bare, type CutOperation, inOrderOfReturn, prefixOf } from './prefix.ts';
import type { Question } from './question.ts';

export interface FailingPrefix {
  readonly operations: readonly CutOperation[];
  /** The operation that returns last in it, or the likely one while the prefix is not shortest. */
  readonly failing: number;
  /** No shorter one fails; false if the budget ended before that was known. */
  readonly isShortest: boolean;
  /** It is known why the failing operation is likely to be the one. */
  readonly isLikely: boolean;
}

/** What is known of where it ends. */
export interface FailingHints {
  /**
   * So many returns the search got past in some order, which proves that the prefix up to there is
   * legal. It is not often that a longer one is.
   */
  readonly reached: number | undefined;
  /** An operation with whose return it may end; nothing is proven of it. */
  readonly suspect: number | undefined;
}

/** Finds it by trying prefixes. */
export function shortestFailingPrefix<State>(
  question: Question<State>,
  { reached = 0, suspect }: FailingHints,
  budget: Budget,
): FailingPrefix {
  const { operations } = question;
  const byReturn = inOrderOfReturn(operations, Array.from(operations.keys()));
  let legal = beforeTies(operations, byReturn, reached);
  const likely = reached > 0 ? byReturn[legal] : undefined;
  let failing = byReturn.length;
  let ahead = reached > 0 ? 1 : byReturn.length;
  const end = suspect === undefined ? 0 : byReturn.indexOf(suspect) + 1;
  const guesses = [end - 1, end];
  while (failing - legal > 1) {
    // First just ahead of what the search reached, then ever further, then between the two.
    const next = Math.min(legal + ahead, (legal + failing) >>> 1);
    const guess = guesses.pop() ?? 0;
    const isOpen = legal < guess && guess < failing;
    const count = isOpen ? guess : next;
    const outcome = outcomeOf(question, prefixOf(operations, byReturn, count), budget);
    if (outcome === 'unfinished') break;
    if (outcome === 'none') failing = count;
    else legal = count;
    if (!isOpen) ahead *= 2;
  }
  const isShortest = failing - legal <= 1;
  return {
    operations: prefixOf(operations, byReturn, failing),
    failing: (isShortest ? undefined : likely) ?? byReturn[failing - 1] ?? 0,
    isShortest,
    isLikely: isShortest || likely !== undefined,
  };
}

/** Which of several that return at one time come first in their order is not told by the search. */
function beforeTies(
  operations: readonly HistoryOperation[],
  byReturn: readonly number[],
  reached: number,
): number {
  const timeOf = (place: number) => operations[byReturn[place]!]?.return;
  let count = Math.max(0, Math.min(reached, byReturn.length - 1));
  while (count > 0 && timeOf(count) === timeOf(count - 1)) count--;
  return count;
}

function outcomeOf<State>(
  question: Question<State>,
  prefix: readonly CutOperation[],
  budget: Budget,
) {
  const { model, initial } = question;
  const operations = bare(prefix);
  const asked = { model, initial, operations, places: undefined };
  return decide(asked, Array.from(operations.keys()), budget).outcome;
}
