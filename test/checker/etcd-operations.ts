/** Operations of etcd's robustness tests, as their `operations.json` has them. */

import type { Plain } from '../../checker/index.ts';

interface Members {
  readonly [name: string]: Plain;
}

const NO_INPUT = {
  LeaseGrant: null,
  LeaseRevoke: null,
  Range: null,
  Txn: null,
  Defragment: null,
  Compact: null,
};
const NO_OUTPUT = {
  Txn: null,
  Range: null,
  LeaseGrant: null,
  LeaseRevoke: null,
  Defragment: null,
  Compact: null,
  ClientError: '',
  Revision: 0,
  Persisted: false,
  PersistedRevision: 0,
  Error: '',
};

/** One line of such a file. */
export function line(
  client: number,
  [call, end]: readonly [number, number],
  input: Members,
  output: Members,
): string {
  const operation = {
    ClientId: client,
    Input: { ...NO_INPUT, ...input },
    Call: call,
    Output: { ...NO_OUTPUT, ...output },
    Return: end,
  };
  return `${JSON.stringify(operation)}\n`;
}

const access = (type: string, members: Members): Plain => ({
  Type: `${type}-operation`,
  Range: { Start: '', End: '', Limit: 0 },
  Put: { Key: '', Value: { Value: '', Hash: 0 }, LeaseID: 0 },
  Delete: { Key: '' },
  ...members,
});

export const putAccess = (key: string, value: string, lease = 0) =>
  access('put', { Put: { Key: key, Value: { Value: value, Hash: 0 }, LeaseID: lease } });
export const deleteAccess = (key: string) => access('delete', { Delete: { Key: key } });
export const rangeAccess = (key: string) =>
  access('range', { Range: { Start: key, End: '', Limit: 0 } });

export const txn = (
  onSuccess: readonly Plain[],
  conditions: readonly Plain[] | null = null,
  onFailure: readonly Plain[] | null = null,
): Members => ({
  Type: 'txn',
  Txn: {
    Conditions: conditions,
    OperationsOnSuccess: onSuccess,
    OperationsOnFailure: onFailure,
  },
});
export const put = (key: string, value: string, lease = 0) => txn([putAccess(key, value, lease)]);
export const range = (start: string, end = '', limit = 0, revision = 0): Members => ({
  Type: 'range',
  Range: { Start: start, End: end, Limit: limit, Revision: revision },
});

export const nothing: Plain = { KVs: null, Count: 0, Deleted: 0 };
export const txnAnswer = (
  revision: number,
  results: readonly Plain[] = [nothing],
  failure = false,
): Members => ({ Txn: { Failure: failure, Results: results }, Revision: revision });
export const keyValue = (key: string, value: string, revision: number, version = 1): Plain => ({
  Key: key,
  Value: { Value: value },
  ModRevision: revision,
  Version: version,
});
export const rangeAnswer = (
  revision: number,
  kvs: readonly Plain[],
  count = kvs.length,
): Members => ({
  Range: { KVs: kvs, Count: count },
  Revision: revision,
});
