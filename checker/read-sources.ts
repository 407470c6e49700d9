/**
 * Which writes each read of a register may have seen, where a value may be written more than once:
 * those of its value that were called before it returned, and were not certainly overwritten before
 * it was called, that is, by a write that came between.
 *
 * A swap that took place is both: a read of the value that it replaced, and a write.
 */

import type { Budget } from './budget.ts';
import { instantsOf } from './instants.ts';
import { type PlainKey, plainKey } from './plain.ts';
import type { Question } from './question.ts';

/** The writer of the initial value, of which nobody was called. */
export const INITIAL = 0;

export const NO_WRITER = -1;

/** More writes for a read than this, on average, are too many to choose from. */
const SOURCES_PER_READ_MAX = 64;

/**
 * The operations on a register. Writers are numbered from 0, which wrote the initial value; reads
 * from 0. All times are instants; a writer that never returned does so at `end + 1`.
 */
export interface RegisterReads {
  readonly end: number;
  /** By writer: its index in the history; -1 for the first. */
  readonly writers: readonly number[];
  readonly writerCalls: Int32Array;
  readonly writerReturns: Int32Array;
  /** By read: its index in the history. */
  readonly reads: readonly number[];
  readonly readCalls: Int32Array;
  readonly readReturns: Int32Array;
  /** By read: the writer that it is, too, if it is a swap; else `NO_WRITER`. */
  readonly swaps: readonly number[];
  /** By read: the writers that it may have seen, in no order. */
  readonly sources: readonly (readonly number[])[];
  /** Swaps that never returned, by writer, and the writers of the values that they want. */
  readonly openSwaps: ReadonlyMap<number, readonly number[]>;
  /** Returned, and constrain nothing. */
  readonly free: readonly number[];
  /** Swaps that found another value than they wanted. */
  readonly refused: readonly number[];
  /** Some write must have replaced another value than some. */
  readonly isAsking: boolean;
}

/** What the operations read and write; undefined if one is no access, or choices are too many. */
export function readSourcesOf<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): RegisterReads | undefined {
  const { model, initial, operations } = question;
  const writers = [-1];
  const writerPlaces: number[] = [];
  const written = new Map<PlainKey, number[]>([[plainKey(initial), [INITIAL]]]);
  const reads: number[] = [];
  const readPlaces: number[] = [];
  const seen: PlainKey[] = [];
  const swaps: number[] = [];
  const wanted = new Map<number, PlainKey>();
  const free: number[] = [];
  const refused: number[] = [];
  let isAsking = false;
  for (let place = 0; place < indexes.length; place++) {
    budget.goOn(place);
    const index = indexes[place]!;
    const access = model.registerAccess?.(operations[index]!);
    if (access === undefined) return undefined;
    const hasReturned = operations[index]!.return !== null;
    let writer = NO_WRITER;
    if (access.kind === 'write' || access.kind === 'replace' || access.kind === 'swap') {
      const value = plainKey(access.kind === 'swap' ? access.to : access.value);
      writer = writers.push(index) - 1;
      writerPlaces.push(place);
      const alike = written.get(value);
      if (alike === undefined) written.set(value, [writer]);
      else alike.push(writer);
      if (access.kind === 'replace') isAsking = true;
      if (access.kind !== 'swap') continue;
    }
    // Whoever only looks, and was never told what there was, need not have looked.
    if (!hasReturned && writer === NO_WRITER) continue;
    if (access.kind === 'swap' && !hasReturned) wanted.set(writer, plainKey(access.from));
    else if (access.kind === 'read' || access.kind === 'swap') {
      reads.push(index);
      readPlaces.push(place);
      seen.push(plainKey(access.kind === 'swap' ? access.from : access.value));
      swaps.push(writer);
    } else (access.kind === 'refused' ? refused : free).push(index);
  }
  const openSwaps = new Map<number, readonly number[]>();
  for (const [writer, value] of wanted) openSwaps.set(writer, written.get(value) ?? []);
  const { calls, returns, end } = instantsOf(operations, indexes, 2);
  // What was there at first was written and had returned before the first instant.
  const writerCalls = instantsAt(calls, writerPlaces, [0]);
  const writerReturns = instantsAt(returns, writerPlaces, [1]);
  const readCalls = instantsAt(calls, readPlaces, []);
  const readReturns = instantsAt(returns, readPlaces, []);
  const times = { end, writerCalls, writerReturns, readCalls, readReturns };
  const sources = sourcesOf(times, written, seen, swaps, budget);
  if (sources === undefined) return undefined;
  const rest = { writers, reads, swaps, openSwaps, sources, free, refused, isAsking };
  return Object.assign(times, rest);
}

