/**
 * The order that any sequential explanation of a history must keep, as far as it can be told from
 * who saw whose write.
 *
 * An order of each process and of each write before its reads is given. If, in it, another write to
 * the register comes before a read, it must come before the write that was read; if it comes after
 * the write that was read, it must come after the read. This is repeated until nothing new follows.
 * A circle means that the history is not sequentially consistent; no circle does not mean that it
 * is, as to know the reads' writers is not enough (Gibbons & Korach 1997, VSC-read is NP-complete).
 * As in Biswas & Enea, "On the complexity of checking transactional consistency" (OOPSLA 2019),
 * what comes before an operation is kept as a vector: of each process how many, O(n p) in all.
 */

import type { Budget } from '../budget.ts';
import type { PartialOrder } from './likely-order.ts';
import type { Processes } from './processes.ts';
import { INITIAL, NONE, type RegisterAccesses } from './register-accesses.ts';

export type Saturation =
  /** For each place and process: how many operations of it come no later. Row after row. */
  | { readonly kind: 'ordered'; readonly clocks: Int32Array; readonly order: PartialOrder }
  /** The steps of a circle, and the places that all of it follows from. */
  | { readonly kind: 'circular'; readonly circle: readonly number[]; readonly core: Set<number> }
  | { readonly kind: 'unfinished' };

/** Why one place must come before another that it does not precede in its process. */
interface Edge {
  readonly from: number;
  readonly to: number;
  /** The read and the write (or `INITIAL`) it follows from; `NONE` where `to` saw `from`. */
  readonly reader: number;
  readonly writer: number;
}

const BYTES_PER_CLOCK = 4;
const CLOCKS_PER_STEP = 64;
/** An edge, and its entry in a list. */
const BYTES_PER_EDGE = 96;

/**
 * Saturates the order, for reads that have seen the writes at `sources` (`INITIAL`, or `NONE` where
 * that is not known). Of the budget's memory it holds nothing when it ends.
 */
export function saturate(
  processes: Processes,
  accesses: RegisterAccesses,
  sources: Int32Array,
  budget: Budget,
): Saturation {
  const bytes = processes.operations.length * processes.processCount * BYTES_PER_CLOCK;
  if (!budget.take(bytes)) return { kind: 'unfinished' };
  const saturator = new Saturator(processes, accesses, sources, budget);
  const result = saturator.run();
  budget.give(bytes + saturator.edges.length * BYTES_PER_EDGE);
  return result;
}

class Saturator {
  readonly edges: Edge[] = [];
  private readonly processes: Processes;
  private readonly accesses: RegisterAccesses;
  private readonly budget: Budget;
  private readonly clocks: Int32Array;
  private readonly outgoing: number[][];
  /** The reads whose writer is known, with it. */
  private readonly known: { readonly reader: number; readonly writer: number }[] = [];
  /** For each object, and each process that writes to it, the places of its writes. */
  private readonly writesOf: readonly Map<number, number[]>[];

  constructor(
    processes: Processes,
    accesses: RegisterAccesses,
    sources: Int32Array,
    budget: Budget,
  ) {
    this.processes = processes;
    this.accesses = accesses;
    this.budget = budget;
    const count = processes.operations.length;
    this.clocks = new Int32Array(count * processes.processCount);
    this.outgoing = Array.from({ length: count }, () => []);
    this.writesOf = Array.from({ length: accesses.objectCount }, () => new Map());
    const seen = new Set(sources);
    for (let place = 0; place < count; place++) {
      if (!accesses.isRegister[accesses.objectOf[place]!]) continue;
      const isNeeded = processes.operations[place]!.return !== null || seen.has(place);
      if (isNeeded && accesses.writes[place] !== NONE) this.addWrite(place);
      const writer = sources[place]!;
      if (writer === NONE || writer === place) continue;
      this.known.push({ reader: place, writer });
      if (writer !== INITIAL) this.add(writer, place, NONE, NONE);
    }
  }

  run(): Saturation {
    for (;;) {
      const order = this.inOrder();
      if (order === undefined) return { kind: 'unfinished' };
      if (order.length < this.outgoing.length) return this.circular();
      this.countClocks(order);
      const before = this.edges.length;
      for (const { reader, writer } of this.known) {
        if (!this.budget.spendSteps(1)) return { kind: 'unfinished' };
        this.placeOtherWrites(reader, writer);
      }
      if (this.edges.length === before) return this.ordered();
      if (this.budget.exhausted !== undefined) return { kind: 'unfinished' };
    }
  }

  private ordered(): Saturation {
    const { clocks, outgoing, edges } = this;
    const successorsOf = (place: number) => outgoing[place]!.map((edge) => edges[edge]!.to);
    return { kind: 'ordered', clocks, order: { successorsOf } };
  }

  private addWrite(place: number): void {
    const writes = this.writesOf[this.accesses.objectOf[place]!]!;
    const process = this.processes.processOf[place]!;
    const own = writes.get(process);
    if (own === undefined) writes.set(process, [place]);
    else own.push(place);
  }

  private add(from: number, to: number, reader: number, writer: number): void {
    if (!this.budget.take(BYTES_PER_EDGE)) return;
    this.outgoing[from]!.push(this.edges.length);
    this.edges.push({ from, to, reader, writer });
  }

