/**
 * etcd: a key-value store with revisions, transactions and leases, as the model of etcd's own
 * robustness tests has it (https://github.com/etcd-io/etcd, `tests/robustness/model`).
 */

import type { HistoryOperation, Plain } from '../history.ts';
import { type Model, REFUSED, type Step } from '../model.ts';
import { isSequence, plainEqual } from '../plain.ts';
import {
  type Access,
  type AccessAnswer,
  type Condition,
  type EtcdAnswer,
  type EtcdRequest,
  etcdAnswerOf,
  etcdRequestOf,
  type KeyRange,
  type RangeAnswer,
} from './etcd-requests.ts';
import { EtcdStore, type Stored } from './etcd-store.ts';

export interface EtcdState {
  readonly revision: number;
  /** What was before this revision is forgotten. */
  readonly compactRevision: number;
  /** Sorted. */
  readonly leases: readonly string[];
  readonly store: EtcdStore;
}

type EtcdStep = { readonly next: EtcdState; readonly matches: boolean };

/** etcd starts at revision 1, and lets revision 0 be compacted. */
const REVISION_FIRST = 1;
const COMPACT_REVISION_FIRST = -1;

/**
 * `range`, `txn`, `leaseGrant`, `leaseRevoke`, `compact` and `defragment`; see
 * `docs/HISTORY-FORMAT.md`. An answer names the revision at which it was given, and one that names
 * nothing else is judged by it alone. A `range` of a past revision shows what was stored then.
 *
 * Deviation: leases expire for nobody, as in etcd's model; there is no `initial`.
 */
export const etcd: Model<EtcdState> = {
  name: 'etcd',
  init: () => ({
    revision: REVISION_FIRST,
    compactRevision: COMPACT_REVISION_FIRST,
    leases: [],
    store: EtcdStore.empty(),
  }),
  step: stepEtcd,
  key: ({ revision, compactRevision, leases, store }) =>
    `${revision} ${compactRevision} ${store.id} ${leases.join(' ')}`,
  expects: expectsEtcd,
  expectsInitial: (initial) => (initial === null ? undefined : 'initial of etcd to be null'),
  observes: observesEtcd,
  isRead: ({ f }) => f === 'range',
  describe: describeEtcd,
};

function stepEtcd(state: EtcdState, operation: HistoryOperation): Step<EtcdState> {
  const request = etcdRequestOf(operation.f, operation.value);
  if (typeof request === 'string') return REFUSED;
  const answer = etcdAnswerOf(request, operation.output);
  if (typeof answer === 'string') return REFUSED;
  const { next, matches } = take(state, request, answer);
  return matches ? { ok: true, next } : REFUSED;
}

function take(state: EtcdState, request: EtcdRequest, answer: EtcdAnswer | undefined): EtcdStep {
  switch (request.type) {
    case 'range':
      return { next: state, matches: rangeMatches(state, request, answer) };
    case 'txn':
      return takeTransaction(state, request, answer);
    case 'leaseGrant':
      return atRevision(granted(state, request.lease), answer);
    case 'leaseRevoke':
      return atRevision(revoked(state, request.lease), answer);
    case 'compact':
      return compacted(state, request.revision, answer);
    case 'defragment':
      return { next: state, matches: answer?.type !== 'error' };
    default:
      return request satisfies never;
  }
}

function rangeMatches(
  state: EtcdState,
  { range, revision }: { readonly range: KeyRange; readonly revision: number },
  answer: EtcdAnswer | undefined,
): boolean {
  if (answer === undefined) return true;
  if (revision > state.revision) return isError(answer, 'future revision');
  const isPast = revision !== 0 && revision !== state.revision;
  if (isPast && revision < state.compactRevision) return isError(answer, 'compacted');
  if (!('revision' in answer) || answer.revision !== state.revision) return false;
  const store = isPast ? state.store.at(revision) : state.store;
  return answer.type !== 'range' || holds(store, range, answer);
}

