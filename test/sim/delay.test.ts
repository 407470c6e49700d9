import { describe, expect, test } from 'vitest';
import { drawDelay } from '../../sim/delay.ts';
import type { DelayDistribution } from '../../sim/plan.ts';

const MIN = 500;
const SPREAD = 10_000;
const DRAWS = 1 << 16;

/** Delays from bits spread evenly over all 32-bit integers: a mean without chance. */
function delays(kind: DelayDistribution['kind']): number[] {
  const step = 2 ** 32 / DRAWS;
  return Array.from({ length: DRAWS }, (_, i) =>
    drawDelay({ kind, min: MIN, spread: SPREAD }, (i + 0.5) * step),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Deviation of the mean beyond the minimum from what it should be, as a fraction. */
function error(values: readonly number[], expected: number): number {
  return Math.abs((mean(values) - MIN) / expected - 1);
}

test('a fixed delay is the minimum', () => {
  expect(new Set(delays('fixed'))).toEqual(new Set([MIN]));
});

test('a uniform delay reaches from the minimum to minimum + spread', () => {
  const drawn = delays('uniform');
  expect(Math.min(...drawn)).toBe(MIN);
  expect(Math.max(...drawn)).toBe(MIN + SPREAD);
});

test('a uniform delay exceeds its minimum by half the spread on average', () => {
  expect(error(delays('uniform'), SPREAD / 2)).toBeLessThan(0.001);
});

test('an exponential delay exceeds its minimum by the spread on average', () => {
  // Interpolating between 64 quantiles errs upwards by 3 %: fine for delays.
  expect(error(delays('exponential'), SPREAD)).toBeLessThan(0.04);
});

test('an exponential delay exceeds the spread 37 times of 100', () => {
  const longer = delays('exponential').filter((delay) => delay - MIN > SPREAD).length;
  expect(longer / DRAWS).toBeCloseTo(0.368, 1);
});

test('an exponential delay stays below five times the spread', () => {
  expect(Math.max(...delays('exponential'))).toBeLessThan(MIN + 5 * SPREAD);
});

test('a heavy-tailed delay exceeds its minimum by the spread on average', () => {
  expect(error(delays('heavy-tail'), SPREAD)).toBeLessThan(0.01);
});

test('one heavy-tailed delay in ten thousand exceeds 99 times the spread', () => {
  const huge = delays('heavy-tail').filter((delay) => delay - MIN > 99 * SPREAD).length;
  expect(huge / DRAWS).toBeGreaterThan(0.00005);
  expect(huge / DRAWS).toBeLessThan(0.0002);
});

describe.each(['fixed', 'uniform', 'exponential', 'heavy-tail'] as const)('%s', (kind) => {
  test('delays are integers and never below the minimum', () => {
    const drawn = delays(kind);
    expect(drawn.every(Number.isInteger)).toBe(true);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(MIN);
  });

  test('negative bits are taken as the unsigned integer with the same bits', () => {
    const distribution = { kind, min: MIN, spread: SPREAD };
    expect(drawDelay(distribution, -1)).toBe(drawDelay(distribution, 0xffffffff));
  });
});
