import { describe, expect, it } from 'vitest';
import { featuresOf } from '../../../scenarios/guidance/coverage.ts';
import { type Find, isWorthKeeping, Pool } from '../../../scenarios/guidance/pool.ts';
import { Stream } from '../../../sim/streams.ts';

/** A run that reached these features. */
function find(index: number, events: number, ...features: number[]): Find {
  const coverage = [0, 0];
  for (const feature of features) {
    const word = feature >>> 5;
    coverage[word] = (coverage[word] ?? 0) | (1 << (feature & 31));
  }
  return { index, events, coverage, spec: `run ${index}` };
}

/** How often each index is drawn as a parent. */
function drawn(pool: Pool, times: number): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const stream = new Stream('seed', 'draws');
  pool.weigh();
  for (let i = 0; i < times; i++) {
    for (const { index } of pool.draw(stream, 1)) counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return counts;
}

/** By feature: `hits` of it. */
function hits(...counts: readonly number[]): number[] {
  return [...counts];
}

describe('the features of a run', () => {
  it('are the bits that are set, the highest of a word among them', () => {
    expect(featuresOf([0b101, 0, 1 << 31])).toEqual([0, 2, 95]);
    expect(featuresOf([])).toEqual([]);
    expect(featuresOf([-1])).toHaveLength(32);
  });
});

describe('a pool', () => {
  it('has no parents while nothing is kept', () => {
    expect(new Pool().draw(new Stream('seed', 'draws'), 2)).toEqual([]);
  });

  it('keeps the cheapest run that reached a feature, the first of those that cost the same', () => {
    const pool = new Pool();
    for (const each of [find(1, 500, 0), find(2, 300, 0), find(3, 300, 0), find(4, 400, 0)]) {
      pool.keep(each);
    }
    expect([...drawn(pool, 20).keys()]).toEqual([2]);
    expect(pool.prices()).toEqual([300]);
  });

  it('keeps an expensive run for what nobody else has reached', () => {
    const pool = new Pool();
    pool.keep(find(1, 10, 0, 1));
    pool.keep(find(2, 9_999, 1, 40));
    expect([...drawn(pool, 200).keys()].sort()).toEqual([1, 2]);
    expect(pool.prices()[1]).toBe(10);
    expect(pool.prices()[40]).toBe(9_999);
  });

  it('draws the more often what was the more rarely reached', () => {
    const pool = new Pool();
    pool.count(hits(9_000, 3_000));
    pool.keep(find(1, 10, 0));
    pool.keep(find(2, 10, 1));
    const counts = drawn(pool, 400);
    expect((counts.get(2) ?? 0) / (counts.get(1) ?? 1)).toBeGreaterThan(2);
  });

  it('tires of what was varied often, until others have been as often', () => {
    const pool = new Pool();
    pool.count(hits(1, 300));
    pool.keep(find(1, 10, 0));
    pool.keep(find(2, 10, 1));
    const first = drawn(pool, 100).get(1) ?? 0;
    drawn(pool, 2_000);
    const later = drawn(pool, 100).get(1) ?? 0;
    expect(first).toBeGreaterThan(75);
    expect(later).toBeLessThan(65);
  });

  it('is told of a run only if that is new, or cheaper than what is known', () => {
    const pool = new Pool();
    pool.keep(find(1, 100, 0, 33));
    const prices = pool.prices();
    expect(isWorthKeeping(find(2, 100, 0).coverage, 100, prices)).toBe(false);
    expect(isWorthKeeping(find(2, 99, 0).coverage, 99, prices)).toBe(true);
    expect(isWorthKeeping(find(2, 500, 33, 34).coverage, 500, prices)).toBe(true);
    expect(isWorthKeeping([0, 0], 1, prices)).toBe(false);
  });
});
