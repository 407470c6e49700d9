/**
 * Anything with operations over time: what the operations pane and the window on it need, of a run
 * as of a history out of a file.
 */
import type { ReportEvidence } from '../history-document.ts';
import type { Clock } from './clock.ts';
import type { EventLog } from './event-log.ts';
import type { FilterNames } from './filter.ts';
import type { Range } from './run-view.ts';

export interface Timeline {
  /** Its number in the report. */
  readonly number: number;
  /** Before the first and past the last thing that happened. */
  readonly start: number;
  readonly end: number;
  readonly clock: Clock;
  readonly history: readonly Interval[];
  /** The operations by call. */
  readonly byCall: Int32Array;
  readonly rows: readonly OperationRow[];
  /** For each operation of the history the index of its row. */
  readonly rowOf: Int32Array;
  readonly evidence: Evidence | undefined;
  /** Absent where there is no record of events. */
  readonly log: EventLog | undefined;
  readonly messages: MessageIndex | undefined;
  readonly names: FilterNames;
  /**
   * When the first failure showed: for an answer that cannot be, when it was given; an oracle that
   * judges at the end says so much later.
   */
  readonly failureTime: number | undefined;
  /** Its record in the log, or `ABSENT`. */
  readonly failureRecord: number;
  /** What is shown at first where nothing failed; all of it if absent. */
  readonly opening: Range | undefined;
  /** What was asked and answered, in words. */
  outcome(operation: number): string;
}

/** An operation from its call to its return, which is null if it never came. */
export interface Interval {
  readonly process: number;
  readonly call: number;
  readonly return: number | null;
}

/** The operations of one client process, which never overlap. */
export interface OperationRow {
  readonly process: number;
  readonly name: string;
  /** Indices into the history, by call. */
  readonly operations: readonly number[];
  readonly calls: Float64Array;
}

/** What speaks against a history; or, of one that passes, the order that explains it. */
export interface Evidence extends Omit<ReportEvidence, 'minimal'> {
  readonly isWitness: boolean;
  /** False where fewer operations may show it. */
  readonly minimal: boolean;
  /** The counterexample's; none of a witness. */
  readonly members: ReadonlySet<number>;
  /** Where the operations of each order take effect. */
  readonly points: readonly (readonly LinearizationPoint[])[];
}

/** Where an operation of a linearization takes effect, and as which step (from 1). */
export interface LinearizationPoint {
  readonly operation: number;
  readonly step: number;
  readonly time: number;
  readonly isIllegal: boolean;
}

/** Records with a sender and a receiver, in order of arrival. */
export interface MessageIndex {
  readonly records: Int32Array;
  readonly times: Float64Array;
  /** Earliest sending among this message and all later ones: bounds the search to the right. */
  readonly earliestSentFrom: Float64Array;
}

/** What speaks against the history, with where each operation of its orders takes effect. */
export function counterexampleOf(
  history: readonly Interval[],
  evidence: Omit<ReportEvidence, 'minimal'>,
  minimal: boolean,
): Evidence {
  const { operations, partial, stuckAt } = evidence;
  return {
    ...evidence,
    isWitness: false,
    minimal,
    members: new Set([...operations, ...(stuckAt === undefined ? [] : [stuckAt])]),
    points: partial.map(({ order }) => linearizationPoints(history, order, stuckAt)),
  };
}

/** Each as early as the order and its own call allow, which is never after its return. */
export function linearizationPoints(
  history: readonly Interval[],
  order: readonly number[],
  stuckAt: number | undefined,
): readonly LinearizationPoint[] {
  const points: LinearizationPoint[] = [];
  let time = Number.NEGATIVE_INFINITY;
  for (const [index, operation] of order.entries()) {
    time = Math.max(time, history[operation]?.call ?? 0);
    points.push({ operation, step: index + 1, time, isIllegal: false });
  }
  if (stuckAt !== undefined && !order.includes(stuckAt)) {
    time = Math.max(time, history[stuckAt]?.call ?? 0);
    points.push({ operation: stuckAt, step: order.length + 1, time, isIllegal: true });
  }
  return points;
}

/** The operations in order of their calls, equal ones in that of the history. */
export function orderOfCalls(history: readonly Interval[]): Int32Array {
  const call = (operation: number) => history[operation]?.call ?? 0;
  return Int32Array.from(history.keys()).sort((a, b) => call(a) - call(b) || a - b);
}

/** For each operation the index of its row. */
export function rowsOf(count: number, rows: readonly OperationRow[]): Int32Array {
  const rowOf = new Int32Array(count);
  for (const [row, { operations }] of rows.entries()) {
    for (const operation of operations) rowOf[operation] = row;
  }
  return rowOf;
}
