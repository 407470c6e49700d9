/** Session guarantees: what each of them refuses, and what is shown for that. */

import { describe, expect, test } from 'vitest';
import { record, registerWorkload } from '../../bench/check-histories.ts';
import {
  checkLinearizable,
  checkSessions,
  GUARANTEES,
  type Guarantee,
  HistoryError,
  type HistoryOperation,
  models,
  UnsupportedModelError,
} from '../../checker/index.ts';
import { replicatedHistory } from './replicated-histories.ts';
import { get, put } from './store-operations.ts';

const names = { time: (time: number) => `${time} ms` };

/** Which guarantees do not hold, each alone. */
function brokenAlone(operations: readonly HistoryOperation[]): readonly Guarantee[] {
  const { guarantees } = checkSessions(models.kv, operations);
  return GUARANTEES.filter((each) => guarantees[each]?.verdict === 'inconsistent');
}

/** What all four together, and any three of them, say. */
function verdictsWithout(operations: readonly HistoryOperation[]) {
  const without = GUARANTEES.map((left) => {
    const guarantees = GUARANTEES.filter((each) => each !== left);
    return [left, checkSessions(models.kv, operations, { guarantees }).verdict] as const;
  });
  return { all: checkSessions(models.kv, operations).verdict, ...Object.fromEntries(without) };
}

describe('read your writes', () => {
  const operations = [put([0, 0, 10], 'x', 1), get([0, 20, 30], 'x', null)];

  test('is broken by a process that misses its own write', () => {
    expect(brokenAlone(operations)).toEqual(['read-your-writes']);
  });

  test('is said to be so', () => {
    const { counterexample } = checkSessions(models.kv, operations, { evidence: true, names });

    expect(counterexample).toMatchObject({ operations: [0, 1], failing: 1, object: 'x' });
    expect(counterexample?.sentence).toBe('c0 get x = null at 30 ms after its put x = 1');
  });

  test('is kept by a process that sees what was written over its own', () => {
    const later = [put([0, 0, 10], 'x', 1), put([1, 0, 10], 'x', 2), get([0, 20, 30], 'x', 2)];

    expect(brokenAlone(later)).toEqual([]);
  });

  test('is broken by two processes that each see only the other write', () => {
    const crossed = [
      put([0, 0, 10], 'x', 1),
      put([1, 0, 10], 'x', 2),
      get([0, 20, 30], 'x', 2),
      get([1, 20, 30], 'x', 1),
    ];

    expect(brokenAlone(crossed)).toEqual(['read-your-writes']);
  });
});

describe('monotonic reads', () => {
  const operations = [
    put([0, 0, 10], 'x', 3),
    put([1, 0, 10], 'x', 4),
    get([2, 20, 30], 'x', 3),
    get([2, 40, 50], 'x', 4),
    get([3, 20, 30], 'x', 4),
    get([3, 40, 812], 'x', 3),
  ];

  test('are broken by two processes that see two writes in two orders', () => {
    expect(brokenAlone(operations)).toEqual(['monotonic-reads']);
  });

  test('are said to be so', () => {
    const { counterexample } = checkSessions(models.kv, operations, { evidence: true, names });

    expect(counterexample?.operations).toHaveLength(6);
    expect(counterexample?.sentence).toContain(
      'c3 get x = 3 at 812 ms after its get x = 4, so put x = 4 came before put x = 3',
    );
  });

  test('are broken by a process that goes back to the initial value', () => {
    const back = [put([0, 0, 10], 'x', 3), get([1, 20, 30], 'x', 3), get([1, 40, 50], 'x', null)];

    expect(brokenAlone(back)).toEqual(['monotonic-reads']);
  });
});

test('monotonic writes are what lets nobody see the second of two without the first', () => {
  const operations = [
    put([0, 0, 10], 'x', 1),
    put([0, 20, 30], 'y', 1),
    get([1, 40, 50], 'y', 1),
    get([1, 60, 70], 'x', null),
  ];

  expect(brokenAlone(operations)).toEqual([]);
  expect(verdictsWithout(operations)).toEqual({
    all: 'inconsistent',
    'read-your-writes': 'inconsistent',
    'monotonic-reads': 'consistent',
    'monotonic-writes': 'consistent',
    'writes-follow-reads': 'inconsistent',
  });
});

test('writes that follow reads are what lets nobody see an answer without the question', () => {
  const operations = [
    put([0, 0, 10], 'question', 1),
    get([1, 20, 30], 'question', 1),
    put([1, 40, 50], 'answer', 1),
    get([2, 60, 70], 'answer', 1),
    get([2, 80, 90], 'question', null),
  ];

  expect(brokenAlone(operations)).toEqual([]);
  expect(verdictsWithout(operations)).toMatchObject({
    all: 'inconsistent',
    'monotonic-reads': 'consistent',
    'writes-follow-reads': 'consistent',
  });
});

