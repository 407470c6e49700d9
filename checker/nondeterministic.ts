/**
 * Objects that may answer in more than one way, or go on in more than one way.
 *
 * Such an object is made deterministic as an automaton is (Rabin & Scott 1959): its state is the
 * set of states that it may be in. A run of the set exists exactly if a run of the object does.
 */

import { sharedMembers } from './derived-model.ts';
import type { HistoryOperation, Plain } from './history.ts';
import { type Model, REFUSED } from './model.ts';
import { shownArgument } from './shown-argument.ts';
import { keyOfState, textOfStates } from './state-key.ts';

/**
 * A sequential object with a choice. As for `Model`, `step` is pure and total and looks at `f`,
 * `key`, `value` and `output` alone, and at `process` if `seesProcess`.
 */
export interface NondeterministicModel<State>
  extends Pick<
    Model<State>,
    'name' | 'seesProcess' | 'isKeyed' | 'key' | 'partition' | 'expects' | 'describe'
  > {
  /** The states that it may begin in. */
  init(initial: Plain): readonly State[];
  /** The states that it may be in after the operation, with its answer; none if that cannot be. */
  step(state: State, operation: HistoryOperation): readonly State[];
}

/**
 * The deterministic model with the same runs, for any check.
 *
 * A register that may lose a write:
 * ```ts
 * const lossy = determinised<Plain>({
 *   name: 'lossy-register',
 *   init: (initial) => [initial],
 *   step: (state, { f, value = null, output }) => {
 *     if (f === 'write') return [state, value];
 *     return output === undefined || output === state ? [state] : [];
 *   },
 * });
 * checkLinearizable(lossy, operations);
 * ```
 * A read narrows the set, so nothing of it only observes, and staleness is not defined. At worst
 * there are as many states as sets of states of the object. Steps throw `TypeError` if the states
 * are no JSON values and have no key, and if the object's `init` or `step` returns no array.
 */
export function determinised<State>(model: NondeterministicModel<State>): Model<readonly State[]> {
  return {
    ...sharedMembers(model),
    name: model.name,
    init: (initial) => {
      const states = statesOf(model, 'init', model.init(initial));
      if (states.length > 0) return inOrder(model, states);
      throw new TypeError(`model ${model.name}: expected init to return a state at least`);
    },
    step: (states, operation) => {
      const next = inOrder(
        model,
        states.flatMap((state) =>
          statesOf(model, `step of ${operation.f}`, model.step(state, operation)),
        ),
      );
      return next.length === 0 ? REFUSED : { ok: true, next };
    },
    key: (states) => textOfStates(model, states),
  };
}

function statesOf<State>(
  { name }: NondeterministicModel<State>,
  who: string,
  states: readonly State[],
): readonly State[] {
  if (Array.isArray(states)) return states;
  const found = shownArgument(states);
  throw new TypeError(
    `model ${name}: expected ${who} to return an array of states, found ${found}`,
  );
}

/** The states in order of their keys, each once, so that equal sets are equal sequences. */
function inOrder<State>(
  model: NondeterministicModel<State>,
  states: readonly State[],
): readonly State[] {
  if (states.length < 2) return states;
  const byKey = new Map<string, State>();
  for (const state of states) byKey.set(JSON.stringify(keyOfState(model, state)), state);
  const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted.map(([, state]) => state);
}
