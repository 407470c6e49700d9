/** The key-value store, and the dictionary, which differs in what it does to absent keys. */

import type { HistoryOperation, Plain } from '../history.ts';
import {
  expectsNoValue,
  type Growth,
  type Model,
  partitionByKey,
  REFUSED,
  type RegisterAccess,
  type Step,
} from '../model.ts';
import {
  describeSwap,
  expectsSwap,
  readAccess,
  stepRead,
  stepSwap,
  swapAccess,
} from './register.ts';

/** An absent key is `null`; `append` takes it for "", `slice "l:r"` refuses it. */
export const kv: Model<Plain> = {
  name: 'kv',
  isKeyed: true,
  init: (initial) => initial,
  step: (state, operation) =>
    operation.f === 'append' ? stepAppend(state ?? '', operation) : stepStore(state, operation),
  partition: partitionByKey,
  expects: expectsStore,
  observes,
  overwrites,
  isRead,
  describe: describeStore,
  registerAccess: storeAccess,
  growth: storeGrowth,
};

/** Like kv, but `get` of an absent key answers "" or null, and `append` to one is refused. */
export const dictionary: Model<Plain> = {
  name: 'dictionary',
  isKeyed: true,
  init: (initial) => initial,
  step: (state, operation) => {
    if (operation.f === 'append') return stepAppend(state, operation);
    if (operation.f === 'get' && state === null) {
      return operation.output === null ? { ok: true, next: null } : stepEmpty(operation);
    }
    return stepStore(state, operation);
  },
  partition: partitionByKey,
  expects: expectsStore,
  observes,
  overwrites,
  isRead,
  describe: describeStore,
};

function stepEmpty(operation: HistoryOperation): Step<Plain> {
  const { output } = operation;
  return output === undefined || output === '' ? { ok: true, next: null } : REFUSED;
}

function stepStore(state: Plain, operation: HistoryOperation): Step<Plain> {
  switch (operation.f) {
    case 'get':
    case 'read':
      return stepRead(state, operation);
    case 'put':
    case 'write':
      return { ok: true, next: operation.value ?? null };
    case 'delete':
      return stepDelete(state, operation);
    case 'cas':
      return stepSwap(state, operation);
    case 'slice':
      return stepSlice(state, operation);
    default:
      return REFUSED;
  }
}

/** `delete` may answer whether there was something to delete. */
function stepDelete(state: Plain, operation: HistoryOperation): Step<Plain> {
  const { output } = operation;
  if (typeof output === 'boolean' && output !== (state !== null)) return REFUSED;
  return { ok: true, next: null };
}

function stepAppend(state: Plain, operation: HistoryOperation): Step<Plain> {
  const { value } = operation;
  if (typeof value !== 'string') return REFUSED;
  return answered(state, operation, typeof state === 'string' ? state + value : undefined);
}

function stepSlice(state: Plain, operation: HistoryOperation): Step<Plain> {
  const bounds = sliceBounds(operation.value);
  if (bounds === undefined) return REFUSED;
  const [from, to] = bounds;
  const fits = typeof state === 'string' && to <= state.length;
  return answered(state, operation, fits ? state.slice(from, to) : undefined);
}

/** Goes on to `changed`, or stays when the store refused; the answer must say the same. */
function answered(
  state: Plain,
  operation: HistoryOperation,
  changed: string | undefined,
): Step<Plain> {
  const success = successOf(operation.output);
  if (success !== undefined && success !== (changed !== undefined)) return REFUSED;
  return { ok: true, next: changed ?? state };
}

/** Whether the answer says that the change was made; undefined when it says nothing. */
function successOf(output: Plain | undefined): boolean | undefined {
  if (output === undefined || output === null) return undefined;
  return !(output === false || output === 'FAIL' || output === 'fail');
}

function sliceBounds(value: Plain | undefined): readonly [number, number] | undefined {
  const match = typeof value === 'string' ? /^(\d+):(\d+)$/.exec(value) : null;
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = Number(match[2]);
  return from <= to ? [from, to] : undefined;
}

function observes(operation: HistoryOperation): boolean {
  const { f, output } = operation;
  if (f === 'get' || f === 'read') return true;
  return (f === 'cas' || f === 'append' || f === 'slice' || f === 'delete') && output === false;
}

/** A `delete` that says whether there was something to delete is not legal everywhere. */
function overwrites({ f, output }: HistoryOperation): boolean {
  return f === 'put' || f === 'write' || (f === 'delete' && typeof output !== 'boolean');
}

function isRead({ f }: HistoryOperation): boolean {
  return f === 'get' || f === 'read';
}

function storeAccess(operation: HistoryOperation): RegisterAccess | undefined {
  switch (operation.f) {
    case 'get':
    case 'read':
      return readAccess(operation);
    case 'put':
    case 'write':
      return { kind: 'write', value: operation.value ?? null };
    case 'delete':
      return deleteAccess(operation);
    default:
      return operation.f === 'cas' ? swapAccess(operation) : undefined;
  }
}

/** One that says that there was nothing to delete has seen just that. */
function deleteAccess({ output }: HistoryOperation): RegisterAccess {
  if (output === false) return { kind: 'read', value: null };
  if (output === true) return { kind: 'replace', other: null, value: null };
  return { kind: 'write', value: null };
}

function storeGrowth(operation: HistoryOperation): Growth | undefined {
  switch (operation.f) {
    case 'get':
    case 'read':
      return typeof operation.output === 'string'
        ? { role: 'observes', target: operation.output }
        : undefined;
    case 'append':
      return typeof operation.value === 'string'
        ? { role: 'extends', by: operation.value }
        : undefined;
    case 'put':
    case 'write':
      return typeof operation.value === 'string'
        ? { role: 'resets', to: operation.value }
        : { role: 'resets' };
    default:
      return { role: 'resets' };
  }
}

function expectsStore(operation: HistoryOperation): string | undefined {
  switch (operation.f) {
    case 'get':
    case 'read':
    case 'delete':
      return expectsNoValue(operation);
    case 'put':
    case 'write':
      return operation.value === undefined ? `${operation.f} to have a value` : undefined;
    case 'append':
      return typeof operation.value === 'string' ? undefined : 'append to have a string as value';
    case 'slice':
      return sliceBounds(operation.value) === undefined
        ? 'slice to have a value "l:r" with l <= r'
        : undefined;
    default:
      return operation.f === 'cas'
        ? expectsSwap(operation)
        : 'f to be get, put, delete, cas, append or slice';
  }
}

function describeStore(operation: HistoryOperation): string {
  const { f, key, value, output } = operation;
  const name = key ?? '';
  if (f === 'cas') return describeSwap(operation);
  if (f === 'get' || f === 'read') {
    return output === undefined ? `${f} ${name}` : `${f} ${name} = ${JSON.stringify(output)}`;
  }
  return value === undefined ? `${f} ${name}` : `${f} ${name} = ${JSON.stringify(value)}`;
}
