/**
 * What a server keeps on disk (§4): what it has promised, the log with the round in which it
 * was adopted, and snapshots. Each is written before any message that depends on it may leave: the
 * write barrier holds that back. How much is decided is written lazily, for it can be learned
 * again; but not when a configuration begins: whoever takes part in one has to know it.
 *
 * A server in memory mode keeps nothing but the fact that it has started. When it starts again it
 * does not know what it has promised, and a promise that is forgotten is a promise broken: it
 * *retires*, and so does one that finds its disk damaged. A retired server votes no more, and goes
 * on as one that learns what others decide.
 */
import type { Durable, DurableRecord, Write } from '../../sim/contract.ts';
import { isReadable, isTornTail, readJournal, tornMarker } from '../journal.ts';
import type { Ballot } from './ballot.ts';
import type { Context } from './context.ts';
import { cutAt, dropBefore, lengthOf, restartAt, suffixOf } from './log.ts';
import type { CompleteSnapshot, Configuration, Entry, StopSign } from './messages.ts';
import { enterConfiguration, type OmniState } from './state.ts';

const LOG = 'log';
const PROMISED = 'promised';
const ACCEPTED_ROUND = 'acceptedRound';
const DECIDED = 'decided';
const SNAPSHOT = 'snapshot';
/** The configuration that this server takes part in, or the latest one it knows. */
const CONFIGURATION = 'configuration';
/** The log goes on from this position; what it held before is void. */
const RESTARTED = 'restarted';
/** It has started before, and kept nothing since; or it has retired. The value says nothing. */
const RETIRED = 'retired';
const WISH = 'wish';

function set(key: string, value: unknown): Write {
  return { kind: 'set', key, value };
}

function appendOf(entry: Entry): Write {
  return { kind: 'append', log: LOG, entry };
}

function persist({ env, options }: Context, ...writes: readonly Write[]): void {
  if (options.isDurable) env.persist(...writes);
}

function persistPromise({ paxos }: OmniState, context: Context): void {
  context.rules.persist(context, set(PROMISED, paxos.promised));
}

function persistEntries(context: Context, entries: readonly Entry[]): void {
  context.rules.persist(context, ...entries.map(appendOf));
}

/** The log from `from` on, and whose it is now: in one record, for neither is true alone. */
function persistAdopted(
  state: OmniState,
  context: Context,
  from: number,
  isInstalled: boolean,
): void {
  const { paxos } = state;
  const { rules } = context;
  rules.persist(
    context,
    ...(isInstalled ? rules.snapshotWrites(state) : []),
    { kind: 'truncate', log: LOG, end: from },
    ...suffixOf(paxos.log, from).map(appendOf),
    set(ACCEPTED_ROUND, paxos.acceptedRound),
    set(DECIDED, paxos.decidedLength),
  );
}

/**
 * Decided entries that differ from what was there; and that they are, for they need not be those of
 * the ballot in which the log was adopted.
 */
function persistMigrated({ paxos }: OmniState, context: Context, from: number): void {
  context.rules.persist(
    context,
    { kind: 'truncate', log: LOG, end: from },
    ...suffixOf(paxos.log, from).map(appendOf),
    set(DECIDED, lengthOf(paxos.log)),
  );
}

/** The state of others, and what of the log goes on from it. */
function persistInstalled(state: OmniState, context: Context): void {
  const { paxos } = state;
  context.rules.persist(
    context,
    ...context.rules.snapshotWrites(state),
    ...suffixOf(paxos.log, paxos.log.first).map(appendOf),
    set(DECIDED, paxos.decidedLength),
  );
}

/** A snapshot of others, and the log that goes on from it. */
function snapshotWrites({ replica, paxos }: OmniState): readonly Write[] {
  return [set(SNAPSHOT, replica.snapshot), set(RESTARTED, paxos.log.first)];
}

/** Lazily: with what is written next. */
function persistDecided(_state: OmniState, _context: Context): void {
  return;
}

/** The own snapshot, with what it replaces, in one record. */
function persistSnapshot(state: OmniState, context: Context): void {
  const { rules } = context;
  rules.persist(context, ...rules.ownSnapshotWrites(state), ...rules.trimWrites(state));
}

function ownSnapshotWrites({ replica, paxos }: OmniState): readonly Write[] {
  return [set(SNAPSHOT, replica.snapshot), set(DECIDED, paxos.decidedLength)];
}

function trimWrites({ paxos }: OmniState): readonly Write[] {
  return [{ kind: 'trim', log: LOG, first: paxos.log.first }];
}

/** What an operator has asked for survives the crash of who was asked. */
function persistWish({ replica }: OmniState, context: Context): void {
  context.rules.persist(context, set(WISH, replica.wish));
}

/** Before anything is promised in it. */
function persistConfiguration({ replica, paxos }: OmniState, context: Context): void {
  context.rules.persist(
    context,
    { kind: 'truncate', log: LOG, end: replica.configuration.from },
    set(CONFIGURATION, replica.configuration),
    set(DECIDED, paxos.decidedLength),
  );
}

