/**
 * Histories of Paxi's benchmark client (https://github.com/ailidani/paxi, `history.go`): lines of
 * `key,input,output,start,end`, as its own checker reads them.
 *
 * A write has an input, a read has none; what is absent is empty, `null` or `<nil>`. Times are
 * nanoseconds since the benchmark began. A request that failed has the greatest 64-bit integer as
 * its end: whether it took effect is unknown.
 */

import type { History, HistoryOperation, Plain } from '../history.ts';
import type { Model } from '../model.ts';
import { findModel } from '../models/catalogue.ts';
import { type CsvField, readCsvFields } from './csv-line.ts';
import { type EventTime, safeTimes } from './event-order.ts';
import { Misreading, shortened } from './format-error.ts';
import type { Reading } from './read-options.ts';
import { meaningfulLines, TextCursor } from './text-cursor.ts';

const COLUMNS = ['key', 'input', 'output', 'start', 'end'];
const ABSENT = new Set(['', 'null', '<nil>']);
const INTEGER = /^[+-]?\d{1,19}$/;
/** Go's greatest `int64`, which Paxi writes as the end of what failed. */
const NEVER = 9_223_372_036_854_775_807n;

/** One line, before times are made safe integers. */
interface Row {
  readonly at: number;
  readonly key: string;
  /** A read, if undefined. */
  readonly input: Plain | undefined;
  readonly output: Plain | undefined;
  readonly start: EventTime;
  /** `null`: it never returned. */
  readonly end: EventTime | null;
}

/**
 * Reads such a file. Throws `Misreading`.
 *
 * Paxi does not say which client asked. Each line is a process of its own, numbered from 1: that a
 * process does one thing at a time says nothing that the times do not.
 */
export function readPaxiCsv(text: string, options: Reading): History {
  const model = options.model ?? 'register';
  const expects = findModel(model)?.expects;
  const rows: Row[] = [];
  let isFirst = true;
  for (const line of meaningfulLines(text)) {
    const fields = readCsvFields(new TextCursor(text, line));
    const isHeader = isFirst && fields.map((each) => each.text).join() === COLUMNS.join();
    isFirst = false;
    if (isHeader) continue;
    rows.push(readRow(fields, line.start));
    options.starts?.push(line.start);
  }
  if (isFirst) throw new Misreading(text.length, 'an operation', 'the end of the input');
  return { model, initial: options.initial ?? null, operations: operationsOf(rows, expects) };
}

function readRow(fields: readonly CsvField[], lineStart: number): Row {
  const [key, input, output, start, end] = fields;
  if (end === undefined || start === undefined || fields.length !== COLUMNS.length) {
    const found = `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`;
    // Paxi's benchmark writes four: without a key nobody can judge them.
    throw new Misreading(lineStart, `the 5 fields ${COLUMNS.join()}`, found);
  }
  const row = {
    at: lineStart,
    key: String(integerOf(key!, 'an integer as key')),
    input: registerValue(input!),
    output: registerValue(output!),
    start: timeOf(start, 'start'),
    end: endOf(end),
  };
  if (row.input !== undefined && row.output !== undefined) {
    const found = JSON.stringify(shortened(output!.text));
    throw new Misreading(output!.at, 'no output of what has an input, a write', found);
  }
  if (row.end !== null && row.end < row.start) {
    throw new Misreading(end.at, `an end not before the start, ${row.start}`, end.text);
  }
  return row;
}

function operationsOf(
  rows: readonly Row[],
  expects: Model<unknown>['expects'],
): readonly HistoryOperation[] {
  const times = safeTimes(rows.flatMap(({ start, end }) => (end === null ? start : [start, end])));
  let next = 0;
  return rows.map(({ at, key, input, output, end }, index) => {
    const call = times[next++]!;
    const returned = end === null ? null : times[next++]!;
    const process = index + 1;
    const operation: HistoryOperation =
      input !== undefined
        ? { process, f: 'write', key, value: input, call, return: returned }
        : returned === null
          ? { process, f: 'read', key, call, return: null }
          : { process, f: 'read', key, call, return: returned, output: output ?? null };
    const expected = expects?.(operation);
    if (expected !== undefined) throw new Misreading(at, expected, operation.f);
    return operation;
  });
}

/**
 * Paxi compares values as texts: two are equal here exactly when their texts are. An integer in its
 * usual form is a number, so that `--initial 0` means what Paxi's clients answer for a key that was
 * never written.
 */
function registerValue({ text }: CsvField): Plain | undefined {
  if (ABSENT.has(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) && String(value) === text ? value : text;
}

function timeOf(field: CsvField, name: string): EventTime {
  const time = integerOf(field, `an integer as ${name}, in nanoseconds`);
  return Number.isSafeInteger(Number(time)) ? Number(time) : time;
}

function endOf(field: CsvField): EventTime | null {
  const end = timeOf(field, 'end');
  return end === NEVER ? null : end;
}

function integerOf({ text, at }: CsvField, expected: string): bigint {
  if (!INTEGER.test(text)) throw new Misreading(at, expected, JSON.stringify(shortened(text)));
  return BigInt(text.startsWith('+') ? text.slice(1) : text);
}
