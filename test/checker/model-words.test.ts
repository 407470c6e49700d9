/** How models say operations and states: a text can be told from a number, an answer from none. */

import { describe, expect, test } from 'vitest';
import {
  checkLinearizable,
  describeOperation,
  type HistoryOperation,
  type ModelName,
  modelNamed,
  models,
  statesAlong,
} from '../../checker/index.ts';

type Asked = Pick<HistoryOperation, 'f' | 'key' | 'value' | 'output'>;

const asking = (asked: Asked, index = 0): HistoryOperation => {
  return { process: 1, call: 2 * index, return: 2 * index + 1, ...asked };
};

describe('an operation is said with its texts in quotes, and no more than is known:', () => {
  test.each<[ModelName, Asked, string]>([
    ['register', { f: 'write', value: '1' }, 'write = "1"'],
    ['register', { f: 'read' }, 'read'],
    ['cas-register', { f: 'cas', value: ['1', 2] }, 'cas "1" -> 2'],
    ['kv', { f: 'put', key: 'x', value: '1' }, 'put x = "1"'],
    ['kv', { f: 'get', key: 'x', output: '1' }, 'get x = "1"'],
    ['counter', { f: 'add', value: 2 }, 'add 2'],
    ['counter', { f: 'read', output: 0 }, 'read = 0'],
    ['counter', { f: 'read', output: '0' }, 'read = "0"'],
    ['counter', { f: 'read' }, 'read'],
    ['list', { f: 'append', value: '1' }, 'append "1"'],
    ['list', { f: 'read', output: ['1', 2] }, 'read = ["1",2]'],
    ['list', { f: 'read' }, 'read'],
    ['set', { f: 'add', value: '1' }, 'add "1"'],
    ['queue', { f: 'enqueue', value: '1' }, 'enqueue "1"'],
    ['queue', { f: 'dequeue', output: '1' }, 'dequeue = "1"'],
    ['stack', { f: 'pop' }, 'pop'],
  ])('%s %j', (model, asked, words) => {
    expect(describeOperation(modelNamed(model), asking(asked))).toBe(words);
  });
});

describe('a state is said as its values were written:', () => {
  test.each<[ModelName, string, readonly string[]]>([
    ['set', 'add', ['[2]', '["1",2]', '["1",1,2]']],
    ['list', 'append', ['[2]', '[2,"1"]', '[2,"1",1]']],
    ['queue', 'enqueue', ['[2]', '[2,"1"]', '[2,"1",1]']],
    ['stack', 'push', ['[2]', '[2,"1"]', '[2,"1",1]']],
  ])('of a %s by %s', (name, f, states) => {
    const operations = [2, '1', 1].map((value, index) => asking({ f, value }, index));

    expect(statesAlong(modelNamed(name), null, operations, [0, 1, 2])).toEqual(states);
  });
});

test('the counterexample of a set names its numbers as numbers', () => {
  const asked = [
    { f: 'add', value: 1 },
    { f: 'add', value: 2 },
    { f: 'read', output: [1] },
  ];
  const operations = asked.map(asking);

  const { counterexample } = checkLinearizable(models.set, operations, { evidence: true });
  const [order = []] = counterexample?.partial ?? [];

  expect(statesAlong(models.set, null, operations, order)).toEqual(['[1]', '[1,2]']);
});
