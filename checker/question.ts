/** What is asked of one object's history, and the answer. */

import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';

/** What is asked of a model: a history over one initial value. */
export interface Question<State> {
  readonly model: Model<State>;
  readonly initial: Plain;
  readonly operations: readonly HistoryOperation[];
  /** Suggested places, see `CheckOptions.witness`. */
  readonly places: readonly number[] | undefined;
}

export type Decision =
  /** The orders, merged by time, explain the history. */
  | { readonly outcome: 'found'; readonly orders: readonly (readonly number[])[] }
  /** `reached`: so many returns some order gets past, if that is known; perhaps more. */
  | { readonly outcome: 'none'; readonly reached?: number; readonly core?: Core }
  | { readonly outcome: 'unfinished' };

/** Operations that no order explains, whatever the others are. */
export interface Core {
  readonly indexes: readonly number[];
  /** All of them are needed to tell what is wrong, even if fewer fail. */
  readonly isWhole: boolean;
}
