/** The random histories that guard the checker reach the tests that decide without a search. */

import { expect, test } from 'vitest';
import { findBaselessAnswer } from '../../checker/baseless-answer.ts';
import { Budget } from '../../checker/budget.ts';
import type { ExactTest } from '../../checker/exact-tests.ts';
import { decideGrowingSet } from '../../checker/growing-set.ts';
import { type HistoryOperation, modelNamed } from '../../checker/index.ts';
import { searchSources } from '../../checker/source-search.ts';
import { means } from './each-means.ts';
import { historyKinds, randomHistory } from './random-histories.ts';

const HISTORIES = 2_000;

const searchAnySources: ExactTest = (question, indexes, budget) =>
  searchSources(question, indexes, budget, 'any');

type Matters = (operation: HistoryOperation) => boolean;

/** How many histories of a kind a test decides, of those with an operation of interest. */
function decidedBy(decides: ExactTest, kind: string, matters: Matters) {
  const decided = { found: 0, none: 0 };
  for (let seed = 0; seed < HISTORIES; seed++) {
    const { model, initial, operations } = randomHistory(kind, seed);
    if (!operations.some(matters)) continue;
    const question = { model: modelNamed(model), initial, operations, places: undefined };
    const indexes = Array.from(operations.keys());
    const decision = decides<unknown>(question, indexes, new Budget({}));
    if (decision?.outcome === 'found') decided.found++;
    if (decision?.outcome === 'none') decided.none++;
  }
  return decided;
}

test('sets that answer that there was nothing to remove are decided without a search', () => {
  const decided = decidedBy(decideGrowingSet, 'unique set with refusals', ({ f, output }) => {
    return f === 'remove' && output === false;
  });

  expect(Math.min(decided.found, decided.none)).toBeGreaterThan(50);
});

test('sets from which values are taken are refused by what was never added', () => {
  const decided = decidedBy(findBaselessAnswer, 'set', ({ f }) => f === 'remove');

  expect(decided.none).toBeGreaterThan(50);
  expect(decided.found).toBe(0);
});

test('registers with repeated values are decided by whose write each read saw', () => {
  const decided = decidedBy(searchAnySources, 'register', ({ f }) => f === 'write');

  expect(Math.min(decided.found, decided.none)).toBeGreaterThan(50);
});

test('cas-registers with repeated values are decided by whose write each swap saw', () => {
  const decided = decidedBy(searchAnySources, 'cas-register', ({ f, output }) => {
    return f === 'cas' && output === true;
  });

  expect(Math.min(decided.found, decided.none)).toBeGreaterThan(50);
});

test('stores with repeated values are decided by whose write each read saw', () => {
  const decided = decidedBy(searchAnySources, 'unappended kv', ({ f }) => f === 'put');

  expect(Math.min(decided.found, decided.none)).toBeGreaterThan(50);
});

test('stores with deletes that found something are decided by whose write each read saw', () => {
  const decided = decidedBy(searchAnySources, 'unappended kv', ({ f, output }) => {
    return f === 'delete' && output === true;
  });

  expect(Math.min(decided.found, decided.none)).toBeGreaterThan(5);
});

test('each means of deciding decides some histories of some kind', () => {
  const reached = new Set<string>();
  for (const kind of historyKinds) {
    for (let seed = 0; seed < 100; seed++) {
      const { model, initial, operations } = randomHistory(kind, seed);
      const question = { model: modelNamed(model), initial, operations, places: undefined };
      const indexes = Array.from(operations.keys());
      for (const each of means) {
        if (each<unknown>(question, indexes, new Budget({})) !== undefined) reached.add(each.name);
      }
    }
  }
  // These are for bounded staleness, whose histories the tests of that level compare.
  const late = ['decideLateReads', 'findFlawOfVersions'];
  const others = means.filter(({ name }) => !late.includes(name));

  expect(others.filter(({ name }) => !reached.has(name))).toEqual([]);
});
