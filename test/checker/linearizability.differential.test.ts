/** The same property as in the suite, over 100,000 histories of each kind. */

import { expect, test } from 'vitest';
import {
  compare,
  compareLarge,
  judgePlainly,
  judgeWithEvidence,
  judgeWithSuggestion,
} from './agreement.ts';
import { judgeByEachMeans } from './each-means.ts';
import { historyKinds } from './random-histories.ts';

const HISTORIES = 100_000;
/** Seeds that the suite does not use. */
const FIRST_SEED = 1_000_000;

test.each(historyKinds)(
  'the checker judges 100,000 %s histories as the definition does',
  (kind) => {
    const agreement = compare(kind, HISTORIES, judgePlainly, FIRST_SEED);

    expect(agreement.disagreement).toBeUndefined();
  },
);

test.each(historyKinds)('each means of deciding agrees on 100,000 %s histories', (kind) => {
  const agreement = compare(kind, HISTORIES, judgeByEachMeans, FIRST_SEED);

  expect(agreement.disagreement).toBeUndefined();
});

test.each(historyKinds)('and 20,000 larger %s histories as the plainest search does', (kind) => {
  const agreement = compareLarge(kind, 20_000, FIRST_SEED);

  expect(agreement.disagreement).toBeUndefined();
});

test.each(historyKinds)('the evidence for 20,000 %s histories holds by the definition', (kind) => {
  const agreement = compare(kind, 20_000, judgeWithEvidence, FIRST_SEED);

  expect(agreement.disagreement).toBeUndefined();
});

test.each(historyKinds)('no suggested order changes the verdict on 20,000 %s histories', (kind) => {
  const agreement = compare(kind, 20_000, judgeWithSuggestion, FIRST_SEED);

  expect(agreement.disagreement).toBeUndefined();
});
