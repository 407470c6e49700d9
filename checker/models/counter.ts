/** The counter. */

import type { HistoryOperation, Plain } from '../history.ts';
import {
  expectsNoValue,
  type Model,
  partitionByKey,
  REFUSED,
  requestOf,
  type Step,
  type SumAccess,
} from '../model.ts';

/** `add` adds its value, and what it answers is not looked at; `read` answers the sum. */
export const counter: Model<number> = {
  name: 'counter',
  init: (initial: Plain) => (typeof initial === 'number' ? initial : 0),
  step: stepCounter,
  partition: partitionByKey,
  observes: (operation) => operation.f === 'read',
  isRead: (operation) => operation.f === 'read',
  expectsInitial: (initial) =>
    initial === null || typeof initial === 'number'
      ? undefined
      : 'initial of a counter to be a number or null',
  expects: expectsCounter,
  describe: (operation) => {
    const { f, value, output } = operation;
    const request = requestOf(operation);
    if (f !== 'read') return `${request} ${JSON.stringify(value)}`;
    return output === undefined ? request : `${request} = ${JSON.stringify(output)}`;
  },
  sumAccess,
};

function expectsCounter(operation: HistoryOperation): string | undefined {
  const { f, value, output } = operation;
  if (f === 'add') return typeof value === 'number' ? undefined : 'add to have a number as value';
  if (f !== 'read') return 'f to be add or read';
  const answers = output === undefined || typeof output === 'number';
  return answers ? expectsNoValue(operation) : 'output of read to be a number';
}

function sumAccess({ f, value, output }: HistoryOperation): SumAccess | undefined {
  if (f === 'add') return typeof value === 'number' ? { kind: 'adds', amount: value } : undefined;
  if (f !== 'read') return undefined;
  if (output === undefined) return { kind: 'nothing' };
  return typeof output === 'number' ? { kind: 'reads', total: output } : undefined;
}

function stepCounter(state: number, operation: HistoryOperation): Step<number> {
  const { f, value, output } = operation;
  if (f === 'read') {
    return output === undefined || output === state ? { ok: true, next: state } : REFUSED;
  }
  if (f !== 'add' || typeof value !== 'number') return REFUSED;
  return { ok: true, next: state + value };
}
