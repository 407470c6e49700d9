/**
 * An exact test for stacks onto which no value goes twice: O(n log n), no search.
 *
 * The idea is Lee & Mathur's, "Efficient decrease-and-conquer linearizability monitoring" (2025):
 * leave out values that cannot make a difference until none is left. Which these are, and why, is
 * argued here, and follows Abdulla, Grahn, Jonsson, Krishna & Mishra, "Efficient linearizability
 * monitoring" (2025), who cut the history where the stack can be empty and found published proofs
 * wrong. A yes does not rest on any proof: the order is replayed against the model.
 *
 * A value is *certainly in* from the return of its push to the call of its pop.
 *
 * - A value that is never certainly in can be pushed and popped at one instant, whatever the others
 *   do: it is left out, and put in at the end.
 * - A pop that found nothing needs an instant at which no value is certainly in.
 * - At such an instant the history can be cut: an order of what must be before it and one of what
 *   must be after it make an order of all.
 * - Between two cuts something is in at every instant. So the value that is at the bottom at the
 *   first return of a push is there at the last call of a pop: its own push must have been called
 *   by then, and its own pop not have returned. If there is no such value, there is no order. If
 *   there is, it can be put below all others, so it is left out, and the rest can be cut again.
 *
 * Removals that never returned (ours): it is a yes if it is one without them, and a no if it is one
 * even when each value that stays may have been taken by the first of them. Else they are given to
 * values in order of the instants by which those must be gone, which is a no if they come too late
 * for some; if no order is found then, the test does not know.
 */

import {
  type CollectionHistory,
  confirm,
  endedBy,
  type Interval,
  type Life,
  livesIn,
  NOBODY,
  placeEmpties,
} from './collection-history.ts';
import type { Decision, Question } from './question.ts';
import { CoverCounts, RangeMinimum } from './range-trees.ts';
import { gonePoints } from './stack-deadlines.ts';

/** Decides a stack's history, or answers undefined where a value may have gone in twice. */
export function decideUnambiguousStack<State>(
  question: Question<State>,
  indexes: readonly number[],
): Decision | undefined {
  if (question.model.collection?.discipline !== 'stack') return undefined;
  const history = livesIn(question, indexes);
  if (history === undefined) return undefined;
  if (history === 'impossible') return { outcome: 'none' };
  let order = orderOf(history, history.lives);
  if (order === undefined) {
    const lives = withTakers(history);
    if (lives === 'impossible') return { outcome: 'none' };
    order = orderOf(history, lives);
  }
  return order === undefined ? undefined : confirm(question, indexes, order);
}

/** Gives the removals that never returned to values that stay. */
function withTakers(history: CollectionHistory): readonly Life[] | 'impossible' {
  const { lives, takers, end } = history;
  const staying = lives.filter(({ removal }) => removal === NOBODY);
  const first = takers[0];
  if (first === undefined || staying.length === 0) return 'impossible';
  // More than can be: all were taken by the first.
  const relaxed = endedBy(lives, new Map(staying.map((life) => [life, first])), end);
  if (orderOf(history, relaxed) === undefined) return 'impossible';
  const deadlines = gonePoints(history);
  const deadlineOf = (life: Life) => deadlines.get(life) ?? end;
  staying.sort((a, b) => deadlineOf(a) - deadlineOf(b) || b.insertionReturn - a.insertionReturn);
  const takerOf = new Map<Life, Interval>();
  for (let place = 0; place < staying.length; place++) {
    const life = staying[place]!;
    const taker = takers[place];
    if ((taker?.call ?? end) >= deadlineOf(life) && deadlineOf(life) < end) return 'impossible';
    if (taker !== undefined) takerOf.set(life, taker);
  }
  return endedBy(lives, takerOf, end);
}

/** An order of operations, by their places; undefined if there is none. */
function orderOf(
  history: CollectionHistory,
  lives: readonly Life[],
): readonly number[] | undefined {
  const empties = placeEmpties(history, lives);
  if (empties === undefined) return undefined;
  const nested = nest(lives.filter((life) => life.insertionReturn < life.removalCall));
  return nested && laidOut(history, lives, nested, empties);
}

/** A value with the instants right after which it is pushed and popped. */
interface Nested {
  readonly life: Life;
  readonly pushedAfter: number;
  readonly poppedAfter: number;
}

/**
 * The values that are certainly in at some time, each before those that are pushed onto it;
 * undefined if they do not fit into each other. O(n log n).
 */
