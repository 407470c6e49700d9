/** Overrides of fates: which are refused, and what is told of those that meet no message. */
import { describe, expect, test } from 'vitest';
import { unmetOverrideLines } from '../../reports/unmet-overrides.ts';
import { SpecError } from '../../scenarios/assemble.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunResult } from '../../scenarios/spec.ts';
import type { FateOverride } from '../../sim/plan.ts';

function runWith(overrides: readonly FateOverride[]): RunResult {
  const [calm] = findScenarios('vr/calm');
  if (calm === undefined) throw new Error('there is no vr/calm');
  const spec = calm.draw('0x1', { replicas: 3, clients: 1 });
  return run({ ...spec, network: { ...spec.network, overrides } });
}

const PREPARE: FateOverride = { from: 0, to: 1, type: 'Prepare', ordinal: 0, delay: 700 };

describe('an override', () => {
  test.each<[readonly FateOverride[], string]>([
    [
      [{ ...PREPARE, from: 9 }],
      'network.overrides[0].from: there is no node 9; 3 replicas and 1 client are nodes 0 to 3',
    ],
    [
      [PREPARE, { ...PREPARE, to: 4 }],
      'network.overrides[1].to: there is no node 4; 3 replicas and 1 client are nodes 0 to 3',
    ],
    [[{ ...PREPARE, to: 0 }], 'network.overrides[0].to: nothing happens to what 0 sends to itself'],
    [
      [PREPARE, { ...PREPARE, to: 2 }, { ...PREPARE, drop: true }],
      'network.overrides[2]: network.overrides[0] is about the same message, ' +
        'Prepare from 0 to 1, ordinal 0',
    ],
  ])('is refused with its place: %j', (overrides, message) => {
    expect(() => runWith(overrides)).toThrow(new SpecError(message));
  });

  test('that meets its message is told of nowhere', () => {
    const result = runWith([PREPARE, { ...PREPARE, ordinal: 1 }, { ...PREPARE, to: 2 }]);
    expect(result.unmetOverrides).toBeUndefined();
    expect(unmetOverrideLines(result)).toEqual([]);
  });

  test('of a type that is not sent is told of, with the types that are', () => {
    const result = runWith([PREPARE, { ...PREPARE, type: 'prepare' }]);
    expect(result.unmetOverrides?.map(({ override }) => override)).toEqual([1]);
    expect(unmetOverrideLines(result)[0]).toMatch(
      /^network\.overrides\[1\] met no message: n0 sent n1 no "prepare", only .*\bPrepare\b/,
    );
  });

  test('of more messages than were sent is told of, with how many were', () => {
    const result = runWith([{ ...PREPARE, ordinal: 90_000 }]);
    const sent = result.unmetOverrides?.[0]?.sent.find(({ type }) => type === 'Prepare');
    expect(sent?.count).toBeGreaterThan(1);
    expect(unmetOverrideLines(result)).toEqual([
      `network.overrides[0] met no message: n0 sent n1 ${sent?.count} Prepare, with ordinals ` +
        `below ${sent?.count}; expected one of them, not 90000`,
    ]);
  });

  test('of a link over which nothing goes is told of', () => {
    const overrides = [{ ...PREPARE, from: 3, to: 2 }];
    expect(unmetOverrideLines(runWith(overrides))[0]).toMatch(
      /: c0 sent n2 no "Prepare", (nor anything else|only Request)$/,
    );
  });
});

test('many overrides that meet no message are told of in a few lines', () => {
  const overrides = Array.from({ length: 9 }, (_, ordinal) => ({ ...PREPARE, type: 'X', ordinal }));
  const lines = unmetOverrideLines(runWith(overrides));
  expect(lines).toHaveLength(6);
  expect(lines.at(-1)).toBe('nor did 4 other overrides');
});
