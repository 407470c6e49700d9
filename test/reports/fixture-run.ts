/**
 * A made-up run of three replicas and three clients: rounds of requests with drops, duplicates and
 * a corrupted message, a partition, a crash with a change of the leader, and a stale read last.
 */

import { formatOperation } from '../../reports/words.ts';
import {
  type Failure,
  type HistoryEntry,
  RUN_FORMAT,
  type RunCounts,
  type RunResult,
  SPEC_FORMAT,
} from '../../scenarios/spec.ts';
import type { EventRecord } from '../../sim/record.ts';

const REPLICAS = 3;
const CLIENTS = 3;
/** Micros between two requests, and for one message. */
const ROUND_TIME = 4_000;
const FLIGHT = 600;

export interface FixtureOptions {
  /** Records of the log, at least; a round is some fifteen of them. */
  readonly events?: number;
  readonly seed?: string;
  readonly scenario?: string;
  readonly signature?: string;
  /** Text that must not be able to leave its place in the page. */
  readonly message?: string;
}

export function fixtureRun(options: FixtureOptions = {}): RunResult {
  const size = options.events ?? 2000;
  const log = new LogWriter();
  const history: HistoryEntry[] = [];
  const rounds = Math.ceil(size / 15);
  const end = (rounds + 2) * ROUND_TIME;
  const times = {
    cut: Math.floor(end * 0.3),
    heal: Math.floor(end * 0.5),
    crash: Math.floor(end * 0.6),
    restart: Math.floor(end * 0.75),
    pause: Math.floor(end * 0.85),
  };
  for (let node = 0; node < REPLICAS; node += 1) {
    log.add({ time: 0, kind: 'start', node, round: 0, leads: node === 0, summary: 'view 0' });
  }
  for (let round = 0; round < rounds; round += 1) writeRound(log, history, round, times);
  const stale = history.length;
  for (const entry of staleRead(history, end)) {
    const text = formatOperation(entry.operation);
    const place = { node: entry.node, operation: history.length, detail: text } as const;
    log.add({ ...place, time: entry.call, kind: 'invoke' });
    log.add({ ...place, time: entry.return ?? end, kind: 'return' });
    history.push(entry);
  }
  log.add({ time: end, kind: 'violation', label: 'linearizability', detail: 'a stale read' });
  const events = log.finished();
  return {
    format: RUN_FORMAT,
    spec: spec(options, times),
    verdict: 'failed',
    failures: [staleReadFailure(options, stale, end, events.length)],
    inconclusive: [],
    traceHash: '00c0ffee00c0ffee',
    ended: { how: 'quiet', at: end },
    counts: countsOf(events, history),
    marks: { 'view-change-completed': 1, 'recovery-completed': 0 },
    faults: [
      { status: 'fired', at: times.cut, until: times.heal, event: 1 },
      { status: 'fired', at: times.crash, until: times.restart, event: 2, node: 0 },
      { status: 'fired', at: times.pause, until: times.pause + 9_000, event: 3 },
      { status: 'never-triggered', why: 'mark-not-reached', seen: 0 },
    ],
    history,
    finalSummaries: ['view 1', 'view 1', 'view 1', 'client', 'client', 'client'],
    events,
  };
}

function staleReadFailure(
  options: FixtureOptions,
  stale: number,
  at: number,
  event: number,
): Failure {
  const operations = [stale - 1, stale, stale + 1];
  const sentence = 'c2 read x = 1, but write x = 4 by c0 had completed before it began';
  return {
    oracle: 'linearizability',
    signature: options.signature ?? 'L-7f3a',
    message: options.message ?? sentence,
    at,
    event,
    node: REPLICAS + 2,
    operations,
    evidence: {
      key: 'x',
      operations,
      partial: [
        { order: [stale - 1, stale], states: ['{"x":1}', '{"x":4}'] },
        { order: [stale - 1], states: ['{"x":1}'] },
      ],
      stuckAt: stale + 1,
    },
  };
}

