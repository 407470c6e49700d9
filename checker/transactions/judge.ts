/**
 * What can be told of a history of transactions from who saw whose write: a mistake, a circle of
 * what must come before what, or a likely order.
 *
 * The circles are those of Adya, "Weak consistency: a generalized theory and optimistic
 * implementations for distributed transactions" (1999), with real time or the order of each process
 * as further edges, and are looked for as in Elle (Kingsbury & Alvaro, VLDB 2020). The order of
 * writes that no read tells is inferred as far as it is forced, as in Cobra (Tan, Zhao, Mu &
 * Walfish, OSDI 2020).
 */

import { Budget } from '../budget.ts';
import type { HistoryOperation, Plain } from '../history.ts';
import type { Model } from '../model.ts';
import { isSequence, plainKey } from '../plain.ts';
import { NONE, type Reason, saturate } from '../saturation.ts';
import { readTransactions, type TransactionHistory } from './history.ts';
import { likelyTransactionOrder } from './order.ts';
import { type KeptOrder, layOutTransactions, type TransactionLayout } from './sightings.ts';
import { type Flaw, findSources, firstFlaw } from './sources.ts';

/** A transaction of a circle, and why it must come before the next; places are numbers here. */
export interface TransactionStep {
  readonly number: number;
  /** `chain` stands for the order that is kept, whatever it is. */
  readonly reason: Reason;
}

/** All are numbers of transactions: their places among the operations that were given. */
export type TransactionFinding =
  | {
      readonly kind: 'flawed';
      readonly flaw: Flaw;
      readonly core: readonly number[];
      /** No other transaction could make it possible: the core is all there is to show. */
      readonly isAlone: boolean;
      readonly history: TransactionHistory;
    }
  | {
      readonly kind: 'circular';
      readonly circle: readonly TransactionStep[];
      readonly core: readonly number[];
      readonly history: TransactionHistory;
      /** For one that never returned, who is known to have seen it first. */
      readonly witnessOf: Int32Array;
    }
  /** All that took effect, as a likely order has it. */
  | { readonly kind: 'ordered'; readonly order: readonly number[] }
  /** Nothing is wrong as far as can be seen, and there is no order yet. */
  | { readonly kind: 'open' };

const OPEN: TransactionFinding = { kind: 'open' };
/** What an operation takes in the tables of this test, beside those that count for themselves. */
const BYTES_PER_OPERATION = 1024;

/** Judges the operations; undefined where the model does not say what they do to registers. */
export function judgeTransactions<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  kept: KeptOrder,
  budget: Budget,
): TransactionFinding | undefined {
  const bytes = operations.length * BYTES_PER_OPERATION;
  if (model.transactions === undefined) return undefined;
  if (!budget.take(bytes)) {
    budget.recover();
    return OPEN;
  }
  try {
    const history = readTransactions(model, initial, operations, budget);
    return history && judge(history, kept, budget);
  } finally {
    budget.give(bytes);
  }
}

function judge(history: TransactionHistory, kept: KeptOrder, budget: Budget): TransactionFinding {
  const flaws: Flaw[] = [...history.contradictions];
  const sources = findSources(history, flaws, budget);
  const flaw = firstFlaw(history, flaws);
  if (flaw !== undefined) return { kind: 'flawed', flaw, ...coreOfFlaw(history, flaw), history };
  const layout = layOutTransactions(history, sources, kept, budget);
  const saturation = saturate(layout.sightings, budget);
  budget.recover();
  switch (saturation.kind) {
    case 'circular': {
      const circle = circleOf(layout, saturation.circle);
      const core = coreOfCircle(history, layout, saturation.core);
      return { kind: 'circular', circle, core, history, witnessOf: layout.witnessOf };
    }
    case 'ordered': {
      const order = likelyTransactionOrder(history, layout, saturation, budget);
      return order === undefined ? OPEN : { kind: 'ordered', order };
    }
    case 'unfinished':
      return OPEN;
    default:
      return saturation satisfies never;
  }
}

