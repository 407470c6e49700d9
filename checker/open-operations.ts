/**
 * Those operations of one sort that an order does not have yet, and the first return among them.
 * Taking one can be undone.
 */

import { exclude, include } from './bit-set.ts';
import { OpenList } from './open-list.ts';
import type { Problem } from './problem.ts';

/** What had been taken at one time. */
export interface TakenSoFar {
  readonly count: number;
  readonly frontier: number;
  readonly set: Int32Array;
  readonly spent: Int32Array;
}

export class OpenOperations {
  readonly problem: Problem;
  /** The place of the first open return, in order of return. */
  frontier = 0;
  /** The slots of those taken that return after the first that is open. */
  readonly set: Int32Array;
  /** Those taken that never returned. */
  readonly spent: Int32Array;
  private readonly completed: OpenList;
  private readonly pending: OpenList;
  /** Operations that answer the same have the same number here. */
  private readonly numbers: Int32Array;
  private readonly path: Int32Array;
  private count = 0;

  constructor(problem: Problem, numbers: Int32Array) {
    this.problem = problem;
    this.numbers = numbers;
    this.completed = new OpenList(problem.pendingOf, false);
    this.pending = new OpenList(problem.pendingOf, true);
    this.path = new Int32Array(problem.operations.length);
    this.set = new Int32Array((problem.slotCount + 31) >>> 5);
    this.spent = new Int32Array((problem.pendingCount + 31) >>> 5);
  }

  /** The time of the first open return: what is taken now must be called by then. */
  firstReturn(): number {
    const first = this.problem.byReturn[this.frontier];
    if (first === undefined) return Number.POSITIVE_INFINITY;
    return this.problem.operations[first]!.return ?? Number.POSITIVE_INFINITY;
  }

  /** Whether all that returned have been taken. */
  isDone(): boolean {
    return this.frontier === this.problem.byReturn.length;
  }

  callOf(operation: number): number {
    return this.problem.operations[operation]!.call;
  }

  /** The first open operation, if it was called by `time`; else -1. */
  firstCalledBy(time: number): number {
    const first = this.completed.first();
    return first < this.path.length && this.callOf(first) <= time ? first : -1;
  }

  numberOf(operation: number): number {
    return this.numbers[operation]!;
  }

  /**
   * The open operations called by `time`, the first to return before the others. Of like ones there
   * is only the first to return; one that never returned is there if no like one did. But beside
   * one called after `harmless`, like ones that return later and were called before are there, too.
   */
  calledBy(time: number, harmless: number): readonly number[] {
    const { operations, frontierOf } = this.problem;
    const found: number[] = [];
    for (const list of [this.completed, this.pending]) {
      for (let next = list.first(); next < operations.length; next = list.after(next)) {
        if (operations[next]!.call > time) break;
        const isLike = (other: number) => this.numbers[other] === this.numbers[next];
        if (found.some((other) => isLike(other) && this.isAsGood(other, next, harmless))) {
          continue;
        }
        for (let place = found.length - 1; place >= 0; place--) {
          const other = found[place]!;
          if (isLike(other) && this.isAsGood(next, other, harmless)) found.splice(place, 1);
        }
        found.push(next);
      }
    }
    return found.sort((a, b) => frontierOf[a]! - frontierOf[b]! || a - b);
  }

  /** Whether it returns no later than another one, and was called no later, or early enough. */
  private isAsGood(one: number, other: number, harmless: number): boolean {
    const { frontierOf } = this.problem;
    if (frontierOf[one]! > frontierOf[other]!) return false;
    return this.callOf(one) <= Math.max(this.callOf(other), harmless);
  }

  take(operation: number): void {
    this.path[this.count++] = operation;
    const pending = this.problem.pendingOf[operation]!;
    if (pending >= 0) {
      this.pending.remove(operation);
      include(this.spent, pending);
      return;
    }
    this.completed.remove(operation);
    const slot = this.problem.slotOf[operation]!;
    include(this.set, slot);
    if (this.problem.frontierOf[operation] === this.frontier) this.passReturns();
  }

  takenSoFar(): TakenSoFar {
    const { count, frontier } = this;
    return { count, frontier, set: this.set.slice(), spent: this.spent.slice() };
  }

  /** Undoes what was taken since. */
  undoTo({ count, frontier, set, spent }: TakenSoFar): void {
    while (this.count > count) {
      const operation = this.path[--this.count]!;
      const isPending = this.problem.pendingOf[operation]! >= 0;
      (isPending ? this.pending : this.completed).restore(operation);
    }
    this.frontier = frontier;
    this.set.set(set);
    this.spent.set(spent);
  }

  /** Moves the frontier to the next return that is still open, freeing the slots on the way. */
  private passReturns(): void {
    const { byReturn, slotOf } = this.problem;
    for (; this.frontier < byReturn.length; this.frontier++) {
      const returning = byReturn[this.frontier]!;
      if (this.completed.has(returning)) return;
      const slot = slotOf[returning]!;
      exclude(this.set, slot);
    }
  }
}
