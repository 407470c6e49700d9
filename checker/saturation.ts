/**
 * The order that any explanation of a history must keep, as far as it can be told from who saw
 * whose write.
 *
 * Chains of places, some precedences, and each write before its reads are given. If, in that order,
 * another write to the register comes before a read, it must come before the write that was read;
 * if it comes after the write that was read, it must come after the read. This is repeated until
 * nothing new follows. A circle means that there is no order; no circle does not mean that there is
 * one, as to know the writers is not enough (Gibbons & Korach 1997, VSC-read is NP-complete).
 * As in Biswas & Enea, "On the complexity of checking transactional consistency" (OOPSLA 2019),
 * what comes before an operation is kept as a vector: of each chain how many, O(n c) in all.
 */

import type { Budget } from './budget.ts';
import type { Chains, PartialOrder } from './chains.ts';

/** In place of a place: there is none. */
export const NONE = -1;

/** The source of a read that saw the initial value. */
export const INITIAL = -2;

/** A read, and the place of the write that it saw, or `INITIAL`. */
export interface Sight {
  readonly reader: number;
  readonly writer: number;
  readonly register: number;
}

/** One place before another; `shownBy`: the read that says so, or `NONE`. */
export interface Precedence {
  readonly from: number;
  readonly to: number;
  readonly shownBy: number;
}

/** What is known before anything is inferred. */
export interface Sightings {
  readonly chains: Chains;
  readonly precedences: readonly Precedence[];
  readonly sights: readonly Sight[];
  /** For each register, and each chain that writes to it, the places of its writes, in order. */
  readonly writesOf: readonly ReadonlyMap<number, readonly number[]>[];
}

export type Saturation =
  /** For each place and chain: how many places of it come no later. Row after row. */
  | { readonly kind: 'ordered'; readonly clocks: Int32Array; readonly order: PartialOrder }
  /** The steps of a circle, and the places that all of it follows from. */
  | {
      readonly kind: 'circular';
      readonly circle: readonly CircleStep[];
      readonly core: ReadonlySet<number>;
    }
  | { readonly kind: 'unfinished' };

/** A place of a circle, and why it must come before the next one. */
export interface CircleStep {
  readonly place: number;
  readonly reason: Reason;
}

/**
 * Why a place must come before another. `chain`: it does so in its chain; `given`: that was said,
 * or shown by a read; `seen`: the later one saw what it wrote; `overwritten`: it read what the
 * later one overwrote; `hidden`: it wrote what a reader could see, but that saw what the later one
 * wrote.
 */
export type Reason =
  | { readonly kind: 'chain' }
  | { readonly kind: 'given'; readonly shownBy: number }
  | { readonly kind: 'seen'; readonly register: number }
  | { readonly kind: 'overwritten'; readonly register: number; readonly writer: number }
  | { readonly kind: 'hidden'; readonly register: number; readonly reader: number };

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly reason: Reason;
}

const CHAIN: Reason = { kind: 'chain' };
const BYTES_PER_CLOCK = 4;
const CLOCKS_PER_STEP = 64;
/** An edge, its reason, and its entry in a list. */
const BYTES_PER_EDGE = 128;

/** Saturates the order. Of the budget's memory it holds nothing when it ends. */
export function saturate(sightings: Sightings, budget: Budget): Saturation {
  const { chainOf, chainCount } = sightings.chains;
  const bytes = chainOf.length * chainCount * BYTES_PER_CLOCK;
  if (!budget.take(bytes)) return { kind: 'unfinished' };
  const saturator = new Saturator(sightings, budget);
  const result = saturator.run();
  budget.give(bytes + saturator.edges.length * BYTES_PER_EDGE);
  return result;
}

class Saturator {
  readonly edges: Edge[] = [];
  private readonly chains: Chains;
  private readonly sightings: Sightings;
  private readonly budget: Budget;
  private readonly clocks: Int32Array;
  private readonly outgoing: number[][];

  constructor(sightings: Sightings, budget: Budget) {
    this.chains = sightings.chains;
    this.sightings = sightings;
    this.budget = budget;
    const count = this.chains.chainOf.length;
    this.clocks = new Int32Array(count * this.chains.chainCount);
    this.outgoing = Array.from({ length: count }, () => []);
    for (const { from, to, shownBy } of sightings.precedences) {
      this.add(from, to, { kind: 'given', shownBy });
    }
    for (const { reader, writer, register } of sightings.sights) {
      if (writer !== INITIAL) this.add(writer, reader, { kind: 'seen', register });
    }
  }

