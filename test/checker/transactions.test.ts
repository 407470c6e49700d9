/**
 * Transactions over registers: the anomalies of the papers, each with its verdict and its sentence.
 *
 * Adya, "Weak consistency" (1999), chapter 3, names G0 to G2; G-single is of Elle (Kingsbury &
 * Alvaro, VLDB 2020); write skew and lost updates are of Berenson et al. (1995), and the long fork
 * is of Cerone, Bernardi & Gotsman (2015).
 */

import { describe, expect, test } from 'vitest';
import {
  checkLinearizable,
  checkSequential,
  type HistoryOperation,
  models,
  type Plain,
} from '../../checker/index.ts';

type Access = readonly ['r' | 'w' | 'append', string, Plain];

/** A transaction with its reads filled in; its process is one that nobody else is. */
function txn(call: number, end: number | null, ...accesses: readonly Access[]): HistoryOperation {
  const value = accesses.map(([kind, register, seen]) => [
    kind,
    register,
    kind === 'r' ? null : seen,
  ]);
  const process = nextProcess++;
  const asked = { process, f: 'txn', value, call, return: end };
  return end === null ? asked : { ...asked, output: accesses };
}

let nextProcess = 0;

function judge(operations: readonly HistoryOperation[], initial: Plain = null) {
  const options = { initial, evidence: true };
  const { verdict, counterexample, witness } = checkLinearizable(models.txn, operations, options);
  const sequential = checkSequential(models.txn, operations, options).verdict;
  return { verdict, sequential, counterexample, witness };
}

interface Anomaly {
  readonly name: string;
  readonly operations: readonly HistoryOperation[];
  readonly sequential: 'consistent' | 'inconsistent';
  readonly shown: number;
  readonly sentence: RegExp;
}

