/**
 * What the reads of one list tell, in a history of transactions that append to it.
 *
 * No item may be appended twice. Then all reads must show beginnings of what the longest one shows,
 * and that is the order of the appends (Kingsbury & Alvaro, "Elle", VLDB 2020, section 4); what it
 * does not show came after it.
 */

import type { Budget } from '../budget.ts';
import { isSequence, type PlainKey, plainEqual, plainKey } from '../plain.ts';
import { INITIAL, type Precedence, type Sight } from '../saturation.ts';
import type { RegisterHistory, RegisterUse } from './history.ts';
import type { Flaw } from './sources.ts';

/** What was done to one list, and by whom. */
export interface ListHistory {
  readonly uses: RegisterUse[];
  readonly numbers: number[];
}

/** What is found is added to these. */
interface ListFindings {
  readonly sights: Sight[];
  readonly precedences: Precedence[];
  readonly flaws: Flaw[];
  readonly isNeeded: Uint8Array;
  readonly budget: Budget;
}

/** The append of an item: by whom, and as which of all that the transaction appended. */
interface Append {
  readonly number: number;
  readonly place: number;
  readonly isLast: boolean;
}

interface ListRead {
  readonly reader: number;
  readonly use: RegisterUse;
  readonly items: readonly PlainKey[];
}

/** What the longest read shows: who appended, and who did so last. */
export interface ListOrder {
  readonly list: ListHistory;
  readonly shownBy: number;
  readonly shown: ReadonlySet<number>;
  readonly last: number;
}

/** Reads what is known of a list; undefined if no order of its appends is. */
export function readList(
  register: RegisterHistory,
  list: ListHistory,
  found: ListFindings,
): ListOrder | undefined {
  const { initial } = register;
  const start = isSequence(initial) ? initial.map(plainKey) : [];
  const appends = appendsOf(list, new Set(start));
  const reads: ListRead[] = [];
  let longest: ListRead | undefined;
  for (const [place, use] of list.uses.entries()) {
    found.budget.goOn(place);
    if (use.found === undefined) continue;
    const reader = list.numbers[place]!;
    const read = { reader, use, items: isSequence(use.found) ? use.found.map(plainKey) : [] };
    if (!isPossible(read, register, start)) {
      blame('unwritten', read, INITIAL, found);
    } else if (appends !== undefined) {
      reads.push(read);
      if (longest === undefined || read.items.length > longest.items.length) longest = read;
    }
  }
  if (longest === undefined || appends === undefined) return undefined;
  const appended = longest.items.slice(start.length);
  if (new Set(appended).size < appended.length) {
    blame('unwritten', longest, INITIAL, found);
    return undefined;
  }
  const split = splitIn(longest, start.length, appends);
  if (split !== undefined) {
    blame('split', longest, split, found);
    return undefined;
  }
  for (const [place, read] of reads.entries()) {
    found.budget.goOn(place);
    placeRead(read, longest, start.length, appends, found);
  }
  return orderAppends(longest, start.length, appends, list, found);
}

/** Those that took effect, and were not shown, came after all that was. */
export function placeOthers({ list, shownBy, shown, last }: ListOrder, found: ListFindings): void {
  const { uses, numbers } = list;
  for (let at = 0; at < uses.length; at++) {
    const to = numbers[at]!;
    if (uses[at]!.appends.length === 0 || shown.has(to) || found.isNeeded[to] === 0) continue;
    found.precedences.push({ from: last, to, shownBy });
  }
}

/** By item; undefined if one may have been appended twice. */
function appendsOf(
  { uses, numbers }: ListHistory,
  start: ReadonlySet<PlainKey>,
): ReadonlyMap<PlainKey, Append> | undefined {
  const appends = new Map<PlainKey, Append>();
  for (let at = 0; at < uses.length; at++) {
    const { appends: own } = uses[at]!;
    for (let place = 0; place < own.length; place++) {
      const item = plainKey(own[place]);
      if (appends.has(item) || start.has(item)) return undefined;
      appends.set(item, { number: numbers[at]!, place, isLast: place === own.length - 1 });
    }
  }
  return appends;
}

/** Whether it begins with the initial items, and others appended all that comes after them. */
function isPossible(
  { reader, use, items }: ListRead,
  { initial, writers }: RegisterHistory,
  start: readonly PlainKey[],
): boolean {
  if (items.length === 0) {
    return use.isInferred ? start.length === 0 : plainEqual(use.found, initial);
  }
  if (!start.every((item, place) => items[place] === item)) return false;
  return items.every(
    (item, place) =>
      place < start.length || writers.get(item)?.some((writer) => writer !== reader) === true,
  );
}

function blame(
  kind: 'unwritten' | 'split' | 'forked',
  { reader, use }: ListRead,
  other: number,
  { flaws }: ListFindings,
): void {
  flaws.push({ kind, reader, register: use.register, seen: use.found ?? null, other });
}

/** A transaction of whose appends, in what was read, something is missing or in between. */
function splitIn(
  { items }: ListRead,
  from: number,
  appends: ReadonlyMap<PlainKey, Append>,
): number | undefined {
  let before: Append | undefined;
  for (let at = from; at < items.length; at++) {
    const append = appends.get(items[at])!;
    const isNext = before?.number === append.number && append.place === before.place + 1;
    if (before?.isLast === false && !isNext) return before.number;
    if (append.place > 0 && !isNext) return append.number;
    before = append;
  }
  return before?.isLast === false ? before.number : undefined;
}

function placeRead(
  read: ListRead,
  longest: ListRead,
  from: number,
  appends: ReadonlyMap<PlainKey, Append>,
  found: ListFindings,
): void {
  const { reader, use, items } = read;
  if (!items.every((item, place) => longest.items[place] === item)) {
    blame('forked', read, longest.reader, found);
    return;
  }
  const last = items.length > from ? appends.get(items[items.length - 1])! : undefined;
  if (last?.isLast === false) blame('split', read, last.number, found);
  else found.sights.push({ reader, writer: last?.number ?? INITIAL, register: use.register });
}

/** Appends come in the order that the longest read shows. */
function orderAppends(
  { reader, items }: ListRead,
  from: number,
  appends: ReadonlyMap<PlainKey, Append>,
  list: ListHistory,
  { precedences, isNeeded }: ListFindings,
): ListOrder | undefined {
  const shown = new Set<number>();
  let last: number | undefined;
  for (let at = from; at < items.length; at++) {
    const { number } = appends.get(items[at])!;
    shown.add(number);
    isNeeded[number] = 1;
    if (last !== undefined && last !== number) {
      precedences.push({ from: last, to: number, shownBy: reader });
    }
    last = number;
  }
  return last === undefined ? undefined : { list, shownBy: reader, shown, last };
}
