/** Linearizability by its definition: try every order. For histories of a few operations. */

import type { HistoryOperation, Model, Plain } from '../../checker/index.ts';

/** Whether some order of the operations that respects real time is a run of the model. */
export function isLinearizableByDefinition<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
): boolean {
  return extend(worldOf(model, initial), operations);
}

/** The states of all objects, and what an operation does to the one that it asks. */
export interface World {
  after(operation: HistoryOperation): World | undefined;
}

/** A key names an object: by what a history's format says, and not by what the model says. */
export function worldOf<State>(model: Model<State>, initial: Plain): World {
  const withStates = (states: ReadonlyMap<string, State>): World => ({
    after: (operation) => {
      const object = operation.key ?? '';
      const state = states.has(object) ? states.get(object)! : model.init(initial);
      const step = model.step(state, operation);
      return step.ok ? withStates(new Map(states).set(object, step.next)) : undefined;
    },
  });
  return withStates(new Map());
}

function extend(world: World, left: readonly HistoryOperation[]): boolean {
  if (left.every((operation) => operation.return === null)) return true;
  return left.some((operation) => {
    const others = left.filter((other) => other !== operation);
    if (others.some((other) => precedes(other, operation))) return false;
    const next = world.after(operation);
    return next !== undefined && extend(next, others);
  });
}

/** How many operations the longest order has that explains a part of the history. */
export function longestPartByDefinition<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
): number {
  return longest(worldOf(model, initial), operations);
}

function longest(world: World, left: readonly HistoryOperation[]): number {
  const lengths = left.map((operation) => {
    const others = left.filter((other) => other !== operation);
    if (others.some((other) => precedes(other, operation))) return 0;
    const next = world.after(operation);
    return next === undefined ? 0 : 1 + longest(next, others);
  });
  return Math.max(0, ...lengths);
}

/** Intervals are closed: what returns at the instant of a call does not precede it. */
export function precedes(earlier: HistoryOperation, later: HistoryOperation): boolean {
  return earlier.return !== null && earlier.return < later.call;
}

/** Whether an order has each operation once, and leaves out none that returned. */
export function isComplete(
  operations: readonly HistoryOperation[],
  order: readonly number[],
): boolean {
  const shown = new Set(order);
  const isThere = ({ return: end }: HistoryOperation, index: number) =>
    end === null || shown.has(index);
  return shown.size === order.length && operations.every(isThere);
}

/** Whether an order that a checker shows explains the history, by the definition. */
export function isWitness<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  order: readonly number[],
): boolean {
  if (!isComplete(operations, order)) return false;
  let world = worldOf(model, initial);
  for (let place = 0; place < order.length; place++) {
    const operation = operations[order[place]!];
    if (operation === undefined) return false;
    const later = order.slice(place + 1).map((index) => operations[index]!);
    if (later.some((other) => precedes(other, operation))) return false;
    const next = world.after(operation);
    if (next === undefined) return false;
    world = next;
  }
  return true;
}
