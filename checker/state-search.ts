/** The search over states, which decides histories of any model, and a short try of it. */

import type { Budget } from './budget.ts';
import { layOut } from './problem.ts';
import type { Decision, Question } from './question.ts';
import { race } from './race.ts';
import { Transitions } from './transitions.ts';

/** Of so few operations the search is most often done before others have begun. */
const SMALL = 256;
/** How many steps an operation the short try may take. */
const STEPS_BRIEF = 4;

/** Exponential at worst; the budget ends it. */
export function searchStates<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision {
  const { model, initial, operations } = question;
  const problem = layOut(model, operations, indexes);
  const transitions = new Transitions(model, problem.kinds, budget);
  const result = race(problem, transitions, transitions.intern(model.init(initial)), budget);
  transitions.release();
  if (result.outcome !== 'found') return result;
  const order = Array.from(result.linearization, (place) => problem.sources[place]!);
  return { outcome: 'found', orders: [order] };
}

/** Whether a register's history is so small that its states may be searched before all else. */
export function isSmall<State>({ model }: Question<State>, indexes: readonly number[]): boolean {
  return model.registerAccess !== undefined && indexes.length <= SMALL;
}

/** The same, of a small history; undefined unless it was quick. */
export function searchStatesBriefly<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  if (!isSmall(question, indexes)) return undefined;
  const part = budget.part(STEPS_BRIEF * indexes.length);
  const decision = searchStates(question, indexes, part);
  if (!budget.absorb(part)) return { outcome: 'unfinished' };
  return decision.outcome === 'unfinished' ? undefined : decision;
}
