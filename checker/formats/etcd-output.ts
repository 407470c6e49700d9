/** The responses of etcd's robustness tests, in the words of the `etcd` model. */

import type { Plain } from '../history.ts';
import { type AccessType, BODIES, type EtcdInput, etcdValueOf } from './etcd-input.ts';
import { Misreading } from './format-error.ts';
import type { JsonNode } from './json.ts';
import { JsonFields, unexpectedJson } from './json-fields.ts';

export interface EtcdOutput {
  /** Undefined where the answer is not known. */
  readonly output: Plain | undefined;
  /** The client saw an error: whether the request took effect is unknown. */
  readonly failed: boolean;
  /** The tests found the request in etcd's log. */
  readonly persisted: boolean;
}

const MEMBERS = [
  ...BODIES.values(),
  'ClientError',
  'Revision',
  'PartialResponse',
  'Persisted',
  'PersistedRevision',
  'Error',
];
/** What etcd says of a request that it refused at its place in the order. */
const CLIENT_ERRORS: ReadonlyMap<string, string> = new Map([
  ['mvcc: required revision has been compacted', 'compacted'],
  ['mvcc: required revision is a future revision', 'future revision'],
]);

/** Reads the `Output` of an operation. Throws `Misreading`. */
export function readEtcdOutput(node: JsonNode, input: EtcdInput): EtcdOutput {
  const fields = new JsonFields(node, 'Output', MEMBERS);
  const failed = fields.text('Error') !== '';
  const persisted = fields.optionalFlag('Persisted');
  const partial = fields.optionalFlag('PartialResponse');
  const refused = fields.optionalText('ClientError') !== '';
  const revision = fields.number('Revision');
  const known = fields.optionalNumber('PersistedRevision');
  refuseOthers(fields, input.f, failed || persisted || partial || refused);
  if (failed) return { output: undefined, failed, persisted };
  if (persisted) {
    return { output: known === 0 ? undefined : { revision: known }, failed, persisted };
  }
  if (partial) return { output: { revision }, failed, persisted };
  return { output: answerOf(fields, input, revision), failed, persisted };
}

/** Refuses answers to what was not asked, and any where none was seen. */
function refuseOthers(fields: JsonFields, f: string, hasNone: boolean): void {
  for (const [each, body] of BODIES) {
    if ((each === f && !hasNone) || !fields.has(body)) continue;
    const of = each === f ? `a ${f} without an answer` : `a ${f}`;
    throw unexpectedJson(fields.required(body), `null as ${body} of ${of}`);
  }
}

function answerOf(fields: JsonFields, input: EtcdInput, revision: number): Plain | undefined {
  const clientError = fields.optionalText('ClientError');
  if (clientError !== '') {
    const error = CLIENT_ERRORS.get(clientError);
    if (error !== undefined) return { error };
    const known = [...CLIENT_ERRORS.keys()].map((each) => JSON.stringify(each)).join(' or ');
    throw unexpectedJson(fields.required('ClientError'), known);
  }
  const body = BODIES.get(input.f) ?? '';
  if (!fields.has(body)) {
    throw new Misreading(fields.at, `the answer of a ${input.f}, ${body}`, 'none');
  }
  const answer = fields.required(body);
  switch (input.f) {
    case 'range': {
      const range = new JsonFields(answer, 'Range', ['KVs', 'Count']);
      return Object.assign({ revision }, rangeAnswerOf(range));
    }
    case 'txn':
      return transactionAnswerOf(answer, input, revision);
    case 'defragment':
      // Its revision is answered outside of the order of requests.
      new JsonFields(answer, 'Defragment', []);
      return undefined;
    case 'compact':
      new JsonFields(answer, 'Compact', []);
      return {};
    default:
      new JsonFields(answer, body, ['LeaseID']);
      return { revision };
  }
}

function transactionAnswerOf(answer: JsonNode, input: EtcdInput, revision: number): Plain {
  const fields = new JsonFields(answer, 'Txn', ['Failure', 'Results']);
  const succeeded = !fields.flag('Failure');
  const results = fields.items('Results');
  const accesses = succeeded ? input.onSuccess : input.onFailure;
  if (results.length !== accesses.length) {
    const expected = `${accesses.length} Results, one for each operation`;
    throw new Misreading(fields.required('Results').at, expected, String(results.length));
  }
  return {
    revision,
    succeeded,
    results: results.map((result, place) => resultOf(result, accesses[place]!)),
  };
}

function resultOf(node: JsonNode, type: AccessType): Plain {
  const fields = new JsonFields(node, 'a result', ['KVs', 'Count', 'Deleted']);
  const deleted = fields.number('Deleted');
  const answer = rangeAnswerOf(fields);
  if (type !== 'range' && (answer.kvs.length > 0 || answer.count !== 0)) {
    throw unexpectedJson(fields.required('KVs'), `no KVs and a Count of 0 as result of a ${type}`);
  }
  if (type !== 'delete' && deleted !== 0) {
    throw unexpectedJson(fields.required('Deleted'), `0 as Deleted of a ${type}`);
  }
  return type === 'range' ? answer : type === 'delete' ? { deleted } : {};
}

function rangeAnswerOf(fields: JsonFields) {
  return { kvs: fields.items('KVs').map(keyValueOf), count: fields.number('Count') };
}

function keyValueOf(node: JsonNode): Plain {
  const known = ['Key', 'Value', 'ModRevision', 'Version'];
  const fields = new JsonFields(node, 'a key and its value', known);
  const key = fields.text('Key');
  // Go leaves out members that are empty or 0, where the tests say so.
  const value = fields.has('Value') ? etcdValueOf(fields.required('Value')) : '';
  const modRevision = fields.optionalNumber('ModRevision');
  const version = fields.optionalNumber('Version');
  return version === 0 ? { key, value, modRevision } : { key, value, modRevision, version };
}
