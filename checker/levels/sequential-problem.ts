/** A history laid out for the search for a sequential order: integers in place of operations. */

import type { HistoryOperation, Plain } from '../history.ts';
import type { Model } from '../model.ts';
import { classify } from '../problem.ts';
import { compareCalls, layOutByProcess, type Processes } from './processes.ts';
import { NONE, type RegisterAccesses, readAccesses } from './register-accesses.ts';

export interface SequentialProblem {
  readonly processes: Processes;
  readonly accesses: RegisterAccesses;
  /** Operations of one kind have the same `f`, key, value and output. */
  readonly kindOf: Int32Array;
  readonly kinds: readonly HistoryOperation[];
  /** Kinds of one request have the same `f`, key and value. */
  readonly requestOf: Int32Array;
  /** 1 for kinds that never change a state. */
  readonly observes: Uint8Array;
  /** 1 for places whose operation never returned. */
  readonly isPending: Uint8Array;
  /** The places in order of call, as ranks. */
  readonly callRank: Int32Array;
  /** For an object that is only appended to: the longest that was read. */
  readonly targets: readonly (string | undefined)[];
  /** 1 for objects whose values may be seen by others than those that name them. */
  readonly isUnchecked: Uint8Array;
  /** 1 for values that a swap which never returned would replace. */
  readonly isSwapped: Uint8Array;
  /** The saturated order, see `saturate`; set once it is known. */
  clocks: Int32Array | undefined;
}

/** Lays out the operations. O(n log n). */
export function layOutSequentially<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
): SequentialProblem {
  const processes = layOutByProcess(operations);
  const accesses = readAccesses(model, initial, processes);
  const { kindOf, kinds, requestOf } = classify(processes.operations, model.seesProcess ?? false);
  const byCall = Int32Array.from(kindOf.keys()).sort((a, b) => compareCalls(processes, a, b));
  const callRank = new Int32Array(byCall.length);
  byCall.forEach((place, rank) => {
    callRank[place] = rank;
  });
  const isPending = Uint8Array.from(processes.operations, (each) => (each.return === null ? 1 : 0));
  return {
    processes,
    accesses,
    kindOf,
    kinds,
    requestOf,
    callRank,
    isPending,
    observes: Uint8Array.from(kinds, (kind) => (model.observes?.(kind) ? 1 : 0)),
    targets: targetsOf(model, processes, accesses),
    ...usesOf(accesses, isPending),
    clocks: undefined,
  };
}

/** By whom values may be seen, beside the reads that returned and named them. */
function usesOf(accesses: RegisterAccesses, isPending: Uint8Array) {
  const { isRegister, reads, refuses, objectOf, writersOf } = accesses;
  const isUnchecked = Uint8Array.from(isRegister, (isOne) => (isOne ? 0 : 1));
  const isSwapped = new Uint8Array(writersOf.length);
  for (let place = 0; place < reads.length; place++) {
    if (refuses[place] !== NONE) isUnchecked[objectOf[place]!] = 1;
    if (isPending[place] === 1 && reads[place] !== NONE) isSwapped[reads[place]!] = 1;
  }
  return { isUnchecked, isSwapped };
}

/** What each list must become; undefined where something else than appends changes it. */
function targetsOf<State>(
  model: Model<State>,
  { operations }: Processes,
  { objectOf, objectCount }: RegisterAccesses,
): readonly (string | undefined)[] {
  const targets: (string | undefined)[] = Array.from({ length: objectCount }, () => '');
  operations.forEach((operation, place) => {
    const object = objectOf[place]!;
    const target = targets[object];
    if (target === undefined) return;
    const growth = model.growth?.(operation);
    const isUnknownRead = growth === undefined && (model.observes?.(operation) ?? false);
    if (growth?.role === 'extends' || isUnknownRead) return;
    if (growth?.role !== 'observes') targets[object] = undefined;
    else if (operation.return !== null && growth.target.length > target.length) {
      targets[object] = growth.target;
    }
  });
  return targets;
}
