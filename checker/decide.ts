/** The verdict on one object: the cheapest exact means that applies. */

import { type Budget, BudgetEnded } from './budget.ts';
import { exactTests, testsOfTransactions } from './exact-tests.ts';
import { layOut } from './problem.ts';
import type { Decision, Question } from './question.ts';
import { searchQueue } from './queue-search.ts';
import { race } from './race.ts';
import { replay } from './replay.ts';
import { Transitions } from './transitions.ts';

/** What an operation takes in the tables of the tests below, at the most. */
const BYTES_PER_OPERATION = 160;

/** Decides the operations of one object, chosen by their indexes. */
export function decide<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision {
  try {
    return decideWithin(question, indexes, budget);
  } catch (error) {
    if (error instanceof BudgetEnded) return { outcome: 'unfinished' };
    throw error;
  }
}

function decideWithin<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision {
  const { places } = question;
  if (!budget.ask()) return { outcome: 'unfinished' };
  if (places !== undefined) {
    if (!budget.spendSteps(indexes.length)) return { outcome: 'unfinished' };
    const order = replay(question, indexes, places, budget);
    if (order !== undefined) return { outcome: 'found', orders: [order] };
  }
  const bytes = indexes.length * BYTES_PER_OPERATION;
  if (!budget.take(bytes)) return { outcome: 'unfinished' };
  try {
    return decideExactly(question, indexes, budget);
  } finally {
    budget.give(bytes);
  }
}

function decideExactly<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision {
  const isOfTransactions = question.model.transactions !== undefined;
  for (const test of isOfTransactions ? testsOfTransactions : exactTests) {
    const decision = test(question, indexes, budget);
    if (decision !== undefined) return decision;
    if (!budget.spendSteps(indexes.length)) return { outcome: 'unfinished' };
  }
  return budget.ask() ? search(question, indexes, budget) : { outcome: 'unfinished' };
}

function search<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision {
  const decision = searchQueue(question, indexes, budget);
  if (decision !== undefined) return decision;
  const { model, initial, operations } = question;
  const problem = layOut(model, operations, indexes);
  const transitions = new Transitions(model, problem.kinds, budget);
  const result = race(problem, transitions, transitions.intern(model.init(initial)), budget);
  transitions.release();
  if (result.outcome !== 'found') return result;
  const order = Array.from(result.linearization, (place) => problem.sources[place]!);
  return { outcome: 'found', orders: [order] };
}