const anomalies: readonly Anomaly[] = [
  {
    name: 'G0, a circle of writes, seen in two lists',
    operations: [
      txn(0, 9, ['append', 'x', 1], ['append', 'y', 1]),
      txn(0, 9, ['append', 'x', 2], ['append', 'y', 2]),
      txn(10, 20, ['r', 'x', [1, 2]], ['r', 'y', [2, 1]]),
    ],
    sequential: 'inconsistent',
    shown: 3,
    sentence: /each of these must come before the next.* saw that of T2 after it/,
  },
  {
    name: 'G1a, a read of what was taken back',
    operations: [txn(0, 9, ['w', 'x', 1]), txn(0, 9, ['r', 'x', 2])],
    sequential: 'inconsistent',
    shown: 1,
    sentence: /txn \[\["r","x",2\]\] at 9, but nobody had made x 2 by then$/,
  },
  {
    name: 'G1b, a read in the middle of a transaction',
    operations: [txn(0, 9, ['w', 'x', 1], ['w', 'x', 2]), txn(0, 9, ['r', 'x', 1])],
    sequential: 'inconsistent',
    shown: 2,
    sentence:
      /at 9 saw x = 1, but txn \[\["w","x",1\],\["w","x",2\]\] by c\d+ had itself overwritten/,
  },
  {
    name: 'G1b of a list',
    operations: [txn(0, 9, ['append', 'x', 1], ['append', 'x', 2]), txn(0, 9, ['r', 'x', [1]])],
    sequential: 'inconsistent',
    shown: 2,
    sentence: /appended \[1,2\] to x at one time$/,
  },
  {
    name: 'G1c, a circle of reads',
    operations: [txn(0, 9, ['w', 'x', 1], ['r', 'y', 2]), txn(0, 9, ['w', 'y', 2], ['r', 'x', 1])],
    sequential: 'inconsistent',
    shown: 2,
    sentence: /\(T1\), as T2 saw [xy] = \d of it; .*\(T2\), as T1 saw [xy] = \d of it$/,
  },
  {
    name: 'G-single, a read of two states',
    operations: [
      txn(0, 9, ['w', 'x', 1], ['w', 'y', 1]),
      txn(0, 9, ['r', 'x', 1], ['r', 'y', null]),
    ],
    sequential: 'inconsistent',
    shown: 2,
    sentence: /as it saw y = null, which T\d overwrote/,
  },
  {
    name: 'G2, write skew',
    operations: [txn(0, 9, ['r', 'x', 0], ['w', 'y', 1]), txn(0, 9, ['r', 'y', 0], ['w', 'x', 1])],
    sequential: 'inconsistent',
    shown: 2,
    sentence: /as it saw [xy] = 0, which T2 overwrote; .* as it saw [xy] = 0, which T1 overwrote$/,
  },
  {
    name: 'a lost update',
    operations: [txn(0, 9, ['r', 'x', 0], ['w', 'x', 1]), txn(0, 9, ['r', 'x', 0], ['w', 'x', 2])],
    sequential: 'inconsistent',
    shown: 2,
    sentence: /as it saw x = 0, which T2 overwrote; .* as it saw x = 0, which T1 overwrote$/,
  },
  {
    name: 'a long fork',
    operations: [
      txn(0, 9, ['w', 'x', 1]),
      txn(0, 9, ['w', 'y', 1]),
      txn(0, 9, ['r', 'x', 1], ['r', 'y', 0]),
      txn(0, 9, ['r', 'x', 0], ['r', 'y', 1]),
    ],
    sequential: 'inconsistent',
    shown: 4,
    sentence: /\(T4\)/,
  },
  {
    name: 'a read of what was overwritten long ago, which real time alone forbids',
    operations: [txn(0, 9, ['w', 'x', 1]), txn(10, 19, ['w', 'x', 2]), txn(20, 29, ['r', 'x', 1])],
    sequential: 'consistent',
    shown: 3,
    sentence: /had returned at \d+, and T\d was called at \d+/,
  },
  {
    name: 'two orders of one list',
    operations: [
      txn(0, 9, ['append', 'x', 1]),
      txn(0, 9, ['append', 'x', 2]),
      txn(0, 9, ['r', 'x', [1]]),
      txn(0, 9, ['r', 'x', [2, 1]]),
    ],
    sequential: 'inconsistent',
    shown: 4,
    sentence: /and neither can grow into the other$/,
  },
  {
    name: 'a transaction that reads something else than it has written',
    operations: [txn(0, 9, ['w', 'x', 2]), txn(0, 9, ['w', 'x', 1], ['r', 'x', 2])],
    sequential: 'inconsistent',
    shown: 1,
    sentence: /but it saw x = 2 where it had itself made that 1$/,
  },
  {
    name: 'a transaction that reads a register twice, and otherwise',
    operations: [txn(0, 9, ['w', 'x', 2]), txn(0, 9, ['r', 'x', 0], ['r', 'x', 2])],
    sequential: 'inconsistent',
    shown: 1,
    sentence: /but it saw x = 2 where it had just seen 0$/,
  },
  {
    name: 'a list that misses what the transaction has appended itself',
    operations: [txn(0, 9, ['append', 'x', 2], ['r', 'x', [1]])],
    sequential: 'inconsistent',
    shown: 1,
    sentence: /which does not end in what it had itself appended, \[2\]$/,
  },
];

describe('an anomaly is refused, and told', () => {
  test.each(anomalies)('$name', ({ name, operations, sequential, shown, sentence }) => {
    const isOfLists = /list/.test(name);
    const judged = judge(operations, isOfLists ? null : name.startsWith('G-single') ? null : 0);

    expect(judged.verdict).toBe('not-linearizable');
    expect(judged.sequential).toBe(sequential);
    expect(judged.counterexample?.operations).toHaveLength(shown);
    expect(judged.counterexample?.minimal).toBe(true);
    expect(judged.counterexample?.sentence).toMatch(sentence);
  });
});

