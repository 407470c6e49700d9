/** A run as the panes need it: its log, its fault spans, its lanes and its rows of operations. */
import type { HistoryEntry, LinearizabilityEvidence } from '../../scenarios/spec.ts';
import { ABSENT, type ReportRun } from '../document.ts';
import { type FaultSpan, faultSpans } from '../faults.ts';
import { formatAsked, formatPlain, nodeName, operationKey } from '../words.ts';
import { VIRTUAL } from './clock.ts';
import { at, countBelow, type EventLog, recordAt, text, unpackEvents } from './event-log.ts';
import type { FilterNames } from './filter.ts';
import {
  counterexampleOf,
  type MessageIndex,
  type OperationRow,
  orderOfCalls,
  rowsOf,
  type Timeline,
} from './timeline.ts';

export interface RunModel extends Timeline {
  readonly run: ReportRun['run'];
  readonly faults: readonly FaultSpan[];
  readonly lanes: readonly Lane[];
  /** The protocol's own, for what everybody else calls round and leader. */
  readonly words: { readonly round: string; readonly leader: string };
  /** What a round of that number is called. */
  roundName(round: number): string;
  /** Types of the messages that were sent, the most frequent first. */
  readonly messageTypes: readonly string[];
}

/** One node over time. */
export interface Lane {
  readonly node: number;
  readonly name: string;
  readonly isReplica: boolean;
  /** While it led or followed in a known round. */
  readonly rounds: readonly RoundSpan[];
  /** Records at this node that are no messages, ascending. */
  readonly points: Int32Array;
}

export interface RoundSpan {
  readonly from: number;
  readonly until: number;
  readonly round: number;
  readonly leads: boolean;
}

export function buildRunModel(number: number, packed: ReportRun): RunModel {
  const { run } = packed;
  const log = packed.log === undefined ? undefined : unpackEvents(packed.log);
  const end = endOf(run, log);
  const evidence = run.failures.find((failure) => failure.evidence !== undefined)?.evidence;
  const wrongAnswer = wrongAnswerOf(run);
  const { history } = run;
  const rows = buildRows(run, evidence);
  return {
    number,
    run,
    history,
    byCall: orderOfCalls(history),
    opening: undefined,
    log,
    start: 0,
    end,
    clock: VIRTUAL,
    faults: faultSpans(run),
    lanes: buildLanes(run, log, end),
    messages: log === undefined ? undefined : indexMessages(log),
    rows,
    rowOf: rowsOf(history.length, rows),
    evidence: evidence === undefined ? undefined : counterexampleOf(history, evidence, true),
    outcome: (operation) => {
      const entry = history[operation];
      return entry === undefined ? '' : outcomeText(entry);
    },
    names: filterNames(packed),
    words: wordsOf(run),
    roundName: (round) => packed.roundNames?.[round] ?? String(round),
    messageTypes: log === undefined ? [] : messageTypes(log),
    failureTime: wrongAnswer?.time ?? run.failures[0]?.at,
    failureRecord: failureRecordOf(run, log, wrongAnswer),
  };
}

/** Messages whose flight overlaps the window, called with their records. */
export function forEachMessage(
  model: RunModel,
  from: number,
  to: number,
  visit: (record: number) => void,
): void {
  const { messages, log } = model;
  if (messages === undefined || log === undefined) return;
  const { records, times, earliestSentFrom } = messages;
  for (let index = countBelow(times, from); index < records.length; index += 1) {
    if (at(earliestSentFrom, index) > to) return;
    const record = at(records, index);
    if (at(log.sentAt, record) <= to) visit(record);
  }
}

/** `put x = 4` or `get x, sequential`, as the history has it. */
export function operationText(entry: HistoryEntry): string {
  return formatAsked(entry);
}

/** What a client saw: `put x = 4 → ok`; a question mark while the outcome is unknown. */
export function outcomeText(entry: HistoryEntry): string {
  if (entry.return === null) return `${operationText(entry)} → ?`;
  const isWrite =
    typeof entry.operation === 'object' && entry.operation !== null && 'value' in entry.operation;
  // That a write returns nothing says nothing; that a read finds nothing does.
  if (entry.output === undefined || (entry.output === null && isWrite)) return operationText(entry);
  const output = typeof entry.output === 'string' ? entry.output : formatPlain(entry.output);
  return `${operationText(entry)} → ${output}`;
}