  run(): Saturation {
    for (;;) {
      if (this.budget.exhausted !== undefined) return { kind: 'unfinished' };
      const order = this.inOrder();
      if (order === undefined) return { kind: 'unfinished' };
      if (order.length < this.outgoing.length) return this.circular();
      this.countClocks(order);
      const before = this.edges.length;
      for (const sight of this.sightings.sights) {
        if (!this.budget.spendSteps(1)) return { kind: 'unfinished' };
        this.placeOtherWrites(sight);
      }
      if (this.edges.length === before) return this.ordered();
    }
  }

  private ordered(): Saturation {
    const { clocks, outgoing, edges } = this;
    const successorsOf = (place: number) => outgoing[place]!.map((edge) => edges[edge]!.to);
    return { kind: 'ordered', clocks, order: { successorsOf } };
  }

  private add(from: number, to: number, reason: Reason): void {
    if (!this.budget.take(BYTES_PER_EDGE)) return;
    this.outgoing[from]!.push(this.edges.length);
    this.edges.push({ from, to, reason });
  }

  /** All places in an order that keeps the edges up to a limit; fewer if these have a circle. */
  private inOrder(limit = this.edges.length): number[] | undefined {
    const { chainOf } = this.chains;
    const { outgoing, edges } = this;
    if (!this.budget.spendSteps(1 + (outgoing.length >>> 4))) return undefined;
    const incoming = new Int32Array(outgoing.length);
    for (let edge = 0; edge < limit; edge++) incoming[edges[edge]!.to]!++;
    for (let place = 1; place < outgoing.length; place++) {
      if (chainOf[place] === chainOf[place - 1]) incoming[place]!++;
    }
    const order: number[] = [];
    for (let place = 0; place < outgoing.length; place++) {
      if (incoming[place] === 0) order.push(place);
    }
    for (let done = 0; done < order.length; done++) {
      const place = order[done]!;
      if (chainOf[place + 1] === chainOf[place] && --incoming[place + 1]! === 0) {
        order.push(place + 1);
      }
      for (const edge of outgoing[place]!) {
        const { to } = edges[edge]!;
        if (edge < limit && --incoming[to]! === 0) order.push(to);
      }
    }
    return order;
  }

  private countClocks(order: readonly number[]): void {
    const { chainOf, firsts, chainCount: width } = this.chains;
    const { clocks } = this;
    for (const place of order) {
      // Less than all is an order too, and the budget's end is noticed soon enough.
      if (width > CLOCKS_PER_STEP && !this.budget.spendSteps(Math.floor(width / CLOCKS_PER_STEP))) {
        return;
      }
      const row = place * width;
      const chain = chainOf[place]!;
      clocks[row + chain] = place - firsts[chain]! + 1;
      if (chainOf[place + 1] === chain) this.pass(row, row + width);
      for (const edge of this.outgoing[place]!) this.pass(row, this.edges[edge]!.to * width);
    }
  }

  private pass(from: number, to: number): void {
    const { clocks } = this;
    for (let chain = 0; chain < this.chains.chainCount; chain++) {
      const count = clocks[from + chain]!;
      if (count > clocks[to + chain]!) clocks[to + chain] = count;
    }
  }

  private precedes(earlier: number, later: number): boolean {
    const { chainOf, firsts, chainCount } = this.chains;
    const chain = chainOf[earlier]!;
    return this.clocks[later * chainCount + chain]! > earlier - firsts[chain]!;
  }

  /** Puts other writes to the register before the write or after the read, where one follows. */
  private placeOtherWrites({ reader, writer, register }: Sight): void {
    const { firsts, chainCount } = this.chains;
    for (const [chain, writes] of this.sightings.writesOf[register]!) {
      const before = this.clocks[reader * chainCount + chain]! + firsts[chain]!;
      let last = firstAtLeast(writes, (write) => write >= before) - 1;
      if (writes[last] === reader) last--;
      const earlier = writes[last];
      if (earlier !== undefined && earlier !== writer && writer !== INITIAL) {
        if (!this.precedes(earlier, writer)) {
          this.add(earlier, writer, { kind: 'hidden', register, reader });
        }
      }
      let first =
        writer === INITIAL ? 0 : firstAtLeast(writes, (write) => this.precedes(writer, write));
      if (writes[first] === writer) first++;
      const later = writes[first];
      if (later === undefined || later === reader) continue;
      if (!this.precedes(reader, later)) {
        this.add(reader, later, { kind: 'overwritten', register, writer });
      }
    }
  }

