/** A history process by process: the order that is left when real time is ignored. */

import type { HistoryOperation } from '../history.ts';

/** Operations are counted by *places*: process after process, each in its own order. */
export interface Processes {
  /** The operation at each place. */
  readonly operations: readonly HistoryOperation[];
  /** The index of each in the array that the caller gave. */
  readonly sources: Int32Array;
  readonly processOf: Int32Array;
  /** The first place of each process, and the number of places at the end. */
  readonly firsts: Int32Array;
  readonly processCount: number;
}

/** Lays out a history whose processes are sequential; `validateOperations` says so. O(n log n). */
export function layOutByProcess(all: readonly HistoryOperation[]): Processes {
  const numbers = new Map<number, number>();
  const numberOf = Int32Array.from(all, ({ process }) => {
    const number = numbers.get(process) ?? numbers.size;
    numbers.set(process, number);
    return number;
  });
  const sources = Int32Array.from(all.keys()).sort((left, right) => {
    const a = all[left]!;
    const b = all[right]!;
    return numberOf[left]! - numberOf[right]! || compareInProcess(a, b) || left - right;
  });
  const processOf = sources.map((source) => numberOf[source]!);
  const firsts = new Int32Array(numbers.size + 1).fill(all.length);
  for (let place = all.length - 1; place >= 0; place--) firsts[processOf[place]!] = place;
  const operations: HistoryOperation[] = [];
  for (const source of sources) operations.push(all[source]!);
  return { operations, sources, processOf, firsts, processCount: numbers.size };
}

/** Compares places by call; of equal ones the first is the one that the caller gave first. */
export function compareCalls({ operations, sources }: Processes, a: number, b: number): number {
  return operations[a]!.call - operations[b]!.call || sources[a]! - sources[b]!;
}

/** The order of two operations of one process, as far as their times tell it. */
export function compareInProcess(a: HistoryOperation, b: HistoryOperation): number {
  return a.call - b.call || endOf(a) - endOf(b);
}

function endOf(operation: HistoryOperation): number {
  // Of two at one instant, the one that never returned is the last.
  return operation.return ?? Number.MAX_SAFE_INTEGER;
}