function stuck(evidence: LinearizabilityEvidence): readonly number[] {
  return evidence.stuckAt === undefined ? [] : [evidence.stuckAt];
}

/** Room to the right of the last event, so that its mark is not at the very edge. */
const END_MARGIN = 0.01;

function endOf(run: RunModel['run'], log: EventLog | undefined): number {
  let last = run.ended.at;
  if (log !== undefined && log.count > 0) last = Math.max(last, at(log.time, log.count - 1));
  for (const entry of run.history) last = Math.max(last, entry.return ?? entry.call);
  return Math.max(1, Math.ceil(last * (1 + END_MARGIN)));
}

function indexMessages(log: EventLog): MessageIndex {
  const found: number[] = [];
  for (let record = 0; record < log.count; record += 1) {
    if (at(log.sentAt, record) !== ABSENT && at(log.peer, record) !== ABSENT) found.push(record);
  }
  const records = Int32Array.from(found);
  const times = Float64Array.from(records, (record) => at(log.time, record));
  const earliestSentFrom = new Float64Array(records.length);
  let earliest = Number.POSITIVE_INFINITY;
  for (let index = records.length - 1; index >= 0; index -= 1) {
    earliest = Math.min(earliest, at(log.sentAt, at(records, index)));
    earliestSentFrom[index] = earliest;
  }
  return { records, times, earliestSentFrom };
}

function wordsOf({ roundName = 'round', leaderName = 'leader' }: RunModel['run']) {
  return { round: roundName, leader: leaderName };
}

function messageTypes(log: EventLog): readonly string[] {
  const counts = new Map<string, number>();
  for (let record = 0; record < log.count; record += 1) {
    const type = text(log, log.label, record);
    // What was corrupted on its way has no type.
    if (at(log.sentAt, record) === ABSENT || type === '') continue;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts.keys()].sort(
    (a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1),
  );
}

function buildLanes(run: RunModel['run'], log: EventLog | undefined, end: number): readonly Lane[] {
  const { replicas, clients } = run.spec;
  let count = replicas + clients;
  if (log !== undefined) for (const node of log.node) count = Math.max(count, node + 1);
  const points: number[][] = Array.from({ length: count }, () => []);
  const rounds: RoundSpan[][] = Array.from({ length: count }, () => []);
  if (log !== undefined) {
    for (let record = 0; record < log.count; record += 1) {
      const node = at(log.node, record);
      if (node === ABSENT) continue;
      if (at(log.sentAt, record) === ABSENT) points[node]?.push(record);
      extendRounds(rounds[node] ?? [], log, record, end);
    }
  }
  return points.map((records, node) => ({
    node,
    name: nodeName(node, replicas),
    isReplica: node < replicas,
    rounds: rounds[node] ?? [],
    points: Int32Array.from(records),
  }));
}

/** What a record says of round or leadership ends a span and begins one; a crash ends one. */
function extendRounds(spans: RoundSpan[], log: EventLog, record: number, end: number): void {
  const newRound = at(log.round, record);
  const newLeads = at(log.leads, record);
  if (text(log, log.kind, record) === 'crash') {
    const lost = spans.pop();
    if (lost !== undefined) spans.push({ ...lost, until: at(log.time, record) });
    return;
  }
  if (newRound === ABSENT && newLeads === ABSENT) return;
  const time = at(log.time, record);
  // A node that crashed takes up nothing from before: its last span has ended already.
  const last = spans[spans.length - 1]?.until === end ? spans.pop() : undefined;
  const round = newRound === ABSENT ? (last?.round ?? ABSENT) : newRound;
  const leads = newLeads === ABSENT ? (last?.leads ?? false) : newLeads === 1;
  if (last !== undefined && last.round === round && last.leads === leads) {
    spans.push(last);
    return;
  }
  if (last !== undefined) spans.push({ ...last, until: time });
  spans.push({ from: time, until: end, round, leads });
}

