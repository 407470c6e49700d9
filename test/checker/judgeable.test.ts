/** What a caller without types gets wrong: an error that names it, and never a verdict. */

import { describe, expect, test } from 'vitest';
import {
  checkBoundedStaleness,
  checkConsistency,
  checkHistory,
  checkLinearizable,
  checkSequential,
  checkSessions,
  determinised,
  HistoryError,
  type Model,
  modelNames,
  models,
  placeOfOperation,
  readHistories,
  writeJepsenEdn,
  writeQuorumlabHistory,
} from '../../checker/index.ts';

/** As JavaScript sees the checker: anything may be given for anything. */
type Untyped = (...given: readonly unknown[]) => { readonly verdict: string };

const linearizable: Untyped = (...given) => Reflect.apply(checkLinearizable, undefined, given);
const sequential: Untyped = (...given) => Reflect.apply(checkSequential, undefined, given);
const sessions: Untyped = (...given) => Reflect.apply(checkSessions, undefined, given);
const consistency: Untyped = (...given) => Reflect.apply(checkConsistency, undefined, given);
const stale: Untyped = (...given) => Reflect.apply(checkBoundedStaleness, undefined, given);
const history: Untyped = (...given) => Reflect.apply(checkHistory, undefined, given);

const WRITE = { process: 4, f: 'write', value: 1, call: 0, return: 10 };
const READ = { process: 1, f: 'read', call: 20, return: 30, output: 7 };
const BOUND = { by: 'versions', most: 1 };

const checks: readonly (readonly [string, (model: unknown, operations: unknown) => unknown])[] = [
  ['linearizability', (model, operations) => linearizable(model, operations)],
  ['sequential consistency', (model, operations) => sequential(model, operations)],
  ['session guarantees', (model, operations) => sessions(model, operations)],
  ['bounded staleness', (model, operations) => stale(model, operations, BOUND)],
  ['staleness by time', (model, operations) => stale(model, operations, { by: 'time', most: 3 })],
  ['a level by name', (model, operations) => consistency('sequential', model, operations)],
];

describe.each(checks)('a check of %s', (_name, check) => {
  test.each([
    [models.register, 'wirte', 'model register expects f to be read or write'],
    [models['cas-register'], 'compare', 'model cas-register expects f to be read, write or cas'],
    [models.kv, 'pit', 'model kv expects f to be get, put, delete, cas, append or slice'],
  ])('refuses what the model does not know', (model, f, expected) => {
    const wrong = { ...WRITE, key: 'x', call: 40, return: 50, f };

    expect(() => check(model, [{ ...WRITE, key: 'x' }, wrong])).toThrow(
      new HistoryError(`operation 1 (${f} by process 4): ${expected}`, 1),
    );
  });

  test.each([
    ['null', null, 'expected an operation, found null'],
    ['a number', 7, 'expected an operation, found 7'],
    ['a hole', undefined, 'expected an operation, found undefined'],
  ])('refuses %s among the operations', (_title, operation, message) => {
    expect(() => check(models.register, [WRITE, operation])).toThrow(`operation 1: ${message}`);
  });

  test.each([
    ['a name', 'register', 'expected a model, with init and step, found "register": models and'],
    ['nothing', undefined, 'expected a model, with init and step, found undefined'],
    ['an object', { name: 'mine' }, 'with init and step, found an object with name'],
  ])('refuses %s in place of a model', (_title, model, message) => {
    expect(() => check(model, [])).toThrow(TypeError);
    expect(() => check(model, [])).toThrow(message);
  });

  test.each([
    ['nothing', undefined, 'undefined'],
    ['one operation', WRITE, 'an object with process, f, value, call, return'],
    ['a text', 'operations', '"operations"'],
  ])('refuses %s in place of operations', (_title, operations, found) => {
    const complaint = `expected an array of operations, found ${found}`;

    expect(() => check(models.register, operations)).toThrow(new TypeError(complaint));
  });
});

