/** The operations of etcd's robustness tests, and etcd's model. */

import { describe, expect, test } from 'vitest';
import { checkHistory, HistoryFormatError, readHistories } from '../../checker/index.ts';
import {
  deleteAccess,
  keyValue,
  line,
  put,
  putAccess,
  range,
  rangeAccess,
  rangeAnswer,
  txn,
  txnAnswer,
} from './etcd-operations.ts';

function verdictOf(...lines: readonly string[]): string | undefined {
  return readHistories(lines.join('')).map((history) => checkHistory(history).verdict)[0];
}

function errorOf(text: string): HistoryFormatError {
  try {
    readHistories(text, { format: 'etcd-robustness' });
  } catch (error) {
    if (error instanceof HistoryFormatError) return error;
    throw error;
  }
  throw new Error('the text was read without an error');
}

const empty = line(1, [0, 1], range('x'), rangeAnswer(1, []));
const putOne = line(1, [2, 3], put('x', '1'), txnAnswer(2));

describe('a run of etcd', () => {
  test('begins at revision 1 without keys, and each change is a revision', () => {
    const two = line(1, [4, 5], put('x', '2'), txnAnswer(3));
    const read = (version: number) =>
      line(1, [6, 7], range('x'), rangeAnswer(3, [keyValue('x', '2', 3, version)]));

    expect(verdictOf(empty, putOne, two, read(2))).toBe('linearizable');
    expect(verdictOf(empty, putOne, two, read(1))).toBe('not-linearizable');
  });

  test('is illegal where a read shows an older revision than a write before it', () => {
    expect(verdictOf(putOne, line(2, [4, 5], range('x'), rangeAnswer(1, [])))).toBe(
      'not-linearizable',
    );
    expect(verdictOf(putOne, line(2, [2, 5], range('x'), rangeAnswer(1, [])))).toBe('linearizable');
  });

  test('is ordered by revisions alone where requests overlap', () => {
    const b = line(2, [2, 9], put('y', '1'), txnAnswer(2));
    const a = line(1, [2, 9], put('x', '1'), txnAnswer(3));
    const read = (x: number, y: number) => {
      const kvs = [keyValue('x', '1', x), keyValue('y', '1', y)];
      return line(3, [10, 11], range('a', 'z'), rangeAnswer(3, kvs));
    };

    expect(verdictOf(a, b, read(3, 2))).toBe('linearizable');
    expect(verdictOf(a, b, read(2, 3))).toBe('not-linearizable');
  });

  test('answers ranges in the order of keys, with the count of all and up to a limit', () => {
    const puts = ['b', 'a', '\u{1f600}', '\uffee'].map((key, index) =>
      line(1, [index * 2, index * 2 + 1], put(key, '1'), txnAnswer(index + 2)),
    );
    const [b, a, smile, wide] = ['b', 'a', '\u{1f600}', '\uffee'].map((key, index) =>
      keyValue(key, '1', index + 2),
    );
    const all = line(1, [20, 21], range('a', '\0'), rangeAnswer(5, [a!, b!, wide!, smile!]));
    const two = line(1, [22, 23], range('a', '\0', 2), rangeAnswer(5, [a!, b!], 4));
    const within = line(1, [24, 25], range('a', 'b'), rangeAnswer(5, [a!]));

    expect(verdictOf(...puts, all, two, within)).toBe('linearizable');
    const wrong = line(1, [22, 23], range('a', '\0', 2), rangeAnswer(5, [a!, b!], 2));
    expect(verdictOf(...puts, wrong)).toBe('not-linearizable');
  });

  test('takes the branch of a transaction that its conditions choose', () => {
    const transaction = (revision: number) =>
      txn([putAccess('x', '2')], [{ Key: 'x', ExpectedRevision: revision }], [rangeAccess('x')]);
    const found = { KVs: [keyValue('x', '1', 2)], Count: 1, Deleted: 0 };
    const met = line(1, [4, 5], transaction(2), txnAnswer(3));
    const unmet = line(1, [4, 5], transaction(7), txnAnswer(2, [found], true));
    const lies = line(1, [4, 5], transaction(7), txnAnswer(3));

    expect(verdictOf(putOne, met)).toBe('linearizable');
    expect(verdictOf(putOne, unmet)).toBe('linearizable');
    expect(verdictOf(putOne, lies)).toBe('not-linearizable');
  });

  test('compares the version of a key where the condition has one', () => {
    const condition = { Key: 'x', ExpectedRevision: 0, ExpectedVersion: 1 };
    const write = txn([putAccess('x', '2')], [condition]);

    expect(verdictOf(putOne, line(1, [4, 5], write, txnAnswer(3)))).toBe('linearizable');
    expect(verdictOf(line(1, [4, 5], write, txnAnswer(2)))).toBe('not-linearizable');
  });

  test('counts what a delete deleted, and makes no revision of nothing', () => {
    const deleted = (count: number) => [{ KVs: null, Count: 0, Deleted: count }];
    const first = line(1, [4, 5], txn([deleteAccess('x')]), txnAnswer(3, deleted(1)));
    const second = line(1, [6, 7], txn([deleteAccess('x')]), txnAnswer(3, deleted(0)));

    expect(verdictOf(putOne, first, second)).toBe('linearizable');
    const third = line(1, [6, 7], txn([deleteAccess('x')]), txnAnswer(3, deleted(1)));
    expect(verdictOf(putOne, first, third)).toBe('not-linearizable');
  });

  test('shows at a past revision what was stored then', () => {
    const two = line(1, [4, 5], put('x', '2'), txnAnswer(3));
    const past = (value: string, revision: number) => {
      return line(
        1,
        [6, 7],
        range('x', '', 0, 2),
        rangeAnswer(revision, [keyValue('x', value, 2)]),
      );
    };

    expect(verdictOf(putOne, two, past('1', 3))).toBe('linearizable');
    expect(verdictOf(putOne, two, past('2', 3))).toBe('not-linearizable');
    expect(verdictOf(putOne, two, past('1', 2))).toBe('not-linearizable');
  });

  test('shows the past after more changes than are kept one by one', () => {
    const lines = Array.from({ length: 200 }, (_, index) =>
      line(
        1,
        [2 * index, 2 * index + 1],
        put(`k${index % 7}`, String(index)),
        txnAnswer(index + 2),
      ),
    );
    const past = (index: number) => {
      const kv = keyValue(`k${index % 7}`, String(index), index + 2, Math.floor(index / 7) + 1);
      return line(1, [500, 501], range(`k${index % 7}`, '', 0, index + 2), rangeAnswer(201, [kv]));
    };

    for (const index of [0, 1, 63, 64, 65, 130, 199]) {
      expect(verdictOf(...lines, past(index))).toBe('linearizable');
    }
  });

  test('deletes the keys of a lease that is revoked, and no others', () => {
    const lease = 7587869143513276000;
    const digits = '7587869143513276162';
    const lines = [
      line(1, [0, 1], { Type: 'leaseGrant', LeaseGrant: { LeaseID: lease } }, grantAnswer(1)),
      line(1, [2, 3], put('x', '1', lease), txnAnswer(2)),
      line(1, [4, 5], put('y', '1'), txnAnswer(3)),
      line(1, [6, 7], { Type: 'leaseRevoke', LeaseRevoke: { LeaseID: lease } }, revokeAnswer(4)),
      line(1, [8, 9], range('a', 'z'), rangeAnswer(4, [keyValue('y', '1', 3)])),
    ].map((each) => each.replaceAll(String(lease), digits));

    expect(verdictOf(...lines)).toBe('linearizable');
    const other = lines[3]!.replace(digits, digits.replace('6162', '6163'));
    expect(verdictOf(...lines.slice(0, 3), other)).toBe('not-linearizable');
  });

  test('forgets what was compacted, and refuses to compact it again', () => {
    const compact = (revision: number) => ({ Type: 'compact', Compact: { Revision: revision } });
    const done = { Compact: {}, Revision: -1 };
    const refused = { ClientError: 'mvcc: required revision has been compacted' };
    const lines = [putOne, line(1, [4, 5], compact(2), done)];

    expect(verdictOf(...lines, line(1, [6, 7], compact(2), refused))).toBe('linearizable');
    expect(verdictOf(...lines, line(1, [6, 7], compact(2), done))).toBe('not-linearizable');
    expect(verdictOf(...lines, line(1, [6, 7], range('x', '', 0, 1), refused))).toBe(
      'linearizable',
    );
  });

  test('says by its failed requests that they may or may not have happened', () => {
    const failed = line(1, [4, -1], put('x', '2'), { Error: 'timeout' });
    const read = (value: string, revision: number, version: number) =>
      line(2, [6, 7], range('x'), rangeAnswer(revision, [keyValue('x', value, revision, version)]));

    expect(verdictOf(putOne, failed, read('1', 2, 1))).toBe('linearizable');
    expect(verdictOf(putOne, failed, read('2', 3, 2))).toBe('linearizable');
    expect(verdictOf(putOne, failed, read('2', 4, 2))).toBe('not-linearizable');
  });

  test('says nothing by a read that failed, after which its client goes on', () => {
    const failed = line(1, [4, 5], range('x'), { Error: 'timeout' });

    expect(verdictOf(putOne, failed, line(1, [6, 7], put('x', '2'), txnAnswer(3)))).toBe(
      'linearizable',
    );
  });

  test('keeps of a long value its hash', () => {
    const long = line(1, [0, 1], txn([putAccess('x', 'abcdefghijklmnopqrstuvwxyz')]), txnAnswer(2));
    const hashed = (hash: number) => {
      const kv = { Key: 'x', Value: { Hash: hash }, ModRevision: 2, Version: 1 };
      return line(1, [2, 3], range('x'), rangeAnswer(2, [kv]));
    };

    // The 32-bit FNV-1a of the alphabet.
    expect(verdictOf(long, hashed(0xb0bc0c82))).toBe('linearizable');
    expect(verdictOf(long, hashed(0xb0bc0c83))).toBe('not-linearizable');
  });

  test('is judged by the revision alone where only that is known', () => {
    const persisted = { Persisted: true, PersistedRevision: 2 };

    expect(verdictOf(line(1, [0, 1], put('x', '1'), persisted))).toBe('linearizable');
    expect(verdictOf(putOne, line(1, [4, 5], put('x', '1'), persisted))).toBe('not-linearizable');
  });

  test('is read as the tests of 2023 wrote it, without versions', () => {
    const early =
      '{"ClientId":4,"Input":{"Type":"range","LeaseGrant":null,"LeaseRevoke":null,"Range":' +
      '{"Start":"x","End":"","Limit":0,"Revision":0},"Txn":null,"Defragment":null},"Call":7,' +
      '"Output":{"Txn":null,"Range":{"KVs":[{"Key":"x","Value":{"Value":"1","Hash":0},' +
      '"ModRevision":2}],"Count":1},"LeaseGrant":null,"LeaseRevoke":null,"Defragment":null,' +
      '"Revision":2,"PartialResponse":false,"Error":""},"Return":8}\n';

    expect(verdictOf(putOne, early)).toBe('linearizable');
    expect(verdictOf(early)).toBe('not-linearizable');
  });

  test('is judged in 100,000 steps with 2,000 requests of 10 clients and 20 failures', () => {
    const lines = Array.from({ length: 2_000 }, (_, index) => {
      const times = [10 * index, 10 * index + 95] as const;
      const request = put(`k${index % 50}`, String(index));
      const answer = index % 100 === 50 ? { Error: 'timeout' } : txnAnswer(index + 2);
      return line(index % 100 === 50 ? 1000 + index : index % 10, times, request, answer);
    });
    const [history] = readHistories(lines.join(''));

    expect(checkHistory(history!, { maxSteps: 100_000 }).verdict).toBe('linearizable');
  });
});

