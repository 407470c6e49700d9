/** Bounded staleness, objects with a choice, and the one entry for all levels. */

import { describe, expect, test } from 'vitest';
import {
  checkBoundedStaleness,
  checkConsistency,
  checkLinearizable,
  determinised,
  type HistoryOperation,
  levelNames,
  type Model,
  modelNamed,
  modelNames,
  models,
  type Plain,
  UnsupportedModelError,
} from '../../checker/index.ts';
import { bag } from './nondeterministic-definition.ts';

const write = (process: number, value: number, call: number): HistoryOperation => {
  return { process, f: 'write', value, call, return: call + 10 };
};
const read = (process: number, output: Plain, call: number): HistoryOperation => {
  return { process, f: 'read', call, return: call + 10, output };
};

/** At 100, 1 has been overwritten for 50, and two writes have come after it. */
const late = [write(0, 1, 0), write(0, 2, 20), write(0, 3, 40), read(1, 1, 100)];

describe('bounded staleness', () => {
  test.each([
    ['time', 69, 'inconsistent'],
    ['time', 70, 'consistent'],
    ['versions', 1, 'inconsistent'],
    ['versions', 2, 'consistent'],
  ] as const)('by %s of at most %i', (by, most, verdict) => {
    expect(checkBoundedStaleness(models.register, late, { by, most }).verdict).toBe(verdict);
  });

  test('by versions of a set is the same whether or not somebody reads all of it', () => {
    const add = (value: number): HistoryOperation => {
      return { process: 0, f: 'add', value, call: 10 * value, return: 10 * value + 5 };
    };
    const contains = { process: 1, f: 'contains', value: 1, call: 50, return: 60, output: false };
    const all = { process: 1, f: 'read', call: 70, return: 80, output: [1, 2, 3] };
    const operations = [add(1), add(2), add(3), contains];
    for (const [most, verdict] of [
      [2, 'inconsistent'],
      [3, 'consistent'],
    ] as const) {
      for (const asked of [operations, [...operations, all]]) {
        const result = checkBoundedStaleness(models.set, asked, { by: 'versions', most });
        expect([most, result.verdict]).toEqual([most, verdict]);
      }
    }
  });

  test('says how stale a read may be', () => {
    const sentenceFor = (by: 'time' | 'versions') =>
      checkBoundedStaleness(
        models.register,
        late,
        { by, most: 1 },
        { evidence: true, names: { time: (time) => `${time} ms` } },
      ).counterexample?.sentence;

    expect(sentenceFor('time')).toMatch(
      /^c1 read = 1 at 110 ms, but write = . by c0 .* \(reads may be late by 1 ms\)$/,
    );
    expect(sentenceFor('versions')).toMatch(/\(reads may be late by 1 version\)$/);
  });

  test('counts a write of the present value as a version', () => {
    const operations = [write(0, 1, 0), write(0, 2, 20), write(0, 2, 40), read(1, 1, 100)];

    const { verdict } = checkBoundedStaleness(models.register, operations, {
      by: 'versions',
      most: 1,
    });

    expect(verdict).toBe('inconsistent');
  });

  test('lets no swap see what is no longer there', () => {
    const swap = { process: 1, f: 'cas', value: [1, 9], call: 100, return: 110, output: true };
    const operations = [...late.slice(0, 3), swap];

    for (const by of ['time', 'versions'] as const) {
      const result = checkBoundedStaleness(models['cas-register'], operations, { by, most: 200 });
      expect(result.verdict).toBe('inconsistent');
    }
  });

  test('is linearizability where nothing only reads, with the same evidence', () => {
    const enqueue = (value: number): HistoryOperation => {
      return { process: value, f: 'enqueue', value, call: 0, return: 10 };
    };
    const dequeue = (output: Plain): HistoryOperation => {
      return { process: 0, f: 'dequeue', call: 20, return: 30, output };
    };
    const enqueues = Array.from({ length: 12 }, (_, value) => enqueue(value));
    for (const by of ['time', 'versions'] as const) {
      for (const answer of [11, 12]) {
        const operations = [...enqueues, dequeue(answer)];
        const options = { evidence: true, maxSteps: 1_000 };
        const stale = checkBoundedStaleness(models.queue, operations, { by, most: 3 }, options);
        const fresh = checkLinearizable(models.queue, operations, options);

        expect(stale.verdict).toBe(answer === 11 ? 'consistent' : 'inconsistent');
        expect([stale.steps, stale.witness]).toEqual([fresh.steps, fresh.witness]);
        expect(stale.counterexample?.operations).toEqual(fresh.counterexample?.operations);
      }
    }
  });

  test('by versions lets a removal without an answer take the newest version alone', () => {
    const operations: readonly HistoryOperation[] = [
      { process: 0, f: 'push', value: 1, call: 0, return: 5 },
      { process: 0, f: 'push', value: 2, call: 10, return: 15 },
      { process: 0, f: 'pop', call: 20, return: 25 },
      { process: 0, f: 'pop', call: 30, return: 35, output: 2 },
    ];

    const staleness = { by: 'versions', most: 5 } as const;

    expect(checkBoundedStaleness(models.stack, operations, staleness).verdict).toBe('inconsistent');
  });

  test('shows an order as a witness', () => {
    const staleness = { by: 'versions', most: 2 } as const;

    const { witness } = checkBoundedStaleness(models.register, late, staleness, { evidence: true });

    expect(witness).toEqual([0, 1, 2, 3]);
  });

  test('is refused for a model that does not say what only reads', () => {
    const { name, init, step } = models.register;

    expect(() =>
      checkBoundedStaleness({ name, init, step }, late, { by: 'time', most: 1 }),
    ).toThrow(UnsupportedModelError);
  });

  test.each([-1, 0.5, Number.NaN])('is refused for a bound of %d', (most) => {
    expect(() => checkBoundedStaleness(models.register, late, { by: 'time', most })).toThrow(
      RangeError,
    );
  });

  test.each(modelNames())('knows what only reads of %s', (name) => {
    const model: Model<unknown> = modelNamed(name);

    expect(model.isRead?.({ process: 0, f: 'write', value: 1, call: 0, return: 1 })).toBe(false);
  });
});

