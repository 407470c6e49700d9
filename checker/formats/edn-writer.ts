/**
 * Writes histories as Jepsen EDN, so that other checkers can read them.
 *
 * What that format cannot say is refused, as the history would be judged otherwise when it is read.
 */

import { type History, HistoryError, type HistoryOperation, type Plain } from '../history.ts';
import { isPair, isSequence } from '../plain.ts';
import { assertReadable } from './readable-history.ts';

/** Functions whose answer is the value of the `:ok` event. */
const ANSWERED = new Set(['read', 'get', 'dequeue', 'pop', 'delete', 'acquire', 'release', 'txn']);
/** Those whose answer `nil` says that there was nothing; of the others, that it is unknown. */
const NIL_IS_EMPTY = new Set(['dequeue', 'pop']);
/** Those whose answer none of our models looks at. */
const UNANSWERED = new Set(['write', 'put', 'enqueue', 'push']);
/** By their invocations a reader sees that all values are `[key value]` pairs. */
const SHOWING_KEYS = new Set([
  'read',
  'get',
  'dequeue',
  'pop',
  'delete',
  'acquire',
  'release',
  'cas',
  'txn',
]);

/**
 * A store that is only read, written and swapped is written as independent registers, which is what
 * Jepsen's checkers know.
 */
const REGISTER_NAMES: ReadonlyMap<string, string> = new Map([
  ['get', 'read'],
  ['put', 'write'],
]);

const NO_NAMES: ReadonlyMap<string, string> = new Map();
const REGISTER_FUNCTIONS = new Set(['read', 'write', 'get', 'put', 'cas']);

interface Event {
  readonly time: number;
  /**
   * Among events of one instant: 0 for an invocation, 1 for a completion, as intervals are closed;
   * more for what the same process did at that instant afterwards.
   */
  readonly rank: number;
  readonly text: string;
}

/**
 * The events of a history as a vector of maps, a line each.
 *
 * A cas that answered false is written as a `:fail` with its arguments, which some checkers take to
 * have never happened. Keys are written as `[key value]`, as `jepsen.independent` does. The initial
 * value and the model are not written. Throws `HistoryError` if a history has what EDN cannot say,
 * such as a read that answered null: `nil` says that the answer is unknown. In a transaction it
 * says so if the read is called `:read`, and not if it is called `:r`.
 */
export function writeJepsenEdn(history: History): string {
  assertReadable(history);
  const { model, operations } = history;
  if (model === 'etcd') throw new HistoryError('Jepsen has no words for requests of etcd', 0);
  const events: Event[] = [];
  const isRegister = operations.every(({ f }) => REGISTER_FUNCTIONS.has(f));
  const names = isRegister ? REGISTER_NAMES : NO_NAMES;
  const areLists = operations.some(hasAppend);
  const latest = new Map<number, Event>();
  for (const index of inOrderOfCall(operations)) {
    const operation = operations[index]!;
    const refusal = refusalOf(operation, model, areLists);
    if (refusal !== undefined) throw new HistoryError(`operation ${index}: ${refusal}`, index);
    for (const event of eventsOf(operation, names, latest.get(operation.process))) {
      latest.set(operation.process, event);
      events.push(event);
    }
  }
  refuseUnseenKeys(operations);
  events.sort((a, b) => a.time - b.time || a.rank - b.rank);
  return `[${events.map(({ text }) => text).join('\n ')}]\n`;
}

/** By process, each operation comes after those before it: they do not overlap. */
function inOrderOfCall(operations: readonly HistoryOperation[]): readonly number[] {
  const endOf = ({ return: returned }: HistoryOperation) => returned ?? Number.POSITIVE_INFINITY;
  return Array.from(operations.keys()).sort((left, right) => {
    const a = operations[left]!;
    const b = operations[right]!;
    return a.call - b.call || (endOf(a) < endOf(b) ? -1 : endOf(a) > endOf(b) ? 1 : left - right);
  });
}

function eventsOf(
  operation: HistoryOperation,
  names: ReadonlyMap<string, string>,
  latest: Event | undefined,
): readonly Event[] {
  const { call, return: returned } = operation;
  const rank = latest?.time === call ? latest.rank + 1 : 0;
  const asked = { time: call, rank, text: eventText(operation, names, 'invoke', call) };
  if (returned === null) return [asked];
  const type = operation.f === 'cas' && operation.output === false ? 'fail' : 'ok';
  const text = eventText(operation, names, type, returned);
  return [asked, { time: returned, rank: returned === call ? rank + 1 : 1, text }];
}

