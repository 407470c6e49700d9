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
 * even when the first of them may have taken all values that stay. Else they are given to these in
 * order of the instants by which they must be gone, which is a no if they come too late for some,
 * or if they are too few for all that must be gone when nothing was found.
 * If the values do not fit into each other then, one of those in the way is given an earlier
 * removal, a few times; after that the test does not know.
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
import { type Nested, nest } from './stack-nesting.ts';
import { goneBy, latestTaken, lowerDeadlines, takenByFirst, takenInTime } from './stack-takers.ts';

/** How often the removals that never returned are given out, at the most. */
const ROUNDS_MAX = 32;
/** How many lives may be fitted together for that: a second's work, which no budget interrupts. */
const LIVES_MAX = 1_000_000;

/** Decides a stack's history, or answers undefined where a value may have gone in twice. */
export function decideUnambiguousStack<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  return decideByLives(
    'stack',
    question,
    indexes,
    budget,
    (history) => orderOf(history, history.lives, budget) ?? orderWithTakers(history, budget),
  );
}

function orderWithTakers(history: CollectionHistory, budget: Budget): OrderFound {
  if (history.takers.length === 0) return 'impossible';
  if (orderOf(history, takenByFirst(history), budget) === undefined) return 'impossible';
  const cuts = placeEmpties(history, takenInOrder(history));
  const deadlines = goneBy(history);
  if (cuts === undefined || takenInTime(history, deadlines) === undefined) return 'impossible';
  lowerDeadlines(deadlines, history, cuts);
  let lives = takenInTime(history, deadlines);
  const rounds = Math.min(ROUNDS_MAX, Math.ceil(LIVES_MAX / history.lives.length));
  for (let round = 0; round < rounds && lives !== undefined; round++) {
    const empties = placeEmpties(history, lives);
    if (empties === undefined) break;
    const nested = nest(lives, budget);
    if (!('misfits' in nested)) return laidOut(history, lives, nested, empties);
    // Whatever of them stays longest may have to be gone earlier.
    const latest = latestTaken(nested.misfits, history.end);
    if (latest === undefined) break;
    deadlines.set(latest.insertionCall, latest.removalCall);
    lives = takenInTime(history, deadlines);
  }
  return 'unclear';
}

/** An order of operations, by their places; undefined if there is none. */
function orderOf(
  history: CollectionHistory,
  lives: readonly Life[],
  budget: Budget,
): readonly number[] | undefined {
  const empties = placeEmpties(history, lives);
  if (empties === undefined) return undefined;
  const nested = nest(lives, budget);
  return 'misfits' in nested ? undefined : laidOut(history, lives, nested, empties);
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
