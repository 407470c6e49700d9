/** How the sentences of counterexamples name operations. */

import type { Names } from '../explanation.ts';
import type { HistoryOperation } from '../history.ts';
import type { Model } from '../model.ts';

/** `c2 read x = 3`, and with the time at which it was answered. */
export function namer<State>(model: Model<State>, names: Names) {
  const what = (operation: HistoryOperation) => model.describe?.(operation) ?? operation.f;
  const who = (operation: HistoryOperation) =>
    names.process?.(operation.process) ?? `c${operation.process}`;
  const asked = (operation: HistoryOperation) => `${who(operation)} ${what(operation)}`;
  const answered = (operation: HistoryOperation) => {
    const { return: time } = operation;
    if (time === null) return asked(operation);
    return `${asked(operation)} at ${names.time?.(time) ?? time}`;
  };
  return { what, who, asked, answered };
}

/** The place of the operation that returned last; the last one if none returned. */
export function lastToReturn(operations: readonly HistoryOperation[]): number {
  let last = operations.length - 1;
  operations.forEach((operation, place) => {
    const latest = operations[last]!.return ?? Number.NEGATIVE_INFINITY;
    if (operation.return !== null && operation.return > latest) last = place;
  });
  return last;
}
