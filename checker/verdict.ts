/** What a check answers, and what it shows for it. */

import type { UnknownReason } from './budget.ts';

export type Verdict = 'linearizable' | 'not-linearizable' | 'unknown';

export interface CheckResult {
  readonly verdict: Verdict;
  /** Why there is no verdict; only with `unknown`. */
  readonly reason?: UnknownReason;
  /** Work done: configurations entered or left, and transitions asked of the model. */
  readonly steps: number;
  /** The most that memo entries and interned states took at one time, in bytes. */
  readonly peakBytes: number;
  /**
   * Indexes of operations in an order that explains the history; with `linearizable`, on request.
   * Operations that never returned and were not needed are left out.
   */
  readonly witness?: readonly number[];
  /** Why no order explains the history; with `not-linearizable`, on request. */
  readonly counterexample?: Counterexample;
}

/** The verdict on a level other than linearizability. */
export type ConsistencyVerdict = 'consistent' | 'inconsistent' | 'unknown';

/** What a check of another level answers: as for linearizability, in neutral words. */
export interface ConsistencyResult {
  readonly verdict: ConsistencyVerdict;
  /** Why there is no verdict; only with `unknown`. */
  readonly reason?: UnknownReason;
  /** Work done, in the measure of `CheckResult`. */
  readonly steps: number;
  /** The most that tables took at one time, in bytes. */
  readonly peakBytes: number;
  /** Indexes of operations in an order that explains the history; see the check of each level. */
  readonly witness?: readonly number[];
  /** Why nothing explains the history; with `inconsistent`, on request. */
  readonly counterexample?: Counterexample;
}

export interface Counterexample {
  /** The object that failed; `null` where the model does not split its operations. */
  readonly object: string | null;
  /**
   * The operation whose return no order explains: what had returned before it was possible. If the
   * budget ended before that was proven, the one at which the search stopped, or the last. Of a
   * large history, an answer that nothing can have led to, though something may fail before it.
   */
  readonly failing: number;
  /** Indexes of the operations of a small history that fails alike, in order of call. */
  readonly operations: readonly number[];
  /**
   * Of these the ones that had not returned by then: what they answered later is not looked at.
   * Absent if there are none.
   */
  readonly open?: readonly number[];
  /** False if the budget ended before nothing more could be left out, or nobody can tell soon. */
  readonly minimal: boolean;
  /** The longest orders that explain a part of that small history, a few of them. */
  readonly partial: readonly (readonly number[])[];
  /** One sentence that a person understands. */
  readonly sentence: string;
}
