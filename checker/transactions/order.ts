/**
 * A likely order of transactions, to be tried before any search.
 *
 * Of those that nothing must precede any more, the one is placed that must take effect first. What
 * it writes is now followed by all that saw it, before anybody else writes there; what else is
 * forced by that is put into the order at once, as in `saturate`. Where that is a circle, the
 * choice is taken back, and another one comes first. An earlier choice is not taken back: where all
 * are wrong, there may still be another order.
 */

import type { Budget } from '../budget.ts';
import type { Chains } from '../chains.ts';
import { Earliest } from '../earliest.ts';
import { firstAtLeast, INITIAL, NONE, type Saturation, type Sight } from '../saturation.ts';
import type { TransactionHistory } from './history.ts';
import type { TransactionLayout } from './sightings.ts';

/** What is known before any choice is made. */
type Ordered = Extract<Saturation, { readonly kind: 'ordered' }>;

/** Rows of clocks that are passed on in one step. */
const ROWS_PER_STEP = 16;

/** The order, by number; undefined where it comes to a dead end, or the budget ends. */
export function likelyTransactionOrder(
  history: TransactionHistory,
  layout: TransactionLayout,
  saturation: Ordered,
  budget: Budget,
): readonly number[] | undefined {
  return new Placing(history, layout, saturation, budget).placeAll();
}

class Placing {
  private readonly layout: TransactionLayout;
  private readonly chains: Chains;
  private readonly budget: Budget;
  private readonly clocks: Int32Array;
  private readonly successors: readonly number[][];
  /** By place: how many that must come before it are not placed yet. */
  private readonly waitsFor: Int32Array;
  private readonly isPlaced: Uint8Array;
  /** By place: what it saw of whom, and who saw what it wrote. */
  private readonly seen: readonly Sight[][];
  private readonly readers: readonly Sight[][];
  /** By place: the registers that it writes to. */
  private readonly written: readonly (readonly number[])[];
  private readonly ready: Earliest;
  /** Places whose past has grown. */
  private readonly grown = new Set<number>();
  /** What the last choice has changed: edges by both ends, and clocks with what they were. */
  private readonly edgesAdded: number[] = [];
  private readonly clocksPassed: number[] = [];

  constructor(
    history: TransactionHistory,
    layout: TransactionLayout,
    { clocks, order }: Ordered,
    budget: Budget,
  ) {
    const { sightings, numberAt } = layout;
    this.layout = layout;
    this.chains = sightings.chains;
    this.budget = budget;
    this.clocks = clocks;
    const { chainOf } = this.chains;
    this.successors = Array.from(numberAt, (_, place) => {
      const later = [...order.successorsOf(place)];
      if (chainOf[place + 1] === chainOf[place]) later.push(place + 1);
      return later;
    });
    this.waitsFor = new Int32Array(numberAt.length);
    for (const later of this.successors) for (const place of later) this.waitsFor[place]!++;
    this.isPlaced = new Uint8Array(numberAt.length);
    this.written = Array.from(numberAt, (number) =>
      (history.uses[number] ?? [])
        .filter(({ writes, appends }) => writes.length + appends.length > 0)
        .map(({ register }) => register),
    );
    this.seen = Array.from(numberAt, () => []);
    this.readers = Array.from(numberAt, () => []);
    for (const sight of sightings.sights) {
      this.seen[sight.reader]!.push(sight);
      if (sight.writer !== INITIAL) this.readers[sight.writer]!.push(sight);
    }
    const deadlines = this.deadlines(history);
    this.ready = new Earliest((a, b) =>
      deadlines[a]! < deadlines[b]! ? -1 : deadlines[a]! > deadlines[b]! ? 1 : a - b,
    );
  }

  /** All that took effect, by number; undefined if some cannot be placed any more. */
  placeAll(): readonly number[] | undefined {
    const { numberAt } = this.layout;
    const { ready, waitsFor } = this;
    for (let place = 0; place < waitsFor.length; place++) {
      if (waitsFor[place] === 0) ready.add(place);
    }
    const order: number[] = [];
    /** Those that cannot be the next one. */
    let refused: number[] = [];
    let placed = 0;
    for (let place = ready.take(); place !== undefined; place = ready.take()) {
      if (!this.budget.spendSteps(1)) return undefined;
      // Since it was ready, more may have been found that must come before it.
      if (waitsFor[place]! > 0 || this.isPlaced[place] === 1) continue;
      if (!this.place(place)) {
        refused.push(place);
        continue;
      }
      placed++;
      if (numberAt[place] !== NONE) order.push(numberAt[place]!);
      for (const each of refused) ready.add(each);
      refused = [];
      for (const later of this.successors[place]!) if (--waitsFor[later]! === 0) ready.add(later);
    }
    return placed === numberAt.length ? order : undefined;
  }

  /** Places it, with all that follows; false, and nothing has changed, if it cannot come next. */
  private place(place: number): boolean {
    this.isPlaced[place] = 1;
    this.edgesAdded.length = 0;
    this.clocksPassed.length = 0;
    if (this.letReadersFollow(place) && this.settle()) return true;
    this.grown.clear();
    this.takeBack();
    this.isPlaced[place] = 0;
    return false;
  }

