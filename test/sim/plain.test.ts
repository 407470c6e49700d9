import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Digester, digest, freezeDeeply } from '../../sim/plain.ts';

test('a digest ignores the order in which keys of an object were inserted', () => {
  expect(digest({ a: 1, b: [2] })).toBe(digest({ b: [2], a: 1 }));
});

test('a digest ignores the order in which entries of a map were inserted', () => {
  const forth = new Map([
    ['x', 1],
    ['y', 2],
  ]);
  expect(digest(forth)).toBe(digest(new Map([...forth].reverse())));
});

test('a digest ignores the order in which elements of a set were inserted', () => {
  expect(digest(new Set([1, 2, 3]))).toBe(digest(new Set([3, 1, 2])));
});

test('a digest respects the order of an array', () => {
  expect(digest([1, 2])).not.toBe(digest([2, 1]));
});

test('a property that is undefined counts as absent', () => {
  expect(digest({ a: 1, b: undefined })).toBe(digest({ a: 1 }));
});

test('a copy through JSON has the same digest', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(digest(JSON.parse(JSON.stringify(value)))).toBe(digest(value));
    }),
    { seed: 1 },
  );
});

test('values that share parts have the digests that they have alone', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (part, other) => {
      const values = [{ part }, [part, { part }], { part, other }, part, new Map([['x', part]])];
      const digester = new Digester();
      expect(values.map((value) => digester.digest(value))).toEqual(values.map(digest));
    }),
    { seed: 1 },
  );
});

test('look-alikes have different digests', () => {
  const values = [
    null,
    true,
    false,
    0,
    1,
    -1,
    0.5,
    2 ** 32,
    2 ** 40,
    2 ** 40 + 1,
    '',
    '0',
    '1',
    'null',
    'ab',
    'ba',
    [],
    [[]],
    [null],
    [0],
    ['0'],
    {},
    { a: 1 },
    { a: '1' },
    { a: null },
    { b: 1 },
    { a: { b: 1 } },
    [['a', 1]],
    new Map(),
    new Map([['a', 1]]),
    new Set(),
    new Set(['a']),
    ['a'],
  ];
  expect(new Set(values.map(digest)).size).toBe(values.length);
});

test('the digest of a given structure never changes', () => {
  const state = { view: 3, log: ['x', { f: 'put', value: 1.5 }], table: new Map([[4, true]]) };
  expect(digest(state)).toBe(-611419220);
});

test('what is frozen deeply cannot be changed at any depth', () => {
  const letter = freezeDeeply({ log: [{ entry: { value: 1 } }] });
  expect(() => letter.log.push({ entry: { value: 2 } })).toThrow(TypeError);
  expect(() => Object.assign(letter.log[0]?.entry ?? {}, { value: 2 })).toThrow(TypeError);
});

test('freezing deeply returns the very object', () => {
  const letter = { body: 1 };
  expect(freezeDeeply(letter)).toBe(letter);
});
