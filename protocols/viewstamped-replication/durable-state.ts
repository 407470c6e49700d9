/**
 * What the durable mode keeps on disk: the log, the two view-numbers, and the crash vector.
 *
 * Deviation: the paper keeps everything in memory. Here the log, the view-number and v' are written
 * before any message that depends on them may leave (the write barrier holds it back), and a
 * replica restarts where it stopped, without the recovery protocol, as TigerBeetle does.
 * The commit-number is not kept: it is learned again, and the log is executed again from the start.
 *
 * Deviation: a replica that finds its disk damaged has lost its state, as one without a disk has at
 * every crash, and recovers as that one does (§4.3, and crash vectors after DISC 2017; a vector
 * counts lost disks here, not crashes). What it adopts it writes as one record that holds
 * everything, and what was before that record is void.
 */
import type { Durable, Write } from '../../sim/contract.ts';
import { type Context, isPrimary } from './context.ts';
import {
  CRASH_VECTOR,
  LOG,
  STATE,
  type StateOnDisk,
  TORN,
  VIEWS,
  type Views,
} from './disk-reading.ts';
import type { Request } from './messages.ts';
import type { ReplicaState } from './state.ts';

function persistEntry(context: Context, entry: Request): void {
  if (context.options.isDurable) context.env.persist({ kind: 'append', log: LOG, entry });
}

/** On entering a view change: this replica takes no part in earlier views any more. */
function persistViews(state: ReplicaState, context: Context): void {
  if (context.options.isDurable) context.env.persist(viewsOf(state));
}

function viewsOf(state: ReplicaState): Write {
  const { viewNumber, lastNormalView } = state;
  const value: Views = { viewNumber, lastNormalView };
  return { kind: 'set', key: VIEWS, value };
}

/** The log of a new view and its number, in one record: neither makes sense without the other. */
function persistAdoptedLog(
  state: ReplicaState,
  context: Context,
  previous: readonly Request[],
): void {
  if (!context.options.isDurable) return;
  if (state.status === 'recovering') {
    context.rules.persistRecoveredState(state, context);
    return;
  }
  const kept = sharedLength(previous, state.log);
  const writes: Write[] = [viewsOf(state)];
  if (kept < previous.length) writes.push({ kind: 'truncate', log: LOG, end: kept });
  context.env.persist(...writes, ...entriesAfter(state, kept));
}

function entriesAfter(state: ReplicaState, opNumber: number): Write[] {
  return state.log.slice(opNumber).map((entry) => ({ kind: 'append', log: LOG, entry }));
}

/** Entries are shared objects: one that looks the same but is another is simply written again. */
function sharedLength(one: readonly Request[], other: readonly Request[]): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length++;
  return length;
}

/**
 * DISC 2017: whoever answers a Recovery knows of that crash from then on. A restart must not make
 * it forget, for it reads no crash vectors then. A recovering replica answers nobody.
 */
function persistCrashVector(state: ReplicaState, context: Context): void {
  if (!context.options.isDurable || state.status === 'recovering') return;
  context.env.persist(crashVectorOf(state));
}

function crashVectorOf({ crashVector }: ReplicaState): Write {
  return { kind: 'set', key: CRASH_VECTOR, value: crashVector };
}

/**
 * Restarts where the disk says this replica was. In the middle of a view change it goes on with it;
 * in a started view it goes on as backup, or as primary: whatever a backup may hold of this view
 * was on the primary's disk before the Prepare left.
 */
function startDurable(state: ReplicaState, context: Context, durable: Durable): void {
  const { rules, env } = context;
  const reading = rules.readDisk(context, durable.records);
  state.crashVector = reading.crashVector;
  if (reading.hasDamage) env.mark('damaged-record-found');
  if (reading.hasDamage || reading.isLost) {
    rules.startRecovery(state, context);
    return;
  }
  state.log = reading.log;
  state.opNumber = state.log.length;
  state.viewNumber = reading.views.viewNumber;
  state.lastNormalView = reading.views.lastNormalView;
  if (reading.tornCount > 0) rules.dropTornTail(context, reading.tornCount);
  rules.rebuildClientTable(state);
  if (durable.records.length > 0) env.mark('restarted-from-disk');
  rules.resumeFromDisk(state, context);
}

function resumeFromDisk(state: ReplicaState, context: Context): void {
  if (state.viewNumber === state.lastNormalView) {
    context.rules.enterNormal(state, context);
    if (isPrimary(state, context)) state.preparedSinceHeartbeat = false;
  } else {
    state.status = 'view-change';
    context.rules.resumeViewChange(state, context);
  }
}

/** Later records will follow: the next start must know that these were at the end, and torn. */
function dropTornTail(context: Context, count: number): void {
  context.env.mark('torn-record-dropped');
  context.env.persist({ kind: 'set', key: TORN, value: count });
}

/**
 * A crash is counted before others hear of it. From here on the disk counts as lost until a
 * recovery is complete, even if what was damaged can be read again by then: others may know of the
 * new count, but not yet enough of them for this replica to take part under it.
 */
function persistLostState(state: ReplicaState, context: Context): void {
  if (context.options.isDurable) context.env.persist(stateIs('lost'), crashVectorOf(state));
}

/** All that this replica has to know, in one record that counts whatever was before it. */
function persistRecoveredState(state: ReplicaState, context: Context): void {
  context.env.mark('recovered-from-damage');
  context.env.persist(
    stateIs('whole'),
    crashVectorOf(state),
    viewsOf(state),
    ...entriesAfter(state, 0),
  );
}

function stateIs(value: StateOnDisk): Write {
  return { kind: 'set', key: STATE, value };
}

export const durableStateRules = {
  persistEntry,
  persistViews,
  persistAdoptedLog,
  persistCrashVector,
  startDurable,
  resumeFromDisk,
  dropTornTail,
  persistLostState,
  persistRecoveredState,
};
