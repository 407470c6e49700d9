/**
 * Snapshots: the state stands for the slots that made it (§4.2).
 *
 * Deviation: the paper collects what f + 1 replicas have performed. Here every node forgets by
 * itself, once its own snapshot is on disk: acceptor and replica share that disk, so whoever lacks
 * what this acceptor has forgotten gets the snapshot from the same node.
 */
import type { Context } from './context.ts';
import type { ClientTable, Command, Snapshot, SnapshotOffer } from './messages.ts';
import { dropBelow, FIRST_SLOT, valueAt } from './slots.ts';
import type { PaxosState } from './state.ts';

function compactIfDue(state: PaxosState, context: Context): void {
  const { snapshotEvery } = context.options;
  const { snapshot, slotOut } = state.replica;
  const before = snapshot?.slotOut ?? FIRST_SLOT;
  if (snapshotEvery === 0 || slotOut - before < snapshotEvery) return;
  context.env.mark('snapshot-taken');
  context.rules.keepSnapshot(state, context, context.rules.snapshotOf(state, context));
}

function snapshotOf({ replica }: PaxosState, { machine }: Context): Snapshot {
  return {
    slotOut: replica.slotOut,
    app: machine.clone(replica.app),
    clientTable: copyOf(replica.clientTable),
    configurations: replica.configurations,
    executedCount: replica.executedBefore + replica.executed.length,
  };
}

/** Rows are never changed in place. */
function copyOf(table: ClientTable): ClientTable {
  return { ...table };
}

/**
 * From now on it stands for the slots below. Their decisions are kept until the next one, for those
 * who are only a little behind.
 */
function keepSnapshot(state: PaxosState, context: Context, snapshot: Snapshot): void {
  const { replica } = state;
  const earlier = replica.snapshot;
  if (earlier !== null) {
    dropBelow(replica.decisions, earlier.slotOut);
    const count = Math.max(0, earlier.executedCount - replica.executedBefore);
    replica.executed = replica.executed.slice(count);
    replica.executedBefore += count;
  }
  replica.snapshot = snapshot;
  dropBelow(state.acceptor.accepted, snapshot.slotOut);
  context.rules.persistSnapshot(state, context, snapshot);
}

/** Somebody has forgotten what this replica lacks: the state instead. */
function onSnapshotOffer(state: PaxosState, context: Context, { snapshot }: SnapshotOffer): void {
  const { replica } = state;
  const { env, rules } = context;
  if (snapshot.slotOut <= replica.slotOut) return;
  env.mark('snapshot-installed');
  const lost: Command[] = [];
  for (let slot = replica.slotOut; slot < snapshot.slotOut; slot++) {
    const command = valueAt(replica.proposals, slot);
    if (command !== null) lost.push(command);
  }
  rules.stepDown(state, context);
  rules.adoptSnapshot(state, context, snapshot);
  rules.keepSnapshot(state, context, snapshot);
  for (const command of lost.reverse()) rules.takeBack(state, context, command);
  rules.performDecided(state, context);
  rules.serveWaitingReads(state, context);
  rules.propose(state, context);
}

/** The application's state is copied: what is in a snapshot stays as it is. */
function adoptSnapshot(state: PaxosState, context: Context, snapshot: Snapshot): void {
  const { replica, acceptor, leader } = state;
  replica.snapshot = snapshot;
  replica.slotOut = snapshot.slotOut;
  replica.app = context.machine.clone(snapshot.app);
  replica.clientTable = copyOf(snapshot.clientTable);
  replica.configurations = snapshot.configurations;
  replica.executedBefore = snapshot.executedCount;
  replica.executed = [];
  if (replica.decidedBelow < snapshot.slotOut) replica.decidedBelow = snapshot.slotOut;
  dropBelow(replica.decisions, snapshot.slotOut);
  dropBelow(replica.proposals, snapshot.slotOut);
  dropBelow(acceptor.accepted, snapshot.slotOut);
  dropBelow(leader.proposals, snapshot.slotOut);
  dropBelow(leader.commanders, snapshot.slotOut);
}

export const compactionRules = {
  compactIfDue,
  snapshotOf,
  keepSnapshot,
  onSnapshotOffer,
  adoptSnapshot,
};
