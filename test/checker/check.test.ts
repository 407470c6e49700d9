/** What a check answers and shows, and how it keeps to its budget. */

import { describe, expect, test } from 'vitest';
import {
  checkHistory,
  checkLinearizable,
  type HistoryOperation,
  type Model,
  models,
  REFUSED,
} from '../../checker/index.ts';

type Interval = readonly [process: number, call: number, returned: number | null];

const write = ([process, call, returned]: Interval, value: number): HistoryOperation => {
  return { process, f: 'write', value, call, return: returned };
};
const read = ([process, call, returned]: Interval, output: number | null): HistoryOperation => {
  return { process, f: 'read', call, return: returned, output };
};
const swap = ([process, call, returned]: Interval, from: number | null, to: number) => {
  return { process, f: 'cas', value: [from, to], call, return: returned, output: true };
};
/**
 * A swap from each of six values to each other one, all at once, and a read that none of them
 * explains: every walk through a complete graph must be tried.
 */
const hard: readonly HistoryOperation[] = [
  swap([0, 0, 1000], null, 0),
  ...Array.from({ length: 36 }, (_, index) => [Math.floor(index / 6), index % 6] as const)
    .filter(([from, to]) => from !== to)
    .map(([from, to], index) => swap([1 + index, 0, 1000], from, to)),
  write([60, 1002, 1003], 7),
  read([60, 1004, 1005], 1),
];

describe('a linearizable history', () => {
  test('comes with an order that explains it, on request', () => {
    const operations = [write([0, 0, 9], 1), read([1, 1, 2], 1), read([2, 3, 4], 1)];

    const result = checkLinearizable(models.register, operations, { evidence: true });

    expect(result).toMatchObject({ verdict: 'linearizable', witness: [0, 1, 2] });
  });

  test('may hold a read that returns at the instant at which the write is called', () => {
    const operations = [read([0, 1, 5], 7), write([1, 5, 9], 7)];

    expect(checkLinearizable(models.register, operations).verdict).toBe('linearizable');
  });

  test('may hold a write that never returned, and was seen much later', () => {
    const operations = [write([0, 0, null], 1), read([1, 1, 2], null), read([1, 900, 901], 1)];

    expect(checkLinearizable(models.register, operations).verdict).toBe('linearizable');
  });

  test('is linearizable without any operation', () => {
    expect(checkLinearizable(models.queue, []).verdict).toBe('linearizable');
  });
});

describe('the counterexample', () => {
  const operations = [
    write([0, 0, 100], 3),
    read([1, 10, 60], 3),
    { ...write([0, 200, 640], 4) },
    read([1, 300, 310], 3),
    read([2, 700, 812], 3),
    read([1, 900, 950], 4),
  ];
  const names = { time: (time: number) => `${time} ms` };
  const { counterexample } = checkLinearizable(models.register, operations, {
    evidence: true,
    names,
  });

  test('names the operation whose return no order explains', () => {
    expect(counterexample?.failing).toBe(4);
  });

  test('keeps the write that the late read can have seen', () => {
    expect(counterexample?.operations).toEqual([0, 2, 4]);
  });

  test('says in one sentence what happened', () => {
    expect(counterexample?.sentence).toBe(
      'c2 read = 3 at 812 ms, but write = 4 by c0 had completed at 640 ms',
    );
  });

  test('shows the longest orders that explain a part', () => {
    expect(counterexample?.partial).toEqual([[0, 2]]);
  });

  test('is about one key', () => {
    const keyed = [
      { process: 0, f: 'put', key: 'x', value: 1, call: 0, return: 1 },
      { process: 1, f: 'put', key: 'y', value: 1, call: 0, return: 1 },
      { process: 1, f: 'get', key: 'y', call: 2, return: 3, output: 2 },
    ];

    const result = checkLinearizable(models.kv, keyed, { evidence: true });

    expect(result.counterexample).toMatchObject({ object: 'y', operations: [2], failing: 2 });
  });
});

describe('the counterexample of a long history', () => {
  /** Writes and reads of one process after another, then a read of the value before the last. */
  const long: HistoryOperation[] = [];
  for (let value = 1; value <= 3_000; value++) {
    long.push(write([0, 4 * value, 4 * value + 1], value));
    long.push(read([1, 4 * value + 2, 4 * value + 3], value));
  }
  long.push(read([2, 20_000, 20_001], 2_999));

  test('is three operations', () => {
    const { counterexample } = checkLinearizable(models.register, long, { evidence: true });

    expect(counterexample?.minimal).toBe(true);
    expect(counterexample?.operations.map((index) => long[index]?.f).sort()).toEqual([
      'read',
      'write',
      'write',
    ]);
  });
});

describe('a budget', () => {
  /** Without it no test applies, so that it is the search that the budget ends. */
  const { registerAccess: _, ...searched } = models['cas-register'];

  test('of steps ends the check as unknown, with the reason', () => {
    const result = checkLinearizable(searched, hard, { maxSteps: 500 });

    expect(result).toMatchObject({ verdict: 'unknown', reason: 'steps' });
    expect(result.steps).toBeLessThan(600);
  });

  test('of memory ends the check as unknown, and is kept to', () => {
    const maxMemoryBytes = 100_000;

    const result = checkLinearizable(searched, hard, { maxMemoryBytes });

    expect(result).toMatchObject({ verdict: 'unknown', reason: 'memory' });
    expect(result.peakBytes).toBeLessThanOrEqual(maxMemoryBytes);
  });

  test('of time ends the check when the caller says so', () => {
    let questions = 0;
    const shouldStop = () => ++questions > 10;

    const result = checkLinearizable(searched, hard, { shouldStop });

    expect(result).toMatchObject({ verdict: 'unknown', reason: 'time' });
    expect(questions).toBe(11);
  });

  test('that one object exhausts does not hide that another is illegal', () => {
    const store = [
      ...hard.map((operation) => ({ ...operation, key: 'hard' })),
      ...Array.from({ length: 60 }, (_, index) => {
        return { ...write([200, 2 * index, 2 * index + 1], index % 2), key: 'large' };
      }),
      { ...read([200, 200, 201], 0), key: 'large' },
    ];

    const result = checkLinearizable(searched, store, { maxMemoryBytes: 100_000 });

    expect(result.verdict).toBe('not-linearizable');
  });
});

describe('a model of the user', () => {
  /** A lock that only its holder may release. */
  const ownedLock: Model<number | null> = {
    name: 'owned lock',
    seesProcess: true,
    init: () => null,
    step: (holder, { f, process }) => {
      if (f === 'acquire') return holder === null ? { ok: true, next: process } : REFUSED;
      return holder === process ? { ok: true, next: null } : REFUSED;
    },
  };
  const acquire = { process: 1, f: 'acquire', call: 0, return: 1 };

  test('may look at the process that asks', () => {
    const own = [acquire, { process: 1, f: 'release', call: 2, return: 3 }];
    const foreign = [acquire, { process: 2, f: 'release', call: 2, return: 3 }];

    const verdicts = [own, foreign].map((each) => checkLinearizable(ownedLock, each).verdict);

    expect(verdicts).toEqual(['linearizable', 'not-linearizable']);
  });
});

describe('a check refuses', () => {
  test('a model that it does not know', () => {
    const history = { model: 'teapot', initial: null, operations: [] };

    expect(() => checkHistory(history)).toThrow(/unknown model "teapot"; expected one of register/);
  });

  test('a return before its call', () => {
    const operations = [write([0, 5, 4], 1)];

    expect(() => checkLinearizable(models.register, operations)).toThrow(
      'operation 0 returns at 4, before its call at 5',
    );
  });
});
