/**
 * A bound for sums that only grow: counters.
 *
 * Reads come in the order of their totals. So the present sum must be no more than any total that
 * is still to be read; and what it lacks of the next one must be the sum of adds that are called
 * before that read returns, among them all that returned before it was called.
 */

import type { SumAccess } from './model.ts';
import type { OpenList } from './open-list.ts';
import type { Problem } from './problem.ts';

/** How many of the next reads are looked at; more would see little more. */
const READS_MAX = 2;
/** What lacks more is taken for possible: its sums would not be worth looking at. */
const LACK_MAX = 4_096;

export class SumBound {
  private readonly problem: Problem;
  /** By kind; 0 where it adds nothing. */
  private readonly amounts: Float64Array;
  private readonly amountMax: number;
  /** Reads in order of their totals. */
  private readonly reads: Int32Array;
  private readonly totals: Float64Array;
  /** Sums that can be made, 0 first; as long as was needed so far. */
  private makes = new Uint8Array(64);

  constructor(problem: Problem, sums: readonly SumAccess[]) {
    this.problem = problem;
    this.amounts = Float64Array.from(sums, (each) => (each.kind === 'adds' ? each.amount : 0));
    this.amountMax = this.amounts.reduce((most, amount) => Math.max(most, amount), 0);
    const totalOf = (operation: number): number | undefined => {
      const said = sums[problem.kindOf[operation]!]!;
      return said.kind === 'reads' ? said.total : undefined;
    };
    const reads = problem.byReturn.filter((operation) => totalOf(operation) !== undefined);
    this.reads = reads.sort((a, b) => totalOf(a)! - totalOf(b)! || a - b);
    this.totals = Float64Array.from(this.reads, (operation) => totalOf(operation)!);
  }

  /** False if the sum can no longer become what is to be read next. */
  allows(sum: unknown, completed: OpenList, pending: OpenList): boolean {
    if (typeof sum !== 'number') return true;
    const { reads, totals } = this;
    let next = firstNotBelow(totals, sum);
    // Lower totals than those were below the sum before, and it was asked then.
    for (let at = next - 1; at >= 0 && totals[at]! >= sum - this.amountMax; at--) {
      if (completed.has(reads[at]!)) return false;
    }
    for (let seen = 0; next < reads.length && seen < READS_MAX; next++) {
      if (!completed.has(reads[next]!)) continue;
      const lack = totals[next]! - sum;
      if (lack > LACK_MAX) return true;
      if (!this.canMake(lack, reads[next]!, completed, pending)) return false;
      seen++;
    }
    return true;
  }

  /** Whether adds that may come before the read, with all that must, can have that sum. */
  private canMake(lack: number, read: number, completed: OpenList, pending: OpenList): boolean {
    if (lack === 0) return true;
    const { problem, amounts } = this;
    const { kindOf, operations, frontierOf, calledBy } = problem;
    const called = calledBy[frontierOf[read]!]!;
    const { call } = operations[read]!;
    if (this.makes.length <= lack) this.makes = new Uint8Array(2 * lack + 1);
    const { makes } = this;
    makes.fill(0, 0, lack + 1);
    makes[0] = 1;
    let left = lack;
    for (let each = completed.first(); each < called; each = completed.after(each)) {
      const amount = amounts[kindOf[each]!]!;
      if (amount === 0) continue;
      if (operations[each]!.return! < call) left -= amount;
      else addTo(makes, amount, lack);
      if (left < 0) return false;
    }
    if (makes[left] === 1) return true;
    for (let each = pending.first(); each < called; each = pending.after(each)) {
      const amount = amounts[kindOf[each]!]!;
      if (amount > 0) addTo(makes, amount, lack);
    }
    return makes[left] === 1;
  }
}

function addTo(makes: Uint8Array, amount: number, most: number): void {
  for (let made = most; made >= amount; made--) {
    if (makes[made - amount] === 1) makes[made] = 1;
  }
}

function firstNotBelow(totals: Float64Array, sum: number): number {
  let low = 0;
  let high = totals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (totals[middle]! < sum) low = middle + 1;
    else high = middle;
  }
  return low;
}
