/**
 * Our own format, `quorumlab-history/1`: lines of JSON, a header first, then one operation a line
 * in any order. Members that are not known are refused. `docs/HISTORY-FORMAT.md` describes it, and
 * `docs/quorumlab-history.schema.json` is its JSON Schema.
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
import { Misreading, shortened } from './format-error.ts';
import { type JsonMember, readJsonObject, skipJsonSpace } from './json.ts';
import type { Reading, ReadOptions } from './read-options.ts';
import { meaningfulLines, TextCursor } from './text-cursor.ts';

export const QUORUMLAB_FORMAT = 'quorumlab-history/1';

type Member = JsonMember<Plain>;
type Draft = { -readonly [name in keyof HistoryOperation]: HistoryOperation[name] };

/** Reads such a file. Throws `Misreading`. */
export function readQuorumlabHistory(text: string, options: Reading): History {
  const operations: HistoryOperation[] = [];
  const { starts = [] } = options;
  // One copy of each function's and key's name, which may be in every line.
  const words = new Map<string, string>();
  let header: { readonly model: string; readonly initial: Plain } | undefined;
  let model: Model<unknown> | undefined;
  for (const line of meaningfulLines(text)) {
    const cursor = new TextCursor(text, line);
    const members = readJsonObject(cursor);
    skipJsonSpace(cursor);
    if (!cursor.atEnd) throw cursor.fail('the end of the line');
    if (header === undefined) {
      header = readHeader(members, line.start, options);
      model = findModel(header.model);
      continue;
    }
    const operation = readOperation(members, line.start, words);
    const expected = model?.expects?.(operation) ?? expectsKey(model, operation);
    if (expected !== undefined) throw wrong(blamed(members, expected), line.start, expected);
    operations.push(operation);
    starts.push(line.start);
  }
  if (header === undefined) {
    throw new Misreading(text.length, `a ${QUORUMLAB_FORMAT} header`, 'the end of the input');
  }
  refuseImpossible(operations, starts);
  return { model: header.model, initial: header.initial, operations };
}

function readHeader(members: readonly Member[], start: number, options: ReadOptions) {
  let format: Member | undefined;
  let named: Member | undefined;
  let initial: Member | undefined;
  for (const member of members) {
    if (member.name === 'format') format = member;
    else if (member.name === 'model') named = member;
    else if (member.name === 'initial') initial = member;
    else throw unknown(member, 'format, model, initial');
  }
  if (format?.value !== QUORUMLAB_FORMAT) {
    throw wrong(format, start, `"format":"${QUORUMLAB_FORMAT}"`);
  }
  if (named !== undefined && typeof named.value !== 'string') {
    throw wrong(named, start, 'the name of a model');
  }
  const model = options.model ?? named?.value;
  if (typeof model !== 'string') throw wrong(named, start, '"model"');
  if (options.model === undefined && findModel(model) === undefined) {
    throw wrong(named, start, `a model: ${modelNames().join(', ')}`);
  }
  const expected = findModel(model)?.expectsInitial?.(initial?.value ?? null);
  if (expected !== undefined && options.initial === undefined) {
    throw wrong(initial, start, expected);
  }
  return { model, initial: options.initial ?? initial?.value ?? null };
}

function readOperation(
  members: readonly Member[],
  start: number,
  words: Map<string, string>,
): HistoryOperation {
  let process: Member | undefined;
  let f: Member | undefined;
  let key: Member | undefined;
  let value: Member | undefined;
  let call: Member | undefined;
  let returned: Member | undefined;
  let output: Member | undefined;
  for (const member of members) {
    switch (member.name) {
      case 'process':
        process = member;
        break;
      case 'f':
        f = member;
        break;
      case 'key':
        key = member;
        break;
      case 'value':
        value = member;
        break;
      case 'call':
        call = member;
        break;
      case 'return':
        returned = member;
        break;
      case 'output':
        output = member;
        break;
      default:
        throw unknown(member, 'process, f, key, value, call, return, output');
    }
  }
  const operation: Draft = {
    process: integer(process, 'process', start),
    f: word(f, '"f", a string', start, words),
    call: integer(call, 'call', start),
    return: timeOfReturn(returned, output, start),
  };
  if (operation.return !== null && operation.return < operation.call) {
    throw wrong(returned, start, `a return not before the call, ${operation.call}`);
  }
  if (key !== undefined) operation.key = word(key, 'a string', start, words);
  if (value !== undefined) operation.value = value.value;
  if (output !== undefined) operation.output = output.value;
  return operation;
}

function timeOfReturn(returned: Member | undefined, output: Member | undefined, start: number) {
  if (returned?.value !== null) return integer(returned, 'return', start, ' or null');
  if (output === undefined) return null;
  throw new Misreading(output.at, 'no output where return is null', '"output"');
}

/** The member that is not what its model expects; undefined if it is one that is missing. */
function blamed(members: readonly Member[], expected: string): Member | undefined {
  if (expected.endsWith(' to have a key')) return undefined;
  const name = NAMED_IN.find(([, words]) => words.test(expected))?.[0] ?? 'value';
  return members.find((member) => member.name === name);
}

/** How the words of models tell which member they are about. */
const NAMED_IN: readonly (readonly [string, RegExp])[] = [
  ['f', /^f /],
  ['key', / to have its keys in its value$/],
  ['output', /^(?:output|error|result|succeeded|kvs|deleted|count)|in (?:output|result|kvs)/],
];

function expectsKey(model: Model<unknown> | undefined, { f, key }: HistoryOperation) {
  return model?.isKeyed === true && key === undefined ? `${f} to have a key` : undefined;
}

function integer(member: Member | undefined, name: string, start: number, orElse = ''): number {
  const value = member?.value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw wrong(member, start, `"${name}", an integer${orElse}`);
}

function word(
  member: Member | undefined,
  expected: string,
  start: number,
  words: Map<string, string>,
): string {
  const value = member?.value;
  if (typeof value !== 'string') throw wrong(member, start, expected);
  const known = words.get(value);
  if (known !== undefined) return known;
  words.set(value, value);
  return value;
}

function unknown(member: Member, known: string): Misreading {
  return new Misreading(member.at, `one of ${known}`, JSON.stringify(shortened(member.name)));
}

/** An error at the member's value, or at the line if it is missing. */
function wrong(member: Member | undefined, start: number, expected: string): Misreading {
  if (member === undefined) return new Misreading(start, expected, 'none');
  return new Misreading(member.valueAt, expected, shortened(JSON.stringify(member.value)));
}

function refuseImpossible(
  operations: readonly HistoryOperation[],
  starts: readonly number[],
): void {
  try {
    validateOperations(operations);
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    const at = starts[error.operation] ?? 0;
    throw new Misreading(at, 'one operation at a time of each process', error.message);
  }
}
