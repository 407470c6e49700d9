/** What etcd is asked and what it answers, as histories have them: JSON with the members below. */

import type { Plain } from '../history.ts';
import { isSequence } from '../plain.ts';

/** Keys from `start` to before `end`; `start` alone if `end` is empty; all beyond if it is NUL. */
export interface KeyRange {
  readonly start: string;
  readonly end: string;
  /** How many at most are answered; 0: all. */
  readonly limit: number;
}

/** Holds if the key has that version, or was last changed at that revision (0: is absent). */
export interface Condition {
  readonly key: string;
  readonly member: 'modRevision' | 'version';
  readonly is: number;
}

export type Access =
  | { readonly type: 'put'; readonly key: string; readonly value: Plain; readonly lease: LeaseId }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'range'; readonly range: KeyRange };

/** An integer, or its digits where it is beyond 2^53; undefined for none. */
export type LeaseId = string | undefined;

export type EtcdRequest =
  | { readonly type: 'range'; readonly range: KeyRange; readonly revision: number }
  | {
      readonly type: 'txn';
      readonly conditions: readonly Condition[];
      readonly onSuccess: readonly Access[];
      readonly onFailure: readonly Access[];
      /** If it changes anything, it makes one of these revisions; undefined: any. */
      readonly revisions: readonly number[] | undefined;
    }
  | { readonly type: 'leaseGrant' | 'leaseRevoke'; readonly lease: LeaseId }
  | { readonly type: 'compact'; readonly revision: number }
  | { readonly type: 'defragment' };

/** What a range was told. */
export interface RangeAnswer {
  readonly kvs: readonly Plain[];
  readonly count: number;
}

/** What one access of a transaction was told; a put is told nothing. */
export type AccessAnswer =
  | { readonly type: 'put' }
  | { readonly type: 'delete'; readonly deleted: number }
  | ({ readonly type: 'range' } & RangeAnswer);

/** Without `details` only the revision is known. */
export type EtcdAnswer =
  | { readonly type: 'error'; readonly error: string }
  | { readonly type: 'done' }
  | { readonly type: 'revision'; readonly revision: number }
  | ({ readonly type: 'range'; readonly revision: number } & RangeAnswer)
  | {
      readonly type: 'txn';
      readonly revision: number;
      readonly succeeded: boolean;
      readonly results: readonly AccessAnswer[];
    };

/** Refusals that are answers: the request was judged, at its place in the order. */
export const ETCD_ERRORS: readonly string[] = ['compacted', 'future revision'];

/** Thrown and caught in this file alone. */
class Unexpected extends Error {}

/** The request; a text that says what was expected if it is none. */
export function etcdRequestOf(f: string, value: Plain | undefined): EtcdRequest | string {
  return orExpected(() => requestOf(f, value));
}

/** The answer; a text that says what was expected if it is none, undefined if there is none. */
export function etcdAnswerOf(
  request: EtcdRequest,
  output: Plain | undefined,
): EtcdAnswer | string | undefined {
  if (output === undefined || output === null) return undefined;
  return orExpected(() => answerOf(request, output));
}

function orExpected<Result>(read: () => Result): Result | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unexpected) return error.message;
    throw error;
  }
}

function requestOf(f: string, value: Plain | undefined): EtcdRequest {
  switch (f) {
    case 'range': {
      const members = membersOf(value, 'value of range', ['start', 'end', 'limit', 'revision']);
      const revision = countOf(members.revision ?? 0, 'revision of range');
      return { type: 'range', range: rangeOf(members), revision };
    }
    case 'txn': {
      const members = membersOf(value, 'value of txn', TRANSACTION_MEMBERS);
      const { revisions } = members;
      return {
        type: 'txn',
        conditions: itemsOf(members.conditions ?? [], 'conditions of txn').map(conditionOf),
        onSuccess: itemsOf(members.onSuccess ?? [], 'onSuccess of txn').map(accessOf),
        onFailure: itemsOf(members.onFailure ?? [], 'onFailure of txn').map(accessOf),
        revisions:
          revisions === undefined
            ? undefined
            : itemsOf(revisions, 'revisions of txn').map((each) =>
                countOf(each, 'revision of txn'),
              ),
      };
    }
    case 'leaseGrant':
    case 'leaseRevoke':
      return { type: f, lease: leaseOf(value, `value of ${f}`) };
    case 'compact':
      return { type: f, revision: integerOf(value, 'value of compact') };
    case 'defragment':
      if (value !== undefined && value !== null)
        throw new Unexpected('defragment to have no value');
      return { type: f };
    default:
      throw new Unexpected('f to be range, txn, leaseGrant, leaseRevoke, compact or defragment');
  }
}

const TRANSACTION_MEMBERS = ['conditions', 'onSuccess', 'onFailure', 'revisions'];

function answerOf(request: EtcdRequest, output: Plain): EtcdAnswer {
  const known = ['error', 'revision', ...(DETAILS.get(request.type) ?? [])];
  const members = membersOf(output, `output of ${request.type}`, known);
  const { error, revision } = members;
  if (error !== undefined) {
    if (typeof error === 'string' && ETCD_ERRORS.includes(error)) return { type: 'error', error };
    throw new Unexpected(`error to be ${ETCD_ERRORS.join(' or ')}`);
  }
  if (request.type === 'compact' || request.type === 'defragment') return { type: 'done' };
  const at = countOf(revision, `revision in output of ${request.type}`);
  if (request.type === 'range' && members.kvs !== undefined) {
    const { kvs, count } = rangeAnswerOf(members, 'output of range');
    return { type: 'range', revision: at, kvs, count };
  }
  if (request.type !== 'txn' || members.succeeded === undefined) {
    return { type: 'revision', revision: at };
  }
  const succeeded = members.succeeded;
  if (typeof succeeded !== 'boolean') throw new Unexpected('succeeded to be true or false');
  const accesses = succeeded ? request.onSuccess : request.onFailure;
  const results = itemsOf(members.results, 'results in output of txn');
  if (results.length !== accesses.length) {
    throw new Unexpected(`results of txn to be ${accesses.length}, one for each access`);
  }
  return {
    type: 'txn',
    revision: at,
    succeeded,
    results: accesses.map((access, place) => accessAnswerOf(access, results[place] ?? null)),
  };
}

