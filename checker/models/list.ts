/** The append-only list, whose every read reveals the whole order. */

import type { HistoryOperation, Plain } from '../history.ts';
import {
  type CollectionRead,
  expectsNoValue,
  type Growth,
  type Model,
  partitionByKey,
  REFUSED,
  requestOf,
  type Step,
} from '../model.ts';
import { canonicalText, isSequence } from '../plain.ts';

/** `append` adds its value at the end; `read` answers all values in order. */
export const list: Model<string> = {
  name: 'list',
  init: (initial: Plain) => (isSequence(initial) ? textOf(initial) : ''),
  step: stepList,
  partition: partitionByKey,
  observes: (operation) => operation.f === 'read',
  isRead: (operation) => operation.f === 'read',
  expectsInitial: (initial) =>
    initial === null || isSequence(initial)
      ? undefined
      : 'initial of a list to be an array or null',
  expects: expectsList,
  describe: (operation) => {
    const { f, value, output } = operation;
    const request = requestOf(operation);
    if (f !== 'read') return `${request} ${JSON.stringify(value)}`;
    return output === undefined ? request : `${request} = ${JSON.stringify(output)}`;
  },
  describeState: (state) => `[${state.slice(0, -1)}]`,
  growth: growthOf,
  growingCollection: { isOrdered: true, access: readOf },
};

function readOf({ f, value, output }: HistoryOperation): CollectionRead | undefined {
  if (f === 'append') return value === undefined ? undefined : { kind: 'adds', value };
  if (f !== 'read') return undefined;
  if (output === undefined) return { kind: 'nothing' };
  return { kind: 'reads', items: isSequence(output) ? output : [] };
}

function stepList(state: string, operation: HistoryOperation): Step<string> {
  const { f, value, output } = operation;
  if (f === 'append' && value !== undefined) return { ok: true, next: state + itemText(value) };
  if (f !== 'read') return REFUSED;
  const matches = output === undefined || state === (isSequence(output) ? textOf(output) : '');
  return matches ? { ok: true, next: state } : REFUSED;
}

/** The list as a text that grows at its end, so that the search can see dead ends early. */
function textOf(items: readonly Plain[]): string {
  return items.map(itemText).join('');
}

function itemText(item: Plain): string {
  return `${canonicalText(item)},`;
}

function growthOf(operation: HistoryOperation): Growth | undefined {
  const { f, value, output } = operation;
  if (f === 'append') return { role: 'extends', by: itemText(value ?? null) };
  if (output === undefined) return undefined;
  return { role: 'observes', target: isSequence(output) ? textOf(output) : '' };
}

function expectsList(operation: HistoryOperation): string | undefined {
  const { f, value, output } = operation;
  if (f === 'append') return value === undefined ? 'append to have a value' : undefined;
  if (f !== 'read') return 'f to be append or read';
  const answers = output === undefined || output === null || isSequence(output);
  if (!answers) return 'output of read to be an array, or null for an empty list';
  return expectsNoValue(operation);
}
