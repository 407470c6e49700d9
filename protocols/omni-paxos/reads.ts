/**
 * Operations that only read, without an entry of their own: by a leader that a quorum has confirmed
 * since the read arrived, or by a leader under its lease. And sequential reads, by any server,
 * which may be old, but never older than what their session has seen.
 *
 * The paper has none of these (it decides every operation). A leader has seen everything that was
 * decided before its ballot once all that it has adopted is decided; until then its reads wait.
 *
 * The lease: a server that has confirmed the leader refuses to promise anybody else for L(1 + ρ) of
 * its own time; the leader counts on it for L(1 - ρ) of its own from the sending of the question.
 * A server that restarts does not know what it has granted, and refuses everybody for as long.
 */
import type { Micros, NodeId } from '../../sim/contract.ts';
import { longestOf, shortestOf } from '../lease-windows.ts';
import { type Ballot, isSomebodys, NO_BALLOT, ownerOf } from './ballot.ts';
import type { Context } from './context.ts';
import type { ConfirmLeader, LeaderConfirmed, Request, SequentialRead } from './messages.ts';
import { membersOf } from './quorums.ts';
import { NEVER, type OmniState, type UnconfirmedRead, type WaitingRead } from './state.ts';

/** Nobody's: refuses every Prepare. */
export const NO_HOLDER: NodeId = -1;

function onRead(state: OmniState, context: Context, request: Request): void {
  const { leader } = state;
  const { env, options, rules } = context;
  recordArrival(state, request);
  if (leader.ballot === NO_BALLOT) {
    const known = rules.followedBallot(state);
    if (!isSomebodys(known) || ownerOf(known) === state.id) return;
    env.mark('read-redirected');
    const { requestNumber } = request;
    env.sendUnsynced(request.clientId, { type: 'Redirect', requestNumber, ballot: known });
  } else if (options.readMode === 'lease' && rules.holdsLease(state, context)) {
    env.mark('read-under-lease');
    rules.readAfter(state, context, request, rules.readPoint(state), leader.ballot);
  } else {
    rules.startReadIndex(state, context, request);
  }
}

/** Whoever asks again has asked before: the first time counts. Copies of earlier reads do not. */
function recordArrival({ reads }: OmniState, { clientId, requestNumber }: Request): void {
  reads.changes++;
  const latest = reads.records[clientId];
  if (latest !== undefined && latest.requestNumber >= requestNumber) return;
  reads.records[clientId] = { requestNumber, round: reads.round, answeredAt: null };
}

function recordAnswer({ reads, paxos }: OmniState, read: WaitingRead): void {
  const record = reads.records[read.clientId];
  if (record === undefined || record.requestNumber !== read.requestNumber) return;
  record.answeredAt = paxos.decidedLength;
  reads.changes++;
}

/** Everything that any client was told of is among so many entries, if this server leads. */
function readPoint({ leader, paxos }: OmniState): number {
  return Math.max(paxos.decidedLength, leader.adoptedLength);
}

/** The round that confirms the leader has to begin after the read has arrived. */
function startReadIndex(state: OmniState, context: Context, request: Request): void {
  const { paxos, reads } = state;
  const { rules } = context;
  if (paxos.phase !== 'accept') return;
  const others = reads.unconfirmed.filter((read) => read.request.clientId !== request.clientId);
  const isUnderWay = others.some(({ round }) => round <= reads.round);
  const decidedLength = rules.readPoint(state);
  reads.unconfirmed = [...others, { request, round: reads.round + 1, decidedLength }];
  if (!isUnderWay) rules.askWhetherLeading(state, context);
}

/** One round; it is part of the resend timer's work, too, where leases have to be renewed. */
function askWhetherLeading(state: OmniState, context: Context): void {
  const { leader, reads } = state;
  const { env, rules } = context;
  reads.round++;
  const message: ConfirmLeader = {
    type: 'ConfirmLeader',
    ballot: leader.ballot,
    round: reads.round,
    sentAt: env.now,
  };
  for (const member of membersOf(state)) {
    // To itself as well: it arrives once the own promise is on disk.
    if (member === state.id) env.send(member, message);
    else env.sendUnsynced(member, message);
  }
  rules.serveConfirmed(state, context);
}

