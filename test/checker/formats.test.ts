/** The readers: what each format means, and where each mistake is found. */

import { describe, expect, test } from 'vitest';
import {
  detectFormat,
  HistoryFormatError,
  type HistoryOperation,
  type ReadOptions,
  readHistories,
  writeJepsenEdn,
  writeQuorumlabHistory,
} from '../../checker/index.ts';

function operationsOf(text: string, options?: ReadOptions): readonly HistoryOperation[] {
  return readHistories(text, options)[0]?.operations ?? [];
}

function errorOf(text: string, options?: ReadOptions): HistoryFormatError {
  try {
    readHistories(text, options);
  } catch (error) {
    if (error instanceof HistoryFormatError) return error;
    throw error;
  }
  throw new Error('the text was read without an error');
}

describe('the Jepsen EDN reader', () => {
  test('takes the answer of a read from its :ok event', () => {
    const text = `[{:process 0, :type :invoke, :f :read, :value nil}
                   {:process 0, :type :ok, :f :read, :value 3}]`;

    expect(operationsOf(text)).toEqual([{ process: 0, f: 'read', call: 0, return: 1, output: 3 }]);
  });

  test('takes a read of nil for one whose answer is unknown', () => {
    const text = '{:process 0 :type :invoke :f :read} {:process 0 :type :ok :f :read :value nil}';

    expect(operationsOf(text)).toEqual([{ process: 0, f: 'read', call: 0, return: 1 }]);
  });

  test('leaves out a :fail pair', () => {
    const text = `({:process 0 :type :invoke :f :cas :value [1 2]}
                   {:process 0 :type :fail :f :cas :value [1 2]})`;

    expect(operationsOf(text)).toEqual([]);
  });

  test('keeps a failed cas as an answer if told to', () => {
    const text = `({:process 0 :type :invoke :f :cas :value [1 2]}
                   {:process 0 :type :fail :f :cas :value [1 2]})`;

    const [operation] = operationsOf(text, { failedCas: 'observed' });

    expect(operation?.output).toBe(false);
  });

  test('leaves an :info operation open for ever', () => {
    const text = `{:process 0 :type :invoke :f :write :value 1}
                  {:process 0 :type :info :f :write :value 1}`;

    expect(operationsOf(text)[0]?.return).toBeNull();
  });

  test('skips the nemesis, comments, commas, discarded and tagged values', () => {
    const text = `; a comment, with a comma
      [#jepsen.history.Op{:process :nemesis, :type :info, :f :start, :value #{1 2}}
       #_{:ignored 1} #jepsen.history.Op{:process 1,, :type :invoke
         :f :write, :value -7N :error [:x "a \\"b\\""]}]`;

    expect(operationsOf(text)).toEqual([
      { process: 1, f: 'write', value: -7, call: 1, return: null },
    ]);
  });

  test('reads [process type f value] tuples', () => {
    const text = '[[0 :invoke :write 1] [0 :ok :write 1]]';

    expect(operationsOf(text)).toEqual([{ process: 0, f: 'write', value: 1, call: 0, return: 1 }]);
  });

  test('unwraps the [key value] pairs of independent keys', () => {
    const text = `[[0 :invoke :read [5 nil]] [0 :ok :read [5 2]]
                   [1 :invoke :cas [6 [1 2]]] [1 :ok :cas [6 [1 2]]]]`;

    expect(readHistories(text)[0]).toEqual({
      model: 'kv',
      initial: null,
      operations: [
        { process: 0, f: 'get', key: '5', call: 0, return: 1, output: 2 },
        { process: 1, f: 'cas', key: '6', value: [1, 2], call: 2, return: 3, output: true },
      ],
    });
  });

  test('reads transactions over many registers', () => {
    const text = `[[0 :invoke :txn [[:read :x nil] [:write :y 2]]]
                   [0 :ok :txn [[:read :x 1] [:write :y 2]]]]`;

    const [history] = readHistories(text);

    expect(history?.model).toBe('txn');
    expect(history?.operations[0]?.output).toEqual([
      ['r', 'x', 1],
      ['w', 'y', 2],
    ]);
  });

  test.each([
    ['any state, in the words of Knossos', '[:read :x nil]', ['r', 'x']],
    ['what was there at first, in those of Elle', '[:r :x nil]', ['r', 'x', null]],
  ])('takes a transaction that read nil for one that saw %s', (_, read, answer) => {
    const [history] = readHistories(`[[0 :invoke :txn [${read}]] [0 :ok :txn [${read}]]]`);

    expect(history?.operations[0]?.output).toEqual([answer]);
  });

  test('takes an empty list for what was there at first, where transactions append', () => {
    const text = (change: string): string =>
      `[[0 :invoke :txn [[:r :x nil] ${change}]] [0 :ok :txn [[:r :x []] ${change}]]]`;
    const seenIn = (change: string): unknown =>
      readHistories(text(change))[0]?.operations[0]?.output;

    expect(seenIn('[:append :y 1]')).toEqual([
      ['r', 'x', null],
      ['append', 'y', 1],
    ]);
    expect(seenIn('[:w :y 1]')).toEqual([
      ['r', 'x', []],
      ['w', 'y', 1],
    ]);
  });

  test('refuses a process that invokes while its operation is open, with the line', () => {
    const error = errorOf(`{:process 0 :type :invoke :f :read}
      {:process 1 :type :invoke :f :read}
      {:process 0 :type :invoke :f :read}`);

    expect(error).toMatchObject({ line: 3, column: 7 });
  });

  test('refuses a process that invokes after :info', () => {
    const error = errorOf(`{:process 0 :type :invoke :f :write :value 1}
      {:process 0 :type :info :f :write :value 1}
      {:process 0 :type :invoke :f :read}`);

    expect(error.line).toBe(3);
  });

  test('says what it expected where a map is cut off', () => {
    const error = errorOf('[{:process 0, :type :invoke');

    expect(error.message).toBe(
      'line 1, column 28: expected a value or }, found the end of the input',
    );
  });

  test.each([
    ['an unknown type', '{:process 0 :type :okay :f :read}', 19],
    ['a key without a value', '{:process 0 :type}', 13],
    ['a repeated key', '{:process 0 :process 1}', 13],
    ['a completion without an invocation', '{:process 0 :type :ok :f :read}', 1],
    ['a process that is no integer', '{:process 0.5 :type :ok :f :read}', 11],
    ['a cas of one value', '[[0 :invoke :read nil] [1 :invoke :cas 3]]', 40],
    ['functions of two models', '[[0 :invoke :read nil] [1 :invoke :pop nil]]', 2],
    ['an empty text', '', 1],
  ])('refuses %s at its column', (_, text, column) => {
    expect(errorOf(text, { format: 'jepsen-edn' }).column).toBe(column);
  });
});

