/**
 * Totals that no order of a growing sum explains: less than was added before the read, or was read
 * before it; or more than was asked to be added by its end. O(n log n).
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
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

/**
 * The index of the read that returned first among those of a total that is out of reach: less than
 * all that is taken away by an operation called by its end leaves, or more than all that is added
 * by one makes. Undefined if there is none, or where the model cannot say. O(n log n).
 */
export function firstTotalOutOfReach(
  model: Model<unknown>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  indexes: readonly number[],
  budget: Budget,
): number | undefined {
  if (model.sumAccess === undefined) return undefined;
  const adds: { readonly amount: number; readonly call: number }[] = [];
  const reads: { readonly index: number; readonly total: number; readonly return: number }[] = [];
  for (let place = 0; place < indexes.length; place++) {
    budget.goOn(place);
    const index = indexes[place]!;
    const { call, return: returned } = operations[index]!;
    const said = model.sumAccess(operations[index]!);
    if (said === undefined) return undefined;
    if (said.kind === 'adds') adds.push({ amount: said.amount, call });
    else if (said.kind === 'reads' && returned !== null) {
      reads.push({ index, total: said.total, return: returned });
    }
  }
  adds.sort((a, b) => a.call - b.call);
  reads.sort((a, b) => a.return - b.return || a.index - b.index);
  let least = typeof initial === 'number' ? initial : 0;
  let most = least;
  let nextAdd = 0;
  for (const { index, total, return: returned } of reads) {
    for (; nextAdd < adds.length && adds[nextAdd]!.call <= returned; nextAdd++) {
      const { amount } = adds[nextAdd]!;
      if (!Number.isSafeInteger(amount)) return undefined;
      if (amount < 0) least += amount;
      else most += amount;
    }
    // What is no whole number, or too great, is not summed exactly: orders may differ.
    if (!Number.isSafeInteger(least) || !Number.isSafeInteger(most)) return undefined;
    if (total < least || total > most) return index;
  }
  return undefined;
}
