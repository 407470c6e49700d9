/** Counterexamples of answers that no order at all explains: what is kept, and what is said. */

import { describe, expect, test } from 'vitest';
import {
  listWorkload,
  queueWorkload,
  record,
  registerWorkload,
  stackWorkload,
} from '../../bench/check-histories.ts';
import {
  asKnownThen,
  checkBoundedStaleness,
  checkHistory,
  checkLinearizable,
  type HistoryOperation,
  modelNamed,
  models,
  type Plain,
  shownThen,
  statesAlong,
} from '../../checker/index.ts';
import { isLinearizableByDefinition } from './brute-force.ts';
import { type RandomHistory, randomHistory } from './random-histories.ts';

type Asked = Omit<HistoryOperation, 'process' | 'call' | 'return'>;
type Interval = readonly [process: number, call: number, returned: number | null];

const at = ([process, call, returned]: Interval, asked: Asked): HistoryOperation => {
  return { process, ...asked, call, return: returned };
};
const append = (interval: Interval, value: number) => at(interval, { f: 'append', value });
const read = (interval: Interval, output: HistoryOperation['output']) =>
  at(interval, output === undefined ? { f: 'read' } : { f: 'read', output });

function counterexampleOf(model: string, operations: readonly HistoryOperation[]) {
  return checkHistory({ model, initial: null, operations }, { evidence: true }).counterexample;
}

test('what had not returned by then is open: its answer is in no state that is shown', () => {
  const operations = [
    at([0, 2, 3], { f: 'release', output: true }),
    at([2, 2, 4], { f: 'release', output: true }),
    at([3, 3, 9], { f: 'acquire', output: false }),
  ];
  const counterexample = counterexampleOf('mutex', operations)!;
  expect(counterexample).toMatchObject({ failing: 1, operations: [0, 1, 2], open: [2] });
  const [order = []] = counterexample.partial;
  expect(order).toEqual([2, 0]);
  const known = asKnownThen(operations, counterexample);
  expect(statesAlong(models.mutex, null, known, order)).toEqual(['true', 'false']);
  const words = shownThen(models.mutex, operations, counterexample).map(({ text }) => text);
  expect(words).toEqual(['release', 'release', 'acquire (still open)']);
});

describe('two reads that show two orders of a list', () => {
  const forked = [
    append([0, 0, 10], 1),
    append([1, 0, 10], 2),
    read([2, 20, 30], [2, 1]),
    read([3, 40, 50], [1, 2]),
    read([2, 60, 70], [1, 2]),
  ];

  test('are both kept, with the appends that they saw', () => {
    expect(counterexampleOf('list', forked)).toMatchObject({
      operations: [0, 1, 2, 3],
      failing: 3,
      minimal: true,
    });
  });

  test('are both named', () => {
    expect(counterexampleOf('list', forked)?.sentence).toBe(
      'c3 read = [1,2] at 50, but read = [2,1] by c2 had completed at 30, ' +
        'and neither can grow into the other',
    );
  });

  test('are kept among much else', () => {
    const more = Array.from({ length: 60 }, (_, index) =>
      append([4, 100 + 10 * index, 101 + 10 * index], 3 + index),
    );
    const values = [2, 1, ...more.map((each) => each.value ?? null)];
    const operations = [...forked.slice(0, 3), ...more, read([3, 900, 901], [1, 2])];
    operations.push(read([2, 902, 903], values));

    const shown = counterexampleOf('list', operations)?.operations ?? [];

    expect(shown).toHaveLength(4);
    expect(shown).toEqual(expect.arrayContaining([0, 1, 2, 63]));
  });
});

describe('a value that only a refused cas proposed', () => {
  const registers = [
    at([0, 0, 10], { f: 'write', value: 5 }),
    at([1, 12, 14], { f: 'write', value: 3 }),
    at([2, 0, 30], { f: 'cas', value: [5, 8], output: false }),
    read([3, 40, 50], 8),
  ];
  const stores = registers.map((each) => ({ ...each, key: 'x' }));

  test('is shown with that cas, and a write that it was to replace', () => {
    const { operations = [] } = counterexampleOf('cas-register', registers) ?? {};

    expect(operations).toEqual([0, 2, 3]);
  });

  test.each([
    ['cas-register', registers, 'cas 5 -> 8 by c2'],
    ['kv', stores, 'cas x 5 -> 8 by c2'],
  ])('is said to be so for %s', (model, operations, named) => {
    expect(counterexampleOf(model, operations)?.sentence).toMatch(
      new RegExp(`, and ${named}, which would have written it, had answered false$`),
    );
  });
});

