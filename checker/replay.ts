/**
 * Replaying a suggested order: if it respects real time and the model, the history is linearizable.
 *
 * A failure proves nothing. Operations without a place are left out if they never returned, and put
 * in at the first point that suits them if they only observe.
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation } from './history.ts';
import type { Question } from './question.ts';
import { stepOf } from './step-of.ts';

/** The order of one object's operations, completed where it can be; undefined if it is none. */
export function replay<State>(
  question: Question<State>,
  indexes: readonly number[],
  places: readonly number[],
  budget: Budget,
): readonly number[] | undefined {
  const { model, operations } = question;
  const placed: number[] = [];
  const unplaced: number[] = [];
  let sorted = true;
  let placeLast = -1;
  for (const index of indexes) {
    const place = places[index] ?? -1;
    if (place >= 0) {
      if (place < placeLast) sorted = false;
      placeLast = place;
      placed.push(index);
    } else if (operations[index]!.return !== null) {
      if (!model.observes?.(operations[index]!)) return undefined;
      unplaced.push(index);
    }
  }
  if (!sorted) placed.sort((a, b) => places[a]! - places[b]! || a - b);
  if (unplaced.length > 0) return replayAround(question, placed, unplaced, budget);
  return replayOrder(question, placed, budget);
}

/**
 * The order, without what never returned and could not come at its place; undefined if it breaks
 * real time or the model. It is not asked whether all operations are in it.
 */
export function replayOrder<State>(
  { model, initial, operations }: Question<State>,
  order: readonly number[],
  budget: Budget,
): readonly number[] | undefined {
  let state = model.init(initial);
  let count = 0;
  let callMax = Number.NEGATIVE_INFINITY;
  let skipped: Set<number> | undefined;
  for (const index of order) {
    budget.goOn(count++);
    const operation = operations[index]!;
    const returned = operation.return;
    if (returned !== null && returned < callMax) return undefined;
    const step = stepOf(model, state, operation);
    if (step.ok) {
      state = step.next;
      if (operation.call > callMax) callMax = operation.call;
    } else if (returned === null) {
      // It never returned, so it need not have happened.
      skipped ??= new Set();
      skipped.add(index);
    } else {
      return undefined;
    }
  }
  return skipped === undefined ? order : order.filter((index) => !skipped.has(index));
}

/**
 * Replays the placed operations, and puts each observer at the first point where it is legal, and
 * after the observers that returned before it was called.
 *
 * First points suffice: an observer changes nothing, and being early only helps those after it. So
 * the answer is undefined only if the observers fit nowhere into this order.
 */
export function replayAround<State>(
  { model, initial, operations }: Question<State>,
  placed: readonly number[],
  observers: number[],
  budget: Budget,
): readonly number[] | undefined {
  const returnMinFrom = returnMinimaFrom(operations, placed);
  const byCall = observers.sort((a, b) => operations[a]!.call - operations[b]!.call || a - b);
  let nextCall = 0;
  /** Called by now, and not legal at any point so far. */
  let waiting: number[] = [];
  let isLate = false;
  let returnMinWaiting = Number.POSITIVE_INFINITY;
  const order: number[] = [];
  let state = model.init(initial);
  let callMax = Number.NEGATIVE_INFINITY;
  for (let place = 0; place <= placed.length; place++) {
    budget.goOn(place);
    for (; nextCall < byCall.length; nextCall++) {
      const observer = byCall[nextCall]!;
      if (operations[observer]!.call > returnMinFrom[place]!) break;
      waiting.push(observer);
    }
    returnMinWaiting = Number.POSITIVE_INFINITY;
    waiting = waiting.filter((observer) => {
      const operation = operations[observer]!;
      if (operation.return! < callMax) isLate = true;
      if (operation.call > returnMinWaiting || !stepOf(model, state, operation).ok) {
        returnMinWaiting = Math.min(returnMinWaiting, operation.return!);
        return true;
      }
      order.push(observer);
      if (operation.call > callMax) callMax = operation.call;
      return false;
    });
    const index = placed[place];
    if (isLate) return undefined;
    if (index === undefined) break;
    const operation = operations[index]!;
    if ((operation.return ?? Number.POSITIVE_INFINITY) < callMax) return undefined;
    const step = stepOf(model, state, operation);
    if (!step.ok && operation.return !== null) return undefined;
    if (!step.ok) continue;
    state = step.next;
    if (operation.call > callMax) callMax = operation.call;
    order.push(index);
  }
  return waiting.length === 0 && nextCall === byCall.length ? order : undefined;
}

/** For each place, the earliest return of the operations from there on. */
function returnMinimaFrom(operations: readonly HistoryOperation[], placed: readonly number[]) {
  const minima = new Float64Array(placed.length + 1).fill(Number.POSITIVE_INFINITY);
  for (let place = placed.length - 1; place >= 0; place--) {
    const returned = operations[placed[place]!]!.return ?? Number.POSITIVE_INFINITY;
    minima[place] = Math.min(minima[place + 1]!, returned);
  }
  return minima;
}
