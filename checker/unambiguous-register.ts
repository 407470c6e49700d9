/**
 * An exact test for registers in which no value is written twice: O(n log n), no search.
 *
 * Gibbons & Korach, "Testing shared memories" (1997), section 4: a write and its reads make a
 * cluster, whose zone lies between its first return and its last call. We let a successful
 * compare-and-set join the cluster of the value that it replaced: as nothing may come between them,
 * the two are one block of operations in a known order, and the argument holds for blocks.
 *
 * Block A must precede B exactly if A's first return comes before B's last call. An order exists
 * exactly if no two blocks must each precede the other. With the zones [first return, last call]
 * (forward) and [last call, first return] (backward), that is: no two forward zones overlap, and no
 * backward zone lies inside a forward one.
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation } from './history.ts';
import { type PlainKey, plainKey } from './plain.ts';
import type { Decision, Question } from './question.ts';
import { replayAround } from './replay.ts';
import { conflictAmong, type Zone } from './zones.ts';

/** In place of an index: the initial value was written by nobody. */
const NOBODY = -1;

/** One value's life: who wrote it, who read it, who replaced it. */
class Cluster {
  /** Index of the operation that wrote the value. */
  readonly writer: number;
  /** The writer is a swap, and must have replaced `from`. */
  readonly isSwap: boolean;
  readonly from: PlainKey;
  /** The cluster is known to have existed. */
  needed: boolean;
  /** Absent as long as there are none: most values are read once or not at all. */
  reads: number[] | undefined;
  successor: Cluster | undefined;

  constructor(writer: number, isSwap: boolean, from: PlainKey, needed: boolean) {
    this.writer = writer;
    this.isSwap = isSwap;
    this.from = from;
    this.needed = needed;
    this.reads = undefined;
    this.successor = undefined;
  }
}

/** A write, its reads, the swap of its value, that one's reads, and so on. */
class Block implements Zone {
  readonly order: number[] = [];
  firstReturn = Number.POSITIVE_INFINITY;
  lastCall = Number.NEGATIVE_INFINITY;

  /** Adds an operation; false if it returned before one was called that comes before it. */
  add(index: number, { call, return: returned }: HistoryOperation, lastCallBefore: number) {
    if (returned !== null) {
      if (returned < lastCallBefore) return false;
      if (returned < this.firstReturn) this.firstReturn = returned;
    }
    if (call > this.lastCall) this.lastCall = call;
    this.order.push(index);
    return true;
  }
}

/** What the operations do to the register, by value; undefined where one may have two writers. */
interface Accesses {
  readonly clusters: ReadonlyMap<PlainKey, Cluster>;
  /** Somebody read what nobody wrote. */
  readonly isUnwrittenRead: boolean;
  /** Returned, and constrain nothing. */
  readonly free: readonly number[];
  readonly refused: number[];
  /** What was replaced is not asked: the order that is found has to be replayed. */
  readonly isLoose: boolean;
}

/** Decides a register's history, or answers undefined where a value may have two writers. */
export function decideUnambiguousRegister<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  const { operations } = question;
  const accesses = accessesOf(question, indexes, budget);
  if (accesses === undefined) return undefined;
  const { clusters, isUnwrittenRead, free, refused, isLoose } = accesses;
  if (isUnwrittenRead || !linkSwaps(clusters)) return { outcome: 'none' };
  const blocks = blocksOf(operations, clusters, budget);
  if (blocks === undefined) return { outcome: 'none' };
  const conflict = conflictAmong(blocks);
  if (conflict !== undefined) return { outcome: 'none', suspect: suspectIn(operations, conflict) };
  const order: number[] = [];
  for (const block of blocks) for (const index of block.order) order.push(index);
  const isOrder = refused.length === 0 && !isLoose;
  const whole = isOrder ? order : replayAround(question, order, refused, budget);
  if (whole === undefined) return undefined;
  return { outcome: 'found', orders: [whole, ...free.map((index) => [index])] };
}

