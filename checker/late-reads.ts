/**
 * An exact test for registers whose reads may answer any of the latest versions, and in which no
 * value is written twice: k-atomicity (Aiyer, Alvisi & Bazzi, "On the availability of non-strict
 * quorum systems", DISC 2005).
 *
 * As in Gibbons & Korach, "Testing shared memories" (1997), a write and its reads make a cluster,
 * with its first return and its last call. A cluster is *owed* by its first return: its write must
 * come before all that is called later. It is *live* until nothing is owed before its last call:
 * then each of its reads has been called, and may come at once. So an order of the writes explains
 * the history exactly if each write was called by the time the next one is owed, and if so many at
 * the most come after a write while it is live as reads may be late by. Two clusters that are both
 * done with are alike, so what has to be remembered of an order is little: see `WriteOrder`.
 *
 * Golab, Li, López-Ortiz & Nishimura ("Computing k-atomicity in polynomial time", 2018) decide the
 * case of two versions without a search. Ours is a search, for any number of them, which goes
 * straight on where nothing is to be chosen, and that is nearly everywhere.
 */

import type { Budget } from './budget.ts';
import { type PlainKey, plainKey } from './plain.ts';
import type { Decision, Question } from './question.ts';
import { replayAround } from './replay.ts';
import { type Clusters, WriteOrder } from './write-order.ts';

interface Cluster {
  readonly writer: number;
  readonly call: number;
  firstReturn: number;
  lastCall: number;
}

interface Accesses {
  /** By value, the initial one first, whose writer is `NOBODY`. */
  readonly clusters: Map<PlainKey, Cluster>;
  /** Reads that returned. */
  readonly reads: number[];
}

const NOBODY = -1;

/** Decides a register's history, or says nothing where a value may have two writers. */
export function decideLateReads<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  const { versions } = question.model;
  if (versions === undefined || versions.newest.registerAccess === undefined) return undefined;
  const accesses = accessesOf(question, indexes, budget);
  if (accesses === undefined) return undefined;
  const [first, ...written] = [...accesses.clusters.values()];
  const needed = written.filter(({ firstReturn }) => firstReturn < Number.POSITIVE_INFINITY);
  needed.sort((a, b) => a.call - b.call || a.writer - b.writer);
  const clusters: Clusters = {
    calls: Float64Array.from(needed, ({ call }) => call),
    firstReturns: Float64Array.from(needed, ({ firstReturn }) => firstReturn),
    lastCalls: Float64Array.from(needed, ({ lastCall }) => lastCall),
    lastCallOfInitial: first!.lastCall,
  };
  const order = new WriteOrder(clusters, versions.most, budget);
  try {
    const places = order.find();
    if (places === undefined) return { outcome: 'none' };
    const writers = places.map((place) => needed[place]!.writer);
    const whole = replayAround(question, writers, accesses.reads, budget);
    return whole && { outcome: 'found', orders: [whole] };
  } finally {
    order.release();
  }
}

/** Undefined where one is neither read nor write, or a value may have two writers. */
function accessesOf<State>(
  { model, initial, operations }: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Accesses | undefined {
  const newest = model.versions?.newest;
  const clusters = new Map<PlainKey, Cluster>();
  clusters.set(plainKey(initial), {
    writer: NOBODY,
    call: Number.NEGATIVE_INFINITY,
    firstReturn: Number.NEGATIVE_INFINITY,
    lastCall: Number.NEGATIVE_INFINITY,
  });
  const reads: number[] = [];
  const seen: { readonly index: number; readonly value: PlainKey }[] = [];
  let count = 0;
  for (const index of indexes) {
    budget.goOn(count++);
    const operation = operations[index]!;
    const access = newest?.registerAccess?.(operation);
    const { call, return: returned } = operation;
    if (access?.kind === 'write') {
      const value = plainKey(access.value);
      if (clusters.has(value)) return undefined;
      const firstReturn = returned ?? Number.POSITIVE_INFINITY;
      clusters.set(value, { writer: index, call, firstReturn, lastCall: call });
    } else if (!newest?.isRead?.(operation)) {
      return undefined;
    } else if (returned !== null) {
      reads.push(index);
      if (access?.kind === 'read') seen.push({ index, value: plainKey(access.value) });
    }
  }
  for (const { index, value } of seen) {
    const cluster = clusters.get(value);
    if (cluster === undefined) return undefined;
    const { call, return: returned } = operations[index]!;
    if (returned !== null && returned < cluster.firstReturn) cluster.firstReturn = returned;
    if (call > cluster.lastCall) cluster.lastCall = call;
  }
  return { clusters, reads };
}
