/** A disk that a fault makes slow: what waits for it, and for how long. */
import { describe, expect, test } from 'vitest';
import type { PlannedFault } from '../../sim/plan.ts';
import { crashAt, keepDiary, MS, write } from './diary.ts';
import type { ReplicaBehaviour } from './scripted.ts';

test('a slow disk delays what waits for it, and is as fast as before afterwards', () => {
  const slow: PlannedFault = { at: 1_500, fault: 'slow-disk', node: 0, by: 200, lasts: 2_000 };
  const slower: PlannedFault = { at: 2_500, fault: 'slow-disk', node: 0, by: 300, lasts: 3_000 };
  const { told } = keepDiary([slow, slower]);
  expect(told.slice(0, 6)).toEqual([
    '1 at 1100',
    '2 at 2300',
    '3 at 3600',
    '4 at 4400',
    '5 at 5400',
    '6 at 6100',
  ]);
});

describe('a disk that was slow', () => {
  /** Node 0 writes five entries, each right after the other. */
  const hurry: ReplicaBehaviour = {
    expire(env, timer) {
      const entry = timer === 'write' ? 1 : Number(timer);
      write(env, entry);
      if (entry < 5) env.setTimer(String(entry + 1), 1);
    },
  };
  const slow: PlannedFault = { at: 500, fault: 'slow-disk', node: 0, by: MS, lasts: 2_000 };

  test('finishes the record that it writes, and writes what waits as fast as before', () => {
    // Begun at 1,000 and 2,100; the others when those are through.
    expect(keepDiary([slow], hurry).told).toEqual([
      '1 at 2100',
      '2 at 3200',
      '3 at 3300',
      '4 at 3400',
      '5 at 3500',
    ]);
  });

  test('stays as slow as the fault that goes on makes it', () => {
    const slower: PlannedFault = { ...slow, by: 400, lasts: 9_000 };
    expect(keepDiary([slow, slower], hurry).told).toEqual([
      '1 at 2500',
      '2 at 4000',
      '3 at 4500',
      '4 at 5000',
      '5 at 5500',
    ]);
  });

  test('has told the truth about what a crash leaves', () => {
    const { starts, told } = keepDiary([slow, crashAt(3_250, 50)], hurry);
    expect(told.slice(0, 2)).toEqual(['1 at 2100', '2 at 3200']);
    expect(starts[1]).toMatch(/^1 2/);
  });
});
