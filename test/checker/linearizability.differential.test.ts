/** The same property as in the suite, over 100,000 histories of each kind. */

import { expect, test } from 'vitest';
import { compare, judgePlainly } from './agreement.ts';
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
