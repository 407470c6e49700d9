import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minimise } from '../../../scenarios/shrink/minimise.ts';

const LENGTH_MAX = 40;
const items = fc
  .integer({ min: 0, max: LENGTH_MAX })
  .map((length) => Array.from({ length }, (_, index) => index));
const subset = fc.uniqueArray(fc.nat(LENGTH_MAX - 1), { maxLength: 5 });

/** Toy failures: each needs all of one of several sets, and some are masked by what is there. */
const failure = fc
  .record({ causes: fc.array(subset, { minLength: 1, maxLength: 4 }), masks: fc.array(subset) })
  .map(({ causes, masks }) => (rest: readonly number[]): boolean => {
    const has = (set: readonly number[]): boolean => set.every((each) => rest.includes(each));
    const isMasked = masks.some((mask) => mask.length > 0 && has(mask));
    return causes.some(has) && !isMasked;
  });

describe('delta debugging', () => {
  it('ends with a list that fails and of which no single element can go', () => {
    fc.assert(
      fc.property(items, failure, (all, fails) => {
        fc.pre(fails(all));
        const minimal = minimise(all, fails);
        expect(fails(minimal)).toBe(true);
        for (const gone of minimal) {
          expect(fails(minimal.filter((each) => each !== gone))).toBe(false);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps the order of what stays', () => {
    fc.assert(
      fc.property(items, failure, (all, fails) => {
        const minimal = minimise(all, fails);
        expect(minimal).toEqual(minimal.toSorted((a, b) => a - b));
      }),
    );
  });

  it('keeps all of a list of which nothing can go', () => {
    const all = [1, 2, 3, 4, 5];
    expect(minimise(all, () => false)).toEqual(all);
  });

  it('finds two needles in a thousand straws in some forty attempts', () => {
    const all = Array.from({ length: 1_000 }, (_, index) => index);
    let attempts = 0;
    const minimal = minimise(all, (rest) => {
      attempts += 1;
      return rest.includes(123) && rest.includes(876);
    });
    expect(minimal).toEqual([123, 876]);
    expect(attempts).toBeLessThan(80);
  });
});
