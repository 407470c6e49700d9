/** Every shortcut against the search without any, on histories too long for the definition. */

import { expect, test } from 'vitest';
import {
  growingSetWorkload,
  listWorkload,
  record,
  registerWorkload,
  storeWorkload,
  type Workload,
} from '../../bench/check-histories.ts';
import {
  checkLinearizable,
  type HistoryOperation,
  type Model,
  models,
} from '../../checker/index.ts';
import { contradiction } from './each-means.ts';
import { Dice } from './random-histories.ts';

const HISTORIES = 300;

/** The same object, without all that tells the checker how it may be quick. */
function bare<State>({ name, init, step }: Model<State>): Model<State> {
  return { name, init, step, partition: ({ key }) => key ?? '' };
}

/** A store of one key; one put in three is a delete instead, told if there was something. */
function deletingWorkload(values: number): Workload {
  const { request, apply } = storeWorkload(1, false, null, values);
  return {
    request: (below, serial) => {
      const asked = request(below, serial);
      return asked.f === 'put' && below(3) === 0 ? { f: 'delete', key: '0' } : asked;
    },
    apply: (asked) => {
      if (asked.f !== 'delete') return apply(asked);
      const wasThere = apply({ f: 'get', key: '0' }) !== null;
      apply({ f: 'put', key: '0', value: null });
      return wasThere;
    },
  };
}

/** Gives a few answers to the wrong operations. */
function spoiled(operations: readonly HistoryOperation[], dice: Dice): readonly HistoryOperation[] {
  const answered = operations.filter(({ output }) => output !== undefined);
  return operations.map((operation) => {
    if (operation.output === undefined || !dice.once(30)) return operation;
    const other = dice.pick(answered);
    return other.f === operation.f && other.key === operation.key
      ? { ...operation, output: other.output ?? null }
      : operation;
  });
}

test('a store of 3,000 operations with deletes is decided in some steps an operation', () => {
  const shape = { seed: 1, operations: 3_000, clients: 40, pending: 3 };
  const { operations } = record(deletingWorkload(0), shape);
  const { verdict, steps } = checkLinearizable(models.kv, operations);

  expect(operations.filter(({ output }) => output === true).length).toBeGreaterThan(100);
  expect(verdict).toBe('linearizable');
  expect(steps).toBeLessThan(50 * operations.length);
});

test.each([
  ['registers of different values', models.register, () => registerWorkload('read-write', 0)],
  ['cas-registers of different values', models['cas-register'], () => registerWorkload('cas', 0)],
  ['registers of four values', models.register, () => registerWorkload('read-write', 4)],
  ['cas-registers of four values', models['cas-register'], () => registerWorkload('cas', 4)],
  ['stores with appends', models.kv, () => storeWorkload(2, true, null)],
  ['stores without appends', models.kv, () => storeWorkload(2, false, null)],
  ['stores of different values', models.kv, () => storeWorkload(2, false, null, 0)],
  ['stores with deletes', models.kv, () => deletingWorkload(0)],
  ['stores with deletes, of five values', models.kv, () => deletingWorkload(5)],
  ['lists of different values', models.list, () => listWorkload(0)],
  ['lists of three values', models.list, () => listWorkload(3)],
  ['sets that grow', models.set, () => growingSetWorkload()],
])('the shortcuts agree with the bare search on 300 histories of %s', (_, model, workload) => {
  const verdicts = { linearizable: 0, 'not-linearizable': 0, unknown: 0 };
  for (let seed = 0; seed < HISTORIES; seed++) {
    const dice = new Dice(seed);
    const shape = { seed, operations: 30 + dice.below(20), clients: 2 + dice.below(4) };
    const recorded = record(workload(), { ...shape, pending: dice.below(5) });
    const operations = spoiled(recorded.operations, dice);

    const { verdict } = checkLinearizable<unknown>(model, operations);

    expect({ seed, verdict }).toEqual({
      seed,
      verdict: checkLinearizable<unknown>(bare<unknown>(model), operations).verdict,
    });
    expect({ seed, flaw: contradiction(model, null, operations) }).toEqual({ seed });
    verdicts[verdict]++;
  }
  expect(verdicts.unknown).toBe(0);
  expect(Math.min(verdicts.linearizable, verdicts['not-linearizable'])).toBeGreaterThan(20);
});