  /** All places in an order that keeps the edges up to a limit; fewer if these have a circle. */
  private inOrder(limit = this.edges.length): number[] | undefined {
    const { processOf } = this.processes;
    const { outgoing, edges } = this;
    if (!this.budget.spendSteps(1 + (outgoing.length >>> 4))) return undefined;
    const incoming = new Int32Array(outgoing.length);
    for (let edge = 0; edge < limit; edge++) incoming[edges[edge]!.to]!++;
    for (let place = 1; place < outgoing.length; place++) {
      if (processOf[place] === processOf[place - 1]) incoming[place]!++;
    }
    const order: number[] = [];
    for (let place = 0; place < outgoing.length; place++) {
      if (incoming[place] === 0) order.push(place);
    }
    for (let done = 0; done < order.length; done++) {
      const place = order[done]!;
      if (processOf[place + 1] === processOf[place] && --incoming[place + 1]! === 0) {
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
    const { processOf, firsts, processCount: width } = this.processes;
    const { clocks } = this;
    for (const place of order) {
      // Less than all is an order too, and the budget's end is noticed soon enough.
      if (width > CLOCKS_PER_STEP && !this.budget.spendSteps(Math.floor(width / CLOCKS_PER_STEP))) {
        return;
      }
      const row = place * width;
      const process = processOf[place]!;
      clocks[row + process] = place - firsts[process]! + 1;
      if (processOf[place + 1] === process) this.pass(row, row + width);
      for (const edge of this.outgoing[place]!) this.pass(row, this.edges[edge]!.to * width);
    }
  }

  private pass(from: number, to: number): void {
    const { clocks } = this;
    for (let process = 0; process < this.processes.processCount; process++) {
      const count = clocks[from + process]!;
      if (count > clocks[to + process]!) clocks[to + process] = count;
    }
  }

  private precedes(earlier: number, later: number): boolean {
    const { processOf, firsts, processCount } = this.processes;
    const process = processOf[earlier]!;
    return this.clocks[later * processCount + process]! > earlier - firsts[process]!;
  }

  /** Puts other writes to the register before the write or after the read, where one follows. */
  private placeOtherWrites(reader: number, writer: number): void {
    const { firsts, processCount } = this.processes;
    for (const [process, writes] of this.writesOf[this.accesses.objectOf[reader]!]!) {
      const before = this.clocks[reader * processCount + process]! + firsts[process]!;
      let last = firstAtLeast(writes, (write) => write >= before) - 1;
      if (writes[last] === reader) last--;
      const earlier = writes[last];
      if (earlier !== undefined && earlier !== writer && writer !== INITIAL) {
        if (!this.precedes(earlier, writer)) this.add(earlier, writer, reader, writer);
      }
      let first =
        writer === INITIAL ? 0 : firstAtLeast(writes, (write) => this.precedes(writer, write));
      if (writes[first] === writer) first++;
      const later = writes[first];
      if (later === undefined || later === reader) continue;
      if (!this.precedes(reader, later)) this.add(reader, later, reader, writer);
    }
  }

  private circular(): Saturation {
    const circle = this.oldestCircle();
    if (circle === undefined) return { kind: 'unfinished' };
    const core = new Set<number>();
    const pending = this.edgesOf([...circle, circle[0]!]);
    const explained = new Set<number>(pending);
    for (const place of circle) core.add(place);
    for (let edge = pending.pop(); edge !== undefined; edge = pending.pop()) {
      if (!this.budget.spendSteps(1 + (this.outgoing.length >>> 4))) return { kind: 'unfinished' };
      const { from, to, reader, writer } = this.edges[edge]!;
      core.add(from).add(to);
      if (reader === NONE) continue;
      core.add(reader);
      if (writer === INITIAL) continue;
      core.add(writer);
      const path = to === writer ? this.path(from, reader, edge) : this.path(writer, to, edge);
      for (const each of [...this.edgesOf(path), this.sightOf(reader)]) {
        if (explained.has(each)) continue;
        explained.add(each);
        pending.push(each);
      }
    }
    return { kind: 'circular', circle, core };
  }

  /** The edge by which a read comes after its write. */
  private sightOf(reader: number): number {
    return this.edges.findIndex((edge) => edge.to === reader && edge.reader === NONE);
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

  /** A shortest way from one place to another, by edges older than `limit`. */
  private path(start: number, end: number, limit: number): readonly number[] {
    const { processOf } = this.processes;
    const before = new Map<number, number>([[start, start]]);
    const queue = [start];
    for (let done = 0; done < queue.length && !before.has(end); done++) {
      const place = queue[done]!;
      const next = this.outgoing[place]!.filter((edge) => edge < limit).map(
        (edge) => this.edges[edge]!.to,
      );
      if (processOf[place + 1] === processOf[place]) next.push(place + 1);
      for (const to of next) {
        if (before.has(to)) continue;
        before.set(to, place);
        queue.push(to);
      }
    }
    const path = [end];
    for (let place = end; place !== start; path.push(place)) place = before.get(place)!;
    return path.reverse();
  }

  /** The edges along a path, but for those that a process gives by itself. */
  private edgesOf(path: readonly number[]): number[] {
    const found: number[] = [];
    for (let step = 1; step < path.length; step++) {
      const from = path[step - 1]!;
      const edge = this.outgoing[from]!.find((each) => this.edges[each]!.to === path[step]);
      if (edge !== undefined) found.push(edge);
    }
    return found;
  }
}

/** The first index at which a test that turns from false to true is true. */
function firstAtLeast(items: readonly number[], test: (item: number) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
