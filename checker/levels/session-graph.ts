/**
 * What must be visible to whom, and which write must come before which, once it is known which
 * write each read has seen.
 *
 * The definitions are those of Terry et al., "Session guarantees for weakly consistent replicated
 * data" (PDIS 1994), in the words of Viotti & Vukolić, "Consistency in non-transactional
 * distributed storage systems" (2016): there are a relation *visible*, from writes to reads, and a
 * total order of all writes, the *arbitration*, and a read answers the last of the writes to its
 * register that are visible to it, or the initial value if none is. For writes a, b and reads r, s,
 * where `a ; b` says that one process called a before b:
 *
 * - read your writes: a ; r makes a visible to r.
 * - monotonic reads: what is visible to r is visible to s if r ; s.
 * - monotonic writes: a ; b puts a before b, and makes a visible wherever b is.
 * - writes follow reads: what is visible to r, with r ; b, is put before b and visible where b is.
 *
 * (The last two are about the arbitration, and, as Terry et al. have it, about who sees the later
 * write: it sees the earlier one too. On registers each of the two, by itself, is broken by answers
 * from the future alone; together with the others they say much more.) A swap is a read and, right
 * after it, a write of the same process.
 *
 * *The reduction.* Each guarantee is a rule that derives visibility from visibility, or order from
 * visibility. More visibility only means more demands, so the least relation that holds the writes
 * seen and is closed under the rules is the one to try. It is reachability in a graph: from each
 * write to the reads that have seen it, and on along the processes as the guarantees say. A write
 * that reaches another one is before it, by the rules or by transitivity. A write a that reaches a
 * read r of its register, which has seen w, must be before w. These demands are all there are, and
 * a total order meets them exactly if they have no circle; the initial value is a write before all
 * others of its register. And no write may reach a read that had returned before it was called: it
 * is visible to nobody before. For, in such an order, of the writes to its register that are
 * visible to a read, the one that it has seen is the last; and each guarantee holds, as the visible
 * relation is closed under its rule and what the rule orders is ordered.
 */

import type { Budget } from '../budget.ts';
import type { Processes } from './processes.ts';
import { INITIAL, NONE, type RegisterAccesses } from './register-accesses.ts';

export type Guarantee =
  | 'read-your-writes'
  | 'monotonic-reads'
  | 'monotonic-writes'
  | 'writes-follow-reads';

/** All four. */
export const GUARANTEES: readonly Guarantee[] = [
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
];

/** A demand that one node comes before another, for a read that both are visible to. */
interface Conflict {
  readonly from: number;
  readonly to: number;
}

/** A write that would have to be visible to a read, but was called after that had returned. */
export interface EarlySight {
  readonly write: number;
  readonly reader: number;
}

const BYTES_PER_EDGE = 24;
const BYTES_PER_NODE = 24;
const WRITES_PER_PASS = 32;
/** Edges that are followed in one step. */
const EDGES_PER_STEP = 64;
/** For each place: its read, its write, and the place on each guarantee's way along a process. */
const NODES_PER_PLACE = 2 + GUARANTEES.length;

/** The graph of one assignment of sources. Nodes are numbered, see `readNode` and the others. */
export class SessionGraph {
  readonly count: number;
  readonly processes: Processes;
  readonly accesses: RegisterAccesses;
  /** For each place, the place whose write it has seen, `INITIAL`, or `NONE`. */
  readonly sources: Int32Array;
  private readonly budget: Budget;
  private readonly outgoing: number[][];
  private edgeCount = 0;
  private bytes = 0;

  constructor(
    processes: Processes,
    accesses: RegisterAccesses,
    sources: Int32Array,
    guarantees: readonly Guarantee[],
    budget: Budget,
  ) {
    this.count = processes.operations.length;
    this.processes = processes;
    this.accesses = accesses;
    this.sources = sources;
    this.budget = budget;
    this.outgoing = Array.from(
      { length: NODES_PER_PLACE * this.count + accesses.objectCount },
      () => [],
    );
    this.take(this.outgoing.length * BYTES_PER_NODE);
    this.linkSources();
    for (const guarantee of guarantees) this.linkProcesses(guarantee);
  }

  readNode(place: number): number {
    return place;
  }

  writeNode(place: number): number {
    return this.count + place;
  }

  initialNode(object: number): number {
    return NODES_PER_PLACE * this.count + object;
  }

  /** The place of a read's or write's node; `NONE` for others. */
  placeOf(node: number): number {
    return node < 2 * this.count ? node % this.count : NONE;
  }

  isWrite(node: number): boolean {
    return node >= this.count && node < 2 * this.count;
  }

