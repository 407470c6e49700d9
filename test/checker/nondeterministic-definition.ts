/** Linearizability of objects with a choice, by definition: try every order and every choice. */

import type { HistoryOperation, NondeterministicModel, Plain } from '../../checker/index.ts';
import { precedes } from './brute-force.ts';
import { Dice, randomHistory } from './random-histories.ts';

/** A register that may lose a write. */
export const lossyRegister: NondeterministicModel<Plain> = {
  name: 'lossy-register',
  init: (initial) => [initial],
  step: (state, { f, value = null, output }) => {
    if (f === 'write') return [value, state];
    return output === undefined || output === state ? [state] : [];
  },
};

/** A bag: `pick` takes out any of its members, and answers null if there is none. */
export const bag: NondeterministicModel<readonly Plain[]> = {
  name: 'bag',
  init: () => [[]],
  step: (state, { f, value = null, output }) => {
    if (f === 'add') return [[...state, value].sort((a, b) => Number(a) - Number(b))];
    if (state.length === 0) return output === undefined || output === null ? [state] : [];
    return state.flatMap((member, place) =>
      output === undefined || output === member ? [state.toSpliced(place, 1)] : [],
    );
  },
};

/** A random history of one of them: runs of another object, spoiled, with the words replaced. */
export function choiceHistory(name: 'lossy-register' | 'bag', seed: number) {
  const words: Readonly<Record<string, string>> = { enqueue: 'add', dequeue: 'pick' };
  const history = randomHistory(name === 'bag' ? 'queue' : 'register', seed);
  const dice = new Dice(seed);
  const operations = history.operations.map((operation) => {
    const renamed = { ...operation, f: words[operation.f] ?? operation.f };
    return renamed.output !== undefined && dice.once(4)
      ? { ...renamed, output: dice.below(3) }
      : renamed;
  });
  return { initial: history.initial, operations };
}

/** Whether some order and some choices explain the history. */
export function hasChoicesByDefinition<State>(
  model: NondeterministicModel<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
): boolean {
  const extend = (state: State, left: readonly HistoryOperation[]): boolean => {
    if (left.every((operation) => operation.return === null)) return true;
    return left.some((operation) => {
      const others = left.filter((other) => other !== operation);
      if (others.some((other) => precedes(other, operation))) return false;
      return model.step(state, operation).some((next) => extend(next, others));
    });
  };
  return model.init(initial).some((state) => extend(state, operations));
}
