/**
 * The longest orders that explain a part of an illegal history: each is a run of the model in which
 * nothing comes before what had returned before it was called.
 *
 * A small history is looked through as a whole, for the checker's own search passes over orders
 * that cannot lead to an end. Of a large one, its dead ends have to do, and none when time is up.
 */

import { Budget } from './budget.ts';
import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
import { layOut, type Problem } from './problem.ts';
import { Search } from './search.ts';
import { ILLEGAL, Transitions } from './transitions.ts';

const ORDERS_MAX = 3;
const STEPS_MAX = 100_000;
/** A small history may take so many when time is up: a few milliseconds. */
const STEPS_LATE = 2_000;
/** So much of an order is copied in the time of a step. */
const COPIED_PER_STEP = 256;
/** So many fit into the bits of a number, and are looked through in time. */
const OPERATIONS_SMALL = 24;

/**
 * A few longest orders, as indexes; none longer exists unless the history is very large, or the
 * time of `budget` ends.
 */
export function longestPartialOrders<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  budget: Budget,
): readonly (readonly number[])[] {
  const isSmall = operations.length <= OPERATIONS_SMALL;
  const isLate = budget.exhausted === 'time';
  if (isLate && !isSmall) return [];
  const own = isLate ? new Budget({ maxSteps: STEPS_LATE }) : budget.beside(STEPS_MAX);
  const problem = layOut(model, operations, Array.from(operations.keys()));
  const transitions = new Transitions(model, problem.kinds, own);
  const start = transitions.intern(model.init(initial));
  const longest = new Longest();
  if (isSmall) {
    lookThrough(problem, transitions, start, own, longest);
  } else {
    const hear = (length: number, order: () => Int32Array) => {
      if (!longest.isWanted(length)) return;
      own.spendSteps(Math.floor(length / COPIED_PER_STEP));
      longest.offer(Array.from(order()));
    };
    const search = new Search(problem, transitions, start, own, 'call-order', hear);
    search.run(STEPS_MAX);
    search.release();
  }
  return longest.orders.map((order) => order.map((place) => problem.sources[place]!));
}

class Longest {
  orders: (readonly number[])[] = [];
  private length = -1;

  isWanted(length: number): boolean {
    return length > this.length || (length === this.length && this.orders.length < ORDERS_MAX);
  }

  offer(order: readonly number[]): void {
    if (!this.isWanted(order.length)) return;
    if (order.length > this.length) this.orders = [];
    this.length = order.length;
    this.orders.push(order);
  }
}

interface Reached {
  readonly order: readonly number[];
  /** The operations in it, by bit. */
  readonly taken: number;
  readonly state: number;
}

/** Goes to every set of operations and state that some order leads to. */
function lookThrough<State>(
  { operations, kindOf }: Problem,
  transitions: Transitions<State>,
  start: number,
  budget: Budget,
  longest: Longest,
): void {
  const seen = new Set<string>();
  const open: Reached[] = [{ order: [], taken: 0, state: start }];
  for (let reached = open.pop(); reached !== undefined && budget.spend(); reached = open.pop()) {
    const { order, taken, state } = reached;
    longest.offer(order);
    // Nothing may come after what returned before it was called.
    let returnMin = Number.POSITIVE_INFINITY;
    operations.forEach((operation, place) => {
      if ((taken & (1 << place)) === 0 && operation.return !== null) {
        returnMin = Math.min(returnMin, operation.return);
      }
    });
    // Pushed in reverse, so that what was called first is tried first.
    for (let place = operations.length - 1; place >= 0; place--) {
      const bit = 1 << place;
      if ((taken & bit) !== 0 || operations[place]!.call > returnMin) continue;
      const next = transitions.next(state, kindOf[place]!);
      const name = `${taken | bit} ${next}`;
      if (next === ILLEGAL || seen.has(name)) continue;
      seen.add(name);
      open.push({ order: [...order, place], taken: taken | bit, state: next });
    }
  }
}
