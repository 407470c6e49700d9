/**
 * Snapshots: every so many updates the state takes the place of the updates that led to it. The
 * paper keeps all of Hist, and says only that a chain may be extended while it works.
 *
 * Updates are kept for one snapshot longer than they would have to be: a server that joins, and is
 * only a little behind, needs no snapshot then.
 */
import type { ServerContext } from './context.ts';
import type { ClientRecord, Snapshot } from './messages.ts';
import type { ServerState } from './state.ts';

function takeSnapshot(state: ServerState, context: ServerContext): void {
  const { snapshotEvery } = context.options;
  const before = state.snapshot?.length ?? 0;
  if (snapshotEvery === 0 || state.committed - before < snapshotEvery) return;
  context.env.mark('snapshot-taken');
  state.snapshot = context.rules.snapshotOf(state, context);
  trim(state, context.rules.trimPoint(state, before));
  context.rules.persistSnapshot(state, context);
}

function snapshotOf(state: ServerState, { machine }: ServerContext): Snapshot {
  const clientTable: { [clientId: number]: ClientRecord } = {};
  for (const [clientId, record] of Object.entries(state.clientTable)) {
    // What is in process belongs to the updates that follow.
    clientTable[Number(clientId)] = { ...record, requestNumber: record.executedNumber };
  }
  return { length: state.committed, app: machine.clone(state.app), clientTable };
}

/** One snapshot back; and Sent is kept, whatever happens. */
function trimPoint(state: ServerState, before: number): number {
  return Math.min(before, state.acknowledged);
}

function trim(state: ServerState, first: number): void {
  if (first <= state.trimmed) return;
  state.hist.splice(0, first - state.trimmed);
  state.trimmed = first;
}

/** The state after a snapshot, with no updates after it. */
function installSnapshot(state: ServerState, { machine }: ServerContext, snapshot: Snapshot): void {
  state.snapshot = snapshot;
  state.hist = [];
  state.trimmed = snapshot.length;
  state.length = snapshot.length;
  state.acknowledged = snapshot.length;
  state.committed = snapshot.length;
  state.app = machine.clone(snapshot.app);
  for (const clientId of Object.keys(state.clientTable)) delete state.clientTable[Number(clientId)];
  for (const [clientId, record] of Object.entries(snapshot.clientTable)) {
    state.clientTable[Number(clientId)] = { ...record };
  }
}

export const snapshotRules = { takeSnapshot, snapshotOf, trimPoint, installSnapshot };