/** Boot and restart are the same door: the disk tells which of the two this is. */
function startFromDisk(state: OmniState, context: Context, durable: Durable): void {
  const { env, options, rules } = context;
  const { records } = durable;
  if (records.length === 0) {
    // The next start has to know that it is a restart.
    env.persist(options.isDurable ? set(PROMISED, state.paxos.promised) : set(RETIRED, true));
    return;
  }
  const journal = readJournal(records, rules);
  const initial = state.replica.configuration;
  const decided = readRecords(state, journal.records);
  if (journal.isDamaged || !options.isDurable) state.paxos.isRetired = true;
  if (state.paxos.isRetired) {
    rules.retire(state, context, records, initial);
    return;
  }
  if (journal.tornCount > 0) {
    env.mark('torn-record-dropped');
    env.persist(tornMarker(journal.tornCount));
  }
  env.mark('restarted-from-disk');
  rules.refuseAfterRestart(state, context);
  rules.replay(state, context, decided);
}

/** From here on the disk says so, even if what was damaged can be read by then. */
function retire(
  state: OmniState,
  context: Context,
  records: readonly DurableRecord[],
  initial: Configuration,
): void {
  const { paxos, replica } = state;
  context.env.mark('server-retired');
  context.env.persist(set(RETIRED, true));
  const latest = latestSnapshot(records);
  restartAt(paxos.log, 0);
  replica.snapshot = null;
  replica.configuration = initial;
  if (latest !== null) context.rules.recall(state, context, latest);
}

/** What is known to be decided is executed again, from the snapshot on. */
function replay(state: OmniState, context: Context, decided: number): void {
  const { paxos, replica } = state;
  const { rules } = context;
  if (replica.snapshot !== null) rules.recall(state, context, replica.snapshot);
  const end = Math.min(Math.max(decided, replica.configuration.from), lengthOf(paxos.log));
  while (paxos.decidedLength < end) {
    const entry = rules.executeNext(state, context);
    const isNew = paxos.decidedLength > replica.configuration.from;
    if (entry.type === 'StopSign' && isNew) replica.configuration = rules.nextOf(state, entry);
  }
  enterConfiguration(state, replica.configuration);
  rules.recover(state, context);
}

/** The state as a snapshot on the own disk has it; the log goes on from there, or from before. */
function recall(state: OmniState, context: Context, snapshot: CompleteSnapshot): void {
  const { paxos, replica } = state;
  replica.snapshot = snapshot;
  replica.app = context.machine.clone(snapshot.app);
  paxos.decidedLength = snapshot.length;
  if (paxos.log.first + paxos.log.entries.length < snapshot.length) {
    restartAt(paxos.log, snapshot.length);
  }
  context.rules.takeReplicated(state, snapshot.replicated);
  // Which of the two is on the disk that says so depends on when the crash came.
  const { configuration } = snapshot.replicated;
  if (configuration.id > replica.configuration.id) replica.configuration = configuration;
}

/** Every snapshot that can be read is true, whatever is damaged around it. */
function latestSnapshot(records: readonly DurableRecord[]): CompleteSnapshot | null {
  let latest: CompleteSnapshot | null = null;
  for (const { intact, writes } of records) {
    for (const write of intact ? writes : []) {
      if (write.kind !== 'set' || write.key !== SNAPSHOT) continue;
      const snapshot = write.value as CompleteSnapshot;
      if (latest === null || snapshot.length > latest.length) latest = snapshot;
    }
  }
  return latest;
}

/** Returns how much was known to be decided. */
function readRecords(state: OmniState, records: readonly DurableRecord[]): number {
  let decided = 0;
  for (const { writes } of records) {
    for (const write of writes) {
      if (write.kind === 'set' && write.key === DECIDED) decided = write.value as number;
      else applyWrite(state, write);
    }
  }
  return decided;
}

/** The disk returns what this file wrote under these names. */
function applyWrite(state: OmniState, write: Write): void {
  const { paxos, replica } = state;
  switch (write.kind) {
    case 'append':
      paxos.log.entries.push(write.entry as Entry);
      break;
    case 'truncate':
      cutAt(paxos.log, write.end);
      break;
    case 'trim':
      dropBefore(paxos.log, write.first);
      break;
    case 'set':
      if (write.key === PROMISED) paxos.promised = write.value as Ballot;
      if (write.key === ACCEPTED_ROUND) paxos.acceptedRound = write.value as Ballot;
      if (write.key === RESTARTED) restartAt(paxos.log, write.value as number);
      if (write.key === RETIRED) paxos.isRetired = true;
      if (write.key === WISH) replica.wish = write.value as StopSign | null;
      if (write.key === CONFIGURATION) replica.configuration = write.value as Configuration;
      if (write.key === SNAPSHOT) replica.snapshot = write.value as CompleteSnapshot;
      break;
    default:
      write satisfies never;
  }
}
export const durableStateRules = {
  persist,
  persistPromise,
  persistEntries,
  persistAdopted,
  persistMigrated,
  persistInstalled,
  snapshotWrites,
  persistDecided,
  persistSnapshot,
  ownSnapshotWrites,
  trimWrites,
  persistConfiguration,
  persistWish,
  startFromDisk,
  retire,
  replay,
  recall,
  isReadable,
  isTornTail,
};
