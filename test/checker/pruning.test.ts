/** What the search does not have to try: claims about steps, the same on every machine. */

import { expect, test } from 'vitest';
import { record, registerWorkload, withValueSeenAgain } from '../../bench/check-histories.ts';
import {
  checkLinearizable,
  type HistoryOperation,
  type Model,
  models,
  type Plain,
} from '../../checker/index.ts';
import { Dice } from './random-histories.ts';

type Asked = Pick<HistoryOperation, 'f' | 'key' | 'value' | 'output'>;

const write = (process: number, value: number, call: number, returned: number | null) => {
  return { process, f: 'write', value, call, return: returned } satisfies HistoryOperation;
};
const read = (process: number, output: number, call: number, returned: number) => {
  return { process, f: 'read', output, call, return: returned } satisfies HistoryOperation;
};

/** Writes of three values, all at once; then one of them is read, and then another one. */
function writesAtOnce(count: number): readonly HistoryOperation[] {
  return [
    ...Array.from({ length: count }, (_, index) => write(index, index % 3, 0, 1000)),
    read(count, 1, 2000, 2001),
    read(count, 2, 2002, 2003),
  ];
}

test.each([30, 90, 180])(
  'of %i writes at once, those that are overwritten unseen are not tried in all orders',
  (count) => {
    const { verdict, steps } = checkLinearizable(models.register, writesAtOnce(count));

    expect(verdict).toBe('not-linearizable');
    expect(steps).toBeLessThan(100 * count);
  },
);

test('a write that nobody has overwritten by its return has to be seen', () => {
  const operations = [write(0, 1, 0, 10), write(1, 2, 20, 30), read(2, 1, 5, 15)];

  expect(checkLinearizable(models['cas-register'], operations).verdict).toBe('linearizable');
  const late = [...operations, write(3, 2, 40, 50), read(2, 1, 60, 61)];
  expect(checkLinearizable(models['cas-register'], late).verdict).toBe('not-linearizable');
});

test('a write that was overwritten unseen stands right before what has overwritten it', () => {
  const operations = [
    write(0, 1, 0, 100),
    write(1, 2, 0, 100),
    write(2, 1, 0, 100),
    read(3, 2, 0, 200),
    write(4, 1, 150, 160),
  ];

  const { verdict, witness = [] } = checkLinearizable(models.register, operations, {
    evidence: true,
  });

  expect(verdict).toBe('linearizable');
  expect([...witness].sort()).toEqual([0, 1, 2, 3, 4]);
  expect(witness.indexOf(3)).toBe(witness.indexOf(1) + 1);
});

/** Something is put, something is made of what was there at first, and that is seen at last. */
const unseenPuts: readonly (readonly [string, Model<Plain>, readonly Asked[]])[] = [
  [
    'a write of the present value',
    models['cas-register'],
    [
      { f: 'write', value: 1 },
      { f: 'cas', value: [null, 2], output: true },
      { f: 'write', value: null },
      { f: 'read', output: 2 },
    ],
  ],
  [
    'a deletion of what is absent',
    models.kv,
    [
      { f: 'put', key: 'x', value: 'b' },
      { f: 'append', key: 'x', value: 'a', output: true },
      { f: 'delete', key: 'x' },
      { f: 'get', key: 'x', output: 'a' },
    ],
  ],
  [
    'a put of the present value',
    models.kv,
    [
      { f: 'put', key: 'x', value: 'b' },
      { f: 'cas', key: 'x', value: [null, 'a'], output: true },
      { f: 'put', key: 'x', value: null },
      { f: 'get', key: 'x', output: 'a' },
    ],
  ],
];

test.each(unseenPuts)(
  '%s that never returned may have overwritten something unseen',
  (_, model, [slow, quick, pending, last]) => {
    const operations = [
      { ...slow!, process: 0, call: 0, return: 10 },
      { ...quick!, process: 1, call: 0, return: 9 },
      { ...pending!, process: 2, call: 0, return: null },
      { ...last!, process: 3, call: 20, return: 30 },
    ];
    const result = checkLinearizable(model, operations, { evidence: true });
    expect(result).toMatchObject({ verdict: 'linearizable', witness: [0, 2, 1, 3] });

    const without = operations.filter(({ process }) => process !== 2);
    expect(checkLinearizable(model, without).verdict).toBe('not-linearizable');
  },
);

test('a value written once that is seen again needs no search among values written often', () => {
  const shape = { seed: 1, operations: 5_000, clients: 30, pending: 30 };
  const { operations } = record(registerWorkload('read-write', 3), shape);

  const spoiled = withValueSeenAgain(operations, 1);
  const { verdict, steps } = checkLinearizable(models.register, spoiled);

  expect(verdict).toBe('not-linearizable');
  expect(steps).toBeLessThan(4 * spoiled.length);
});

test('a swap that was refused is put where the rest leaves room for it', () => {
  const refused: HistoryOperation = {
    process: 3,
    f: 'cas',
    value: [1, 9],
    call: 12,
    return: 18,
    output: false,
  };
  const operations = [write(0, 1, 0, 10), write(1, 2, 11, 20), read(2, 2, 21, 22), refused];
  const before = { ...refused, call: 10, return: 10 };

  expect(checkLinearizable(models['cas-register'], operations).verdict).toBe('linearizable');
  const early = [...operations.slice(0, 3), { ...before, call: 11, return: 11 }];
  expect(checkLinearizable(models['cas-register'], early).verdict).toBe('linearizable');
  const never = [write(0, 1, 0, 10), { ...refused, call: 11 }];
  expect(checkLinearizable(models['cas-register'], never).verdict).toBe('not-linearizable');
});

/** Adds of up to three and reads, each taking effect at a random instant of its own. */
function counts(seed: number, count: number, clients: number): readonly HistoryOperation[] {
  const dice = new Dice(seed);
  const free = Array.from({ length: clients }, () => 0);
  const asked = Array.from({ length: count }, () => {
    const process = dice.below(clients);
    const call = free[process]! + 1 + dice.below(5);
    const end = call + 5 + dice.below(3 * clients);
    free[process] = end;
    const interval = { process, call, return: end };
    return { instant: call + dice.below(end - call), interval, amount: dice.below(7) - 3 };
  });
  let sum = 0;
  return asked
    .sort((a, b) => a.instant - b.instant)
    .map(({ interval, amount }): HistoryOperation => {
      if (amount <= 0) return { ...interval, f: 'read', output: sum };
      sum += amount;
      return { ...interval, f: 'add', value: amount };
    });
}

test.each([
  [10, 5_000],
  [60, 5_000],
])(
  'a sum that grows, of %i clients, needs not all orders of adds that differ',
  (clients, count) => {
    const { verdict, steps } = checkLinearizable(models.counter, counts(1, count, clients));

    expect(verdict).toBe('linearizable');
    expect(steps).toBeLessThan(60 * count);
  },
);

test('a total that is less than was added, or more than was asked for, needs no search', () => {
  const operations = counts(2, 2_000, 40);
  const reads = operations.filter(({ f }) => f === 'read');
  for (const change of [-500, 500]) {
    const wrong = reads[reads.length >> 1]!;
    const changed = operations.map((each) =>
      each === wrong ? { ...each, output: Number(each.output) + change } : each,
    );
    const { verdict, steps } = checkLinearizable(models.counter, changed);
    expect(verdict).toBe('not-linearizable');
    expect(steps).toBeLessThan(10 * operations.length);
  }
});
