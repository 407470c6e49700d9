/**
 * Reads at any server: Terrace & Freedman, USENIX ATC 2009, §2.3 and §2.4.
 *
 * strong      the object is clean here: its version. It is dirty: the version that the tail names.
 * eventual    the newest version that this server knows, dirty or not.
 * bounded     the same, within bounds of time, or of versions.
 *
 * That a clean object is as the tail has it rests on this server being a member of the chain: every
 * write passes through it before it is committed. Who was removed does not know; the paper has its
 * membership from ZooKeeper, and does not say what guards against that.
 *
 * Deviation: so every member answers under a lease of its own, as the chain's tail does, and is
 * not removed before that has run out; or after the master has confirmed the epoch. It is enough
 * to be a member: in an epoch that this server has not heard of, nothing is committed without it.
 * Deviation: what the tail names, it names under its own lease, or confirmed, in the same epoch. In
 * another one the same number may be another write's.
 * Deviation: the paper bounds the time or the versions by which an answer may be ahead of what is
 * committed, and says that one of a partitioned server may be behind, too. Here the bound holds
 * both ways. A server that cannot tell whether it is kept refuses; where too much is dirty for
 * that, it asks the tail, as for a strong read.
 */
import type { NodeId } from '../../sim/contract.ts';
import { isSettled } from '../chain-replication/configuration.ts';
import { isTail, roleOf } from '../chain-replication/context.ts';
import type { Query } from '../chain-replication/messages.ts';
import { NEVER, type WaitingQuery } from '../chain-replication/state.ts';
import { shortestOf } from '../lease-windows.ts';
import type { CraqContext } from './context.ts';
import type { CraqServerState, Version } from './state.ts';
import { isClean, latestClean, versionsOf } from './versions.ts';

/** Any server takes reads, of which the eventual ones need no more than that. */
function onQuery(state: CraqServerState, context: CraqContext, from: NodeId, query: Query): void {
  const { env, rules, machine, chain, base } = context;
  const { level, operation, requestNumber } = query;
  const isRefused = level === 'bounded' && !rules.mayBeBounded(state, context);
  if (!rules.isReady(state) || isRefused) {
    if (isRefused) env.mark('bounded-read-refused');
    chain.rules.redirect(state, chain, from, requestNumber);
    return;
  }
  if (level !== 'eventual') {
    base.onQuery(state, chain, from, query);
    return;
  }
  if (!machine.isReadOnly(operation)) return;
  const newest = rules.newestVersion(state, context, operation);
  rules.answer(state, context, { clientId: from, query, round: 0 }, newest);
}

/** A member that has all that a member has to have (§5.3: one that joins refuses reads). */
function isReady(state: CraqServerState): boolean {
  if (roleOf(state) !== 'member') return false;
  return isSettled(state.configuration, state.id) || state.hasCaughtUp;
}

/** §2.4: the newest version known here, committed or not. */
function newestVersion(
  state: CraqServerState,
  context: CraqContext,
  operation: Query['operation'],
): Version {
  return versionsFor(state, context, operation).at(-1)!;
}

function versionsFor(
  state: CraqServerState,
  context: CraqContext,
  operation: Query['operation'],
): readonly Version[] {
  const { rules, machine } = context;
  return versionsOf(state, machine, rules.objectOf(context, operation));
}

/** The version to answer with, or undefined while there is none that is known to be right. */
function chooseVersion(
  state: CraqServerState,
  context: CraqContext,
  waiting: WaitingQuery,
): Version | undefined {
  const { rules } = context;
  if (waiting.query.level === 'bounded') {
    const versions = versionsFor(state, context, waiting.query.operation);
    const bounded = rules.chooseBounded(state, context, waiting, versions);
    if (bounded !== undefined) return bounded;
  }
  return rules.chooseStrong(state, context, waiting);
}

/** §2.3, item 4. */
function chooseStrong(
  state: CraqServerState,
  context: CraqContext,
  waiting: WaitingQuery,
): Version | undefined {
  const { rules, chain, base } = context;
  const versions = versionsFor(state, context, waiting.query.operation);
  // What the tail has not executed yet, it has not committed.
  if (isTail(state)) {
    return base.isTailFor(state, chain, waiting.round) ? latestClean(versions) : undefined;
  }
  const named = rules.namedVersion(state, waiting);
  if (named !== null) return rules.versionNamed(versions, named);
  return isClean(versions) && rules.isMemberFor(state, context, waiting)
    ? versions.at(-1)
    : undefined;
}

/** Whether this server was a member of the chain after the read had come. */
function isMemberFor(
  state: CraqServerState,
  { chain, options }: CraqContext,
  { round }: Pick<WaitingQuery, 'round'>,
): boolean {
  return options.isLeased ? chain.rules.holdsLease(state, chain) : state.confirmedRound >= round;
}

