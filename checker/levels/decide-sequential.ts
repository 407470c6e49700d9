/** The verdict on sequential consistency: the cheapest exact means that applies. */

import { type Budget, BudgetEnded } from '../budget.ts';
import type { HistoryOperation, Plain } from '../history.ts';
import type { Model } from '../model.ts';
import type { Core } from '../question.ts';
import { saturate } from '../saturation.ts';
import { Transitions } from '../transitions.ts';
import { timelessCore } from './baseless-answers.ts';
import { tryLikelyOrder } from './likely-order.ts';
import { certainSources, NONE } from './register-accesses.ts';
import { sightingsOf } from './register-sightings.ts';
import { layOutSequentially, type SequentialProblem } from './sequential-problem.ts';
import {
  type SequentialOrder,
  type SequentialOutcome,
  SequentialSearch,
} from './sequential-search.ts';
import { decideSequentialTransactions } from './sequential-transactions.ts';
import { Guess } from './session-guess.ts';
import { candidatesOf } from './session-sources.ts';

/** What is asked: operations of sequential processes over one initial value. */
export interface SequentialQuestion<State> {
  readonly model: Model<State>;
  readonly initial: Plain;
  readonly operations: readonly HistoryOperation[];
}

export type SequentialDecision =
  | { readonly outcome: 'found'; readonly order: readonly number[] }
  | { readonly outcome: 'none'; readonly reason: Reason }
  | { readonly outcome: 'unfinished' };

/** What is known of why there is no order; all are indexes. */
export interface Reason {
  /** Operations that no order explains, whatever the others are. */
  readonly core?: readonly number[];
  /** The same, with all that could make their answers possible. */
  readonly closed?: Core;
  /** Each must come before the next, and the last before the first. */
  readonly circle?: readonly number[];
  /** The longest order that explains a part. */
  readonly part?: readonly number[];
}

/** Configurations in the first turn of each search. */
const TURN_STEPS_FIRST = 2048;
/** A guess at who saw whose write may take so many steps. */
const GUESS_STEPS_MIN = 10_000;
const GUESS_STEPS_PER_OPERATION = 32;
/** What an operation takes in the tables below, beside those that count for themselves. */
const BYTES_PER_OPERATION = 160;

/** Decides by what was seen, and else by search. */
export function decideSequential<State>(
  question: SequentialQuestion<State>,
  budget: Budget,
): SequentialDecision {
  const { model, initial, operations } = question;
  const bytes = operations.length * BYTES_PER_OPERATION;
  if (!budget.spendSteps(operations.length) || !budget.take(bytes)) {
    return { outcome: 'unfinished' };
  }
  try {
    const told = decideSequentialTransactions(question, budget);
    if (told !== undefined) return told;
    const baseless = timelessCore(model, initial, operations, budget);
    if (baseless !== undefined) return { outcome: 'none', reason: { core: baseless } };
    const problem = layOutSequentially(model, initial, operations);
    const { sources } = problem.processes;
    const named = (places: Iterable<number>) => Array.from(places, (place) => sources[place]!);
    const certain = certainSources(problem.processes, problem.accesses);
    const order = saturate(sightingsOf(problem.processes, problem.accesses, certain), budget);
    if (order.kind === 'circular') {
      const core = withWriters(problem, order.core);
      return {
        outcome: 'none',
        reason: { core: named(core), circle: named(order.circle.map(({ place }) => place)) },
      };
    }
    budget.recover();
    const likely =
      order.kind === 'ordered'
        ? tryLikelyOrder(model, model.init(initial), problem, certain, order.order, budget)
        : undefined;
    if (likely !== undefined) return { outcome: 'found', order: named(likely) };
    const guessed = searchByGuess(question, problem, certain, budget);
    if (guessed?.outcome === 'found') return guessed;
    problem.clocks = order.kind === 'ordered' ? order.clocks : undefined;
    return search(question, problem, budget);
  } catch (error) {
    if (error instanceof BudgetEnded) return { outcome: 'unfinished' };
    throw error;
  } finally {
    budget.give(bytes);
  }
}