function onConfirmLeader(
  state: OmniState,
  context: Context,
  from: NodeId,
  message: ConfirmLeader,
): void {
  const { rules, env } = context;
  const { ballot, round, sentAt } = message;
  if (!rules.isOfThisConfiguration(state, context, from, ballot)) return;
  if (ballot !== state.paxos.promised) {
    rules.refuseIfStale(state, context, from, ballot);
    return;
  }
  if (!rules.mayGrant(state, context, ballot)) return;
  rules.grantLease(state, context, from);
  const confirmed: LeaderConfirmed = { type: 'LeaderConfirmed', ballot, round, sentAt };
  // No leader counts on a lease before the disk tells the next start that there may be one.
  if (rules.usesLeases(context)) env.send(from, confirmed);
  else env.sendUnsynced(from, confirmed);
}

function onLeaderConfirmed(
  state: OmniState,
  context: Context,
  from: NodeId,
  message: LeaderConfirmed,
): void {
  const { leader, reads } = state;
  const { rules } = context;
  if (message.ballot !== leader.ballot || message.round <= reads.confirmedRounds[from]!) return;
  reads.confirmedRounds[from] = message.round;
  reads.confirmedAt[from] = message.sentAt;
  if (rules.usesLeases(context)) reads.ownLeaseUntil = rules.leaseEnd(state, context);
  rules.serveConfirmed(state, context);
}

function serveConfirmed(state: OmniState, context: Context): void {
  const { leader, reads } = state;
  const { rules } = context;
  if (reads.unconfirmed.length === 0) return;
  const before = reads.unconfirmed;
  const waiting: UnconfirmedRead[] = [];
  for (const read of before) {
    if (!rules.isRoundConfirmed(state, context, read.round)) {
      waiting.push(read);
      continue;
    }
    context.env.mark('read-confirmed');
    rules.readAfter(state, context, read.request, read.decidedLength, leader.ballot);
  }
  reads.unconfirmed = waiting;
  const isNextDue = waiting.length > 0 && waiting.length < before.length;
  if (isNextDue && waiting.every(({ round }) => round > reads.round)) {
    rules.askWhetherLeading(state, context);
  }
}

/** Whoever wants to lead needs a prepare quorum, which meets each accept quorum. */
function isRoundConfirmed(state: OmniState, context: Context, round: number): boolean {
  const { confirmedRounds } = state.reads;
  const count = membersOf(state).filter((member) => confirmedRounds[member]! >= round).length;
  return count >= context.rules.acceptQuorumOf(state, context);
}

/** Answered from what its home knows to be decided, once that is as much as the session's. */
function onSequentialRead(
  state: OmniState,
  context: Context,
  from: NodeId,
  message: SequentialRead,
): void {
  const { operation, requestNumber } = message;
  const request: Request = { type: 'Request', operation, clientId: from, requestNumber };
  const oldest = context.rules.oldestAllowed(message);
  if (oldest > state.paxos.decidedLength) context.env.mark('sequential-read-waits');
  context.rules.readAfter(state, context, request, oldest, NO_BALLOT);
}

function oldestAllowed({ decidedLength }: SequentialRead): number {
  return decidedLength;
}

function readAfter(
  state: OmniState,
  context: Context,
  request: Request,
  decidedLength: number,
  ballot: number,
): void {
  const { reads, paxos } = state;
  const { clientId, requestNumber, operation } = request;
  const read: WaitingRead = { clientId, requestNumber, operation, decidedLength, ballot };
  if (decidedLength <= paxos.decidedLength) {
    context.rules.serveRead(state, context, read);
    return;
  }
  // A client waits for one answer at a time.
  reads.waiting = reads.waiting.filter((other) => other.clientId !== clientId);
  reads.waiting.push(read);
}

