import { describe, expect, test } from 'vitest';
import { duel, summarise } from '../../../scenarios/compare/statistics.ts';
import { quantile } from '../../../scenarios/measure/quantiles.ts';

describe('a quantile', () => {
  test('is a value that so many percent do not exceed, and never one between two', () => {
    const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    expect([0, 10, 11, 50, 90, 99, 100].map((percent) => quantile(ten, percent))).toEqual([
      1, 1, 2, 5, 9, 10, 10,
    ]);
    expect(quantile([], 50)).toBeUndefined();
  });
});

describe('a summary', () => {
  test('takes what never happened for the worst', () => {
    const values = [30, null, 10, 20, null];
    expect(summarise(values, 'less')).toMatchObject({
      count: 5,
      never: 2,
      least: 10,
      median: 30,
      most: null,
    });
    expect(summarise(values, 'more')).toMatchObject({ least: null, median: 10, most: 30 });
  });

  test('leaves out runs with nothing to measure, and is none if that is all', () => {
    expect(summarise([undefined, 4, undefined], 'less')).toMatchObject({ count: 1, median: 4 });
    expect(summarise([undefined], 'less')).toBeUndefined();
  });
});

describe('a duel', () => {
  test('is won by less where less is better, and by more where more is', () => {
    expect(duel([1, 5, 3], [2, 4, 3], 'less')).toMatchObject({ wins: 1, losses: 1, ties: 1 });
    expect(duel([1, 5, 9], [2, 4, 3], 'more')).toMatchObject({ wins: 2, losses: 1, ties: 0 });
  });

  test('is lost by who never came to it, and tied if neither did', () => {
    expect(duel([null, 5, null], [7, null, null], 'less')).toEqual({
      wins: 1,
      losses: 1,
      ties: 1,
      difference: null,
    });
  });

  test('tells the median of the differences, seed by seed, not the difference of medians', () => {
    expect(duel([10, 1, 9], [1, 10, 8], 'less').difference).toBe(1);
    expect(duel([4, undefined], [1, 9], 'less')).toEqual({
      wins: 0,
      losses: 1,
      ties: 0,
      difference: 3,
    });
  });
});
