/**
 * The tests that decide some histories exactly without a search: those whose values tell who saw
 * what. Each of them leaves alone what it does not apply to. (A small register's states are
 * searched sooner than most of them look at it, if that is quick.)
 */

import { decideAppendList } from './append-list.ts';
import { findBaselessAnswer } from './baseless-answer.ts';
import type { Budget } from './budget.ts';
import { decideGrowingSet } from './growing-set.ts';
import { findImpossibleTotal } from './impossible-totals.ts';
import { findInterruptedValue } from './interrupted-values.ts';
import { decideLateReads } from './late-reads.ts';
import type { Decision, Question } from './question.ts';
import { searchStatesBriefly } from './state-search.ts';
import { decideTransactions, findFlawOfVersions } from './transactions/decide.ts';
import { decideUnambiguousQueue } from './unambiguous-queue.ts';
import { decideUnambiguousRegister } from './unambiguous-register.ts';
import { decideUnambiguousStack } from './unambiguous-stack.ts';

/**
 * Decides the operations of one object, chosen by their indexes, or says nothing. Its loops over
 * operations ask the budget now and then, and throw `BudgetEnded` once that is spent.
 */
export type ExactTest = <State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
) => Decision | undefined;

/** Cheapest first. Each takes O(n log n) at the most, and the length of all answers. */
export const exactTests: readonly ExactTest[] = [
  decideUnambiguousRegister,
  searchStatesBriefly,
  findInterruptedValue,
  findImpossibleTotal,
  decideAppendList,
  decideGrowingSet,
  decideUnambiguousQueue,
  decideUnambiguousStack,
  findBaselessAnswer,
  findFlawOfVersions,
  decideLateReads,
];

/** The same for operations that are transactions, to which no other test applies. */
export const testsOfTransactions: readonly ExactTest[] = [decideTransactions];