function accessesOf<State>(
  { model, initial, operations }: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Accesses | undefined {
  const clusters = new Map<PlainKey, Cluster>();
  clusters.set(plainKey(initial), new Cluster(NOBODY, false, undefined, true));
  const reads: number[] = [];
  const values: PlainKey[] = [];
  const free: number[] = [];
  const refused: number[] = [];
  let isLoose = false;
  let count = 0;
  for (const index of indexes) {
    budget.goOn(count++);
    const operation = operations[index]!;
    const access = model.registerAccess?.(operation);
    if (access === undefined) return undefined;
    const returned = operation.return !== null;
    if (access.kind === 'read') {
      reads.push(index);
      values.push(plainKey(access.value));
    } else if (access.kind === 'write' || access.kind === 'replace' || access.kind === 'swap') {
      if (access.kind === 'replace') isLoose = true;
      const isSwap = access.kind === 'swap';
      const value = plainKey(isSwap ? access.to : access.value);
      if (clusters.has(value)) return undefined;
      const from = isSwap ? plainKey(access.from) : undefined;
      clusters.set(value, new Cluster(index, isSwap, from, returned));
    } else if (access.kind === 'refused') {
      refused.push(index);
    } else if (returned) {
      free.push(index);
    }
  }
  const isUnwrittenRead = !reads.every((index, place) => {
    const cluster = clusters.get(values[place]);
    if (cluster === undefined) return false;
    if (cluster.reads === undefined) cluster.reads = [index];
    else cluster.reads.push(index);
    cluster.needed = true;
    return true;
  });
  return { clusters, isUnwrittenRead, free, refused, isLoose };
}

/** Of the operations that make the zones of two blocks, the one that returned last. */
function suspectIn(operations: readonly HistoryOperation[], blocks: readonly Block[]): number {
  const bounds = blocks.flatMap(({ order, firstReturn, lastCall }) => {
    const first = order.findLast((index) => operations[index]!.return === firstReturn);
    const last = order.find((index) => operations[index]!.call === lastCall);
    return [first, last].filter((index) => index !== undefined);
  });
  const endOf = (index: number) => operations[index]!.return ?? Number.NEGATIVE_INFINITY;
  return bounds.reduce((latest, each) => (endOf(each) > endOf(latest) ? each : latest));
}

/** Links each swap to the value that it replaced; false if two replaced one, or none was there. */
function linkSwaps(clusters: ReadonlyMap<PlainKey, Cluster>): boolean {
  const pending: Cluster[] = [];
  for (const cluster of clusters.values()) {
    if (cluster.isSwap && cluster.needed) pending.push(cluster);
  }
  for (let cluster = pending.pop(); cluster !== undefined; cluster = pending.pop()) {
    const replaced = clusters.get(cluster.from);
    if (replaced === undefined || replaced.successor !== undefined) return false;
    replaced.successor = cluster;
    if (!replaced.needed) {
      // Nobody read the value, but it was replaced, so its writer took effect.
      replaced.needed = true;
      if (replaced.isSwap) pending.push(replaced);
    }
  }
  return true;
}

/** The blocks, in the order of a linearization if there is one; undefined if one cannot be. */
function blocksOf(
  operations: readonly HistoryOperation[],
  clusters: ReadonlyMap<PlainKey, Cluster>,
  budget: Budget,
): readonly Block[] | undefined {
  const blocks: Block[] = [];
  let linked = 0;
  let needed = 0;
  for (const cluster of clusters.values()) {
    if (!cluster.needed) continue;
    budget.goOn(needed++);
    if (cluster.isSwap) continue;
    const block = new Block();
    for (let link: Cluster | undefined = cluster; link !== undefined; link = link.successor) {
      if (!addCluster(block, operations, link)) return undefined;
      linked++;
    }
    // The initial value was there before everything.
    if (cluster.writer === NOBODY) block.firstReturn = Number.NEGATIVE_INFINITY;
    if (block.order.length > 0) blocks.push(block);
  }
  // Swaps that no write begins, because they replace each other's values in a circle.
  if (linked < needed) return undefined;
  return blocks.sort(
    (a, b) => startOf(a) - startOf(b) || Number(isForward(a)) - Number(isForward(b)),
  );
}

/** A value's writer comes before its reads, and both after all that is in the block so far. */
function addCluster(
  block: Block,
  operations: readonly HistoryOperation[],
  { writer, reads }: Cluster,
): boolean {
  if (writer !== NOBODY && !block.add(writer, operations[writer]!, block.lastCall)) return false;
  if (reads === undefined) return true;
  // The reads of one value constrain each other by real time alone.
  if (reads.length > 1) reads.sort((a, b) => operations[a]!.call - operations[b]!.call || a - b);
  const { lastCall } = block;
  return reads.every((index) => block.add(index, operations[index]!, lastCall));
}

function isForward(block: Block): boolean {
  return block.firstReturn < block.lastCall;
}

function startOf(block: Block): number {
  return block.firstReturn < block.lastCall ? block.firstReturn : block.lastCall;
}
