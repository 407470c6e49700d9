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
  | Illegal
  | { readonly outcome: 'unfinished' };

/** No order explains the operations; and what else the way to that has shown. */
export interface Illegal {
  readonly outcome: 'none';
  /** So many returns some order gets past; perhaps more. */
  readonly reached?: number;
  /** Index of an operation with whose return something is likely to be wrong; perhaps sooner. */
  readonly suspect?: number;
  readonly core?: Core;
}

/** Operations that no order explains, whatever the others are. */
export interface Core {
  readonly indexes: readonly number[];
  /** All of them are needed to tell what is wrong, even if fewer fail. */
  readonly isWhole: boolean;
}