describe('an operation', () => {
  test.each([
    ['a cas of a register', 'register', { f: 'cas', value: [1, 2] }, 'f to be read or write'],
    ['a cas of no pair', 'cas-register', { f: 'cas', value: 2 }, 'value to be [old, new]'],
    ['a write to a queue', 'queue', { f: 'write', value: 1 }, 'f to be enqueue or dequeue'],
    ['an add of a text', 'counter', { f: 'add', value: '1' }, 'add to have a number as value'],
    ['a sum that is a text', 'counter', { output: '0' }, 'output of read to be a number'],
    ['a sum that is none', 'counter', { output: null }, 'output of read to be a number'],
    ...(['no', 'false', 0, 1, [], {}] as const).flatMap((output) =>
      (['acquire', 'release'] as const).map(
        (f) =>
          [
            `a lock's ${f} that answers ${JSON.stringify(output)}`,
            'mutex',
            { f, output },
            `output of ${f} to be true or false`,
          ] as const,
      ),
    ),
  ] as const)('is refused if it is %s', (_title, model, members, expected) => {
    const operation = { process: 2, f: 'read', call: 0, return: 1, ...members };

    expect(() => linearizable(models[model], [operation])).toThrow(
      new HistoryError(
        `operation 0 (${operation.f} by process 2): model ${model} expects ${expected}`,
        0,
      ),
    );
  });

  test.each([
    ['register', 'read'],
    ['cas-register', 'read'],
    ['kv', 'get'],
    ['kv', 'read'],
    ['kv', 'delete'],
    ['dictionary', 'get'],
    ['counter', 'read'],
    ['list', 'read'],
    ['set', 'read'],
    ['queue', 'dequeue'],
    ['stack', 'pop'],
    ['mutex', 'acquire'],
    ['mutex', 'release'],
  ] as const)('of %s that takes no value is refused with one: %s', (model, f) => {
    const operation = { process: 1, f, key: 'x', value: 5, call: 0, return: 1 };

    expect(() => linearizable(models[model], [operation])).toThrow(
      `model ${model} expects ${f} to have no value (an answer is its output)`,
    );
    expect(() => linearizable(models[model], [{ ...operation, value: null }])).not.toThrow();
  });

  test.each([
    ['an empty one', {}, 'expected a string as f, found undefined'],
    ['another thing', { a: 1 }, 'expected one of process, f, key, value, call, return, output'],
    ['a misspelt answer', { ...READ, output: undefined, ouptut: 7 }, 'found "ouptut"'],
    ['a misspelt time', { ...READ, return: undefined, retrun: 30 }, 'found "retrun"'],
    ['no process', { ...READ, process: undefined }, 'an integer as process, found undefined'],
    ['a name as process', { ...READ, process: 'a' }, 'an integer as process, found "a"'],
    ['no call', { ...READ, call: undefined }, 'expected call and return, and found no call'],
    ['no return', { ...READ, return: undefined }, 'expected call and return, and found no return'],
    ['a number as key', { ...READ, key: 1 }, 'expected a string as key, found 1'],
    ['a text as call', { ...READ, call: '20' }, 'call 20 is not an integer'],
    ['an answer without return', { ...READ, return: null }, 'never returned, but has an output'],
    ['null as such', { ...READ, return: null, output: null }, 'never returned, but has an output'],
  ])('is refused if it has members like %s', (_title, operation, message) => {
    expect(() => linearizable(models.register, [operation])).toThrow(HistoryError);
    expect(() => linearizable(models.register, [operation])).toThrow(message);
  });

  const circle: unknown[] = [1];
  circle.push({ circle });
  class Money {
    readonly cents = 5;
  }

  test.each([
    ['a Date', new Date(0), 'a Date'],
    ['a Map', new Map([[1, 2]]), 'a Map'],
    ['an object of a class', new Money(), 'a Money'],
    ['a bigint', 5n, 'a bigint'],
    ['a symbol', Symbol('s'), 'a symbol'],
    ['a function', () => 1, 'a function'],
    ['no number', Number.NaN, 'NaN'],
    ['what has no end', Number.POSITIVE_INFINITY, 'Infinity'],
    ['a circle', circle, 'what is nested more than 100 deep'],
    ['undefined in an array', [1, undefined], 'undefined'],
    ['a hole in an array', Array(1), 'undefined'],
    ['undefined in an object', { a: undefined }, 'undefined'],
    ['a Date deep inside', { a: [{ b: new Date(0) }] }, 'a Date'],
  ])('is refused if it writes or reads %s', (_title, plain, flaw) => {
    const written = { ...WRITE, value: plain };
    const seen = { ...READ, output: plain };

    expect(() => linearizable(models.register, [written])).toThrow(
      `operation 0 (write by process 4): the value holds ${flaw}: expected what JSON can say`,
    );
    expect(() => linearizable(models.register, [WRITE, seen])).toThrow(
      `operation 1 (read by process 1): the output holds ${flaw}: expected what JSON can say`,
    );
  });

  test('is fine with members that are there and undefined, and objects without prototype', () => {
    const bare = Object.assign(Object.create(null), { a: [1, { b: null }] });
    const asked = { ...WRITE, key: undefined, value: bare, output: undefined };
    const seen = { ...READ, value: undefined, output: { a: [1, { b: null }] } };

    expect(linearizable(models.register, [asked, seen]).verdict).toBe('linearizable');
  });

  test('of a user’s model is refused by what that model expects', () => {
    const coin: Model<null> = {
      name: 'coin',
      init: () => null,
      step: (state) => ({ ok: true, next: state }),
      expects: ({ f }) => (f === 'toss' ? undefined : 'f to be toss'),
    };
    const complaint = 'operation 0 (read by process 1): model coin expects f to be toss';
    const chosen = determinised({ ...coin, init: () => [null], step: () => [null] });

    expect(() => linearizable(coin, [READ])).toThrow(complaint);
    expect(() => linearizable(chosen, [READ])).toThrow(complaint);
  });
});

