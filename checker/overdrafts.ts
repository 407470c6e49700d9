/**
 * Values that were taken away more often than they were put there, found without a search: the
 * removals of a queue or a stack, and a lock that was taken twice without being free between.
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation, Plain } from './history.ts';
import { type PlainKey, plainKey } from './plain.ts';
import type { Tell } from './told.ts';

interface Account {
  /** How often it was there at first. */
  initial: number;
  readonly putters: number[];
  readonly takers: number[];
}

/**
 * Those that took a value, up to the first that cannot have, and all that had been asked by then to
 * put it there. By the return of a removal, as many operations as removals of that value must have
 * been called that put it there, or it was so often there at first. Undefined if that is so, or if
 * some operation may do anything else. O(n log n).
 */
export function firstOverdraft(
  operations: readonly HistoryOperation[],
  indexes: readonly number[],
  tell: Tell,
  atFirst: readonly Plain[],
  budget: Budget,
): readonly number[] | undefined {
  const accounts = accountsOf(operations, indexes, tell, budget);
  if (accounts === undefined || accounts.size === 0) return undefined;
  for (const value of atFirst) {
    const account = accounts.get(plainKey(value));
    if (account !== undefined) account.initial++;
  }
  let first: readonly number[] | undefined;
  let firstEnd = Number.POSITIVE_INFINITY;
  const endOf = (index: number) => operations[index]!.return ?? Number.POSITIVE_INFINITY;
  for (const { initial, putters, takers } of accounts.values()) {
    putters.sort((a, b) => operations[a]!.call - operations[b]!.call || a - b);
    takers.sort((a, b) => endOf(a) - endOf(b) || a - b);
    const callOf = (index: number | undefined) =>
      index === undefined ? Number.POSITIVE_INFINITY : operations[index]!.call;
    const over = takers.findIndex(
      (taker, place) => place >= initial && callOf(putters[place - initial]) > endOf(taker),
    );
    if (over < 0 || endOf(takers[over]!) >= firstEnd) continue;
    firstEnd = endOf(takers[over]!);
    first = [...putters.slice(0, over - initial), ...takers.slice(0, over + 1)];
  }
  return first?.toSorted((a, b) => a - b);
}

/** By value, of those that somebody took. */
function accountsOf(
  operations: readonly HistoryOperation[],
  indexes: readonly number[],
  tell: Tell,
  budget: Budget,
): ReadonlyMap<PlainKey, Account> | undefined {
  const accounts = new Map<PlainKey, Account>();
  const puts: { readonly index: number; readonly value: PlainKey }[] = [];
  for (let place = 0; place < indexes.length; place++) {
    budget.goOn(place);
    const index = indexes[place]!;
    const told = tell(operations[index]!);
    if (told === undefined) return undefined;
    if (told.puts !== undefined) puts.push({ index, value: plainKey(told.puts) });
    if (told.takes === undefined || operations[index]!.return === null) continue;
    const value = plainKey(told.takes);
    const known = accounts.get(value);
    if (known !== undefined) known.takers.push(index);
    else accounts.set(value, { initial: 0, putters: [], takers: [index] });
  }
  for (const { index, value } of puts) accounts.get(value)?.putters.push(index);
  return accounts;
}