/**
 * A search that keeps the order that would follow if reads whose writer is not certain had seen a
 * likely one. What it finds is an order; that it finds none says nothing.
 */
function searchByGuess<State>(
  question: SequentialQuestion<State>,
  problem: SequentialProblem,
  certain: Int32Array,
  budget: Budget,
): SequentialDecision | undefined {
  const { processes, accesses } = problem;
  const { operations } = processes;
  const isDoubtful = (place: number) =>
    certain[place] === NONE && accesses.reads[place] !== NONE && problem.isPending[place] === 0;
  if (accesses.firstOther >= 0 || !operations.some((_, place) => isDoubtful(place))) return;
  const cheap = GUESS_STEPS_MIN + operations.length * GUESS_STEPS_PER_OPERATION;
  const own = budget.part(cheap);
  const possible = candidatesOf(processes, accesses, own);
  const isOpen = possible?.candidates.some((sources) => sources?.length === 0) ?? true;
  // What has no source by its time is told what is called only later: there is no likely writer.
  const sources = isOpen
    ? undefined
    : new Guess(processes, accesses, possible!.candidates).sources(certain);
  const order = sources && saturate(sightingsOf(processes, accesses, sources), own);
  let decision: SequentialDecision | undefined;
  if (order?.kind === 'ordered' && sources !== undefined) {
    const { model, initial } = question;
    const likely = tryLikelyOrder(model, model.init(initial), problem, sources, order.order, own);
    problem.clocks = order.clocks;
    decision =
      likely === undefined
        ? search(question, problem, own)
        : { outcome: 'found', order: likely.map((place) => processes.sources[place]!) };
  }
  budget.absorb(own);
  return decision;
}

/** Two searches that take turns, as each order of candidates wins where the other explodes. */
function search<State>(
  { model, initial }: SequentialQuestion<State>,
  problem: SequentialProblem,
  budget: Budget,
): SequentialDecision {
  const bytes = (problem.clocks?.length ?? 0) * Int32Array.BYTES_PER_ELEMENT;
  if (!budget.take(bytes)) return { outcome: 'unfinished' };
  const transitions = new Transitions(model, problem.kinds, budget);
  const start = transitions.intern(model.init(initial));
  const searchBy = (order: SequentialOrder) =>
    new SequentialSearch(problem, transitions, start, budget, order);
  const searches = [searchBy('needed-writer-first')];
  try {
    for (let turn = TURN_STEPS_FIRST; budget.exhausted === undefined; turn *= 2) {
      for (const each of searches) {
        const outcome = each.run(turn);
        if (outcome !== 'unfinished') return decisionOf(problem, each, outcome);
      }
      if (searches.length === 1) searches.push(searchBy('call-order'));
    }
    return { outcome: 'unfinished' };
  } finally {
    for (const each of searches) each.release();
    transitions.release();
    budget.give(bytes);
  }
}

function decisionOf<State>(
  { processes }: SequentialProblem,
  search: SequentialSearch<State>,
  outcome: Exclude<SequentialOutcome, 'unfinished'>,
): SequentialDecision {
  const named = (places: Int32Array) => Array.from(places, (place) => processes.sources[place]!);
  if (outcome === 'found') return { outcome, order: named(search.explanation()) };
  return { outcome, reason: { part: named(search.longestPart()) } };
}

/** The places, and whatever wrote what they saw, so that no read is left without its write. */
function withWriters(
  { accesses }: SequentialProblem,
  places: ReadonlySet<number>,
): ReadonlySet<number> {
  const all = new Set(places);
  // A set yields what is added to it on the way.
  for (const place of all) {
    const value = accesses.reads[place]!;
    if (value >= 0) for (const writer of accesses.writersOf[value]!) all.add(writer);
  }
  return all;
}
