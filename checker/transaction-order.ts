/**
 * A likely order of transactions, to be tried before any search.
 *
 * It keeps the saturated order, and places no write before all have been placed that saw what it
 * replaces. Of several that may come next, the one is taken that must take effect first.
 */

import type { Budget } from './budget.ts';
import type { PartialOrder } from './chains.ts';
import { Earliest } from './earliest.ts';
import { INITIAL, NONE } from './saturation.ts';
import type { TransactionHistory } from './transaction-history.ts';
import type { TransactionLayout } from './transaction-sightings.ts';

/** The order, by number; undefined where it comes to a dead end. O(n log n). */
export function likelyTransactionOrder(
  history: TransactionHistory,
  layout: TransactionLayout,
  order: PartialOrder,
  budget: Budget,
): readonly number[] | undefined {
  return new Placing(history, layout, order, budget).placeAll();
}

class Placing {
  private readonly layout: TransactionLayout;
  private readonly successors: readonly (readonly number[])[];
  private readonly budget: Budget;
  /** By place: the registers that it writes to. */
  private readonly written: readonly (readonly number[])[];
  /** By place: the registers of which it saw what is known to be another's write. */
  private readonly seen: readonly (readonly number[])[];
  /** By place: for each register that it writes, how many are known to have seen that. */
  private readonly readers: readonly Map<number, number>[];
  /** By register: how many are left of those that saw what is there now. */
  private readonly left: Int32Array;
  /** By register: those that could come next, but for the readers that are left. */
  private readonly waiting: (number[] | undefined)[];
  private readonly deadlines: Float64Array;
  private readonly ready: Earliest;

  constructor(
    history: TransactionHistory,
    layout: TransactionLayout,
    order: PartialOrder,
    budget: Budget,
  ) {
    this.layout = layout;
    this.budget = budget;
    const { sightings, numberAt } = layout;
    const { chainOf } = sightings.chains;
    this.successors = Array.from(numberAt, (_, place) => {
      const later = order.successorsOf(place);
      return chainOf[place + 1] === chainOf[place] ? [...later, place + 1] : later;
    });
    this.written = Array.from(numberAt, (number) =>
      (history.uses[number] ?? [])
        .filter(({ writes, appends }) => writes.length + appends.length > 0)
        .map(({ register }) => register),
    );
    const seen: number[][] = Array.from(numberAt, () => []);
    this.seen = seen;
    this.readers = Array.from(numberAt, () => new Map<number, number>());
    this.left = new Int32Array(history.registers.length);
    this.waiting = history.registers.map(() => undefined);
    for (const { reader, writer, register } of sightings.sights) {
      seen[reader]!.push(register);
      if (writer === INITIAL) this.left[register]!++;
      else this.readers[writer]!.set(register, (this.readers[writer]!.get(register) ?? 0) + 1);
    }
    const inOrder = this.inOrder();
    this.deadlines = new Float64Array(numberAt.length).fill(Number.POSITIVE_INFINITY);
    for (const place of inOrder.reverse()) {
      const returned = history.operations[numberAt[place]!]?.return ?? Number.POSITIVE_INFINITY;
      let deadline = returned;
      for (const later of this.successors[place]!) {
        deadline = Math.min(deadline, this.deadlines[later]!);
      }
      this.deadlines[place] = deadline;
    }
    const { deadlines } = this;
    this.ready = new Earliest((a, b) =>
      deadlines[a]! < deadlines[b]! ? -1 : deadlines[a]! > deadlines[b]! ? 1 : a - b,
    );
  }

  /** All that took effect, by number; undefined if some cannot be placed any more. */
  placeAll(): readonly number[] | undefined {
    const { numberAt } = this.layout;
    const { ready } = this;
    const waitsFor = this.incoming();
    for (let place = 0; place < waitsFor.length; place++)
      if (waitsFor[place] === 0) ready.add(place);
    const order: number[] = [];
    let placed = 0;
    for (let place = ready.take(); place !== undefined; place = ready.take()) {
      const blocked = this.blockedBy(place);
      if (blocked !== undefined) {
        this.waitFor(blocked, place);
        continue;
      }
      this.budget.goOn(placed++);
      if (numberAt[place] !== NONE) order.push(numberAt[place]!);
      this.place(place);
      for (const later of this.successors[place]!) if (--waitsFor[later]! === 0) ready.add(later);
    }
    return placed === numberAt.length ? order : undefined;
  }

  /** A register that it would write to, of which another has still to see what is there. */
  private blockedBy(place: number): number | undefined {
    const seen = this.seen[place]!;
    return this.written[place]!.find(
      (register) => this.left[register]! > (seen.includes(register) ? 1 : 0),
    );
  }

  private waitFor(register: number, place: number): void {
    const waiting = this.waiting[register];
    if (waiting === undefined) this.waiting[register] = [place];
    else waiting.push(place);
  }

  private place(place: number): void {
    for (const register of this.seen[place]!) {
      this.left[register]!--;
      const waiting = this.waiting[register];
      this.waiting[register] = undefined;
      for (const each of waiting ?? []) this.ready.add(each);
    }
    for (const register of this.written[place]!) {
      this.left[register] = this.readers[place]!.get(register) ?? 0;
    }
  }

  private incoming(): Int32Array {
    const incoming = new Int32Array(this.successors.length);
    for (const later of this.successors) for (const place of later) incoming[place]!++;
    return incoming;
  }

  private inOrder(): number[] {
    const waitsFor = this.incoming();
    const order: number[] = [];
    for (let place = 0; place < waitsFor.length; place++)
      if (waitsFor[place] === 0) order.push(place);
    for (let done = 0; done < order.length; done++) {
      for (const later of this.successors[order[done]!]!) {
        if (--waitsFor[later]! === 0) order.push(later);
      }
    }
    return order;
  }
}
