/** The set of values. */

import type { HistoryOperation, Plain } from '../history.ts';
import {
  type CollectionRead,
  expectsNoValue,
  type Model,
  partitionByKey,
  REFUSED,
  requestOf,
  type Step,
} from '../model.ts';
import { canonicalText, isSequence } from '../plain.ts';

/**
 * `add` and `remove` may answer whether they changed the set; `contains` answers whether the value
 * is in it; `read` answers all values as an array, in any order.
 *
 * Where nobody reads a set, each of its values is judged alone.
 */
export const set: Model<readonly string[]> = {
  name: 'set',
  init: (initial: Plain) => (isSequence(initial) ? textsOf(initial) : []),
  step: stepSet,
  key: (state) => state.join(','),
  partition: ({ f, key, value }) =>
    f === 'read' ? null : `${key ?? ''} ${value === undefined ? '' : canonicalText(value)}`,
  wholeObject: partitionByKey,
  observes: ({ f, output }) => f === 'read' || f === 'contains' || output === false,
  isRead: ({ f }) => f === 'read' || f === 'contains',
  expectsInitial: (initial) =>
    initial === null || isSequence(initial) ? undefined : 'initial of a set to be an array or null',
  expects: expectsSet,
  describe: (operation) => {
    const { value, output } = operation;
    const argument = value === undefined ? '' : ` ${JSON.stringify(value)}`;
    const answer = output === undefined ? '' : ` = ${JSON.stringify(output)}`;
    return `${requestOf(operation)}${argument}${answer}`;
  },
  describeState: (state) => `[${state.join(',')}]`,
  growingCollection: { isOrdered: false, access: readOf },
};

/** What is removed may be there and not there at different times; what is not there stays away. */
function readOf({ f, value, output }: HistoryOperation): CollectionRead | undefined {
  if (f === 'read') {
    if (output === undefined) return { kind: 'nothing' };
    return { kind: 'reads', items: isSequence(output) ? output : [] };
  }
  if (value === undefined) return undefined;
  if (f === 'remove') {
    return output === false ? { kind: 'finds', value, isPresent: false } : { kind: 'removes' };
  }
  if (f === 'contains') {
    if (typeof output !== 'boolean') return { kind: 'nothing' };
    return { kind: 'finds', value, isPresent: output };
  }
  if (f !== 'add') return undefined;
  return output === false ? { kind: 'finds', value, isPresent: true } : { kind: 'adds', value };
}

function stepSet(state: readonly string[], operation: HistoryOperation): Step<readonly string[]> {
  const { f, value, output } = operation;
  if (f === 'read') return stepRead(state, output);
  if (value === undefined) return REFUSED;
  const item = canonicalText(value);
  const present = state.includes(item);
  if (typeof output === 'boolean' && output !== (f === 'add' ? !present : present)) return REFUSED;
  if (f === 'contains') return { ok: true, next: state };
  if (f === 'add') return { ok: true, next: present ? state : inOrder([...state, item]) };
  if (f !== 'remove') return REFUSED;
  return { ok: true, next: state.filter((each) => each !== item) };
}

function stepRead(state: readonly string[], output: Plain | undefined): Step<readonly string[]> {
  if (output === undefined) return { ok: true, next: state };
  // What is seen twice stays twice: no state of a set shows it.
  const seen = isSequence(output) ? inOrder(output.map(canonicalText)) : [];
  const equal = seen.length === state.length && seen.every((item, index) => item === state[index]);
  return equal ? { ok: true, next: state } : REFUSED;
}

function textsOf(items: readonly Plain[]): readonly string[] {
  return inOrder([...new Set(items.map(canonicalText))]);
}

function inOrder(items: readonly string[]): readonly string[] {
  return [...items].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function expectsSet(operation: HistoryOperation): string | undefined {
  const { f, value, output } = operation;
  if (f === 'read') {
    const answers = output === undefined || output === null || isSequence(output);
    if (!answers) return 'output of read to be an array, or null for an empty set';
    return expectsNoValue(operation);
  }
  if (f !== 'add' && f !== 'remove' && f !== 'contains') {
    return 'f to be add, remove, contains or read';
  }
  if (value === undefined) return `${f} to have a value`;
  const answers = output === undefined || output === null || typeof output === 'boolean';
  return answers ? undefined : `output of ${f} to be true or false`;
}