const grantAnswer = (revision: number) => ({ LeaseGrant: { LeaseID: 0 }, Revision: revision });
const revokeAnswer = (revision: number) => ({ LeaseRevoke: {}, Revision: revision });

describe('the reader of etcd operations refuses', () => {
  const get = line(1, [0, 1], range('x'), rangeAnswer(1, []));
  const write = line(1, [0, 1], put('x', '1'), txnAnswer(2));

  test.each([
    ['a request of another kind', get.replace('"Type":"range"', '"Type":"watch"'), 'a Type:'],
    ['a member it does not know', get.replace('"Call"', '"Cal"'), 'an operation to have one of'],
    ['a request without its body', get.replace(/"Range":\{[^}]*\}/, '"Range":null'), 'an object'],
    ['two bodies', get.replace('"Txn":null', '"Txn":{}'), 'null as Txn of a range'],
    ['an answer to what was not asked', answered(get, '"Txn":null', '"Txn":{}'), 'null as Txn'],
    ['no answer', answered(get, /"Range":\{.*?\}/, '"Range":null'), 'the answer of a range'],
    ['a member left out', get.replace('"Limit":0,', ''), '"Limit" in Range'],
    ['a time in quotes', get.replace('"Call":0', '"Call":"0"'), 'an integer as Call'],
    ['a return before the call', get.replace('"Call":0', '"Call":5'), 'a Return not before'],
    ['too few results', write.replace(/"Results":\[.*?\]/, '"Results":[]'), '1 Results, one'],
    ['a put that deleted', write.replace('"Deleted":0', '"Deleted":1'), '0 as Deleted of a put'],
    [
      'another error as an answer',
      get.replace(/"Range":\{"KVs.*?\}/, '"Range":null').replace('Error":""', 'Error":"x"'),
      '"mvcc: required',
    ],
    ['a client that overlaps itself', get + write, "the end of client 1's request of line 1"],
    [
      'a client that goes on after a failure',
      line(1, [0, -1], put('x', '1'), { Error: 'e' }) +
        line(1, [4, 5], put('x', '1'), txnAnswer(2)),
      "the end of client 1's request of line 1",
    ],
    ['an operation cut off', get.slice(0, 100), 'a member name'],
    ['an array of operations', `[${get}]`, 'an object as an operation'],
    ['a repeated member', get.replace('"Call":0', '"Call":0,"Call":0'), 'each name once'],
  ])('%s', (_, text, expected) => {
    const error = errorOf(text);

    expect(error.message).toContain(expected);
    expect(error.column).toBeGreaterThan(0);
  });

  function answered(text: string, what: string | RegExp, by: string): string {
    const [input = '', output = ''] = text.split('"Output":');
    return `${input}"Output":${output.replace(what, by)}`;
  }

  test('at the line and column of the mistake', () => {
    const text = `${write}\n${get.replace('"Limit":0', '"Limit":0.5')}`;

    const error = errorOf(text);

    expect(error.line).toBe(3);
    expect(text.split('\n')[2]!.slice(error.column - 1)).toMatch(/^0\.5/);
    expect(error.found).toBe('0.5');
  });
});

test('operations of etcd may be spread over lines, with nothing between them', () => {
  const pretty = [empty, putOne].map((each) => JSON.stringify(JSON.parse(each), null, 2)).join('');

  expect(readHistories(pretty)).toEqual(readHistories(empty + putOne));
});
