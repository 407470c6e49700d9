/**
 * Log migration (§6): a server that lacks decided entries gets them from any server that has
 * them, several at once, each a part. New members do so before their configuration begins for
 * them; servers that were cut off while it changed, and retired ones, do it as well.
 *
 * What is transferred is decided, so nobody has to vote on it, and it does not matter who leads.
 */
import type { NodeId } from '../../sim/contract.ts';
import { type Ballot, configurationOf, NO_BALLOT } from './ballot.ts';
import type { Context } from './context.ts';
import { cutAt, lengthOf, suffixOf } from './log.ts';
import type { CompleteSnapshot, Entry, MigrationReply, MigrationRequest } from './messages.ts';
import type { OmniState, Segment } from './state.ts';

/** Entries that one reply brings at most: the rest is asked for when they have arrived. */
const SEGMENT_MAX = 500;
/** The wait between two attempts doubles while they lead nowhere. */
export const MIGRATION_BACKOFF_MAX = 4;

/** So many entries are decided somewhere, and these servers may have them. */
function wantDecisions(
  state: OmniState,
  context: Context,
  wanted: number,
  sources: readonly NodeId[],
): void {
  const { migration, paxos } = state;
  if (wanted <= paxos.decidedLength) return;
  const isNew = wanted > migration.wanted;
  if (isNew) {
    migration.wanted = wanted;
    migration.attempts = 0;
  }
  const others = sources.filter((source) => source !== state.id);
  migration.sources = [...new Set([...migration.sources, ...others])];
  if (isNew) context.rules.pullDecisions(state, context);
}

/** Asks each source for another part; what has arrived meanwhile is not asked for again. */
function pullDecisions(state: OmniState, context: Context): void {
  const { migration, paxos } = state;
  const { env, rules } = context;
  if (migration.wanted <= paxos.decidedLength || migration.sources.length === 0) return;
  env.mark('migration-requested');
  const parts = rules.partsOf(paxos.decidedLength, migration.wanted, migration.sources.length);
  for (const [index, { from, to }] of parts.entries()) {
    // Another one is asked for the same part next time.
    const source = migration.sources[(index + migration.attempts) % migration.sources.length]!;
    const request: MigrationRequest = { type: 'MigrationRequest', from, to };
    env.sendUnsynced(source, request);
  }
  migration.attempts++;
  rules.armMigration(state, context);
}

/** One part a source, and no part is longer than a reply may be. */
function partsOf(
  from: number,
  to: number,
  sources: number,
): readonly { readonly from: number; readonly to: number }[] {
  const size = Math.min(SEGMENT_MAX, Math.max(1, Math.ceil((to - from) / sources)));
  const count = Math.min(sources, Math.ceil((to - from) / size));
  return Array.from({ length: count }, (_, index) => {
    const start = from + index * size;
    return { from: start, to: Math.min(to, start + size) };
  });
}

function armMigration({ migration }: OmniState, { env, options }: Context): void {
  if (migration.isArmed) return;
  migration.isArmed = true;
  const patience = 2 ** Math.min(migration.attempts, MIGRATION_BACKOFF_MAX);
  env.setTimer('migration', options.migrationRetry * patience);
}

/** Those that were asked may be down, or have been told of by somebody who was wrong: ask all. */
function onMigrationTimer(state: OmniState, context: Context): void {
  const { migration, id } = state;
  migration.isArmed = false;
  const others = context.nodes.filter((node) => node !== id);
  if (migration.sources.length > 0) migration.sources = others;
  context.rules.pullDecisions(state, context);
}

/** From whoever has decided so much, member or not, retired or not; others tell who leads. */
function onMigrationRequest(
  state: OmniState,
  context: Context,
  from: NodeId,
  message: MigrationRequest,
): void {
  const { paxos } = state;
  const { decidedLength, log } = paxos;
  const to = Math.max(message.from, Math.min(message.to, decidedLength));
  const isKept = message.from >= log.first;
  const reply: MigrationReply = {
    type: 'MigrationReply',
    // Entries, or the state where they are not kept any more.
    snapshot: isKept ? null : context.rules.completeSnapshot(state, context),
    from: message.from,
    entries: isKept ? suffixOf(log, message.from, to) : [],
    decidedLength,
    ballot: paxos.promised,
  };
  context.env.sendUnsynced(from, reply);
}

/** Parts that come before their turn wait for the ones before them. */
function onMigrationReply(
  state: OmniState,
  context: Context,
  from: NodeId,
  message: MigrationReply,
): void {
  const { migration, paxos } = state;
  const { rules } = context;
  const { snapshot, entries, decidedLength } = message;
  rules.learnWhoLeads(state, context, message.ballot);
  if (decidedLength <= paxos.decidedLength) return;
  rules.giveUpBallot(state, context);
  if (snapshot !== null) {
    if (snapshot.length > paxos.decidedLength) rules.installMigrated(state, context, snapshot);
  } else {
    migration.segments.push({ from: message.from, entries, ballot: message.ballot });
  }
  rules.takeSegments(state, context);
  rules.wantDecisions(state, context, decidedLength, [from]);
}

/** Who takes part in no election hears of leaders only so, to send on what it is asked for. */
function learnWhoLeads(state: OmniState, context: Context, ballot: Ballot): void {
  const { election, replica } = state;
  const isPresent = configurationOf(ballot) === replica.configuration.id;
  if (!isPresent || context.rules.takesPart(state) || ballot <= election.leader) return;
  election.leader = ballot;
  context.rules.proposeWaiting(state, context);
}