describe('the Jepsen EDN writer', () => {
  test('writes what the reader reads as the same operations', () => {
    const text = `[[0 :invoke :read nil] [1 :invoke :cas [1 2]] [0 :ok :read "a\\n"]
      [1 :ok :cas [1 2]]
      [2 :invoke :write {"b" [true]}]]`;
    const [history] = readHistories(text);

    expect(readHistories(writeJepsenEdn(history!))).toEqual([history]);
  });

  test('writes the keys of a store as the reader unwraps them', () => {
    const text = '[[0 :invoke :read ["x" nil]] [0 :ok :read ["x" 7]] [1 :invoke :write ["y" 1]]]';
    const [history] = readHistories(text);

    expect(operationsOf(writeJepsenEdn(history!))).toEqual(history?.operations);
  });
});

describe('the Jepsen log reader', () => {
  const line = (rest: string) => `INFO  jepsen.util - ${rest}\n`;

  test('takes a failed cas for the answer false', () => {
    const text = line('0\t:invoke\t:cas\t[1 2]') + line('0\t:fail\t:cas\t[1 2]');

    expect(operationsOf(text)).toEqual([
      { process: 0, f: 'cas', value: [1, 2], call: 0, return: 1, output: false },
    ]);
  });

  test('leaves a failed cas out if told to', () => {
    const text = line('0\t:invoke\t:cas\t[1 2]') + line('0\t:fail\t:cas\t[1 2]');

    expect(operationsOf(text, { failedCas: 'absent' })).toEqual([]);
  });

  test('leaves a read that timed out out', () => {
    const text = line('0\t:invoke\t:read\tnil') + line('0\t:fail\t:read\t:timed-out');

    expect(operationsOf(text)).toEqual([]);
  });

  test('takes a read of nil for a read of nil', () => {
    const text = line('0   :invoke :read   nil') + line('0   :ok     :read   nil');

    expect(operationsOf(text)[0]?.output).toBeNull();
  });

  test.each([
    ['another logger', 'INFO  jepsen.core - 0\t:ok\t:read\tnil\n', 1],
    ['no value', line('0\t:invoke\t:read'), 36],
    ['a value too many', line('0\t:invoke\t:read\tnil\tnil'), 41],
    ['a write of nil', line('0\t:invoke\t:write\tnil'), 38],
    ['a cut pair', line('0\t:invoke\t:cas\t[1'), 36],
  ])('refuses %s at its column', (_, text, column) => {
    expect(errorOf(text, { format: 'jepsen-log' }).column).toBe(column);
  });
});

