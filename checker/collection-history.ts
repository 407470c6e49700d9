/**
 * What the exact tests for queues and stacks have in common: a history in which no value goes in
 * twice is a set of lives, one a value, and a set of removals that found nothing.
 *
 * Times are replaced by instants (see `instantsOf`). An operation can take effect at any point
 * after the instant of its call and before that of its return. Values that were there before
 * everything come first, one after the other.
 *
 * Two simplifications, neither of which changes the verdict. An insertion that never returned, and
 * whose value nobody was seen to remove, is left out: a legal order stays one without a value that
 * stays to the end, and without one and the removal, never returned either, that took it. An
 * insertion that never returned but whose value was removed had taken effect by then: it needs no
 * return.
 */

import type { Budget } from './budget.ts';
import type { Plain } from './history.ts';
import { instantsOf } from './instants.ts';
import type { Collection } from './model.ts';
import { isSequence, type PlainKey, plainKey } from './plain.ts';
import type { Decision, Question } from './question.ts';
import { replayOrder } from './replay.ts';

/** No operation: what inserted an initial value, or what removed one that stays. */
export const NOBODY = -1;

/** One value's life, in instants. Operations are named by their places among those judged. */
export interface Life {
  /** The insertion, or `NOBODY`. */
  readonly insertion: number;
  readonly insertionCall: number;
  readonly insertionReturn: number;
  /** The removal, or `NOBODY`; then it has both instants after all others. */
  readonly removal: number;
  readonly removalCall: number;
  readonly removalReturn: number;
}

/** An operation that is about no value that is known. */
export interface Interval {
  readonly place: number;
  readonly call: number;
  readonly return: number;
}

export interface CollectionHistory {
  readonly lives: readonly Life[];
  /** Removals that found nothing. */
  readonly empties: readonly Interval[];
  /** Removals that never returned, in order of call. Each took any value, or none. */
  readonly takers: readonly Interval[];
  /** The number of instants. What never happens has the instants `end` and `end + 1`. */
  readonly end: number;
}

/** An order of operations, by their places; `unclear`: the test does not know. */
export type OrderFound = readonly number[] | 'impossible' | 'unclear';

/**
 * Decides the history of a queue or stack by the order that `orderOf` finds. Undefined if it is
 * none of that discipline, if a value may have gone in twice, or if the order is found wanting.
 */
export function decideByLives<State>(
  discipline: Collection['discipline'],
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
  orderOf: (history: CollectionHistory) => OrderFound,
): Decision | undefined {
  if (question.model.collection?.discipline !== discipline) return undefined;
  const history = livesIn(question, indexes, budget);
  if (history === undefined) return undefined;
  const order = history === 'impossible' ? history : orderOf(history);
  if (order === 'impossible') return { outcome: 'none' };
  return order === 'unclear' ? undefined : confirm(question, indexes, order, budget);
}

/**
 * The lives in a history; `impossible` if a value was removed twice, or was never inserted, or only
 * after it was removed; undefined if a value may have gone in twice or an answer is not known.
 */
function livesIn<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): CollectionHistory | 'impossible' | undefined {
  const { operations } = question;
  const initial = isSequence(question.initial) ? question.initial : [];
  const found = accessesIn(question, indexes, initial, budget);
  if (found === undefined) return undefined;
  const instants = instantsOf(operations, indexes, initial.length * 2);
  const { end } = instants;
  const intervalAt = (place: number): Interval => {
    return { place, call: instants.calls[place]!, return: instants.returns[place]! };
  };
  const removals = new Int32Array(found.insertions.length).fill(NOBODY);
  for (let index = 0; index < found.removals.length; index++) {
    const value = found.numbers.get(found.removed[index]!);
    if (value === undefined || removals[value] !== NOBODY) return 'impossible';
    removals[value] = found.removals[index]!;
  }
  const lives: Life[] = [];
  for (let value = 0; value < found.insertions.length; value++) {
    budget.goOn(value);
    const insertion = found.insertions[value]!;
    const removal = removals[value]!;
    const isInitial = insertion === NOBODY;
    const life = {
      insertion,
      insertionCall: isInitial ? value * 2 : instants.calls[insertion]!,
      insertionReturn: isInitial ? value * 2 + 1 : instants.returns[insertion]!,
      removal,
      removalCall: removal === NOBODY ? end : instants.calls[removal]!,
      removalReturn: removal === NOBODY ? end + 1 : instants.returns[removal]!,
    };
    if (removal === NOBODY && life.insertionReturn > end) continue;
    if (life.removalReturn < life.insertionCall) return 'impossible';
    lives.push(life);
  }
  const takers = found.takers.map(intervalAt).sort((a, b) => a.call - b.call);
  return { lives, empties: found.empties.map(intervalAt), takers, end };
}

