/**
 * What others saw of requests of etcd that failed.
 *
 * If a value that one request alone puts under a key is answered to anybody, that request took
 * effect, at the revision that was answered with it, before that answer. The tests of etcd use
 * their log of persisted requests to the same end. Nothing is lost by it, as no order explains the
 * history otherwise; and a search need not ask of each failure, at each place, if it belongs there.
 */

import type { Plain } from '../history.ts';
import { type Access, etcdAnswerOf, etcdRequestOf } from '../models/etcd-requests.ts';
import { canonicalText, isSequence } from '../plain.ts';
import type { EventTime } from './event-order.ts';

/** A request and its answer, as far as they are known. */
export interface EtcdRow {
  readonly at: number;
  readonly process: number;
  readonly input: { readonly f: string; readonly value: Plain | undefined };
  readonly output: Plain | undefined;
  readonly call: EventTime;
  /** `null`: whether it took effect is unknown. */
  readonly returned: EventTime | null;
}

/** When a value was seen first, and at which revision it was put; 0 if two were answered. */
interface Sighting {
  readonly revision: number;
  readonly returned: EventTime;
}

/** The rows, those of failed requests with what was seen of them. */
export function withObservedFailures(rows: readonly EtcdRow[]): readonly EtcdRow[] {
  if (rows.every(({ returned }) => returned !== null)) return rows;
  const seen = new Map<string, Sighting>();
  const puts = new Map<string, number>();
  for (const row of rows) {
    for (const text of putsOf(row)) puts.set(text, (puts.get(text) ?? 0) + 1);
    for (const kv of shownBy(row)) addSighting(seen, kv, row.returned);
  }
  return rows.map((row) => {
    if (row.returned !== null) return row;
    const own = putsOf(row).find((text) => puts.get(text) === 1 && seen.has(text));
    const sighting = own === undefined ? undefined : seen.get(own);
    // What was seen before it was asked for is for the checker to refuse.
    if (sighting === undefined || sighting.revision === 0 || sighting.returned < row.call)
      return row;
    const { at, process, input, call } = row;
    const output = { revision: sighting.revision };
    return { at, process, input, output, call, returned: sighting.returned };
  });
}

function putsOf({ input }: EtcdRow): readonly string[] {
  const request = etcdRequestOf(input.f, input.value);
  if (typeof request === 'string' || request.type !== 'txn') return [];
  return [...request.onSuccess, ...request.onFailure].flatMap(putOf);
}

function putOf(access: Access): readonly string[] {
  return access.type === 'put' ? [canonicalText([access.key, access.value])] : [];
}

/** The keys with their values that the answer shows. */
function shownBy({ input, output }: EtcdRow): readonly Plain[] {
  const request = etcdRequestOf(input.f, input.value);
  if (typeof request === 'string') return [];
  const answer = etcdAnswerOf(request, output);
  if (answer === undefined || typeof answer === 'string') return [];
  if (answer.type === 'range') return answer.kvs;
  if (answer.type !== 'txn') return [];
  return answer.results.flatMap((result) => (result.type === 'range' ? result.kvs : []));
}

function addSighting(seen: Map<string, Sighting>, kv: Plain, returned: EventTime | null): void {
  if (returned === null || kv === null || typeof kv !== 'object' || isSequence(kv)) return;
  const { key = null, value = null, modRevision } = kv;
  if (typeof modRevision !== 'number') return;
  const text = canonicalText([key, value]);
  const known = seen.get(text);
  const first = known === undefined || returned < known.returned ? returned : known.returned;
  const isOne = known === undefined || known.revision === modRevision;
  seen.set(text, { revision: isOne ? modRevision : 0, returned: first });
}