describe('an object with a choice', () => {
  const add = (value: number): HistoryOperation => {
    return { process: 0, f: 'add', value, call: value, return: value };
  };
  const pick = (output: Plain, call: number): HistoryOperation => {
    return { process: 1, f: 'pick', call, return: call, output };
  };

  test.each([
    [[2, 1, null], 'linearizable'],
    [[1, 2, null], 'linearizable'],
    [[1, 1], 'not-linearizable'],
    [[1, null], 'not-linearizable'],
  ] as const)('may answer %j if the choice allows it', (answers, verdict) => {
    const picks = answers.map((answer, index) => pick(answer, 10 + index));

    const result = checkLinearizable(determinised(bag), [add(1), add(2), ...picks]);

    expect(result.verdict).toBe(verdict);
  });

  test('keeps all states that it may be in where an answer is not known', () => {
    const { output: _, ...unknown } = pick(null, 10);
    const model = determinised(bag);

    const step = model.step([[1, 2]], unknown);

    expect(step).toEqual({ ok: true, next: [[1], [2]] });
  });

  test('is judged at other levels too', () => {
    const operations = [pick(2, 0), { ...add(2), call: 50, return: 60 }];

    expect(checkLinearizable(determinised(bag), operations).verdict).toBe('not-linearizable');
    expect(checkConsistency('sequential', determinised(bag), operations).verdict).toBe(
      'consistent',
    );
  });

  test('cannot be judged for staleness', () => {
    const level = { staleness: { by: 'time', most: 1 } } as const;

    expect(() => checkConsistency(level, determinised(bag), [])).toThrow(UnsupportedModelError);
  });
});

describe('the entry for all levels', () => {
  test('keeps the words of linearizability, and has neutral ones for the rest', () => {
    const verdicts = levelNames.map((level) => [
      level,
      checkConsistency(level, models.register, late).verdict,
    ]);

    expect(Object.fromEntries(verdicts)).toEqual({
      linearizable: 'not-linearizable',
      sequential: 'consistent',
      sessions: 'consistent',
      'read-your-writes': 'consistent',
      'monotonic-reads': 'consistent',
      'monotonic-writes': 'consistent',
      'writes-follow-reads': 'consistent',
    });
  });

  test('takes bounds of staleness', () => {
    const verdicts = [1, 2].map((most) => {
      const staleness = { by: 'versions', most } as const;
      return checkConsistency({ staleness }, models.register, late).verdict;
    });

    expect(verdicts).toEqual(['inconsistent', 'consistent']);
  });
});
