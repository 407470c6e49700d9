/** The exact tests for queues and stacks into which no value goes twice. */

import { describe, expect, test } from 'vitest';
import { Budget } from '../../checker/budget.ts';
import {
  checkLinearizable,
  type HistoryOperation,
  type Model,
  models,
} from '../../checker/index.ts';
import { decideUnambiguousQueue } from '../../checker/unambiguous-queue.ts';
import { decideUnambiguousStack } from '../../checker/unambiguous-stack.ts';
import { isWitness } from './brute-force.ts';
import { Dice } from './random-histories.ts';
import { type CollectionName, recordedRun, spoiled } from './spoiled-collections.ts';

const NAMES = ['queue', 'stack'] as const;
const ADDS = { queue: 'enqueue', stack: 'push' } as const;
const TAKES = { queue: 'dequeue', stack: 'pop' } as const;

type Times = readonly [call: number, returned: number | null];

/** What the exact test says without the search; undefined if it says nothing. */
function decidedAlone(
  name: CollectionName,
  operations: readonly HistoryOperation[],
  initial: readonly string[] = [],
) {
  const indexes = [...operations.keys()];
  if (name === 'queue') {
    const question = { model: models.queue, initial, operations, places: undefined };
    return decideUnambiguousQueue(question, indexes, new Budget({}));
  }
  const question = { model: models.stack, initial, operations, places: undefined };
  return decideUnambiguousStack(question, indexes, new Budget({}));
}

/** Whether the exact test says yes or no. */
function outcomeOf(
  name: CollectionName,
  operations: readonly HistoryOperation[],
  initial: readonly string[] = [],
) {
  return decidedAlone(name, operations, initial)?.outcome;
}

/** A history of single operations: who does them does not matter. */
function adds(name: CollectionName, value: string, [call, returned]: Times): HistoryOperation {
  return { process: 0, f: ADDS[name], value, call, return: returned };
}

function takes(
  name: CollectionName,
  output: string | null | undefined,
  [call, returned]: Times,
): HistoryOperation {
  const asked = { process: 0, f: TAKES[name], call, return: returned };
  return output === undefined ? asked : { ...asked, output };
}

describe.each(NAMES)('a %s is not linearizable if', (name) => {
  test('a value is removed that nobody inserted', () => {
    expect(outcomeOf(name, [takes(name, 'a', [0, 9])])).toBe('none');
  });

  test('a value is removed before it is inserted', () => {
    expect(outcomeOf(name, [takes(name, 'a', [0, 4]), adds(name, 'a', [5, 9])])).toBe('none');
  });

  test('a value is removed twice', () => {
    const twice = [takes(name, 'a', [2, 9]), takes(name, 'a', [3, 9])];

    expect(outcomeOf(name, [adds(name, 'a', [0, 9]), ...twice])).toBe('none');
  });

  test('it is found empty while a value is in it', () => {
    const history = [adds(name, 'a', [0, 1]), takes(name, null, [2, 3]), takes(name, 'a', [4, 5])];

    expect(outcomeOf(name, history)).toBe('none');
  });

  test('it is found empty while one value after another is in it', () => {
    const history = [
      adds(name, 'a', [0, 1]),
      takes(name, null, [2, 7]),
      adds(name, 'b', [3, 4]),
      takes(name, 'a', [5, 6]),
      takes(name, 'b', [8, 9]),
    ];

    expect(outcomeOf(name, history)).toBe('none');
  });

  test('it is found empty although a value was in it at first', () => {
    expect(outcomeOf(name, [takes(name, null, [0, 1])], ['a'])).toBe('none');
  });
});

