/**
 * Precedences between operations, beside those of real time, and an order that keeps them all.
 *
 * Where every answer says of two operations which came first, and never offers a choice, a history
 * is linearizable exactly if these precedences and real time together are free of cycles: any
 * order that keeps them explains all answers.
 */

import type { Budget } from './budget.ts';

const NONE = -1;

export class Precedences {
  private readonly calls: number[] = [];
  private readonly returns: number[] = [];
  /** By operation: how many that must come before it are not placed yet. */
  private readonly waitsFor: number[] = [];
  /** By operation: the newest edge that leaves it. */
  private readonly newestEdge: number[] = [];
  private readonly edgeTo: number[] = [];
  private readonly edgeBefore: number[] = [];

  /** An operation, or an instant between operations, which has no interval of its own. */
  add(call: number = Number.NEGATIVE_INFINITY, returned: number | null = null): number {
    this.calls.push(call);
    this.returns.push(returned ?? Number.POSITIVE_INFINITY);
    this.waitsFor.push(0);
    this.newestEdge.push(NONE);
    return this.calls.length - 1;
  }

  precede(earlier: number, later: number): void {
    this.edgeTo.push(later);
    this.edgeBefore.push(this.newestEdge[earlier]!);
    this.newestEdge[earlier] = this.edgeTo.length - 1;
    this.waitsFor[later]!++;
  }

  /** An order of all, or undefined if there is a cycle. O(n log n), and once only. */
  order(budget: Budget): readonly number[] | undefined {
    const { calls, returns, waitsFor } = this;
    const byCall = sortedBy(calls);
    const byReturn = sortedBy(returns);
    const placed = new Uint8Array(calls.length);
    const called = new Uint8Array(calls.length);
    const order: number[] = [];
    const ready: number[] = [];
    let nextCall = 0;
    for (let firstOpen = 0; firstOpen < byReturn.length; ) {
      const earliestReturn = returns[byReturn[firstOpen]!]!;
      // Whatever is called later has to wait for what returns before that.
      for (; nextCall < byCall.length; nextCall++) {
        const operation = byCall[nextCall]!;
        if (calls[operation]! > earliestReturn) break;
        called[operation] = 1;
        if (waitsFor[operation] === 0) ready.push(operation);
      }
      budget.goOn(order.length);
      const operation = ready.pop();
      if (operation === undefined) return undefined;
      order.push(operation);
      placed[operation] = 1;
      for (let edge = this.newestEdge[operation]!; edge !== NONE; edge = this.edgeBefore[edge]!) {
        const later = this.edgeTo[edge]!;
        if (--waitsFor[later]! === 0 && called[later] === 1) ready.push(later);
      }
      while (firstOpen < byReturn.length && placed[byReturn[firstOpen]!] === 1) firstOpen++;
    }
    return order;
  }
}

function sortedBy(times: readonly number[]): Int32Array {
  return Int32Array.from(times.keys()).sort((a, b) => {
    // Infinite times are alike, and have no difference.
    const [one, other] = [times[a]!, times[b]!];
    return one < other ? -1 : one > other ? 1 : a - b;
  });
}
