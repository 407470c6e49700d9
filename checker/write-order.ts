/**
 * An order of the writes to a register whose reads may be late by so many versions, if there is
 * one: a search that is exact, over what `late-reads.ts` says of clusters.
 *
 * The next write is one that was called by the first return that is owed. One whose reads have all
 * been called by then, and which would come after each write that is live while that one is, comes
 * at once: moving it forward in any order takes it from between others, and puts it between none.
 * So a choice is left only where what is owed next is to be read later. States that differ in what
 * is done with alone are one, and are not tried again once they have failed.
 */

import { type Budget, BudgetEnded } from './budget.ts';
import { OpenList } from './open-list.ts';

/** Writes in order of call, with the first return and the last call of each one's cluster. */
export interface Clusters {
  readonly calls: Float64Array;
  readonly firstReturns: Float64Array;
  readonly lastCalls: Float64Array;
  readonly lastCallOfInitial: number;
}

/** A write that is read later. `passedBy`: so many come after it and before its last read. */
interface Live {
  readonly lastCall: number;
  readonly passedBy: number;
}

/** A place in the order where there was a choice. */
interface Choice {
  readonly depth: number;
  readonly owed: number;
  readonly live: readonly Live[];
  readonly writes: readonly number[];
  next: number;
}

/** About what a choice takes, and a state that failed beside its characters. */
const CHOICE_BYTES = 200;
const FAILED_BYTES = 80;

export class WriteOrder {
  private readonly clusters: Clusters;
  private readonly most: number;
  private readonly budget: Budget;
  /** In order of first return, and the place there of the first that is not placed. */
  private readonly byReturn: Int32Array;
  private owed = 0;
  private readonly open: OpenList;
  private live: readonly Live[] = [];
  private readonly order: number[] = [];
  private readonly choices: Choice[] = [];
  private readonly failed = new Set<string>();
  private bytes = 0;

  constructor(clusters: Clusters, most: number, budget: Budget) {
    this.clusters = clusters;
    this.most = most;
    this.budget = budget;
    const { firstReturns } = clusters;
    this.byReturn = Int32Array.from(firstReturns.keys()).sort(
      (a, b) => firstReturns[a]! - firstReturns[b]! || a - b,
    );
    this.open = new OpenList(new Int32Array(firstReturns.length).fill(-1), false);
  }

  /** The writes, by their places, or undefined if no order will do. Throws `BudgetEnded`. */
  find(): readonly number[] | undefined {
    const { lastCallOfInitial } = this.clusters;
    const passedBy = this.owedBefore(lastCallOfInitial);
    if (passedBy > this.most || this.isOneOvertaken()) return undefined;
    this.live = [{ lastCall: lastCallOfInitial, passedBy }];
    for (;;) {
      this.placeWhatMay();
      if (this.owed === this.byReturn.length) return this.order;
      const hasFailed = this.failed.size > 0 && this.failed.has(this.name());
      const writes = hasFailed ? [] : this.candidates();
      if (writes.length > 0) {
        const { owed, live } = this;
        this.choices.push({ depth: this.order.length, owed, live, writes, next: 0 });
        this.take(CHOICE_BYTES);
      }
      if (!this.chooseNext()) return undefined;
    }
  }

  release(): void {
    this.budget.give(this.bytes);
    this.bytes = 0;
  }

  /**
   * Whether too many must come between a write and its last read, in any order: they were called
   * after the first return of its cluster, and are owed before its last call.
   */
  private isOneOvertaken(): boolean {
    const { byReturn } = this;
    const { calls, firstReturns, lastCalls } = this.clusters;
    for (let place = 0; place < byReturn.length; place++) {
      this.budget.goOn(place);
      const write = byReturn[place]!;
      let between = 0;
      for (let other = place + 1; other < byReturn.length; other++) {
        const later = byReturn[other]!;
        if (firstReturns[later]! >= lastCalls[write]!) break;
        if (calls[later]! > firstReturns[write]! && ++between > this.most) return true;
      }
    }
    return false;
  }

  /** Places what costs nothing now, and nothing later. */
  private placeWhatMay(): void {
    const { calls, firstReturns, lastCalls } = this.clusters;
    while (this.owed < this.byReturn.length) {
      const time = firstReturns[this.byReturn[this.owed]!]!;
      if (this.live.some(({ lastCall }) => lastCall <= time)) {
        this.live = this.live.filter(({ lastCall }) => lastCall > time);
      }
      let liveUntil = Number.POSITIVE_INFINITY;
      for (const { lastCall } of this.live) liveUntil = Math.min(liveUntil, lastCall);
      const { length } = this.order;
      let write = this.open.first();
      while (write < calls.length && calls[write]! <= time) {
        const following = this.open.after(write);
        if (lastCalls[write]! <= time && firstReturns[write]! < liveUntil) this.place(write);
        write = following;
      }
      if (this.order.length === length) return;
    }
  }