/** By client and incarnation, those of the counterexample before all others. */
function buildRows(
  run: RunModel['run'],
  evidence: LinearizabilityEvidence | undefined,
): readonly OperationRow[] {
  const byProcess = new Map<number, number[]>();
  run.history.forEach((entry, index) => {
    const row = byProcess.get(entry.process);
    if (row === undefined) byProcess.set(entry.process, [index]);
    else row.push(index);
  });
  const call = (index: number) => run.history[index]?.call ?? 0;
  const node = (indices: readonly number[]) => run.history[indices[0] ?? 0]?.node ?? 0;
  const members = new Set(
    evidence === undefined ? [] : [...evidence.operations, ...stuck(evidence)],
  );
  const rank = (indices: readonly number[]) =>
    indices.some((index) => members.has(index)) ? 0 : 1;
  const processes = [...byProcess.entries()].sort((a, b) => node(a[1]) - node(b[1]) || a[0] - b[0]);
  const incarnations = new Map<number, number>();
  const rows = processes.map(([process, indices]) => {
    const client = node(indices);
    const incarnation = (incarnations.get(client) ?? 0) + 1;
    incarnations.set(client, incarnation);
    const operations = indices.sort((a, b) => call(a) - call(b) || a - b);
    const name = nodeName(client, run.spec.replicas);
    return {
      process,
      name: incarnation === 1 ? name : `${name} #${incarnation}`,
      operations,
      calls: Float64Array.from(operations, call),
    };
  });
  // A stable sort: within the two parts the order above stays.
  return rows.sort((a, b) => rank(a.operations) - rank(b.operations));
}

function filterNames({ run, roundNames }: ReportRun): FilterNames {
  const { replicas, clients } = run.spec;
  const ids = new Map<string, number>();
  for (let node = 0; node < replicas + clients; node += 1) {
    ids.set(nodeName(node, replicas), node);
  }
  return {
    nodeOf: (name) => ids.get(name.toLowerCase()),
    round: wordsOf(run).round,
    roundsCalled: roundNames === undefined ? roundNumbered : (name) => roundsOf(roundNames, name),
    keyOf: (operation) => {
      const entry = run.history[operation];
      return entry === undefined ? undefined : operationKey(entry.operation);
    },
  };
}

function roundNumbered(name: string): readonly number[] {
  return /^\d+$/.test(name) ? [Number(name)] : [];
}

function roundsOf(names: NonNullable<ReportRun['roundNames']>, name: string): readonly number[] {
  return Object.entries(names).flatMap(([round, each]) => (each === name ? [Number(round)] : []));
}

interface WrongAnswer {
  readonly operation: number;
  readonly time: number;
}

/** The operation that cannot be linearized, or the last one that the first failure names. */
function wrongAnswerOf(run: RunModel['run']): WrongAnswer | undefined {
  const [failure] = run.failures;
  const stuckAt = failure?.evidence?.stuckAt;
  const operation = stuckAt ?? failure?.operations?.at(-1);
  const entry = operation === undefined ? undefined : run.history[operation];
  if (failure === undefined || operation === undefined || entry === undefined) return undefined;
  if (stuckAt !== undefined) return { operation, time: entry.return ?? entry.call };
  // What was noticed as it happened has a record of its own; what has no answer, no time.
  if (entry.return === null || entry.return >= failure.at) return undefined;
  return { operation, time: entry.return };
}

/** The wrong answer's or the violation's own record, else the last one before the failure. */
function failureRecordOf(
  run: RunModel['run'],
  log: EventLog | undefined,
  wrongAnswer: WrongAnswer | undefined,
): number {
  const failure = run.failures[0];
  if (failure === undefined || log === undefined || log.count === 0) return ABSENT;
  if (wrongAnswer !== undefined) {
    for (let record = countBelow(log.time, wrongAnswer.time); record < log.count; record += 1) {
      if (at(log.operation, record) === wrongAnswer.operation) return record;
    }
    return recordAt(log, wrongAnswer.time);
  }
  let nearest = ABSENT;
  for (let record = 0; record < log.count; record += 1) {
    if (at(log.event, record) > failure.event) break;
    nearest = record;
    const isFirst = at(log.event, record) === failure.event;
    if (isFirst && text(log, log.kind, record) === 'violation') return record;
  }
  return nearest;
}
