/** What a history can be held against, by name: the values of `check --level`. */
import {
  type CheckOptions,
  type CheckResult,
  checkHistory,
  type History,
} from '../checker/index.ts';

/** The first one holds where none is asked for. */
export const LEVELS = ['linearizable'] as const;
export type LevelName = (typeof LEVELS)[number];

/** Judges a history at a level. Throws `HistoryError` if the history is none. */
export function judgeAt(level: LevelName, history: History, options: CheckOptions): CheckResult {
  switch (level) {
    case 'linearizable':
      return checkHistory(history, options);
    default:
      return level satisfies never;
  }
}