function serveWaitingReads(state: OmniState, context: Context): void {
  const { reads, paxos, leader } = state;
  if (reads.waiting.length === 0) return;
  const isReady = (read: WaitingRead): boolean => read.decidedLength <= paxos.decidedLength;
  const ready = reads.waiting.filter(isReady);
  reads.waiting = reads.waiting.filter((read) => !isReady(read));
  for (const read of ready) {
    // Who leads no more does not know what the next leader has decided.
    const isValid = read.ballot === NO_BALLOT || read.ballot === leader.ballot;
    if (isValid) context.rules.serveRead(state, context, read);
  }
}

/** An operation that only reads changes nothing, so it may be applied to the state itself. */
function serveRead(state: OmniState, context: Context, read: WaitingRead): void {
  const { machine, rules } = context;
  recordAnswer(state, read);
  const { clientId, requestNumber, operation } = read;
  rules.sendResponse(context, clientId, {
    type: 'Response',
    requestNumber,
    result: machine.apply(state.replica.app, operation),
    ballot: rules.followedBallot(state),
    decidedLength: state.paxos.decidedLength,
  });
}

function usesLeases({ options }: Context): boolean {
  return options.readMode === 'lease';
}

/**
 * Whoever knows of a higher ballot has no promise for it yet, perhaps because of a lease: to renew
 * that on and on would keep the only server from leading that a quorum can follow.
 */
function mayGrant({ election }: OmniState, context: Context, ballot: Ballot): boolean {
  return !context.rules.usesLeases(context) || election.leader <= ballot;
}

function grantLease(state: OmniState, context: Context, holder: NodeId): void {
  if (!context.rules.usesLeases(context)) return;
  state.reads.leaseHolder = holder;
  state.reads.leaseUntil = context.env.now + context.rules.timeGranted(context);
}

/** How long a server refuses others, by its own clock: it may be as fast as any. */
function timeGranted({ options }: Context): Micros {
  return longestOf(options.leaseDuration, options.driftBound);
}

/** How long the leader may rely on it, by its own clock: it may be as slow as any. */
function timeHeld({ options }: Context): Micros {
  return shortestOf(options.leaseDuration, options.driftBound);
}

/** A server that restarts may have granted a lease a moment ago. */
function refuseAfterRestart(state: OmniState, context: Context): void {
  if (!context.rules.usesLeases(context)) return;
  state.reads.leaseHolder = NO_HOLDER;
  state.reads.leaseUntil = context.env.now + context.rules.timeGranted(context);
}

/** Whether a lease binds this server, which somebody else holds. */
function isRefusedByLease({ reads }: OmniState, { env }: Context, candidate: NodeId): boolean {
  return env.now < reads.leaseUntil && reads.leaseHolder !== candidate;
}

function holdsLease({ leader, paxos, reads }: OmniState, { env }: Context): boolean {
  const isLeading = leader.ballot !== NO_BALLOT && paxos.phase === 'accept';
  return isLeading && env.now < reads.ownLeaseUntil;
}

/** What was confirmed in an earlier ballot does not count in another. */
function forgetConfirmations({ reads }: OmniState): void {
  reads.confirmedAt.fill(NEVER);
  reads.ownLeaseUntil = NEVER;
}

/** As many servers as an accept quorum have been counted on to at least then. */
function leaseEnd(state: OmniState, context: Context): Micros {
  const sent = membersOf(state).map((member) => state.reads.confirmedAt[member]!);
  sent.sort((one, other) => other - one);
  const last = sent[context.rules.acceptQuorumOf(state, context) - 1] ?? NEVER;
  return last === NEVER ? NEVER : last + context.rules.timeHeld(context);
}

export const readRules = {
  onRead,
  readPoint,
  startReadIndex,
  askWhetherLeading,
  onConfirmLeader,
  onLeaderConfirmed,
  serveConfirmed,
  isRoundConfirmed,
  onSequentialRead,
  oldestAllowed,
  readAfter,
  serveWaitingReads,
  serveRead,
  usesLeases,
  mayGrant,
  grantLease,
  timeGranted,
  timeHeld,
  refuseAfterRestart,
  isRefusedByLease,
  holdsLease,
  forgetConfirmations,
  leaseEnd,
};
