/**
 * Reads of lists and sets that nothing can have led to: they show a value that nobody had called to
 * add by then, whatever that was answered, or show it too often.
 *
 * What is in such a collection was there at first or was added, and each addition adds its value
 * once; whether something is taken away again does not matter. So of a value no list shows more
 * than were there at first, and additions of it called before the read returned. A set shows it
 * once at the most. Each such read fails by itself.
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation, Plain } from './history.ts';
import type { GrowingCollection, Model } from './model.ts';
import { isSequence, type PlainKey, plainKey } from './plain.ts';
import { opened } from './prefix.ts';
import type { Question } from './question.ts';

/** What somebody was shown, and by when. */
interface Shown {
  readonly index: number;
  readonly items: readonly Plain[];
  readonly end: number;
}

/** How many values are looked at between two questions whether to go on. */
const ITEMS_PER_QUESTION = 65_536;

/**
 * The index of the operation that returned first among those that show too much; undefined if there
 * is none, where the model cannot say, or once the budget is spent. O(n log n) and the length of
 * all answers.
 */
export function firstExcess<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
): number | undefined {
  const told = toldBy(question, indexes, budget);
  if (told === undefined) return undefined;
  const { additions, shown } = told;
  shown.sort((a, b) => a.end - b.end || a.index - b.index);
  let looked = 0;
  for (const each of shown) {
    if (looked > ITEMS_PER_QUESTION) {
      looked = 0;
      if (!budget.ask()) return undefined;
    }
    looked += each.items.length;
    if (additions.excessIn(each) !== undefined) return each.index;
  }
  return undefined;
}

/**
 * The first value that the operation's answer shows more often than it can have been there;
 * undefined if there is none, or where the model cannot say.
 */
export function excessShown<State>(question: Question<State>, index: number): Plain | undefined {
  const told = toldBy(question, Array.from(question.operations.keys()));
  const answer = told?.shown.find((each) => each.index === index);
  return answer === undefined ? undefined : told?.additions.excessIn(answer);
}

/** What a model is beside late reads: whatever an old version shows, the newest one has shown. */
export function growingCollectionOf<State>(model: Model<State>): GrowingCollection | undefined {
  return (model.versions?.newest ?? model).growingCollection;
}

/** What the operations say; undefined where one may do anything else, or out of budget. */
function toldBy<State>(
  { model, initial, operations }: Question<State>,
  indexes: readonly number[],
  budget?: Budget,
) {
  const collection = growingCollectionOf(model);
  if (collection === undefined) return undefined;
  const additions = new Additions(!collection.isOrdered);
  for (const value of isSequence(initial) ? initial : []) {
    additions.add(value, Number.NEGATIVE_INFINITY);
  }
  const shown: Shown[] = [];
  for (let place = 0; place < indexes.length; place++) {
    if (budget?.mayGoOn(place) === false) return undefined;
    const index = indexes[place]!;
    const operation = operations[index]!;
    const asked = collection.access(opened(operation));
    if (asked === undefined) return undefined;
    if (asked.kind === 'adds') additions.add(asked.value, operation.call);
    const { return: end } = operation;
    if (end === null) continue;
    const items = itemsShown(collection, operation);
    if (items !== undefined) shown.push({ index, items, end });
  }
  additions.settle();
  return { additions, shown };
}

function itemsShown(
  collection: GrowingCollection,
  operation: HistoryOperation,
): readonly Plain[] | undefined {
  const said = collection.access(operation);
  if (said?.kind === 'reads') return said.items;
  return said?.kind === 'finds' && said.isPresent ? [said.value] : undefined;
}

/** When each value was called to be added. */
class Additions {
  /** No answer shows a value twice, however often it was added. */
  private readonly isSet: boolean;
  private readonly slots = new Map<PlainKey, number>();
  /** By slot: the first call that adds the value. */
  private readonly first: number[] = [];
  /** By slot: all such calls, where there are several, and it matters how many. */
  private readonly all = new Map<number, number[]>();
  /** By slot: the last answer that showed the value, counted, and how often it did so far. */
  private readonly shownBy: number[] = [];
  private readonly times: number[] = [];
  private answers = 0;

  constructor(isSet: boolean) {
    this.isSet = isSet;
  }

  add(value: Plain, call: number): void {
    const key = plainKey(value);
    const slot = this.slots.get(key);
    if (slot === undefined) {
      this.slots.set(key, this.first.length);
      this.first.push(call);
      this.shownBy.push(0);
      this.times.push(0);
      return;
    }
    if (!this.isSet) {
      const calls = this.all.get(slot);
      if (calls === undefined) this.all.set(slot, [this.first[slot]!, call]);
      else calls.push(call);
    }
    this.first[slot] = Math.min(this.first[slot]!, call);
  }

  /** After the last `add`, and before the first question. */
  settle(): void {
    for (const calls of this.all.values()) calls.sort((a, b) => a - b);
  }

  /** The first value that the answer shows more often than it can have been there by then. */
  excessIn({ items, end }: Shown): Plain | undefined {
    const answer = ++this.answers;
    for (const item of items) {
      const slot = this.slots.get(plainKey(item));
      if (slot === undefined) return item;
      const times = this.shownBy[slot] === answer ? this.times[slot]! + 1 : 1;
      this.shownBy[slot] = answer;
      this.times[slot] = times;
      const call = times === 1 ? this.first[slot] : this.all.get(slot)?.[times - 1];
      if (call === undefined || call > end) return item;
    }
    return undefined;
  }
}
