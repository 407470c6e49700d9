/** The requests of etcd's robustness tests, in the words of the `etcd` model. */

import type { Plain } from '../history.ts';
import { canonicalText } from '../plain.ts';
import { hashOfText, LONG_TEXT_BYTES } from './etcd-hash.ts';
import type { JsonNode } from './json.ts';
import { type Integer, JsonFields, unexpectedJson } from './json-fields.ts';

/** How the accesses of a transaction are answered, in order. */
export type AccessType = 'put' | 'delete' | 'range';

export interface EtcdInput {
  readonly f: string;
  readonly value: Plain | undefined;
  readonly isRead: boolean;
  /** Of a transaction. */
  readonly onSuccess: readonly AccessType[];
  readonly onFailure: readonly AccessType[];
}

/** By type, the member that says the rest, of a request as of its answer. */
export const BODIES: ReadonlyMap<string, string> = new Map([
  ['range', 'Range'],
  ['txn', 'Txn'],
  ['leaseGrant', 'LeaseGrant'],
  ['leaseRevoke', 'LeaseRevoke'],
  ['defragment', 'Defragment'],
  ['compact', 'Compact'],
]);
const ACCESS_TYPES: ReadonlyMap<string, AccessType> = new Map([
  ['range-operation', 'range'],
  ['put-operation', 'put'],
  ['delete-operation', 'delete'],
]);

/** Reads the `Input` of an operation. Throws `Misreading`. */
export function readEtcdInput(node: JsonNode): EtcdInput {
  const fields = new JsonFields(node, 'Input', ['Type', ...BODIES.values()]);
  const type = fields.text('Type');
  const own = BODIES.get(type);
  if (own === undefined) {
    throw unexpectedJson(fields.required('Type'), `a Type: ${[...BODIES.keys()].join(', ')}`);
  }
  for (const body of BODIES.values()) {
    if (body !== own && fields.has(body)) {
      throw unexpectedJson(fields.required(body), `null as ${body} of a ${type}`);
    }
  }
  const body = fields.required(own);
  switch (type) {
    case 'range':
      return readRange(body);
    case 'txn':
      return readTransaction(body);
    case 'compact': {
      const revision = new JsonFields(body, 'Compact', ['Revision']).number('Revision');
      return withoutAccesses(type, revision, false);
    }
    case 'defragment':
      new JsonFields(body, 'Defragment', []);
      return withoutAccesses(type, undefined, false);
    default: {
      const lease = new JsonFields(body, own, ['LeaseID']).integer('LeaseID');
      return withoutAccesses(type, leaseOf(lease), false);
    }
  }
}

function withoutAccesses(f: string, value: Plain | undefined, isRead: boolean): EtcdInput {
  return { f, value, isRead, onSuccess: [], onFailure: [] };
}

function readRange(body: JsonNode): EtcdInput {
  const fields = new JsonFields(body, 'Range', [...RANGE_MEMBERS, 'Revision']);
  const value = Object.assign(rangeOf(fields), { revision: fields.number('Revision') });
  return withoutAccesses('range', value, true);
}

function readTransaction(body: JsonNode): EtcdInput {
  const fields = new JsonFields(body, 'Txn', TRANSACTION_MEMBERS);
  const onSuccess = fields.items('OperationsOnSuccess').map(accessOf);
  const onFailure = fields.items('OperationsOnFailure').map(accessOf);
  const value = {
    conditions: fields.items('Conditions').map(conditionOf),
    onSuccess: onSuccess.map((each) => each.access),
    onFailure: onFailure.map((each) => each.access),
  };
  return {
    f: 'txn',
    value,
    isRead: [...onSuccess, ...onFailure].every(({ type }) => type === 'range'),
    onSuccess: onSuccess.map(({ type }) => type),
    onFailure: onFailure.map(({ type }) => type),
  };
}

const TRANSACTION_MEMBERS = ['Conditions', 'OperationsOnSuccess', 'OperationsOnFailure'];
const RANGE_MEMBERS = ['Start', 'End', 'Limit'];

function conditionOf(node: JsonNode): Plain {
  const known = ['Key', 'ExpectedRevision', 'ExpectedVersion'];
  const fields = new JsonFields(node, 'a condition', known);
  const key = fields.text('Key');
  const version = fields.optionalNumber('ExpectedVersion');
  // As in etcd's model: a version of 0 is none, and then the revision is compared.
  if (version > 0) return { key, version };
  return { key, modRevision: fields.number('ExpectedRevision') };
}

function accessOf(node: JsonNode): { readonly type: AccessType; readonly access: Plain } {
  const fields = new JsonFields(node, 'an operation of Txn', ['Type', 'Range', 'Put', 'Delete']);
  const type = ACCESS_TYPES.get(fields.text('Type'));
  const range = new JsonFields(fields.required('Range'), 'Range', RANGE_MEMBERS);
  const put = new JsonFields(fields.required('Put'), 'Put', ['Key', 'Value', 'LeaseID']);
  const deleted = new JsonFields(fields.required('Delete'), 'Delete', ['Key']);
  // All three are always there; two of them are empty.
  const accesses = {
    range: { range: rangeOf(range) },
    put: putOf(put),
    delete: { delete: deleted.text('Key') },
  };
  if (type === undefined) {
    const types = [...ACCESS_TYPES.keys()].join(', ');
    throw unexpectedJson(fields.required('Type'), `a Type: ${types}`);
  }
  for (const [each, member] of MEMBERS_OF_ACCESSES) {
    if (each === type || canonicalText(accesses[each]) === EMPTY_ACCESSES[each]) continue;
    throw unexpectedJson(fields.required(member), `an empty ${member} of a ${type}`);
  }
  return { type, access: accesses[type] };
}

const MEMBERS_OF_ACCESSES: readonly (readonly [AccessType, string])[] = [
  ['range', 'Range'],
  ['put', 'Put'],
  ['delete', 'Delete'],
];
const EMPTY_ACCESSES: { readonly [type in AccessType]: string } = {
  range: canonicalText({ range: { start: '', end: '', limit: 0 } }),
  put: canonicalText({ put: '', value: '' }),
  delete: canonicalText({ delete: '' }),
};

function putOf(fields: JsonFields): Plain {
  const key = fields.text('Key');
  const value = etcdValueOf(fields.required('Value'));
  const lease = leaseOf(fields.integer('LeaseID'));
  return lease === 0 ? { put: key, value } : { put: key, value, lease };
}

function rangeOf(fields: JsonFields) {
  return {
    start: fields.text('Start'),
    end: fields.text('End'),
    limit: fields.number('Limit'),
  };
}

/** `{Value, Hash}`: etcd's tests keep the hash alone of what has 20 bytes or more. */
export function etcdValueOf(node: JsonNode): Plain {
  const fields = new JsonFields(node, 'Value', ['Value', 'Hash']);
  const value = fields.optionalText('Value');
  const hash = fields.optionalNumber('Hash');
  if (hash === 0) {
    const { bytes, hash: own } = hashOfText(value);
    return bytes < LONG_TEXT_BYTES ? value : { hash: own };
  }
  if (value !== '') throw unexpectedJson(node, 'a Value or a Hash, the other "" or 0');
  return { hash };
}

function leaseOf(lease: Integer): Plain {
  return typeof lease === 'number' ? lease : String(lease);
}