/**
 * Others have decided what a leader has not: in a higher ballot, perhaps, or after its
 * configuration. What it has sent in its ballot may not be what was decided, so it ends that first.
 */
function giveUpBallot(state: OmniState, context: Context): void {
  const { leader, paxos } = state;
  if (leader.ballot === NO_BALLOT || paxos.phase !== 'accept') return;
  context.rules.stepDown(state, context);
  context.rules.takeOver(state, context);
}

/** In order: what is decided is executed at once. */
function takeSegments(state: OmniState, context: Context): void {
  const { migration, paxos } = state;
  const { env, rules } = context;
  migration.segments.sort((one, other) => one.from - other.from);
  const before = paxos.decidedLength;
  const early: Segment[] = [];
  for (const segment of migration.segments) {
    const skipped = paxos.decidedLength - segment.from;
    if (skipped < 0) early.push(segment);
    if (skipped < 0 || skipped >= segment.entries.length) continue;
    for (const part of partsByConfiguration(segment.entries.slice(skipped))) {
      rules.appendDecided(state, context, part, segment.ballot);
    }
  }
  migration.segments = early.filter(
    ({ from, entries }) => from + entries.length > paxos.decidedLength,
  );
  if (migration.wanted <= paxos.decidedLength) {
    env.mark('migration-completed');
    migration.segments = [];
    migration.sources = [];
  } else if (paxos.decidedLength > before && migration.segments.length === 0) {
    rules.pullDecisions(state, context);
  }
}

/** A configuration's log ends with its stop-sign; what follows is another one's. */
function partsByConfiguration(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const ends = entries.flatMap(({ type }, index) => (type === 'StopSign' ? [index + 1] : []));
  const bounds = [0, ...ends, entries.length];
  return bounds.slice(1).map((end, index) => entries.slice(bounds[index], end));
}

/**
 * Decided entries in place of the own ones, as far as they differ. Entries of this log that follow
 * one which was not decided cannot have been decided either; those that follow one that was stay,
 * for others may count on them.
 */
function appendDecided(
  state: OmniState,
  context: Context,
  entries: readonly Entry[],
  ballot: Ballot,
): void {
  const { paxos } = state;
  const { rules } = context;
  const start = paxos.decidedLength;
  const own = suffixOf(paxos.log, start, start + entries.length);
  const same = own.findIndex((entry, index) => entry !== entries[index]);
  const isOther = same >= 0;
  const from = start + (isOther ? same : own.length);
  if (isOther && !rules.leaveBallot(state, context, ballot)) return;
  if (from < start + entries.length) {
    cutAt(paxos.log, from);
    for (const entry of entries.slice(from - start)) paxos.log.entries.push(entry);
    paxos.acceptedCount += start + entries.length - from;
    rules.persistMigrated(state, context, from);
  }
  rules.decideUpTo(state, context, start + entries.length);
}

/**
 * This log is not that of the ballot in which it was accepted any more, for others have decided
 * another in a higher one: so that one, or a still higher one, has to be promised first. Not
 * everybody who knows what is decided knows of that ballot: then somebody else is to tell.
 */
function leaveBallot(state: OmniState, context: Context, ballot: Ballot): boolean {
  const { paxos } = state;
  const { rules } = context;
  if (paxos.promised > paxos.acceptedRound) return true;
  if (ballot <= paxos.promised) return false;
  rules.promise(state, context, ballot);
  rules.beginAnew(state, context);
  return true;
}

/** The state, where nobody has the entries any more. */
function installMigrated(state: OmniState, context: Context, snapshot: CompleteSnapshot): void {
  const { log } = state.paxos;
  const { rules } = context;
  const isSame = snapshot.replicated.configuration.id === state.replica.configuration.id;
  // Others may count on what this server has accepted, as long as that counts itself.
  const isKept = isSame && lengthOf(log) > snapshot.length;
  const kept = isKept ? suffixOf(log, snapshot.length) : [];
  rules.installSnapshot(state, context, snapshot);
  for (const entry of kept) log.entries.push(entry);
  rules.persistInstalled(state, context);
  // Only then, for the disk may keep the one record without the other.
  const { configuration } = snapshot.replicated;
  if (!isSame) rules.beginConfiguration(state, context, configuration);
}

/** Who takes part in nothing asks around now and then: others may have decided more. */
function lookForDecisions(state: OmniState, context: Context): void {
  const { migration, paxos } = state;
  const { nodes, rules } = context;
  if (migration.wanted > paxos.decidedLength) return;
  const others = nodes.filter((node) => node !== state.id);
  const source = others[migration.asked++ % others.length];
  if (source !== undefined) rules.lookForDecisionsAt(state, context, source);
}

/** Whatever this server has decided more than the asking one. */
function lookForDecisionsAt(state: OmniState, context: Context, source: NodeId): void {
  const from = state.paxos.decidedLength;
  context.env.sendUnsynced(source, { type: 'MigrationRequest', from, to: from + SEGMENT_MAX });
}

export const migrationRules = {
  wantDecisions,
  pullDecisions,
  partsOf,
  armMigration,
  onMigrationTimer,
  onMigrationRequest,
  onMigrationReply,
  learnWhoLeads,
  giveUpBallot,
  takeSegments,
  appendDecided,
  leaveBallot,
  installMigrated,
  lookForDecisions,
  lookForDecisionsAt,
};
