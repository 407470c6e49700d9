/** Queues into which values go more than once: the search by removals, and the states of models. */

import { describe, expect, test } from 'vitest';
import { queueWorkload, record, withStaleRead } from '../../bench/check-histories.ts';
import { Budget } from '../../checker/budget.ts';
import {
  checkLinearizable,
  type HistoryOperation,
  type Model,
  models,
} from '../../checker/index.ts';
import { searchQueue } from '../../checker/queue-search.ts';
import { isLinearizableByDefinition, isWitness } from './brute-force.ts';
import { Dice } from './random-histories.ts';
import { spoiled } from './spoiled-collections.ts';

const HISTORIES = 300;
/** The search without shortcuts gives up after so many steps; most histories need fewer. */
const STEPS_MAX = 10_000;

test.each([
  ['of which every answer is known', 0],
  ['of which some answers are not known', 3],
] as const)('the search by removals decides 10,000 small queues %s', (_, unknownOnceIn) => {
  const outcomes = { found: 0, none: 0, unfinished: 0 };
  for (let seed = 0; seed < 10_000; seed++) {
    const operations = crowdedQueue(new Dice(seed), unknownOnceIn);
    const question = { model: models.queue, initial: null, operations, places: undefined };
    const budget = new Budget({});

    const decision = searchQueue(question, [...operations.keys()], budget);

    const isLegal = isLinearizableByDefinition(models.queue, null, operations);
    const outcome = decision?.outcome;
    expect({ seed, outcome }).toEqual({ seed, outcome: isLegal ? 'found' : 'none' });
    expect({ seed, bytes: budget.bytes }).toEqual({ seed, bytes: 0 });
    outcomes[isLegal ? 'found' : 'none']++;
  }
  expect(Math.min(outcomes.found, outcomes.none)).toBeGreaterThan(500);
});

test('of like removals one that was called before the other may have to come first', () => {
  const put = (value: string, call: number, returned: number): HistoryOperation => {
    return { process: call, f: 'enqueue', value, call, return: returned };
  };
  const take = (output: string | null, call: number, returned: number): HistoryOperation => {
    return { process: call, f: 'dequeue', output, call, return: returned };
  };
  // The queue is empty before b is in it, and by then the later of the two has not been called.
  const operations = [
    put('a', 0, 1),
    take('a', 3, 20),
    take(null, 2, 30),
    put('b', 4, 5),
    put('a', 3, 7),
    take('a', 8, 9),
    take('b', 40, 50),
  ];

  expect(checkLinearizable(models.queue, operations).verdict).toBe('linearizable');
});

test('having found a queue empty on the way is remembered', () => {
  const enqueue = (value: number, call: number, returned: number): HistoryOperation => {
    return { process: 0, f: 'enqueue', value, call, return: returned };
  };
  const dequeue = (output: number | null, call: number, returned: number): HistoryOperation => {
    return { process: 0, f: 'dequeue', output, call, return: returned };
  };
  const operations = [
    enqueue(1, 0, 1),
    dequeue(1, 0, 20),
    dequeue(null, 2, 12),
    enqueue(2, 0, 11),
    dequeue(2, 10, 15),
    enqueue(3, 3, 8),
    dequeue(3, 30, 31),
  ];
  const question = { model: models.queue, initial: null, operations, places: undefined };

  // With 2 before 1, it cannot be found empty before 3; with 1 before 2, it can.
  const decision = searchQueue(question, [...operations.keys()], new Budget({}));

  expect(decision?.outcome).toBe('found');
});

/**
 * Up to eight operations on one to three values, which often find nothing; some never return. If
 * `unknownOnceIn` is not 0, one answer in so many is not known.
 */
