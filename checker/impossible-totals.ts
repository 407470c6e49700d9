/**
 * Totals that no order of a growing sum explains: less than was added before the read, or was read
 * before it; or more than was asked to be added by its end. O(n log n).
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation } from './history.ts';
import { growingSums } from './problem.ts';
import type { Decision, Question } from './question.ts';

interface Add {
  readonly amount: number;
  readonly call: number;
  /** Infinite if it never returned. */
  readonly return: number;
}

interface Read {
  readonly total: number;
  readonly call: number;
  readonly return: number;
}

/** Finds a read of a counter that refutes its history by itself; undefined where none does. */
export function findImpossibleTotal<State>(
  { model, initial, operations }: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  if (model.sumAccess === undefined) return undefined;
  const asked: HistoryOperation[] = [];
  for (const index of indexes) asked.push(operations[index]!);
  const sums = growingSums(model, asked);
  if (sums === undefined) return undefined;
  const adds: Add[] = [];
  const reads: Read[] = [];
  for (const [place, said] of sums.entries()) {
    budget.goOn(place);
    const { call, return: returned } = asked[place]!;
    if (said.kind === 'adds') {
      adds.push({ amount: said.amount, call, return: returned ?? Number.POSITIVE_INFINITY });
    } else if (said.kind === 'reads' && returned !== null) {
      reads.push({ total: said.total, call, return: returned });
    }
  }
  const first = typeof initial === 'number' ? initial : 0;
  const isRefuted = isTooLittle(first, adds, reads) || isTooMuch(first, adds, reads);
  return isRefuted ? { outcome: 'none' } : undefined;
}

function isTooLittle(first: number, adds: readonly Add[], reads: readonly Read[]): boolean {
  const ended = adds.toSorted((a, b) => a.return - b.return);
  const told = reads.toSorted((a, b) => a.return - b.return);
  let added = first;
  let shown = first;
  let nextAdd = 0;
  let nextRead = 0;
  for (const { call, total } of reads.toSorted((a, b) => a.call - b.call)) {
    while (nextAdd < ended.length && ended[nextAdd]!.return < call) {
      added += ended[nextAdd++]!.amount;
    }
    while (told[nextRead]!.return < call) shown = Math.max(shown, told[nextRead++]!.total);
    if (total < added || total < shown) return true;
  }
  return false;
}

function isTooMuch(first: number, adds: readonly Add[], reads: readonly Read[]): boolean {
  const called = adds.toSorted((a, b) => a.call - b.call);
  let asked = first;
  let nextAdd = 0;
  for (const { return: returned, total } of reads.toSorted((a, b) => a.return - b.return)) {
    while (nextAdd < called.length && called[nextAdd]!.call <= returned) {
      asked += called[nextAdd++]!.amount;
    }
    if (total > asked) return true;
  }
  return false;
}
