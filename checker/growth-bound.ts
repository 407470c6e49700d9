/**
 * A bound for states that only grow: strings that are appended to, lists.
 *
 * Each of the next reads to return saw some string. If what it saw can have come about in few ways,
 * the present state must still be on one of them: a beginning of that string whose rest is spelled
 * by operations that are open, or before a reset from which that string can be spelled.
 */

import type { Growth } from './model.ts';
import { type Observation, observationsOf } from './observation.ts';
import type { OpenList } from './open-list.ts';
import type { Problem } from './problem.ts';

/** How many of the next reads are looked at; more would see little more. */
const OBSERVERS_MAX = 16;

export class GrowthBound {
  private readonly byReturn: Int32Array;
  /** For each frontier, what its operation saw, if it observes. */
  private readonly observations: readonly (Observation | undefined)[];
  /** For each frontier: the first at or after it whose operation observes; the count if none. */
  private readonly observerFrom: Int32Array;

  constructor(problem: Problem, growth: readonly (Growth | undefined)[], initial: unknown) {
    const { byReturn } = problem;
    this.byReturn = byReturn;
    this.observations = observationsOf(problem, growth, initial);
    this.observerFrom = new Int32Array(byReturn.length).fill(byReturn.length);
    let observer = byReturn.length;
    for (let frontier = byReturn.length - 1; frontier >= 0; frontier--) {
      if (this.observations[frontier] !== undefined) observer = frontier;
      this.observerFrom[frontier] = observer;
    }
  }

  /** False if the state can no longer become what one of the next reads to return has seen. */
  allows(state: unknown, frontier: number, completed: OpenList, pending: OpenList): boolean {
    if (typeof state !== 'string') return true;
    const { byReturn, observerFrom } = this;
    let observer = observerFrom[frontier]!;
    for (let seen = 0; observer < byReturn.length && seen < OBSERVERS_MAX; seen++) {
      const observation = this.observations[observer];
      if (observation !== undefined && completed.has(byReturn[observer]!)) {
        if (!canCome(observation, state, completed, pending)) return false;
      }
      observer = observerFrom[observer + 1] ?? byReturn.length;
    }
    return true;
  }
}

/** Whether the state can still become what was observed. */
function canCome(
  observation: Observation,
  state: string,
  completed: OpenList,
  pending: OpenList,
): boolean {
  const isOpen = (operation: number) => completed.has(operation) || pending.has(operation);
  if (observation.resetsUnknown.some(isOpen)) return true;
  const onTheWay = observation.target.startsWith(state);
  for (const { reset, from, pieces, ambiguous } of observation.origins) {
    if (reset >= 0 && isOpen(reset)) {
      if (ambiguous || pieces.every((piece) => isOpen(piece.operation))) return true;
    }
    if (!onTheWay) continue;
    if (ambiguous || observation.resetsUnknown.length > 0) return true;
    if (restIsOpen(state.length, from, pieces, isOpen)) return true;
  }
  // After an unknown reset the state may have grown from anything.
  return onTheWay && observation.resetsUnknown.length > 0;
}

/** Whether the state ends where a piece ends, and all later pieces are open. */
function restIsOpen(
  length: number,
  from: number,
  pieces: Observation['origins'][number]['pieces'],
  isOpen: (operation: number) => boolean,
): boolean {
  for (let place = pieces.length - 1; place >= 0; place--) {
    const { operation, end } = pieces[place]!;
    if (end === length) return true;
    if (end < length || !isOpen(operation)) return false;
  }
  return from === length;
}