/** What an output may have besides `revision` and `error`. */
const DETAILS: ReadonlyMap<string, readonly string[]> = new Map([
  ['range', ['kvs', 'count']],
  ['txn', ['succeeded', 'results']],
]);

function accessAnswerOf(access: Access, result: Plain): AccessAnswer {
  switch (access.type) {
    case 'put':
      membersOf(result, 'result of put', []);
      return { type: 'put' };
    case 'delete': {
      const { deleted } = membersOf(result, 'result of delete', ['deleted']);
      return { type: 'delete', deleted: countOf(deleted, 'deleted in result of delete') };
    }
    case 'range': {
      const members = membersOf(result, 'result of range', ['kvs', 'count']);
      const { kvs, count } = rangeAnswerOf(members, 'result of range');
      return { type: 'range', kvs, count };
    }
    default:
      return access satisfies never;
  }
}

function rangeAnswerOf(members: Members, whose: string): RangeAnswer {
  const kvs = itemsOf(members.kvs, `kvs in ${whose}`);
  for (const kv of kvs) {
    const { key, value, ...revisions } = membersOf(kv, `kvs in ${whose}`, KEY_VALUE_MEMBERS);
    textOf(key, 'key in kvs');
    keptValueOf(value, 'value in kvs');
    countOf(revisions.modRevision, 'modRevision in kvs');
    countOf(revisions.version ?? 0, 'version in kvs');
  }
  return { kvs, count: countOf(members.count, `count in ${whose}`) };
}

const KEY_VALUE_MEMBERS = ['key', 'value', 'modRevision', 'version'];

function conditionOf(condition: Plain): Condition {
  const members = membersOf(condition, 'condition', ['key', 'modRevision', 'version']);
  const key = textOf(members.key, 'key of condition');
  if ((members.modRevision === undefined) === (members.version === undefined)) {
    throw new Unexpected('condition to have a modRevision or a version');
  }
  const member = members.version === undefined ? 'modRevision' : 'version';
  return { key, member, is: countOf(members[member], `${member} of condition`) };
}

function accessOf(access: Plain): Access {
  const members = membersOf(access, 'access', ['put', 'value', 'lease', 'delete', 'range']);
  const names = ['delete', 'lease', 'put', 'range', 'value'].filter((name) => name in members);
  switch (names.join(' ')) {
    case 'delete':
      return { type: 'delete', key: textOf(members.delete, 'delete') };
    case 'range': {
      const range = membersOf(members.range, 'range', ['start', 'end', 'limit']);
      return { type: 'range', range: rangeOf(range) };
    }
    case 'put value':
    case 'lease put value':
      return {
        type: 'put',
        key: textOf(members.put, 'put'),
        value: keptValueOf(members.value, 'value of put'),
        lease: leaseOf(members.lease ?? 0, 'lease of put'),
      };
    default:
      throw new Unexpected('access to be {put, value, lease}, {delete} or {range}');
  }
}

function rangeOf({ start, end = '', limit = 0 }: Members): KeyRange {
  return {
    start: textOf(start, 'start of range'),
    end: textOf(end, 'end of range'),
    limit: countOf(limit, 'limit of range'),
  };
}

interface Members {
  readonly [name: string]: Plain | undefined;
}

function membersOf(value: Plain | undefined, name: string, known: readonly string[]): Members {
  if (value === null || typeof value !== 'object' || isSequence(value)) {
    throw new Unexpected(`${name} to be an object`);
  }
  for (const each of Object.keys(value)) {
    if (!known.includes(each)) {
      const may = known.length === 0 ? 'nothing' : known.join(', ');
      throw new Unexpected(`${name} to have ${may}, not ${JSON.stringify(each.slice(0, 24))}`);
    }
  }
  return value;
}

function itemsOf(value: Plain | undefined, name: string): readonly Plain[] {
  if (isSequence(value)) return value;
  throw new Unexpected(`${name} to be an array`);
}

function textOf(value: Plain | undefined, name: string): string {
  if (typeof value === 'string') return value;
  throw new Unexpected(`${name} to be a string`);
}

/** A text, or `{"hash": n}` where only the hash of a long one was recorded. */
function keptValueOf(value: Plain | undefined, name: string): Plain {
  if (typeof value === 'string') return value;
  const { hash } = membersOf(value, `${name}, if no string,`, ['hash']);
  countOf(hash, `hash of ${name}`);
  return value ?? null;
}

function integerOf(value: Plain | undefined, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new Unexpected(`${name} to be an integer`);
}

function countOf(value: Plain | undefined, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Unexpected(`${name} to be an integer, 0 or more`);
}

function leaseOf(value: Plain | undefined, name: string): LeaseId {
  if (value === 0) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && /^-?[1-9]\d{15,18}$/.test(value)) return value;
  throw new Unexpected(`${name} to be an integer, in quotes if beyond 2^53`);
}
