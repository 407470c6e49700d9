/** Two searches over one object, taking turns: each order wins where the other explodes. */

import type { Budget } from './budget.ts';
import type { Problem } from './problem.ts';
import { Search } from './search.ts';
import type { Transitions } from './transitions.ts';

/** Configurations in the first turn. Most histories are decided within it, by one search. */
const TURN_STEPS_FIRST = 2048;

export type RaceResult =
  | { readonly outcome: 'found'; readonly linearization: Int32Array }
  /** `reached`: the most returns that were passed in any order. */
  | { readonly outcome: 'none'; readonly reached: number }
  | { readonly outcome: 'unfinished' };

/** Decides one object's history, or runs out of budget. The verdict is that of whoever ends. */
export function race<State>(
  problem: Problem,
  transitions: Transitions<State>,
  initial: number,
  budget: Budget,
): RaceResult {
  const first = new Search(problem, transitions, initial, budget, 'needed-writer-first');
  let second: Search<State> | undefined;
  try {
    for (let turn = TURN_STEPS_FIRST; budget.exhausted === undefined; turn *= 2) {
      const outcome = first.run(turn);
      if (outcome !== 'unfinished') return resultOf(outcome, first);
      second ??= new Search(problem, transitions, initial, budget, 'call-order');
      const rival = second.run(turn);
      if (rival !== 'unfinished') return resultOf(rival, second);
    }
    return { outcome: 'unfinished' };
  } finally {
    first.release();
    second?.release();
  }
}

function resultOf<State>(outcome: 'found' | 'none', search: Search<State>): RaceResult {
  return outcome === 'found'
    ? { outcome, linearization: search.linearization() }
    : { outcome: 'none', reached: search.reached };
}
