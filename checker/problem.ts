/** One object's operations, laid out for a search: integers in place of values and times. */

import type { HistoryOperation } from './history.ts';
import type { Growth, Model, SumAccess } from './model.ts';
import { type PlainKey, plainKey } from './plain.ts';

export interface Problem {
  /** In order of call. Everything below counts operations by their place in this order. */
  readonly operations: readonly HistoryOperation[];
  /** The index of each operation in the array that the caller gave. */
  readonly sources: Int32Array;
  /** Operations of one kind have the same `f`, value and output: the model cannot tell them. */
  readonly kindOf: Int32Array;
  /** 1 for kinds that never change a state. */
  readonly observes: Uint8Array;
  /** 1 for kinds that are legal at every state, and lead to the same one from all. */
  readonly overwrites: Uint8Array;
  /** An operation of each kind. */
  readonly kinds: readonly HistoryOperation[];
  /** Kinds of one request have the same `f` and value. */
  readonly requestOf: Int32Array;
  /** The operations that returned, in order of return; a place here is a *frontier*. */
  readonly byReturn: Int32Array;
  /** The frontier of each operation; for one that never returned, the number of frontiers. */
  readonly frontierOf: Int32Array;
  /** For each frontier: how many operations are called no later than that return. */
  readonly calledBy: Int32Array;
  /** A number no other operation has that is open at the same return; -1 if it never returned. */
  readonly slotOf: Int32Array;
  readonly slotCount: number;
  /** The place of each among the operations that never returned; -1 if it did. */
  readonly pendingOf: Int32Array;
  readonly pendingCount: number;
  /** What each kind does to a growing state; absent if no operation observes one. */
  readonly growth: readonly (Growth | undefined)[] | undefined;
  /** What each kind does to a sum that only grows; absent if that is not what all do. */
  readonly sums: readonly SumAccess[] | undefined;
}

/** Lays out the operations that `indexes` chooses. O(n log n). */
export function layOut<State>(
  model: Model<State>,
  all: readonly HistoryOperation[],
  indexes: readonly number[],
): Problem {
  const sources = inOrderOfCall(all, indexes);
  const operations: HistoryOperation[] = [];
  for (const source of sources) operations.push(all[source]!);
  const { kindOf, kinds, requestOf } = classify(operations, model.seesProcess ?? false);
  const byReturn = inOrderOfReturn(operations);
  const frontierOf = new Int32Array(operations.length).fill(byReturn.length);
  for (let frontier = 0; frontier < byReturn.length; frontier++) {
    frontierOf[byReturn[frontier]!] = frontier;
  }
  const pendingOf = new Int32Array(operations.length).fill(-1);
  let pendingCount = 0;
  operations.forEach((operation, index) => {
    if (operation.return === null) pendingOf[index] = pendingCount++;
  });
  return {
    operations,
    sources,
    kindOf,
    observes: marked(kinds, (kind) => model.observes?.(kind) ?? false),
    overwrites: marked(kinds, (kind) => model.overwrites?.(kind) ?? false),
    kinds,
    requestOf,
    byReturn,
    frontierOf,
    ...allotSlots(operations, byReturn),
    pendingOf,
    pendingCount,
    growth: growthOf(model, kinds),
    sums: growingSums(model, kinds),
  };
}

/** 1 for each kind of which it is so. */
function marked(
  kinds: readonly HistoryOperation[],
  isSo: (kind: HistoryOperation) => boolean,
): Uint8Array {
  const marks = new Uint8Array(kinds.length);
  for (let kind = 0; kind < kinds.length; kind++) if (isSo(kinds[kind]!)) marks[kind] = 1;
  return marks;
}

function inOrderOfCall(
  all: readonly HistoryOperation[],
  indexes: readonly number[],
): Int32Array<ArrayBuffer> {
  const sources = new Int32Array(indexes);
  for (let place = 1; place < sources.length; place++) {
    if (all[sources[place - 1]!]!.call <= all[sources[place]!]!.call) continue;
    return sources.sort((a, b) => all[a]!.call - all[b]!.call || a - b);
  }
  return sources;
}