  /** Adds the demands of the reads; false if the budget ends. Only for a graph without a circle. */
  addConflicts(order: readonly number[]): boolean {
    const writes = this.writesByObject();
    const readers = this.readersByObject();
    const masks = new Int32Array(this.outgoing.length);
    const edges = this.edgesInOrder(order);
    const conflicts: Conflict[] = [];
    for (let first = 0; first < writes.length; first += WRITES_PER_PASS) {
      const pass = writes.slice(first, first + WRITES_PER_PASS);
      if (!this.budget.spendSteps(1 + Math.floor(this.edgeCount / EDGES_PER_STEP))) return false;
      this.reach(edges, pass, masks);
      this.collect(pass, readers, masks, conflicts);
    }
    // They are counted again as edges.
    this.give(conflicts.length * BYTES_PER_EDGE);
    for (const { from, to } of conflicts) this.link(from, to);
    for (const write of writes) {
      this.link(this.initialNode(this.accesses.objectOf[write]!), this.writeNode(write));
    }
    return this.budget.exhausted === undefined;
  }

  /**
   * A read to which a write is visible that was called only later. What a read itself has seen was
   * called by then; but a swap that never returned may be said to have seen what came much later.
   */
  earlySight(order: readonly number[]): EarlySight | undefined {
    const { operations } = this.processes;
    const { looks } = this.accesses;
    const latest = new Int32Array(this.outgoing.length).fill(NONE);
    const callOf = (place: number) =>
      place === NONE ? Number.NEGATIVE_INFINITY : operations[place]!.call;
    for (const node of order) {
      const place = this.placeOf(node);
      if (this.isWrite(node) && callOf(place) > callOf(latest[node]!)) latest[node] = place;
      const write = latest[node]!;
      const isSeeing = place !== NONE && !this.isWrite(node) && looks[place] === 1;
      const by = isSeeing ? operations[place]!.return : null;
      if (by !== null && callOf(write) > by) return { write, reader: place };
      for (const to of this.outgoing[node]!) {
        if (callOf(write) > callOf(latest[to]!)) latest[to] = write;
      }
    }
    return undefined;
  }

  /** All nodes in an order that keeps the edges; fewer of them if there is a circle. */
  inOrder(): readonly number[] {
    const { outgoing } = this;
    const incoming = new Int32Array(outgoing.length);
    for (const next of outgoing) for (const to of next) incoming[to]!++;
    const order: number[] = [];
    for (let node = 0; node < outgoing.length; node++) if (incoming[node] === 0) order.push(node);
    for (let done = 0; done < order.length; done++) {
      for (const to of outgoing[order[done]!]!) if (--incoming[to]! === 0) order.push(to);
    }
    this.budget.spendSteps(1 + Math.floor(this.edgeCount / EDGES_PER_STEP));
    return order;
  }

  /** A shortest circle, through some node that `order`, of `inOrder`, leaves out. */
  circleBeside(order: readonly number[]): readonly number[] {
    const settled = new Set(order);
    const before = new Map<number, number>();
    this.outgoing.forEach((next, from) => {
      if (settled.has(from)) return;
      for (const to of next) if (!settled.has(to) && !before.has(to)) before.set(to, from);
    });
    let node = [...before.keys()][0]!;
    const seen = new Set<number>();
    for (; !seen.has(node); node = before.get(node)!) seen.add(node);
    return this.path(node, before.get(node)!, Number.POSITIVE_INFINITY)!;
  }

  /** A shortest way, by the edges of visibility alone unless all are allowed. */
  path(
    start: number,
    end: number,
    edgesPerNode: number | Int32Array,
  ): readonly number[] | undefined {
    const before = new Map<number, number>([[start, start]]);
    const queue = [start];
    for (let done = 0; done < queue.length && !before.has(end); done++) {
      const node = queue[done]!;
      const next = this.outgoing[node]!;
      const edges = typeof edgesPerNode === 'number' ? next.length : edgesPerNode[node]!;
      for (let edge = 0; edge < edges; edge++) {
        if (before.has(next[edge]!)) continue;
        before.set(next[edge]!, node);
        queue.push(next[edge]!);
      }
    }
    if (!before.has(end)) return undefined;
    const path = [end];
    for (let node = end; node !== start; path.push(node)) node = before.get(node)!;
    return path.reverse();
  }

  /** How many edges each node has now, so that those added later can be told from them. */
  edgeCounts(): Int32Array {
    return Int32Array.from(this.outgoing, (next) => next.length);
  }

  release(): void {
    this.give(this.bytes);
  }

