/** Writes histories as Jepsen EDN, so that other checkers can read them. */

import type { History, HistoryOperation, Plain } from '../history.ts';
import { isSequence } from '../plain.ts';

/** Functions whose answer is the value of the `:ok` event. */
const ANSWERED = new Set(['read', 'get', 'dequeue', 'pop', 'contains', 'txn']);

/** A store is written as independent registers, which is what Jepsen's checkers know. */
const REGISTER_NAMES: ReadonlyMap<string, string> = new Map([
  ['get', 'read'],
  ['put', 'write'],
]);

interface Event {
  readonly time: number;
  /** At one instant, invocations come before completions: intervals are closed. */
  readonly rank: 0 | 1;
  readonly text: string;
}

/**
 * The events of a history as a vector of maps, a line each.
 *
 * A cas that answered false is written as a `:fail` with its arguments, which some checkers take to
 * have never happened. Keys are written as `[key value]`, as `jepsen.independent` does.
 */
export function writeJepsenEdn(history: History): string {
  const events: Event[] = [];
  for (const operation of history.operations) {
    const { call, return: returned } = operation;
    events.push({ time: call, rank: 0, text: eventText(operation, 'invoke', call) });
    if (returned === null) continue;
    const type = operation.f === 'cas' && operation.output === false ? 'fail' : 'ok';
    events.push({ time: returned, rank: 1, text: eventText(operation, type, returned) });
  }
  events.sort((a, b) => a.time - b.time || a.rank - b.rank);
  return `[${events.map(({ text }) => text).join('\n ')}]\n`;
}

function eventText(
  operation: HistoryOperation,
  type: 'invoke' | 'ok' | 'fail',
  time: number,
): string {
  const { process, f, key, value, output } = operation;
  const answered = type === 'ok' && ANSWERED.has(f) && output !== undefined;
  const said = answered ? output : (value ?? null);
  const text = f === 'txn' ? transactionText(said) : ednText(said);
  const wrapped = key === undefined ? text : `[${ednText(key)} ${text}]`;
  const name = REGISTER_NAMES.get(f) ?? f;
  return `{:process ${process}, :type :${type}, :f :${name}, :value ${wrapped}, :time ${time}}`;
}

function transactionText(transaction: Plain): string {
  if (!isSequence(transaction)) return 'nil';
  const accesses = transaction.map((access) => {
    if (!isSequence(access)) return ednText(access);
    const [kind, name = null, value = null] = access;
    return `[:${String(kind)} ${ednText(name)} ${ednText(value)}]`;
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