function takeTransaction(
  state: EtcdState,
  request: Extract<EtcdRequest, { type: 'txn' }>,
  answer: EtcdAnswer | undefined,
): EtcdStep {
  const succeeds = request.conditions.every((condition) => isMet(state.store, condition));
  const accesses = succeeds ? request.onSuccess : request.onFailure;
  const said = answer?.type === 'txn' ? answer : undefined;
  let matches = said === undefined || said.succeeded === succeeds;
  let store = state.store;
  let changes = false;
  for (let place = 0; place < accesses.length; place++) {
    const access = accesses[place]!;
    if (matches && said !== undefined) matches = accessMatches(store, access, said.results[place]!);
    const next = stored(state, store, access);
    changes ||= next !== undefined;
    store = next ?? store;
  }
  const { compactRevision, leases } = state;
  const revision = state.revision + 1;
  const next = changes ? { revision, compactRevision, leases, store } : state;
  const isOne = !changes || (request.revisions?.includes(revision) ?? true);
  return { next, matches: matches && isOne && atRevision(next, answer).matches };
}

/** What is stored after an access; undefined if it changes nothing. */
function stored(state: EtcdState, store: EtcdStore, access: Access): EtcdStore | undefined {
  const revision = state.revision + 1;
  if (access.type === 'put') {
    const { key, value, lease } = access;
    if (lease !== undefined && !state.leases.includes(lease)) return undefined;
    const version = (store.get(key)?.version ?? 0) + 1;
    return store.changed(key, { value, modRevision: revision, version, lease }, revision);
  }
  if (access.type === 'range' || store.get(access.key) === undefined) return undefined;
  return store.changed(access.key, undefined, revision);
}

function accessMatches(store: EtcdStore, access: Access, answer: AccessAnswer): boolean {
  switch (access.type) {
    case 'put':
      return true;
    case 'delete':
      return (
        answer.type === 'delete' && answer.deleted === (store.get(access.key) === undefined ? 0 : 1)
      );
    case 'range':
      return answer.type === 'range' && holds(store, access.range, answer);
    default:
      return access satisfies never;
  }
}

function isMet(store: EtcdStore, { key, member, is }: Condition): boolean {
  return (store.get(key)?.[member] ?? 0) === is;
}

/** Whether the store has in a range what was answered. */
function holds(store: EtcdStore, range: KeyRange, { kvs, count }: RangeAnswer): boolean {
  const found = store.inRange(range);
  const shown = range.limit === 0 ? found.length : Math.min(range.limit, found.length);
  if (count !== found.length || kvs.length !== shown) return false;
  return kvs.every((kv, place) => isShown(kv, found[place]!));
}

function isShown(kv: Plain, [key, { value, modRevision, version }]: readonly [string, Stored]) {
  if (kv === null || typeof kv !== 'object' || isSequence(kv)) return false;
  // Early versions of etcd's tests did not record the version of a key.
  const versionSaid = kv.version === undefined || kv.version === 0 ? version : kv.version;
  return (
    kv.key === key &&
    kv.modRevision === modRevision &&
    versionSaid === version &&
    plainEqual(kv.value, value)
  );
}

function granted(state: EtcdState, lease: string | undefined): EtcdState {
  // The client that asked was not told which lease it has, and cannot use it.
  if (lease === undefined || state.leases.includes(lease)) return state;
  const leases = [...state.leases, lease].sort((a, b) => (a < b ? -1 : 1));
  const { revision, compactRevision, store } = state;
  return { revision, compactRevision, leases, store };
}

function revoked(state: EtcdState, lease: string | undefined): EtcdState {
  if (lease === undefined || !state.leases.includes(lease)) return state;
  const leases = state.leases.filter((each) => each !== lease);
  const keys = state.store.withLease(lease);
  const revision = keys.length === 0 ? state.revision : state.revision + 1;
  let store = state.store;
  for (const key of keys) store = store.changed(key, undefined, revision);
  return { revision, compactRevision: state.compactRevision, leases, store };
}

