/** An event log as typed columns, and the searches that the panes draw by. */
import { ABSENT, type PackedEvents } from '../document.ts';

/** Absent numbers are `ABSENT`; strings are indices into `strings`, absent ones too. */
export interface EventLog {
  readonly count: number;
  readonly omittedBefore: number;
  readonly omittedAfter: number;
  readonly strings: readonly string[];
  readonly event: Int32Array;
  readonly time: Float64Array;
  readonly sentAt: Float64Array;
  readonly kind: Int32Array;
  readonly node: Int32Array;
  readonly peer: Int32Array;
  readonly label: Int32Array;
  readonly ordinal: Int32Array;
  readonly fate: Int32Array;
  readonly operation: Int32Array;
  readonly fault: Int32Array;
  readonly detail: Int32Array;
  readonly summary: Int32Array;
  /** Packed ones need more than 32 bits. */
  readonly round: Float64Array;
  readonly leads: Int32Array;
}

export function unpackEvents(packed: PackedEvents): EventLog {
  const { columns, count } = packed;
  const time = Float64Array.from(running(columns.time));
  const sentAt = new Float64Array(count).fill(ABSENT);
  columns.flight.forEach((flight, record) => {
    if (flight !== ABSENT) sentAt[record] = at(time, record) - flight;
  });
  return {
    count,
    omittedBefore: packed.omittedBefore,
    omittedAfter: packed.omittedAfter,
    strings: packed.strings,
    event: Int32Array.from(running(columns.event)),
    time,
    sentAt,
    kind: Int32Array.from(columns.kind),
    node: Int32Array.from(columns.node),
    peer: Int32Array.from(columns.peer),
    label: Int32Array.from(columns.label),
    ordinal: Int32Array.from(columns.ordinal),
    fate: Int32Array.from(columns.fate),
    operation: Int32Array.from(columns.operation),
    fault: Int32Array.from(columns.fault),
    detail: Int32Array.from(columns.detail),
    summary: Int32Array.from(columns.summary),
    round: Float64Array.from(columns.round),
    leads: Int32Array.from(columns.leads),
  };
}

export type Column = Int32Array | Float64Array;

/** The value at `index`, which must be inside the column. */
export function at(column: Column, index: number): number {
  const value = column[index];
  if (value === undefined) throw new RangeError(`no record ${index} among ${column.length}`);
  return value;
}

/** The string that `column` names at `index`; empty when it is absent. */
export function text(log: EventLog, column: Int32Array, index: number): string {
  return log.strings[at(column, index)] ?? '';
}

/** Number of values below `value` in an ascending column. */
export function countBelow(column: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((column[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last record at or before `time`; the first one when all are later, `ABSENT` when none. */
export function recordAt(log: EventLog, time: number): number {
  if (log.count === 0) return ABSENT;
  return Math.max(0, countBelow(log.time, time + 1) - 1);
}

/** Which event a record is of, and which of its records it is among those that were kept. */
export function placeOf(
  log: EventLog,
  record: number,
): { readonly event: number; readonly part: number } {
  const event = at(log.event, record);
  return { event, part: record - countBelow(log.event, event) };
}

/** The record of an event; the nearest one where it left none. The log must not be empty. */
export function recordOf(log: EventLog, event: number, part = 0): number {
  const first = countBelow(log.event, event);
  const last = Math.max(first, countBelow(log.event, event + 1) - 1);
  return Math.min(log.count - 1, last, first + part);
}

function* running(deltas: readonly number[]): Generator<number> {
  let sum = 0;
  for (const delta of deltas) {
    sum += delta;
    yield sum;
  }
}
