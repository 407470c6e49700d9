/** What a window counts, and how a run tells of it. */
import { describe, expect, test } from 'vitest';
import { formatRun } from '../../reports/terminal.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { returnsIn, windowInWords, windowOutcomes } from '../../scenarios/return-windows.ts';
import { run } from '../../scenarios/run.ts';
import type { ReturnWindow } from '../../scenarios/spec.ts';
import type { HistoryRecord } from '../../sim/clients.ts';

const REPLICAS = 3;
const machine = { isReadOnly: (operation: unknown) => operation === 'read' };

function entry(node: number, operation: string, changes: Partial<HistoryRecord>): HistoryRecord {
  const asked = { process: node, node, operation, level: 'linearizable', call: 0 } as const;
  return { ...asked, end: null, output: undefined, isRefused: false, ...changes };
}

/** By c0: a write at 30, a read at 10, another read that may be old at 20. By c1: three writes. */
const HISTORY: readonly HistoryRecord[] = [
  entry(3, 'write', { end: 30 }),
  entry(3, 'read', { end: 10 }),
  entry(3, 'read', { end: 20, level: 'sequential' }),
  entry(4, 'write', { end: 20 }),
  entry(4, 'write', { end: 20, isRefused: true }),
  entry(4, 'write', {}),
];

describe('a window', () => {
  test.each<[string, Partial<ReturnWindow>, readonly number[]]>([
    ['all that returned, in the order of returning', {}, [1, 2, 3, 0]],
    ['from its first moment on', { from: 20 }, [2, 3, 0]],
    ['before its last moment', { until: 30 }, [1, 2, 3]],
    ['of its clients', { clients: [1] }, [3]],
    ['reads', { kind: 'reads' }, [1, 2]],
    ['writes', { kind: 'writes' }, [3, 0]],
    ['reads that may be old', { level: 'sequential' }, [2]],
    ['what may not be old', { level: 'linearizable' }, [1, 3, 0]],
  ])('counts %s', (_, changes, expected) => {
    const window: ReturnWindow = { from: 0, until: 100, atLeast: 1, ...changes };
    expect(returnsIn(window, HISTORY, machine, REPLICAS)).toEqual(expected);
  });

  test('says what it counts', () => {
    const window = { from: 5_000, until: 90_500, atMost: 0 } as const;
    expect(windowInWords(window, REPLICAS)).toBe('operations, 5 ms to 90.5 ms');
    const narrow = { ...window, clients: [1, 2], kind: 'reads', level: 'sequential' } as const;
    expect(windowInWords({ ...narrow, about: 'cut off' }, REPLICAS)).toBe(
      'cut off: sequential reads by c1 and c2, 5 ms to 90.5 ms',
    );
    expect(windowInWords({ ...window, clients: [0, 1, 2, 3] }, REPLICAS)).toBe(
      'operations by c0 to c3, 5 ms to 90.5 ms',
    );
    expect(windowInWords({ ...window, clients: [0, 1, 3] }, REPLICAS)).toBe(
      'operations by c0 and c1 and c3, 5 ms to 90.5 ms',
    );
  });

  test.each<[Pick<ReturnWindow, 'atLeast' | 'atMost'>, string, boolean]>([
    [{ atLeast: 1 }, 'at least 1', true],
    [{ atMost: 3 }, 'at most 3', false],
    [{ atMost: 0 }, 'none', false],
    [{ atLeast: 0, atMost: 0 }, 'none', false],
    [{ atLeast: 7, atMost: 7 }, '7', false],
    [{ atLeast: 2, atMost: 5 }, '2 to 5', true],
  ])('expects a number: %j', (bounds, expected, isMet) => {
    const windows = [{ from: 0, until: 100, ...bounds }];
    expect(windowOutcomes({ expect: { windows }, replicas: REPLICAS }, HISTORY, machine)).toEqual([
      { what: 'operations, 0 ms to 0.1 ms', expected, returned: 4, isMet },
    ]);
  });
});

describe('a run whose scenario has windows', () => {
  const [calm] = findScenarios('vr/calm');
  const drawn = calm!.draw('0x1', { replicas: 3, clients: 1, operations: 10 });
  const expected = { windows: [{ from: 0, until: 10_000_000, atLeast: 10 }] };

  test('tells how many operations returned in each', () => {
    const result = run({ ...drawn, expect: expected });
    expect(result.verdict).toBe('passed');
    expect(result.windows?.map(({ returned }) => returned)).toEqual([10]);
    const words = 'returned: 10 (expected at least 10)  operations, 0 ms to 10000 ms';
    expect(formatRun(result)).toContain(words);
  });

  test('tells it when they fail, too', () => {
    const windows = [{ from: 0, until: 10_000_000, atMost: 3 }];
    const result = run({ ...drawn, expect: { windows } });
    expect(result.failures[0]?.operations).toHaveLength(7);
    expect(formatRun(result)).toContain('returned: 10 (expected at most 3)  operations');
  });

  test('has the trace of a run without', () => {
    const [plain, counted] = [drawn, { ...drawn, expect: expected }].map((spec) => run(spec));
    expect(counted?.traceHash).toBe(plain?.traceHash);
    expect(plain).not.toHaveProperty('windows');
  });
});
