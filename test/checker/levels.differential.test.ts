/** The same properties as in the suite, over 100,000 histories each. */

import { expect, test } from 'vitest';
import {
  guaranteeSets,
  type Tally,
  tallyChoices,
  tallySequential,
  tallySessions,
  tallyStaleness,
} from './level-agreement.ts';
import { levelKinds, staleKinds } from './level-histories.ts';

const HISTORIES = 100_000;
/** Seeds that the suite does not use. */
const FIRST_SEED = 1_000_000;

function expectAgreement({ consistent, inconsistent, wrong }: Tally): void {
  expect(wrong).toBeUndefined();
  expect(Math.min(consistent, inconsistent)).toBeGreaterThan(1_000);
}

test.each(levelKinds)('sequential consistency of 100,000 histories of %s', (kind) => {
  expectAgreement(tallySequential(kind, HISTORIES, FIRST_SEED));
});

test.each(guaranteeSets)('%s of 100,000 histories of all kinds', (_, guarantees) => {
  const each = Math.ceil(HISTORIES / staleKinds.length);
  for (const kind of staleKinds) {
    const { consistent, inconsistent, wrong } = tallySessions(kind, guarantees, each, FIRST_SEED);
    expect(wrong, kind).toBeUndefined();
    expect(Math.min(consistent, inconsistent), kind).toBeGreaterThan(200);
  }
});

test.each(levelKinds)('staleness by time of 100,000 histories of %s', (kind) => {
  expectAgreement(tallyStaleness(kind, { by: 'time', most: 2 }, HISTORIES, FIRST_SEED));
});

test.each(levelKinds)('staleness by versions of 100,000 histories of %s', (kind) => {
  expectAgreement(tallyStaleness(kind, { by: 'versions', most: 1 }, HISTORIES, FIRST_SEED));
});

test.each(['lossy-register', 'bag'] as const)('100,000 histories of a %s', (name) => {
  expectAgreement(tallyChoices(name, HISTORIES, FIRST_SEED));
});