/** Sorts operations, by their places among `indexes`; undefined if some value is ambiguous. */
function accessesIn<State>(
  { model, operations }: Question<State>,
  indexes: readonly number[],
  initial: readonly Plain[],
  budget: Budget,
) {
  /** Values, numbered as they turn up, and what inserted each. */
  const numbers = new Map<PlainKey, number>();
  const insertions: number[] = [];
  /** Removals, and what each removed. */
  const removals: number[] = [];
  const removed: PlainKey[] = [];
  const empties: number[] = [];
  const takers: number[] = [];
  const isNew = (value: Plain, place: number) => {
    numbers.set(plainKey(value), insertions.length);
    return insertions.push(place) === numbers.size;
  };
  for (const value of initial) if (value === null || !isNew(value, NOBODY)) return undefined;
  for (let place = 0; place < indexes.length; place++) {
    budget.goOn(place);
    const operation = operations[indexes[place]!]!;
    const access = model.collection?.access(operation);
    if (access === undefined) return undefined;
    if (access.kind === 'insert') {
      if (!isNew(access.value, place)) return undefined;
    } else if (operation.return === null) {
      // It took effect or not, so its answer, if it is known for once, would be one too many.
      if (access.kind !== 'unknown') return undefined;
      takers.push(place);
    } else if (access.kind === 'remove') {
      removals.push(place);
      removed.push(plainKey(access.value));
    } else if (access.kind === 'empty') {
      empties.push(place);
    } else {
      return undefined;
    }
  }
  return { numbers, insertions, removals, removed, empties, takers };
}

/**
 * For each removal that found nothing, an instant right after which it can have: no value is
 * certainly in there, that is, inserted by a return and not yet being removed. Undefined if one of
 * them has none (Henzinger et al.'s pattern VWit, for queues). O(n).
 */
export function placeEmpties(
  { empties, end }: CollectionHistory,
  lives: readonly Life[],
): Int32Array | undefined {
  if (empties.length === 0) return new Int32Array(0);
  const changes = new Int32Array(end + 2);
  for (const { insertionReturn, removalCall } of lives) {
    if (insertionReturn >= removalCall) continue;
    changes[insertionReturn]!++;
    changes[removalCall]!--;
  }
  let inside = 0;
  for (let instant = 0; instant <= end; instant++) {
    inside += changes[instant]!;
    changes[instant] = inside;
  }
  const freeFrom = changes;
  for (let instant = end, free = end + 1; instant >= 0; instant--) {
    if (changes[instant] === 0) free = instant;
    freeFrom[instant] = free;
  }
  const placed = Int32Array.from(empties, ({ call }) => freeFrom[call]!);
  for (let place = 0; place < placed.length; place++) {
    if (placed[place]! >= empties[place]!.return) return undefined;
  }
  return placed;
}

/** The lives, those that nobody was seen to end with the removals that are given for them. */
export function endedBy(
  lives: readonly Life[],
  takerOf: ReadonlyMap<Life, Interval>,
  end: number,
): readonly Life[] {
  return lives.map((life) => {
    const taker = takerOf.get(life);
    if (taker === undefined) return life;
    const { insertion, insertionCall, insertionReturn } = life;
    return {
      insertion,
      insertionCall,
      insertionReturn,
      removal: taker.place,
      removalCall: taker.call,
      removalReturn: end + 1,
    };
  });
}

/**
 * The lives, when the removals that never returned took the values that nobody was seen to remove:
 * in order of their calls, those whose insertions returned first. No other choice has fewer values
 * certainly in at any instant.
 */
export function takenInOrder({ lives, takers, end }: CollectionHistory): readonly Life[] {
  const staying = lives.filter(({ removal }) => removal === NOBODY);
  staying.sort((a, b) => a.insertionReturn - b.insertionReturn);
  const count = Math.min(staying.length, takers.length);
  const pairs = staying.slice(0, count).map((life, place) => [life, takers[place]!] as const);
  return endedBy(lives, new Map(pairs), end);
}

/** A yes, if the order has all operations that returned, and is a run of the model in real time. */
function confirm<State>(
  question: Question<State>,
  indexes: readonly number[],
  order: readonly number[],
  budget: Budget,
): Decision | undefined {
  const isPlaced = new Uint8Array(indexes.length);
  for (const place of order) {
    if (isPlaced[place] === 1) return undefined;
    isPlaced[place] = 1;
  }
  for (let place = 0; place < indexes.length; place++) {
    const { return: returned } = question.operations[indexes[place]!]!;
    if (isPlaced[place] === 0 && returned !== null) return undefined;
  }
  const chosen = order.map((place) => indexes[place]!);
  const replayed = replayOrder(question, chosen, budget);
  return replayed === undefined ? undefined : { outcome: 'found', orders: [replayed] };
}