function countsOf(events: readonly EventRecord[], history: readonly HistoryEntry[]): RunCounts {
  const count = (test: (event: EventRecord) => boolean) => events.filter(test).length;
  return {
    events: events.length,
    sent: count((event) => event.sentAt !== undefined && event.fate !== 'duplicate'),
    delivered: count((event) => event.kind === 'deliver'),
    dropped: count((event) => event.kind === 'drop'),
    duplicated: count((event) => event.fate === 'duplicate'),
    corrupted: count((event) => event.fate === 'corrupt'),
    persisted: 0,
    invoked: history.length,
    completed: history.filter((entry) => entry.return !== null).length,
    abandoned: history.filter((entry) => entry.return === null).length,
    refused: 0,
    crashes: 1,
    restarts: 1,
  };
}

/** As it would look with every event delivered and every oracle content. */
export function passedRun(): RunResult {
  const { events: _events, ...run } = fixtureRun({ seed: '0x2' });
  return { ...run, verdict: 'passed', failures: [] };
}

type Times = Readonly<Record<'cut' | 'heal' | 'crash' | 'restart' | 'pause', number>>;

/** Collects records out of order and numbers them by time. */
class LogWriter {
  readonly #records: Omit<EventRecord, 'index' | 'event'>[] = [];

  add(record: Omit<EventRecord, 'index' | 'event'>): void {
    this.#records.push(record);
  }

  finished(): readonly EventRecord[] {
    const sorted = this.#records.map((record, place) => ({ record, place }));
    sorted.sort((a, b) => a.record.time - b.record.time || a.place - b.place);
    return sorted.map(({ record }, index) => ({ ...record, index, event: index + 1 }));
  }
}

/** One client's request, prepared at the others and answered, with what the faults make of it. */
function writeRound(log: LogWriter, history: HistoryEntry[], round: number, times: Times): void {
  const start = (round + 1) * ROUND_TIME;
  const client = REPLICAS + (round % CLIENTS);
  const leader = start < times.crash ? 0 : 1;
  const operation = history.length;
  const isWrite = round % 3 !== 1;
  const text = isWrite ? `put x = ${round % 10}` : 'get x';
  const begin = { time: start, kind: 'invoke', node: client, operation, detail: text } as const;
  log.add(begin);
  faultRecords(log, round, start, times);
  send(log, { from: client, to: leader, type: 'Request', at: start, ordinal: round });
  for (let backup = 0; backup < REPLICAS; backup += 1) {
    if (backup === leader) continue;
    const at = start + FLIGHT;
    const isCut = at >= times.cut && at < times.heal && backup === 2;
    const isDown = backup === 0 && start >= times.crash && start < times.restart;
    const isLost = (round + backup) % 11 === 0;
    const fate = isCut ? 'cut' : isDown ? 'down' : isLost ? 'loss' : undefined;
    send(log, { from: leader, to: backup, type: 'Prepare', at, ordinal: round, drop: fate });
    if (fate !== undefined) continue;
    const late = at + FLIGHT + 100 * backup;
    const damage = round % 17 === 5 ? 'corrupt' : round % 13 === 4 ? 'duplicate' : undefined;
    send(log, { from: backup, to: leader, type: 'PrepareOk', at: late, ordinal: round, damage });
  }
  const answered = start + 4 * FLIGHT;
  send(log, { from: leader, to: client, type: 'Reply', at: answered - FLIGHT, ordinal: round });
  const isOpen = round % 29 === 28;
  if (!isOpen) log.add({ time: answered, kind: 'return', node: client, operation, detail: text });
  history.push({
    process: isOpen ? 100 + round : client,
    node: client,
    operation: isWrite ? { f: 'put', key: 'x', value: round % 10 } : { f: 'get', key: 'x' },
    call: start,
    return: isOpen ? null : answered,
    ...(isWrite || isOpen ? {} : { output: round % 10 }),
  });
}