test.each([
  ['queue', 'enqueue', 'dequeue'],
  ['stack', 'push', 'pop'],
] as const)(
  'a value that a %s gives twice is shown with the one time it came in',
  (name, adds, takes) => {
    const operations = [
      at([0, 0, 10], { f: adds, value: 1 }),
      at([0, 12, 14], { f: adds, value: 2 }),
      at([1, 20, 30], { f: takes, output: name === 'queue' ? 1 : 2 }),
      at([2, 40, 50], { f: takes, output: name === 'queue' ? 1 : 2 }),
    ];

    const shown = counterexampleOf(name, operations)?.operations ?? [];

    expect(shown).toEqual([name === 'queue' ? 0 : 1, 2, 3]);
    const small = shown.map((index) => operations[index]!);
    expect(isLinearizableByDefinition<unknown>(models[name], null, small)).toBe(false);
  },
);

test('a read of what nobody wrote needs nothing beside it', () => {
  const operations = [at([0, 0, 10], { f: 'write', value: 5 }), read([1, 20, 30], 9)];

  expect(counterexampleOf('register', operations)?.operations).toEqual([1]);
});

/** Whether the answer is possible beside any of the others, in any order, whatever they said. */
function isPossibleAlone(
  { model, initial }: RandomHistory,
  operation: HistoryOperation,
  others: readonly HistoryOperation[],
): boolean {
  const pending = others.map(({ output: _, ...asked }) => ({ ...asked, call: 0, return: null }));
  const alone = { ...operation, call: 0, return: 0 };
  return isLinearizableByDefinition(modelNamed(model), initial, [alone, ...pending]);
}

test.each(['register', 'cas-register', 'list', 'queue', 'set', 'counter'])(
  'no answer in a counterexample of a %s has lost what it came from',
  (kind) => {
    let illegal = 0;
    for (let seed = 0; seed < 400; seed++) {
      const history = randomHistory(kind, seed);
      const { model, initial, operations } = history;
      const result = checkHistory({ model, initial, operations }, { evidence: true });
      const { counterexample } = result;
      const end = operations[counterexample?.failing ?? 0]?.return ?? 0;
      const answered = ({ return: returned }: HistoryOperation) =>
        returned !== null && returned <= end;
      if (counterexample === undefined || operations.length > 6) continue;
      illegal++;
      const known = operations.filter((each) => each.call <= end);
      const shown = counterexample.operations.map((index) => operations[index]!);
      for (const each of shown.filter(answered)) {
        const besides = (all: readonly HistoryOperation[]) => all.filter((other) => other !== each);
        if (isPossibleAlone(history, each, besides(shown))) continue;
        expect(isPossibleAlone(history, each, besides(known)), `seed ${seed}`).toBe(false);
      }
    }
    expect(illegal).toBeGreaterThan(10);
  },
);

test('a sentence stays readable, whatever was seen and however many operations it takes', () => {
  const items = Array.from({ length: 200 }, (_, index) => index);
  const appends = items.map((index) => append([0, 10 * index, 10 * index + 5], index));
  const seen = [...items.slice(0, 150), 151, 150, ...items.slice(152)];
  const operations = [...appends, read([1, 3000, 3001], seen)];

  const sentence = counterexampleOf('list', operations)?.sentence ?? '';

  expect(sentence).toMatch(/^c1 read = \[0,1,2,3,.* … .*,197,198,199\] at 3001, but /);
  expect(sentence.length).toBeLessThan(400);
});

