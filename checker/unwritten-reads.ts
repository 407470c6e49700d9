/**
 * The commonest mistake, found without a search: a register answers what nobody can have written.
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
import { type PlainKey, plainKey } from './plain.ts';
import type { Decision, Question } from './question.ts';

/** Decides what no order can explain: somebody was told a value that nobody can have written. */
export function findUnwrittenRead<State>(
  { model, initial, operations }: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  if (model.registerAccess === undefined) return undefined;
  const first = firstUnwrittenRead(model, initial, operations, indexes, budget);
  return first === undefined ? undefined : { outcome: 'none' };
}

export function hasUnwrittenRead<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  indexes: readonly number[],
): boolean {
  return firstUnwrittenRead(model, initial, operations, indexes) !== undefined;
}

/**
 * Of the reads, and swaps that took place, that saw a value which is neither the initial one nor
 * written by an operation called before they returned: the index of the one that returned first.
 * Undefined if there is none, or where the model cannot say. O(n). A `budget` is asked on the way.
 */
export function firstUnwrittenRead<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  indexes: readonly number[],
  budget?: Budget,
): number | undefined {
  const writtenFrom = new Map<PlainKey, number>();
  writtenFrom.set(plainKey(initial), Number.NEGATIVE_INFINITY);
  const seen: { readonly value: PlainKey; readonly by: number; readonly index: number }[] = [];
  let count = 0;
  for (const index of indexes) {
    budget?.goOn(count++);
    const { call, return: returned } = operations[index]!;
    const access = model.registerAccess?.(operations[index]!);
    if (access === undefined) return undefined;
    if (access.kind === 'write' || access.kind === 'replace' || access.kind === 'swap') {
      const value = plainKey(access.kind === 'swap' ? access.to : access.value);
      writtenFrom.set(value, Math.min(call, writtenFrom.get(value) ?? call));
    }
    if (returned === null) continue;
    if (access.kind === 'read') seen.push({ value: plainKey(access.value), by: returned, index });
    if (access.kind === 'swap') seen.push({ value: plainKey(access.from), by: returned, index });
  }
  let first: { readonly by: number; readonly index: number } | undefined;
  for (const each of seen) {
    if ((writtenFrom.get(each.value) ?? Number.POSITIVE_INFINITY) <= each.by) continue;
    if (first === undefined || each.by < first.by) first = each;
  }
  return first?.index;
}
