/** A primitive for each state of a model, shared by equal states alone. */

import type { Model } from './model.ts';
import { isPlain, type PlainKey, plainKey } from './plain.ts';

/** What a model says about its states. */
type KeyedModel<State> = Pick<Model<State>, 'name' | 'key'>;

/** Throws `TypeError` where the model has no key and the state is not a JSON value. */
export function keyOfState<State>(model: KeyedModel<State>, state: State): PlainKey {
  if (model.key !== undefined) return model.key(state);
  if (isPlain(state)) return plainKey(state);
  throw new TypeError(`model ${model.name}: states that are not JSON values need a key`);
}

/** One text for a sequence of states, shared by equal sequences alone. */
export function textOfStates<State>(model: KeyedModel<State>, states: readonly State[]): string {
  return JSON.stringify(states.map((state) => keyOfState(model, state)));
}
