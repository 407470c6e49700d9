/** Small random histories of etcd: what its clients ask and what they may be told. */

import type { Plain } from '../../checker/index.ts';
import type { Vocabulary } from './random-histories.ts';

/** Two keys, of which one has a lease; every answer names a revision, half of them nothing else. */
export const etcdVocabulary: Vocabulary = {
  initial: () => null,
  request: (dice, serial) => {
    const key = dice.pick(['x', 'x', 'y']);
    const range = { range: { start: key } };
    const put = dice.once(4)
      ? { put: key, value: String(serial), lease: 7 }
      : { put: key, value: String(serial) };
    const f = dice.pick(['range', 'range', 'put', 'put', 'txn', 'delete', 'past', 'lease']);
    if (f === 'range') return { f, value: { start: key } };
    if (f === 'past') return { f: 'range', value: { start: key, revision: 1 + dice.below(4) } };
    if (f === 'put') return { f: 'txn', value: { onSuccess: [put] } };
    if (f === 'delete') return { f: 'txn', value: { onSuccess: [{ delete: key }] } };
    if (f === 'lease') {
      if (dice.once(4)) return { f: 'compact', value: dice.below(4) };
      return { f: dice.pick(['leaseGrant', 'leaseRevoke']), value: 7 };
    }
    const conditions = [{ key, modRevision: dice.below(4) }];
    return { f, value: { conditions, onSuccess: [put], onFailure: [range] } };
  },
  answers: (f, dice, value) => {
    if (f === 'compact') return [{}, { error: 'compacted' }, { error: 'future revision' }];
    const revisions = [1, 2, 3, 4, 5, 6, 7, 8];
    const only: readonly Plain[] = revisions.map((revision) => ({ revision }));
    if (f === 'range' && dice.once(2)) {
      return [...revisions.flatMap((revision) => rangeAnswers(revision, value)), ...only];
    }
    return [...only, { error: 'future revision' }, { error: 'compacted' }];
  },
};

function rangeAnswers(revision: number, value: Plain | undefined): readonly Plain[] {
  const key = value !== null && typeof value === 'object' && 'start' in value ? value.start : null;
  const found = [0, 1, 2, 3, 4, 5, 6].map((serial) => ({
    revision,
    kvs: [{ key, value: String(serial), modRevision: revision - (serial % 2) }],
    count: 1,
  }));
  return [{ revision, kvs: [], count: 0 }, ...found];
}