/** §2.4, the third model; undefined where only the tail can tell. */
function chooseBounded(
  state: CraqServerState,
  context: CraqContext,
  waiting: WaitingQuery,
  versions: readonly Version[],
): Version | undefined {
  const { rules, options } = context;
  const { by, most } = options.staleness;
  const dirty = versions.length - 1 - versions.findLastIndex((version) => version.isClean);
  if (by === 'time') {
    const isInTime = dirty === 0 || rules.isYoung(context, versions.at(-dirty));
    return isInTime && rules.isMemberLately(state, context) ? versions.at(-1) : undefined;
  }
  // Any of the dirty ones may be the tail's latest: the one to answer is near to all of them.
  if (dirty > 2 * most || !rules.isMemberFor(state, context, waiting)) return undefined;
  return versions[versions.length - 1 - Math.max(0, dirty - most)];
}

/** Whether it has been dirty for no longer than the bound, by the own clock (§2.4). */
function isYoung({ env, options }: CraqContext, oldest: Version | undefined): boolean {
  const { staleness, driftBound } = options;
  return oldest !== undefined && env.now - oldest.since <= shortestOf(staleness.most, driftBound);
}

/** Whether it was a member so late that it has all that was committed before the bound. */
function isMemberLately({ memberAt }: CraqServerState, { env, options }: CraqContext): boolean {
  const { staleness, driftBound } = options;
  return memberAt !== NEVER && env.now - memberAt <= shortestOf(staleness.most, driftBound);
}

/** Under leases a server that has had none for so long has to wait for the master, too. */
function mayBeBounded(state: CraqServerState, context: CraqContext): boolean {
  const { options, rules, chain } = context;
  if (!options.isLeased) return true;
  return options.staleness.by === 'time'
    ? rules.isMemberLately(state, context)
    : chain.rules.holdsLease(state, chain);
}

/** To whoever asked, from the version alone; a dirty one is none that the session may rely on. */
function answer(
  state: CraqServerState,
  context: CraqContext,
  waiting: WaitingQuery,
  version: Version,
): void {
  const { env, machine, rules } = context;
  const { clientId, query } = waiting;
  const { operation, requestNumber } = query;
  const result = machine.apply(version.app, operation);
  env.mark(markOf(state, context, query));
  if (version.number > (rules.namedVersion(state, waiting) ?? Infinity)) env.mark('version-gone');
  rules.recordAnswer(state, clientId, query, version);
  const isStrong = query.level === undefined;
  const sequence = version.isClean || isStrong ? version.number : 0;
  env.sendUnsynced(clientId, { type: 'Reply', requestNumber, result, sequence });
}

function markOf(state: CraqServerState, context: CraqContext, { level, operation }: Query): string {
  if (level === 'eventual' || level === 'bounded') return `${level}-read-served`;
  if (isTail(state)) return 'tail-read-served';
  const isObjectClean = isClean(versionsFor(state, context, operation));
  return isObjectClean ? 'clean-read-served' : 'dirty-read-served';
}

/** For who watches. */
function recordArrival(
  state: CraqServerState,
  context: CraqContext,
  client: NodeId,
  { requestNumber, level, operation }: Query,
): void {
  const latest = state.queryRecords[client];
  if (latest !== undefined && latest.requestNumber >= requestNumber) return;
  const { round } = state;
  const object = context.rules.objectOf(context, operation);
  const record = { requestNumber, round, answeredAt: null, object };
  state.queryChanges++;
  state.queryRecords[client] = level === undefined ? record : Object.assign(record, { level });
}

function recordAnswer(
  state: CraqServerState,
  client: NodeId,
  { requestNumber }: Query,
  { number }: Version,
): void {
  state.queryChanges++;
  const record = state.queryRecords[client];
  if (record?.requestNumber === requestNumber) record.answeredAt = number;
}

/** Until its lease ends it is a member for certain, and it was when it asked what was confirmed. */
function noteMembership(state: CraqServerState): void {
  const { leaseUntil, confirmedRound, round, roundAskedAt } = state;
  const confirmed = confirmedRound === round ? roundAskedAt : NEVER;
  state.memberAt = Math.max(state.memberAt, leaseUntil, confirmed);
}

export const readRules = {
  onQuery,
  isReady,
  newestVersion,
  chooseVersion,
  chooseStrong,
  isMemberFor,
  chooseBounded,
  isYoung,
  isMemberLately,
  mayBeBounded,
  answer,
  recordArrival,
  recordAnswer,
  noteMembership,
};
