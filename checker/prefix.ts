/** Cutting histories short, and forgetting their times. */

import type { HistoryOperation } from './history.ts';

/** An operation of a cut history, and its index in the history that was cut. */
export interface CutOperation {
  readonly source: number;
  readonly operation: HistoryOperation;
}

/**
 * The history as it was known when `returnCount` of its operations had returned.
 *
 * What was called later is left out; what returned later is open, its answer unknown. The last
 * prefix is linearizable exactly if all are (Herlihy & Wing 1990, theorem 3: prefix closure).
 */
export function prefixOf(
  operations: readonly HistoryOperation[],
  byReturn: readonly number[],
  returnCount: number,
): readonly CutOperation[] {
  const last = byReturn[returnCount - 1];
  const time = last === undefined ? Number.NEGATIVE_INFINITY : operations[last]!.return!;
  const isReturned = new Uint8Array(operations.length);
  for (let place = 0; place < returnCount; place++) isReturned[byReturn[place]!] = 1;
  const prefix: CutOperation[] = [];
  for (let source = 0; source < operations.length; source++) {
    const operation = operations[source]!;
    if (isReturned[source] === 1) prefix.push({ source, operation });
    else if (operation.call <= time) prefix.push({ source, operation: opened(operation) });
  }
  return prefix;
}

/** The operations without their sources. */
export function bare(history: readonly CutOperation[]): readonly HistoryOperation[] {
  return history.map(({ operation }) => operation);
}

/** The indexes, of those given, of operations that returned, in order of return. */
export function inOrderOfReturn(
  operations: readonly HistoryOperation[],
  indexes: readonly number[],
): readonly number[] {
  return indexes
    .filter((index) => operations[index]!.return !== null)
    .sort((a, b) => operations[a]!.return! - operations[b]!.return! || a - b);
}

/** The same operations, all at once: what is illegal still has a wrong answer, not a late one. */
export function withoutTimes(operations: readonly HistoryOperation[]): readonly HistoryOperation[] {
  return operations.map((operation) => ({
    ...operation,
    call: 0,
    return: operation.return === null ? null : 0,
  }));
}

/** The operation as it was known before it returned. */
export function opened(operation: HistoryOperation): HistoryOperation {
  const { process, f, key, value, call } = operation;
  const open: { -readonly [Field in keyof HistoryOperation]: HistoryOperation[Field] } = {
    process,
    f,
    call,
    return: null,
  };
  if (key !== undefined) open.key = key;
  if (value !== undefined) open.value = value;
  return open;
}
