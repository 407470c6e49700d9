/**
 * Answers that nothing can have led to: they show a value that was put there by no operation that
 * was called by then, whatever that one answered, or more often than it was; or a set with a value
 * twice. Each of them fails by itself.
 *
 * What is in a list was there at first or was appended, and each append adds its value once. So of
 * a value no read shows more than there were at first, and appends of it called before it returned.
 */

import type { Budget } from './budget.ts';
import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
import { isSequence, type PlainKey, plainKey } from './plain.ts';
import { opened } from './prefix.ts';
import type { Question } from './question.ts';

/** What the operation would put there, and what its answer shows to have been there. */
interface Told {
  readonly puts?: Plain;
  readonly shows?: readonly Plain[];
}

type Tell = (operation: HistoryOperation) => Told | undefined;

/** An answer that was given by a time. */
interface Shown {
  readonly index: number;
  readonly items: readonly Plain[];
  readonly end: number;
}

const NOTHING: Told = {};
/** How many values are looked at between two questions whether to go on. */
const ITEMS_PER_QUESTION = 65_536;

/**
 * The index of the operation that returned first among those with such an answer; undefined if
 * there is none, where the model cannot say, or once the budget is spent. O(n log n) and the length
 * of all answers.
 */
export function firstBaselessAnswer<State>(
  question: Question<State>,
  budget: Budget,
): number | undefined {
  const told = toldBy(question);
  if (told === undefined) return undefined;
  const { puts, shown } = told;
  shown.sort((a, b) => a.end - b.end || a.index - b.index);
  let looked = 0;
  for (const each of shown) {
    if (looked > ITEMS_PER_QUESTION) {
      looked = 0;
      if (!budget.ask()) return undefined;
    }
    looked += each.items.length;
    if (puts.excessIn(each) !== undefined) return each.index;
  }
  return undefined;
}

/**
 * The first value that the operation's answer shows more often than it can have been there;
 * undefined if there is none, or where the model cannot say.
 */
export function excessShown<State>(question: Question<State>, index: number): Plain | undefined {
  const told = toldBy(question);
  const answer = told?.shown.find((each) => each.index === index);
  return answer === undefined ? undefined : told?.puts.excessIn(answer);
}

/** What all operations say; undefined where one of them may do anything else. */
function toldBy<State>({ model, initial, operations }: Question<State>) {
  const known = model.versions?.newest ?? model;
  const tell = tellOf(known);
  if (tell === undefined) return undefined;
  const isRegister = known.registerAccess !== undefined;
  const before = isRegister ? [initial] : isSequence(initial) ? initial : [];
  const puts = new Puts(isRegister || known.growingCollection?.isOrdered !== true);
  for (const value of before) puts.add(value, Number.NEGATIVE_INFINITY);
  const shown: Shown[] = [];
  for (let index = 0; index < operations.length; index++) {
    const operation = operations[index]!;
    const asked = tell(opened(operation));
    if (asked === undefined) return undefined;
    if (asked.puts !== undefined) puts.add(asked.puts, operation.call);
    const { return: end } = operation;
    const items = end === null ? undefined : tell(operation)?.shows;
    if (end !== null && items !== undefined) shown.push({ index, items, end });
  }
  puts.settle();
  return { puts, shown };
}

/** When each value was put there. */
class Puts {
  /** No answer shows a value twice, however often it was put there. */
  private readonly isOnce: boolean;
  private readonly slots = new Map<PlainKey, number>();
  /** By slot: the first call that puts the value there. */
  private readonly first: number[] = [];
  /** By slot: all such calls, where there are several, and it matters how many. */
  private readonly all = new Map<number, number[]>();
  /** By slot: the last answer that showed the value, counted, and how often it did so far. */
  private readonly shownBy: number[] = [];
  private readonly times: number[] = [];
  private answers = 0;

  constructor(isOnce: boolean) {
    this.isOnce = isOnce;
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
    if (!this.isOnce) {
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

/** Says it of each operation; undefined of one that may do anything else. */
function tellOf(model: Model<unknown>): Tell | undefined {
  if (model.registerAccess !== undefined) return (operation) => toldOfRegister(model, operation);
  if (model.collection !== undefined) return (operation) => toldOfCollection(model, operation);
  if (model.growingCollection !== undefined) return (operation) => toldOfGrowing(model, operation);
  return undefined;
}

function toldOfRegister(model: Model<unknown>, operation: HistoryOperation): Told | undefined {
  const access = model.registerAccess?.(operation);
  if (access === undefined) return undefined;
  if (access.kind === 'write') return { puts: access.value };
  if (access.kind === 'read') return { shows: [access.value] };
  return access.kind === 'swap' ? { puts: access.to, shows: [access.from] } : NOTHING;
}

function toldOfCollection(model: Model<unknown>, operation: HistoryOperation): Told | undefined {
  const access = model.collection?.access(operation);
  if (access === undefined) return undefined;
  if (access.kind === 'insert') return { puts: access.value };
  return access.kind === 'remove' ? { shows: [access.value] } : NOTHING;
}

function toldOfGrowing(model: Model<unknown>, operation: HistoryOperation): Told | undefined {
  const access = model.growingCollection?.access(operation);
  if (access === undefined) return undefined;
  if (access.kind === 'adds') return { puts: access.value };
  if (access.kind === 'reads') return { shows: access.items };
  return access.kind === 'finds' && access.isPresent ? { shows: [access.value] } : NOTHING;
}
