/**
 * Which open operations may have been overwritten unseen: those that overwrite, and were open when
 * another one that overwrites was linearized. See search.ts.
 */

import { include, includes } from './bit-set.ts';
import type { OpenList } from './open-list.ts';
import type { Problem } from './problem.ts';

export class Overwritten {
  private readonly problem: Problem;
  private readonly open: OpenList;
  /** The slots of those that are discharged: a part of the search's progress. */
  private readonly discharged: Int32Array;

  constructor(problem: Problem, open: OpenList, discharged: Int32Array) {
    this.problem = problem;
    this.open = open;
    this.discharged = discharged;
  }

  has(operation: number): boolean {
    return includes(this.discharged, this.problem.slotOf[operation]!);
  }

  /** Whether another one that overwrites, linearized at this frontier, would discharge any. */
  couldGrow(frontier: number): boolean {
    return this.next(this.open.first(), this.calledBy(frontier)) !== undefined;
  }

  /** All that are open, and overwrite, are discharged; says whether any was not before. */
  grow(frontier: number): boolean {
    const called = this.calledBy(frontier);
    let operation = this.next(this.open.first(), called);
    const hasGrown = operation !== undefined;
    while (operation !== undefined) {
      include(this.discharged, this.problem.slotOf[operation]!);
      operation = this.next(this.open.after(operation), called);
    }
    return hasGrown;
  }

  private calledBy(frontier: number): number {
    return this.problem.calledBy[frontier] ?? 0;
  }

  /** The first, from that one on, that overwrites and is not discharged. */
  private next(from: number, called: number): number | undefined {
    const { kindOf, overwrites } = this.problem;
    for (let operation = from; operation < called; operation = this.open.after(operation)) {
      if (overwrites[kindOf[operation]!] === 1 && !this.has(operation)) return operation;
    }
    return undefined;
  }
}
