/**
 * A search for queues and stacks whose values repeat, or of which some answers are not known: the
 * exact tests decide what is settled (see `settlement.ts`), with the other removals open.
 *
 * If that is impossible, so is the history. If there is an order, it may be one of the history as
 * it was, which the model is asked. Else one of the open removals that it has in a wrong place, or
 * not at all, is given one of its insertions after the other. After a few such tests the rest is
 * left to others.
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation } from './history.ts';
import type { Decision, Question } from './question.ts';
import { replayOrder } from './replay.ts';
import type { SearchOutcome } from './search.ts';
import { answering, NOTHING, type OpenRemoval, type Unsettled, unsettled } from './settlement.ts';
import { decideUnambiguousQueue } from './unambiguous-queue.ts';
import { decideUnambiguousStack } from './unambiguous-stack.ts';

/** How often a history is tested, at the most. */
const TESTS_MAX = 256;
/** How many operations are tested in all, but for the first times: about two seconds' work. */
const OPERATIONS_MAX = 500_000;
const TESTS_MIN = 8;

/** Decides a queue's or stack's history; undefined where it is none, or is too hard for this. */
export function searchSettlements<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  const { collection } = question.model;
  if (collection === undefined) return undefined;
  const operations = indexes.map((index) => question.operations[index]!);
  const history = unsettled(collection, question.initial, operations);
  if (history === 'impossible') return { outcome: 'none' };
  if (history === undefined) return undefined;
  const bytes = bytesOf(history);
  if (!budget.take(bytes)) return { outcome: 'unfinished' };
  const search = new SettlementSearch({ ...question, operations }, history, budget);
  const outcome = search.run();
  budget.give(bytes);
  if (outcome === 'none') return { outcome };
  if (outcome === 'found') {
    return { outcome, orders: [search.order.map((place) => indexes[place]!)] };
  }
  return budget.exhausted === undefined ? undefined : { outcome };
}

/** What an operation takes, and an insertion that a removal may have taken from. */
const BYTES_PER_OPERATION = 96;
const BYTES_PER_CHOICE = 8;

function bytesOf({ operations, open }: Unsettled): number {
  let count = 0;
  for (const { choices } of open) count += choices.length;
  return operations.length * BYTES_PER_OPERATION + count * BYTES_PER_CHOICE;
}

class SettlementSearch<State> {
  /** The order found, by places. */
  order: readonly number[] = [];
  private readonly question: Question<State>;
  private readonly history: Unsettled;
  private readonly budget: Budget;
  private readonly operations: HistoryOperation[];
  /** The removals that are open now, in order of call. */
  private open: readonly OpenRemoval[];
  private readonly taken = new Set<number>();
  private testsLeft: number;

  constructor(question: Question<State>, history: Unsettled, budget: Budget) {
    const { operations, open } = history;
    this.question = question;
    this.history = history;
    this.budget = budget;
    this.operations = [...operations];
    this.open = open;
    const count = Math.floor(OPERATIONS_MAX / Math.max(1, operations.length));
    this.testsLeft = Math.max(TESTS_MIN, Math.min(TESTS_MAX, count));
    // Queues have a search of their own, which is better at undoing.
    if (question.model.collection?.discipline === 'queue') this.testsLeft = 1;
  }

  /** `none` only if no settlement is left. */
  run(): SearchOutcome {
    this.testsLeft--;
    const wrong = this.test();
    if (typeof wrong === 'string') return wrong;
    const { open } = this;
    this.open = open.filter((each) => each !== wrong);
    const before = this.operations[wrong.place]!;
    const asked = this.question.operations[wrong.place]!;
    let result: SearchOutcome = 'none';
    for (const choice of wrong.choices) {
      if (this.taken.has(choice)) continue;
      if (this.testsLeft === 0) {
        result = 'unfinished';
        break;
      }
      if (choice !== NOTHING) this.taken.add(choice);
      this.operations[wrong.place] = answering(asked, choice);
      const outcome = this.run();
      this.taken.delete(choice);
      if (outcome === 'found') return outcome;
      if (outcome === 'unfinished') result = outcome;
    }
    this.operations[wrong.place] = before;
    this.open = open;
    return result;
  }

  /** Tests what is settled; where that decides nothing, an open removal to settle next. */
  private test(): SearchOutcome | OpenRemoval {
    const { question, history, operations, budget } = this;
    if (!budget.spendSteps(operations.length)) return 'unfinished';
    const settled = {
      model: question.model,
      initial: history.initial,
      operations,
      places: undefined,
    };
    const places = Array.from(operations.keys());
    const decision =
      decideUnambiguousQueue(settled, places, budget) ??
      decideUnambiguousStack(settled, places, budget);
    if (decision?.outcome === 'none') return 'none';
    const order = decision?.outcome === 'found' ? decision.orders.flat() : [];
    const replayed = replayOrder(question, order, budget) ?? [];
    const missing = new Set(places);
    for (const place of replayed) missing.delete(place);
    for (const place of missing) {
      if (question.operations[place]!.return === null) missing.delete(place);
    }
    if (missing.size === 0) {
      this.order = replayed;
      return 'found';
    }
    return this.wrongIn(order) ?? 'unfinished';
  }

  /** An open removal that the order lacks, or that comes too late in it, or the first of all. */
  private wrongIn(order: readonly number[]): OpenRemoval | undefined {
    const { open, question } = this;
    const isRight = new Set<number>();
    let callMax = Number.NEGATIVE_INFINITY;
    for (const place of order) {
      const { call, return: returned } = question.operations[place]!;
      if (returned === null || returned >= callMax) isRight.add(place);
      callMax = Math.max(callMax, call);
    }
    return open.find(({ place }) => !isRight.has(place)) ?? open[0];
  }
}
