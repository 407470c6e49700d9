/** Transactions over many registers, each taking effect at one instant. */

import type { HistoryOperation, Plain } from '../history.ts';
import {
  type Model,
  partitionByKey,
  REFUSED,
  requestOf,
  type Step,
  type TransactionAccess,
} from '../model.ts';
import { canonicalText, isSequence, plainEqual } from '../plain.ts';

type Registers = ReadonlyMap<string, Plain>;

/** The values of registers by name. */
export interface Store {
  /** Of those that are not named. */
  readonly fallback: Plain;
  readonly settled: Registers;
  /** What was written since those were settled: few, so that a write copies few. */
  readonly recent: Registers;
}

/** So many registers, or the root of all, may be written before all are copied. */
const RECENT_MAX = 16;

/**
 * `txn` has as value `[["r","x",null],["w","y",2],["append","z",3]]`, and as output the same with
 * the reads filled in; a read that is left without a value in the output is not looked at.
 *
 * `initial`: an object with the value of each register, others being `null`; or one value for all.
 */
export const txn: Model<Store> = {
  name: 'txn',
  init: (initial) => {
    if (initial === null || typeof initial !== 'object' || isSequence(initial)) {
      return { fallback: initial, settled: new Map(), recent: new Map() };
    }
    return { fallback: null, settled: new Map(Object.entries(initial)), recent: new Map() };
  },
  step: stepTransaction,
  key: keyOf,
  partition: partitionByKey,
  observes: readsOnly,
  isRead: readsOnly,
  expects: expectsTransaction,
  transactions: { accesses: accessesOf, initialOf },
  describe: (operation) => {
    const { value, output } = operation;
    return `${requestOf(operation)} ${JSON.stringify(output ?? value)}`;
  },
};

function readsOnly({ value }: HistoryOperation): boolean {
  return isSequence(value) && value.every((access) => isSequence(access) && access[0] === 'r');
}

function stepTransaction(store: Store, operation: HistoryOperation): Step<Store> {
  const { value, output } = operation;
  if (!isSequence(value)) return REFUSED;
  const answers = isSequence(output) ? output : undefined;
  let present = store;
  for (let place = 0; place < value.length; place++) {
    const access = value[place];
    if (!isSequence(access)) return REFUSED;
    const [kind, name, argument] = access;
    const register = nameOf(name);
    const here = valueIn(present, register);
    if (kind === 'r') {
      const answer = answers?.[place];
      const seen = isSequence(answer) ? answer[2] : undefined;
      if (seen !== undefined && !plainEqual(seen, here)) return REFUSED;
    } else {
      const next = kind === 'append' ? appended(here, argument ?? null) : (argument ?? null);
      present = withValue(present, register, next);
    }
  }
  return { ok: true, next: present };
}

function accessesOf({ value, output }: HistoryOperation): readonly TransactionAccess[] | undefined {
  if (!isSequence(value)) return undefined;
  const answers = isSequence(output) ? output : undefined;
  const accesses: TransactionAccess[] = [];
  for (let place = 0; place < value.length; place++) {
    const access = value[place];
    if (!isSequence(access)) return undefined;
    const [kind, name, argument = null] = access;
    const register = nameOf(name);
    if (kind === 'r') {
      const answer = answers?.[place];
      const seen = isSequence(answer) ? answer[2] : undefined;
      if (seen !== undefined) accesses.push({ kind: 'read', register, value: seen });
    } else {
      accesses.push({ kind: kind === 'append' ? kind : 'write', register, value: argument });
    }
  }
  return accesses;
}

function initialOf(initial: Plain, register: string): Plain {
  return valueIn(txn.init(initial), register);
}

function valueIn({ fallback, settled, recent }: Store, register: string): Plain {
  // A value may be null, but not undefined.
  const value = recent.get(register);
  if (value !== undefined) return value;
  const before = settled.get(register);
  return before === undefined ? fallback : before;
}

function withValue({ fallback, settled, recent }: Store, register: string, next: Plain): Store {
  const changed = new Map(recent).set(register, next);
  if (changed.size <= RECENT_MAX || changed.size * changed.size <= settled.size) {
    return { fallback, settled, recent: changed };
  }
  const all = new Map(settled);
  for (const [name, value] of changed) all.set(name, value);
  return { fallback, settled: all, recent: new Map() };
}

/** Equal for stores of which all registers are equal, named or not. */
function keyOf({ fallback, settled, recent }: Store): string {
  const all = [...settled].filter(([name]) => !recent.has(name));
  const different = [...all, ...recent].filter(([, value]) => !plainEqual(value, fallback));
  return canonicalText(different.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function appended(present: Plain, item: Plain): Plain {
  return isSequence(present) ? [...present, item] : [item];
}

/** Names are texts; a name of another type stands for its JSON. */
function nameOf(name: Plain | undefined): string {
  return typeof name === 'string' ? name : canonicalText(name ?? null);
}

function expectsTransaction({ f, value, output }: HistoryOperation): string | undefined {
  if (f !== 'txn') return 'f to be txn';
  if (!isSequence(value) || !value.every(isAccess)) {
    return 'txn to have a value such as [["r","x",null],["w","y",2]]';
  }
  if (output === undefined || output === null) return undefined;
  const alike = isSequence(output) && output.length === value.length;
  return alike && output.every((answer, place) => answersTo(answer, value[place]))
    ? undefined
    : 'output of txn to be its value with the reads filled in';
}

function isAccess(access: Plain): boolean {
  if (!isSequence(access)) return false;
  if (access[0] === 'r') return access.length === 2 || access.length === 3;
  return (access[0] === 'w' || access[0] === 'append') && access.length === 3;
}

function answersTo(answer: Plain, access: Plain | undefined): boolean {
  if (!isAccess(answer) || !isSequence(answer) || !isSequence(access)) return false;
  return answer[0] === access[0] && plainEqual(answer[1], access[1]);
}