describe('the key-value log reader', () => {
  const event = (type: string, f: string, value: string) =>
    `{:process 0, :type :${type}, :f :${f}, :key "4", :value ${value}}\n`;

  test('starts every key with the empty string', () => {
    const [history] = readHistories(event('invoke', 'get', 'nil') + event('ok', 'get', '""'));

    expect(history).toEqual({
      model: 'kv',
      initial: '',
      operations: [{ process: 0, f: 'get', key: '4', call: 0, return: 1, output: '' }],
    });
  });

  test('refuses a value that is not a string', () => {
    expect(errorOf(event('invoke', 'put', '7'))).toMatchObject({ line: 1, column: 55 });
  });
});

describe('the reader of quorumlab-history/1', () => {
  const header = '{"format":"quorumlab-history/1","model":"cas-register","initial":null}\n';

  test('reads what the writer wrote', () => {
    const history = {
      model: 'kv',
      initial: null,
      operations: [
        { process: 3, f: 'cas', key: 'x', value: [1, 2], call: 5, return: 9, output: true },
        { process: 4, f: 'put', key: 'y', value: { a: [null] }, call: 2, return: null },
      ],
    };

    expect(readHistories(writeQuorumlabHistory(history))).toEqual([history]);
  });

  test.each([
    ['a member it does not know', '{"process":1,"f":"read","call":1,"retrun":2}', 34],
    ['a missing return', '{"process":1,"f":"read","call":1}', 1],
    ['a time that is no integer', '{"process":1,"f":"read","call":1.5,"return":2}', 32],
    [
      'an answer to what never returned',
      '{"process":1,"f":"read","call":1,"return":null,"output":1}',
      48,
    ],
    ['a function its model does not have', '{"process":1,"f":"pop","call":1,"return":2}', 18],
    ['half a cas', '{"process":1,"f":"cas","value":[1],"call":1,"return":2}', 32],
    [
      'an answer that is none of a cas',
      '{"process":1,"f":"cas","value":[1,2],"call":1,"return":2,"output":7}',
      67,
    ],
    ['a return before the call', '{"process":1,"f":"read","call":3,"return":2}', 43],
    ['a repeated name', '{"process":1,"process":2}', 14],
    ['a line cut off', '{"process":1,"f":"re', 21],
    ['text after the operation', '{"process":1} x', 15],
    ['an integer beyond 2^53', '{"process":9007199254740993}', 12],
  ])('refuses %s with line and column', (_, line, column) => {
    expect(errorOf(header + line)).toMatchObject({ line: 2, column });
  });

  test('refuses a process that acts after an operation that never returned', () => {
    const error = errorOf(
      `${header}{"process":1,"f":"write","value":1,"call":1,"return":null}\n` +
        '{"process":1,"f":"read","call":2,"return":3,"output":1}\n',
    );

    expect(error.line).toBe(3);
  });

  test('refuses a model that nobody has', () => {
    expect(errorOf('{"format":"quorumlab-history/1","model":"teapot"}').column).toBe(41);
  });
});

