/**
 * Logs of a key-value store as in the test data of Porcupine
 * (https://github.com/anishathalye/porcupine): EDN maps with `:key` and strings as values.
 */

import type { History } from '../history.ts';
import { findModel } from '../models/catalogue.ts';
import type { EdnNode } from './edn.ts';
import { type EdnEvent, readEdnEvents } from './edn-events.ts';
import { unexpected } from './edn-values.ts';
import { EventPairing, type Request } from './event-pairing.ts';
import { Misreading } from './format-error.ts';
import type { Reading } from './read-options.ts';

const FUNCTIONS = new Set(['get', 'put', 'append']);

/** Reads such a log. Throws `Misreading`. */
export function readPorcupineKv(text: string, options: Reading): History {
  const model = options.model ?? 'kv';
  const pairing = new EventPairing(findModel(model));
  for (const event of readEdnEvents(text)) readEvent(event, pairing);
  return {
    model,
    initial: options.initial ?? '',
    operations: pairing.finish(options.starts),
  };
}

function readEvent(event: EdnEvent, pairing: EventPairing): void {
  const { f, process, at, time, type, value } = event;
  if (!FUNCTIONS.has(f)) {
    throw new Misreading(at, ':put, :get or :append as :f', f === '' ? 'none' : `:${f}`);
  }
  if (event.key?.type !== 'string') {
    if (event.key !== undefined) throw unexpected(event.key, 'a string as :key');
    throw new Misreading(at, ':key in the operation', 'none');
  }
  const key = event.key.value;
  if (type === 'invoke') {
    pairing.invoke(process, requestOf(event, key), time, at);
    return;
  }
  const request = pairing.requestOf(process, f, at);
  if (request.key !== key) throw unexpected(event.key, `key ${JSON.stringify(request.key)}`);
  if (type === 'info') pairing.lose(process);
  else if (type === 'fail') pairing.end(process, undefined, time, at);
  else if (f === 'get') pairing.end(process, { output: textOf(value) }, time, at);
  else if (textOf(value) === request.value) pairing.end(process, {}, time, at);
  else throw unexpected(value, `the value of the invocation, ${JSON.stringify(request.value)}`);
}

function requestOf(event: EdnEvent, key: string): Request {
  const { f, value } = event;
  if (f !== 'get') return { f, key, value: textOf(value) };
  if (value.type !== 'nil') throw unexpected(value, 'nil as the value of an invoked get');
  return { f, key, value: undefined };
}

function textOf(value: EdnNode): string {
  if (value.type !== 'string') throw unexpected(value, 'a string as :value');
  return value.value;
}