test.each([
  ['queue', queueWorkload(5), (_: Plain): Plain => 9],
  ['stack', stackWorkload(0), (_: Plain): Plain => -9],
  [
    'list',
    listWorkload(5),
    (output: Plain): Plain => (Array.isArray(output) ? [...output, 9] : [9]),
  ],
] as const)('what nobody put into a %s is shown alone', (model, workload, change) => {
  const shape = { operations: 1_000, clients: 10, pending: 0, seed: 1 };
  const { operations } = record(workload, shape);
  const late = operations.findLastIndex(
    ({ output = null, return: end }, index) => index < 900 && output !== null && end !== null,
  );
  const spoiled = operations.map((each, index) =>
    index === late ? { ...each, output: change(each.output ?? null) } : each,
  );
  const history = { model, initial: null, operations: spoiled };

  const { counterexample } = checkHistory(history, { evidence: true, maxSteps: 50_000 });

  expect(counterexample).toMatchObject({ failing: late, operations: [late], minimal: true });
});

test('a read of what nobody wrote fails alone where reads may be late, too', () => {
  const shape = { seed: 1, operations: 10_000, clients: 50, pending: 0 };
  const { operations } = record(registerWorkload('read-write', 5), shape);
  const late = operations.findLastIndex(({ f, return: end }) => f === 'read' && end !== null);
  const spoiled = operations.map((each, index) =>
    index === late ? { ...each, output: 99 } : each,
  );
  const staleness = { by: 'versions', most: 2 } as const;
  const options = { evidence: true, maxSteps: 500_000 };

  const result = checkBoundedStaleness(models.register, spoiled, staleness, options);

  expect(result.counterexample).toMatchObject({ operations: [late], minimal: true });
});

test('a read of what nobody wrote fails alone, however hard the rest of its history is', () => {
  const { operations } = record(registerWorkload('cas', 5), {
    seed: 1,
    operations: 10_000,
    clients: 50,
    pending: 0,
  });
  const reads = operations.flatMap(({ f, return: end }, index) =>
    f === 'read' && end !== null ? [index] : [],
  );
  const late = reads[Math.floor(reads.length * 0.9)]!;
  const spoiled = operations.map((each, index) =>
    index === late ? { ...each, output: 99 } : each,
  );

  const { counterexample } = checkLinearizable(models['cas-register'], spoiled, {
    evidence: true,
    maxSteps: 100_000,
  });

  expect(counterexample).toMatchObject({ failing: late, operations: [late], minimal: true });
  expect(counterexample?.sentence).toMatch(/ read = 99 at \d+, but nothing called by then can/);
});

test('a read of what nobody wrote is not shown where something fails before it', () => {
  const operations = [
    at([0, 0, 10], { f: 'write', value: 5 }),
    at([0, 20, 30], { f: 'write', value: 6 }),
    read([1, 40, 50], 5),
    read([2, 60, 70], 9),
  ];

  expect(counterexampleOf('register', operations)).toMatchObject({
    failing: 2,
    operations: [0, 1, 2],
  });
});

describe('a total that was read of a counter', () => {
  const add = (value: number, call: number, end: number | null = call + 1) => {
    return { process: call, f: 'add', value, call, return: end };
  };
  const read = (output: number, call: number) => {
    return { process: call, f: 'read', call, return: call + 1, output };
  };
  const cases: [string, HistoryOperation[], string][] = [
    [
      'is told with more that was read before',
      [add(5, 0), read(5, 2), read(4, 4)],
      'c4 read = 4 at 5, but read = 5 by c2 had completed at 3',
    ],
    [
      'is told with how much it was before',
      [add(2, 0), add(2, 2), add(2, 4), read(4, 6)],
      'c6 read = 4 at 7, but it was 6 at least when that was called',
    ],
    [
      'is told with how much it can have been',
      [add(2, 0), add(2, 2, null), read(5, 6)],
      'c6 read = 5 at 7, but it was 4 at most by then',
    ],
    [
      'is told as what cannot be added up',
      [add(2, 0, 9), add(2, 1, 9), read(3, 3)],
      'c3 read = 3 at 4, but nothing called by then can have led to that',
    ],
  ];

  test.each(cases)('%s', (_, operations, sentence) => {
    expect(counterexampleOf('counter', operations)?.sentence).toBe(sentence);
  });
});