describe('what is no anomaly is explained', () => {
  test('a transaction that never returned, and was seen, took effect', () => {
    const { verdict, witness } = judge([
      txn(0, null, ['w', 'x', 1], ['w', 'y', 1]),
      txn(5, 9, ['r', 'x', 1], ['r', 'y', 1]),
    ]);

    expect(verdict).toBe('linearizable');
    expect(witness).toEqual([0, 1]);
  });

  test('a transaction that never returned, and was not seen, need not have happened', () => {
    const { verdict } = judge([
      txn(0, null, ['w', 'x', 1]),
      txn(5, 9, ['r', 'x', null]),
      txn(10, 19, ['w', 'x', 2]),
      txn(20, 29, ['r', 'x', 2]),
    ]);

    expect(verdict).toBe('linearizable');
  });

  test('what was seen of a transaction that never returned must stay', () => {
    const { verdict, counterexample } = judge([
      txn(0, null, ['w', 'x', 1]),
      txn(5, 9, ['r', 'x', 1]),
      txn(10, 19, ['r', 'x', null]),
    ]);

    expect(verdict).toBe('not-linearizable');
    expect(counterexample?.sentence).toMatch(/which T\d overwrote/);
  });
});

describe('5,000 transactions of 20 clients on 10 registers', () => {
  test.each(['w', 'append'] as const)('that only "%s" are judged without a search', (kind) => {
    const operations = concurrentRun(kind, 5_000);
    const stepsMax = 20 * operations.length;

    const { verdict } = checkLinearizable(models.txn, operations, { maxSteps: stepsMax });

    expect(verdict).toBe('linearizable');
  });

  test('are found out by one read of what was not written', () => {
    const operations = concurrentRun('w', 5_000).map((operation, index) =>
      index === 4_000 ? txn(operation.call, operation.return, ['r', 'k1', 'nobody’s']) : operation,
    );

    const { counterexample } = checkLinearizable(models.txn, operations, {
      evidence: true,
      maxSteps: 20 * operations.length,
    });

    expect(counterexample?.operations).toEqual([4_000]);
    expect(counterexample?.sentence).toContain('but nobody had made k1 "nobody’s" by then');
  });

  test('are found out by one read of what was overwritten long ago', () => {
    const operations = concurrentRun('w', 5_000);
    const last = operations.length * 20;
    const [, register, value] = accessesOf(operations[WRITES_FIRST]!)[0]!;
    const read = txn(last, last + 1, ['r', register, value]);

    const { verdict, counterexample } = checkLinearizable(models.txn, [...operations, read], {
      evidence: true,
      maxSteps: 1_000 * operations.length,
    });

    expect(verdict).toBe('not-linearizable');
    expect(counterexample?.minimal).toBe(true);
    expect(counterexample?.sentence).toMatch(/^each of these must come before the next/);
  });
});

/** A transaction whose first access is a write, to a register that others write to later. */
const WRITES_FIRST = 4;

function accessesOf({ value }: HistoryOperation): readonly Access[] {
  return (value ?? []) as readonly Access[];
}

/** Each takes effect at its middle; twenty overlap at any time. */
function concurrentRun(kind: 'w' | 'append', count: number): readonly HistoryOperation[] {
  const present = new Map<string, Plain>();
  return Array.from({ length: count }, (_, serial) => {
    const width = 1 + (serial % 4);
    const accesses = Array.from({ length: width }, (_, place): Access => {
      const turn = serial * 7 + place * 3;
      const group = kind === 'append' ? Math.floor(serial / 100) * 10 : 0;
      const register = `k${group + (turn % 10)}`;
      const before = present.get(register) ?? null;
      if (turn % 3 === 0) return ['r', register, before];
      const value = serial * 10 + place;
      const list = Array.isArray(before) ? before : [];
      present.set(register, kind === 'append' ? [...list, value] : value);
      return [kind, register, value];
    });
    return txn(serial * 10 - 95 - (serial % 7), serial * 10 + 95 + (serial % 5), ...accesses);
  });
}
