/**
 * Bounded staleness: linearizability, but for reads, which may be late by so much.
 *
 * By time: Δ-atomicity (Golab, Li & Shah, "Analyzing consistency properties for fun and profit",
 * PODC 2011). A read that may answer what was true up to Δ earlier is one that may take effect up
 * to Δ before its call, so the history is linearizable once the calls of reads are moved by Δ.
 *
 * By versions: k-atomicity (Aiyer, Alvisi & Bazzi, "On the availability of non-strict quorum
 * systems", DISC 2005; Golab et al. 2011). In some order that keeps real time, each read answers
 * one of the latest k + 1 versions. That is linearizability of an object that keeps its last
 * versions, and so both are local: each object may be judged alone. What is linearizable is so with
 * late reads, too, so that is asked first; see `decide.ts`, and `late-reads.ts` for registers.
 *
 * All that is no read sees the newest version, whatever it was answered, or if it was not. So where
 * nothing only reads, as in a history of a queue, a stack or a lock, nothing may be late, and by
 * the definitions themselves either is linearizability.
 */

import { type CheckOptions, checkLinearizable } from '../check.ts';
import type { HistoryOperation } from '../history.ts';
import { assertJudgeable } from '../judgeable.ts';
import type { Model } from '../model.ts';
import type { CheckResult, ConsistencyResult } from '../verdict.ts';
import { assertStaleness } from './level-arguments.ts';
import { UnsupportedModelError } from './unsupported-model.ts';
import { versioned } from './versions.ts';

/** How stale a read may be: `most` units of the history's time, or `most` versions. */
export interface Staleness {
  readonly by: 'time' | 'versions';
  readonly most: number;
}

/**
 * Decides whether every read is at most so stale, all else being linearizable. Exact.
 *
 * With `most` 0 it is linearizability. The witness is an order as for that, in which reads come
 * where what they answered was, or was lately, true. Throws `UnsupportedModelError` for a model
 * that does not say what only reads, `RangeError` for a bound that is no count, and `HistoryError`
 * and `TypeError` as `checkLinearizable` does.
 */
export function checkBoundedStaleness<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  staleness: Staleness,
  options: CheckOptions = {},
): ConsistencyResult {
  assertStaleness(staleness);
  assertJudgeable(model, operations, options);
  const { by, most } = staleness;
  if (!Number.isSafeInteger(most) || most < 0) {
    throw new RangeError(`staleness of at most ${String(most)}: not a whole number from 0 on`);
  }
  if (model.isRead === undefined) {
    throw new UnsupportedModelError(model.name, 'bounded staleness', 'it needs `isRead`');
  }
  const isFresh = most === 0 || !operations.some((operation) => model.isRead?.(operation));
  const result =
    by === 'time' || isFresh
      ? checkLinearizable(model, calledEarlier(model, operations, isFresh ? 0 : most), options)
      : checkLinearizable(versioned(model, most), operations, options);
  return inNeutralWords(result, allowance(staleness, options));
}

function calledEarlier<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
  most: number,
): readonly HistoryOperation[] {
  if (most === 0) return operations;
  return operations.map((operation) =>
    model.isRead?.(operation)
      ? Object.assign({}, operation, { call: operation.call - most })
      : operation,
  );
}

function allowance({ by, most }: Staleness, { names }: CheckOptions): string {
  if (by === 'time') return `reads may be late by ${names?.time?.(most) ?? most}`;
  return `reads may be late by ${most} ${most === 1 ? 'version' : 'versions'}`;
}

function inNeutralWords(result: CheckResult, allowed: string): ConsistencyResult {
  const { verdict, counterexample, ...rest } = result;
  if (verdict === 'unknown') return { ...rest, verdict };
  if (verdict === 'linearizable') return { ...rest, verdict: 'consistent' };
  if (counterexample === undefined) return { ...rest, verdict: 'inconsistent' };
  const sentence = `${counterexample.sentence} (${allowed})`;
  return { ...rest, verdict: 'inconsistent', counterexample: { ...counterexample, sentence } };
}
