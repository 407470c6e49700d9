/** The weaker levels against their definitions, on small random histories. */

import { describe, expect, test } from 'vitest';
import { checkConsistency, checkSequential, modelNamed, models } from '../../checker/index.ts';
import {
  guaranteeSets,
  type Tally,
  tallyChoices,
  tallyFreshness,
  tallySequential,
  tallySessions,
  tallyStaleness,
} from './level-agreement.ts';
import { isSequentialByDefinition } from './level-definitions.ts';
import { levelHistory, levelKinds, staleKinds } from './level-histories.ts';
import { historyKinds } from './random-histories.ts';

/** Both verdicts occur in numbers, and none of them is wrong. */
function expectAgreement({ consistent, inconsistent, wrong }: Tally): void {
  expect(wrong).toBeUndefined();
  expect(consistent).toBeGreaterThan(10);
  expect(inconsistent).toBeGreaterThan(10);
}

describe('sequential consistency is judged as defined, with evidence that holds,', () => {
  test.each(staleKinds)('for 5,000 histories of %s', (kind) => {
    expectAgreement(tallySequential(kind, 5_000));
  });

  test.each(historyKinds)('for 1,000 histories of a %s', (kind) => {
    expectAgreement(tallySequential(kind, 1_000));
  });

  test('and one that judges each object alone is found out', () => {
    const objectsAlone = Array.from({ length: 2_000 }, (_, seed) => {
      const { model: name, initial, operations } = levelHistory('stale registers', seed);
      const model = modelNamed(name);
      const parts = ['x', 'y'].map((key) => operations.filter((each) => each.key === key));
      const verdicts = parts.map((part) => checkSequential(model, part, { initial }).verdict);
      const isFine = verdicts.every((verdict) => verdict === 'consistent');
      return isFine === isSequentialByDefinition(model, initial, operations);
    });

    expect(objectsAlone).toContain(false);
  });
});

describe('session guarantees are judged as defined, with evidence that holds,', () => {
  const kinds = [...staleKinds, 'register', 'cas-register', 'unique cas-register'];
  const cases = kinds.flatMap((kind) =>
    guaranteeSets.map(([name, guarantees]) => ({ kind, name, guarantees })),
  );

  test.each(cases)('$name: 1,000 histories of $kind', ({ kind, guarantees }) => {
    expectAgreement(tallySessions(kind, guarantees, 1_000));
  });
});

describe('bounded staleness is judged as defined', () => {
  test.each(levelKinds)('by time, for 1,000 histories of %s', (kind) => {
    expectAgreement(tallyStaleness(kind, { by: 'time', most: 2 }, 1_000));
  });

  test.each(levelKinds)('by versions, for 1,000 histories of %s', (kind) => {
    expectAgreement(tallyStaleness(kind, { by: 'versions', most: 1 }, 1_000));
  });

  test('by two versions, for 5,000 histories', () => {
    expectAgreement(tallyStaleness('stale register', { by: 'versions', most: 2 }, 5_000));
  });

  test.each(levelKinds)('as linearizability where nothing may be stale: 500 of %s', (kind) => {
    expectAgreement(tallyFreshness(kind, 'time', 500));
    expectAgreement(tallyFreshness(kind, 'versions', 500));
  });
});

test.each(['lossy-register', 'bag'] as const)(
  'linearizability of a %s is judged as defined, for 5,000 histories',
  (name) => {
    expectAgreement(tallyChoices(name, 5_000));
  },
);

test.each([
  ['stale-versions:1', "{ staleness: { by: 'versions', most: 1 } }"],
  ['stale-time:007', "{ staleness: { by: 'time', most: 7 } }"],
])('the level %s, a word of the command line, is told as what it is here', (word, level) => {
  const asked = () => Reflect.apply(checkConsistency, undefined, [word, models.register, []]);

  expect(asked).toThrow(new TypeError(`unknown level "${word}"; it is written ${level}`));
});