function instantsAt(
  instants: Int32Array,
  places: readonly number[],
  before: readonly number[],
): Int32Array {
  const found = new Int32Array(before.length + places.length);
  found.set(before);
  for (let each = 0; each < places.length; each++) {
    found[before.length + each] = instants[places[each]!]!;
  }
  return found;
}

type Times = Pick<
  RegisterReads,
  'end' | 'writerCalls' | 'writerReturns' | 'readCalls' | 'readReturns'
>;

/** For each read the writers that it may have seen; undefined if they are too many in all. */
function sourcesOf(
  times: Times,
  written: ReadonlyMap<PlainKey, readonly number[]>,
  seen: readonly PlainKey[],
  swaps: readonly number[],
  budget: Budget,
): readonly (readonly number[])[] | undefined {
  const { writerCalls, writerReturns, readCalls, readReturns } = times;
  const overwrittenBefore = latestOverwrites(times);
  const alike = new Map<PlainKey, AlikeWrites>();
  const sources: (readonly number[])[] = [];
  let left = seen.length * SOURCES_PER_READ_MAX;
  for (let read = 0; read < seen.length; read++) {
    budget.goOn(read);
    const writers = written.get(seen[read]!) ?? [];
    const returnMin = overwrittenBefore[readCalls[read]!]!;
    const callMax = readReturns[read]!;
    if (writers.length <= 1) {
      sources.push(
        writers.filter((writer) => {
          const isThere = writerReturns[writer]! >= returnMin && writerCalls[writer]! <= callMax;
          return isThere && writer !== swaps[read];
        }),
      );
      continue;
    }
    let value = alike.get(seen[read]!);
    if (value === undefined) {
      value = new AlikeWrites(writers, writerCalls, writerReturns);
      alike.set(seen[read]!, value);
    }
    const found = value.between(returnMin, callMax);
    left -= found.length;
    if (left < 0) return undefined;
    // A swap of a value for itself did not find what it wrote.
    sources.push(found.filter((writer) => writer !== swaps[read]));
  }
  return sources;
}

/** For each instant: the latest call of a write that had returned by then. O(n). */
function latestOverwrites({ end, writerCalls, writerReturns }: Times): Int32Array {
  const latest = new Int32Array(end + 2);
  for (let writer = 0; writer < writerCalls.length; writer++) {
    latest[writerReturns[writer]!] = writerCalls[writer]!;
  }
  for (let instant = 1; instant < latest.length; instant++) {
    latest[instant] = Math.max(latest[instant]!, latest[instant - 1]!);
  }
  return latest;
}

/** The writes of one value, in order of return. */
class AlikeWrites {
  private readonly writers: readonly number[];
  private readonly calls: Int32Array;
  private readonly returns: Int32Array;
  /** The earliest call from each place on. */
  private readonly earliestFrom: Int32Array;

  constructor(writers: readonly number[], calls: Int32Array, returns: Int32Array) {
    this.writers = [...writers].sort((a, b) => returns[a]! - returns[b]! || a - b);
    this.calls = Int32Array.from(this.writers, (writer) => calls[writer]!);
    this.returns = Int32Array.from(this.writers, (writer) => returns[writer]!);
    this.earliestFrom = this.calls.slice();
    for (let place = this.earliestFrom.length - 2; place >= 0; place--) {
      const later = this.earliestFrom[place + 1]!;
      this.earliestFrom[place] = Math.min(this.earliestFrom[place]!, later);
    }
  }

  /** Those that returned at `returnMin` or later, and were called by `callMax`. */
  between(returnMin: number, callMax: number): readonly number[] {
    const { writers, calls, returns, earliestFrom } = this;
    let low = 0;
    let high = writers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (returns[middle]! < returnMin) low = middle + 1;
      else high = middle;
    }
    const found: number[] = [];
    for (let place = low; place < writers.length && earliestFrom[place]! <= callMax; place++) {
      if (calls[place]! <= callMax) found.push(writers[place]!);
    }
    return found;
  }
}
