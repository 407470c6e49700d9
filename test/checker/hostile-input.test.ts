/** The readers on damaged input: a history or a located error, never anything else. */

import { describe, expect, test } from 'vitest';
import { detectFormat, formatNames, HistoryFormatError } from '../../checker/index.ts';
import {
  isLocated,
  isVerdict,
  outcomeOf,
  surpriseOfBroken,
  surpriseOfDamage,
  surpriseOfHarmless,
} from './hostility.ts';
import { Dice } from './random-histories.ts';
import { sampleFile } from './sample-files.ts';

const FILES = 2_000;
const MEGABYTE = 1_000_000;
const DEEP = 100_000;

test.each(formatNames)('2,000 %s files damaged at random give a verdict or an error', (format) => {
  expect(surpriseOfDamage(format, FILES)).toBeUndefined();
});

test.each(formatNames)('2,000 %s files changed without harm keep their operations', (format) => {
  expect(surpriseOfHarmless(format, FILES)).toBeUndefined();
});

test.each(formatNames)('2,000 broken %s files are refused, each at its place', (format) => {
  expect(surpriseOfBroken(format, FILES)).toBeUndefined();
});

test.each(formatNames)('500 %s files that nobody damaged give a verdict', (format) => {
  for (let seed = 0; seed < 500; seed++) {
    expect(outcomeOf(sampleFile(format, seed), format)).toSatisfy(isVerdict);
  }
});

test.each(formatNames)('every truncation of a %s file gives a verdict or an error', (format) => {
  const text = sampleFile(format, 6);
  for (let length = 0; length <= text.length; length++) {
    const outcome = outcomeOf(text.slice(0, length), format);
    if (!isVerdict(outcome)) expect(outcome).toSatisfy(isLocated);
  }
});

describe.each(formatNames)('a file said to be %s', (format) => {
  const text = sampleFile(format, 3);

  test.each([
    ['is empty', ''],
    ['is white space', ' \n\t\r\n '],
    ['is a megabyte of white space', ' '.repeat(MEGABYTE)],
    ['is a megabyte of newlines', '\n'.repeat(MEGABYTE)],
    ['is NUL', '\0'],
    ['is a byte order mark', '\ufeff'],
    ['is UTF-16 taken for Latin-1', [...text].join('\0')],
    ['is UTF-16 of the other order', `\ufffe${text.replaceAll(/[\s\S]/g, (each) => `\0${each}`)}`],
    ['is a megabyte of digits', '9'.repeat(MEGABYTE)],
    ['is a megabyte of letters', 'a'.repeat(MEGABYTE)],
    ['begins with a megabyte of letters', 'a'.repeat(MEGABYTE) + text],
    ['ends in a megabyte of quotes', text + '"'.repeat(MEGABYTE)],
    ['ends in a megabyte of backslashes', `${text}"${'\\'.repeat(MEGABYTE + 1)}`],
    ['ends in a megabyte of brackets', text + ']'.repeat(MEGABYTE)],
    ['ends in a megabyte of commas and a letter', `${text}${','.repeat(MEGABYTE)}a`],
    ['is nested in vectors', '['.repeat(DEEP)],
    ['is nested in objects', '{"a":'.repeat(DEEP)],
    ['is nested in maps', '{:a '.repeat(DEEP)],
    ['is nested in sets', '#{'.repeat(DEEP)],
    ['is nested in tags', '#a '.repeat(DEEP)],
    ['is nested in discards', '#_ '.repeat(DEEP)],
    ['is nested in lists and vectors', '([{'.repeat(DEEP)],
  ])('that %s is refused', (_, hostile) => {
    expect(outcomeOf(hostile, format)).toSatisfy(isLocated);
  });
});