/**
 * What no order of whole transactions explains, if there is such a read, and the transactions that
 * it takes to see that. By number.
 */
export function firstFlawAmong<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  budget: Budget,
): { readonly core: readonly number[]; readonly isAlone: boolean } | undefined {
  const history = readTransactions(model, initial, operations, budget);
  if (history === undefined) return undefined;
  const flaws: Flaw[] = [...history.contradictions];
  findSources(history, flaws, budget);
  const flaw = firstFlaw(history, flaws);
  return flaw && coreOfFlaw(history, flaw);
}

/** Whether some read alone is impossible: what it saw is nobody's, or its transaction denies it. */
export function hasBaselessRead<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
): boolean {
  const budget = new Budget({});
  const history = readTransactions(model, initial, operations, budget);
  if (history === undefined) return false;
  const flaws: Flaw[] = [...history.contradictions];
  findSources(history, flaws, budget);
  return flaws.some((flaw) => coreOfFlaw(history, flaw).isAlone);
}

function coreOfFlaw(history: TransactionHistory, flaw: Flaw) {
  switch (flaw.kind) {
    case 'contradiction':
    case 'unwritten':
      return { core: [flaw.reader], isAlone: true };
    case 'overwritten':
      return { core: [flaw.reader, flaw.other].toSorted((a, b) => a - b), isAlone: true };
    case 'split':
    case 'forked':
      return { core: withWriters(history, [flaw.reader, flaw.other]), isAlone: false };
    default:
      return flaw satisfies never;
  }
}

function coreOfCircle(
  history: TransactionHistory,
  { numberAt, witnessOf }: TransactionLayout,
  places: ReadonlySet<number>,
): readonly number[] {
  const core = new Set<number>();
  for (const place of places) if (numberAt[place] !== NONE) core.add(numberAt[place]!);
  // A set yields what is added to it on the way.
  for (const number of core) if (witnessOf[number] !== NONE) core.add(witnessOf[number]!);
  return withWriters(history, core);
}

/** The transactions, and whoever may have written what they saw, so that no read lacks its base. */
function withWriters(
  { uses, registers }: TransactionHistory,
  numbers: Iterable<number>,
): readonly number[] {
  const all = new Set(numbers);
  const added = new Set<readonly number[]>();
  const addAll = (writers: readonly number[] | undefined) => {
    if (writers === undefined || added.has(writers)) return;
    added.add(writers);
    for (const writer of writers) all.add(writer);
  };
  for (const number of all) {
    for (const { register, found } of uses[number]!) {
      if (found === undefined) continue;
      const { writers, isAppended, isWritten } = registers[register]!;
      if (isAppended && isWritten) for (const own of writers.values()) addAll(own);
      else if (!isAppended) addAll(writers.get(plainKey(found)));
      else if (isSequence(found)) for (const item of found) addAll(writers.get(plainKey(item)));
    }
  }
  return [...all].sort((a, b) => a - b);
}

/** The circle without the clock, by number. */
function circleOf(
  { numberAt }: TransactionLayout,
  steps: readonly { readonly place: number; readonly reason: Reason }[],
): readonly TransactionStep[] {
  const circle: TransactionStep[] = [];
  for (const { place, reason } of steps) {
    const number = numberAt[place]!;
    if (number !== NONE) circle.push({ number, reason: byNumber(numberAt, reason) });
  }
  return circle;
}

function byNumber(numberAt: Int32Array, reason: Reason): Reason {
  switch (reason.kind) {
    case 'chain':
    case 'seen':
      return reason;
    case 'given':
      // An edge to the clock, which is a part of the order that is kept.
      if (reason.shownBy === NONE) return { kind: 'chain' };
      return { kind: 'given', shownBy: numberAt[reason.shownBy]! };
    case 'hidden':
      return { ...reason, reader: numberAt[reason.reader]! };
    case 'overwritten':
      return { ...reason, writer: numberAt[reason.writer] ?? reason.writer };
    default:
      return reason satisfies never;
  }
}
