/** The first-in-first-out queue and the stack. */

import type { HistoryOperation, Plain } from '../history.ts';
import { type Model, partitionByKey, REFUSED, type Step } from '../model.ts';
import { isSequence, plainEqual } from '../plain.ts';

/** `enqueue` adds a value at the end; `dequeue` answers the first, or `null` if there is none. */
export const queue: Model<readonly Plain[]> = {
  name: 'queue',
  init: (initial: Plain) => (isSequence(initial) ? initial : []),
  step: (state, operation) => {
    if (operation.f === 'enqueue') return insert(state, operation);
    if (operation.f !== 'dequeue') return REFUSED;
    return remove(state, operation, state[0], state.slice(1));
  },
  partition: partitionByKey,
  observes: (operation) => operation.f === 'dequeue' && operation.output === null,
  expectsInitial,
  expects: (operation) => expectsOneOf(operation, 'enqueue', 'dequeue'),
  describe: (operation) => describe(operation, 'enqueue'),
};

/** `push` adds a value on top; `pop` answers the topmost, or `null` if there is none. */
export const stack: Model<readonly Plain[]> = {
  name: 'stack',
  init: (initial: Plain) => (isSequence(initial) ? initial : []),
  step: (state, operation) => {
    if (operation.f === 'push') return insert(state, operation);
    if (operation.f !== 'pop') return REFUSED;
    return remove(state, operation, state[state.length - 1], state.slice(0, -1));
  },
  partition: partitionByKey,
  observes: (operation) => operation.f === 'pop' && operation.output === null,
  expectsInitial,
  expects: (operation) => expectsOneOf(operation, 'push', 'pop'),
  describe: (operation) => describe(operation, 'push'),
};

function expectsInitial(initial: Plain): string | undefined {
  const isLine = initial === null || (isSequence(initial) && !initial.includes(null));
  return isLine ? undefined : 'initial to be an array of values other than null, or null';
}

function insert(state: readonly Plain[], operation: HistoryOperation): Step<readonly Plain[]> {
  const { value } = operation;
  return value === undefined ? REFUSED : { ok: true, next: [...state, value] };
}

/** Takes `item`, the one whose turn it is, if that is what was answered. */
function remove(
  state: readonly Plain[],
  operation: HistoryOperation,
  item: Plain | undefined,
  rest: readonly Plain[],
): Step<readonly Plain[]> {
  const { output } = operation;
  if (output !== undefined && !plainEqual(output, item ?? null)) return REFUSED;
  return { ok: true, next: item === undefined ? state : rest };
}

function expectsOneOf(
  operation: HistoryOperation,
  adds: string,
  takes: string,
): string | undefined {
  if (operation.f === takes) return undefined;
  if (operation.f !== adds) return `f to be ${adds} or ${takes}`;
  // An answer of null means that there was none, so null cannot be told from it as a value.
  const valued = operation.value !== undefined && operation.value !== null;
  return valued ? undefined : `${adds} to have a value other than null`;
}

function describe({ f, value, output }: HistoryOperation, adds: string): string {
  if (f === adds) return `${f} ${JSON.stringify(value)}`;
  return output === undefined ? f : `${f} = ${output === null ? 'empty' : JSON.stringify(output)}`;
}