describe('an initial value', () => {
  test.each([
    ['list', 5, 'expected initial of a list to be an array or null, found 5'],
    ['set', 'a', 'expected initial of a set to be an array or null, found "a"'],
    ['counter', '5', 'expected initial of a counter to be a number or null, found "5"'],
    ['queue', {}, 'array of values other than null, or null, found an object without members'],
    ['mutex', 1, 'expected initial of a mutex to be true, false or null, found 1'],
    ['register', new Date(0), 'the initial value holds a Date: expected what JSON can say'],
  ] as const)('of a %s is refused if it has no such state: %s', (model, initial, message) => {
    expect(() => linearizable(models[model], [], { initial })).toThrow(TypeError);
    expect(() => linearizable(models[model], [], { initial })).toThrow(message);
    expect(() => sequential(models[model], [], { initial })).toThrow(message);
    expect(() => history({ model, initial, operations: [] })).toThrow(message);
  });

  test.each(modelNames())('may be left out, and be null, for %s', (model) => {
    const verdicts = [undefined, null].map((initial) =>
      history({ model, initial, operations: [] }),
    );

    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['linearizable', 'linearizable']);
  });
});

describe('an option', () => {
  test.each([
    [{ maxMemoryBytes: '1GB' }, 'option maxMemoryBytes: expected a number from 0 on, found "1GB"'],
    [{ maxSteps: Number.NaN }, 'option maxSteps: expected a number from 0 on, found NaN'],
    [{ maxSteps: -1 }, 'option maxSteps: expected a number from 0 on, found -1'],
    [{ shouldStop: 5 }, 'option shouldStop: expected a function, found 5'],
    [{ evidence: 'yes' }, 'option evidence: expected true or false, found "yes"'],
    [{ witness: [0.5] }, 'option witness: expected an array of whole numbers, found an array of 1'],
    [{ maxStep: 5 }, 'a check has no option "maxStep"; expected one of shouldStop, maxSteps, '],
    [{ guarantees: [] }, 'a check has no option "guarantees"'],
    [null, 'expected an object as options of a check, found null'],
    ['evidence', 'expected an object as options of a check, found "evidence"'],
    [[], 'expected an object as options of a check, found an array of 0'],
  ])('is refused if it is none: %j', (options, message) => {
    expect(() => linearizable(models.register, [READ], options)).toThrow(TypeError);
    expect(() => linearizable(models.register, [READ], options)).toThrow(message);
    expect(() => sequential(models.register, [READ], options)).toThrow(message);
    expect(() => stale(models.register, [READ], BOUND, options)).toThrow(message);
  });

  test.each([
    [['monotonic-read'], 'option guarantees: expected some of read-your-writes, '],
    [['sessions'], 'found "sessions"'],
    [[], 'found none'],
    ['monotonic-reads', 'option guarantees: expected an array, found "monotonic-reads"'],
  ])('may not ask for session guarantees that there are none of: %j', (guarantees, message) => {
    expect(() => sessions(models.register, [READ], { guarantees })).toThrow(TypeError);
    expect(() => sessions(models.register, [READ], { guarantees })).toThrow(message);
  });

  test('that is there and undefined counts as left out', () => {
    const options = { maxSteps: undefined, initial: undefined, evidence: undefined };

    expect(linearizable(models.register, [WRITE], options).verdict).toBe('linearizable');
  });
});

describe('a level', () => {
  test.each([
    [
      'sequental',
      'unknown level "sequental"; expected one of linearizable, sequential, sessions, ',
    ],
    [undefined, 'unknown level undefined; expected one of'],
    [null, 'unknown level null; expected one of'],
    [{ stale: BOUND }, 'unknown level an object with stale; expected one of'],
    [{ staleness: BOUND, by: 'time' }, 'unknown level an object with staleness, by'],
    [{ staleness: { by: 'tim', most: 1 } }, "staleness by: expected 'time' or 'versions', found"],
    [
      { staleness: { most: 1 } },
      "expected staleness as in { staleness: { by: 'time' or 'versions'",
    ],
    [{ staleness: 2 }, 'found 2'],
    [{ staleness: { by: 'time', most: 1, unit: 'ms' } }, 'found "unit"'],
  ])('is refused if it is none: %j', (level, message) => {
    expect(() => consistency(level, models.register, [READ])).toThrow(TypeError);
    expect(() => consistency(level, models.register, [READ])).toThrow(message);
  });

  test('of staleness is refused with the bound that is none', () => {
    const noBound = { by: 'time' };

    expect(() => stale(models.register, [READ], { by: 'tim', most: 1 })).toThrow(
      "staleness by: expected 'time' or 'versions', found \"tim\"",
    );
    expect(() => stale(models.register, [READ], noBound)).toThrow(RangeError);
    expect(() => stale(models.register, [READ])).toThrow('found undefined');
  });
});

