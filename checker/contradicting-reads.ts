/**
 * The first read that others contradict, of a collection that only grows and into which no value
 * goes twice, with the few operations that show it.
 *
 * What must come before a read is what had returned before it was called, or before an addition was
 * called whose value it shows. It must show what was added there, and what reads there have shown.
 * Of two reads one must show all that the other does; of lists, as a beginning, and additions must
 * come in the order that is shown. The reads up to one that breaks none of this make a chain, so
 * each is held against its neighbours alone.
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation } from './history.ts';
import type { GrowingCollection } from './model.ts';
import { isSequence, type PlainKey, plainKey } from './plain.ts';
import type { Question } from './question.ts';

/** All are indexes of operations. */
export interface Contradiction {
  readonly read: number;
  /** The additions of what it shows. */
  readonly additions: readonly number[];
  /** What contradicts it: an addition, or another read and the additions of what that shows. */
  readonly contrary: readonly number[];
}

interface Read {
  readonly index: number;
  readonly count: number;
}

/** A read that is being looked at, with what it shows. */
interface Shown extends Read {
  readonly items: readonly PlainKey[];
  readonly values: ReadonlySet<PlainKey>;
}

/** Undefined if there is none, or where it cannot be said: then any other may be wrong. */
export function firstContradictedRead<State>(
  question: Question<State>,
  budget: Budget,
): Contradiction | undefined {
  const collection = question.model.growingCollection;
  if (collection === undefined) return undefined;
  const { operations, initial } = question;
  const before = new Set(isSequence(initial) ? initial.map(plainKey) : []);
  const additions = new Map<PlainKey, number>();
  const reads: number[] = [];
  for (let index = 0; index < operations.length; index++) {
    const said = collection.access(operations[index]!);
    // A look at one value shows less than a read: what it contradicts is left to others.
    if (said === undefined || said.kind === 'removes') return undefined;
    if (said.kind === 'adds') {
      const value = plainKey(said.value);
      if (additions.has(value) || before.has(value)) return undefined;
      additions.set(value, index);
    } else if (said.kind === 'reads' && operations[index]!.return !== null) {
      reads.push(index);
    }
  }
  reads.sort((a, b) => byReturn(operations, a, b));
  const chain = new Chain(operations, additions, before, collection);
  for (const index of reads) {
    const items = chain.itemsOf(index);
    if (!budget.spend(items.length)) return undefined;
    const read = { index, count: items.length, items, values: new Set(items) };
    const found = chain.contradictionOf(read);
    if (found !== undefined) return found === 'unclear' ? undefined : found;
    chain.add({ index, count: items.length });
  }
  return undefined;
}

function byReturn(operations: readonly HistoryOperation[], a: number, b: number): number {
  return endOf(operations[a]!) - endOf(operations[b]!) || a - b;
}

function endOf(operation: HistoryOperation): number {
  return operation.return ?? Number.POSITIVE_INFINITY;
}

/** Reads that do not contradict each other, those that show least first. */
class Chain {
  private readonly operations: readonly HistoryOperation[];
  private readonly additions: ReadonlyMap<PlainKey, number>;
  private readonly before: ReadonlySet<PlainKey>;
  private readonly collection: GrowingCollection;
  private readonly reads: Read[] = [];
  /** Values whose additions returned, in order of return, and when they did. */
  private readonly added: readonly PlainKey[];
  private readonly ends: readonly number[];

  constructor(
    operations: readonly HistoryOperation[],
    additions: ReadonlyMap<PlainKey, number>,
    before: ReadonlySet<PlainKey>,
    collection: GrowingCollection,
  ) {
    this.operations = operations;
    this.additions = additions;
    this.before = before;
    this.collection = collection;
    const returned = [...additions].filter(([, index]) => operations[index]!.return !== null);
    returned.sort(([, a], [, b]) => byReturn(operations, a, b));
    this.added = returned.map(([value]) => value);
    this.ends = returned.map(([, index]) => endOf(operations[index]!));
  }

