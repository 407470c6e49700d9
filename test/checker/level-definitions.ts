/** The weaker levels by their definitions: try everything. For histories of a few operations. */

import type { HistoryOperation, Model, Plain } from '../../checker/index.ts';
import { isComplete, type World, worldOf } from './brute-force.ts';

/** Whether some order that keeps that of each process is a run of the model. */
export function isSequentialByDefinition<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
): boolean {
  return interleave(worldOf(model, initial), sequences(operations));
}

/** Whether an order that a checker shows explains the history, by the definition. */
export function isSequentialWitness<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  order: readonly number[],
): boolean {
  if (!isComplete(operations, order)) return false;
  const own = sequences(operations);
  const shown = sequences(order.map((index) => operations[index]!)).length;
  if (shown > own.length) return false;
  let world: World | undefined = worldOf(model, initial);
  let waiting = own.map((sequence) => [...sequence]);
  for (const index of order) {
    const operation = operations[index]!;
    if (!waiting.some((sequence) => sequence[0] === operation)) return false;
    waiting = waiting.map((sequence) => sequence.filter((each) => each !== operation));
    world = world?.after(operation);
  }
  return world !== undefined;
}

/** Each process's operations, in its order: by call, and at one instant by return. */
function sequences(operations: readonly HistoryOperation[]): readonly HistoryOperation[][] {
  const byProcess = new Map<number, HistoryOperation[]>();
  for (const operation of operations) {
    byProcess.set(operation.process, [...(byProcess.get(operation.process) ?? []), operation]);
  }
  const endOf = (operation: HistoryOperation) => operation.return ?? Number.MAX_SAFE_INTEGER;
  return [...byProcess.values()].map((sequence) =>
    sequence.sort((a, b) => a.call - b.call || endOf(a) - endOf(b)),
  );
}

function interleave(world: World, waiting: readonly (readonly HistoryOperation[])[]): boolean {
  if (waiting.every((sequence) => sequence.every((each) => each.return === null))) return true;
  return waiting.some(([first, ...rest], place) => {
    if (first === undefined) return false;
    const next = world.after(first);
    return next !== undefined && interleave(next, waiting.with(place, rest));
  });
}
