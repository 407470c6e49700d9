/** What is shown of a run, as signals: all panes read and move the same cursor and window. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { ABSENT } from '../document.ts';
import { at, countBelow, placeOf, recordAt, recordOf } from './event-log.ts';
import { type Filter, matchingRecords, parseFilter } from './filter.ts';
import type { RunAddress } from './route.ts';
import type { RunModel } from './run-model.ts';
import type { Timeline } from './timeline.ts';

export interface Cursor {
  /** Virtual time in micros. */
  readonly time: number;
  /** Record in the kept log, or `ABSENT` when the run was not recorded. */
  readonly record: number;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface TimelineView<Model extends Timeline = Timeline> {
  readonly model: Model;
  readonly cursor: Signal<Cursor>;
  readonly range: Signal<Range>;
  readonly filterText: Signal<string>;
  readonly filter: ReadonlySignal<Filter | undefined>;
  readonly matches: ReadonlySignal<Int32Array>;
  /** Index in the history, or `ABSENT`. */
  readonly operation: Signal<number>;
  /** Which of the longest partial linearizations is shown. */
  readonly partial: Signal<number>;
}

export type RunView = TimelineView<RunModel>;

/** Narrower than this nothing new can be seen: times are whole micros. */
const RANGE_MIN = 10;

export function createView<Model extends Timeline>(
  model: Model,
  address: RunAddress,
): TimelineView<Model> {
  const filterText = signal(address.filter ?? '');
  const { log, names } = model;
  const filter = computed(() =>
    log === undefined ? undefined : parseFilter(filterText.value, log, names),
  );
  const matches = computed(() => {
    if (log === undefined || filter.value === undefined) return new Int32Array(0);
    return matchingRecords(log, filter.value);
  });
  return {
    model,
    cursor: signal(cursorFrom(model, address)),
    range: signal(rangeFrom(model, address)),
    filterText,
    filter,
    matches,
    operation: signal(address.operation ?? ABSENT),
    partial: signal(0),
  };
}

/** The address that leads back to what is shown now. */
export function addressOf(view: TimelineView): RunAddress {
  const { log } = view.model;
  const { time, record } = view.cursor.value;
  const { from, to } = view.range.value;
  const operation = view.operation.value;
  return {
    time,
    ...(log === undefined || record === ABSENT ? {} : placeOf(log, record)),
    ...(operation === ABSENT ? {} : { operation }),
    filter: view.filterText.value,
    from: Math.round(from),
    to: Math.round(to),
  };
}

export function applyAddress(view: TimelineView, address: RunAddress): void {
  view.cursor.value = cursorFrom(view.model, address);
  view.range.value = rangeFrom(view.model, address);
  view.filterText.value = address.filter ?? '';
  view.operation.value = address.operation ?? ABSENT;
}

export function moveToRecord(view: TimelineView, record: number): void {
  const { log } = view.model;
  if (log === undefined || log.count === 0) return;
  const clamped = Math.min(log.count - 1, Math.max(0, record));
  view.cursor.value = { time: at(log.time, clamped), record: clamped };
  reveal(view, at(log.time, clamped));
}

/** To the first record of an event. */
export function moveToEvent(view: TimelineView, event: number): void {
  const { log } = view.model;
  if (log !== undefined && log.count > 0) moveToRecord(view, recordOf(log, event));
}

export function moveToTime(view: TimelineView, time: number): void {
  const { start, end } = view.model;
  const clamped = Math.min(end, Math.max(start, Math.round(time)));
  const { log } = view.model;
  view.cursor.value = {
    time: clamped,
    record: log === undefined ? ABSENT : recordAt(log, clamped),
  };
  reveal(view, clamped);
}

/** Selects an operation of the history and goes to where it was called. */
export function moveToOperation(view: TimelineView, operation: number): void {
  const entry = view.model.history[operation];
  if (entry === undefined) return;
  view.operation.value = operation;
  const { log } = view.model;
  const record = log === undefined ? ABSENT : invokeRecord(view.model, operation, entry.call);
  if (record === ABSENT) moveToTime(view, entry.call);
  else moveToRecord(view, record);
}

/** One record on or back; within the table's matches when `isFiltered`. */
export function step(view: TimelineView, direction: 1 | -1, isFiltered: boolean): void {
  if (view.model.log === undefined) {
    stepOperation(view, direction);
    return;
  }
  const { record } = view.cursor.value;
  if (!isFiltered) {
    moveToRecord(view, record + direction);
    return;
  }
  const matches = view.matches.value;
  const place = countBelow(matches, record);
  const isOnMatch = matches[place] === record;
  const next = direction === 1 ? place + (isOnMatch ? 1 : 0) : place - 1;
  const target = matches[next];
  if (target !== undefined) moveToRecord(view, target);
}

/** One operation on or back, by call: where events were not recorded. */
function stepOperation(view: TimelineView, direction: 1 | -1): void {
  const { byCall, history } = view.model;
  const place = byCall.indexOf(view.operation.value);
  const { time } = view.cursor.value;
  const near = byCall.findIndex((operation) => (history[operation]?.call ?? 0) >= time);
  const target = place < 0 ? near : place + direction;
  moveToOperation(view, byCall[target] ?? ABSENT);
}

