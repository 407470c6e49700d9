/** One sentence that says why a history is not linearizable. */

import type { HistoryOperation } from './history.ts';
import type { Model } from './model.ts';
import { plainEqual } from './plain.ts';

/** How the sentence names what the history only numbers. */
export interface Names {
  /** `c2` for process 2 if absent. */
  readonly process?: (process: number) => string;
  /** The number itself if absent. */
  readonly time?: (time: number) => string;
}

/** Says what the failing operation saw, and what speaks against it. */
export function sentenceFor<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  failingPlace: number,
  names: Names,
): string {
  const failing = operations[failingPlace];
  if (failing === undefined) return 'No order of the operations explains their answers.';
  const who = (operation: HistoryOperation) =>
    names.process?.(operation.process) ?? `c${operation.process}`;
  const when = (time: number | null) =>
    time === null ? 'no time' : (names.time?.(time) ?? String(time));
  const what = (operation: HistoryOperation) => model.describe?.(operation) ?? describe(operation);
  const claim = `${who(failing)} ${what(failing)} at ${when(failing.return)}`;
  const contrary = strongestAgainst(operations, failing);
  if (contrary !== undefined) {
    const by = `${what(contrary)} by ${who(contrary)}`;
    return `${claim}, but ${by} had completed at ${when(contrary.return)}`;
  }
  const beside = operations.filter((other) => other !== failing).map(what);
  if (beside.length === 0) return `${claim}, but nothing called by then can have led to that`;
  return `${claim}, but no order of it with ${beside.join(', ')} explains that`;
}

/** The last to complete, before the failing one was called, of those that do not support it. */
function strongestAgainst(
  operations: readonly HistoryOperation[],
  failing: HistoryOperation,
): HistoryOperation | undefined {
  let strongest: HistoryOperation | undefined;
  for (const operation of operations) {
    const { return: returned } = operation;
    if (returned === null || returned >= failing.call || supports(operation, failing)) continue;
    if (strongest === undefined || returned > strongest.return!) strongest = operation;
  }
  return strongest;
}

/** Whether the operation wrote or saw what the failing one saw. */
function supports(operation: HistoryOperation, failing: HistoryOperation): boolean {
  if (failing.output === undefined) return false;
  const saw = operation.output ?? operation.value;
  return plainEqual(saw, failing.output);
}

function describe({ f, key, value, output }: HistoryOperation): string {
  const asked = [f, key, value === undefined ? undefined : JSON.stringify(value)];
  const words = asked.filter((word) => word !== undefined).join(' ');
  return output === undefined ? words : `${words} = ${JSON.stringify(output)}`;
}