function crowdedQueue(dice: Dice, unknownOnceIn: number): readonly HistoryOperation[] {
  const values = 1 + dice.below(unknownOnceIn === 0 ? 2 : 3);
  const span = 4 + dice.below(20);
  const items: number[] = [];
  const asked = Array.from({ length: 3 + dice.below(6) }, (_, process) => {
    const call = dice.below(span);
    const returned = call + dice.below(span);
    const at = call + dice.below(returned - call + 1);
    return { process, call, return: dice.once(12) ? null : returned, at };
  });
  return asked
    .sort((a, b) => a.at - b.at)
    .map(({ process, call, return: returned }): HistoryOperation => {
      const value = dice.below(values);
      if (dice.once(2)) {
        items.push(value);
        return { process, f: 'enqueue', value, call, return: returned };
      }
      const told = dice.once(8) ? dice.pick([null, value]) : (items.shift() ?? null);
      const removal = { process, f: 'dequeue', call, return: returned };
      const isUnknown = unknownOnceIn > 0 && dice.once(unknownOnceIn);
      return returned === null || isUnknown ? removal : { ...removal, output: told };
    });
}

function ofValues(values: number, operations: number, seed: number, pending = 0) {
  return record(queueWorkload(values), { operations, clients: 10, pending, seed }).operations;
}

test('queues of three values are judged as the bare search judges them', () => {
  const { name, init, step, key = () => '' } = models.queue;
  const bare = { name, init, step, key };
  const verdicts = { linearizable: 0, 'not-linearizable': 0, unknown: 0 };
  for (let seed = 0; seed < HISTORIES; seed++) {
    const dice = new Dice(seed);
    const shape = { operations: 15 + dice.below(30), clients: 2 + dice.below(4), seed };
    const workload = queueWorkload(3);
    const recorded = record(workload, { ...shape, pending: dice.below(4) }).operations;
    const operations = spoiled(recorded, dice);

    const result = checkLinearizable(models.queue, operations, { evidence: true });

    const searched = checkLinearizable(bare, operations, { maxSteps: STEPS_MAX }).verdict;
    verdicts[searched]++;
    if (searched !== 'unknown') {
      expect({ seed, verdict: result.verdict }).toEqual({ seed, verdict: searched });
    }
    if (result.verdict === 'linearizable') {
      const holds = isWitness(models.queue, null, operations, result.witness ?? []);
      expect({ seed, holds }).toEqual({ seed, holds: true });
    }
  }
  expect(Math.min(verdicts.linearizable, verdicts['not-linearizable'])).toBeGreaterThan(30);
});

test.each([
  [1, 10_000],
  [5, 10_000],
  [100, 10_000],
])('a queue of %i values shared by ten clients takes few steps an operation', (values, count) => {
  const operations = ofValues(values, count, 1, 10);

  const { verdict, steps } = checkLinearizable(models.queue, operations);

  expect(verdict).toBe('linearizable');
  expect(steps).toBeLessThan(20 * count);
});

test('a late answer among 2,000 is found out, whatever its distance', () => {
  const operations = withStaleRead(ofValues(100, 2_000, 1), 'dequeue');

  expect(checkLinearizable(models.queue, operations).verdict).toBe('not-linearizable');
});

describe('the search of a queue keeps to its budget', () => {
  const operations = ofValues(5, 2_000, 1);

  test('of steps', () => {
    const { verdict, reason } = checkLinearizable(models.queue, operations, { maxSteps: 7_000 });

    expect({ verdict, reason }).toEqual({ verdict: 'unknown', reason: 'steps' });
  });

  test('of memory', () => {
    const budget = { maxMemoryBytes: 400_000 };

    const { verdict, reason, peakBytes } = checkLinearizable(models.queue, operations, budget);

    expect({ verdict, reason }).toEqual({ verdict: 'unknown', reason: 'memory' });
    expect(peakBytes).toBeLessThanOrEqual(400_000);
  });

  test('of time', () => {
    let questions = 0;
    const shouldStop = () => ++questions > 5;

    const { verdict, reason } = checkLinearizable(models.queue, operations, { shouldStop });

    expect({ verdict, reason }).toEqual({ verdict: 'unknown', reason: 'time' });
  });
});

