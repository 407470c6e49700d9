/** Paxi's CSV: `key,input,output,start,end`. */

import { describe, expect, test } from 'vitest';
import { checkHistory, HistoryFormatError, readHistories } from '../../checker/index.ts';

const NEVER = '9223372036854775807';

function errorOf(text: string): HistoryFormatError {
  try {
    readHistories(text, { format: 'paxi-csv' });
  } catch (error) {
    if (error instanceof HistoryFormatError) return error;
    throw error;
  }
  throw new Error('the text was read without an error');
}

const verdictOf = (text: string, initial = 0) =>
  readHistories(text, { initial }).map((history) => checkHistory(history).verdict)[0];

describe('the Paxi reader', () => {
  test('takes a line with an input for a write, one without for a read', () => {
    expect(readHistories('7,5,null,10,20\n7,,5,15,30\n')[0]).toEqual({
      model: 'register',
      initial: null,
      operations: [
        { process: 1, f: 'write', key: '7', value: 5, call: 10, return: 20 },
        { process: 2, f: 'read', key: '7', call: 15, return: 30, output: 5 },
      ],
    });
  });

  test('takes empty, null and <nil> for absent', () => {
    const texts = ['1,,5,0,1', '1,null,5,0,1', '1,<nil>,5,0,1'];

    const histories = texts.map((text) => readHistories(text)[0]);

    expect(histories[1]).toEqual(histories[0]);
    expect(histories[2]).toEqual(histories[0]);
  });

  test('takes a read without an output for one that saw nothing written', () => {
    expect(readHistories('1,,,0,1')[0]?.operations[0]?.output).toBeNull();
  });

  test('takes an end of 2^63 - 1 for never, and then has no answer', () => {
    const operations = readHistories(`1,,5,0,${NEVER}\n1,6,,0,${NEVER}`)[0]?.operations;

    expect(operations).toEqual([
      { process: 1, f: 'read', key: '1', call: 0, return: null },
      { process: 2, f: 'write', key: '1', value: 6, call: 0, return: null },
    ]);
  });

  test('keeps values beyond 2^53 apart', () => {
    const text = '1,5577006791947779410,,0,1\n1,,5577006791947779411,2,3\n';

    expect(verdictOf(text)).toBe('not-linearizable');
    expect(verdictOf(text.replace('9411', '9410'))).toBe('linearizable');
  });

  test('keeps the order of times beyond 2^53', () => {
    const text = '1,7,,1700000000000000001,1700000000000000002\n';
    const late = `${text}1,,0,1700000000000000003,1700000000000000004\n`;
    const concurrent = `${text}1,,0,1700000000000000002,1700000000000000004\n`;

    expect(verdictOf(late)).toBe('not-linearizable');
    expect(verdictOf(concurrent)).toBe('linearizable');
  });

  test('judges each key by itself', () => {
    expect(verdictOf('1,5,,0,1\n2,,0,2,3\n')).toBe('linearizable');
    expect(verdictOf('1,5,,0,1\n1,,0,2,3\n')).toBe('not-linearizable');
  });

  test('passes over a header and blank lines, and reads quotes and carriage returns', () => {
    const text = 'key,input,output,start,end\r\n\r\n"1","a ""b"", c",,0,1\r\n';

    expect(readHistories(text)[0]?.operations).toEqual([
      { process: 1, f: 'write', key: '1', value: 'a "b", c', call: 0, return: 1 },
    ]);
  });

  test.each([
    ['four fields, as Paxi itself writes them', '5,<nil>,0.1,0.2', 1, 1, 'the 5 fields key,input'],
    ['six fields', '1,2,,3,4,5', 1, 1, 'the 5 fields'],
    ['a key that is no integer', '1,2,,3,4\nx,2,,3,4', 2, 1, 'an integer as key'],
    ['an input and an output', '1,2,3,4,5', 1, 5, 'no output of what has an input'],
    ['a time in seconds', '1,2,,0.5,1', 1, 6, 'an integer as start, in nanoseconds'],
    ['no end', '1,2,,5,', 1, 8, 'an integer as end'],
    ['an end before the start', '1,2,,5,4', 1, 8, 'an end not before the start, 5'],
    ['a quote that does not end', '1,"2,,5,6', 1, 10, 'a closing quote'],
    ['text after a quote', '1,"2"x,,5,6', 1, 6, '"," after the closing quote'],
    ['a quote within a field', '1,2"2,,5,6', 1, 4, 'no quote within'],
    [
      'a second header',
      'key,input,output,start,end\nkey,input,output,start,end',
      2,
      1,
      'an integer',
    ],
    ['no line at all', '\n \n', 3, 1, 'an operation'],
  ])('refuses %s with line and column', (_, text, line, column, expected) => {
    const error = errorOf(text);

    expect(error).toMatchObject({ line, column });
    expect(error.expected).toContain(expected);
  });

  test('names a key, a function and a time in the counterexample', () => {
    const [history] = readHistories('1,5,,0,1\n1,,0,2,3\n', { initial: 0 });

    const { counterexample } = checkHistory(history!, { evidence: true });

    expect(counterexample?.sentence).toContain('read 1 = 0 at 3');
  });
});
