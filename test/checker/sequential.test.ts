/** Sequential consistency: what it allows, what it refuses, and what is shown for that. */

import { describe, expect, test } from 'vitest';
import {
  checkLinearizable,
  checkSequential,
  HistoryError,
  type HistoryOperation,
  models,
} from '../../checker/index.ts';
import { isSequentialByDefinition, isSequentialWitness } from './level-definitions.ts';
import { Dice } from './random-histories.ts';
import { replicatedHistory } from './replicated-histories.ts';
import { get, put } from './store-operations.ts';

/** Each process writes one register and then misses what the other has written. */
const storeBuffers = [
  put([0, 0, 10], 'x', 1),
  get([0, 20, 30], 'y', null),
  put([1, 0, 10], 'y', 1),
  get([1, 20, 30], 'x', null),
];

describe('a sequentially consistent history', () => {
  test('may have reads that are late in real time', () => {
    const operations = [put([0, 0, 10], 'x', 1), get([1, 20, 30], 'x', null)];

    expect(checkLinearizable(models.kv, operations).verdict).toBe('not-linearizable');
    expect(checkSequential(models.kv, operations, { evidence: true })).toMatchObject({
      verdict: 'consistent',
      witness: [1, 0],
    });
  });

  test('may see a write that is called only later', () => {
    const operations = [get([0, 0, 10], 'x', 1), put([1, 20, 30], 'x', 1)];

    expect(checkSequential(models.kv, operations).verdict).toBe('consistent');
  });

  test('may hold a write that never returned, seen or not', () => {
    const operations = [
      put([0, 0, null], 'x', 1),
      put([1, 0, null], 'x', 2),
      get([2, 5, 6], 'x', null),
      get([2, 7, 8], 'x', 2),
    ];

    expect(checkSequential(models.kv, operations, { evidence: true })).toMatchObject({
      verdict: 'consistent',
      witness: [2, 1, 3],
    });
  });

  test('keeps the order of a process whose operations touch; linearizability does not', () => {
    const operations = [put([0, 0, 5], 'x', 1), get([0, 5, 9], 'x', null)];

    expect(checkLinearizable(models.kv, operations).verdict).toBe('linearizable');
    expect(checkSequential(models.kv, operations).verdict).toBe('inconsistent');
  });
});

describe('a history that is not sequentially consistent', () => {
  test('may be so though each of its objects is', () => {
    for (const key of ['x', 'y']) {
      const own = storeBuffers.filter((operation) => operation.key === key);
      expect(checkSequential(models.kv, own).verdict).toBe('consistent');
    }
    expect(checkSequential(models.kv, storeBuffers).verdict).toBe('inconsistent');
  });

  test('is shown by a circle of operations', () => {
    const more = Array.from({ length: 20 }, (_, index) =>
      put([2, 100 + 10 * index, 101 + 10 * index], 'z', index),
    );

    const { counterexample } = checkSequential(models.kv, [...more, ...storeBuffers], {
      evidence: true,
    });

    expect(counterexample).toMatchObject({ object: null, minimal: true, failing: 23 });
    expect([...(counterexample?.operations ?? [])].sort((a, b) => a - b)).toEqual([20, 21, 22, 23]);
    expect(counterexample?.sentence).toBe(
      'each of these must come before the next, and the last before the first: ' +
        'c0 put x = 1, c0 get y = null, c1 put y = 1, c1 get x = null',
    );
  });

  test('is shown without a read of what nobody wrote, if it has none', () => {
    const operations = [
      put([0, 0, 10], 'x', 1),
      put([0, 20, 30], 'x', 2),
      get([1, 40, 50], 'x', 2),
      get([1, 60, 70], 'x', 1),
    ];

    const { counterexample } = checkSequential(models.kv, operations, { evidence: true });

    expect(counterexample).toMatchObject({ object: 'x', operations: [0, 1, 2, 3] });
  });

  test('is shown in the order given, where a process calls twice at one instant', () => {
    const operations: readonly HistoryOperation[] = [
      put([2, 0, 0], 'x', 1),
      put([1, 3, 9], 'x', 2),
      { process: 2, f: 'cas', key: 'x', value: [1, 3], call: 0, return: 0, output: true },
      { process: 2, f: 'cas', key: 'x', value: [3, 5], call: 3, return: 9, output: true },
      get([2, 11, 18], 'x', 3),
    ];

    const { counterexample } = checkSequential(models.kv, operations, { evidence: true });

    const small = counterexample?.operations.map((index) => operations[index]!) ?? [];
    expect(isSequentialByDefinition(models.kv, null, small)).toBe(false);
  });

  test('is shown by that read alone, if it has one', () => {
    const operations = [...storeBuffers, get([2, 50, 60], 'x', 7)];

    const { counterexample } = checkSequential(models.kv, operations, { evidence: true });

    expect(counterexample).toMatchObject({ operations: [4], failing: 4 });
    expect(counterexample?.sentence).toBe('c2 get x = 7 at 60, but nothing can have led to that');
  });

  test('of a list is shown with the appends that were read', () => {
    const operations: HistoryOperation[] = [
      { process: 0, f: 'append', value: 1, call: 0, return: 9 },
      { process: 1, f: 'append', value: 2, call: 0, return: 9 },
      { process: 2, f: 'read', call: 10, return: 19, output: [1, 2] },
      { process: 3, f: 'read', call: 10, return: 19, output: [2, 1] },
    ];

    const { counterexample } = checkSequential(models.list, operations, { evidence: true });

    expect(counterexample?.operations).toEqual([0, 1, 2, 3]);
    expect(counterexample?.partial).toHaveLength(1);
  });
});