  /** What a read shows. Not kept: all answers together may be long. */
  itemsOf(index: number): readonly PlainKey[] {
    const said = this.collection.access(this.operations[index]!);
    return said?.kind === 'reads' ? said.items.map((item) => plainKey(item)) : [];
  }

  add(read: Read): void {
    this.reads.splice(this.placeOf(read), 0, read);
  }

  /** `unclear`: it is wrong by itself, which is not looked into here. */
  contradictionOf(read: Shown): Contradiction | 'unclear' | undefined {
    const { index, items, values } = read;
    const additions = this.additionsOf(index, items);
    if (additions === undefined || values.size < items.length) return 'unclear';
    if (this.collection.isOrdered && !this.isInTime(additions)) {
      return { read: index, additions, contrary: [] };
    }
    let horizon = this.operations[index]!.call;
    for (const addition of additions) {
      horizon = Math.max(horizon, this.operations[addition]!.call);
    }
    const lost = this.lostValue(read, horizon);
    const contrary = this.contraryRead(read, horizon);
    const shown = contrary === undefined ? [] : this.itemsOf(contrary);
    // Another order of the same says more than that something is not there.
    const isOrder = contrary !== undefined && shown.every((item) => values.has(item));
    if (lost !== undefined && !isOrder) return { read: index, additions, contrary: [lost] };
    if (contrary === undefined) return undefined;
    const others = this.additionsOf(contrary, shown) ?? [];
    return { read: index, additions, contrary: [contrary, ...others] };
  }

  /** The additions of what a read shows, in its order; undefined if it shows what it cannot. */
  private additionsOf(index: number, items: readonly PlainKey[]): readonly number[] | undefined {
    const returned = endOf(this.operations[index]!);
    const found: number[] = [];
    for (const item of items) {
      if (this.before.has(item)) continue;
      const addition = this.additions.get(item);
      if (addition === undefined || this.operations[addition]!.call > returned) return undefined;
      found.push(addition);
    }
    return found.length + this.before.size === items.length ? found : undefined;
  }

  /** Whether none of them returned before one was called that is shown before it. */
  private isInTime(additions: readonly number[]): boolean {
    let earliest = Number.POSITIVE_INFINITY;
    for (let place = additions.length - 1; place >= 0; place--) {
      const addition = this.operations[additions[place]!]!;
      if (earliest < addition.call) return false;
      earliest = Math.min(earliest, endOf(addition));
    }
    return true;
  }

  /** The addition that returned first of those that a read must show and does not. */
  private lostValue({ values }: Shown, horizon: number): number | undefined {
    for (let place = 0; this.ends[place]! < horizon; place++) {
      const value = this.added[place]!;
      if (!values.has(value)) return this.additions.get(value);
    }
    return undefined;
  }

  /** The read that shows least of those that contradict this one. */
  private contraryRead(read: Shown, horizon: number): number | undefined {
    const endsBefore = ({ index }: Read) => endOf(this.operations[index]!) < horizon;
    const isContrary = (other: Read) =>
      !this.fits(read, this.itemsOf(other.index), endsBefore(other));
    const place = this.placeOf(read);
    const neighbours = this.reads.slice(Math.max(0, place - 1), place + 1);
    const latest = this.reads.findLast(endsBefore);
    if (latest !== undefined) neighbours.push(latest);
    return neighbours.some(isContrary) ? this.reads.find(isContrary)?.index : undefined;
  }

  /** Whether all that was shown is shown by the read, or, unless it came before, the reverse. */
  private fits({ items, values }: Shown, shown: readonly PlainKey[], isBefore: boolean): boolean {
    const common = this.collection.isOrdered
      ? commonBeginning(items, shown)
      : shown.filter((item) => values.has(item)).length;
    return common === shown.length || (!isBefore && common === items.length);
  }

  /** The first place whose read shows more. */
  private placeOf({ count }: Read): number {
    let low = 0;
    let high = this.reads.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.reads[middle]!.count <= count) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function commonBeginning(one: readonly PlainKey[], other: readonly PlainKey[]): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length++;
  return length;
}
