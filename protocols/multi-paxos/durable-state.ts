/**
 * What a node keeps on disk (§4.3): the highest ballot that it has promised or used, the pvalues
 * that it has accepted, and the snapshot that stands for everything below it. Each is written
 * before any message that depends on it may leave: the write barrier holds that back.
 *
 * Decisions are not kept: above the snapshot they are learned again.
 *
 * A node that finds its disk damaged does not know what it has promised, and a promise that is
 * forgotten is a promise broken. Its acceptor retires, and with it its leader, whose ballots might
 * not be new. Its replica goes on: what a snapshot holds was decided, and stays so.
 */
import type { Durable, DurableRecord, Write } from '../../sim/contract.ts';
import { isReadable, isTornTail, readJournal, tornMarker } from '../journal.ts';
import type { Ballot } from './ballot.ts';
import type { Context } from './context.ts';
import type { PValue, Snapshot } from './messages.ts';
import { dropBelow, setValue, valueAt } from './slots.ts';
import type { PaxosState } from './state.ts';

const BALLOT = 'ballot';
const ACCEPTED = 'accepted';
const SNAPSHOT = 'snapshot';
/** The acceptor has retired; its value says nothing. */
const RETIRED = 'retired';

function persistBallot({ acceptor }: PaxosState, context: Context): void {
  context.env.persist({ kind: 'set', key: BALLOT, value: acceptor.ballot });
}

function persistPValues(context: Context, pvalues: readonly PValue[]): void {
  context.env.persist(...pvalues.map(appendOf));
}

function appendOf(entry: PValue): Write {
  return { kind: 'append', log: ACCEPTED, entry };
}

/** In one record: without the snapshot, what is trimmed would be missing. */
function persistSnapshot(state: PaxosState, context: Context, snapshot: Snapshot): void {
  context.env.persist(snapshotWrite(snapshot), ...context.rules.trimWrites(state));
}

export function snapshotWrite(snapshot: Snapshot): Write {
  return { kind: 'set', key: SNAPSHOT, value: snapshot };
}

/** Empties the log of pvalues but for those that the snapshot does not cover. */
function trimWrites({ acceptor }: PaxosState): Write[] {
  const kept = acceptor.accepted.values.filter((pvalue) => pvalue !== null);
  return [{ kind: 'truncate', log: ACCEPTED, end: 0 }, ...kept.map(appendOf)];
}

function startFromDisk(state: PaxosState, context: Context, durable: Durable): void {
  const { env, rules } = context;
  const journal = readJournal(durable.records, rules);
  for (const { writes } of journal.records) {
    for (const write of writes) applyWrite(state, context, write);
  }
  if (journal.isDamaged && !state.acceptor.isRetired) {
    rules.retire(state, context);
  } else if (journal.tornCount > 0) {
    env.mark('torn-record-dropped');
    env.persist(tornMarker(journal.tornCount));
  }
  if (state.acceptor.isRetired) rules.installLastSnapshot(state, context, durable.records);
  if (durable.records.length === 0) {
    // From here on this node may grant leases, and the next start has to know that it is a restart.
    rules.persistBallot(state, context);
    return;
  }
  env.mark('restarted-from-disk');
  rules.refuseAfterRestart(state, context);
}

/** From here on the disk says so, even if what was damaged can be read again. */
function retire(state: PaxosState, context: Context): void {
  context.env.mark('acceptor-retired');
  state.acceptor.isRetired = true;
  context.env.persist({ kind: 'set', key: RETIRED, value: true });
}

function applyWrite(state: PaxosState, context: Context, write: Write): void {
  const { acceptor } = state;
  switch (write.kind) {
    case 'set':
      // The disk returns what this protocol wrote under these keys.
      if (write.key === BALLOT) raiseBallot(state, write.value as Ballot);
      if (write.key === SNAPSHOT)
        context.rules.adoptSnapshot(state, context, write.value as Snapshot);
      if (write.key === RETIRED) acceptor.isRetired = true;
      break;
    case 'append': {
      const pvalue = write.entry as PValue;
      raiseBallot(state, pvalue.ballot);
      const known = valueAt(acceptor.accepted, pvalue.slot);
      if (known !== null && known.ballot > pvalue.ballot) break;
      setValue(acceptor.accepted, pvalue.slot, pvalue);
      break;
    }
    case 'truncate':
      acceptor.accepted.values = [];
      break;
    case 'trim':
      break;
    default:
      write satisfies never;
  }
}

function raiseBallot({ acceptor }: PaxosState, ballot: Ballot): void {
  if (ballot > acceptor.ballot) acceptor.ballot = ballot;
}

/** Every snapshot that can be read is true, whatever is damaged around it; the last is the best. */
function installLastSnapshot(
  state: PaxosState,
  context: Context,
  records: readonly DurableRecord[],
): void {
  for (const record of records) {
    if (!record.intact) continue;
    for (const write of record.writes) {
      if (write.kind !== 'set' || write.key !== SNAPSHOT) continue;
      const snapshot = write.value as Snapshot;
      if (snapshot.slotOut <= state.replica.slotOut) continue;
      context.rules.adoptSnapshot(state, context, snapshot);
    }
  }
  dropBelow(state.acceptor.accepted, state.replica.slotOut);
}

export const durableStateRules = {
  persistBallot,
  persistPValues,
  persistSnapshot,
  trimWrites,
  startFromDisk,
  retire,
  installLastSnapshot,
  isReadable,
  isTornTail,
};
