/** Bounded staleness as callers ask for it: what they give is looked at before it is judged. */

import type { CheckOptions } from '../check.ts';
import type { HistoryOperation } from '../history.ts';
import { assertJudgeable } from '../judgeable.ts';
import type { Model } from '../model.ts';
import type { ConsistencyResult } from '../verdict.ts';
import { assertStaleness } from './level-arguments.ts';
import { checkBoundedStaleness as judgeStaleness, type Staleness } from './staleness.ts';

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
  return judgeStaleness(model, operations, staleness, options);
}