test('processes that act while an operation is open are refused', () => {
  const operations = [put([0, 0, 10], 'x', 1), get([0, 5, 12], 'x', 1)];

  expect(() => checkSequential(models.kv, operations)).toThrow(HistoryError);
});

describe('the budget', () => {
  /** Twelve processes move values that repeat, and two more take 6 and 7 in the wrong order. */
  const crowd = Array.from({ length: 12 }, (_, process) =>
    Array.from({ length: 6 }, (_, turn): HistoryOperation => {
      const call = 10 * turn;
      return turn % 2 === 0
        ? { process, f: 'enqueue', value: (process + turn) % 5, call, return: call + 5 }
        : { process, f: 'dequeue', call, return: call + 5, output: (turn + 10 - process) % 5 };
    }),
  ).flat();
  const wrong = (['enqueue', 'dequeue'] as const).flatMap((f, which) =>
    [0, 1].map((turn): HistoryOperation => {
      const own = { process: 12 + which, f, call: 10 * turn, return: 10 * turn + 5 };
      return which === 0 ? { ...own, value: 6 + turn } : { ...own, output: 7 - turn };
    }),
  );
  const hard = [...crowd, ...wrong];

  test.each([
    ['steps', { maxSteps: 20_000 }],
    ['memory', { maxMemoryBytes: 200_000 }],
    ['time', { shouldStop: () => true }],
  ] as const)('ends the check for want of %s', (reason, budget) => {
    expect(checkSequential(models.queue, hard, budget)).toMatchObject({
      verdict: 'unknown',
      reason,
    });
  });
});

describe('a store whose processes read copies that lag', () => {
  const shape = { operations: 3_000, processes: 10, keys: 10, seed: 1, values: 0 };

  test('is sequentially consistent over 3,000 operations, and not linearizable', () => {
    const operations = replicatedHistory(shape);

    const { verdict, witness } = checkSequential(models.kv, operations, { evidence: true });

    expect(verdict).toBe('consistent');
    expect(witness).toHaveLength(operations.length);
    expect(checkLinearizable(models.kv, operations).verdict).toBe('not-linearizable');
  });

  test('is found so where its values repeat', () => {
    const operations = replicatedHistory({ ...shape, values: 5 });

    expect(checkSequential(models.kv, operations).verdict).toBe('consistent');
  });

  test('is shown to be not, in a few operations, if a copy goes back', () => {
    const operations = replicatedHistory(shape);
    const last = operations.findLastIndex(({ f, key, process }) => {
      return f === 'get' && key === 'k1' && process === 2;
    });
    const first = operations.find(({ f, key, process, output }) => {
      return f === 'get' && key === 'k1' && process === 2 && output !== null;
    });
    operations[last] = { ...operations[last]!, output: first?.output ?? null };

    const { verdict, counterexample } = checkSequential(models.kv, operations, { evidence: true });

    expect(verdict).toBe('inconsistent');
    expect(counterexample?.operations.length).toBeLessThan(9);
    const small = counterexample?.operations.map((index) => operations[index]!) ?? [];
    expect(isSequentialByDefinition(models.kv, null, small)).toBe(false);
  });

  test('is judged alike by saturation and by the bare search, over 300 spoiled histories', () => {
    const verdicts = { consistent: 0, inconsistent: 0, unknown: 0 };
    const { name, init, step, partition } = models.kv;
    const bare = { name, init, step, ...(partition === undefined ? {} : { partition }) };
    for (let seed = 0; seed < 300; seed++) {
      const dice = new Dice(seed);
      const small = { operations: 24, processes: 4, keys: 2, seed, values: dice.once(2) ? 0 : 4 };
      const recorded = replicatedHistory(small);
      const answers = recorded.filter(({ f }) => f === 'get');
      const operations = recorded.map((operation) =>
        operation.f === 'get' && dice.once(8)
          ? { ...operation, output: dice.pick(answers).output ?? null }
          : operation,
      );

      const { verdict, witness } = checkSequential(models.kv, operations, { evidence: true });

      verdicts[verdict]++;
      expect({ seed, verdict }).toEqual({
        seed,
        verdict: checkSequential(bare, operations).verdict,
      });
      if (verdict !== 'consistent') continue;
      expect(isSequentialWitness(models.kv, null, operations, witness ?? [])).toBe(true);
    }
    expect(verdicts.unknown).toBe(0);
    expect(Math.min(verdicts.consistent, verdicts.inconsistent)).toBeGreaterThan(20);
  });
});

describe('what seems to have had a base, and had none,', () => {
  test('is an answer beside a slice of nothing: it is shown alone', () => {
    const slice = { process: 0, f: 'slice', key: 'y', value: '0:2', call: 0, return: 1 };
    const answer = { process: 1, f: 'get', key: 'y', output: '', call: 2, return: 3 };
    const operations = [slice, answer];

    const { counterexample } = checkSequential(models.kv, operations, { evidence: true });

    expect(counterexample).toMatchObject({ operations: [1], minimal: true });
  });

  test('is a value that only a swap proposed which cannot have taken place', () => {
    const operations = [
      { process: 0, f: 'read', output: 7, call: 3, return: 4 },
      { process: 1, f: 'cas', value: [7, 7], call: 1, return: null },
    ];

    const { counterexample } = checkSequential(models['cas-register'], operations, {
      evidence: true,
    });

    expect(counterexample).toMatchObject({ operations: [0], minimal: true });
  });
});