function faultRecords(log: LogWriter, round: number, start: number, times: Times): void {
  const isNow = (time: number) => time >= start && time < start + ROUND_TIME;
  if (isNow(times.cut)) log.add({ time: times.cut, kind: 'fault', fault: 0, label: 'partition' });
  if (isNow(times.heal)) log.add({ time: times.heal, kind: 'heal', fault: 0, label: 'partition' });
  if (isNow(times.crash)) {
    log.add({ time: times.crash, kind: 'crash', node: 0, fault: 1 });
    const change = times.crash + 1_500;
    for (const node of [1, 2]) {
      log.add({
        time: change + node,
        kind: 'timer',
        node,
        label: 'viewChange',
        round: 1,
        leads: node === 1,
      });
    }
    log.add({ time: change + 10, kind: 'mark', node: 1, label: 'view-change-completed' });
  }
  if (isNow(times.restart)) {
    log.add({ time: times.restart, kind: 'restart', node: 0, round: 1, leads: false });
  }
  if (round % 4 === 0) log.add({ time: start + 90, kind: 'timer', node: 2, label: 'idle' });
}

interface Sent {
  readonly from: number;
  readonly to: number;
  readonly type: string;
  readonly at: number;
  readonly ordinal: number;
  readonly drop?: 'cut' | 'down' | 'loss' | undefined;
  readonly damage?: 'corrupt' | 'duplicate' | undefined;
}

function send(log: LogWriter, { from, to, type, at, ordinal, drop, damage }: Sent): void {
  const message = {
    label: type,
    sentAt: at,
    ordinal,
    detail: `{type: "${type}", opNumber: ${ordinal}}`,
  };
  if (drop !== undefined) {
    const time = drop === 'loss' ? at : at + FLIGHT;
    log.add({ ...message, time, kind: 'drop', node: from, peer: to, fate: drop });
    return;
  }
  const arrived = { ...message, kind: 'deliver', node: to, peer: from } as const;
  const summary = `view 0 op ${ordinal}`;
  if (damage === 'corrupt') log.add({ ...arrived, time: at + FLIGHT, fate: 'corrupt' });
  else log.add({ ...arrived, time: at + FLIGHT, summary });
  if (damage === 'duplicate') log.add({ ...arrived, time: at + 2 * FLIGHT, fate: 'duplicate' });
}

/** A write, one over it, and a read that returns the first: the end of the history. */
function staleRead(history: readonly HistoryEntry[], end: number): readonly HistoryEntry[] {
  const before = history[history.length - 1];
  if (before === undefined) throw new Error('the fixture needs at least one round');
  const put = { process: 200, node: REPLICAS, operation: { f: 'put', key: 'x', value: 4 } };
  const get = { process: 201, node: REPLICAS + 2, operation: { f: 'get', key: 'x' }, output: 1 };
  return [
    { ...put, call: end - 7_000, return: end - 4_500 },
    { ...get, call: end - 4_000, return: end - 1_000 },
  ];
}

function spec(options: FixtureOptions, times: Times): RunResult['spec'] {
  return {
    format: SPEC_FORMAT,
    scenario: options.scenario ?? 'vr/partitions',
    protocol: 'vr',
    seed: options.seed ?? '0x9c41f0',
    streams: 2,
    replicas: REPLICAS,
    clients: CLIENTS,
    options: {},
    machine: 'kv',
    network: {
      delay: { kind: 'fixed', min: FLIGHT, spread: 0 },
      drop: 0,
      duplicate: 0,
      corrupt: 0,
      reorder: 0,
      reorderBy: 0,
    },
    disk: { latencyMin: 0, latencyMax: 0, torn: 0 },
    clock: { offset: 0, drift: 0 },
    ending: { kind: 'quiet', healAt: times.pause },
    bounds: { events: 1_000_000, queue: 10_000, time: 1_000_000_000 },
    workload: { operations: 100, keys: 1, thinkTime: 0, mix: {} },
    faults: { kinds: {}, lastsMin: 0, lastsMax: 0, targeted: 0 },
    plan: {
      operations: [],
      faults: [
        { at: times.cut, fault: 'partition', groups: [[0, 1], [2]], lasts: times.heal - times.cut },
        { at: times.crash, fault: 'crash', node: 0, lasts: times.restart - times.crash },
        { at: times.pause, fault: 'pause', node: 2, lasts: 9_000 },
        {
          when: { mark: 'recovery-completed', nth: 1, after: 0 },
          fault: 'crash',
          node: 'it',
        },
      ],
    },
    shuffleTies: false,
    withinClaims: true,
    paranoid: false,
  };
}
