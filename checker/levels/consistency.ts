/** One entry for all levels of consistency, by name. */

import { type CheckOptions, checkLinearizable } from '../check.ts';
import type { HistoryOperation } from '../history.ts';
import type { Model } from '../model.ts';
import type { CheckResult, ConsistencyResult } from '../verdict.ts';
import { assertLevel } from './level-arguments.ts';
import { checkSequential } from './sequential.ts';
import { GUARANTEES, type Guarantee } from './session-graph.ts';
import { checkSessions } from './sessions.ts';
import type { Staleness } from './staleness.ts';
import { checkBoundedStaleness } from './staleness.ts';

/** `sessions`: all four session guarantees together. */
export type ConsistencyLevel =
  | 'linearizable'
  | 'sequential'
  | Guarantee
  | 'sessions'
  | { readonly staleness: Staleness };

/** The levels that have a name. */
export const levelNames: readonly Extract<ConsistencyLevel, string>[] = [
  'linearizable',
  'sequential',
  'sessions',
  ...GUARANTEES,
];

/** Verdicts on linearizability keep their words; those on all else are `consistent` or not. */
export type LevelResult = CheckResult | ConsistencyResult;

/**
 * Decides whether the history is consistent at a level. A `witness` that is suggested is of use to
 * linearizability and bounded staleness alone. Throws `TypeError` for what is no level, and else
 * what the check of that level throws.
 */
export function checkConsistency<State>(
  level: ConsistencyLevel,
  model: Model<State>,
  operations: readonly HistoryOperation[],
  options: CheckOptions = {},
): LevelResult {
  assertLevel(level, levelNames);
  if (typeof level === 'object') {
    return checkBoundedStaleness(model, operations, level.staleness, options);
  }
  switch (level) {
    case 'linearizable':
      return checkLinearizable(model, operations, options);
    case 'sequential':
      return checkSequential(model, operations, options);
    case 'sessions':
      return checkSessions(model, operations, options);
    case 'read-your-writes':
    case 'monotonic-reads':
    case 'monotonic-writes':
    case 'writes-follow-reads':
      return checkSessions(model, operations, { ...options, guarantees: [level] });
    default:
      return level satisfies never;
  }
}
