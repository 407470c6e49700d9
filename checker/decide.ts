/** The verdict on one object: the cheapest exact means that applies. */

import { type Budget, BudgetEnded } from './budget.ts';
import { exactTests, testsOfTransactions } from './exact-tests.ts';
import { mergeOrders } from './merge.ts';
import type { Model } from './model.ts';
import { split } from './partition.ts';
import type { Decision, Question } from './question.ts';
import { searchQueue } from './queue-search.ts';
import { replay } from './replay.ts';
import { searchSettlements } from './settlement-search.ts';
import { searchSources } from './source-search.ts';
import { isSmall, searchStates } from './state-search.ts';

/** What an operation takes in the tables of the tests below, at the most. */
const BYTES_PER_OPERATION = 160;
/** Whether the newest versions explain all reads may take so many steps, or half of those left. */
const NEWEST_STEPS_MIN = 50_000;
const NEWEST_STEPS_PER_OPERATION = 32;

/** How many steps the search over states is given before others are tried. */
const STEPS_PER_OPERATION = 6;
const STEPS_MIN = 4_096;

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
  const { versions } = question.model;
  if (versions !== undefined) {
    const order = orderWithNewest(versions.newest, question, indexes, budget);
    if (order !== undefined) return { outcome: 'found', orders: [order] };
    if (!budget.ask()) return { outcome: 'unfinished' };
  }
  const bytes = indexes.length * BYTES_PER_OPERATION;
  if (!budget.take(bytes)) return { outcome: 'unfinished' };
  try {
    return decideExactly(question, indexes, budget);
  } finally {
    budget.give(bytes);
  }
}

/**
 * An order in which each read answers the newest version, though it may be late by some: what is
 * linearizable is so with late reads, too. Undefined if there is none, or it is not soon found.
 */
function orderWithNewest(
  model: Model<unknown>,
  { initial, operations }: Question<unknown>,
  indexes: readonly number[],
  budget: Budget,
): readonly number[] | undefined {
  const own = indexes.map((index) => operations[index]!);
  const question = { model, initial, operations: own, places: undefined };
  const steps = NEWEST_STEPS_MIN + own.length * NEWEST_STEPS_PER_OPERATION;
  const part = budget.part(Math.min(steps, Math.floor(budget.stepsLeft / 2)));
  const orders: (readonly number[])[] = [];
  const isEveryFound = split(model, own).every(({ indexes: places }) => {
    const decision = decide(question, places, part);
    if (decision.outcome === 'found') orders.push(...decision.orders);
    return decision.outcome === 'found';
  });
  budget.absorb(part);
  if (!isEveryFound) return undefined;
  return mergeOrders(own, orders).map((place) => indexes[place]!);
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

/**
 * The searches, each made for some histories, and at last the one over states. Of registers with
 * few values that one is the quickest, as long as it meets no dead end: so it is tried first.
 */
function search<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision {
  const settled =
    (isSmall(question, indexes) ? undefined : searchSources(question, indexes, budget, 'few')) ??
    searchSettlements(question, indexes, budget) ??
    searchQueue(question, indexes, budget);
  if (settled !== undefined || question.model.registerAccess === undefined) {
    return settled ?? searchStates(question, indexes, budget);
  }
  const part = budget.part(STEPS_MIN + STEPS_PER_OPERATION * indexes.length);
  const decision = searchStates(question, indexes, part);
  if (!budget.absorb(part)) return { outcome: 'unfinished' };
  if (decision.outcome !== 'unfinished') return decision;
  return searchSources(question, indexes, budget, 'any') ?? searchStates(question, indexes, budget);
}
