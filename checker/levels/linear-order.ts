/**
 * A linearization in which the operations of each process come in its order.
 *
 * It shows more than is asked of a history at the other levels. As an order it is sequentially
 * consistent. And if to each read all writes are visible that come before it, and writes are
 * arbitrated in its order, then every session guarantee holds: what each of them demands is of
 * operations of which one comes before the other, a read answers the last write before it, and no
 * write is visible to a read that had returned before the write was called.
 */

import type { Budget } from '../budget.ts';
import { decide } from '../decide.ts';
import type { HistoryOperation, Plain } from '../history.ts';
import { mergeOrders } from '../merge.ts';
import type { Model } from '../model.ts';
import { split } from '../partition.ts';
import { layOutByProcess } from './processes.ts';

/** A question whose answer may be missed may take so many steps. */
const CHEAP_STEPS_MIN = 20_000;
const CHEAP_STEPS_PER_OPERATION = 16;

/** A budget for a cheap question about so many operations. */
export function cheapPart(budget: Budget, count: number): Budget {
  return budget.part(CHEAP_STEPS_MIN + count * CHEAP_STEPS_PER_OPERATION);
}

export interface LinearQuestion<State> {
  readonly model: Model<State>;
  readonly initial: Plain;
  readonly operations: readonly HistoryOperation[];
}

/** The order, as indexes, if one is found soon, with what never returned where it was needed. */
export function findLinearOrder<State>(
  { model, initial, operations }: LinearQuestion<State>,
  budget: Budget,
): readonly number[] | undefined {
  const own = cheapPart(budget, operations.length);
  const orders = ordersOf({ model, initial, operations }, own);
  budget.absorb(own);
  const order = orders && mergeOrders(operations, orders);
  return order !== undefined && keepsProcessOrder(operations, order) ? order : undefined;
}

/** Orders that explain the parts of a history; undefined if one of them has none, or none soon. */
function ordersOf<State>(
  { model, initial, operations }: LinearQuestion<State>,
  budget: Budget,
): readonly (readonly number[])[] | undefined {
  const orders: (readonly number[])[] = [];
  for (const { indexes } of split(model, operations)) {
    const question = { model, initial, operations, places: undefined };
    const decision = decide(question, indexes, budget);
    if (decision.outcome !== 'found') return undefined;
    orders.push(...decision.orders);
  }
  return orders;
}

/** Operations that touch may come in either order in real time, but not in their process. */
function keepsProcessOrder(
  operations: readonly HistoryOperation[],
  order: readonly number[],
): boolean {
  const { sources, processOf } = layOutByProcess(operations);
  const placeOf = new Int32Array(operations.length);
  sources.forEach((source, place) => {
    placeOf[source] = place;
  });
  const latest = new Map<number, number>();
  return order.every((index) => {
    const place = placeOf[index]!;
    const process = processOf[place]!;
    const isLater = (latest.get(process) ?? -1) < place;
    latest.set(process, place);
    return isLater;
  });
}