function compacted(state: EtcdState, at: number, answer: EtcdAnswer | undefined): EtcdStep {
  const error =
    at <= state.compactRevision ? 'compacted' : at > state.revision ? 'future revision' : undefined;
  if (error !== undefined) {
    return { next: state, matches: answer === undefined || isError(answer, error) };
  }
  const { revision, leases, store } = state;
  const next = { revision, compactRevision: at, leases, store };
  return { next, matches: answer?.type !== 'error' };
}

function atRevision(next: EtcdState, answer: EtcdAnswer | undefined): EtcdStep {
  const matches =
    answer === undefined || ('revision' in answer && answer.revision === next.revision);
  return { next, matches };
}

function isError(answer: EtcdAnswer, error: string): boolean {
  return answer.type === 'error' && answer.error === error;
}

function expectsEtcd(operation: HistoryOperation): string | undefined {
  if (operation.key !== undefined) return `${operation.f} to have its keys in its value`;
  const request = etcdRequestOf(operation.f, operation.value);
  if (typeof request === 'string') return request;
  const answer = etcdAnswerOf(request, operation.output);
  return typeof answer === 'string' ? answer : undefined;
}

function observesEtcd(operation: HistoryOperation): boolean {
  const request = etcdRequestOf(operation.f, operation.value);
  if (typeof request === 'string') return false;
  if (request.type === 'range' || request.type === 'defragment') return true;
  const answer = etcdAnswerOf(request, operation.output);
  if (typeof answer === 'string') return false;
  if (request.type !== 'txn') return answer?.type === 'error';
  const succeeded = answer?.type === 'txn' ? answer.succeeded : undefined;
  return (
    (succeeded === false || request.onSuccess.every(isRange)) &&
    (succeeded === true || request.onFailure.every(isRange))
  );
}

function isRange(access: Access): boolean {
  return access.type === 'range';
}

function describeEtcd(operation: HistoryOperation): string {
  const request = etcdRequestOf(operation.f, operation.value);
  if (typeof request === 'string') return operation.f;
  const answer = etcdAnswerOf(request, operation.output);
  const words = requestWords(request);
  if (answer === undefined || typeof answer === 'string' || answer.type === 'done') return words;
  if (answer.type === 'error') return `${words} refused as ${answer.error}`;
  const failed = answer.type === 'txn' && !answer.succeeded ? ' (conditions not met)' : '';
  const seen = answer.type === 'range' ? ` = ${JSON.stringify(answer.kvs.map(shownKeyValue))}` : '';
  return `${words}${failed}${seen} at revision ${answer.revision}`;
}

function requestWords(request: EtcdRequest): string {
  switch (request.type) {
    case 'range': {
      const past = request.revision === 0 ? '' : ` of revision ${request.revision}`;
      return `range ${rangeWords(request.range)}${past}`;
    }
    case 'txn': {
      const { conditions, onSuccess, onFailure } = request;
      const ifs = conditions.map(({ key, member, is }) => `${member} of ${key} is ${is}`);
      const head = ifs.length === 0 ? '' : `if ${ifs.join(' and ')} `;
      const orElse = onFailure.length === 0 ? '' : ` else ${onFailure.map(accessWords).join(', ')}`;
      return `${head}${onSuccess.map(accessWords).join(', ') || 'nothing'}${orElse}`;
    }
    case 'compact':
      return `compact ${request.revision}`;
    case 'defragment':
      return 'defragment';
    default:
      return `${request.type} ${request.lease ?? 'of unknown id'}`;
  }
}

function accessWords(access: Access): string {
  if (access.type === 'range') return `range ${rangeWords(access.range)}`;
  if (access.type === 'delete') return `delete ${access.key}`;
  return `put ${access.key} = ${JSON.stringify(access.value)}`;
}

function rangeWords({ start, end }: KeyRange): string {
  return end === '' ? start : `${start}..${end}`;
}

function shownKeyValue(kv: Plain): Plain {
  if (kv === null || typeof kv !== 'object' || isSequence(kv)) return kv;
  return [kv.key ?? null, kv.value ?? null, kv.modRevision ?? null];
}