  private take(bytes: number): boolean {
    if (!this.budget.take(bytes)) return false;
    this.bytes += bytes;
    return true;
  }

  private give(bytes: number): void {
    this.budget.give(bytes);
    this.bytes -= bytes;
  }

  private link(from: number, to: number): void {
    if (!this.take(BYTES_PER_EDGE)) return;
    this.edgeCount++;
    this.outgoing[from]!.push(to);
  }

  private linkSources(): void {
    this.sources.forEach((source, place) => {
      if (source === NONE) return;
      const from =
        source === INITIAL
          ? this.initialNode(this.accesses.objectOf[place]!)
          : this.writeNode(source);
      this.link(from, this.readNode(place));
    });
  }

  /** Leads what goes in along each process to where it must come out. */
  private linkProcesses(guarantee: Guarantee): void {
    const { processOf } = this.processes;
    const { looks, writes } = this.accesses;
    const fromWrites = guarantee === 'read-your-writes' || guarantee === 'monotonic-writes';
    const toWrites = guarantee === 'monotonic-writes' || guarantee === 'writes-follow-reads';
    const start = (2 + GUARANTEES.indexOf(guarantee)) * this.count;
    for (let place = 0; place < this.count; place++) {
      const isRead = looks[place] === 1;
      const isWrite = writes[place] !== NONE;
      const isLast = processOf[place + 1] !== processOf[place];
      const way = start + place;
      if (!isLast) this.link(way, way + 1);
      if (toWrites && isWrite) this.link(way, this.writeNode(place));
      if (!toWrites && isRead) this.link(way, this.readNode(place));
      if (fromWrites && isWrite && !isLast) this.link(this.writeNode(place), way + 1);
      if (fromWrites || !isRead) continue;
      // The write of a swap follows its own read.
      if (toWrites) this.link(this.readNode(place), way);
      else if (!isLast) this.link(this.readNode(place), way + 1);
    }
  }

  private writesByObject(): readonly number[] {
    const { writes, objectOf } = this.accesses;
    const found: number[] = [];
    writes.forEach((value, place) => {
      if (value !== NONE) found.push(place);
    });
    return found.sort((a, b) => objectOf[a]! - objectOf[b]! || a - b);
  }

  private readersByObject(): readonly (readonly number[])[] {
    const found: number[][] = Array.from({ length: this.accesses.objectCount }, () => []);
    this.sources.forEach((source, place) => {
      if (source !== NONE) found[this.accesses.objectOf[place]!]!.push(place);
    });
    return found;
  }

  /** All edges as pairs of nodes, those from earlier nodes first. */
  private edgesInOrder(order: readonly number[]): Int32Array {
    const edges = new Int32Array(2 * this.edgeCount);
    let at = 0;
    for (const from of order) {
      for (const to of this.outgoing[from]!) {
        edges[at++] = from;
        edges[at++] = to;
      }
    }
    return edges;
  }

  /** Of up to 32 writes, a bit for each at every node that it reaches. */
  private reach(edges: Int32Array, pass: readonly number[], masks: Int32Array): void {
    masks.fill(0);
    pass.forEach((write, bit) => {
      masks[this.writeNode(write)]! |= 1 << bit;
    });
    for (let at = 0; at < edges.length; at += 2) {
      const mask = masks[edges[at]!]!;
      if (mask !== 0) masks[edges[at + 1]!]! |= mask;
    }
  }

  /** The demands of the reads to which the writes are visible, each once. */
  private collect(
    pass: readonly number[],
    readers: readonly (readonly number[])[],
    masks: Int32Array,
    conflicts: Conflict[],
  ): void {
    const { objectOf } = this.accesses;
    const ownBits = new Map<number, number>();
    pass.forEach((write, bit) => {
      const object = objectOf[write]!;
      ownBits.set(object, (ownBits.get(object) ?? 0) | (1 << bit));
    });
    const seenBeside = new Map<number, number>();
    for (const [object, bits] of ownBits) {
      for (const reader of readers[object]!) {
        const visible = masks[this.readNode(reader)]! & bits;
        if (visible === 0) continue;
        const source = this.sources[reader]!;
        const to = source === INITIAL ? this.initialNode(object) : this.writeNode(source);
        seenBeside.set(to, (seenBeside.get(to) ?? 0) | visible);
      }
    }
    for (const [to, visible] of seenBeside) {
      pass.forEach((write, bit) => {
        const from = this.writeNode(write);
        if ((visible & (1 << bit)) === 0 || from === to) return;
        if (this.take(BYTES_PER_EDGE)) conflicts.push({ from, to });
      });
    }
  }
}
