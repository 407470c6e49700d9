/** What the writers write, the readers take back: the same operations, and the same verdict. */

import { describe, expect, test } from 'vitest';
import {
  checkHistory,
  type History,
  HistoryError,
  type HistoryOperation,
  type Plain,
  readHistories,
  writeJepsenEdn,
  writeQuorumlabHistory,
} from '../../checker/index.ts';
import { historyKinds, randomHistory } from './random-histories.ts';

const HISTORIES = 500;

/** Every operation has a key where its model wants one. */
function historyOf(kind: string, seed: number): History {
  const { model, initial, operations } = randomHistory(kind, seed);
  const keyed = model === 'kv' || model === 'dictionary';
  return {
    model,
    initial,
    operations: keyed ? operations.map((each) => ({ key: 'x', ...each })) : operations,
  };
}

/** The operations in one order, each time as how many events of the history are earlier. */
function canonical(operations: readonly HistoryOperation[]): readonly string[] {
  const times = operations.flatMap(({ call, return: end }) =>
    end === null ? [call] : [call, end],
  );
  const rank = (time: number) => times.filter((each) => each < time).length;
  return operations
    .map((operation) => {
      const { process, f, key, value, call, return: end, output } = operation;
      const returned = end === null ? null : rank(end);
      return JSON.stringify([process, f, key, value, rank(call), returned, output ?? 'unknown']);
    })
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

const verdictOf = (history: History) => checkHistory(history).verdict;

test.each(historyKinds)('500 %s histories come back from our own format', (kind) => {
  for (let seed = 0; seed < HISTORIES; seed++) {
    const history = historyOf(kind, seed);

    expect(readHistories(writeQuorumlabHistory(history))).toEqual([history]);
  }
});

/** What EDN cannot carry, kind by kind: of these histories some are refused. */
const EDN_KINDS = historyKinds.filter((kind) => kind !== 'etcd');

test.each(EDN_KINDS)('500 %s histories come back from EDN, or are refused', (kind) => {
  let written = 0;
  for (let seed = 0; seed < HISTORIES; seed++) {
    const history = historyOf(kind, seed);
    const text = ednOf(history);
    if (text === undefined) continue;
    const { model, initial } = history;
    const reading = { model, initial, failedCas: 'observed' } as const;
    const [back] = readHistories(text, reading);
    expect(canonical(withoutUnread(back!))).toEqual(canonical(withoutUnread(history)));
    expect(verdictOf(back!)).toBe(verdictOf(history));
    written++;
  }
  expect(written).toBeGreaterThan(5);
});

function ednOf(history: History): string | undefined {
  try {
    return writeJepsenEdn(history);
  } catch (error) {
    if (error instanceof HistoryError) return undefined;
    throw error;
  }
}

/** EDN says nothing of answers that no model looks at, and has no two ways to say nothing. */
function withoutUnread({ operations }: History): readonly HistoryOperation[] {
  return operations.map((operation) => {
    const { output, ...asked } = operation;
    const isSaid = output !== undefined && (output !== null || /^(?:dequeue|pop)$/.test(asked.f));
    return isSaid ? operation : asked;
  });
}

describe('the EDN writer refuses', () => {
  const answered = (f: string, output: Plain, more = {}): HistoryOperation => {
    return { process: 1, f, call: 1, return: 2, output, ...more };
  };

  test.each([
    ['a read of null', 'register', answered('read', null), 'a read of null'],
    ['a get of null', 'kv', answered('get', null, { key: 'x' }), 'a read of null'],
    [
      'a transaction that read an empty list, and appended',
      'txn',
      answered(
        'txn',
        [
          ['r', 'x', []],
          ['append', 'x', 1],
        ],
        {
          value: [
            ['r', 'x', null],
            ['append', 'x', 1],
          ],
        },
      ),
      'among appends',
    ],
    ['what contains answered', 'set', answered('contains', true, { value: 1 }), 'no place for'],
    ['what add answered', 'set', answered('add', false, { value: 1 }), 'no place for'],
    [
      'that slice failed',
      'kv',
      answered('slice', false, { key: 'x', value: '0:1' }),
      'no place for',
    ],
    [
      'a pop of unknown answer',
      'stack',
      { process: 1, f: 'pop', call: 1, return: 2 },
      'no unknown answer of pop',
    ],
    [
      'a cas of unknown answer',
      'cas-register',
      { process: 1, f: 'cas', value: [1, 2], call: 1, return: 2 },
      'unknown answer',
    ],
    [
      'a cas to a pair',
      'cas-register',
      answered('cas', true, { value: ['x', [1, 2]] }),
      'would be taken for',
    ],
    [
      'keys that nothing shows',
      'kv',
      { process: 1, f: 'put', key: 'x', value: 1, call: 1, return: 2 },
      'nothing shows',
    ],
    [
      'requests of etcd',
      'etcd',
      { process: 1, f: 'compact', value: 1, call: 1, return: 2 },
      'no words',
    ],
  ])('%s', (_, model, operation, message) => {
    const history = { model, initial: null, operations: [operation] };

    expect(() => writeJepsenEdn(history)).toThrow(HistoryError);
    expect(() => writeJepsenEdn(history)).toThrow(message);
  });

  test('keys on some operations alone', () => {
    const write = { process: 1, f: 'write', value: 1, call: 1, return: 2 };
    const read = { process: 2, f: 'read', key: 'x', call: 1, return: 2, output: 1 };

    const history = { model: 'register', initial: null, operations: [write, read] };

    expect(() => writeJepsenEdn(history)).toThrow('operation 0: expected write to have a key');
  });
});

describe.each([
  ['our own format', writeQuorumlabHistory],
  ['EDN', writeJepsenEdn],
])('the writer of %s refuses', (_, write) => {
  const deep = (levels: number): Plain => {
    let value: Plain = 0;
    for (let level = 0; level < levels; level++) value = [value];
    return value;
  };
  const written = (value: Plain) => {
    const operations = [{ process: 1, f: 'write', value, call: 1, return: 2 }];
    return write({ model: 'register', initial: null, operations });
  };

  test.each([
    ['a number that is none', Number.NaN],
    ['an infinite number', Number.POSITIVE_INFINITY],
    ['an integer beyond 2^53', 2 ** 53],
    ['a value nested 100,000 deep', deep(100_000)],
  ])('%s', (_name, value) => {
    expect(() => written(value)).toThrow(HistoryError);
  });

  test('nothing that a reader takes', () => {
    expect(written(deep(98))).toContain('[[[');
    expect(readHistories(written(deep(98))).length).toBe(1);
  });

  test('an operation that the model does not know', () => {
    const operations = [{ process: 1, f: 'pop', call: 1, return: 2 }];

    expect(() => write({ model: 'register', initial: null, operations })).toThrow('read or write');
  });

  test('a process that does two things at a time', () => {
    const operation = { process: 1, f: 'read', call: 1, return: 4, output: 0 };
    const operations = [operation, { ...operation, call: 2 }];

    expect(() => write({ model: 'register', initial: null, operations })).toThrow(HistoryError);
  });
});

test('a process that is called again at the instant of its return comes back from EDN', () => {
  const operations = [
    { process: 1, f: 'write', value: 1, call: 0, return: 5 },
    { process: 1, f: 'write', value: 2, call: 5, return: 5 },
    { process: 1, f: 'read', call: 5, return: 9, output: 2 },
    { process: 2, f: 'read', call: 5, return: 6, output: 1 },
  ];
  const history = { model: 'cas-register', initial: null, operations };

  const [back] = readHistories(writeJepsenEdn(history));

  expect(canonical(back!.operations)).toEqual(canonical(operations));
});

test("what is written of a user's own model is read where a known one is named", () => {
  const write = { process: 4, f: 'write', value: 1, call: 0, return: 10 };
  const history = { model: 'mine', initial: null, operations: [write] };

  const text = writeQuorumlabHistory(history);

  expect(() => readHistories(text)).toThrow('expected a model: register, cas-register, kv');
  expect(() => readHistories(text, { model: 'queue' })).toThrow('f to be enqueue or dequeue');
  expect(readHistories(text, { model: 'register' })).toEqual([{ ...history, model: 'register' }]);
});
