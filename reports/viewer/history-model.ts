/** A history out of a file as the panes need it: unpacked, with its rows and its evidence. */
import { ABSENT } from '../document.ts';
import type { PackedHistory, ReportEvidence, ReportHistory } from '../history-document.ts';
import { orderWordsAt } from '../level-words.ts';
import { numberClock } from './clock.ts';
import type { FilterNames } from './filter.ts';
import type { Range } from './run-view.ts';
import {
  counterexampleOf,
  drawnPoints,
  type Evidence,
  type Interval,
  linearizationPoints,
  type OperationRow,
  orderOfCalls,
  rowsOf,
  type Timeline,
} from './timeline.ts';

export interface HistoryModel {
  readonly whole: Timeline;
  /** The counterexample by itself, where the history has more. */
  readonly small: Timeline | undefined;
}

export function buildHistoryModel(number: number, report: ReportHistory): HistoryModel {
  const operations = unpack(report.packed);
  const { evidence, failing } = report;
  const words = orderWordsAt(report.level);
  if (evidence === undefined) {
    const known =
      failing === undefined
        ? witnessOf(operations, report)
        : counterexampleOf(operations, { ...NOT_REDUCED, stuckAt: failing }, false, words);
    return { whole: timelineOf(number, operations, known), small: undefined };
  }
  const shown = counterexampleOf(operations, evidence, evidence.minimal, words);
  const whole = timelineOf(number, operations, shown);
  const members = [...shown.members].sort((a, b) => a - b);
  if (members.length === operations.length) return { whole, small: undefined };
  const kept = members.flatMap((member) => operations[member] ?? []);
  const own = renumbered(evidence, (operation) => members.indexOf(operation));
  const small = timelineOf(number, kept, counterexampleOf(kept, own, own.minimal, words));
  return { whole, small };
}

/** Where it is known by which operation a history fails, and not with which others. */
const NOT_REDUCED = { operations: [], partial: [] };

function renumbered(evidence: ReportEvidence, placeOf: (operation: number) => number) {
  const { operations, partial, stuckAt } = evidence;
  return {
    ...evidence,
    operations: operations.map(placeOf),
    partial: partial.map(({ order, states }) => ({ order: order.map(placeOf), states })),
    ...(stuckAt === undefined ? {} : { stuckAt: placeOf(stuckAt) }),
  };
}

interface FileOperation extends Interval {
  readonly text: string;
  readonly key: string | undefined;
}

function unpack(packed: PackedHistory): readonly FileOperation[] {
  const { strings, process, text, key } = packed;
  let call = 0;
  return process.map((each, index) => {
    call += packed.call[index] ?? 0;
    const duration = packed.duration[index] ?? ABSENT;
    return {
      process: each,
      call,
      return: duration === ABSENT ? null : call + duration,
      text: strings[text[index] ?? ABSENT] ?? '',
      key: strings[key[index] ?? ABSENT],
    };
  });
}

function witnessOf(
  operations: readonly FileOperation[],
  { witness, level }: ReportHistory,
): Evidence | undefined {
  if (witness === undefined || witness.order.length === 0) return undefined;
  const words = orderWordsAt(level);
  const points = linearizationPoints(operations, witness.order, undefined, words);
  return {
    operations: [],
    partial: [witness],
    isWitness: true,
    minimal: true,
    members: new Set(),
    words,
    points: [points],
    drawn: [drawnPoints(points, words)],
  };
}

function timelineOf(
  number: number,
  operations: readonly FileOperation[],
  evidence: Evidence | undefined,
): Timeline {
  const byCall = orderOfCalls(operations);
  const { start, end } = boundsOf(operations, byCall);
  const rows = buildRows(operations, byCall, evidence);
  return {
    number,
    start,
    end,
    clock: numberClock(start, end),
    history: operations,
    byCall,
    rows,
    rowOf: rowsOf(operations.length, rows),
    evidence,
    log: undefined,
    messages: undefined,
    names: namesOf(operations),
    failureTime: failureTimeOf(operations, evidence),
    failureRecord: ABSENT,
    opening: openingOf(operations, byCall, operations[evidence?.stuckAt ?? ABSENT]),
    outcome: (operation) => outcomeOf(operations[operation]),
  };
}

