/** Log lines of Jepsen's early etcd tests: `INFO  jepsen.util - 3	:ok	:cas	[1 2]`. */

import type { History, Plain } from '../history.ts';
import { findModel } from '../models/catalogue.ts';
import { plainEqual } from '../plain.ts';
import { EVENT_TYPES, EventPairing, type EventType } from './event-pairing.ts';
import type { FailedCas, ReadOptions } from './read-options.ts';
import { TextCursor } from './text-cursor.ts';

const TIMED_OUT = ':timed-out';
const SAFE_DIGITS_MAX = 15;

/** Reads such a log. Throws `HistoryFormatError`. */
export function readJepsenLog(text: string, options: ReadOptions): History {
  const model = options.model ?? 'cas-register';
  const pairing = new EventPairing(findModel(model));
  // In these logs `:fail :cas` says that the value was another one: that is an observation.
  const failedCas = options.failedCas ?? 'observed';
  let lineNumber = 0;
  let time = 0;
  for (const line of text.split('\n')) {
    lineNumber++;
    if (line.trim() === '') continue;
    readLine(new TextCursor(line, lineNumber), pairing, failedCas, time++);
  }
  return {
    model,
    initial: options.initial ?? null,
    operations: pairing.finish(),
  };
}

function readLine(
  cursor: TextCursor,
  pairing: EventPairing,
  failedCas: FailedCas,
  time: number,
): void {
  if (take(cursor, /INFO\s+jepsen\.util\s+-\s+/y) === undefined) {
    throw cursor.fail('"INFO  jepsen.util - "');
  }
  const processPlace = cursor.place();
  if (take(cursor, /:nemesis\b/y) !== undefined) return;
  const process = Number(field(cursor, /\d{1,15}(?!\S)/y, 'a process number or :nemesis'));
  const type = eventType(field(cursor, /:(?:invoke|ok|fail|info)(?!\S)/y, EVENT_FIELD));
  const f = field(cursor, /:(?:read|write|cas)(?!\S)/y, ':read, :write or :cas').slice(1);
  const valueCursor = cursor.offset;
  const timedOut = take(cursor, /:timed-out(?!\S)/y) !== undefined;
  const value = timedOut ? undefined : readValue(cursor);
  take(cursor, /\s+/y);
  if (!cursor.atEnd) throw cursor.fail('the end of the line');
  if (timedOut && (type === 'invoke' || type === 'ok')) {
    cursor.offset = valueCursor;
    throw cursor.fail(`a value other than ${TIMED_OUT}`);
  }
  if (value !== undefined && !fits(type, f, value)) {
    cursor.offset = valueCursor;
    throw cursor.fail(f === 'cas' ? '[old new]' : f === 'write' ? 'a number' : 'nil or a number');
  }
  if (type === 'invoke') {
    const request = f === 'read' ? { f } : { f, value: value ?? null };
    pairing.invoke(process, request, time, processPlace);
    return;
  }
  const asked = pairing.requestOf(process, f, processPlace).value;
  if (type === 'info') {
    pairing.lose(process);
    return;
  }
  if (type === 'ok' && asked !== undefined && !plainEqual(asked, value)) {
    cursor.offset = valueCursor;
    throw cursor.fail(`the value of the invocation, ${JSON.stringify(asked)}`);
  }
  const ending = type === 'ok' ? okEnding(f, value ?? null) : failEnding(f, timedOut, failedCas);
  pairing.end(process, ending, time, processPlace);
}

const EVENT_FIELD = EVENT_TYPES.map((type) => `:${type}`).join(', ');

function eventType(word: string): EventType {
  return EVENT_TYPES.find((type) => word === `:${type}`) ?? 'info';
}

function okEnding(f: string, value: Plain) {
  if (f === 'read') return { output: value };
  return f === 'cas' ? { value, output: true } : { value };
}

function failEnding(f: string, timedOut: boolean, failedCas: FailedCas) {
  return f === 'cas' && !timedOut && failedCas === 'observed' ? { output: false } : undefined;
}

/** Whether the value is one that such an event can have. */
function fits(type: EventType, f: string, value: Plain): boolean {
  if (f === 'cas') return Array.isArray(value);
  if (f === 'write') return typeof value === 'number';
  return type === 'ok' || type === 'fail' ? !Array.isArray(value) : value === null;
}

function readValue(cursor: TextCursor): Plain {
  if (take(cursor, /nil(?!\S)/y) !== undefined) return null;
  const number = take(cursor, /-?\d+(?!\S)/y);
  if (number !== undefined) return safeNumber(cursor, number);
  const pair = take(cursor, /\[\s*-?\d+[\s,]+-?\d+\s*\](?!\S)/y);
  if (pair === undefined) throw cursor.fail(`nil, a number, [a b] or ${TIMED_OUT}`);
  const [old, next] = pair.match(/-?\d+/g) ?? [];
  return [safeNumber(cursor, old ?? ''), safeNumber(cursor, next ?? '')];
}

function safeNumber(cursor: TextCursor, digits: string): number {
  if (digits.length > SAFE_DIGITS_MAX) {
    cursor.offset -= digits.length;
    throw cursor.fail(`a number of at most ${SAFE_DIGITS_MAX} digits`);
  }
  return Number(digits);
}

function field(cursor: TextCursor, pattern: RegExp, expected: string): string {
  const word = take(cursor, pattern);
  if (word === undefined) throw cursor.fail(expected);
  if (take(cursor, /\s+/y) === undefined) throw cursor.fail('another field');
  return word;
}

function take(cursor: TextCursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.offset;
  const match = pattern.exec(cursor.text);
  if (match === null) return undefined;
  cursor.offset += match[0].length;
  return match[0];
}
