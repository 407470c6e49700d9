/** What each model takes for a run, one claim at a time. */

import { describe, expect, test } from 'vitest';
import { type HistoryOperation, modelNamed, type Plain } from '../../checker/index.ts';

type Asked = Pick<HistoryOperation, 'f' | 'value' | 'output'>;

/** Whether the operations, one after another, are a run of the model. */
function isRun(name: string, initial: Plain, asked: readonly Asked[]): boolean {
  const model = modelNamed(name);
  let state = model.init(initial);
  return asked.every((each, index) => {
    const step = model.step(state, { process: 0, call: index, return: index, ...each });
    if (step.ok) state = step.next;
    return step.ok;
  });
}

const claims: readonly (readonly [string, string, Plain, readonly Asked[], boolean])[] = [
  [
    'a register answers what was written last',
    'register',
    null,
    [
      { f: 'write', value: 1 },
      { f: 'read', output: 1 },
    ],
    true,
  ],
  [
    'a register does not answer what was overwritten',
    'register',
    0,
    [
      { f: 'write', value: 1 },
      { f: 'read', output: 0 },
    ],
    false,
  ],
  [
    'a cas succeeds on the old value',
    'cas-register',
    1,
    [
      { f: 'cas', value: [1, 2], output: true },
      { f: 'read', output: 2 },
    ],
    true,
  ],
  [
    'a cas does not succeed on another value',
    'cas-register',
    3,
    [{ f: 'cas', value: [1, 2], output: true }],
    false,
  ],
  [
    'a failed cas leaves the value',
    'cas-register',
    3,
    [
      { f: 'cas', value: [1, 2], output: false },
      { f: 'read', output: 3 },
    ],
    true,
  ],
  ['an absent key is null', 'kv', null, [{ f: 'get', output: null }], true],
  [
    'a deleted key is absent',
    'kv',
    null,
    [{ f: 'put', value: 1 }, { f: 'delete' }, { f: 'get', output: null }],
    true,
  ],
  [
    'a store appends to an absent key as to ""',
    'kv',
    null,
    [
      { f: 'append', value: 'a' },
      { f: 'get', output: 'a' },
    ],
    true,
  ],
  [
    'a slice keeps the characters from l to before r',
    'kv',
    null,
    [
      { f: 'put', value: 'luke skywalker' },
      { f: 'slice', value: '0:4' },
      { f: 'get', output: 'luke' },
    ],
    true,
  ],
  [
    'a slice out of bounds fails and changes nothing',
    'kv',
    'ab',
    [
      { f: 'slice', value: '0:3', output: false },
      { f: 'get', output: 'ab' },
    ],
    true,
  ],
  [
    'a dictionary refuses to append to an absent key',
    'dictionary',
    null,
    [{ f: 'append', value: 'a', output: 'FAIL' }],
    true,
  ],
  [
    'a dictionary does not say OK to appending to an absent key',
    'dictionary',
    null,
    [{ f: 'append', value: 'a', output: 'OK' }],
    false,
  ],
  [
    'a dictionary answers "" for an absent key',
    'dictionary',
    null,
    [{ f: 'get', output: '' }],
    true,
  ],
  [
    'a counter answers the sum',
    'counter',
    null,
    [
      { f: 'add', value: 2 },
      { f: 'add', value: -3 },
      { f: 'read', output: -1 },
    ],
    true,
  ],
  [
    'a list begins with what it is given, and never has less',
    'list',
    [6],
    [
      { f: 'read', output: [6] },
      { f: 'read', output: [] },
    ],
    false,
  ],
  [
    'a list answers the values in order',
    'list',
    null,
    [
      { f: 'append', value: 1 },
      { f: 'append', value: '1' },
      { f: 'read', output: [1, '1'] },
    ],
    true,
  ],
  [
    'a list does not forget the order',
    'list',
    null,
    [
      { f: 'append', value: 1 },
      { f: 'append', value: 2 },
      { f: 'read', output: [2, 1] },
    ],
    false,
  ],
  [
    'a set answers its values in any order',
    'set',
    [2],
    [
      { f: 'add', value: 1 },
      { f: 'read', output: [2, 1] },
    ],
    true,
  ],
  [
    'no set shows a value twice',
    'set',
    [],
    [
      { f: 'add', value: 'a' },
      { f: 'read', output: ['a', 'a'] },
    ],
    false,
  ],
  [
    'a set that held a value answers false to adding it',
    'set',
    [2],
    [{ f: 'add', value: 2, output: false }],
    true,
  ],
  [
    'a set does not contain what was removed',
    'set',
    [2],
    [
      { f: 'remove', value: 2 },
      { f: 'contains', value: 2, output: true },
    ],
    false,
  ],
  [
    'a queue answers first what came first',
    'queue',
    null,
    [
      { f: 'enqueue', value: 1 },
      { f: 'enqueue', value: 2 },
      { f: 'dequeue', output: 1 },
    ],
    true,
  ],
  [
    'a queue that is not empty does not answer so',
    'queue',
    [1],
    [{ f: 'dequeue', output: null }],
    false,
  ],
  [
    'a stack answers first what came last',
    'stack',
    null,
    [
      { f: 'push', value: 1 },
      { f: 'push', value: 2 },
      { f: 'pop', output: 2 },
    ],
    true,
  ],
  ['a lock is taken once', 'mutex', null, [{ f: 'acquire' }, { f: 'acquire' }], false],
  [
    'an answer of null to who asks for a lock is as one that is left out: a yes',
    'mutex',
    null,
    [{ f: 'acquire', output: null }, { f: 'acquire' }],
    false,
  ],
  [
    'a lock that was refused is not taken twice',
    'mutex',
    null,
    [
      { f: 'acquire', output: null },
      { f: 'acquire', output: false },
    ],
    true,
  ],
  [
    'a lock can be taken again after its release',
    'mutex',
    null,
    [{ f: 'acquire' }, { f: 'release' }, { f: 'acquire' }],
    true,
  ],
  [
    'a register that null is written to has null, whatever all had at first',
    'txn',
    0,
    [
      { f: 'txn', value: [['w', 'x', null]] },
      { f: 'txn', value: [['r', 'x', null]], output: [['r', 'x', null]] },
    ],
    true,
  ],
  [
    'a register that null is written to does not have again what all had at first',
    'txn',
    0,
    [
      { f: 'txn', value: [['w', 'x', null]] },
      { f: 'txn', value: [['r', 'x', null]], output: [['r', 'x', 0]] },
    ],
    false,
  ],
  [
    'a transaction reads its own writes',
    'txn',
    null,
    [
      {
        f: 'txn',
        value: [
          ['w', 'x', 1],
          ['r', 'x', null],
        ],
        output: [
          ['w', 'x', 1],
          ['r', 'x', 1],
        ],
      },
    ],
    true,
  ],
  [
    'a transaction reads the initial value of a register',
    'txn',
    { x: 3 },
    [{ f: 'txn', value: [['r', 'x', null]], output: [['r', 'x', 3]] }],
    true,
  ],
  [
    'a transaction takes effect as a whole',
    'txn',
    null,
    [
      {
        f: 'txn',
        value: [
          ['w', 'x', 1],
          ['w', 'y', 1],
        ],
      },
      {
        f: 'txn',
        value: [
          ['r', 'x', null],
          ['r', 'y', null],
        ],
        output: [
          ['r', 'x', 1],
          ['r', 'y', null],
        ],
      },
    ],
    false,
  ],
];

describe('in a sequential run', () => {
  test.each(claims)('%s', (_, name, initial, asked, legal) => {
    expect(isRun(name, initial, asked)).toBe(legal);
  });
});

test('values are equal whatever the order of their members', () => {
  const asked = [
    { f: 'write', value: { a: 1, b: 2 } },
    { f: 'read', output: { b: 2, a: 1 } },
  ];

  expect(isRun('register', null, asked)).toBe(true);
});

test('the number 1 and the text "1" are different values', () => {
  expect(isRun('register', 1, [{ f: 'read', output: '1' }])).toBe(false);
});
