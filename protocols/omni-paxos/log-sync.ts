/**
 * Bringing one log up to another (§4): by the entries that are missing, or by the state in
 * their place where they are not kept any more.
 *
 * A delta snapshot is what has changed since the first so many entries. It can be made only by who
 * still has those entries, and taken over only by who has decided exactly so many: merged into any
 * other state it loses what is between, or keeps what was never decided. Both happened in the
 * authors' library, which set the decided length before it made the receiver's own part.
 */
import type { Ballot } from './ballot.ts';
import type { Context } from './context.ts';
import { cutAt, lengthOf, restartAt, suffixOf } from './log.ts';
import type { CompleteSnapshot, DeltaSnapshot, Entry, LogSync, Request } from './messages.ts';
import type { OmniState } from './state.ts';

/**
 * The log from `from` on, for a server that has decided so much and whose log is the same before.
 */
function syncFrom(state: OmniState, context: Context, from: number, theirDecided: number): LogSync {
  const { log, decidedLength } = state.paxos;
  const { rules } = context;
  if (from >= decidedLength) return { snapshot: null, from, entries: suffixOf(log, from) };
  const delta = rules.deltaSince(state, context, theirDecided);
  if (delta !== null) {
    context.env.mark('delta-sent');
    return { snapshot: delta, from: delta.length, entries: suffixOf(log, delta.length) };
  }
  if (from >= log.first) return { snapshot: null, from, entries: suffixOf(log, from) };
  const snapshot = rules.completeSnapshot(state, context);
  context.env.mark('snapshot-sent');
  return { snapshot, from: snapshot.length, entries: suffixOf(log, snapshot.length) };
}

/** The latest snapshot that the log goes on from; one is there wherever entries are missing. */
function completeSnapshot(state: OmniState, context: Context): CompleteSnapshot {
  const { snapshot } = state.replica;
  if (snapshot !== null && snapshot.length >= state.paxos.log.first) return snapshot;
  return context.rules.snapshotOf(state, context);
}

/** What has changed since the first `since` entries, if this server can tell; or null. */
function deltaSince(state: OmniState, context: Context, since: number): DeltaSnapshot | null {
  const { replica, paxos } = state;
  const { machine, options, rules } = context;
  const { decidedLength, log } = paxos;
  if (!options.isDelta || machine.difference === undefined) return null;
  if (!rules.hasEntriesSince(state, since) || since >= decidedLength) return null;
  const operations = suffixOf(log, since, decidedLength).flatMap(operationIn);
  return {
    kind: 'delta',
    since,
    length: decidedLength,
    difference: machine.difference(replica.app, operations),
    replicated: rules.replicatedState(state),
  };
}

function hasEntriesSince({ paxos }: OmniState, since: number): boolean {
  return since >= paxos.log.first;
}

function operationIn(entry: Entry): readonly Request['operation'][] {
  return entry.type === 'Request' ? [entry.operation] : [];
}

/** Whether this log goes on from what is before the sync. */
function mayAdopt({ paxos }: OmniState, sync: LogSync): boolean {
  const { snapshot, from } = sync;
  const { decidedLength, log } = paxos;
  if (snapshot === null) return from <= lengthOf(log);
  if (snapshot.length <= decidedLength) return true;
  return snapshot.kind === 'complete' || snapshot.since === decidedLength;
}

/**
 * Takes over the end of another log; then, and on disk in one record with it, this one's is that of
 * the ballot. What is decided here already is the same there.
 */
function adoptLog(state: OmniState, context: Context, sync: LogSync | null, ballot: Ballot): void {
  const { paxos } = state;
  const { rules } = context;
  paxos.acceptedRound = ballot;
  if (sync === null) {
    rules.persistAdopted(state, context, lengthOf(paxos.log), false);
    return;
  }
  const isInstalled = sync.snapshot !== null && sync.snapshot.length > paxos.decidedLength;
  if (isInstalled) rules.installSnapshot(state, context, sync.snapshot!);
  const from = Math.max(sync.from, paxos.log.first, paxos.decidedLength);
  cutAt(paxos.log, from);
  const entries = sync.entries.slice(from - sync.from);
  for (const entry of entries) paxos.log.entries.push(entry);
  paxos.acceptedCount += entries.length;
  rules.persistAdopted(state, context, from, isInstalled);
}

/** The state of others in place of the own one, and of the entries that have made it. */
function installSnapshot(
  state: OmniState,
  context: Context,
  snapshot: CompleteSnapshot | DeltaSnapshot,
): void {
  const { replica, paxos } = state;
  const { env, machine, rules } = context;
  env.mark(snapshot.kind === 'complete' ? 'snapshot-installed' : 'delta-merged');
  if (snapshot.kind === 'complete') replica.app = machine.clone(snapshot.app);
  else rules.mergeDelta(state, context, snapshot);
  restartAt(paxos.log, snapshot.length);
  paxos.decidedLength = snapshot.length;
  rules.takeReplicated(state, snapshot.replicated);
  replica.snapshot = snapshot.kind === 'complete' ? snapshot : rules.snapshotOf(state, context);
}

/** Into the state after exactly the decided entries: `mayAdopt` has seen to it. */
function mergeDelta(
  { replica }: OmniState,
  { machine }: Context,
  { difference }: DeltaSnapshot,
): void {
  machine.merge!(replica.app, difference);
}

export const logSyncRules = {
  syncFrom,
  completeSnapshot,
  deltaSince,
  hasEntriesSince,
  mayAdopt,
  adoptLog,
  installSnapshot,
  mergeDelta,
};