function refuseUnseenKeys(operations: readonly HistoryOperation[]): void {
  const keyed = operations.filter(({ key }) => key !== undefined).length;
  if (keyed === 0) return;
  if (keyed < operations.length) {
    const index = operations.findIndex(({ key }) => key === undefined);
    const { f } = operations[index]!;
    throw new HistoryError(
      `operation ${index}: expected ${f} to have a key, as others have`,
      index,
    );
  }
  if (operations.some(({ f }) => SHOWING_KEYS.has(f))) return;
  const why = 'nothing shows that the values are [key value] pairs, as a read would';
  throw new HistoryError(`operation 0: ${why}`, 0);
}

/** Why EDN cannot say it; undefined if it can. */
function refusalOf(
  operation: HistoryOperation,
  model: string,
  areLists: boolean,
): string | undefined {
  const { f, key, value, output, return: returned } = operation;
  if (f === 'cas') {
    if (key === undefined && isPair(value) && isPair(value[1])) {
      return 'a cas to a pair would be taken for one of [key [old new]]';
    }
    return returned === null || typeof output === 'boolean'
      ? undefined
      : 'Jepsen has no cas that returned with an unknown answer';
  }
  if (returned === null) return undefined;
  if (f === 'txn') return areLists && readsEmptyList(operation) ? EMPTY_IS_FIRST : undefined;
  if (NIL_IS_EMPTY.has(f)) {
    return output === undefined ? `Jepsen has no unknown answer of ${f}: nil is empty` : undefined;
  }
  if (f === 'read' || f === 'get') return output === null ? NIL_IS_UNKNOWN : undefined;
  if (output === undefined || output === null || ANSWERED.has(f) || UNANSWERED.has(f)) {
    return undefined;
  }
  const isLookedAt = !(model === 'counter' && f === 'add') && !(model === 'list' && f === 'append');
  return isLookedAt ? `Jepsen has no place for the answer of ${f}` : undefined;
}

const NIL_IS_UNKNOWN = 'a read of null: in Jepsen, nil says that the answer is unknown';

const EMPTY_IS_FIRST =
  'a read of an empty list among appends: in Jepsen, it saw what was there at first';

function readsEmptyList({ output }: HistoryOperation): boolean {
  if (!isSequence(output)) return false;
  return output.some((access) => {
    const [kind, , seen] = isSequence(access) ? access : [];
    return kind === 'r' && isSequence(seen) && seen.length === 0;
  });
}

function hasAppend({ f, value }: HistoryOperation): boolean {
  if (f !== 'txn' || !isSequence(value)) return false;
  return value.some((access) => isSequence(access) && access[0] === 'append');
}

function eventText(
  operation: HistoryOperation,
  names: ReadonlyMap<string, string>,
  type: 'invoke' | 'ok' | 'fail',
  time: number,
): string {
  const { process, f, key } = operation;
  const said = saidBy(operation, type);
  const text = f === 'txn' ? transactionText(said) : ednText(said);
  const wrapped = key === undefined ? text : `[${ednText(key)} ${text}]`;
  const name = names.get(f) ?? f;
  return `{:process ${process}, :type :${type}, :f :${name}, :value ${wrapped}, :time ${time}}`;
}

function saidBy({ f, value, output }: HistoryOperation, type: 'invoke' | 'ok' | 'fail'): Plain {
  if (!ANSWERED.has(f)) return value ?? null;
  if (type === 'ok') return output ?? null;
  return f === 'txn' ? (value ?? null) : null;
}

function transactionText(transaction: Plain): string {
  if (!isSequence(transaction)) return 'nil';
  const accesses = transaction.map((access) => {
    if (!isSequence(access)) return ednText(access);
    const [kind, name = null, value] = access;
    // In Knossos' words a read of nil is one of which nothing is known, and in Elle's it is not.
    const word = kind === 'r' && value === undefined ? 'read' : String(kind);
    return `[:${word} ${ednText(name)} ${ednText(value ?? null)}]`;
  });
  return `[${accesses.join(' ')}]`;
}

/** A JSON value in EDN; strings share their escapes but for control characters. */
function ednText(value: Plain): string {
  if (value === null) return 'nil';
  if (isSequence(value)) return `[${value.map(ednText).join(' ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([name, each]) => {
    return `${JSON.stringify(name)} ${ednText(each)}`;
  });
  return `{${members.join(', ')}}`;
}
