/** Reads of lists and sets that show what nobody has added, or show it too often. */

import { describe, expect, test } from 'vitest';
import { listWorkload, record } from '../../bench/check-histories.ts';
import { Budget } from '../../checker/budget.ts';
import { firstExcess } from '../../checker/excess.ts';
import {
  checkHistory,
  checkLinearizable,
  type HistoryOperation,
  modelNamed,
  models,
  type Plain,
} from '../../checker/index.ts';
import { isLinearizableByDefinition } from './brute-force.ts';
import { Dice } from './random-histories.ts';

type Name = 'list' | 'set';
const NAMES = ['list', 'set'] as const;

const HISTORIES = 2_000;

const added = (name: Name, value: Plain, call: number, end: number | null): HistoryOperation => ({
  process: 0,
  f: name === 'list' ? 'append' : 'add',
  value,
  call,
  return: end,
});
const read = (output: Plain, call: number, end: number): HistoryOperation => ({
  process: 1,
  f: 'read',
  call,
  return: end,
  output,
});

function shownFor(name: Name, operations: readonly HistoryOperation[], initial: Plain = null) {
  return checkHistory({ model: name, initial, operations }, { evidence: true }).counterexample;
}

describe.each(NAMES)('a read of a %s', (name) => {
  test.each([
    ['shows 9, and nobody has added it', [[1, 0, 5]], [1, 9]],
    ['shows 9, and nobody had added it by then', [[9, 40, 50]], [9]],
    ['shows 9 twice, and nobody has added it', [[1, 0, 5]], [9, 1, 9]],
    ['shows "a", and nobody has added it', [['b', 0, 5]], ['b', 'a']],
  ] as const)('that %s is shown alone, and the sentence says so', (words, additions, output) => {
    const operations = [
      ...additions.map(([value, call, end]) => added(name, value, call, end)),
      read(output, 10, 20),
    ];
    const index = operations.length - 1;

    const counterexample = shownFor(name, operations);

    expect(counterexample).toMatchObject({ failing: index, operations: [index], minimal: true });
    expect(counterexample?.sentence).toBe(
      `c1 read = ${JSON.stringify(output)} at 20, which ${words}`,
    );
  });

  test.each([30, 300, 2_000])(
    'that shows a value of %i operations twice is shown alone',
    (count) => {
      const shape = { operations: count, clients: 10, pending: 0, seed: 1 };
      const recorded = record(listWorkload(0), shape).operations.map((each) =>
        name === 'set' && each.f === 'append' ? { ...each, f: 'add' } : each,
      );
      const late = recorded.findLastIndex(
        ({ f, output }, index) => f === 'read' && output !== undefined && index < count * 0.8,
      );
      const seen = recorded[late]!.output;
      const items: readonly Plain[] = Array.isArray(seen) ? seen : [];
      const twice = items.at(-1)!;
      const operations = recorded.map((each, index) =>
        index === late ? { ...each, output: [...items, twice] } : each,
      );

      const { counterexample } = checkLinearizable<unknown>(models[name], operations, {
        evidence: true,
        // Far fewer than it takes to try to leave each of them out.
        maxSteps: 100_000,
      });

      expect(counterexample).toMatchObject({ failing: late, operations: [late], minimal: true });
      const why = name === 'list' ? 'though it was added' : 'and no set holds a value twice';
      expect(counterexample?.sentence).toContain(`, which shows ${twice} twice, ${why}`);
    },
  );

  test('is the first that nothing called by then can have led to, by definition', () => {
    let baseless = 0;
    for (let seed = 0; seed < HISTORIES; seed++) {
      const operations = randomRun(name, new Dice(seed));
      const model = modelNamed(name);
      const question = { model, initial: null, operations, places: undefined };

      const indexes = Array.from(operations.keys());

      const found = firstExcess(question, indexes, new Budget({}));

      expect(found, `seed ${seed}`).toBe(firstByDefinition(name, operations));
      if (found !== undefined) baseless++;
    }
    expect(baseless).toBeGreaterThan(HISTORIES / 10);
    expect(baseless).toBeLessThan(HISTORIES * 0.9);
  });
});

