/** The same properties as the suite's, over 10,000 files of each format and each kind of damage. */

import { expect, test } from 'vitest';
import { formatNames } from '../../checker/index.ts';
import { surpriseOfBroken, surpriseOfDamage, surpriseOfHarmless } from './hostility.ts';

const FILES = 10_000;
/** Seeds that the suite does not use. */
const FIRST_SEED = 1_000_000;

test.each(formatNames)('10,000 %s files damaged at random give a verdict or an error', (format) => {
  expect(surpriseOfDamage(format, FILES, FIRST_SEED)).toBeUndefined();
});

test.each(formatNames)('10,000 %s files changed without harm keep their operations', (format) => {
  expect(surpriseOfHarmless(format, FILES, FIRST_SEED)).toBeUndefined();
});

test.each(formatNames)('10,000 broken %s files are refused, each at its place', (format) => {
  expect(surpriseOfBroken(format, FILES, FIRST_SEED)).toBeUndefined();
});
