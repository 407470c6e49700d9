/**
 * Our own format, `quorumlab-history/1`: lines of JSON, a header first, then one operation a line
 * in any order. Members that are not known are refused.
 */

import {
  type History,
  HistoryError,
  type HistoryOperation,
  type Plain,
  validateOperations,
} from '../history.ts';
import type { Model } from '../model.ts';
import { findModel, modelNames } from '../models/catalogue.ts';
import { HistoryFormatError, type Place } from './format-error.ts';
import { type JsonMember, readJsonObject } from './json.ts';
import type { ReadOptions } from './read-options.ts';

export const QUORUMLAB_FORMAT = 'quorumlab-history/1';

const HEADER_MEMBERS = ['format', 'model', 'initial'];
const OPERATION_MEMBERS = ['process', 'f', 'key', 'value', 'call', 'return', 'output'];

/** The members of one line by name. */
type Members = ReadonlyMap<string, JsonMember>;

/** Reads such a file. Throws `HistoryFormatError`. */
export function readQuorumlabHistory(text: string, options: ReadOptions): History {
  const operations: HistoryOperation[] = [];
  const lines: number[] = [];
  let header: { readonly model: string; readonly initial: Plain } | undefined;
  let lineNumber = 0;
  let model: Model<unknown> | undefined;
  for (const line of text.split('\n')) {
    lineNumber++;
    if (line.trim() === '') continue;
    const start: Place = { line: lineNumber, column: 1 };
    if (header === undefined) {
      header = readHeader(membersOf(line, lineNumber, HEADER_MEMBERS), start, options);
      model = findModel(header.model);
      continue;
    }
    const operation = readOperation(membersOf(line, lineNumber, OPERATION_MEMBERS), start);
    const expected = model?.expects?.(operation) ?? expectsKey(model, operation);
    if (expected !== undefined) throw new HistoryFormatError(start, expected, line.trim());
    operations.push(operation);
    lines.push(lineNumber);
  }
  if (header === undefined) {
    const found = 'the end of the input';
    throw new HistoryFormatError({ line: 1, column: 1 }, `a ${QUORUMLAB_FORMAT} header`, found);
  }
  refuseImpossible(operations, lines);
  return { ...header, operations };
}

/** Writes a history in our format, with a line feed after every line. */
export function writeQuorumlabHistory(history: History): string {
  const { model, initial, operations } = history;
  const lines = [JSON.stringify({ format: QUORUMLAB_FORMAT, model, initial })];
  for (const { process, f, key, value, call, return: returned, output } of operations) {
    lines.push(JSON.stringify({ process, f, key, value, call, return: returned, output }));
  }
  return `${lines.join('\n')}\n`;
}

function readHeader(members: Members, start: Place, options: ReadOptions) {
  const format = members.get('format');
  if (format?.value !== QUORUMLAB_FORMAT) {
    throw wrong(format, start, `"format":"${QUORUMLAB_FORMAT}"`);
  }
  const named = members.get('model');
  if (named !== undefined && typeof named.value !== 'string') {
    throw wrong(named, start, 'the name of a model');
  }
  const model = options.model ?? named?.value;
  if (typeof model !== 'string') throw wrong(named, start, '"model"');
  if (options.model === undefined && findModel(model) === undefined) {
    throw wrong(named, start, `a model: ${modelNames().join(', ')}`);
  }
  return { model, initial: options.initial ?? members.get('initial')?.value ?? null };
}

function readOperation(members: Members, start: Place): HistoryOperation {
  const f = members.get('f');
  const key = members.get('key');
  const value = members.get('value');
  const output = members.get('output');
  if (typeof f?.value !== 'string') throw wrong(f, start, '"f", a string');
  if (key !== undefined && typeof key.value !== 'string') throw wrong(key, start, 'a string');
  const returned = members.get('return');
  if (returned === undefined) throw wrong(returned, start, '"return", an integer or null');
  if (returned.value === null && output !== undefined) {
    throw new HistoryFormatError(output.namePlace, 'no output where return is null', '"output"');
  }
  return {
    process: integer(members, 'process', start),
    f: f.value,
    ...(typeof key?.value === 'string' ? { key: key.value } : {}),
    ...(value === undefined ? {} : { value: value.value }),
    call: integer(members, 'call', start),
    return: returned.value === null ? null : integer(members, 'return', start),
    ...(output === undefined ? {} : { output: output.value }),
  };
}

function expectsKey(model: Model<unknown> | undefined, { f, key }: HistoryOperation) {
  return model?.isKeyed === true && key === undefined ? `${f} to have a key` : undefined;
}

function membersOf(line: string, lineNumber: number, known: readonly string[]): Members {
  const members = new Map<string, JsonMember>();
  for (const member of readJsonObject(line, lineNumber)) {
    if (!known.includes(member.name)) {
      const found = JSON.stringify(member.name);
      throw new HistoryFormatError(member.namePlace, `one of ${known.join(', ')}`, found);
    }
    members.set(member.name, member);
  }
  return members;
}

function integer(members: Members, name: string, start: Place): number {
  const member = members.get(name);
  if (typeof member?.value === 'number' && Number.isSafeInteger(member.value)) return member.value;
  throw wrong(member, start, `"${name}", an integer`);
}

/** An error at the member's value, or at the line if it is missing. */
function wrong(member: JsonMember | undefined, start: Place, expected: string) {
  if (member === undefined) return new HistoryFormatError(start, expected, 'none');
  return new HistoryFormatError(member.place, expected, JSON.stringify(member.value));
}

function refuseImpossible(operations: readonly HistoryOperation[], lines: readonly number[]): void {
  try {
    validateOperations(operations);
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    const place = { line: lines[error.operation] ?? 1, column: 1 };
    throw new HistoryFormatError(
      place,
      'operations that sequential processes can do',
      error.message,
    );
  }
}