describe('every guarantee', () => {
  test('is broken by an answer from the future', () => {
    const operations = [get([0, 0, 10], 'x', 1), put([1, 20, 30], 'x', 1)];

    expect(brokenAlone(operations)).toEqual(GUARANTEES);
    expect(checkSessions(models.kv, operations, { evidence: true }).counterexample).toMatchObject({
      operations: [0, 1],
      sentence: 'c0 get x = 1 at 10, but nothing called by then can have led to that',
    });
  });

  test('is kept where only real time is not', () => {
    const operations = [put([0, 0, 10], 'x', 1), get([1, 20, 30], 'x', null)];

    expect(checkSessions(models.kv, operations, { evidence: true })).toMatchObject({
      verdict: 'consistent',
      witness: [0],
    });
  });

  test('is decided alone where only it is asked for', () => {
    const operations = [put([0, 0, 10], 'x', 1), get([0, 20, 30], 'x', null)];

    const result = checkSessions(models.kv, operations, { guarantees: ['monotonic-reads'] });

    expect(result.verdict).toBe('consistent');
    expect(Object.keys(result.guarantees)).toEqual(['monotonic-reads']);
  });
});

test('a swap that never returned cannot hand on what was written after it had been seen', () => {
  const operations: readonly HistoryOperation[] = [
    { process: 0, f: 'cas', key: 'y', value: [2, 1], call: 3, return: null },
    put([3, 6, 9], 'y', 2),
    get([1, 0, 3], 'y', 1),
  ];

  expect(brokenAlone(operations)).toEqual(['writes-follow-reads']);
});

test('a value written twice may have been seen from either write', () => {
  const operations = [
    put([0, 0, 10], 'x', 1),
    put([0, 20, 30], 'x', 2),
    put([1, 0, 10], 'x', 1),
    get([2, 40, 50], 'x', 2),
    get([2, 60, 70], 'x', 1),
  ];

  expect(checkSessions(models.kv, operations).verdict).toBe('consistent');
  const once = operations.filter((_, index) => index !== 2);
  expect(checkSessions(models.kv, once).verdict).toBe('inconsistent');
});

describe('a history that cannot be judged', () => {
  test('is one of a model without registers', () => {
    expect(() => checkSessions(models.list, [])).toThrow(UnsupportedModelError);
    expect(() => checkSessions(models.list, [])).toThrow(/register, cas-register and kv/);
  });

  test('is one with an operation that is no access to a register', () => {
    const append: HistoryOperation = {
      process: 0,
      f: 'append',
      key: 'x',
      value: 'a',
      call: 0,
      return: 1,
    };

    expect(() => checkSessions(models.kv, [append])).toThrow(HistoryError);
  });

  test.each([
    ['steps', { maxSteps: 10 }],
    ['memory', { maxMemoryBytes: 1_000 }],
    ['time', { shouldStop: () => true }],
  ] as const)('is one for which there is not enough %s', (reason, budget) => {
    const operations = replicatedHistory({
      ...{ operations: 100, processes: 4, keys: 2, seed: 1 },
      values: 0,
    });

    const result = checkSessions(models.kv, operations, budget);

    expect(result).toMatchObject({ verdict: 'unknown', reason });
  });
});

test('a store whose copies lag, but for own writes, keeps all over 3,000 operations', () => {
  const shape = { operations: 3_000, processes: 10, keys: 10, seed: 1 };

  for (const values of [0, 50]) {
    expect(checkSessions(models.kv, replicatedHistory({ ...shape, values })).verdict).toBe(
      'consistent',
    );
  }
});

describe('a linearizable history of five values', () => {
  const { operations } = record(registerWorkload('cas', 5), {
    ...{ operations: 5_000, clients: 10, pending: 20, seed: 1 },
  });
  const result = checkSessions(models['cas-register'], operations, {
    evidence: true,
    maxSteps: 200_000,
  });

  test('keeps each guarantee, and all, by its linearization', () => {
    expect(result.verdict).toBe('consistent');
    for (const guarantee of GUARANTEES) {
      expect(result.guarantees[guarantee]?.verdict).toBe('consistent');
    }
  });

  test('has its writes arbitrated in that order', () => {
    const whole = checkLinearizable(models['cas-register'], operations, { evidence: true });
    const isWrite = (index: number) => {
      const { f, output } = operations[index]!;
      return f === 'write' || (f === 'cas' && output !== false);
    };

    expect(result.witness).toEqual(whole.witness?.filter(isWrite));
    expect(result.witness?.length).toBeGreaterThan(1_000);
  });
});

describe('a read whose answer is not known', () => {
  const own = (call: number) => [0, call, call + 1] as const;
  const operations = [
    put(own(0), 'x', 1),
    { process: 0, f: 'get', key: 'x', call: 2, return: 3 },
    put(own(4), 'x', 2),
    get(own(6), 'x', 1),
  ];

  test('has seen what must be visible to it, and its process writes after that', () => {
    const guarantees = ['read-your-writes', 'writes-follow-reads'] as const;
    const { verdict, counterexample } = checkSessions(models.kv, operations, {
      guarantees,
      evidence: true,
    });

    expect(verdict).toBe('inconsistent');
    expect(counterexample).toMatchObject({ operations: [0, 1, 2, 3], minimal: true });
  });

  test('does nothing where no guarantee goes through it', () => {
    const guarantees = ['read-your-writes'] as const;

    expect(checkSessions(models.kv, operations, { guarantees }).verdict).toBe('consistent');
  });
});

test('operations that touch are in order for their session, though not for real time', () => {
  const operations = [
    { process: 0, f: 'write', value: 1, call: 0, return: 10 },
    { process: 0, f: 'read', output: null, call: 10, return: 20 },
  ];

  expect(checkLinearizable(models.register, operations).verdict).toBe('linearizable');
  expect(checkSessions(models.register, operations).guarantees).toMatchObject({
    'read-your-writes': { verdict: 'inconsistent' },
  });
});