  private circular(): Saturation {
    const circle = this.oldestCircle();
    if (circle === undefined) return { kind: 'unfinished' };
    const core = new Set<number>();
    const steps = this.edgesOf([...circle, circle[0]!]);
    const pending = steps.filter((edge) => edge !== undefined);
    const explained = new Set<number>(pending);
    for (const place of circle) core.add(place);
    for (let edge = pending.pop(); edge !== undefined; edge = pending.pop()) {
      if (!this.budget.spendSteps(1 + (this.outgoing.length >>> 4))) return { kind: 'unfinished' };
      const { from, to } = this.edges[edge]!;
      core.add(from).add(to);
      for (const each of this.groundsOf(edge, core)) {
        if (each === undefined || explained.has(each)) continue;
        explained.add(each);
        pending.push(each);
      }
    }
    const reasonOf = (edge: number | undefined) =>
      edge === undefined ? CHAIN : this.edges[edge]!.reason;
    return {
      kind: 'circular',
      circle: circle.map((place, step) => ({ place, reason: reasonOf(steps[step]) })),
      core,
    };
  }

  /** The edges that one follows from; to the core the places are added that show it. */
  private groundsOf(edge: number, core: Set<number>): readonly (number | undefined)[] {
    const { from, to, reason } = this.edges[edge]!;
    switch (reason.kind) {
      case 'chain':
      case 'seen':
        return [];
      case 'given':
        if (reason.shownBy !== NONE) core.add(reason.shownBy);
        return [];
      case 'hidden': {
        const { reader } = reason;
        core.add(reader);
        return [...this.edgesOf(this.path(from, reader, edge)), this.sightOf(to, reader)];
      }
      case 'overwritten': {
        const { writer } = reason;
        if (writer === INITIAL) return [];
        core.add(writer);
        return [...this.edgesOf(this.path(writer, to, edge)), this.sightOf(writer, from)];
      }
      default:
        return reason satisfies never;
    }
  }

  /** The edge by which a read comes after its write. */
  private sightOf(writer: number, reader: number): number | undefined {
    return this.outgoing[writer]!.find((each) => {
      const { to, reason } = this.edges[each]!;
      return to === reader && reason.kind === 'seen';
    });
  }

  /**
   * Some places, each of which must come before the next, and the last before the first.
   *
   * Of all circles it is one that was closed first, as that follows from the least.
   */
  private oldestCircle(): readonly number[] | undefined {
    let open = 0;
    let closed = this.edges.length;
    while (closed - open > 1) {
      const middle = (open + closed) >>> 1;
      const order = this.inOrder(middle);
      if (order === undefined) return undefined;
      if (order.length < this.outgoing.length) closed = middle;
      else open = middle;
    }
    const { from, to } = this.edges[closed - 1]!;
    return this.path(to, from, closed - 1);
  }

  /**
   * A way from one place to another by the fewest edges older than `limit`. What lies between two
   * places of one chain is passed over.
   */
  private path(start: number, end: number, limit: number): readonly number[] {
    const { chainOf } = this.chains;
    const before = new Map<number, number>();
    let reached = [start];
    const reach = (from: number, to: number, found: number[]) => {
      // Along its chain a place reaches all that comes after it, up to what was reached before.
      for (let place = to; chainOf[place] === chainOf[to] && !before.has(place); place++) {
        before.set(place, place === to ? from : to);
        found.push(place);
      }
    };
    const first: number[] = [];
    reach(start, start, first);
    reached = first;
    while (!before.has(end) && reached.length > 0) {
      const found: number[] = [];
      for (const place of reached) {
        for (const edge of this.outgoing[place]!) {
          if (edge < limit) reach(place, this.edges[edge]!.to, found);
        }
      }
      reached = found;
    }
    const path = [end];
    for (let place = end; place !== start; path.push(place)) place = before.get(place)!;
    return path.reverse();
  }

  /** The edge of each step along a path; undefined for those that a chain gives by itself. */
  private edgesOf(path: readonly number[]): (number | undefined)[] {
    return path.slice(1).map((to, step) => {
      const outgoing = this.outgoing[path[step]!]!;
      return outgoing.find((each) => this.edges[each]!.to === to);
    });
  }
}

/** The first index at which a test that turns from false to true is true. */
export function firstAtLeast(items: readonly number[], test: (item: number) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
