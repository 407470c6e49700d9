/** What an HTML report carries of histories out of files, as it is packed and as it is read. */
import type { ConsistencyLevel } from '../checker/index.ts';
import type { LinearizabilityEvidence } from '../scenarios/spec.ts';

/** Id of the script element that holds a history. */
export function historyBlock(history: number): string {
  return `quorumlab-history-${history}`;
}

/** Enough of a file's history to list it. */
export interface HistoryHead {
  /** The file as it was named; `#2` after it for the second history in it. */
  readonly name: string;
  readonly verdict: HistoryVerdict;
  /** What it was held against; absent for linearizability. */
  readonly level?: string;
  /** Of what was judged. */
  readonly model?: string;
  readonly operations?: number;
  /** Why it fails, or why there is no verdict. */
  readonly sentence?: string;
  /** Number of its block; absent where there is nothing more to show. */
  readonly block?: number;
}

export type HistoryVerdict =
  | 'linearizable'
  | 'not-linearizable'
  /** At a level other than linearizability. */
  | 'consistent'
  | 'inconsistent'
  | 'unknown'
  | 'not-read';

export interface ReportHistory {
  readonly packed: PackedHistory;
  /** What its orders are orders of; absent for linearizability. */
  readonly level?: ConsistencyLevel;
  /** What speaks against it, of one that fails. */
  readonly evidence?: ReportEvidence;
  /** The operation by whose return it fails, where no small evidence was found in time. */
  readonly failing?: number;
  /** Of one that passes: an order that explains it. */
  readonly witness?: Witness;
}

export interface ReportEvidence extends LinearizabilityEvidence {
  /** Of its operations those whose answers came later, and are not looked at. */
  readonly open?: readonly number[];
  /** False where the budget ended before nothing more could be left out. */
  readonly minimal: boolean;
}

export interface Witness {
  readonly order: readonly number[];
  /** The state after each step; empty where there are too many to tell, or no such state is. */
  readonly states: readonly string[];
}

/** Columns, an entry an operation; texts and keys are indices into the strings. */
export interface PackedHistory {
  readonly strings: readonly string[];
  readonly process: readonly number[];
  /** As the difference from the operation before. */
  readonly call: readonly number[];
  /** From call to return; `ABSENT` if it never returned. */
  readonly duration: readonly number[];
  /** The operation with its answer, in words. */
  readonly text: readonly number[];
  /** The object that was asked; `ABSENT` if there is but one. */
  readonly key: readonly number[];
}
