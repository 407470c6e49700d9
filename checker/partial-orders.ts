/** The longest orders that explain a part of an illegal history. */

import { Budget } from './budget.ts';
import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
import { layOut } from './problem.ts';
import { Search } from './search.ts';
import { Transitions } from './transitions.ts';

const ORDERS_MAX = 3;
const STEPS_MAX = 100_000;

/** A few longest orders, as indexes; none longer exists unless the history is very large. */
export function longestPartialOrders<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
): readonly (readonly number[])[] {
  const budget = new Budget({ maxSteps: STEPS_MAX });
  const problem = layOut(model, operations, Array.from(operations.keys()));
  const transitions = new Transitions(model, problem.kinds, budget);
  const start = transitions.intern(model.init(initial));
  let longest: Int32Array[] = [];
  let lengthMax = -1;
  const search = new Search(problem, transitions, start, budget, 'call-order', (order) => {
    const { length } = order;
    if (length < lengthMax || (length === lengthMax && longest.length === ORDERS_MAX)) return;
    if (length > lengthMax) longest = [];
    lengthMax = length;
    longest.push(order);
  });
  search.run(STEPS_MAX);
  search.release();
  return longest.map((order) => Array.from(order, (place) => problem.sources[place]!));
}
