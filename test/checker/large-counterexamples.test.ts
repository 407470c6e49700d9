/** Counterexamples of histories in which thousands of operations came before the one that fails. */

import { expect, test } from 'vitest';
import {
  listWorkload,
  queueWorkload,
  record,
  registerWorkload,
  stackWorkload,
  type Workload,
} from '../../bench/check-histories.ts';
import {
  checkHistory,
  type HistoryOperation,
  modelNamed,
  type Plain,
} from '../../checker/index.ts';
import { isLinearizableByDefinition } from './brute-force.ts';

/** A lock that clients try to take and to free as they like. */
function mutexWorkload(): Workload {
  let isTaken = false;
  return {
    request: (below) => ({ f: below(2) === 0 ? 'acquire' : 'release' }),
    apply: ({ f }) => {
      const succeeds = isTaken === (f === 'release');
      if (succeeds) isTaken = f === 'acquire';
      return succeeds;
    },
  };
}

/** The history with the first answer from a place on changed that makes it fail. */
function spoiled(
  model: string,
  operations: readonly HistoryOperation[],
  from: number,
  change: (output: Plain) => Plain,
): readonly HistoryOperation[] {
  for (let place = from; place < operations.length; place++) {
    const { output, return: end } = operations[place]!;
    if (output === undefined || end === null || output === null) continue;
    const changed = operations.map((each, index) =>
      index === place ? { ...each, output: change(output) } : each,
    );
    const { verdict } = checkHistory({ model, initial: null, operations: changed });
    if (verdict === 'not-linearizable') return changed;
  }
  throw new Error('no change makes it illegal');
}

const not = (output: Plain) => output !== true;
const nextOfFive = (output: Plain) => (Number(output) + 1) % 5;

test.each([
  ['mutex', mutexWorkload(), 4, 3_000, not],
  ['queue', queueWorkload(5), 10, 4_000, nextOfFive],
  ['stack', stackWorkload(0), 10, 4_000, (output: Plain) => Number(output) - 1],
  ['register', registerWorkload('read-write', 5), 10, 6_000, nextOfFive],
] as const)(
  'a wrong answer of a %s is shown with a few operations',
  (model, workload, clients, count, change) => {
    const shape = { operations: count, clients, pending: 0, seed: 1 };
    const { operations } = record(workload, shape);
    const wrong = spoiled(model, operations, count >>> 1, change);

    const { counterexample } = checkHistory(
      { model, initial: null, operations: wrong },
      { evidence: true },
    );

    expect(counterexample?.minimal).toBe(true);
    const shown = counterexample?.operations.map((index) => wrong[index]!) ?? [];
    expect(shown.length).toBeLessThan(9);
    expect(isLinearizableByDefinition(modelNamed(model), null, shown)).toBe(false);
  },
);

test('a list is shown with all that the wrong read saw, as that came from somewhere', () => {
  const shape = { operations: 600, clients: 10, pending: 0, seed: 1 };
  const { operations } = record(listWorkload(5), shape);
  const wrong = spoiled('list', operations, 400, (output) =>
    Array.isArray(output) ? output.toReversed() : output,
  );

  const { counterexample } = checkHistory(
    { model: 'list', initial: null, operations: wrong },
    { evidence: true, shouldStop: () => false },
  );

  expect(counterexample?.minimal).toBe(true);
  const shown = counterexample?.operations.map((index) => wrong[index]!) ?? [];
  const seen = wrong[counterexample?.failing ?? 0]?.output;
  const appends = shown.filter(({ f }) => f === 'append');
  expect(appends).toHaveLength(Array.isArray(seen) ? seen.length : 0);
  expect(shown.length - appends.length).toBeLessThan(3);
});
