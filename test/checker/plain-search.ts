/**
 * Linearizability by the plainest search there is: any operation that nothing must precede may come
 * next, and a set of operations that led to some states before is not tried twice. For histories of
 * two to three times as many operations as all orders can be tried of.
 */

import type { HistoryOperation, Model, Plain } from '../../checker/index.ts';
import { precedes } from './brute-force.ts';

/** Up to 30 operations: a set of them is a number. */
export function isLinearizableByPlainSearch<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
): boolean {
  const before = operations.map((operation) =>
    bitsOf(operations, (other) => precedes(other, operation)),
  );
  const returned = bitsOf(operations, (operation) => operation.return !== null);
  const keyOf = (state: State): unknown => model.key?.(state) ?? state;
  // Once: states of different beginnings need not have keys that can be compared.
  const first = model.init(initial);
  const tried = new Set<string>();
  const extend = (taken: number, states: ReadonlyMap<string, State>): boolean => {
    if ((returned & ~taken) === 0) return true;
    const world = [...states].map(([object, state]) => [object, keyOf(state)]).sort();
    const configuration = `${taken} ${JSON.stringify(world)}`;
    if (tried.has(configuration)) return false;
    tried.add(configuration);
    return operations.some((operation, place) => {
      const isNext = (taken & (1 << place)) === 0 && (before[place]! & ~taken) === 0;
      if (!isNext) return false;
      const { key = '' } = operation;
      const state = states.has(key) ? states.get(key)! : first;
      const step = model.step(state, operation);
      return step.ok && extend(taken | (1 << place), new Map(states).set(key, step.next));
    });
  };
  return extend(0, new Map());
}

function bitsOf(
  operations: readonly HistoryOperation[],
  isIn: (operation: HistoryOperation) => boolean,
): number {
  return operations.reduce((bits, each, place) => (isIn(each) ? bits | (1 << place) : bits), 0);
}