test.each([0, 5])('a queue of %i values and some unknown answers takes few steps', (values) => {
  const known = ofValues(values, 2_000, 1, 10);
  const operations = known.map((each, index) => {
    const { output: _, ...unknown } = each;
    return each.f === 'dequeue' && index % 20 === 0 ? unknown : each;
  });

  const { verdict, steps } = checkLinearizable(models.queue, operations);

  expect(verdict).toBe('linearizable');
  // Ten of them are what the tests count that come before the search.
  expect(steps).toBeLessThan(25 * operations.length);
});

const TWICE: readonly HistoryOperation[] = [
  { process: 0, f: 'enqueue', value: 1, call: 0, return: 1 },
  { process: 0, f: 'enqueue', value: 1, call: 2, return: 3 },
];

test('a removal of which the answer is not known took one of two equal values', () => {
  const unknown = { process: 0, f: 'dequeue', call: 4, return: 5 };
  const last = { process: 0, f: 'dequeue', call: 6, return: 7, output: 1 };
  const empty = { process: 0, f: 'dequeue', call: 8, return: 9, output: null };

  const history = [...TWICE, unknown, last, empty];

  expect(checkLinearizable(models.queue, history).verdict).toBe('linearizable');
  const before = [...TWICE, unknown, { ...empty, call: 6, return: 7 }];
  expect(checkLinearizable(models.queue, before).verdict).toBe('not-linearizable');
});

describe('what the search by removals leaves to the search over states', () => {
  test('is a queue that holds values at first', () => {
    const first = { process: 0, f: 'dequeue', call: 4, return: 5, output: 1 };

    const verdict = (initial: number[]) =>
      checkLinearizable(models.queue, [...TWICE, first], { initial }).verdict;

    expect(verdict([1])).toBe('linearizable');
    expect(verdict([2])).toBe('not-linearizable');
  });
});

/** The state after a value went in. */
function after<State>(model: Model<State>, state: State, f: string, value: number): State {
  const step = model.step(state, { process: 0, f, value, call: 0, return: 1 });
  if (!step.ok) throw new Error(`${f} was refused`);
  return step.next;
}

function drained<State>(model: Model<State>, from: State, f: string): readonly unknown[] {
  const found: unknown[] = [];
  let state = from;
  for (const output of [1, 2, 3, 4, 1, 2, 3, 4]) {
    const step = model.step(state, { process: 0, f, call: 0, return: 1, output });
    if (!step.ok) continue;
    found.push(output);
    state = step.next;
  }
  return found;
}

test('two queues that went on from one do not see what went into the other', () => {
  const { queue } = models;
  const base = after(queue, queue.init([]), 'enqueue', 1);
  const left = after(queue, base, 'enqueue', 2);
  const right = after(queue, base, 'enqueue', 3);
  const further = after(queue, left, 'enqueue', 4);

  expect([base, left, right, further].map((state) => drained(queue, state, 'dequeue'))).toEqual([
    [1],
    [1, 2],
    [1, 3],
    [1, 2, 4],
  ]);
  const again = after(queue, after(queue, queue.init([1]), 'enqueue', 2), 'enqueue', 4);
  expect(queue.key?.(further)).toBe(queue.key?.(again));
  expect(queue.key?.(left)).not.toBe(queue.key?.(right));
});

test('two stacks that went on from one do not see what went onto the other', () => {
  const { stack } = models;
  const base = after(stack, stack.init([]), 'push', 3);
  const left = after(stack, base, 'push', 2);
  const right = after(stack, base, 'push', 1);

  expect([base, left, right].map((state) => drained(stack, state, 'pop'))).toEqual([
    [3],
    [2, 3],
    [1, 3],
  ]);
  expect(stack.key?.(after(stack, stack.init([3]), 'push', 2))).toBe(stack.key?.(left));
  expect(stack.key?.(left)).not.toBe(stack.key?.(right));
});
