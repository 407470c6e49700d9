/**
 * An exact test for lists that are only appended to, and read as a whole: O(n log n) and the length
 * of all answers, whether or not values repeat.
 *
 * All reads must show beginnings of what the longest one shows; so it is known of each place in the
 * list which value was appended there, and of every read between which two places it comes. (This
 * is how Elle infers the order of versions: Kingsbury & Alvaro, "Elle", VLDB 2020, section 4.) What
 * is not in the longest read was appended after it.
 *
 * Where several append the same value, the one that must return first is taken first: in any order
 * that takes another one instead, the two can change places, for the other may come later as well.
 * So each place has one candidate, and there is nothing to search.
 */

import type { Budget } from './budget.ts';
import { Earliest } from './earliest.ts';
import type { HistoryOperation } from './history.ts';
import { isSequence, type PlainKey, plainKey } from './plain.ts';
import type { Decision, Question } from './question.ts';

interface Answers {
  /** Appends, in order of call, and the values of all. */
  readonly appends: number[];
  readonly values: Map<number, PlainKey>;
  readonly reads: { readonly index: number; readonly items: readonly PlainKey[] }[];
  /** Returned, and constrain nothing. */
  readonly free: number[];
}

const IMPOSSIBLE: Decision = { outcome: 'none' };

/** Decides a list's history; undefined where the model is none, or knows more operations. */
export function decideAppendList<State>(
  { model, initial, operations }: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): Decision | undefined {
  if (model.growingCollection?.isOrdered !== true) return undefined;
  const answers: Answers = { appends: [], values: new Map(), reads: [], free: [] };
  for (const [place, index] of indexes.entries()) {
    budget.goOn(place);
    const operation = operations[index]!;
    const said = model.growingCollection.access(operation);
    if (said === undefined || said.kind === 'finds' || said.kind === 'removes') return undefined;
    if (said.kind === 'adds') {
      answers.appends.push(index);
      answers.values.set(index, plainKey(said.value));
    } else if (operation.return === null) {
      // Whoever only looks, and was never told what there was, need not have looked.
    } else if (said.kind === 'reads') {
      answers.reads.push({ index, items: said.items.map(plainKey) });
    } else {
      answers.free.push(index);
    }
  }
  answers.appends.sort((a, b) => operations[a]!.call - operations[b]!.call || a - b);
  answers.reads.sort(
    (a, b) =>
      a.items.length - b.items.length || operations[a.index]!.call - operations[b.index]!.call,
  );
  const before = isSequence(initial) ? initial.map(plainKey) : [];
  const longest = answers.reads.at(-1)?.items ?? before;
  const shown = answers.reads.map(({ items }) => items);
  // Nothing is ever taken away: the shortest one shows what was there at first, too.
  if (!isBeginning(before, shown[0] ?? before)) return IMPOSSIBLE;
  if (!shown.every((items) => isBeginning(items, longest))) return IMPOSSIBLE;
  const order = new Placing(operations, answers, budget).placeAll(before.length, longest);
  if (order === undefined) return IMPOSSIBLE;
  return { outcome: 'found', orders: [order, ...answers.free.map((index) => [index])] };
}

function isBeginning(items: readonly PlainKey[], whole: readonly PlainKey[]): boolean {
  return items.length <= whole.length && items.every((item, place) => item === whole[place]);
}

/** Operations being put in order: one may come next if nothing that is left returned before it. */
class Placing {
  private readonly operations: readonly HistoryOperation[];
  private readonly answers: Answers;
  private readonly budget: Budget;
  /** Those that returned, in order of return, and the first of them that is left. */
  private readonly byReturn: readonly number[];
  private firstLeft = 0;
  private readonly placed = new Set<number>();
  /** By value: the appends that are called by now, and left. */
  private readonly open = new Map<PlainKey, Earliest>();
  private nextAppend = 0;
  private readonly order: number[] = [];

  constructor(operations: readonly HistoryOperation[], answers: Answers, budget: Budget) {
    this.budget = budget;
    this.operations = operations;
    this.answers = answers;
    this.byReturn = [...answers.appends, ...answers.reads.map(({ index }) => index)]
      .filter((index) => operations[index]!.return !== null)
      .sort((a, b) => operations[a]!.return! - operations[b]!.return! || a - b);
  }

  /** The order, or undefined if there is none. */
  placeAll(initialLength: number, longest: readonly PlainKey[]): readonly number[] | undefined {
    const { reads, appends } = this.answers;
    let nextRead = 0;
    for (let length = initialLength; length <= longest.length; length++) {
      this.budget.goOn(length);
      const firstRead = nextRead;
      while (reads[nextRead]?.items.length === length) this.place(reads[nextRead++]!.index);
      for (const { index } of reads.slice(firstRead, nextRead)) {
        if (this.operations[index]!.call > this.earliestReturn()) return undefined;
      }
      if (length === longest.length) break;
      const append = this.takeAppend(longest[length]);
      if (append === undefined) return undefined;
      this.place(append);
    }
    for (const index of appends) {
      if (!this.placed.has(index) && this.operations[index]!.return !== null) this.place(index);
    }
    return this.order;
  }

  private place(index: number): void {
    this.order.push(index);
    this.placed.add(index);
  }

  /** Of those that are left. */
  private earliestReturn(): number {
    while (this.placed.has(this.byReturn[this.firstLeft]!)) this.firstLeft++;
    const first = this.byReturn[this.firstLeft];
    return first === undefined ? Number.POSITIVE_INFINITY : this.operations[first]!.return!;
  }

  /** Of the appends of a value that may come next, the one that must return first. */
  private takeAppend(value: PlainKey): number | undefined {
    const { appends, values } = this.answers;
    const limit = this.earliestReturn();
    for (; this.nextAppend < appends.length; this.nextAppend++) {
      const append = appends[this.nextAppend]!;
      if (this.operations[append]!.call > limit) break;
      const own = values.get(append);
      let heap = this.open.get(own);
      if (heap === undefined) {
        heap = new Earliest((a, b) => this.endOf(a) - this.endOf(b) || a - b);
        this.open.set(own, heap);
      }
      heap.add(append);
    }
    return this.open.get(value)?.take();
  }

  private endOf(index: number): number {
    return this.operations[index]!.return ?? Number.MAX_VALUE;
  }
}
