/** Queues and stacks of which it is not known whose value each removal took. */

import { describe, expect, test } from 'vitest';
import { queueWorkload, record, stackWorkload } from '../../bench/check-histories.ts';
import { Budget } from '../../checker/budget.ts';
import {
  type CheckOptions,
  checkLinearizable,
  type HistoryOperation,
  type Model,
  models,
} from '../../checker/index.ts';
import { searchSettlements } from '../../checker/settlement-search.ts';
import { isLinearizableByDefinition, isWitness } from './brute-force.ts';
import { Dice } from './random-histories.ts';
import { type CollectionName, spoiled } from './spoiled-collections.ts';

const NAMES = ['queue', 'stack'] as const;
const TAKES = { queue: 'dequeue', stack: 'pop' } as const;
const STEPS_MAX = 10_000;

interface Crowd {
  readonly operations: number;
  readonly clients: number;
  readonly pending: number;
  readonly seed: number;
  /** So many values go in twice; one answer in so many is not known. */
  readonly twice: number;
  readonly unknownOnceIn: number;
}

/** A run of the collection, in which some values are made equal, and some answers forgotten. */
function crowded(name: CollectionName, crowd: Crowd): readonly HistoryOperation[] {
  const { operations } = record(name === 'queue' ? queueWorkload() : stackWorkload(), crowd);
  const dice = new Dice(crowd.seed);
  const values = operations.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  const renamed = new Map<unknown, number>();
  for (let count = 0; count < crowd.twice && values.length > 0; count++) {
    renamed.set(dice.pick(values), dice.pick(values));
  }
  return operations.map((operation) => {
    const { value, output, ...rest } = operation;
    if (value !== undefined) return { ...rest, value: renamed.get(value) ?? value };
    if (output === undefined || dice.once(crowd.unknownOnceIn)) return rest;
    return { ...rest, output: renamed.get(output) ?? output };
  });
}

/** What the search for settlements says by itself. */
function settledAlone(name: CollectionName, operations: readonly HistoryOperation[]) {
  const places = [...operations.keys()];
  const budget = new Budget({});
  const asked = { initial: null, operations, places: undefined };
  const decision =
    name === 'queue'
      ? searchSettlements({ ...asked, model: models.queue }, places, budget)
      : searchSettlements({ ...asked, model: models.stack }, places, budget);
  expect(budget.bytes).toBe(0);
  return decision?.outcome;
}

test.each(NAMES)(
  'what is said of 5,000 small histories of a %s holds by the definition',
  (name) => {
    const outcomes = { found: 0, none: 0, unclear: 0 };
    for (let seed = 0; seed < 5_000; seed++) {
      const dice = new Dice(seed);
      const shape = { operations: 3 + dice.below(5), clients: 2 + dice.below(3), seed };
      const crowd = { ...shape, pending: dice.below(2), twice: dice.below(4), unknownOnceIn: 3 };
      const operations = spoiled(crowded(name, crowd), dice);

      const outcome = settledAlone(name, operations) ?? 'unclear';

      const isLegal = isLinearizableByDefinition<unknown>(models[name], null, operations);
      const expected = outcome === 'unclear' ? outcome : isLegal ? 'found' : 'none';
      expect({ seed, outcome }).toEqual({ seed, outcome: expected });
      if (outcome !== 'unfinished') outcomes[outcome]++;
    }
    expect(Math.min(outcomes.found, outcomes.none)).toBeGreaterThan(1_000);
    expect(outcomes.unclear).toBeLessThan(name === 'stack' ? 50 : 2_500);
  },
);

test.each(NAMES)('a %s with a few such removals is judged as the bare search judges it', (name) => {
  const { init, step, key = () => '' } = models[name] as Model<unknown>;
  const bare = { name, init, step, key };
  const verdicts = { linearizable: 0, 'not-linearizable': 0, unknown: 0 };
  for (let seed = 0; seed < 300; seed++) {
    const dice = new Dice(seed);
    const shape = { operations: 15 + dice.below(25), clients: 2 + dice.below(3), seed };
    const crowd = { ...shape, pending: dice.below(3), twice: 3, unknownOnceIn: 6 };
    const operations = spoiled(crowded(name, crowd), dice);

    const { verdict, witness } = check(name, operations, { evidence: true });

    const searched = checkLinearizable(bare, operations, { maxSteps: STEPS_MAX }).verdict;
    verdicts[searched]++;
    if (searched !== 'unknown') expect({ seed, verdict }).toEqual({ seed, verdict: searched });
    if (witness === undefined) continue;
    expect(isWitness<unknown>(models[name], null, operations, witness)).toBe(true);
  }
  expect(Math.min(verdicts.linearizable, verdicts['not-linearizable'])).toBeGreaterThan(50);
});

describe.each(NAMES)('a %s of 5,000 operations', (name) => {
  const shape = { operations: 5_000, clients: 10, pending: 0, seed: 1 };
  const { operations } = record(name === 'queue' ? queueWorkload() : stackWorkload(), shape);
  const taken = operations.findIndex(({ output }, index) => {
    return index > 2_500 && typeof output === 'number';
  });

  test('is decided in few steps if one answer is not known', () => {
    const history = operations.map((operation, index) => {
      const { output: _, ...unknown } = operation;
      return index === taken ? unknown : operation;
    });

    const { verdict, steps } = check(name, history);

    expect(verdict).toBe('linearizable');
    expect(steps).toBeLessThan(20 * history.length);
  });

  test('is decided in few steps if one value went in twice', () => {
    const [first, second] = [operations[taken]!.output, operations.find(isInsertion)!.value];
    const history = operations.map((operation) => {
      if (operation.value === first) return { ...operation, value: second! };
      return operation.output === first ? { ...operation, output: second! } : operation;
    });

    const { verdict, steps } = check(name, history);

    expect(verdict).toBe('linearizable');
    expect(steps).toBeLessThan(20 * history.length);
  });

  test('is refused if one answer is not known and one value came out twice', () => {
    const later = operations.findIndex(({ output }, index) => {
      return index > taken + 100 && typeof output === 'number';
    });
    const unknown = operations.findIndex(({ f }, index) => index > 100 && f === TAKES[name]);
    const history = operations.map((operation, index) => {
      const { output: _, ...rest } = operation;
      if (index === unknown) return rest;
      return index === later ? { ...rest, output: operations[taken]!.output! } : operation;
    });

    const { verdict, steps } = check(name, history);

    expect(verdict).toBe('not-linearizable');
    expect(steps).toBeLessThan(20 * history.length);
  });

  test('ends in the midst of it when it is to stop', () => {
    const history = operations.map((operation, index) => {
      const { output: _, ...unknown } = operation;
      return index % 50 === 0 ? unknown : operation;
    });
    let questions = 0;

    const { verdict, reason } = check(name, history, { shouldStop: () => ++questions > 12 });

    expect({ verdict, reason }).toEqual({ verdict: 'unknown', reason: 'time' });
    expect(questions).toBe(13);
  });
});

function isInsertion({ value }: HistoryOperation): boolean {
  return value !== undefined;
}

function check(
  name: CollectionName,
  operations: readonly HistoryOperation[],
  options: CheckOptions = {},
) {
  return checkLinearizable<unknown>(models[name], operations, options);
}