  private place(write: number): void {
    this.order.push(write);
    this.open.remove(write);
    const { byReturn, open } = this;
    while (this.owed < byReturn.length && !open.has(byReturn[this.owed]!)) this.owed++;
    if (!this.budget.spend()) throw new BudgetEnded();
  }

  /** What may come next, what is owed first if it may; the rest, likelier ones first. */
  private candidates(): readonly number[] {
    const { calls, firstReturns, lastCalls } = this.clusters;
    const owed = this.byReturn[this.owed]!;
    const time = firstReturns[owed]!;
    const found: { readonly write: number; readonly rank: number }[] = [];
    let write = this.open.first();
    for (; write < calls.length && calls[write]! <= time; write = this.open.after(write)) {
      if (!this.budget.spend()) throw new BudgetEnded();
      const passedBy = this.passedBy(write, time);
      if (passedBy > this.most || !this.mayPassLive(write)) continue;
      const isInTheWay = firstReturns[write]! < lastCalls[owed]!;
      const rank = write === owed ? -1 : passedBy + (isInTheWay ? 0 : this.most + 1);
      found.push({ write, rank });
    }
    found.sort((a, b) => a.rank - b.rank || firstReturns[a.write]! - firstReturns[b.write]!);
    return found.map((each) => each.write);
  }

  /** How many would come between a write that is placed now and its last read. */
  private passedBy(write: number, time: number): number {
    const lastCall = this.clusters.lastCalls[write]!;
    if (lastCall <= time) return 0;
    const isOwn = this.clusters.firstReturns[write]! < lastCall;
    return this.owedBefore(lastCall) - (isOwn ? 1 : 0);
  }

  /** How many that are not placed are owed before a time; of very many, so many as are too many. */
  private owedBefore(time: number): number {
    const { byReturn, open } = this;
    const { firstReturns } = this.clusters;
    let count = 0;
    for (let place = this.owed; place < byReturn.length && count <= this.most + 1; place++) {
      if (firstReturns[byReturn[place]!]! >= time) break;
      if (open.has(byReturn[place]!)) count++;
    }
    return count;
  }

  /** Whether all that are live can bear one more after them; those owed while they are do count. */
  private mayPassLive(write: number): boolean {
    const owed = this.clusters.firstReturns[write]!;
    return this.live.every(({ lastCall, passedBy }) => owed < lastCall || passedBy < this.most);
  }

  /** Takes the next choice of the last place that has one; false if there is none. */
  private chooseNext(): boolean {
    for (let choice = this.choices.at(-1); choice !== undefined; choice = this.choices.at(-1)) {
      this.undoTo(choice);
      const write = choice.writes[choice.next++];
      if (write !== undefined) {
        this.choose(write);
        return true;
      }
      const name = this.name();
      this.failed.add(name);
      this.choices.pop();
      this.take(FAILED_BYTES + name.length - CHOICE_BYTES);
    }
    return false;
  }

  private choose(write: number): void {
    const { firstReturns, lastCalls } = this.clusters;
    const time = firstReturns[this.byReturn[this.owed]!]!;
    const own = { lastCall: lastCalls[write]!, passedBy: this.passedBy(write, time) };
    const live: Live[] = [];
    for (const { lastCall, passedBy } of this.live) {
      const isExtra = firstReturns[write]! >= lastCall;
      live.push({ lastCall, passedBy: passedBy + (isExtra ? 1 : 0) });
    }
    if (own.lastCall > time) live.push(own);
    this.live = live;
    this.place(write);
  }

  private undoTo({ depth, owed, live }: Choice): void {
    while (this.order.length > depth) this.open.restore(this.order.pop()!);
    this.owed = owed;
    this.live = live;
  }

  /** A text that two states share only if what can follow is the same. */
  private name(): string {
    const { calls, firstReturns } = this.clusters;
    const time = firstReturns[this.byReturn[this.owed]!]!;
    const left: number[] = [];
    let write = this.open.first();
    for (; write < calls.length && calls[write]! <= time; write = this.open.after(write)) {
      left.push(write);
    }
    const live = [...this.live].sort((a, b) => a.lastCall - b.lastCall || a.passedBy - b.passedBy);
    const ends = live.map(({ lastCall, passedBy }) => `${lastCall}:${passedBy}`);
    return `${this.byReturn[this.owed]} ${left.join(' ')} ${ends.join(' ')}`;
  }

  private take(bytes: number): void {
    if (bytes < 0) this.budget.give(-bytes);
    else if (!this.budget.take(bytes)) throw new BudgetEnded();
    this.bytes += bytes;
  }
}