test.each(formatNames)('a megabyte of one character within a %s file is no hang', (format) => {
  const text = sampleFile(format, 4);
  const dice = new Dice(format.length);
  for (let round = 0; round < 30; round++) {
    const at = dice.below(text.length + 1);
    const many = dice.pick([' ', '\t', '9', '-', ',', '[', '"', '\\', '#', ';', ':', 'a']);
    const outcome = outcomeOf(text.slice(0, at) + many.repeat(MEGABYTE) + text.slice(at), format);
    if (!isVerdict(outcome)) expect(outcome).toSatisfy(isLocated);
  }
});

test('a pair of a log may be a megabyte apart, and is looked at once', () => {
  const call = (value: string) => `INFO  jepsen.util - 0\t:invoke\t:cas\t${value}\n`;
  const apart = ' '.repeat(MEGABYTE);

  expect(outcomeOf(call(`[1${apart}2]`))).toBe('linearizable');
  expect(outcomeOf(call(`[1${apart}x]`))).toSatisfy(isLocated);
  expect(outcomeOf(call(`[${'1'.repeat(MEGABYTE)}${apart}2]`))).toSatisfy(isLocated);
});

describe('a large value', () => {
  const header = '{"format":"quorumlab-history/1","model":"register"}\n';
  const written = (value: string) =>
    `${header}{"process":1,"f":"write","value":${value},"call":1,"return":2}\n`;

  test.each([
    ['a text of a megabyte', JSON.stringify('x'.repeat(MEGABYTE))],
    ['a text of a megabyte of escapes', `"${'\\n'.repeat(MEGABYTE / 2)}"`],
    ['an array of a hundred thousand', JSON.stringify(Array.from({ length: DEEP }, () => 0))],
    [
      'an object of a hundred thousand members',
      JSON.stringify(
        Object.fromEntries(Array.from({ length: DEEP }, (_, name) => [`a${name}`, 0])),
      ),
    ],
    ['a member named __proto__', '{"__proto__":{"polluted":1}}'],
  ])('is read: %s', (_, value) => {
    expect(outcomeOf(written(value))).toBe('linearizable');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('is read from EDN, where a map has a hundred thousand keys', () => {
    const pairs = Array.from({ length: DEEP }, (_, name) => `:a${name} ${name}`).join(' ');

    expect(outcomeOf(`[[0 :invoke :write {${pairs}}] [0 :ok :write {${pairs}}]]`)).toBe(
      'linearizable',
    );
  });

  test('is refused where an integer has a hundred thousand digits', () => {
    expect(outcomeOf(written('9'.repeat(DEEP)))).toSatisfy(isLocated);
    expect(outcomeOf(`[[0 :invoke :write ${'9'.repeat(DEEP)}]]`)).toSatisfy(isLocated);
  });
});

describe('nothing is guessed from EDN', () => {
  test.each([
    ['a symbol, which may be a misspelt nil', '[[0 :invoke :write nill]]', 'a value: nil,'],
    [
      'a number that Clojure reads as octal',
      '[[0 :invoke :write 010]]',
      'a number without leading',
    ],
    ['a ratio', '[[0 :invoke :write 1/2]]', 'a value'],
    ['a key of a map twice', '[[0 :invoke :write {"a" 1 :a 2}]]', 'each key once'],
    ['a JSON array of objects', '[{"process":1}]', 'a history: etcd-robustness, jepsen-edn'],
  ])('%s is refused', (_, text, expected) => {
    expect(outcomeOf(text)).toContain(`expected ${expected}`);
  });
});

describe('the format of a file', () => {
  test.each(formatNames)('is detected for 500 %s files', (format) => {
    for (let seed = 0; seed < 500; seed++)
      expect(detectFormat(sampleFile(format, seed))).toBe(format);
  });

  test('is asked for where two have such operations', () => {
    const text = '{:process 0, :type :invoke, :f :get, :key "x", :value nil, :time 5}';

    expect(() => detectFormat(text)).toThrow(HistoryFormatError);
    expect(() => detectFormat(text)).toThrow('--format jepsen-edn, where keys begin as nil');
    expect(outcomeOf(text, 'jepsen-edn')).toBe('linearizable');
    expect(outcomeOf(text, 'porcupine-kv')).toBe('linearizable');
  });
});
