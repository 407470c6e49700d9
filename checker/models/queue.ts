/**
 * The first-in-first-out queue and the stack.
 *
 * Their states share what they have in common, so that a step takes a constant time however much is
 * in them, and no step changes what a state holds.
 */

import type { HistoryOperation, Plain } from '../history.ts';
import {
  type CollectionAccess,
  expectsNoValue,
  type Model,
  partitionByKey,
  REFUSED,
  requestOf,
  type Step,
} from '../model.ts';
import { canonicalText, isSequence, plainEqual } from '../plain.ts';

/** The items of a log from one place to before another; only what lies beyond may be written. */
export interface QueueItems {
  readonly log: Plain[];
  readonly from: number;
  readonly to: number;
}

/** The topmost item and what is below it, if there is anything. */
export interface StackItems {
  readonly top?: Plain;
  readonly below?: StackItems;
  /** All items, the lowest first, each in its canonical text and on a line of its own. */
  readonly text: string;
}

/** `enqueue` adds a value at the end; `dequeue` answers the first, or `null` if there is none. */
export const queue: Model<QueueItems> = {
  name: 'queue',
  init: (initial: Plain) => {
    const log = isSequence(initial) ? [...initial] : [];
    return { log, from: 0, to: log.length };
  },
  step: (state, operation) => {
    if (operation.f === 'enqueue') return enqueue(state, operation);
    if (operation.f !== 'dequeue') return REFUSED;
    const { log, from, to } = state;
    const item = from < to ? log[from] : undefined;
    if (!isAnswer(operation, item)) return REFUSED;
    return { ok: true, next: item === undefined ? state : { log, from: from + 1, to } };
  },
  key: ({ log, from, to }) => log.slice(from, to).map(canonicalText).join('\n'),
  partition: partitionByKey,
  observes: (operation) => operation.f === 'dequeue' && operation.output === null,
  isRead: () => false,
  expectsInitial,
  expects: (operation) => expectsOneOf(operation, 'enqueue', 'dequeue'),
  describe: (operation) => describe(operation, 'enqueue'),
  describeState: ({ log, from, to }) => `[${log.slice(from, to).map(canonicalText).join(',')}]`,
  collection: {
    discipline: 'queue',
    access: (operation) => accessOf(operation, 'enqueue', 'dequeue'),
  },
};

/** `push` adds a value on top; `pop` answers the topmost, or `null` if there is none. */
export const stack: Model<StackItems> = {
  name: 'stack',
  init: (initial: Plain) => {
    const items = isSequence(initial) ? initial : [];
    return items.reduce<StackItems>(pushedOnto, NOTHING);
  },
  step: (state, operation) => {
    const { f, value } = operation;
    if (f === 'push') {
      return value === undefined ? REFUSED : { ok: true, next: pushedOnto(state, value) };
    }
    if (f !== 'pop' || !isAnswer(operation, state.top)) return REFUSED;
    return { ok: true, next: state.below ?? state };
  },
  key: ({ text }) => text,
  partition: partitionByKey,
  observes: (operation) => operation.f === 'pop' && operation.output === null,
  isRead: () => false,
  expectsInitial,
  expects: (operation) => expectsOneOf(operation, 'push', 'pop'),
  describe: (operation) => describe(operation, 'push'),
  describeState: ({ text }) => `[${text.slice(0, -1).replaceAll('\n', ',')}]`,
  collection: {
    discipline: 'stack',
    access: (operation) => accessOf(operation, 'push', 'pop'),
  },
};

function enqueue({ log, from, to }: QueueItems, { value }: HistoryOperation): Step<QueueItems> {
  if (value === undefined) return REFUSED;
  if (to === log.length) {
    // No state has these places of the log yet, so none sees them written.
    log.push(value);
  } else if (!plainEqual(log[to], value)) {
    return { ok: true, next: { log: [...log.slice(from, to), value], from: 0, to: to - from + 1 } };
  }
  return { ok: true, next: { log, from, to: to + 1 } };
}

function expectsInitial(initial: Plain): string | undefined {
  const isLine = initial === null || (isSequence(initial) && !initial.includes(null));
  return isLine ? undefined : 'initial to be an array of values other than null, or null';
}

const NOTHING: StackItems = { text: '' };

function pushedOnto(below: StackItems, top: Plain): StackItems {
  return { top, below, text: `${below.text}${canonicalText(top)}\n` };
}

/** Whether the operation may have been told that this item was next, or that there was none. */
function isAnswer({ output }: HistoryOperation, item: Plain | undefined): boolean {
  return output === undefined || plainEqual(output, item ?? null);
}

function accessOf(
  { f, value, output }: HistoryOperation,
  adds: string,
  takes: string,
): CollectionAccess | undefined {
  if (f === adds) {
    return value === undefined || value === null ? undefined : { kind: 'insert', value };
  }
  if (f !== takes) return undefined;
  if (output === undefined) return { kind: 'unknown' };
  return output === null ? { kind: 'empty' } : { kind: 'remove', value: output };
}

function expectsOneOf(
  operation: HistoryOperation,
  adds: string,
  takes: string,
): string | undefined {
  if (operation.f === takes) return expectsNoValue(operation);
  if (operation.f !== adds) return `f to be ${adds} or ${takes}`;
  // An answer of null means that there was none, so null cannot be told from it as a value.
  const valued = operation.value !== undefined && operation.value !== null;
  return valued ? undefined : `${adds} to have a value other than null`;
}

function describe(operation: HistoryOperation, adds: string): string {
  const { f, value, output } = operation;
  const request = requestOf(operation);
  if (f === adds) return `${request} ${JSON.stringify(value)}`;
  if (output === undefined) return request;
  return `${request} = ${output === null ? 'empty' : JSON.stringify(output)}`;
}
