/** Answers that nothing can have led to: found at each level without a search, and shown alone. */

import { describe, expect, test } from 'vitest';
import {
  type ConsistencyLevel,
  checkConsistency,
  checkLinearizable,
  checkSequential,
  type HistoryOperation,
  type Model,
  models,
  type Plain,
} from '../../checker/index.ts';

type Draft = Pick<HistoryOperation, 'f' | 'key' | 'value' | 'output'>;

/** More concurrent operations than any search can order. */
const CROWD = 24;
/** A look at each of them, a few times over. */
const maxSteps = 100_000;
const levels: readonly ConsistencyLevel[] = [
  'linearizable',
  'sequential',
  { staleness: { by: 'time', most: 1 } },
  { staleness: { by: 'versions', most: 1 } },
];
const named = levels.map((level) => [JSON.stringify(level), level] as const);

/** Each by a process of its own, all at one time; then the last one alone. */
function crowd(drafts: readonly Draft[], last: Draft): readonly HistoryOperation[] {
  const first = drafts.map((draft, process) => ({ ...draft, process, call: 0, return: 10 }));
  return [...first, { ...last, process: drafts.length, call: 20, return: 30 }];
}

function many(draft: (index: number) => Draft): readonly Draft[] {
  return Array.from({ length: CROWD }, (_, index) => draft(index));
}

const cases: readonly (readonly [keyof typeof models, Draft, readonly Draft[]])[] = [
  ['queue', { f: 'dequeue', output: -1 }, many((value) => ({ f: 'enqueue', value }))],
  ['stack', { f: 'pop', output: -1 }, many((value) => ({ f: 'push', value: value % 3 }))],
  ['list', { f: 'read', output: [-1] }, many((value) => ({ f: 'append', value }))],
  ['list', { f: 'read', output: [3, 2, 3] }, many((value) => ({ f: 'append', value }))],
  ['set', { f: 'read', output: [-1] }, many((value) => ({ f: 'add', value }))],
  ['counter', { f: 'read', output: 2 ** CROWD }, many((bit) => ({ f: 'add', value: 2 ** bit }))],
  ['counter', { f: 'read', output: 1 }, many((value) => ({ f: 'add', value: -value }))],
  ['kv', { f: 'get', key: 'x', output: '1,z' }, many(appendText)],
  ['kv', { f: 'get', key: 'x', output: '1,2,1,' }, many(appendText)],
  [
    'txn',
    { f: 'txn', value: [['r', 'x', null]], output: [['r', 'x', [-1]]] },
    many((item) => ({ f: 'txn', value: [['append', 'x', item]] })),
  ],
];

function appendText(index: number): Draft {
  return { f: 'append', key: 'x', value: `${index},` };
}

describe.each(named)('an answer that nothing can have led to, at the level %s,', (_, level) => {
  test.each(cases)('is shown alone, for a %s: %j', (name, last, drafts) => {
    const operations = crowd(drafts, last);

    const model: Model<unknown> = models[name];
    const result = checkConsistency(level, model, operations, { evidence: true, maxSteps });

    expect(result.verdict).toBe(level === 'linearizable' ? 'not-linearizable' : 'inconsistent');
    expect(result.counterexample).toMatchObject({ operations: [CROWD], minimal: true });
  });
});

describe.each(named)('a value taken more often than it was put there, at %s,', (_, level) => {
  const push = (process: number, value: number, end: number | null): HistoryOperation => {
    return { process, f: 'push', value, call: 0, return: end };
  };
  const pop = (process: number): HistoryOperation => {
    return { process, f: 'pop', call: 20, return: 30, output: 7 };
  };
  const check = (operations: readonly HistoryOperation[], initial: Plain = null) =>
    checkConsistency(level, models.stack, operations, { initial, evidence: true, maxSteps });

  test('is shown with all that put it there', () => {
    const others = Array.from({ length: CROWD }, (_, process) => push(process, process % 3, 10));

    const { counterexample } = check([push(50, 7, 10), ...others, pop(51), pop(52)]);

    expect(counterexample?.operations).toEqual([0, CROWD + 1, CROWD + 2]);
  });

  test('may have been put there by what never returned', () => {
    const { witness } = check([push(50, 7, 10), push(51, 7, null), pop(52), pop(53)]);

    expect(witness).toHaveLength(4);
  });

  test('may have been there at first', () => {
    expect(check([push(50, 7, 10), pop(52), pop(53)], [7]).witness).toHaveLength(3);
  });
});

