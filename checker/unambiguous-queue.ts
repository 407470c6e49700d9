/**
 * An exact test for queues into which no value goes twice: O(n log n), no search.
 *
 * Henzinger, Sezgin & Vafeiadis, "Aspect-oriented linearizability proofs" (2013), and Bouajjani,
 * Emmi, Enea & Hamza, "On reducing linearizability to state reachability" (2015): such a history is
 * linearizable exactly if none of four patterns is in it. A value is removed that was not inserted
 * by then (VFresh) or is removed twice (VRepeat); one value must be inserted before another that
 * must be removed first, or is removed while the first stays (VOrd); something is certainly in the
 * queue at every instant at which a removal finds it empty (VWit).
 *
 * Abdulla, Grahn, Jonsson, Krishna & Mishra, "Efficient linearizability monitoring" (2025), found
 * published proofs of such theorems wrong. Nothing here rests on their completeness: a no is one of
 * the patterns, seen in the history; a yes is an order that has been replayed against the model.
 *
 * The order. Each removal that found nothing is put at the first instant where it can be, and what
 * was not called to be removed by then goes in after it. The values are then taken one by one: with
 * a, whose insertion must end first, and b, whose removal must end first, either a or b need not
 * come after any other value, or they are in pattern VOrd. Each operation takes effect as early as
 * that order allows.
 *
 * Removals that never returned (ours): the values that stay, in order of their insertions' returns,
 * are given to them in order of their calls. This is the best that can be: if one value must be
 * gone by some instant, so must all whose insertions returned earlier, and a removal called earlier
 * can do all that a later one can.
 */

import type { Budget } from './budget.ts';
import {
  type CollectionHistory,
  decideByLives,
  type Life,
  NOBODY,
  type OrderFound,
  placeEmpties,
  takenInOrder,
} from './collection-history.ts';
import type { Decision, Question } from './question.ts';

/** Decides a queue's history, or answers undefined where a value may have gone in twice. */
export function decideUnambiguousQueue<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  return decideByLives('queue', question, indexes, budget, (history) => {
    const found = orderOf(history, history.lives, budget);
    const isRetried = found === 'impossible' && history.takers.length > 0;
    return isRetried ? orderOf(history, takenInOrder(history), budget) : found;
  });
}

function orderOf(history: CollectionHistory, lives: readonly Life[], budget: Budget): OrderFound {
  const cuts = placeEmpties(history, lives);
  if (cuts === undefined) return 'impossible';
  const spans = spansOf(history, lives, cuts);
  const values = valuesInOrder(lives, spans, budget);
  return typeof values === 'string' ? values : scheduled(history, lives, spans, values, cuts);
}

/** Points after each instant. */
const POINTS = 3;

/**
 * From which point to which each operation may take effect, of three points after each instant: a
 * removal that finds nothing takes effect at the middle one.
 */
interface Spans {
  readonly insertFrom: Int32Array;
  readonly insertTo: Int32Array;
  readonly removeFrom: Int32Array;
  readonly removeTo: Int32Array;
}

function spansOf({ end }: CollectionHistory, lives: readonly Life[], cuts: Int32Array): Spans {
  const cutBefore = new Int32Array(end + 2).fill(-1);
  for (const cut of cuts) cutBefore[cut + 1] = cut;
  for (let instant = 1; instant <= end + 1; instant++) {
    cutBefore[instant] = Math.max(cutBefore[instant]!, cutBefore[instant - 1]!);
  }
  const count = lives.length;
  const insertFrom = new Int32Array(count);
  const insertTo = new Int32Array(count);
  const removeFrom = new Int32Array(count);
  const removeTo = new Int32Array(count);
  for (let life = 0; life < count; life++) {
    const { insertionCall, insertionReturn, removalCall, removalReturn } = lives[life]!;
    const lastCall = Math.max(insertionCall, removalCall);
    const from = POINTS * cutBefore[lastCall]! + 2;
    removeFrom[life] = Math.max(POINTS * lastCall, from);
    removeTo[life] = POINTS * removalReturn - 1;
    insertFrom[life] = Math.max(POINTS * insertionCall, from);
    insertTo[life] = Math.min(POINTS * insertionReturn - 1, removeTo[life]!);
  }
  return { insertFrom, insertTo, removeFrom, removeTo };
}

/** The lives in the order in which their values can go in and out. O(n log n). */
function valuesInOrder(
  lives: readonly Life[],
  { insertFrom, insertTo, removeFrom, removeTo }: Spans,
  budget: Budget,
): Int32Array | 'impossible' | 'unclear' {
  const byInsertion = Int32Array.from(lives.keys()).sort((a, b) => insertTo[a]! - insertTo[b]!);
  const byRemoval = Int32Array.from(lives.keys()).sort((a, b) => removeTo[a]! - removeTo[b]!);
  const order = new Int32Array(lives.length);
  const isTaken = new Uint8Array(lives.length);
  let inserted = 0;
  let removed = 0;
  for (let place = 0; place < order.length; place++) {
    budget.goOn(place);
    while (isTaken[byInsertion[inserted]!] === 1) inserted++;
    while (isTaken[byRemoval[removed]!] === 1) removed++;
    const a = byInsertion[inserted]!;
    const b = byRemoval[removed]!;
    let next = a;
    if (removeFrom[a]! > removeTo[b]!) {
      if (insertFrom[b]! > insertTo[a]!) {
        return isOutOfOrder(lives[a]!, lives[b]!) ? 'impossible' : 'unclear';
      }
      next = b;
    }
    isTaken[next] = 1;
    order[place] = next;
  }
  return order;
}

/** Pattern VOrd: a must go in before b, and b must come out before a. */
function isOutOfOrder(a: Life, b: Life): boolean {
  return a.insertionReturn < b.insertionCall && b.removalReturn < a.removalCall;
}

/** The order of the operations, by their places, when each takes effect as early as it can. */
function scheduled(
  { empties }: CollectionHistory,
  lives: readonly Life[],
  { insertFrom, removeFrom }: Spans,
  values: Int32Array,
  cuts: Int32Array,
): readonly number[] {
  const order: number[] = [];
  const add = (place: number) => {
    if (place !== NOBODY) order.push(place);
  };
  const byCut = Int32Array.from(cuts.keys()).sort((a, b) => cuts[a]! - cuts[b]!);
  const insertAt = values.map((value) => insertFrom[value]!);
  const removeAt = values.map((value) => removeFrom[value]!);
  for (let place = 0; place < values.length; place++) {
    if (place > 0) insertAt[place] = Math.max(insertAt[place]!, insertAt[place - 1]!);
    removeAt[place] = Math.max(removeAt[place]!, removeAt[place - 1] ?? 0, insertAt[place]!);
  }
  let inserted = 0;
  let cut = 0;
  for (let removed = 0; removed <= values.length; ) {
    const removal = removeAt[removed] ?? Number.POSITIVE_INFINITY;
    const insertion = insertAt[inserted] ?? Number.POSITIVE_INFINITY;
    const empty = cut < byCut.length ? cuts[byCut[cut]!]! * POINTS + 1 : Number.POSITIVE_INFINITY;
    if (empty < insertion && empty < removal) add(empties[byCut[cut++]!]!.place);
    else if (inserted < values.length && insertion <= removal) {
      add(lives[values[inserted++]!]!.insertion);
    } else if (removed < values.length) add(lives[values[removed++]!]!.removal);
    else break;
  }
  return order;
}
