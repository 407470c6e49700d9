/**
 * Histories of Jepsen and Knossos in EDN (https://github.com/jepsen-io/knossos).
 *
 * An `:ok` value back-fills its invocation; a `:fail` pair never happened; `:info`, or no end, is
 * open for ever; a read of `nil` matches any state, but for Elle's. `[key value]` values, as
 * `jepsen.independent` and Maelstrom write them, are unwrapped.
 */

import type { History, Plain } from '../history.ts';
import { findModel } from '../models/catalogue.ts';
import { canonicalText, plainEqual } from '../plain.ts';
import type { EdnNode } from './edn.ts';
import { type EdnEvent, readEdnEvents } from './edn-events.ts';
import { itemsOf, nameOf, plainOf, unexpected } from './edn-values.ts';
import { type Ending, EventPairing, type Request } from './event-pairing.ts';
import { Misreading } from './format-error.ts';
import {
  hasAppend,
  isTransaction,
  transactionAnswer,
  transactionOf,
} from './jepsen-transaction.ts';
import { modelSuggestedBy } from './model-suggestion.ts';
import type { Reading as ReadingOptions } from './read-options.ts';

/** How the values of one file are to be taken. */
interface Reading {
  readonly model: string;
  /** Values are `[key value]` pairs. */
  readonly keyed: boolean;
  /** Operations are maps with a `:key`. */
  readonly namesKeys: boolean;
  readonly failedCas: 'observed' | 'absent';
  /** Transactions append to lists. */
  readonly areLists: boolean;
}

/** Functions without an argument: the value of the `:ok` event is their answer. */
const NO_ARGUMENT = new Set(['read', 'get', 'dequeue', 'pop', 'delete', 'acquire', 'release']);
/** Those whose answer `nil` says that there was nothing; of the others, that it is unknown. */
const NIL_IS_EMPTY = new Set(['dequeue', 'pop']);
/** Those that answer whether they did it, if anything: what else is said is a note. */
const ANSWERED_YES_OR_NO = new Set(['delete', 'acquire', 'release']);
const STORES = new Set(['kv', 'dictionary']);
/** What a store calls the operations of a register. */
const STORE_NAMES: ReadonlyMap<string, string> = new Map([
  ['read', 'get'],
  ['write', 'put'],
]);

/** Reads such a file. Throws `Misreading`. */
export function readJepsenEdn(text: string, options: ReadingOptions): History {
  const events = readEdnEvents(text);
  const keyed = hasKeys(events);
  const model = options.model ?? modelSuggestedBy(events, keyed);
  const failedCas = options.failedCas ?? 'absent';
  const areLists = events.some(({ value }) => hasAppend(keyed ? itemsOf(value)?.[1] : value));
  const namesKeys = events.some(({ key }) => key !== undefined);
  const reading: Reading = { model, keyed, namesKeys, failedCas, areLists };
  const pairing = new EventPairing(findModel(model));
  for (const event of events) readEvent(event, pairing, reading);
  return { model, initial: options.initial ?? null, operations: pairing.finish(options.starts) };
}

function readEvent(event: EdnEvent, pairing: EventPairing, reading: Reading): void {
  const { process, at, time } = event;
  if (event.type === 'invoke') {
    pairing.invoke(process, requestOf(event, reading), time, at);
    return;
  }
  const f = nameIn(event, reading);
  const request = pairing.requestOf(process, f, at);
  if (event.type === 'info') pairing.lose(process);
  else if (event.type === 'ok') pairing.end(process, okEnding(event, request, reading), time, at);
  else if (event.f === 'cas' && reading.failedCas === 'observed') {
    pairing.end(process, { output: false }, time, at);
  } else pairing.end(process, undefined, time, at);
}

function requestOf(event: EdnEvent, reading: Reading): Request {
  const f = nameIn(event, reading);
  const { key, value } = unwrap(event, reading);
  if (f === 'txn') return { f, key, value: transactionOf(value) };
  if (NO_ARGUMENT.has(event.f)) return { f, key, value: undefined };
  return { f, key, value: argumentOf(f, value) };
}

function okEnding(event: EdnEvent, request: Request, reading: Reading): Ending {
  const { key, value } = unwrap(event, reading);
  if (key !== request.key) throw unexpected(event.value, `a value of key ${String(request.key)}`);
  if (request.f === 'txn') {
    return transactionAnswer(value, request.value, event, reading.areLists);
  }
  if (NO_ARGUMENT.has(event.f)) {
    if (value.type === 'nil') return NIL_IS_EMPTY.has(event.f) ? { output: null } : {};
    if (value.type !== 'boolean' && ANSWERED_YES_OR_NO.has(event.f)) return {};
    return { output: plainOf(value) };
  }
  const argument = value.type === 'nil' ? undefined : backfillOf(value, request);
  return { value: argument, output: event.f === 'cas' ? true : undefined };
}

/** The argument that an `:ok` event repeats, or names where the invocation left it `nil`. */
function backfillOf(value: EdnNode, request: Request): Plain {
  const argument = argumentOf(request.f, value);
  const asked = request.value ?? null;
  if (asked === null || plainEqual(asked, argument)) return argument;
  const expected = `the value of the invocation, ${canonicalText(asked)}`;
  throw new Misreading(value.at, expected, canonicalText(argument));
}

function argumentOf(f: string, value: EdnNode): Plain {
  if (f === 'cas' && itemsOf(value)?.length !== 2) throw unexpected(value, '[old new]');
  return plainOf(value);
}

function nameIn(event: EdnEvent, reading: Reading): string {
  if (reading.model === 'txn') {
    const { value } = unwrap(event, reading);
    if (event.type === 'invoke' && !isTransaction(value)) {
      throw unexpected(value, 'a transaction: [[:read key nil] [:write key value] ...]');
    }
    return 'txn';
  }
  if (event.f === '') throw new Misreading(event.at, ':f in the operation', 'none');
  return STORES.has(reading.model) ? (STORE_NAMES.get(event.f) ?? event.f) : event.f;
}

function unwrap(event: EdnEvent, reading: Reading) {
  if (event.key !== undefined) return { key: nameOf(event.key), value: event.value };
  if (reading.namesKeys) throw new Misreading(event.at, ':key, as elsewhere in this file', 'none');
  if (!reading.keyed) return { key: undefined, value: event.value };
  const [key, value] = itemsOf(event.value) ?? [];
  if (key === undefined || value === undefined) {
    throw unexpected(event.value, 'a [key value] pair, as elsewhere in this file');
  }
  return { key: nameOf(key), value };
}

/**
 * Whether values are `[key value]` pairs: what has no argument is then invoked with `[key nil]`,
 * and a cas with `[key [old new]]`, which nothing else is.
 */
function hasKeys(events: readonly EdnEvent[]): boolean {
  return events.some((event) => {
    const items = itemsOf(event.value);
    if (event.type !== 'invoke' || items?.length !== 2 || event.key !== undefined) return false;
    const second = items[1]!;
    if (NO_ARGUMENT.has(event.f)) return second.type === 'nil';
    if (event.f === 'cas') return itemsOf(second)?.length === 2;
    return event.f === 'txn' && isTransaction(second);
  });
}
