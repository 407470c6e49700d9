/** Transactions over many registers, each taking effect at one instant. */

import type { HistoryOperation, Plain } from '../history.ts';
import { type Model, REFUSED, type Step, type TransactionAccess } from '../model.ts';
import { canonicalText, isSequence, plainEqual } from '../plain.ts';

/** The registers that have another value than the one for all, in order of name. */
type Registers = ReadonlyMap<string, Plain>;

/** The initial values: of registers by name, or one for all. */
export interface Store {
  readonly fallback: Plain;
  readonly registers: Registers;
}

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
      return { fallback: initial, registers: new Map() };
    }
    return { fallback: null, registers: inOrder(new Map(Object.entries(initial))) };
  },
  step: stepTransaction,
  key: ({ registers }) => canonicalText([...registers].map(([name, value]) => [name, value])),
  observes: readsOnly,
  isRead: readsOnly,
  expects: expectsTransaction,
  transactions: { accesses: accessesOf, initialOf },
  describe: ({ value, output }) => `txn ${JSON.stringify(output ?? value)}`,
};

function readsOnly({ value }: HistoryOperation): boolean {
  return isSequence(value) && value.every((access) => isSequence(access) && access[0] === 'r');
}

function stepTransaction(store: Store, operation: HistoryOperation): Step<Store> {
  const { value, output } = operation;
  if (!isSequence(value)) return REFUSED;
  const answers = isSequence(output) ? output : undefined;
  let registers = store.registers;
  for (let place = 0; place < value.length; place++) {
    const access = value[place];
    if (!isSequence(access)) return REFUSED;
    const [kind, name, argument] = access;
    const register = nameOf(name);
    const present = registers.has(register) ? registers.get(register)! : store.fallback;
    if (kind === 'r') {
      const answer = answers?.[place];
      const seen = isSequence(answer) ? answer[2] : undefined;
      if (seen !== undefined && !plainEqual(seen, present)) return REFUSED;
    } else {
      const next = kind === 'append' ? appended(present, argument ?? null) : (argument ?? null);
      registers = withValue(registers, register, next, store.fallback);
    }
  }
  if (registers === store.registers) return { ok: true, next: store };
  return { ok: true, next: { fallback: store.fallback, registers: inOrder(registers) } };
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
  const { fallback, registers } = txn.init(initial);
  return registers.get(register) ?? fallback;
}

function withValue(
  registers: Registers,
  register: string,
  next: Plain,
  fallback: Plain,
): Registers {
  const changed = new Map(registers);
  if (plainEqual(next, fallback)) changed.delete(register);
  else changed.set(register, next);
  return changed;
}

function appended(present: Plain, item: Plain): Plain {
  return isSequence(present) ? [...present, item] : [item];
}

/** Names are texts; a name of another type stands for its JSON. */
function nameOf(name: Plain | undefined): string {
  return typeof name === 'string' ? name : canonicalText(name ?? null);
}

function inOrder(registers: Registers): Registers {
  return new Map([...registers].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
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