describe('order', () => {
  const inTurn = (name: CollectionName) => [adds(name, 'a', [0, 1]), adds(name, 'b', [2, 3])];

  test('a queue is not linearizable if what went in later comes out earlier', () => {
    const out = [takes('queue', 'b', [4, 5]), takes('queue', 'a', [6, 7])];

    expect(outcomeOf('queue', [...inTurn('queue'), ...out])).toBe('none');
    expect(outcomeOf('stack', [...inTurn('stack'), ...out.map(asPop)])).toBe('found');
  });

  test('a queue is not linearizable if what went in later comes out, and the earlier stays', () => {
    expect(outcomeOf('queue', [...inTurn('queue'), takes('queue', 'b', [4, 5])])).toBe('none');
    expect(outcomeOf('stack', [...inTurn('stack'), takes('stack', 'b', [4, 5])])).toBe('found');
  });

  test('a stack is not linearizable if what went in earlier comes out from below the later', () => {
    const out = [takes('queue', 'a', [4, 5]), takes('queue', 'b', [6, 7])];

    expect(outcomeOf('stack', [...inTurn('stack'), ...out.map(asPop)])).toBe('none');
    expect(outcomeOf('queue', [...inTurn('queue'), ...out])).toBe('found');
  });

  test('a stack is not linearizable if three values would each have to be below another', () => {
    const history = [
      adds('stack', 'a', [0, 1]),
      adds('stack', 'b', [2, 5]),
      adds('stack', 'c', [4, 7]),
      takes('stack', 'a', [6, 9]),
      takes('stack', 'b', [8, 11]),
      takes('stack', 'c', [12, 13]),
    ];

    expect(outcomeOf('stack', history)).toBe('none');
    // One that stays open longer can be on top of the others.
    expect(outcomeOf('stack', history.with(2, adds('stack', 'c', [4, 10])))).toBe('found');
  });

  test('the initial values of a queue come out first, and in their order', () => {
    const out = (first: string, second: string) => [
      takes('queue', first, [0, 1]),
      takes('queue', second, [2, 3]),
    ];

    expect(outcomeOf('queue', out('a', 'b'), ['a', 'b'])).toBe('found');
    expect(outcomeOf('queue', out('b', 'a'), ['a', 'b'])).toBe('none');
    expect(outcomeOf('stack', out('a', 'b').map(asPop), ['a', 'b'])).toBe('none');
    expect(outcomeOf('stack', out('b', 'a').map(asPop), ['a', 'b'])).toBe('found');
  });

  test('what is called at the instant of a return is concurrent with it', () => {
    const touching = [adds('queue', 'a', [0, 5]), adds('queue', 'b', [5, 9])];

    expect(outcomeOf('queue', [...touching, takes('queue', 'b', [10, 11])])).toBe('found');
  });
});

function asPop(operation: HistoryOperation): HistoryOperation {
  return { ...operation, f: 'pop' };
}

describe.each(NAMES)('in a %s, what never returned', (name) => {
  test('inserted a value if somebody was told it', () => {
    const history = [adds(name, 'a', [0, null]), takes(name, 'a', [2, 3])];

    expect(outcomeOf(name, history)).toBe('found');
  });

  test('inserted nothing if it was empty long after', () => {
    const history = [adds(name, 'a', [0, null]), takes(name, null, [2, 3])];

    expect(outcomeOf(name, history)).toBe('found');
  });

  test('may have removed what is missing, and is then in the witness', () => {
    const history = [
      adds(name, 'a', [0, 1]),
      takes(name, undefined, [2, null]),
      takes(name, null, [4, 5]),
    ];

    expect(decidedAlone(name, history)).toEqual({ outcome: 'found', orders: [[0, 1, 2]] });
  });

  test('removed nothing if nothing is missing, and is left out of the witness', () => {
    const history = [adds(name, 'a', [0, 1]), takes(name, undefined, [2, null])];

    expect(decidedAlone(name, history)).toEqual({ outcome: 'found', orders: [[0]] });
  });

  test('removed nothing before it was called', () => {
    const history = [
      adds(name, 'a', [0, 1]),
      takes(name, null, [2, 3]),
      takes(name, undefined, [4, null]),
    ];

    expect(outcomeOf(name, history)).toBe('none');
  });

  test('removed no more values than there are removals', () => {
    const history = [
      adds(name, 'a', [0, 1]),
      adds(name, 'b', [0, 1]),
      takes(name, undefined, [2, null]),
      takes(name, null, [4, 5]),
    ];

    expect(outcomeOf(name, history)).toBe('none');
  });
});

describe.each(NAMES)('the test for a %s says nothing if', (name) => {
  test.each([
    ['a value goes in twice', [adds(name, 'a', [0, 1]), adds(name, 'a', [2, 3])]],
    ['an answer is not known', [adds(name, 'a', [0, 1]), takes(name, undefined, [2, 3])]],
    ['an operation is not one of the two', [{ ...adds(name, 'a', [0, 1]), f: 'peek' }]],
  ])('%s', (_, history) => {
    expect(outcomeOf(name, history)).toBeUndefined();
  });
});

