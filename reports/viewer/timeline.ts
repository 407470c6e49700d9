/**
 * Anything with operations over time: what the operations pane and the window on it need, of a run
 * as of a history out of a file.
 */
import type { ReportEvidence } from '../history-document.ts';
import { type OrderWords, orderWordsAt } from '../level-words.ts';
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
  /** What is shown at first where there is no small evidence; all of it if absent. */
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
  /** What its orders are. */
  readonly words: OrderWords;
  /** The operations of each order, in that order. */
  readonly points: readonly (readonly LinearizationPoint[])[];
  /** The same by time, as they are drawn. */
  readonly drawn: readonly (readonly LinearizationPoint[])[];
}

/** An operation of an order, and as which step (from 1). */
export interface LinearizationPoint {
  readonly operation: number;
  readonly step: number;
  /** When it takes effect, or when it was called where the order has no instants. */
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
  words: OrderWords = orderWordsAt(),
): Evidence {
  const { operations, partial, stuckAt } = evidence;
  const points = partial.map(({ order }) => linearizationPoints(history, order, stuckAt, words));
  return {
    ...evidence,
    isWitness: false,
    minimal,
    members: new Set([...operations, ...(stuckAt === undefined ? [] : [stuckAt])]),
    words,
    points,
    drawn: points.map((each) => drawnPoints(each, words)),
  };
}

/**
 * Where operations have instants, each is as early as the order and its own call allow, which is
 * never after its return. Where they have none, each is at its call.
 */
export function linearizationPoints(
  history: readonly Interval[],
  order: readonly number[],
  stuckAt: number | undefined,
  { hasInstants }: OrderWords,
): readonly LinearizationPoint[] {
  const points: LinearizationPoint[] = [];
  let time = Number.NEGATIVE_INFINITY;
  const append = (operation: number, isIllegal: boolean): void => {
    const { call = 0 } = history[operation] ?? {};
    time = hasInstants ? Math.max(time, call) : call;
    points.push({ operation, step: points.length + 1, time, isIllegal });
  };
  for (const operation of order) append(operation, false);
  if (stuckAt !== undefined && !order.includes(stuckAt)) append(stuckAt, true);
  return points;
}

/** By time. */
export function drawnPoints(
  points: readonly LinearizationPoint[],
  { hasInstants }: OrderWords,
): readonly LinearizationPoint[] {
  if (hasInstants) return points;
  return [...points].sort((a, b) => a.time - b.time || a.step - b.step);
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