describe('a read of a set whose values are added again, and taken away', () => {
  /** A run of 2,000 operations, some forty at a time. */
  function busyRun(dice: Dice): HistoryOperation[] {
    const present = new Set<number>();
    return Array.from({ length: 2_000 }, (_, process) => {
      const call = process * 10 - dice.below(200);
      const end = process * 10 + dice.below(200);
      const value = dice.below(50);
      if (dice.once(3)) return { ...read([...present], call, end), process };
      if (dice.once(2)) {
        present.add(value);
        return { ...added('set', value, call, end), process };
      }
      const output = present.delete(value);
      return { process, f: 'remove', value, call, return: end, output };
    });
  }

  test.each([
    ['a value that nobody added', 'ghost', 'shows "ghost", and nobody has added it'],
    ['a value twice', undefined, 'twice, and no set holds a value twice'],
  ])('is refused at once where it shows %s', (_what, extra, words) => {
    const operations = busyRun(new Dice(1));
    const late = operations.findLastIndex(
      ({ output }, index) => index < 1_600 && Array.isArray(output) && output.length > 0,
    );
    const { output } = operations[late]!;
    const items: readonly Plain[] = Array.isArray(output) ? output : [];
    operations[late] = { ...operations[late]!, output: [...items, extra ?? items[0]!] };

    // The search alone would not be through after fifty million.
    const options = { evidence: true, maxSteps: 200_000 };
    const { verdict, counterexample } = checkLinearizable(models.set, operations, options);

    expect(verdict).toBe('not-linearizable');
    expect(counterexample).toMatchObject({ failing: late, operations: [late], minimal: true });
    expect(counterexample?.sentence).toContain(words);
  });
});

describe('a read of a list', () => {
  test.each([
    ['7 twice, though it was added once', null, [[7, 0, 5]], [7, 7]],
    ['7 twice, though it was added at most once', null, [[7, 0, null]], [7, 7]],
    [
      '7 twice, though it was added once by then',
      null,
      [
        [7, 0, 5],
        [7, 40, 50],
      ],
      [7, 7],
    ],
    [
      '7 4 times, though it was added twice',
      null,
      [
        [7, 0, 5],
        [7, 6, 8],
      ],
      [7, 7, 7, 7],
    ],
    ['7 twice, though it was there once at first and never added', [7], [[1, 0, 5]], [7, 7]],
    ['7 3 times, though it was there once at first and added once', [7], [[7, 0, 5]], [7, 7, 7]],
  ] as const)('that shows %s is shown alone, and says so', (words, initial, additions, output) => {
    const operations = [
      ...additions.map(([value, call, end]) => added('list', value, call, end)),
      read(output, 10, 20),
    ];
    const index = operations.length - 1;

    const counterexample = shownFor('list', operations, initial);

    expect(counterexample).toMatchObject({ failing: index, operations: [index], minimal: true });
    expect(counterexample?.sentence).toBe(
      `c1 read = ${JSON.stringify(output)} at 20, which shows ${words}`,
    );
  });

  test('that shows a value as often as it was added is not blamed for one that lost it', () => {
    const operations = [
      added('list', 7, 0, 5),
      added('list', 7, 6, null),
      read([7, 7], 10, 20),
      read([7], 30, 40),
    ];

    const counterexample = shownFor('list', operations);

    expect(counterexample).toMatchObject({ failing: 3 });
    expect(counterexample?.operations.length).toBeGreaterThan(1);
    expect(counterexample?.sentence).not.toContain('which shows');
  });

  test('may show what is appended at the instant of its return', () => {
    const operations = [added('list', 7, 20, 30), read([7], 10, 20)];

    expect(shownFor('list', operations)).toBeUndefined();
  });
});

/** Additions of few values, and reads of what may have come of them, at times that often touch. */
function randomRun(name: Name, dice: Dice): readonly HistoryOperation[] {
  return Array.from({ length: 2 + dice.below(5) }, (_, process) => {
    const call = dice.below(8);
    const end = call + dice.below(4);
    if (dice.once(2)) {
      const addition = added(name, dice.below(3), call, dice.once(4) ? null : end);
      const isTaken = name === 'set' && dice.once(4);
      return { ...addition, process, f: isTaken ? 'remove' : addition.f };
    }
    const output = Array.from({ length: dice.below(4) }, () => dice.below(3));
    return { ...read(output, call, end), process };
  });
}

/** The read that returned first of those that end no run of any of the others, called by then. */
function firstByDefinition(name: Name, operations: readonly HistoryOperation[]) {
  const returned = operations.flatMap(({ f, return: end }, index) =>
    f === 'read' && end !== null ? [{ index, end }] : [],
  );
  returned.sort((a, b) => a.end - b.end || a.index - b.index);
  return returned.find(({ index }) => {
    const own = operations.map(({ output: _, ...each }, place) =>
      place === index ? operations[index]! : { ...each, return: null },
    );
    return !isLinearizableByDefinition<unknown>(models[name], null, own);
  })?.index;
}
