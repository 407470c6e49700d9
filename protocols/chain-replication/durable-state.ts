/**
 * What a server keeps on its disk, and how it starts.
 *
 * The paper's servers are fail-stop: one that has stopped never comes back. In the fail-stop mode
 * here, one that starts again is a fresh server with the same name, and all that the disk has to
 * tell is that it is not the first: its incarnation is the number of records there are, and each
 * start adds one. In the durable mode Hist, the configuration and snapshots are on disk before a
 * Forward or an Ack that relies on them leaves, and a restart resumes the server's place in the
 * chain.
 *
 * A durable server that finds its disk damaged has lost its state, and starts as a fresh one would.
 */
import type { Durable, Write } from '../../sim/contract.ts';
import { tornMarker } from '../journal.ts';
import { roleOf, type ServerContext } from './context.ts';
import { CONFIGURATION, HIST, INCARNATION, SNAPSHOT } from './disk-reading.ts';
import type { Request } from './messages.ts';
import type { ServerState } from './state.ts';

function start(state: ServerState, context: ServerContext, durable: Durable): void {
  const { env, options, rules, machine } = context;
  state.app = machine.initial();
  state.nonce = rules.drawNonce(context);
  if (options.isDurable) rules.startDurable(state, context, durable);
  else rules.startFresh(state, context, durable.records.length);
  rules.beginEpoch(state, context);
  // The next server does not know that this one has to be told once more what it holds.
  if (durable.records.length > 0 && roleOf(state) === 'member') rules.resend(state, context);
  env.setTimer('heartbeat', options.heartbeatInterval);
}

/** The first incarnation is a member of the first chain, with nothing to know; others are not. */
function startFresh(state: ServerState, context: ServerContext, incarnation: number): void {
  if (incarnation > 0) context.env.mark('restarted-fresh');
  state.incarnation = incarnation;
  context.env.persist({ kind: 'set', key: INCARNATION, value: incarnation });
}

function startDurable(state: ServerState, context: ServerContext, durable: Durable): void {
  const { env, rules } = context;
  const reading = rules.readDisk(context, durable.records);
  if (reading.isDamaged) {
    env.mark('damaged-record-found');
    rules.startFresh(state, context, durable.records.length);
    return;
  }
  if (reading.tornCount > 0) {
    env.mark('torn-record-dropped');
    env.persist(tornMarker(reading.tornCount));
  }
  if (durable.records.length > 0) env.mark('restarted-from-disk');
  state.incarnation = reading.incarnation;
  if (reading.configuration !== undefined) state.configuration = reading.configuration;
  if (reading.snapshot !== null) rules.installSnapshot(state, context, reading.snapshot);
  rules.resumeHist(state, context, reading.hist, reading.trimmed);
}

/** Updates that the snapshot stands for are kept as they were, if they are there. */
function resumeHist(
  state: ServerState,
  _context: ServerContext,
  hist: readonly Request[],
  trimmed: number,
): void {
  state.hist = hist.slice();
  state.trimmed = trimmed;
  state.length = trimmed + hist.length;
}

function persistEntries({ env, options }: ServerContext, entries: readonly Request[]): void {
  if (!options.isDurable) return;
  if (entries.length === 1) env.persist(appendOf(entries[0]!));
  else env.persist(...entries.map(appendOf));
}

function appendOf(entry: Request): Write {
  return { kind: 'append', log: HIST, entry };
}

/** With what is cut off Hist, in one record: a server that is cut has left the earlier epoch. */
function persistConfiguration(state: ServerState, { env, options }: ServerContext): void {
  if (!options.isDurable) return;
  const writes: Write[] = [];
  if (roleOf(state) !== 'member') writes.push({ kind: 'truncate', log: HIST, end: state.length });
  env.persist(...writes, { kind: 'set', key: CONFIGURATION, value: state.configuration });
}

/** With what it replaces, in one record: neither makes sense without the other. */
function persistSnapshot(state: ServerState, { env, options, rules }: ServerContext): void {
  if (options.isDurable) env.persist(...rules.snapshotWrites(state));
}

function snapshotWrites({ snapshot, trimmed }: ServerState): readonly [Write, Write] {
  return [
    { kind: 'set', key: SNAPSHOT, value: snapshot },
    { kind: 'trim', log: HIST, first: trimmed },
  ];
}

export const durableStateRules = {
  start,
  startFresh,
  startDurable,
  resumeHist,
  persistEntries,
  persistConfiguration,
  persistSnapshot,
  snapshotWrites,
};
