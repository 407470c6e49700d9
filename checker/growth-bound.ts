/**
 * A bound for states that only grow: strings that are appended to, lists.
 *
 * The next read to return saw some string. Unless an operation called before that return can still
 * reset the state, the present state must be the beginning of that string.
 */

import type { Growth } from './model.ts';
import type { OpenList } from './open-list.ts';
import type { Problem } from './problem.ts';

export class GrowthBound {
  /** How many of the operations linearized so far reset the state; restored by the search. */
  resets = 0;
  private readonly resetsState: Uint8Array;
  /** For each frontier: the first at or after it whose operation observes; the count if none. */
  private readonly observerFrom: Int32Array;
  /** For each frontier: how many operations that reset are called no later than that return. */
  private readonly resetsCalledBy: Int32Array;
  private readonly byReturn: Int32Array;
  private readonly targets: readonly (string | undefined)[];

  constructor(problem: Problem, growth: readonly (Growth | undefined)[]) {
    const { kindOf, byReturn, calledBy } = problem;
    this.byReturn = byReturn;
    const roles = Array.from(kindOf, (kind) => growth[kind]);
    this.resetsState = Uint8Array.from(roles, (role) => (role?.role === 'resets' ? 1 : 0));
    this.targets = Array.from(byReturn, (operation) => {
      const role = roles[operation];
      return role?.role === 'observes' ? role.target : undefined;
    });
    this.observerFrom = new Int32Array(byReturn.length).fill(byReturn.length);
    let observer = byReturn.length;
    for (let frontier = byReturn.length - 1; frontier >= 0; frontier--) {
      if (this.targets[frontier] !== undefined) observer = frontier;
      this.observerFrom[frontier] = observer;
    }
    this.resetsCalledBy = new Int32Array(byReturn.length);
    let called = 0;
    let resets = 0;
    for (let frontier = 0; frontier < byReturn.length; frontier++) {
      for (; called < calledBy[frontier]!; called++) resets += this.resetsState[called]!;
      this.resetsCalledBy[frontier] = resets;
    }
  }

  linearize(operation: number): void {
    this.resets += this.resetsState[operation]!;
  }

  /** False if the state can no longer become what the next read to return has seen. */
  allows(state: unknown, frontier: number, open: OpenList): boolean {
    if (typeof state !== 'string') return true;
    let observer = this.observerFrom[frontier]!;
    while (observer < this.byReturn.length && !open.has(this.byReturn[observer]!)) {
      observer = this.observerFrom[observer + 1] ?? this.byReturn.length;
    }
    const target = this.targets[observer];
    if (target === undefined || this.resetsCalledBy[observer]! > this.resets) return true;
    return target.startsWith(state);
  }
}