/** When the answer came that cannot be; the last one, where only all together cannot. */
function failureTimeOf(
  operations: readonly FileOperation[],
  evidence: Evidence | undefined,
): number | undefined {
  if (evidence === undefined || evidence.isWitness) return undefined;
  const { stuckAt, members } = evidence;
  const told = stuckAt === undefined ? [...members] : [stuckAt];
  const ends = told.flatMap((member) => operations[member] ?? []);
  return ends.length === 0 ? undefined : Math.max(...ends.map((each) => each.return ?? each.call));
}

/** Share of what is shown left free on either side, so that no bar or point is at the very edge. */
const MARGIN = 0.02;

function boundsOf(operations: readonly FileOperation[], byCall: Int32Array): BoundsOfTime {
  const first = operations[byCall[0] ?? 0]?.call ?? 0;
  let last = first + 1;
  for (const { call, return: end } of operations) last = Math.max(last, end ?? call);
  const margin = Math.ceil((last - first) * MARGIN);
  return { start: first - margin, end: last + margin };
}

interface BoundsOfTime {
  readonly start: number;
  readonly end: number;
}

/** So many operations are shown at first of a long history: their labels can be read. */
const OPENING_OPERATIONS = 60;

/** The beginning of it, or what was called until the operation that cannot be had its answer. */
function openingOf(
  operations: readonly FileOperation[],
  byCall: Int32Array,
  failing: FileOperation | undefined,
): Range | undefined {
  const calledAt = (place: number): number | undefined => operations[byCall[place] ?? ABSENT]?.call;
  let [place, to] = [0, calledAt(OPENING_OPERATIONS)];
  if (failing !== undefined) {
    to = failing.return ?? failing.call;
    const later = byCall.findIndex((operation) => (operations[operation]?.call ?? 0) > (to ?? 0));
    place = Math.max(0, (later < 0 ? byCall.length : later) - OPENING_OPERATIONS);
  }
  const from = Math.min(calledAt(place) ?? 0, failing?.call ?? Number.POSITIVE_INFINITY);
  if (to === undefined || to <= from) return undefined;
  const margin = Math.ceil((to - from) * MARGIN);
  return { from: from - margin, to: failing === undefined ? to : to + margin };
}

/** By process, those of the counterexample before all others. */
function buildRows(
  operations: readonly FileOperation[],
  byCall: Int32Array,
  evidence: Evidence | undefined,
): readonly OperationRow[] {
  const byProcess = new Map<number, number[]>();
  for (const operation of byCall) {
    const process = operations[operation]?.process ?? 0;
    const row = byProcess.get(process);
    if (row === undefined) byProcess.set(process, [operation]);
    else row.push(operation);
  }
  const first = new Set([...(evidence?.members ?? [])].map((each) => operations[each]?.process));
  const rank = (process: number): number => (first.has(process) ? 0 : 1);
  return [...byProcess]
    .sort(([a], [b]) => rank(a) - rank(b) || a - b)
    .map(([process, row]) => ({
      process,
      name: `c${process}`,
      operations: row,
      calls: Float64Array.from(row, (operation) => operations[operation]?.call ?? 0),
    }));
}

function outcomeOf(operation: FileOperation | undefined): string {
  if (operation === undefined) return '';
  return operation.return === null ? `${operation.text} → ?` : operation.text;
}

/** There are no events to filter, and so no words for them. */
function namesOf(operations: readonly FileOperation[]): FilterNames {
  return {
    nodeOf: () => undefined,
    round: 'round',
    roundsCalled: () => [],
    keyOf: (operation) => operations[operation]?.key,
  };
}