test('a history that is none is refused', () => {
  expect(() => history(undefined)).toThrow('expected a history, found undefined');
  expect(() => history({ model: 'regster', initial: null, operations: [] })).toThrow('regster');
  expect(() => history({ model: 'register', initial: null })).toThrow('array of operations');
});

describe.each([writeQuorumlabHistory, writeJepsenEdn])('%o', (writer) => {
  const write = (operations: readonly unknown[], initial: unknown = null): unknown =>
    Reflect.apply(writer, undefined, [{ model: 'register', initial, operations }]);

  test.each([
    ['a misspelt answer', { ...READ, output: undefined, ouptut: 7 }, 'found "ouptut"'],
    ['what the model does not know', { ...READ, f: 'raed' }, 'expects f to be read or write'],
    ['a Date', { ...WRITE, value: new Date(0) }, 'the value holds a Date'],
    ['null', null, 'expected an operation, found null'],
  ])('writes nothing of %s', (_title, operation, message) => {
    expect(() => write([operation])).toThrow(HistoryError);
    expect(() => write([operation])).toThrow(message);
  });

  test('writes no initial value that would come back as another', () => {
    expect(() => write([], new Map())).toThrow('initial holds a Map');
  });
});

describe('a reader', () => {
  const read: Untyped = (...given) => Reflect.apply(readHistories, undefined, given);
  const header = '{"format":"quorumlab-history/1","model":"register"}';
  const line = '{"process":1,"f":"read","call":0,"return":1,"output":null}';

  test.each([
    [Buffer.from(header), {}, 'expected the text of a history, found an object with 0, 1, 2, 3, 4'],
    [header, { format: 'json' }, 'option format: expected one of etcd-robustness, jepsen-edn, '],
    [
      header,
      { failedCas: 'maybe' },
      'option failedCas: expected observed or absent, found "maybe"',
    ],
    [header, { modle: 'kv' }, 'readHistories has no option "modle"; expected one of format, model'],
    [header, null, 'expected an object as options of readHistories, found null'],
  ])('refuses what it cannot take: %#', (text, options, message) => {
    expect(() => read(text, options)).toThrow(TypeError);
    expect(() => read(text, options)).toThrow(message);
  });

  test('refuses a format’s own initial value where the model asked for has no such state', () => {
    const text = '{:process 0, :type :invoke, :f :append, :key "x", :value "a"}';

    expect(() => readHistories(text, { format: 'porcupine-kv', model: 'list' })).toThrow(
      'expected initial of a list to be an array or null, found "", as in all such files',
    );
  });

  test('takes one byte order mark, and no second one', () => {
    const text = `${header}\n${line}`;

    expect(readHistories(`\ufeff${text}`)).toEqual(readHistories(text));
    for (const options of [{}, { format: 'quorumlab' }] as const) {
      expect(() => readHistories(`\ufeff\ufeff${text}`, options)).toThrow('line 1, column 1');
    }
    const event = '{:process 0, :type :invoke, :f :read, :value nil}';
    expect(() => readHistories(`\ufeff\ufeff${event}`, { format: 'jepsen-edn' })).toThrow(
      'line 1, column 1',
    );
  });

  test('says where an operation stands, in each format that has lines', () => {
    const edn = (type: string, process: number) =>
      `{:process ${process}, :type :${type}, :f :write, :value 1}`;
    const log = (type: string, process: number) =>
      `INFO  jepsen.util - ${process} :${type} :write 1`;
    const events = ['invoke 1', 'invoke 2', 'fail 1', 'ok 2'].map((each) => each.split(' '));
    const texts = [
      [header, '', line, line.replace('0', '5').replace('1,"o', '6,"o')].join('\n'),
      events.map(([type = '', process]) => edn(type, Number(process))).join('\n'),
      events.map(([type = '', process]) => log(type, Number(process))).join('\n'),
      'key,input,output,start,end\n1,2,,3,4\n1,,2,5,6\n',
    ];

    const places = texts.map((text) => [0, 1, 2].map((at) => placeOfOperation(text, {}, at)?.line));

    expect(places).toEqual([
      [3, 4, undefined],
      [2, undefined, undefined],
      [2, undefined, undefined],
      [2, 3, undefined],
    ]);
  });
});
