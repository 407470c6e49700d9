/** Registers with unique values, some of whose reads are late by some versions. */

import { describe, expect, test } from 'vitest';
import { record, registerWorkload } from '../../bench/check-histories.ts';
import {
  checkBoundedStaleness,
  checkLinearizable,
  type HistoryOperation,
  type Model,
  models,
  type Plain,
} from '../../checker/index.ts';
import { Dice } from './random-histories.ts';

interface Shape {
  readonly operations: number;
  readonly clients: number;
  /** Reads are late by so many versions at the most... */
  readonly most: number;
  /** ... and one in so many is at all. */
  readonly oneIn: number;
}

/** A run of a register, in which each operation takes effect at some instant while it is open. */
function lateRun(shape: Shape, dice: Dice): readonly HistoryOperation[] {
  const clocks = new Float64Array(shape.clients);
  const run = Array.from({ length: shape.operations }, (_, index) => {
    const process = clocks.indexOf(Math.min(...clocks));
    const call = clocks[process]! + dice.below(3);
    const returned = call + dice.below(30);
    clocks[process] = returned + dice.below(2);
    const instant = call + dice.below(returned - call + 1);
    return { process, call, return: returned, instant, value: index + 1, isRead: dice.once(2) };
  });
  const versions: Plain[] = [0];
  const operations: HistoryOperation[] = [];
  for (const each of run.sort((a, b) => a.instant - b.instant)) {
    const { process, call, return: returned } = each;
    if (each.isRead) {
      const lateBy = dice.once(shape.oneIn) ? dice.below(shape.most + 1) : 0;
      const output = versions[Math.max(0, versions.length - 1 - lateBy)]!;
      operations.push({ process, f: 'read', call, return: returned, output });
    } else {
      versions.push(each.value);
      const end = dice.once(20) ? null : returned;
      operations.push({ process, f: 'write', value: each.value, call, return: end });
    }
  }
  return operations;
}

/** Whether the order is one of real time in which reads answer one of the latest versions. */
function isOrder(operations: readonly HistoryOperation[], order: readonly number[], most: number) {
  const versions: Plain[] = [0];
  let callMax = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    const { f, value = null, output, call, return: returned } = operations[index]!;
    if (returned !== null && returned < callMax) return false;
    callMax = Math.max(callMax, call);
    if (f === 'write') versions.push(value);
    else if (!versions.slice(-most - 1).includes(output ?? null)) return false;
  }
  const placed = new Set(order);
  return operations.every((each, index) => each.return === null || placed.has(index));
}

function check(
  operations: readonly HistoryOperation[],
  most: number,
  options: { readonly maxSteps?: number; readonly shouldStop?: () => boolean } = {},
) {
  const all = { initial: 0, evidence: true, ...options };
  return checkBoundedStaleness(models.register, operations, { by: 'versions', most }, all);
}

describe('staleness by versions', () => {
  test('holds where all is linearizable, however many clients there are', () => {
    const shape = { operations: 1_000, clients: 30, pending: 5, seed: 1 };
    const { operations } = record(registerWorkload('read-write', 0), shape);
    const options = { evidence: true, maxSteps: 20_000 };
    const staleness = { by: 'versions', most: 2 } as const;

    const result = checkBoundedStaleness(models.register, operations, staleness, options);

    const { witness } = checkLinearizable(models.register, operations, options);
    expect(result).toMatchObject({ verdict: 'consistent', witness });
  });

  test('is decided where reads are late by no more, with an order', () => {
    for (const oneIn of [100, 10, 1]) {
      const shape = { operations: 2_000, clients: 20, most: 2, oneIn };
      const operations = lateRun(shape, new Dice(oneIn));

      const { verdict, witness = [] } = check(operations, 2, { maxSteps: 40_000 });

      expect(verdict, `one in ${oneIn}`).toBe('consistent');
      expect(isOrder(operations, witness, 2), `one in ${oneIn}`).toBe(true);
    }
  });

  test('is refuted where one read among many is late by more', () => {
    const shape = { operations: 2_000, clients: 20, most: 2, oneIn: 10 };
    const operations = lateRun(shape, new Dice(1));
    const end = Math.max(...operations.map((each) => each.return ?? 0));
    const old = operations.find(({ f, return: returned }) => f === 'write' && returned !== null);
    const late = { f: 'read', call: end + 1, return: end + 2, output: old?.value ?? null };

    const { verdict, counterexample } = check([...operations, { process: 0, ...late }], 2);

    expect(verdict).toBe('inconsistent');
    expect(counterexample).toMatchObject({ failing: 2_000, minimal: true });
    expect(counterexample?.operations).toHaveLength(5);
  });

  test.each([
    [9, 4, 1_500],
    [14, 6, 300],
  ])('of %i operations of %i clients is what the search says', (count, clients, histories) => {
    // Without `registerAccess` nothing but the search applies.
    const { registerAccess: _, ...searched }: Model<Plain> = models.register;
    let refuted = 0;
    for (let seed = 0; seed < histories; seed++) {
      const dice = new Dice(seed);
      const most = 1 + dice.below(2);
      const shape = { operations: count, clients, most: most + 2, oneIn: 1 };
      const operations = lateRun(shape, dice);

      const { verdict, witness = [] } = check(operations, most);

      const staleness = { by: 'versions', most } as const;
      const expected = checkBoundedStaleness(searched, operations, staleness, { initial: 0 });
      expect(verdict, `seed ${seed}`).toBe(expected.verdict);
      if (verdict === 'inconsistent') refuted++;
      else expect(isOrder(operations, witness, most), `seed ${seed}`).toBe(true);
    }
    expect(refuted).toBeGreaterThan(10);
  });

  test.each([
    ['steps', { maxSteps: 500 }],
    ['time', { shouldStop: () => true }],
  ] as const)('is unknown when the budget of %s ends', (reason, options) => {
    const operations = lateRun({ operations: 2_000, clients: 20, most: 2, oneIn: 1 }, new Dice(1));

    expect(check(operations, 2, options)).toMatchObject({ verdict: 'unknown', reason });
  });

  test('takes an order that is suggested', () => {
    const operations = lateRun({ operations: 200, clients: 8, most: 2, oneIn: 1 }, new Dice(1));
    const { witness: order = [] } = check(operations, 2);
    const places = operations.map((_, index) => order.indexOf(index));
    const options = { initial: 0, witness: places, evidence: true };
    const staleness = { by: 'versions', most: 2 } as const;

    const result = checkBoundedStaleness(models.register, operations, staleness, options);

    expect(result).toMatchObject({ verdict: 'consistent', steps: 200 });
  });
});