test.each([
  ['quorumlab', '{"format":"quorumlab-history/1"}'],
  ['jepsen-log', 'INFO  jepsen.util - 0\t:invoke\t:read\tnil'],
  ['porcupine-kv', '{:process 0, :type :invoke, :f :get, :key "0", :value nil}'],
  ['jepsen-edn', '; said Kyle\n[{:process 0, :type :invoke}]'],
])('the format %s is detected', (format, text) => {
  expect(detectFormat(text)).toBe(format);
});

describe('a model that the file is not about is refused', () => {
  const log = 'INFO  jepsen.util - 0\t:invoke\t:write\t1\nINFO  jepsen.util - 0\t:ok\t:write\t1\n';
  const edn = '[[0 :invoke :read nil] [0 :ok :read 1]\n [1 :invoke :frobnicate 1]]';
  const keyed = '{:process 0, :type :invoke, :f :put, :key "4", :value "a"}\n';
  const failed = '[[0 :invoke :push 1] [0 :fail :push 1]]';
  const listed = '[[0 :invoke :read nil]\n [0 :ok :read 1]]';

  test.each([
    ['in a log', log, 'queue', 1, 21, 'f to be enqueue or dequeue'],
    ['in EDN', edn, 'register', 2, 2, 'f to be read or write'],
    ['in a key-value log', keyed, 'cas-register', 1, 1, 'f to be read, write or cas'],
    ['for what never happened', failed, 'queue', 1, 2, 'f to be enqueue or dequeue'],
    ['for an answer', listed, 'list', 2, 2, 'output of read to be an array, or null'],
  ])('%s, with line, column and what was expected', (_, text, model, line, column, expected) => {
    const error = errorOf(text, { model });

    expect(error).toMatchObject({ line, column });
    expect(error.expected).toContain(expected);
  });

  test('as is a put without a key', () => {
    const text = `{"format":"quorumlab-history/1","model":"kv","initial":null}
{"process":1,"f":"put","value":1,"call":1,"return":2}`;

    expect(errorOf(text)).toMatchObject({ line: 2, expected: 'put to have a key' });
  });
});

describe('an end that contradicts its invocation', () => {
  test.each([
    ['a write', '[[0 :invoke :write 1] [0 :ok :write 2]]', 37],
    ['a cas', '[[0 :invoke :cas [1 2]] [0 :ok :cas [2 1]]]', 37],
    ['an enqueue', '[[0 :invoke :enqueue 1] [0 :ok :enqueue 2]]', 41],
  ])('is refused for %s', (_, text, column) => {
    expect(errorOf(text).column).toBe(column);
  });

  test('is refused in a log', () => {
    const line = (rest: string) => `INFO  jepsen.util - ${rest}\n`;

    const error = errorOf(line('0\t:invoke\t:write\t1') + line('0\t:ok\t:write\t2'));

    expect(error).toMatchObject({ line: 2, expected: 'the value of the invocation, 1' });
  });
});

test.each([
  '{"format":"quorumlab-history/1","model":"register"}\n{',
  'INFO  jepsen.util - 0\t:invoke\t:read\tnil\nx',
  '{:process 0, :type :invoke, :f :get, :key "0", :value nil}\n)',
  '[{:process 0, :type :invoke, :f :read}\n',
])('a byte order mark before %j changes nothing', (text) => {
  const whole = text.slice(0, text.lastIndexOf('\n')) + (text.startsWith('[') ? ']' : '');

  expect(readHistories(`\ufeff${whole}`)).toEqual(readHistories(whole));
  expect(errorOf(`\ufeff${text}`).message).toBe(errorOf(text).message);
});
