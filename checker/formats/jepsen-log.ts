/** Log lines of Jepsen's early etcd tests: `INFO  jepsen.util - 3	:ok	:cas	[1 2]`. */

import type { History, Plain } from '../history.ts';
import { findModel } from '../models/catalogue.ts';
import { plainEqual } from '../plain.ts';
import { EVENT_TYPES, EventPairing, type EventType } from './event-pairing.ts';
import { Misreading } from './format-error.ts';
import type { FailedCas, Reading } from './read-options.ts';
import { meaningfulLines, TextCursor } from './text-cursor.ts';

const TIMED_OUT = ':timed-out';
const SAFE_DIGITS_MAX = 15;

/** Within a line: a newline ends it. */
const SPACE = /[^\S\n]+/y;
const LOGGER = /INFO[^\S\n]+jepsen\.util[^\S\n]+-[^\S\n]+/y;
const NEMESIS = /:nemesis(?!\S)/y;
const PROCESS = /\d{1,15}(?!\S)/y;
const TYPE = /:(?:invoke|ok|fail|info)(?!\S)/y;
const FUNCTION = /:(?:read|write|cas)(?!\S)/y;
const NO_ANSWER = /:timed-out(?!\S)/y;
const NIL = /nil(?!\S)/y;
const NUMBER = /-?\d+(?!\S)/y;
const PAIR = /\[[^\S\n]*(-?\d+)(?:[^\S\n]*,[^\S\n]*|[^\S\n]+)(-?\d+)[^\S\n]*\](?!\S)/y;

/** Reads such a log. Throws `Misreading`. */
export function readJepsenLog(text: string, options: Reading): History {
  const model = options.model ?? 'cas-register';
  const pairing = new EventPairing(findModel(model));
  // In these logs `:fail :cas` says that the value was another one: that is an observation.
  const failedCas = options.failedCas ?? 'observed';
  let time = 0;
  for (const line of meaningfulLines(text)) {
    readLine(new TextCursor(text, line), pairing, failedCas, time++);
  }
  if (time === 0) throw new Misreading(text.length, 'an event', 'the end of the input');
  return {
    model,
    initial: options.initial ?? null,
    operations: pairing.finish(options.starts),
  };
}

function readLine(
  cursor: TextCursor,
  pairing: EventPairing,
  failedCas: FailedCas,
  time: number,
): void {
  if (take(cursor, LOGGER) === undefined) throw cursor.fail('"INFO  jepsen.util - "');
  const at = cursor.offset;
  if (take(cursor, NEMESIS) !== undefined) return;
  const process = Number(field(cursor, PROCESS, 'a process number or :nemesis'));
  const type = eventType(field(cursor, TYPE, EVENT_FIELD));
  const f = field(cursor, FUNCTION, ':read, :write or :cas').slice(1);
  const valueAt = cursor.offset;
  const timedOut = take(cursor, NO_ANSWER) !== undefined;
  const value = timedOut ? undefined : readValue(cursor);
  take(cursor, SPACE);
  if (!cursor.atEnd) throw cursor.fail('the end of the line');
  if (timedOut && (type === 'invoke' || type === 'ok')) {
    throw cursor.failAt(valueAt, `a value other than ${TIMED_OUT}`);
  }
  if (value !== undefined && !fits(type, f, value)) {
    throw cursor.failAt(valueAt, expectedOf(type, f));
  }
  if (type === 'invoke') {
    const argument = f === 'read' ? undefined : (value ?? null);
    pairing.invoke(process, { f, key: undefined, value: argument }, time, at);
    return;
  }
  const asked = pairing.requestOf(process, f, at).value;
  if (value !== undefined && asked !== undefined && !plainEqual(asked, value)) {
    throw cursor.failAt(valueAt, `the value of the invocation, ${JSON.stringify(asked)}`);
  }
  if (type === 'info') {
    pairing.lose(process);
    return;
  }
  const ending = type === 'ok' ? okEnding(f, value ?? null) : failEnding(f, timedOut, failedCas);
  pairing.end(process, ending, time, at);
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

function expectedOf(type: EventType, f: string): string {
  if (f === 'cas') return '[old new] as the value of a cas';
  if (f === 'write') return 'a number as the value of a write';
  if (type === 'ok' || type === 'fail') return 'nil or a number as the answer of a read';
  return 'nil as the value of a read that has no answer';
}

function readValue(cursor: TextCursor): Plain {
  if (take(cursor, NIL) !== undefined) return null;
  const at = cursor.offset;
  const number = take(cursor, NUMBER)?.[0];
  if (number !== undefined) return safeNumber(cursor, number, at);
  const pair = take(cursor, PAIR);
  if (pair === undefined) throw cursor.fail(`nil, a number, [a b] or ${TIMED_OUT}`);
  return [safeNumber(cursor, pair[1] ?? '', at), safeNumber(cursor, pair[2] ?? '', at)];
}

function safeNumber(cursor: TextCursor, digits: string, at: number): number {
  const tooLong = digits.length > SAFE_DIGITS_MAX;
  if (tooLong) throw cursor.failAt(at, `numbers of at most ${SAFE_DIGITS_MAX} digits`);
  return Number(digits);
}

function field(cursor: TextCursor, pattern: RegExp, expected: string): string {
  const word = take(cursor, pattern)?.[0];
  if (word === undefined) throw cursor.fail(expected);
  if (take(cursor, SPACE) === undefined) throw cursor.fail('another field');
  return word;
}

function take(cursor: TextCursor, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = cursor.offset;
  const match = pattern.exec(cursor.text);
  if (match === null) return undefined;
  cursor.offset += match[0].length;
  return match;
}
