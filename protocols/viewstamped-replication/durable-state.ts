/**
 * What the durable mode keeps on disk: the log, and the two view-numbers.
 *
 * Deviation: the paper keeps everything in memory. Here the log, the view-number and v' are written
 * before any message that depends on them may leave (the write barrier holds it back), and a
 * replica restarts where it stopped, without the recovery protocol, as TigerBeetle does.
 * The commit-number is not kept: it is learned again, and the log is executed again from the start.
 */
import type { Durable, DurableRecord, Write } from '../../sim/contract.ts';
import { type Context, isPrimary } from './context.ts';
import type { Request } from './messages.ts';
import type { ReplicaState } from './state.ts';

const LOG = 'log';

/** Value of the key `views`. */
interface Views {
  readonly viewNumber: number;
  readonly lastNormalView: number;
}

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
  return { kind: 'set', key: 'views', value };
}

/** The log of a new view and its number, in one record: neither makes sense without the other. */
function persistAdoptedLog(
  state: ReplicaState,
  context: Context,
  previous: readonly Request[],
): void {
  if (!context.options.isDurable) return;
  const kept = sharedLength(previous, state.log);
  const writes: Write[] = [viewsOf(state)];
  if (kept < previous.length) writes.push({ kind: 'truncate', log: LOG, end: kept });
  for (let index = kept; index < state.log.length; index++) {
    writes.push({ kind: 'append', log: LOG, entry: state.log[index]! });
  }
  context.env.persist(...writes);
}

/** Entries are shared objects: one that looks the same but is another is simply written again. */
function sharedLength(one: readonly Request[], other: readonly Request[]): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length++;
  return length;
}

/**
 * Restarts where the disk says this replica was. In the middle of a view change it goes on with it;
 * in a started view it goes on as backup, or as primary: whatever a backup may hold of this view
 * was on the primary's disk before the Prepare left.
 */
function startDurable(state: ReplicaState, context: Context, durable: Durable): void {
  const { rules } = context;
  const views = restore(state, durable.records);
  state.viewNumber = views.viewNumber;
  state.lastNormalView = views.lastNormalView;
  state.opNumber = state.log.length;
  if (durable.records.some((record) => !record.intact)) {
    context.env.mark('torn-record-dropped');
    rules.persistRestart(state, context);
  }
  rules.rebuildClientTable(state);
  if (durable.records.length > 0) context.env.mark('restarted-from-disk');
  if (state.viewNumber === state.lastNormalView) {
    rules.enterNormal(state, context);
    if (isPrimary(state, context)) state.preparedSinceHeartbeat = false;
  } else {
    state.status = 'view-change';
    rules.resumeViewChange(state, context);
  }
}

/**
 * Closes off a bad tail. Later records follow it on the disk, and the next restart must know that
 * what comes after this one was written in the knowledge that the bad record is void.
 */
function persistRestart(state: ReplicaState, context: Context): void {
  context.env.persist(
    { kind: 'set', key: 'restartedAt', value: state.opNumber },
    { kind: 'truncate', log: LOG, end: state.opNumber },
    viewsOf(state),
  );
}

/** Folds the records into `state.log`; from a bad record on, nothing counts until a restart's. */
function restore(state: ReplicaState, records: readonly DurableRecord[]): Views {
  let views: Views = { viewNumber: 0, lastNormalView: 0 };
  let isVoid = false;
  for (const record of records) {
    if (!record.intact) isVoid = true;
    else if (restartedAt(record) === state.log.length) isVoid = false;
    if (!isVoid) views = applyWrites(state.log, record.writes) ?? views;
  }
  return views;
}

function restartedAt(record: DurableRecord): unknown {
  const write = record.writes[0];
  return write?.kind === 'set' && write.key === 'restartedAt' ? write.value : undefined;
}

function applyWrites(log: Request[], writes: readonly Write[]): Views | undefined {
  let views: Views | undefined;
  for (const write of writes) {
    switch (write.kind) {
      case 'append':
        // The disk returns what this protocol wrote: entries under this log, views under this key.
        log.push(write.entry as Request);
        break;
      case 'truncate':
        log.length = Math.min(log.length, write.end);
        break;
      case 'set':
        if (write.key === 'views') views = write.value as Views;
        break;
      case 'trim':
        break;
      default:
        write satisfies never;
    }
  }
  return views;
}

export const durableStateRules = {
  persistEntry,
  persistViews,
  persistAdoptedLog,
  startDurable,
  persistRestart,
};
