/**
 * Settling what is not known of a queue's or stack's history: whose value each removal took, where
 * values repeat or answers are unknown.
 *
 * With every insertion's value called after the insertion, a removal has some insertions that it
 * may have taken from: those of the value that it answered, or, if its answer is unknown, those of
 * values of which more went in than were seen to come out, or none at all. It is given one of them,
 * or is left open: taken for a removal that never returned, which may take any value, or none. So
 * what is impossible with open removals is impossible however they are settled.
 */

import type { HistoryOperation, Plain } from './history.ts';
import type { Collection } from './model.ts';
import { isSequence, type PlainKey, plainKey } from './plain.ts';

/** A removal that found nothing, as a choice. */
export const NOTHING = -1;

/** More insertions for a removal than this, on average, are too many to choose from. */
const CHOICES_PER_REMOVAL_MAX = 64;

/** A removal with several insertions to choose from, by number, the likeliest first. */
export interface OpenRemoval {
  readonly place: number;
  readonly choices: readonly number[];
}

export interface Unsettled {
  /** The initial items, called after their insertions. */
  readonly initial: Plain;
  /** With insertions named, removals that leave no choice given theirs, and others left open. */
  readonly operations: readonly HistoryOperation[];
  /** In order of call. */
  readonly open: readonly OpenRemoval[];
}

interface Removal {
  readonly place: number;
  choices: readonly number[];
}

/** The insertions, by number: initial items first. */
interface Insertions {
  readonly calls: number[];
  readonly byValue: Map<PlainKey, number[]>;
  /** Those that removals of unknown answers may have taken from. */
  readonly spare: number[];
  /** By place: the number, or -1 for what is no insertion. */
  readonly numberAt: Int32Array;
}

/**
 * What is to be settled; `impossible` if a removal has no insertion left, and undefined where the
 * model says nothing of an operation, or there are too many choices.
 */
export function unsettled(
  { access, discipline }: Collection,
  initial: Plain,
  operations: readonly HistoryOperation[],
): Unsettled | 'impossible' | undefined {
  const items = isSequence(initial) ? initial : [];
  const insertions: Insertions = {
    calls: [],
    byValue: new Map(),
    spare: [],
    numberAt: new Int32Array(operations.length).fill(-1),
  };
  for (const item of items) addInsertion(insertions, item, Number.NEGATIVE_INFINITY);
  const removals = new Map<PlainKey, Removal[]>();
  const unknown: Removal[] = [];
  for (let place = 0; place < operations.length; place++) {
    const operation = operations[place]!;
    const said = access(operation);
    if (said === undefined) return undefined;
    if (said.kind === 'insert') {
      insertions.numberAt[place] = addInsertion(insertions, said.value, operation.call);
    } else if (operation.return === null) {
      if (said.kind !== 'unknown') return undefined;
    } else if (said.kind === 'remove') {
      const alike = removals.get(plainKey(said.value));
      if (alike === undefined) removals.set(plainKey(said.value), [{ place, choices: [] }]);
      else alike.push({ place, choices: [] });
    } else if (said.kind === 'unknown') {
      unknown.push({ place, choices: [] });
    }
  }
  const isKnown = choose(operations, insertions, removals);
  if (isKnown !== true) return isKnown;
  if (!chooseUnknown(operations, insertions, unknown)) return undefined;
  const all = [...removals.values(), unknown].flat();
  return settledWhere(items, operations, insertions, all, discipline);
}

function addInsertion({ calls, byValue }: Insertions, value: Plain, call: number): number {
  const number = calls.push(call) - 1;
  const alike = byValue.get(plainKey(value));
  if (alike === undefined) byValue.set(plainKey(value), [number]);
  else alike.push(number);
  return number;
}

/**
 * Gives the removals that answered a value the insertions that they may have taken from: of those
 * called before they returned, not the first few if as many removals had returned before the next
 * was called, which have taken these.
 */
function choose(
  operations: readonly HistoryOperation[],
  { calls, byValue, spare }: Insertions,
  removals: ReadonlyMap<PlainKey, Removal[]>,
): true | 'impossible' | undefined {
  let left = operations.length * CHOICES_PER_REMOVAL_MAX;
  for (const [value, numbers] of byValue) {
    numbers.sort((a, b) => orderOf(calls[a]!, calls[b]!) || a - b);
    const alike = removals.get(value) ?? [];
    const returnOf = ({ place }: Removal) => operations[place]!.return!;
    alike.sort((a, b) => returnOf(a) - returnOf(b) || a.place - b.place);
    let from = 0;
    let to = 0;
    for (let count = 1; count <= alike.length; count++) {
      const removal = alike[count - 1]!;
      while (to < numbers.length && calls[numbers[to]!]! <= returnOf(removal)) to++;
      if (to < count) return 'impossible';
      left -= to - from;
      if (left < 0) return undefined;
      removal.choices = numbers.slice(from, to);
      if (to === count) from = to;
    }
    if (numbers.length > alike.length) for (const number of numbers.slice(from)) spare.push(number);
  }
  return [...removals.keys()].every((value) => byValue.has(value)) || 'impossible';
}

/** Gives the removals of unknown answers what may be left over; false if that is too much. */
function chooseUnknown(
  operations: readonly HistoryOperation[],
  { calls, spare }: Insertions,
  unknown: readonly Removal[],
): boolean {
  if (spare.length * unknown.length > operations.length * CHOICES_PER_REMOVAL_MAX) return false;
  for (const removal of unknown) {
    const { return: returned } = operations[removal.place]!;
    const called = spare.filter((number) => calls[number]! <= returned!);
    removal.choices = [...called, NOTHING];
  }
  return true;
}

function settledWhere(
  items: readonly Plain[],
  operations: readonly HistoryOperation[],
  { calls, numberAt }: Insertions,
  removals: readonly Removal[],
  discipline: Collection['discipline'],
): Unsettled {
  const settled = operations.map((operation, place) => {
    return numberAt[place] === -1 ? operation : named(operation, numberAt[place]!);
  });
  const open: OpenRemoval[] = [];
  for (const { place, choices } of removals) {
    if (choices.length === 1) settled[place] = answering(operations[place]!, choices[0]!);
    else {
      const likeliest = discipline === 'stack' ? -1 : 1;
      const byCall = choices.filter((number) => number !== NOTHING);
      byCall.sort((a, b) => likeliest * (orderOf(calls[a]!, calls[b]!) || a - b));
      if (byCall.length < choices.length) byCall.push(NOTHING);
      settled[place] = leftOpen(operations[place]!);
      open.push({ place, choices: byCall });
    }
  }
  open.sort((a, b) => operations[a.place]!.call - operations[b.place]!.call || a.place - b.place);
  return { initial: items.map((_, number) => number), operations: settled, open };
}

/** Which of two times is earlier; infinite ones are alike. */
function orderOf(one: number, other: number): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function named({ process, f, call, return: returned }: HistoryOperation, value: number) {
  return { process, f, value, call, return: returned };
}

/** The removal with the insertion that it took from, or `NOTHING`. */
export function answering(
  { process, f, call, return: returned }: HistoryOperation,
  choice: number,
): HistoryOperation {
  return { process, f, call, return: returned, output: choice === NOTHING ? null : choice };
}

function leftOpen({ process, f, call }: HistoryOperation): HistoryOperation {
  return { process, f, call, return: null };
}
