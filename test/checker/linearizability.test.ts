/** The checker against the definition, on small random histories; the long run is beside it. */

import { expect, test } from 'vitest';
import { modelNamed } from '../../checker/index.ts';
import {
  compare,
  compareLarge,
  judgePlainly,
  judgeWithEvidence,
  judgeWithSuggestion,
} from './agreement.ts';
import { judgeByEachMeans } from './each-means.ts';
import { isLinearizableByPlainSearch } from './plain-search.ts';
import { historyKinds } from './random-histories.ts';

const HISTORIES = 5_000;

test.each(historyKinds)('the checker judges 5,000 %s histories as the definition does', (kind) => {
  const agreement = compare(kind, HISTORIES, judgePlainly);

  expect(agreement.disagreement).toBeUndefined();
});

test.each(historyKinds)('and 300 larger %s histories as the plainest search does', (kind) => {
  const agreement = compareLarge(kind, 300);

  expect(agreement.disagreement).toBeUndefined();
});

test.each(historyKinds)('each means of deciding agrees on 1,000 %s histories', (kind) => {
  const agreement = compare(kind, 1_000, judgeByEachMeans);

  expect(agreement.disagreement).toBeUndefined();
});

test('the plainest search finds what the definition does', () => {
  const agreement = compare('cas-register', HISTORIES, ({ model, initial, operations }) =>
    isLinearizableByPlainSearch(modelNamed(model), initial, operations)
      ? 'linearizable'
      : 'not-linearizable',
  );

  expect(agreement.disagreement).toBeUndefined();
});

test.each(historyKinds)('the evidence for 1,000 %s histories holds by the definition', (kind) => {
  const agreement = compare(kind, 1_000, judgeWithEvidence);

  expect(agreement.disagreement).toBeUndefined();
});

test.each(historyKinds)('no suggested order changes the verdict on 1,000 %s histories', (kind) => {
  const agreement = compare(kind, 1_000, judgeWithSuggestion);

  expect(agreement.disagreement).toBeUndefined();
});

test.each(historyKinds)('at least 50 of 2,000 random %s histories are illegal', (kind) => {
  const agreement = compare(kind, 2_000, judgePlainly);

  expect(agreement.illegal).toBeGreaterThan(50);
});

test('a checker that ignores real time is found out', () => {
  const agreement = compare('register', HISTORIES, ({ operations, ...rest }) => {
    const timeless = operations.map((operation, process) => {
      return { ...operation, process, call: 0, return: operation.return === null ? null : 1 };
    });
    return judgePlainly({ ...rest, operations: timeless });
  });

  expect(agreement.disagreement).toBeDefined();
});

test('a checker that drops operations that never returned is found out', () => {
  const agreement = compare('cas-register', HISTORIES, ({ operations, ...rest }) =>
    judgePlainly({
      ...rest,
      operations: operations.filter((operation) => operation.return !== null),
    }),
  );

  expect(agreement.disagreement).toBeDefined();
});

test('a checker that lets intervals touch in order is found out', () => {
  const agreement = compare('register', HISTORIES, ({ operations, ...rest }) => {
    const open = operations.map((operation) => {
      const { call, return: returned } = operation;
      const end = returned === null ? null : Math.max(2 * call, 2 * returned - 1);
      return { ...operation, call: 2 * call, return: end };
    });
    return judgePlainly({ ...rest, operations: open });
  });

  expect(agreement.disagreement).toBeDefined();
});
