/**
 * What the transactions of a history did to each register, as far as others can tell: what each of
 * them found there before it wrote, and what it left behind.
 *
 * Transactions are numbered in the order in which they are given.
 */

import type { Budget } from '../budget.ts';
import type { HistoryOperation, Plain } from '../history.ts';
import type { Model, TransactionAccess } from '../model.ts';
import { isSequence, type PlainKey, plainEqual, plainKey } from '../plain.ts';

/** What one transaction did to one register. */
export interface RegisterUse {
  readonly register: number;
  /** What it found before it wrote; undefined where it did not look, or was not told. */
  found: Plain | undefined;
  /** It looked after it had appended: `found` is what was before that, `[]` for no items. */
  isInferred: boolean;
  /** What it wrote, and what it appended, in order. */
  readonly writes: Plain[];
  readonly appends: Plain[];
}

/** A transaction that read something else than it must have, by what it had seen or done before. */
export interface Contradiction {
  readonly kind: 'contradiction';
  readonly reader: number;
  readonly register: number;
  readonly seen: Plain;
  readonly present: Plain;
  /**
   * How `present` is known: it had seen it; it had made it, with its own writes; or it had appended
   * these, to what is not known.
   */
  readonly by: 'read' | 'write' | 'append';
}

/** One register, with all that was done to it. */
export interface RegisterHistory {
  readonly name: string;
  readonly initial: Plain;
  isWritten: boolean;
  isAppended: boolean;
  /** By value, those that left it; of a register that is appended to, by item. */
  readonly writers: Map<PlainKey, number[]>;
  /** By value, those that wrote it, and then another one. */
  readonly overwriters: Map<PlainKey, number[]>;
}

export interface TransactionHistory {
  readonly operations: readonly HistoryOperation[];
  /** By transaction. */
  readonly uses: readonly (readonly RegisterUse[])[];
  readonly registers: readonly RegisterHistory[];
  readonly contradictions: readonly Contradiction[];
}

/** Reads the history so; undefined where the model says of no, or not of all, what they do. */
export function readTransactions<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  budget: Budget,
): TransactionHistory | undefined {
  const { transactions } = model;
  if (transactions === undefined) return undefined;
  const numbers = new Map<string, number>();
  const registers: RegisterHistory[] = [];
  const numberOf = (name: string): number => {
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, registers.length);
    registers.push({
      name,
      initial: transactions.initialOf(initial, name),
      isWritten: false,
      isAppended: false,
      writers: new Map(),
      overwriters: new Map(),
    });
    return registers.length - 1;
  };
  const uses: (readonly RegisterUse[])[] = [];
  const contradictions: Contradiction[] = [];
  for (let number = 0; number < operations.length; number++) {
    budget.goOn(number);
    const accesses = transactions.accesses(operations[number]!);
    if (accesses === undefined) return undefined;
    const reading = new Reading(number, numberOf);
    for (const access of accesses) reading.take(access);
    if (reading.contradiction !== undefined) contradictions.push(reading.contradiction);
    uses.push(reading.uses);
    for (const use of reading.uses) remember(registers[use.register]!, use, number);
  }
  return { operations, uses, registers, contradictions };
}

function remember(register: RegisterHistory, { writes, appends }: RegisterUse, number: number) {
  if (writes.length > 0) register.isWritten = true;
  if (appends.length > 0) register.isAppended = true;
  for (let place = 0; place < writes.length; place++) {
    const isLast = place === writes.length - 1;
    list(isLast ? register.writers : register.overwriters, plainKey(writes[place]), number);
  }
  for (const item of appends) list(register.writers, plainKey(item), number);
}

function list(lists: Map<PlainKey, number[]>, key: PlainKey, number: number): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [number]);
  else known.push(number);
}

/** What is known of a register in the middle of a transaction. */
interface Present {
  readonly use: RegisterUse;
  /** What it has; undefined as long as that is not known. */
  value: Plain | undefined;
  /** What was appended to what is not known. */
  readonly items: Plain[];
  isOwn: boolean;
}

/** The accesses of one transaction, one by one. */
class Reading {
  readonly uses: RegisterUse[] = [];
  contradiction: Contradiction | undefined;
  private readonly reader: number;
  private readonly numberOf: (name: string) => number;
  private readonly presents = new Map<number, Present>();

  constructor(reader: number, numberOf: (name: string) => number) {
    this.reader = reader;
    this.numberOf = numberOf;
  }

  take({ kind, register, value }: TransactionAccess): void {
    const present = this.presentOf(this.numberOf(register));
    if (kind === 'read') {
      this.read(present, value);
      return;
    }
    present.isOwn = true;
    if (kind === 'write') {
      present.value = value;
      present.use.writes.push(value);
      return;
    }
    present.use.appends.push(value);
    if (present.value === undefined) present.items.push(value);
    else present.value = isSequence(present.value) ? [...present.value, value] : [value];
  }

  private presentOf(register: number): Present {
    const known = this.presents.get(register);
    if (known !== undefined) return known;
    const use = { register, found: undefined, isInferred: false, writes: [], appends: [] };
    const fresh: Present = { use, value: undefined, items: [], isOwn: false };
    this.uses.push(use);
    this.presents.set(register, fresh);
    return fresh;
  }

  private read(present: Present, seen: Plain): void {
    const { use, value, items, isOwn } = present;
    const { register } = use;
    if (value !== undefined) {
      if (!plainEqual(value, seen))
        this.contradict(register, seen, value, isOwn ? 'write' : 'read');
      return;
    }
    if (items.length === 0) {
      use.found = seen;
    } else {
      const before = isSequence(seen) ? seen.length - items.length : -1;
      if (!isSequence(seen) || before < 0 || !endsIn(seen, items)) {
        this.contradict(register, seen, items, 'append');
        return;
      }
      use.found = seen.slice(0, before);
      use.isInferred = true;
    }
    present.value = seen;
  }

  private contradict(register: number, seen: Plain, present: Plain, by: Contradiction['by']): void {
    const { reader } = this;
    this.contradiction ??= { kind: 'contradiction', reader, register, seen, present, by };
  }
}

function endsIn(whole: readonly Plain[], items: readonly Plain[]): boolean {
  const before = whole.length - items.length;
  return items.every((item, place) => plainEqual(whole[before + place], item));
}