describe('a lock', () => {
  const acquire = (process: number, output: boolean): HistoryOperation => {
    return { process, f: 'acquire', call: 0, return: 10, output };
  };
  const release = (process: number): HistoryOperation => {
    return { process, f: 'release', call: 0, return: 10 };
  };
  const check = (operations: readonly HistoryOperation[], initial: Plain = null) =>
    checkSequential(models.mutex, operations, { initial, maxSteps }).verdict;
  const pairs = Array.from({ length: CROWD }, (_, index) => [
    acquire(2 * index, true),
    release(2 * index + 1),
  ]).flat();

  test('may be acquired once more often than it is released, and not twice', () => {
    expect(check([...pairs, acquire(100, true)])).toBe('consistent');
    expect(check([...pairs, acquire(100, true), acquire(101, true)])).toBe('inconsistent');
  });

  test('may be released once more often than it is acquired if it was taken at first', () => {
    expect(check([...pairs, release(100)], true)).toBe('consistent');
    expect(check([...pairs, release(100)], false)).toBe('inconsistent');
  });

  test('is found taken by nobody whom somebody who took it cannot have kept out', () => {
    expect(check([acquire(0, false)])).toBe('inconsistent');
    expect(check([acquire(0, false)], true)).toBe('consistent');
    expect(check([acquire(0, false), acquire(1, true)])).toBe('consistent');
  });
});

describe('real time', () => {
  const late: readonly HistoryOperation[] = [
    { process: 0, f: 'dequeue', call: 0, return: 10, output: 1 },
    { process: 1, f: 'enqueue', value: 1, call: 20, return: 30 },
  ];

  test('binds a linearization to what was called by the answer, and no sequential order', () => {
    expect(checkLinearizable(models.queue, late).verdict).toBe('not-linearizable');
    expect(checkSequential(models.queue, late).verdict).toBe('consistent');
  });

  test('lets no version be read before it is made', () => {
    const early = (value: number): readonly HistoryOperation[] => [
      { process: 0, f: 'read', call: 0, return: 10, output: 5 },
      { process: 1, f: 'add', value, call: 20, return: 30 },
      { process: 2, f: 'add', value: 3, call: 0, return: null },
    ];
    const staleness = { by: 'versions', most: 9 } as const;

    for (const value of [2, 5]) {
      const result = checkConsistency({ staleness }, models.counter, early(value));
      expect(result.verdict).toBe('inconsistent');
    }
  });
});

describe('an answer that something may have led to', () => {
  test('is none of those where sums are rounded: the order of adds then matters', () => {
    const operations = crowd(
      [0.1, 0.2, 0.3].map((value) => ({ f: 'add', value })),
      { f: 'read', output: 0.3 + 0.2 + 0.1 },
    );

    expect(0.1 + 0.2 + 0.3).toBeGreaterThan(0.3 + 0.2 + 0.1);
    expect(checkSequential(models.counter, operations).verdict).toBe('consistent');
  });

  test('does not rest on a swap that needed it to be there already', () => {
    const swap = { process: 0, f: 'cas', value: [7, 7], call: 0, return: 10, output: true };
    const write = { process: 1, f: 'write', value: 7, call: 0, return: null };

    for (const check of [checkSequential, checkLinearizable]) {
      const alone = check(models['cas-register'], [swap], { evidence: true });
      expect(alone.counterexample?.operations).toEqual([0]);
      expect(check(models['cas-register'], [swap, write]).counterexample).toBeUndefined();
      expect(check(models['cas-register'], [swap, write], { evidence: true }).witness).toEqual([
        1, 0,
      ]);
    }
  });
});

test('looking for such answers counts as steps where many texts are alike', () => {
  const texts = Array.from({ length: 200 }, (_, index) => `alike in the beginning ${index};`);
  const appends = texts.map((value): Draft => ({ f: 'append', key: 'x', value }));
  const operations = crowd(appends, { f: 'get', key: 'x', output: `${texts.join('')}!` });
  const check = (steps: number) => checkSequential(models.kv, operations, { maxSteps: steps });

  expect(check(100_000).verdict).toBe('inconsistent');
  const { steps } = check(100_000);
  expect(steps).toBeGreaterThan((texts.length * texts.length) / 64);
  expect(check(steps - 1)).toMatchObject({ verdict: 'unknown', reason: 'steps' });
});
