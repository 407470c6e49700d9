/** What answers show of requests of etcd that failed. */

import { describe, expect, test } from 'vitest';
import { checkHistory, type Plain, readHistories } from '../../checker/index.ts';
import { keyValue, line, put, range, rangeAnswer, txnAnswer } from './etcd-operations.ts';
import { sampleFile } from './sample-files.ts';

function verdictOf(...lines: readonly string[]): string | undefined {
  return readHistories(lines.join('')).map((history) => checkHistory(history).verdict)[0];
}

function membersOf(value: Plain | undefined): { readonly [name: string]: Plain } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value));
}

describe('a failed request that somebody saw the effect of', () => {
  const failed = line(1, [2, -1], put('x', 'lost'), { Error: 'timeout' });
  const seen = (end: number) =>
    line(2, [3, end], range('x'), rangeAnswer(2, [keyValue('x', 'lost', 2)]));

  test('took effect at the revision that was seen, before the first who saw it', () => {
    const [history] = readHistories(
      failed + seen(9) + seen(7).replace('"ClientId":2', '"ClientId":3'),
    );

    expect(history?.operations[0]).toMatchObject({ call: 2, return: 7, output: { revision: 2 } });
  });

  test('is open for ever if another request puts the same', () => {
    const other = line(4, [2, -1], put('x', 'lost'), { Error: 'timeout' });

    const [history] = readHistories(failed + other + seen(9));

    expect(history?.operations.map((operation) => operation.return)).toEqual([null, null, 9]);
  });

  test('is open for ever if it was seen before it was asked for', () => {
    const early = seen(9).replace('"Call":3', '"Call":0').replace('"Return":9', '"Return":1');

    expect(verdictOf(failed, early)).toBe('not-linearizable');
  });

  test('may, if it was not seen, have made only revisions that no answer accounts for', () => {
    const unseen = line(1, [2, -1], put('y', 'lost'), { Error: 'timeout' });
    const jump = line(2, [4, 5], put('x', '1'), txnAnswer(3));
    const gone = line(3, [6, 7], range('y'), rangeAnswer(3, []));

    const possible = [[], [jump], [jump, gone]].map((others) => {
      const [history] = readHistories(unseen + others.join(''));
      return membersOf(history?.operations[0]?.value).revisions;
    });

    expect(possible).toEqual([[], [2], []]);
    expect(verdictOf(unseen, jump)).toBe('linearizable');
    expect(verdictOf(unseen, jump, gone)).toBe('not-linearizable');
  });

  test('is left as it is where revisions are without number', () => {
    const far = line(2, [4, 5], put('x', '1'), txnAnswer(9_000_000_000_000_000));

    const [history] = readHistories(failed + far);

    expect(membersOf(history?.operations[0]?.value).revisions).toBeUndefined();
  });

  test('costs no search: 30 of 600, of which half took effect, in 50,000 steps', () => {
    const stored = new Map<string, Plain>();
    let revision = 1;
    const lines = Array.from({ length: 600 }, (_, index) => {
      const times = [10 * index, 10 * index + 45] as const;
      const key = `k${(index * 5) % 7}`;
      const kv = stored.get(key);
      if (index % 3 === 0) {
        return line(index, times, range(key), rangeAnswer(revision, kv === undefined ? [] : [kv]));
      }
      const fails = index % 20 === 10;
      if (!fails || index % 40 === 10) {
        revision++;
        stored.set(key, { Key: key, Value: { Value: String(index) }, ModRevision: revision });
      }
      const answer = fails ? { Error: 'timeout' } : txnAnswer(revision);
      return line(index, [times[0], fails ? -1 : times[1]], put(key, String(index)), answer);
    });

    const [history] = readHistories(lines.join(''));

    expect(checkHistory(history!, { maxSteps: 50_000 }).verdict).toBe('linearizable');
  });

  test('makes no other verdict, in 3,000 files, than one that is open for ever', () => {
    let observed = 0;
    let illegal = 0;
    for (let seed = 0; seed < 3_000; seed++) {
      const text = sampleFile('etcd-robustness', seed);
      const [history] = readHistories(text);
      const errors = text
        .trim()
        .split('\n')
        .map((each) => !each.includes('"Error":""'));
      const operations = history!.operations.map((operation, index) => {
        if (errors[index] !== true) return operation;
        const { process, f, call } = operation;
        const { revisions: _, ...value } = membersOf(operation.value);
        return { process, f, value, call, return: null };
      });
      if (operations.some((each, index) => each.return !== history!.operations[index]?.return)) {
        observed++;
      }
      const verdict = checkHistory(history!).verdict;
      if (verdict === 'not-linearizable') illegal++;
      expect([text, verdict]).toEqual([text, checkHistory({ ...history!, operations }).verdict]);
    }
    expect(observed).toBeGreaterThan(100);
    expect(illegal).toBeGreaterThan(100);
  });
});
