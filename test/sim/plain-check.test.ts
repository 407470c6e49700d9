/** What is plain data, and what other values are called. */
import { describe, expect, test } from 'vitest';
import { valueInWords, whatIsNotPlain } from '../../sim/plain-check.ts';

class Entry {
  readonly value = 1;
}

const itself: unknown[] = [];
itself.push([itself]);

const nested = (depth: number): unknown => (depth === 0 ? 1 : { in: nested(depth - 1) });

describe('a value', () => {
  const shared = { a: 1 };
  test.each([
    ['JSON', { a: [1, 'b', null, true, { c: -0.5 }] }],
    ['undefined', { a: undefined }],
    ['maps and sets', new Map([['a', new Set([1, [2]])]])],
    ['what has no prototype', Object.create(null)],
    ['what occurs twice', [shared, shared, { shared }]],
    ['what is nested as deep as may be', nested(500)],
    ['a number that is none', Number.NaN],
  ])('of %s is plain', (_what, value) => {
    expect(whatIsNotPlain('it', value)).toBe(undefined);
  });

  test.each([
    ['a function', { a: [0, { f: () => 1 }] }, 'it.a[1].f is a function'],
    ['a symbol', Symbol('x'), 'it is a symbol'],
    ['a big integer', [1n], 'it[0] is the bigint 1'],
    ['a class', { entry: new Entry() }, 'it.entry is an object of class Entry'],
    ['a date', new Date(0), 'it is an object of class Date'],
    ['bytes', new Uint8Array(2), 'it is an object of class Uint8Array'],
    ['a promise', { later: Promise.resolve() }, 'it.later is a promise'],
    ['a function in a map', new Map([['a', () => 1]]), 'it[0][1] is a function'],
    ['a function in a set', new Set([1, () => 1]), 'it[1] is a function'],
    ['itself', itself, 'it[0][0] is a part of itself'],
    ['too many levels', nested(501), `it${'.in'.repeat(500)} is nested more than 500 deep`],
  ])('with %s is not, and it says where', (_what, value, words) => {
    expect(whatIsNotPlain('it', value)).toBe(words);
  });
});

test.each([
  ['text', '"text"'],
  [-5, '-5'],
  [Number.NaN, 'NaN'],
  [undefined, 'undefined'],
  [null, 'null'],
  [[1, 2], 'an array of 2'],
  [new Map(), 'a map'],
  [{ type: 'A', list: [1], f: Math.abs }, '{type: "A", list: …, f: a function}'],
  ['x'.repeat(99), `"${'x'.repeat(59)}…`],
])('%j is called by name', (value, words) => {
  expect(valueInWords(value)).toBe(words);
});