function inOrderOfReturn(operations: readonly HistoryOperation[]): Int32Array {
  const returned: number[] = [];
  operations.forEach((operation, index) => {
    if (operation.return !== null) returned.push(index);
  });
  returned.sort((a, b) => operations[a]!.return! - operations[b]!.return! || a - b);
  return new Int32Array(returned);
}

/** Numbers the kinds of operations, in order of appearance. O(n). */
export function classify(operations: readonly HistoryOperation[], seesProcess: boolean) {
  const kindOf = new Int32Array(operations.length);
  const kinds: HistoryOperation[] = [];
  const requestOf: number[] = [];
  const values = new Map<PlainKey, number>();
  const names = new Map<string, number>();
  const askers = new Map<string | number | undefined, number>();
  const pairs = new Map<number, number>();
  const requests = new Map<number, number>();
  const known = new Map<number, number>();
  // Above every number given below, so that pairs of numbers make distinct products.
  const span = operations.length * 2 + 1;
  for (let index = 0; index < operations.length; index++) {
    const operation = operations[index]!;
    const asker = numberOf(askers, seesProcess ? askerOf(operation) : operation.key);
    const name = numberOf(names, operation.f) * span + asker;
    const value = numberOf(values, plainKey(operation.value));
    const output = numberOf(values, plainKey(operation.output));
    const request = numberOf(requests, numberOf(pairs, name) * span + value);
    const signature = request * span + output;
    let kind = known.get(signature);
    if (kind === undefined) {
      kind = kinds.length;
      known.set(signature, kind);
      kinds.push(operation);
      requestOf.push(request);
    }
    kindOf[index] = kind;
  }
  return { kindOf, kinds, requestOf: new Int32Array(requestOf) };
}

function askerOf(operation: HistoryOperation): string {
  return `${operation.process} ${operation.key ?? ''}`;
}

function numberOf<Key>(numbers: Map<Key, number>, key: Key): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  const number = numbers.size;
  numbers.set(key, number);
  return number;
}

/** Walks the returns in order, lending each open operation the least slot that is free. */
function allotSlots(operations: readonly HistoryOperation[], byReturn: Int32Array) {
  const slotOf = new Int32Array(operations.length).fill(-1);
  const calledBy = new Int32Array(byReturn.length);
  const free: number[] = [];
  let slotCount = 0;
  let called = 0;
  for (let frontier = 0; frontier < byReturn.length; frontier++) {
    const returning = byReturn[frontier]!;
    const time = operations[returning]!.return!;
    for (; called < operations.length && operations[called]!.call <= time; called++) {
      if (operations[called]!.return !== null) slotOf[called] = free.pop() ?? slotCount++;
    }
    calledBy[frontier] = called;
    free.push(slotOf[returning]!);
  }
  return { slotOf, slotCount, calledBy };
}

function growthOf<State>(
  model: Model<State>,
  kinds: readonly HistoryOperation[],
): readonly (Growth | undefined)[] | undefined {
  if (model.growth === undefined) return undefined;
  const growth = kinds.map((kind) => model.growth?.(kind));
  const grows = growth.some((each) => each?.role === 'extends');
  return grows && growth.some((each) => each?.role === 'observes') ? growth : undefined;
}

/** What each of the operations does to a sum, if that is never less than it was. */
export function growingSums<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
): readonly SumAccess[] | undefined {
  if (model.sumAccess === undefined) return undefined;
  const sums: SumAccess[] = [];
  for (const operation of operations) {
    const said = model.sumAccess(operation);
    if (said === undefined) return undefined;
    if (said.kind === 'adds' && !(Number.isSafeInteger(said.amount) && said.amount >= 0)) {
      return undefined;
    }
    sums.push(said);
  }
  return sums;
}