  private takeBack(): void {
    const { edgesAdded, clocksPassed } = this;
    for (let at = edgesAdded.length - 2; at >= 0; at -= 2) {
      const [earlier, later] = [edgesAdded[at]!, edgesAdded[at + 1]!];
      this.successors[earlier]!.pop();
      if (this.isPlaced[earlier] === 0) this.waitsFor[later]!--;
    }
    for (let at = clocksPassed.length - 2; at >= 0; at -= 2) {
      this.clocks[clocksPassed[at]!] = clocksPassed[at + 1]!;
    }
  }

  /** By when each place must take effect: what returns by then must come after it, or is it. */
  private deadlines({ operations }: TransactionHistory): Float64Array {
    const { numberAt } = this.layout;
    const waitsFor = this.waitsFor.slice();
    const order: number[] = [];
    for (let place = 0; place < waitsFor.length; place++) {
      if (waitsFor[place] === 0) order.push(place);
    }
    for (let done = 0; done < order.length; done++) {
      for (const later of this.successors[order[done]!]!) {
        if (--waitsFor[later]! === 0) order.push(later);
      }
    }
    const deadlines = new Float64Array(numberAt.length).fill(Number.POSITIVE_INFINITY);
    for (const place of order.reverse()) {
      let deadline = operations[numberAt[place]!]?.return ?? Number.POSITIVE_INFINITY;
      for (const later of this.successors[place]!) {
        if (deadlines[later]! < deadline) deadline = deadlines[later]!;
      }
      deadlines[place] = deadline;
    }
    return deadlines;
  }

  /** Nobody else writes to a register before all have come that saw what is there now. */
  private letReadersFollow(writer: number): boolean {
    return this.readers[writer]!.every(({ reader, register }) => {
      for (const writes of this.layout.sightings.writesOf[register]!.values()) {
        const next = writes[firstAtLeast(writes, (write) => this.isPlaced[write] === 0)];
        if (next !== undefined && next !== reader && !this.precede(reader, next)) return false;
      }
      return true;
    });
  }

  /** Adds all that follows from what was added; false if that is a circle. */
  private settle(): boolean {
    // A set yields what is added to it on the way.
    for (const place of this.grown) {
      this.grown.delete(place);
      if (!this.seen[place]!.every((sight) => this.placeEarlierWrites(sight))) return false;
      if (!this.written[place]!.every((register) => this.placeReaders(place, register))) {
        return false;
      }
    }
    return true;
  }

  /** What was written before a read was written before what it saw. */
  private placeEarlierWrites({ reader, writer, register }: Sight): boolean {
    if (writer === INITIAL) return true;
    for (const [chain, writes] of this.layout.sightings.writesOf[register]!) {
      let last = this.lastBefore(reader, chain, writes);
      if (writes[last] === reader) last--;
      const earlier = writes[last];
      if (earlier === undefined || earlier === writer || this.isPlaced[earlier] === 1) continue;
      if (!this.precede(earlier, writer)) return false;
    }
    return true;
  }

  /** Who saw what was written before a write came before that write. */
  private placeReaders(place: number, register: number): boolean {
    for (const [chain, writes] of this.layout.sightings.writesOf[register]!) {
      let last = this.lastBefore(place, chain, writes);
      if (writes[last] === place) last--;
      const earlier = writes[last];
      if (earlier === undefined) continue;
      for (const sight of this.readers[earlier]!) {
        const { reader } = sight;
        if (sight.register !== register || reader === place) continue;
        if (this.isPlaced[reader] === 0 && !this.precede(reader, place)) return false;
      }
    }
    return true;
  }

  /** Among the writes of a chain, the last that comes no later than a place. */
  private lastBefore(place: number, chain: number, writes: readonly number[]): number {
    const { firsts, chainCount } = this.chains;
    const before = this.clocks[place * chainCount + chain]! + firsts[chain]!;
    return firstAtLeast(writes, (write) => write >= before) - 1;
  }

  private precedes(earlier: number, later: number): boolean {
    const { chainOf, firsts, chainCount } = this.chains;
    const chain = chainOf[earlier]!;
    return this.clocks[later * chainCount + chain]! > earlier - firsts[chain]!;
  }

  /** Puts one place before another; false if it must come after it. */
  private precede(earlier: number, later: number): boolean {
    if (this.precedes(earlier, later)) return true;
    if (this.isPlaced[later] === 1 || this.precedes(later, earlier)) return false;
    this.successors[earlier]!.push(later);
    this.edgesAdded.push(earlier, later);
    if (this.isPlaced[earlier] === 0) this.waitsFor[later]!++;
    const pending = [later];
    this.pass(earlier, later);
    let rows = 1;
    for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
      for (const next of this.successors[place]!) {
        rows++;
        if (this.pass(place, next)) pending.push(next);
      }
    }
    return this.budget.spendSteps(Math.ceil(rows / ROWS_PER_STEP));
  }

  /** Whether the past of the later one has grown by that of the earlier. */
  private pass(earlier: number, later: number): boolean {
    const { chainCount } = this.chains;
    const { clocks } = this;
    const from = earlier * chainCount;
    const to = later * chainCount;
    let hasGrown = false;
    for (let chain = 0; chain < chainCount; chain++) {
      if (clocks[from + chain]! <= clocks[to + chain]!) continue;
      this.clocksPassed.push(to + chain, clocks[to + chain]!);
      clocks[to + chain] = clocks[from + chain]!;
      hasGrown = true;
    }
    if (hasGrown) this.grown.add(later);
    return hasGrown;
  }
}
