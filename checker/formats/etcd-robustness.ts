/**
 * Histories of etcd's robustness tests (https://github.com/etcd-io/etcd, `tests/robustness`): the
 * `operations.json` of each client, which are Porcupine's operations as concatenated objects.
 *
 * Read are the files of November 2023 (`PartialResponse`) up to those with `Compact`, `Persisted`
 * and `ExpectedVersion` of 2025. One file has the requests of one client: what the others did in
 * between is in theirs, so all of a run are judged together, one after another in one text.
 */

import type { History, HistoryOperation } from '../history.ts';
import type { Model } from '../model.ts';
import { findModel } from '../models/catalogue.ts';
import { withPossibleRevisions } from './etcd-gaps.ts';
import { readEtcdInput } from './etcd-input.ts';
import { type EtcdRow, withObservedFailures } from './etcd-observed.ts';
import { readEtcdOutput } from './etcd-output.ts';
import { safeTimes } from './event-order.ts';
import { Misreading } from './format-error.ts';
import { type JsonNode, readJsonNode, skipJsonSpace } from './json.ts';
import { JsonFields } from './json-fields.ts';
import type { ReadOptions } from './read-options.ts';
import { TextCursor } from './text-cursor.ts';

/** `Metadata` is a note for people, which newer versions of Porcupine have. */
const OPERATION_MEMBERS = ['ClientId', 'Input', 'Call', 'Output', 'Return', 'Metadata'];

/** Reads such a text. Throws `Misreading`. */
export function readEtcdRobustness(text: string, options: ReadOptions): History {
  const model = options.model ?? 'etcd';
  const cursor = new TextCursor(text);
  const rows: EtcdRow[] = [];
  for (skipJsonSpace(cursor); !cursor.atEnd; skipJsonSpace(cursor)) {
    rows.push(readRow(readJsonNode(cursor)));
  }
  if (rows.length === 0) throw cursor.fail('an operation');
  // Before failures are looked for in answers: a client goes on after one under another name.
  refuseOverlaps(rows, operationsOf(rows, findModel(model)));
  const operations = operationsOf(
    withPossibleRevisions(withObservedFailures(rows)),
    findModel(model),
  );
  return { model, initial: options.initial ?? null, operations };
}

function readRow(node: JsonNode): EtcdRow {
  const fields = new JsonFields(node, 'an operation', OPERATION_MEMBERS);
  const process = fields.number('ClientId');
  const input = readEtcdInput(fields.required('Input'));
  const { output, failed, persisted } = readEtcdOutput(fields.required('Output'), input);
  const call = fields.integer('Call');
  const end = fields.integer('Return');
  // What failed may yet take effect: its `Return`, -1, 0 or the last instant, says nothing. A read
  // that failed says nothing either, and its client went on.
  const isOpen = failed && (!input.isRead || end < call);
  if (!isOpen && end < call) {
    const expected = `a Return not before the Call, ${call}`;
    throw new Misreading(fields.required('Return').at, expected, String(end));
  }
  if (persisted && isOpen) {
    throw new Misreading(fields.required('Output').at, 'no Error of what was persisted', 'one');
  }
  return { at: node.at, process, input, output, call, returned: isOpen ? null : end };
}

function operationsOf(rows: readonly EtcdRow[], model: Model<unknown> | undefined) {
  const times = safeTimes(
    rows.flatMap(({ call, returned }) => (returned === null ? call : [call, returned])),
  );
  let next = 0;
  return rows.map(({ at, process, input: { f, value }, output, returned: end }) => {
    const call = times[next++]!;
    const returned = end === null ? null : times[next++]!;
    const asked: HistoryOperation =
      value === undefined
        ? { process, f, call, return: returned }
        : { process, f, value, call, return: returned };
    const isAnswered = output !== undefined && returned !== null;
    const operation = isAnswered ? Object.assign(asked, { output }) : asked;
    const expected = model?.expects?.(operation);
    if (expected !== undefined) throw new Misreading(at, expected, f);
    return operation;
  });
}

/** A client does one thing at a time; after a failure it goes on under another `ClientId`. */
function refuseOverlaps(rows: readonly EtcdRow[], operations: readonly HistoryOperation[]): void {
  const order = Array.from(operations.keys()).sort((a, b) => {
    return operations[a]!.call - operations[b]!.call || a - b;
  });
  const last = new Map<number, number>();
  for (const index of order) {
    const { process, call } = operations[index]!;
    const earlier = last.get(process);
    last.set(process, index);
    if (earlier === undefined) continue;
    const end = operations[earlier]!.return;
    if (end !== null && end <= call) continue;
    const since = rows[earlier]!.at;
    throw new Misreading(
      rows[index]!.at,
      (lineOf) => `the end of client ${process}'s request of line ${lineOf(since)} first`,
      end === null ? 'a request after one that failed' : 'a request while it is open',
    );
  }
}
