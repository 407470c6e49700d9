/**
 * The revisions that failed puts of etcd may have made.
 *
 * Each revision is made by one request, and those that no answered request made, the gaps, by one
 * that failed. A put made none from which on its key was still seen as it had been before. Which
 * gap it was may remain open; a search that knows the few that it can be need not try all.
 */

import type { Plain } from '../history.ts';
import {
  type Access,
  type EtcdRequest,
  etcdAnswerOf,
  etcdRequestOf,
} from '../models/etcd-requests.ts';
import { isSequence } from '../plain.ts';
import type { EtcdRow } from './etcd-observed.ts';
import type { EventTime } from './event-order.ts';

/** What would take more is left as it is: no run of etcd is like that. */
const COMPARISONS_MAX = 20_000_000;

/** A key was last changed at one revision, as seen at another. */
interface Observation {
  readonly modRevision: number;
  readonly seenAt: number;
}

/** What the answers say of revisions. */
interface Knowledge {
  readonly made: Set<number>;
  /** By revision, when its answer came. */
  readonly answers: { readonly revision: number; readonly returned: EventTime }[];
  readonly keys: Map<string, Observation[]>;
}

/** The rows, those of failed puts with the revisions that they can have made. */
export function withPossibleRevisions(rows: readonly EtcdRow[]): readonly EtcdRow[] {
  const failed = rows.filter((row) => row.returned === null && keyOfPut(row) !== undefined);
  if (failed.length === 0) return rows;
  const knowledge: Knowledge = { made: new Set(), answers: [], keys: new Map() };
  for (const row of rows) learn(knowledge, row);
  const last = knowledge.answers.reduce((most, { revision }) => Math.max(most, revision), 0);
  if (comparisonsOf(knowledge, last, failed.length) > COMPARISONS_MAX) return rows;
  const gaps: { readonly revision: number; readonly until: EventTime }[] = [];
  for (let revision = 2; revision <= last; revision++) {
    if (knowledge.made.has(revision)) continue;
    gaps.push({ revision, until: earliestFrom(knowledge, revision) });
  }
  return rows.map((row) => {
    const key = row.returned === null ? keyOfPut(row) : undefined;
    if (key === undefined) return row;
    const seen = knowledge.keys.get(key) ?? [];
    const revisions = gaps
      .filter(({ revision, until }) => row.call <= until && isPossible(seen, revision))
      .map(({ revision }) => revision);
    return { ...row, input: { f: row.input.f, value: withRevisions(row.input.value, revisions) } };
  });
}

function comparisonsOf({ made, answers, keys }: Knowledge, last: number, failures: number) {
  let observations = 0;
  for (const seen of keys.values()) observations = Math.max(observations, seen.length);
  return (last - made.size) * (answers.length + failures * (observations + 1));
}

/** The key of a transaction that puts it whatever was before; undefined for other requests. */
function keyOfPut({ input }: EtcdRow): string | undefined {
  const request = etcdRequestOf(input.f, input.value);
  if (typeof request === 'string' || request.type !== 'txn') return undefined;
  const [only, ...others] = request.onSuccess;
  const isPlain = request.conditions.length === 0 && others.length === 0;
  return isPlain && only?.type === 'put' && only.lease === undefined ? only.key : undefined;
}

function withRevisions(value: Plain | undefined, revisions: readonly number[]): Plain {
  return value !== null && typeof value === 'object' && !isSequence(value)
    ? { ...value, revisions }
    : { revisions };
}

function isPossible(seen: readonly Observation[], revision: number): boolean {
  return !seen.some(({ modRevision, seenAt }) => modRevision < revision && revision <= seenAt);
}

function earliestFrom({ answers }: Knowledge, from: number): EventTime {
  let earliest: EventTime | undefined;
  for (const { revision, returned } of answers) {
    if (revision >= from && (earliest === undefined || returned < earliest)) earliest = returned;
  }
  return earliest ?? 0;
}

function learn(knowledge: Knowledge, { input, output, returned }: EtcdRow): void {
  const request = etcdRequestOf(input.f, input.value);
  if (typeof request === 'string' || returned === null) return;
  const answer = etcdAnswerOf(request, output);
  if (answer === undefined || typeof answer === 'string' || !('revision' in answer)) return;
  const { revision } = answer;
  knowledge.answers.push({ revision, returned });
  if (answer.type === 'range' && request.type === 'range') {
    const seenAt = request.revision === 0 ? revision : Math.min(request.revision, revision);
    learnKeys(knowledge, request.range, answer.kvs, seenAt);
  }
  if (request.type !== 'txn') return;
  if (answer.type !== 'txn') {
    if (request.conditions.length === 0 && request.onSuccess.some(isPut)) {
      knowledge.made.add(revision);
    }
    return;
  }
  const accesses = answer.succeeded ? request.onSuccess : request.onFailure;
  answer.results.forEach((result, place) => {
    const access = accesses[place]!;
    const deletes = result.type === 'delete' && result.deleted > 0;
    if (deletes || isPut(access)) knowledge.made.add(revision);
    if (result.type === 'range' && access.type === 'range') {
      learnKeys(knowledge, access.range, result.kvs, revision);
    }
  });
}

/** A put that surely changes its key: with a lease it fails if there is none. */
function isPut(access: Access): boolean {
  return access.type === 'put' && access.lease === undefined;
}

type Range = Extract<EtcdRequest, { readonly type: 'range' }>['range'];

function learnKeys(
  { keys }: Knowledge,
  { start, end }: Range,
  kvs: readonly Plain[],
  seenAt: number,
): void {
  if (end === '' && kvs.length === 0) note(keys, start, { modRevision: 0, seenAt });
  for (const kv of kvs) {
    if (kv === null || typeof kv !== 'object' || isSequence(kv)) continue;
    const { key, modRevision } = kv;
    if (typeof key !== 'string' || typeof modRevision !== 'number') continue;
    note(keys, key, { modRevision, seenAt });
  }
}

function note(keys: Map<string, Observation[]>, key: string, observation: Observation): void {
  const known = keys.get(key);
  if (known === undefined) keys.set(key, [observation]);
  else known.push(observation);
}
