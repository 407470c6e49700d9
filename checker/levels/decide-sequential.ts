/** The verdict on sequential consistency: the cheapest exact means that applies. */

import type { Budget } from '../budget.ts';
import type { HistoryOperation, Plain } from '../history.ts';
import type { Model } from '../model.ts';
import { Transitions } from '../transitions.ts';
import { saturate } from './saturation.ts';
import {
  layOutSequentially,
  placeOfUnwritten,
  type SequentialProblem,
} from './sequential-problem.ts';
import {
  type SequentialOrder,
  type SequentialOutcome,
  SequentialSearch,
} from './sequential-search.ts';

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
  /** Each must come before the next, and the last before the first. */
  readonly circle?: readonly number[];
  /** The longest order that explains a part. */
  readonly part?: readonly number[];
}

/** Configurations in the first turn of each search. */
const TURN_STEPS_FIRST = 2048;
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
    const problem = layOutSequentially(model, initial, operations);
    const { sources } = problem.processes;
    const named = (places: Iterable<number>) => Array.from(places, (place) => sources[place]!);
    const unwritten = placeOfUnwritten(problem);
    if (unwritten >= 0) return { outcome: 'none', reason: { core: named([unwritten]) } };
    const order = saturate(problem.processes, problem.accesses, budget);
    if (order.kind === 'circular') {
      const core = withWriters(problem, order.core);
      return { outcome: 'none', reason: { core: named(core), circle: named(order.circle) } };
    }
    budget.recover();
    if (order.kind === 'ordered') problem.clocks = order.clocks;
    return search(question, problem, budget);
  } finally {
    budget.give(bytes);
  }
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