const HISTORIES = 300;
/** The search without shortcuts gives up after so many steps; most histories need fewer. */
const STEPS_MAX = 10_000;

/** The same object, without all that tells the checker how it may be quick. */
function bare<State>({ name, init, step, key }: Model<State>): Model<State> {
  return key === undefined ? { name, init, step } : { name, init, step, key };
}

test.each(NAMES)('the test for a %s agrees with the bare search on long histories', (name) => {
  const bareModel = bare<unknown>(models[name]);
  const verdicts = { linearizable: 0, 'not-linearizable': 0, unknown: 0 };
  for (let seed = 0; seed < HISTORIES; seed++) {
    const dice = new Dice(seed);
    const shape = { operations: 20 + dice.below(180), clients: 3 + dice.below(6) };
    const recorded = recordedRun(name, { ...shape, pending: dice.below(5), seed });
    const operations = spoiled(recorded, dice);

    const { verdict, reason } = checkLinearizable<unknown>(models[name], operations);

    expect({ seed, reason }).toEqual({ seed });
    const searched = checkLinearizable(bareModel, operations, { maxSteps: STEPS_MAX }).verdict;
    if (searched !== 'unknown') expect({ seed, verdict }).toEqual({ seed, verdict: searched });
    verdicts[searched]++;
  }
  expect(verdicts.linearizable).toBeGreaterThan(HISTORIES / 10);
  expect(verdicts['not-linearizable']).toBeGreaterThan(HISTORIES / 10);
});

test.each(NAMES)('a %s needs no search if all its removals returned', (name) => {
  const outcomes = { found: 0, none: 0, unfinished: 0 };
  for (let seed = 0; seed < HISTORIES; seed++) {
    const dice = new Dice(seed);
    const shape = { operations: 20 + dice.below(180), clients: 3 + dice.below(6), pending: 5 };
    const operations = spoiled(recordedRun(name, { ...shape, seed }), dice).filter(
      ({ f, return: returned }) => f === ADDS[name] || returned !== null,
    );

    const decision = decidedAlone(name, operations);

    expect({ seed, decided: decision !== undefined }).toEqual({ seed, decided: true });
    outcomes[decision!.outcome]++;
    if (decision?.outcome !== 'found') continue;
    const order = decision.orders.flat();
    expect({ seed, holds: isWitness<unknown>(models[name], null, operations, order) }).toEqual({
      seed,
      holds: true,
    });
  }
  expect(Math.min(outcomes.found, outcomes.none)).toBeGreaterThan(HISTORIES / 10);
});

test.each(NAMES)('a %s seldom needs a search if many removals never returned', (name) => {
  let undecided = 0;
  for (let seed = 0; seed < HISTORIES; seed++) {
    const dice = new Dice(seed);
    const shape = { operations: 40 + dice.below(160), clients: 3 + dice.below(8), pending: 20 };
    const operations = spoiled(recordedRun(name, { ...shape, seed }), dice);

    if (decidedAlone(name, operations) === undefined) undecided++;
  }
  expect(undecided).toBe(0);
});

describe.each(NAMES)('100,000 operations on a %s are decided', (name) => {
  test('when ten clients share it', () => {
    const operations = recordedRun(name, {
      operations: 100_000,
      clients: 10,
      pending: 0,
      seed: 1,
    });

    expect(outcomeOf(name, operations)).toBe('found');
    const late = operations.findLastIndex(({ output }) => typeof output === 'number');
    const wrong = operations.with(late, { ...operations[late]!, output: 1 });
    expect(outcomeOf(name, wrong)).toBe('none');
  });

  test('when half go in before the first comes out', () => {
    const count = 50_000;
    const history = Array.from({ length: count }, (_, place) => {
      return adds(name, String(place), [place, place]);
    });
    for (let place = 0; place < count; place++) {
      const next = name === 'queue' ? place : count - 1 - place;
      history.push(takes(name, String(next), [count + place, count + place]));
    }

    expect(outcomeOf(name, history)).toBe('found');
    const empty = takes(name, null, [count, count]);
    expect(outcomeOf(name, [...history, empty])).toBe('none');
  });

  test('when all happen at once', () => {
    const history = Array.from({ length: 50_000 }, (_, place) => [
      adds(name, String(place), [0, 1]),
      takes(name, String(place), [0, 1]),
    ]).flat();

    expect(outcomeOf(name, history)).toBe('found');
  });
});
