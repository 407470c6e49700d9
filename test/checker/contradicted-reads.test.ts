/** Counterexamples of lists and sets whose reads contradict what was added, or other reads. */

import { describe, expect, test } from 'vitest';
import { listWorkload, record } from '../../bench/check-histories.ts';
import {
  checkHistory,
  checkLinearizable,
  type HistoryOperation,
  models,
  type Plain,
} from '../../checker/index.ts';
import { isLinearizableByDefinition } from './brute-force.ts';
import { Dice } from './random-histories.ts';

type Name = 'list' | 'set';

/** A run in which each value is added once. */
function run(name: Name, operations: number, seed = 1): readonly HistoryOperation[] {
  const shape = { operations, clients: 10, pending: 0, seed };
  return record(listWorkload(0), shape).operations.map((each) =>
    name === 'set' && each.f === 'append' ? { ...each, f: 'add' } : each,
  );
}

const itemsOf = (output: Plain | undefined) => (Array.isArray(output) ? output : []);

/** The history with another answer of the last read before a place. */
function withAnswer(
  operations: readonly HistoryOperation[],
  before: number,
  change: (items: readonly Plain[]) => readonly Plain[],
) {
  const read = operations.findLastIndex(
    ({ f, return: end }, index) => f === 'read' && end !== null && index < before,
  );
  const output = change(itemsOf(operations[read]!.output));
  return {
    read,
    spoiled: operations.map((each, index) => (index === read ? { ...each, output } : each)),
  };
}

test('a read of a set that lacks a value names it, beside looks at single values', () => {
  const operations = run('set', 2_000);
  const { read, spoiled } = withAnswer(operations, 1_600, (items) => items.slice(1));
  const looks: readonly HistoryOperation[] = [
    { process: 90, f: 'remove', value: -1, output: false, call: 0, return: 1 },
    { process: 90, f: 'contains', value: -1, output: false, call: 2, return: 3 },
  ];
  const history = { model: 'set', initial: null, operations: [...spoiled, ...looks] };

  const { counterexample } = checkHistory(history, { evidence: true, maxSteps: 200_000 });

  expect(counterexample).toMatchObject({ failing: read, minimal: true });
  expect(counterexample?.sentence).toMatch(/ lacks .*, which c\d+ had added at \d+$/);
});

describe.each(['list', 'set'] as const)('a read of a %s', (name) => {
  test.each([30, 300, 2_000])('that lacks a value of %i operations names it', (count) => {
    const operations = run(name, count);
    const { read, spoiled } = withAnswer(operations, count * 0.8, (items) => items.slice(1));
    const lost = itemsOf(operations[read]!.output)[0];
    const adding = operations.find(({ f, value }) => f !== 'read' && value === lost)!;
    const history = { model: name, initial: null, operations: spoiled };

    // Far fewer than it takes to try to leave each of them out.
    const { counterexample } = checkHistory(history, { evidence: true, maxSteps: 200_000 });

    expect(counterexample).toMatchObject({ failing: read, minimal: true });
    expect(counterexample?.operations).toHaveLength(itemsOf(spoiled[read]!.output).length + 2);
    expect(counterexample?.sentence).toMatch(
      new RegExp(` lacks ${lost}, which c${adding.process} had added at ${adding.return}$`),
    );
  });

  test('that lacks what another shows is shown with that', () => {
    const add = name === 'set' ? 'add' : 'append';
    const operations: readonly HistoryOperation[] = [
      { process: 0, f: add, value: 1, call: 0, return: 10 },
      { process: 1, f: add, value: 2, call: 20, return: null },
      { process: 2, f: 'read', call: 30, return: 40, output: [1, 2] },
      { process: 2, f: 'read', call: 50, return: 60, output: [1] },
      { process: 0, f: add, value: 3, call: 70, return: 80 },
    ];
    const history = { model: name, initial: null, operations };

    const { counterexample } = checkHistory(history, { evidence: true });

    expect(counterexample).toMatchObject({ failing: 3, operations: [0, 1, 2, 3], minimal: true });
  });

  test('is shown with an order of all the others, however many they are', () => {
    const { read, spoiled } = withAnswer(run(name, 300), 250, (items) => items.slice(1));

    const { counterexample } = checkLinearizable<unknown>(models[name], spoiled, {
      evidence: true,
    });

    const [order = []] = counterexample?.partial ?? [];
    const others = counterexample?.operations.filter((index) => index !== read) ?? [];
    expect(new Set(order)).toEqual(new Set(others));
    const { verdict } = checkLinearizable<unknown>(
      models[name],
      others.map((index) => spoiled[index]!),
      { witness: others.map((index) => order.indexOf(index)) },
    );
    expect(verdict).toBe('linearizable');
  });

  test('whose answer is wrong anyhow is shown with no more than makes it so', () => {
    let built = 0;
    for (let seed = 0; seed < 150; seed++) {
      const dice = new Dice(seed);
      const { spoiled } = withAnswer(run(name, 24, seed), 24, (items) => changed(items, dice));
      const history = { model: name, initial: null, operations: spoiled };
      const { counterexample } = checkHistory(history, { evidence: true });
      if (counterexample === undefined || counterexample.operations.length > 6) continue;
      built++;
      expect(counterexample.minimal, `seed ${seed}`).toBe(true);
      const end = spoiled[counterexample.failing]!.return!;
      const small = counterexample.operations.map((index) => knownBy(spoiled[index]!, end));
      expect(isLinearizableByDefinition<unknown>(models[name], null, small)).toBe(false);
    }
    expect(built).toBeGreaterThan(10);
  });
});

/** What was read without one of the items, with one of them elsewhere, or cut short. */
function changed(items: readonly Plain[], dice: Dice): readonly Plain[] {
  const place = dice.below(items.length + 1);
  const rest = items.toSpliced(place, 1);
  if (dice.once(2)) return rest;
  return dice.once(2) ? items.slice(0, place) : [...rest, ...items.slice(place, place + 1)];
}

function knownBy(operation: HistoryOperation, end: number): HistoryOperation {
  if (operation.return !== null && operation.return <= end) return operation;
  const { output: _, ...open } = operation;
  return { ...open, return: null };
}
