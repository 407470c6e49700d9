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

import type { HistoryOperation } from './history.ts';
import { type PlainKey, plainKey } from './plain.ts';
import type { Decision, Question } from './question.ts';
import { replayAround } from './replay.ts';
import { hasConflict, type Zone } from './zones.ts';

/** One value's life: who wrote it, who read it, who replaced it. */
interface Cluster {
  /** Index of the operation that wrote the value; -1 for the initial value. */
  readonly writer: number;
  /** What a swap must have replaced; absent for writes. */
  readonly from?: PlainKey;
  readonly reads: number[];
  /** The cluster is known to have existed. */
  needed: boolean;
  successor?: Cluster;
}

interface Block extends Zone {
  readonly order: readonly number[];
}

/** Decides a register's history, or answers undefined where a value may have two writers. */
export function decideUnambiguousRegister<State>(
  { model, initial, operations }: Question<State>,
  indexes: readonly number[],
): Decision | undefined {
  if (model.registerAccess === undefined) return undefined;
  const clusters = new Map<PlainKey, Cluster>();
  clusters.set(plainKey(initial), { writer: -1, reads: [], needed: true });
  const reads: { readonly index: number; readonly value: PlainKey }[] = [];
  const free: number[] = [];
  const refused: number[] = [];
  for (const index of indexes) {
    const access = model.registerAccess?.(operations[index]!);
    if (access === undefined) return undefined;
    if (access.kind === 'refused') {
      refused.push(index);
    } else if (access.kind === 'nothing') {
      if (operations[index]!.return !== null) free.push(index);
    } else if (access.kind === 'read') {
      reads.push({ index, value: plainKey(access.value) });
    } else {
      const value = plainKey(access.kind === 'write' ? access.value : access.to);
      if (clusters.has(value)) return undefined;
      const from = access.kind === 'swap' ? { from: plainKey(access.from) } : {};
      const needed = operations[index]!.return !== null;
      clusters.set(value, { writer: index, reads: [], needed, ...from });
    }
  }
  for (const { index, value } of reads) {
    const cluster = clusters.get(value);
    if (cluster === undefined) return { outcome: 'none' };
    cluster.reads.push(index);
    cluster.needed = true;
  }
  const blocks = linkSwaps(clusters) ? blocksOf(operations, clusters) : undefined;
  if (blocks === undefined || hasConflict(blocks)) return { outcome: 'none' };
  const order = blocks.flatMap((block) => block.order);
  const whole =
    refused.length === 0
      ? order
      : replayAround(model, model.init(initial), operations, order, refused);
  if (whole === undefined) return undefined;
  return { outcome: 'found', orders: [whole, ...free.map((index) => [index])] };
}

/** Links each swap to the value that it replaced; false if two replaced one, or none was there. */
function linkSwaps(clusters: ReadonlyMap<PlainKey, Cluster>): boolean {
  const pending = [...clusters.values()].filter((cluster) => cluster.needed);
  for (let cluster = pending.pop(); cluster !== undefined; cluster = pending.pop()) {
    if (!('from' in cluster)) continue;
    const replaced = clusters.get(cluster.from);
    if (replaced === undefined || replaced.successor !== undefined) return false;
    replaced.successor = cluster;
    if (!replaced.needed) {
      // Nobody read the value, but it was replaced, so its writer took effect.
      replaced.needed = true;
      pending.push(replaced);
    }
  }
  return true;
}

/** The blocks, in the order of a linearization if there is one; undefined if one cannot be. */
function blocksOf(
  operations: readonly HistoryOperation[],
  clusters: ReadonlyMap<PlainKey, Cluster>,
): readonly Block[] | undefined {
  const blocks: Block[] = [];
  let linked = 0;
  let needed = 0;
  for (const cluster of clusters.values()) {
    if (!cluster.needed) continue;
    needed++;
    if ('from' in cluster) continue;
    const chain: Cluster[] = [];
    for (let link: Cluster | undefined = cluster; link !== undefined; link = link.successor) {
      chain.push(link);
    }
    linked += chain.length;
    const block = blockOf(operations, chain);
    if (block === undefined) return undefined;
    if (block.order.length > 0) blocks.push(block);
  }
  // Swaps that no write begins, because they replace each other's values in a circle.
  if (linked < needed) return undefined;
  return blocks.sort(
    (a, b) => startOf(a) - startOf(b) || Number(isForward(a)) - Number(isForward(b)),
  );
}

/** A write, its reads, the swap of its value, that one's reads, …: undefined if out of order. */
function blockOf(
  operations: readonly HistoryOperation[],
  chain: readonly Cluster[],
): Block | undefined {
  const order: number[] = [];
  let firstReturn = Number.POSITIVE_INFINITY;
  let lastCall = Number.NEGATIVE_INFINITY;
  for (const { writer, reads } of chain) {
    // The reads of one value constrain each other by real time alone.
    if (reads.length > 1) {
      reads.sort((a, b) => operations[a]!.call - operations[b]!.call || a - b);
    }
    for (const group of writer === -1 ? [reads] : [[writer], reads]) {
      const lastCallBefore = lastCall;
      for (const index of group) {
        const { call, return: returned } = operations[index]!;
        if (returned !== null && returned < lastCallBefore) return undefined;
        if (returned !== null && returned < firstReturn) firstReturn = returned;
        if (call > lastCall) lastCall = call;
        order.push(index);
      }
    }
  }
  // The initial value was there before everything.
  if (chain[0]?.writer === -1) firstReturn = Number.NEGATIVE_INFINITY;
  return { order, firstReturn, lastCall };
}

function isForward(block: Block): boolean {
  return block.firstReturn < block.lastCall;
}

function startOf(block: Block): number {
  return block.firstReturn < block.lastCall ? block.firstReturn : block.lastCall;
}
