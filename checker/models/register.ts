/** The register and the compare-and-set register. */

import type { HistoryOperation, Plain } from '../history.ts';
import {
  expectsNoValue,
  type Model,
  partitionByKey,
  REFUSED,
  type RegisterAccess,
  type Step,
} from '../model.ts';
import { isPair, plainEqual } from '../plain.ts';

/** `read` answers what the last `write` wrote. */
export const register: Model<Plain> = {
  name: 'register',
  init: (initial) => initial,
  step: stepRegister,
  partition: partitionByKey,
  expects: (operation) =>
    operation.f === 'read' || operation.f === 'write'
      ? expectsValue(operation)
      : 'f to be read or write',
  observes,
  overwrites: ({ f }) => f === 'write',
  isRead: (operation) => operation.f === 'read',
  describe: describeRegister,
  registerAccess,
};

/** A register with `cas [old, new]`, which answers whether the value was old and is now new. */
export const casRegister: Model<Plain> = {
  name: 'cas-register',
  init: (initial) => initial,
  step: stepRegister,
  partition: partitionByKey,
  expects: (operation) => {
    if (operation.f === 'cas') return expectsSwap(operation);
    if (operation.f === 'read' || operation.f === 'write') return expectsValue(operation);
    return 'f to be read, write or cas';
  },
  observes,
  overwrites: ({ f }) => f === 'write',
  isRead: (operation) => operation.f === 'read',
  describe: describeRegister,
  registerAccess,
};

function stepRegister(state: Plain, operation: HistoryOperation): Step<Plain> {
  switch (operation.f) {
    case 'read':
      return stepRead(state, operation);
    case 'write':
      return { ok: true, next: operation.value ?? null };
    case 'cas':
      return stepSwap(state, operation);
    default:
      return REFUSED;
  }
}

/** A read whose answer is unknown is legal anywhere. */
export function stepRead(state: Plain, operation: HistoryOperation): Step<Plain> {
  const { output } = operation;
  return output === undefined || plainEqual(output, state) ? { ok: true, next: state } : REFUSED;
}

/** A swap whose answer is unknown does what it would have done. */
export function stepSwap(state: Plain, operation: HistoryOperation): Step<Plain> {
  const { value, output } = operation;
  if (!isPair(value)) return REFUSED;
  const matches = plainEqual(value[0], state);
  if (typeof output === 'boolean' && output !== matches) return REFUSED;
  return { ok: true, next: matches ? value[1] : state };
}

/** What a swap is to a register; undefined where it is not known whether it failed. */
export function swapAccess(operation: HistoryOperation): RegisterAccess | undefined {
  const { value, output } = operation;
  if (!isPair(value)) return undefined;
  // A swap that never returned, and is observed to have happened, must have succeeded.
  if (operation.return === null || output === true) {
    return { kind: 'swap', from: value[0], to: value[1] };
  }
  return output === false ? { kind: 'refused', from: value[0] } : undefined;
}

export function readAccess(operation: HistoryOperation): RegisterAccess {
  const { output } = operation;
  return output === undefined ? { kind: 'nothing' } : { kind: 'read', value: output };
}

/** What is wrong with the argument or answer of a swap. */
export function expectsSwap(operation: HistoryOperation): string | undefined {
  if (!isPair(operation.value)) return 'value to be [old, new]';
  const { output } = operation;
  if (output === undefined || output === null || typeof output === 'boolean') return undefined;
  return 'output of cas to be true or false';
}

function expectsValue(operation: HistoryOperation): string | undefined {
  if (operation.f === 'read') return expectsNoValue(operation);
  return operation.value === undefined ? 'write to have a value' : undefined;
}

function observes(operation: HistoryOperation): boolean {
  return operation.f === 'read' || (operation.f === 'cas' && operation.output === false);
}

function registerAccess(operation: HistoryOperation): RegisterAccess | undefined {
  switch (operation.f) {
    case 'read':
      return readAccess(operation);
    case 'write':
      return { kind: 'write', value: operation.value ?? null };
    default:
      return swapAccess(operation);
  }
}

function describeRegister(operation: HistoryOperation): string {
  const key = operation.key === undefined ? '' : ` ${operation.key}`;
  const { f, value, output } = operation;
  if (f === 'read') return output === undefined ? `read${key}` : `read${key} = ${text(output)}`;
  if (f === 'write') return `write${key} = ${text(value)}`;
  return describeSwap(operation);
}

/** `cas x 1 -> 2`, and that it failed where it did. */
export function describeSwap(operation: HistoryOperation): string {
  const key = operation.key === undefined ? '' : ` ${operation.key}`;
  if (!isPair(operation.value)) return `${operation.f}${key}`;
  const outcome = operation.output === false ? ' refused' : '';
  return `cas${key} ${text(operation.value[0])} -> ${text(operation.value[1])}${outcome}`;
}

function text(value: Plain | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