/** To the first of what was recorded, or to the last. */
export function moveToEdge(view: TimelineView, edge: 'first' | 'last'): void {
  const { byCall, log } = view.model;
  if (log !== undefined) moveToRecord(view, edge === 'first' ? 0 : log.count - 1);
  else moveToOperation(view, byCall[edge === 'first' ? 0 : byCall.length - 1] ?? ABSENT);
}

/** Zooms by `factor` (below 1: closer) about `centre`, the cursor when it is visible. */
export function zoom(view: TimelineView, factor: number, centre?: number): void {
  const { from, to } = view.range.value;
  const { time } = view.cursor.value;
  const isVisible = time >= from && time <= to;
  const about = centre ?? (isVisible ? time : (from + to) / 2);
  setRange(view, about - (about - from) * factor, about + (to - about) * factor);
}

export function pan(view: TimelineView, by: number): void {
  const { from, to } = view.range.value;
  setRange(view, from + by, to + by);
}

export function showAll(view: TimelineView): void {
  view.range.value = { from: view.model.start, to: view.model.end };
}

/** The window and the cursor as they are when the page opens. */
export function showFailure(view: TimelineView): void {
  view.cursor.value = cursorFrom(view.model, {});
  view.range.value = rangeFrom(view.model, {});
}

/** Keeps the width within the run's and the window inside it. */
function setRange(view: TimelineView, from: number, to: number): void {
  const { start, end } = view.model;
  const width = Math.min(end - start, Math.max(RANGE_MIN, to - from));
  const left = Math.min(end - width, Math.max(start, from));
  view.range.value = { from: left, to: left + width };
}

/** Moves the window, with its width kept, when `time` is outside it. */
function reveal(view: TimelineView, time: number): void {
  const { from, to } = view.range.value;
  if (time >= from && time <= to) return;
  const width = to - from;
  setRange(view, time - width / 2, time + width / 2);
}

function cursorFrom(model: Timeline, address: RunAddress): Cursor {
  const { log } = model;
  if (log !== undefined && log.count > 0) {
    if (address.event !== undefined) {
      const record = recordOf(log, address.event, address.part);
      return { time: at(log.time, record), record };
    }
    if (address.time === undefined && model.failureRecord !== ABSENT) {
      return { time: at(log.time, model.failureRecord), record: model.failureRecord };
    }
  }
  const first = log === undefined ? model.history[model.byCall[0] ?? ABSENT]?.call : undefined;
  const opening = model.failureTime ?? first ?? model.start;
  const time = Math.min(model.end, address.time ?? opening);
  return { time, record: log === undefined ? ABSENT : recordAt(log, time) };
}

/** Share of the window left free on either side of what it is opened for. */
const MARGIN = 0.08;
/** Without a window in the address and without evidence, this much before a failure is shown. */
const BEFORE_FAILURE = 60_000;

/** As many arrows can be told apart, with their labels. */
const LEGIBLE_MESSAGES = 70;

function rangeFrom(model: Timeline, address: RunAddress): Range {
  const { start, end } = model;
  if (address.from !== undefined && address.to !== undefined && address.from < address.to) {
    return {
      from: Math.max(start, Math.min(address.from, end - 1)),
      to: Math.min(address.to, end),
    };
  }
  const shown = openingTimes(model, address.time);
  if (shown === undefined) return model.opening ?? { from: start, to: end };
  const margin = Math.max(RANGE_MIN, (shown.to - shown.from) * MARGIN);
  return { from: Math.max(start, shown.from - margin), to: Math.min(end, shown.to + margin) };
}

/** The counterexample's operations from first to last, or the time before a failure. */
function openingTimes(model: Timeline, time: number | undefined): Range | undefined {
  const { evidence, history } = model;
  const { failureTime } = model;
  if (time !== undefined) return { from: time - BEFORE_FAILURE / 2, to: time + BEFORE_FAILURE / 2 };
  if (failureTime === undefined || isNotReduced(model)) return undefined;
  if (evidence === undefined || evidence.members.size === 0) {
    const from = legibleFrom(model, failureTime);
    return { from, to: failureTime + (failureTime - from) * MARGIN };
  }
  const entries = [...evidence.members].flatMap((index) => history[index] ?? []);
  const calls = entries.map((entry) => entry.call);
  const ends = entries.map((entry) => entry.return ?? entry.call);
  const to = Math.max(...ends);
  return { from: Math.min(to - model.clock.context, ...calls), to };
}

/** Whether it is known where a history fails, and not with which operations. */
function isNotReduced({ evidence }: Timeline): boolean {
  return evidence?.stuckAt !== undefined && evidence.operations.length === 0;
}

/** Less far back than usual where so many messages would not be legible. */
function legibleFrom({ messages }: Timeline, failureTime: number): number {
  const usual = failureTime - BEFORE_FAILURE;
  if (messages === undefined) return usual;
  const first = countBelow(messages.times, failureTime) - LEGIBLE_MESSAGES;
  return first < 0 ? usual : Math.max(usual, at(messages.times, first));
}

function invokeRecord(model: Timeline, operation: number, call: number): number {
  const { log } = model;
  if (log === undefined) return ABSENT;
  for (let record = countBelow(log.time, call); record < log.count; record += 1) {
    if (at(log.time, record) > call) break;
    if (at(log.operation, record) === operation) return record;
  }
  return ABSENT;
}