function nest(unsorted: readonly Life[]): readonly Nested[] | undefined {
  const lives = unsorted.toSorted((a, b) => a.insertionReturn - b.insertionReturn);
  const count = lives.length;
  if (count === 0) return [];
  const starts = Int32Array.from(lives, (life) => life.insertionReturn);
  const endAfter = Int32Array.from(lives, (life) => placeFrom(starts, life.removalCall));
  const cover = new CoverCounts(coverOf(endAfter));
  // Greatest values are wanted of ends and returns, so the trees hold them negated.
  const calls = new RangeMinimum(Int32Array.from(lives, (life) => life.insertionCall));
  const ends = new RangeMinimum(Int32Array.from(lives, (life) => -life.removalCall));
  const returns = new RangeMinimum(new Int32Array(count).fill(GONE));
  const nested: Nested[] = [];
  const parts: { readonly from: number; readonly to: number }[] = [];
  const addParts = (from: number, to: number) => {
    const cuts = cover.zerosIn(from, to);
    for (let cut = cuts.length - 1; cut >= 0; cut--) {
      parts.push({ from: cuts[cut]!, to: cuts[cut + 1] ?? to });
    }
  };
  addParts(0, count);
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { from, to } = part;
    const start = starts[from]!;
    const end = -ends.valueAt(ends.leastIn(from, to));
    // Whoever was called by the start of a part is so in every part of it: each enters once.
    for (;;) {
      const early = calls.leastIn(from, to);
      if (calls.valueAt(early) > start) break;
      calls.set(early, GONE);
      returns.set(early, -lives[early]!.removalReturn);
    }
    const bottom = returns.leastIn(from, to);
    if (-returns.valueAt(bottom) < end) return undefined;
    nested.push({ life: lives[bottom]!, pushedAfter: start - 1, poppedAfter: end });
    returns.set(bottom, GONE);
    ends.set(bottom, GONE);
    cover.remove(bottom);
    cover.lower(bottom + 1, endAfter[bottom]!);
    addParts(from, to);
  }
  return nested;
}

/** In a tree of minima: no longer there, or not yet. */
const GONE = 2 ** 30;

/** How many values are certainly in when each of them begins to be. */
function coverOf(endAfter: Int32Array): Int32Array {
  const counts = new Int32Array(endAfter.length + 1);
  for (let place = 0; place < endAfter.length; place++) {
    counts[place + 1]!++;
    counts[endAfter[place]!]!--;
  }
  for (let place = 1; place < counts.length; place++) counts[place]! += counts[place - 1]!;
  return counts.slice(0, endAfter.length);
}

/** The first place with a start after `instant`. */
function placeFrom(starts: Int32Array, instant: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * All operations in order of the instants after which they take effect. After one instant come
 * first pops, then what needs no other value, then pushes.
 */
function laidOut(
  { empties, end }: CollectionHistory,
  lives: readonly Life[],
  nested: readonly Nested[],
  emptiesAfter: Int32Array,
): readonly number[] {
  const instants: number[] = [];
  const places: number[] = [];
  const add = (instant: number, place: number) => {
    if (place === NOBODY) return;
    instants.push(instant);
    places.push(place);
  };
  for (let index = nested.length - 1; index >= 0; index--) {
    add(nested[index]!.poppedAfter, nested[index]!.life.removal);
  }
  for (let index = 0; index < empties.length; index++) {
    add(emptiesAfter[index]!, empties[index]!.place);
  }
  for (const life of lives) {
    if (life.insertionReturn < life.removalCall) continue;
    const instant = Math.max(life.insertionCall, life.removalCall);
    add(instant, life.insertion);
    add(instant, life.removal);
  }
  for (const { life, pushedAfter } of nested) add(pushedAfter, life.insertion);
  return byInstant(instants, places, end);
}

/** The places in order of their instants, and among equal ones in the order given. O(n). */
function byInstant(
  instants: readonly number[],
  places: readonly number[],
  end: number,
): readonly number[] {
  const next = new Int32Array(end + 3);
  for (const instant of instants) next[instant + 1]!++;
  for (let instant = 1; instant < next.length; instant++) next[instant]! += next[instant - 1]!;
  const order = new Int32Array(places.length);
  for (let index = 0; index < places.length; index++) {
    order[next[instants[index]!]!++] = places[index]!;
  }
  return Array.from(order);
}
