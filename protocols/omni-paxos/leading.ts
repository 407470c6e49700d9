/**
 * Sequence Paxos, the leader: the prepare phase (§4), in which it adopts the most up-to-date
 * log of a quorum and brings all that have promised up to that, whatever they had.
 *
 * Deviation: a follower may have to begin anew at any time (PrepareRequest), because links lose
 * messages; so each Prepare counts which attempt at this follower it is, and only the Promise that
 * answers the latest one counts. In the paper a link that loses anything is a session that ends.
 */
import type { NodeId } from '../../sim/contract.ts';
import { type Ballot, NO_BALLOT } from './ballot.ts';
import type { Context } from './context.ts';
import { isSealed, lengthOf, suffixOf } from './log.ts';
import type {
  AcceptSync,
  Entry,
  NotAccepted,
  Prepare,
  PrepareRequest,
  PromiseMessage,
} from './messages.ts';
import { isMember, membersOf } from './quorums.ts';
import { clearLeadership, type OmniState } from './state.ts';

/** ⟨Leader, s, n⟩ (§4): promises its own ballot, and asks all others for theirs. */
function lead(state: OmniState, context: Context, ballot: Ballot): void {
  const { paxos } = state;
  const { env, rules, nodes, options } = context;
  env.mark('leader-elected');
  clearLeadership(state, ballot, nodes.length);
  rules.forgetConfirmations(state);
  rules.promise(state, context, ballot);
  paxos.phase = 'prepare';
  for (const member of membersOf(state)) rules.sendPrepare(state, context, member);
  env.setTimer('resend', options.resendInterval);
}

/** To itself it sends what it would answer: that arrives once its own promise is on disk. */
function sendPrepare(state: OmniState, context: Context, follower: NodeId): void {
  const { leader, paxos } = state;
  const { env, rules } = context;
  const attempt = leader.attempts[follower]! + 1;
  leader.attempts[follower] = attempt;
  leader.promises[follower] = null;
  const { ballot } = leader;
  if (follower === state.id) {
    rules.answerPrepare(context, follower, rules.promiseFor(state, ballot, attempt, null));
    return;
  }
  const prepare: Prepare = {
    type: 'Prepare',
    ballot,
    attempt,
    occasion: leader.occasions[follower]!,
    acceptedRound: paxos.acceptedRound,
    acceptedLength: lengthOf(paxos.log),
    decidedLength: paxos.decidedLength,
  };
  env.send(follower, prepare);
}

/** A follower that has missed something, or has restarted. */
function onPrepareRequest(
  state: OmniState,
  context: Context,
  from: NodeId,
  message: PrepareRequest,
): void {
  const { leader, replica } = state;
  const { rules } = context;
  if (message.configuration !== replica.configuration.id) {
    rules.onOtherConfiguration(state, context, from, message.configuration);
  } else if (leader.ballot !== NO_BALLOT && isMember(state, from)) {
    rules.prepareAnew(state, context, from, message.occasion);
  }
}

/** Once an occasion: what is asked for again is repeated until it is answered. */
function prepareAnew(state: OmniState, context: Context, follower: NodeId, occasion: number): void {
  const { leader } = state;
  const { env, rules } = context;
  if (leader.occasions[follower] === occasion) {
    if (leader.promises[follower] === null) rules.repeatPrepare(state, context, follower);
    return;
  }
  env.mark('follower-begins-anew');
  leader.occasions[follower] = occasion;
  rules.sendPrepare(state, context, follower);
}

/** ⟨Promise, …⟩ (§4): P1, the quorum is complete, or P2, somebody who is late. */
function onPromise(
  state: OmniState,
  context: Context,
  from: NodeId,
  message: PromiseMessage,
): void {
  const { leader, paxos } = state;
  const { rules } = context;
  const isAwaited =
    message.ballot === leader.ballot &&
    message.attempt === leader.attempts[from] &&
    leader.promises[from] === null;
  if (!isAwaited) {
    context.env.mark('stale-message-dropped');
    return;
  }
  if (paxos.phase === 'accept') {
    // The session begins with the whole log: nothing of it may be in a batch that is yet to go.
    rules.sendBatch(state, context);
    leader.promises[from] = message;
    rules.sendAcceptSync(state, context, from);
    return;
  }
  leader.promises[from] = message;
  const promises = rules.promisesOf(state);
  const quorum = rules.prepareQuorumOf(state, context);
  if (promises.length === quorum - 1) context.env.mark('one-promise-short');
  if (promises.length >= quorum) rules.adoptBest(state, context, promises);
}

/** One of each member, at most. */
function promisesOf(state: OmniState): readonly PromiseMessage[] {
  return membersOf(state).flatMap((member) => state.leader.promises[member] ?? []);
}

/** P1: the log of the highest round, and of these the longest, has all that was ever decided. */
function adoptBest(state: OmniState, context: Context, promises: readonly PromiseMessage[]): void {
  const { leader, paxos } = state;
  const { env, rules } = context;
  const best = rules.mostUpToDate(promises);
  if (best.sync !== null && !rules.mayAdopt(state, best.sync)) {
    // It has learned decisions since it asked: whoever answers now knows what it lacks.
    for (const member of membersOf(state)) rules.sendPrepare(state, context, member);
    return;
  }
  leader.adoptedRound = best.acceptedRound;
  const decided = promises.reduce((most, { decidedLength }) => Math.max(most, decidedLength), 0);
  rules.adoptLog(state, context, best.sync, leader.ballot);
  leader.adoptedLength = lengthOf(paxos.log);
  paxos.phase = 'accept';
  env.mark('log-adopted');
  leader.sentLength = leader.adoptedLength;
  rules.noteProposed(state, suffixOf(paxos.log, paxos.decidedLength));
  for (const member of membersOf(state)) {
    if (member !== state.id && leader.promises[member] !== null) {
      rules.sendAcceptSync(state, context, member);
    }
  }
  rules.acceptOwn(state, context);
  rules.decideUpTo(state, context, decided);
  rules.proposeWaiting(state, context);
}

/** So that what clients ask for again is not proposed again. */
function noteProposed({ leader }: OmniState, entries: readonly Entry[]): void {
  for (const entry of entries) {
    if (entry.type === 'Request') leader.proposed[entry.clientId] = entry.requestNumber;
  }
}

/** GetMaxPromise: of the highest accepted round, then the longest. */
function mostUpToDate(promises: readonly PromiseMessage[]): PromiseMessage {
  return promises.reduce((best, promise) => {
    const { acceptedRound, acceptedLength } = promise;
    const isBetter =
      acceptedRound > best.acceptedRound ||
      (acceptedRound === best.acceptedRound && acceptedLength > best.acceptedLength);
    return isBetter ? promise : best;
  });
}

/** A session begins: the follower's log becomes the leader's. */
function sendAcceptSync(state: OmniState, context: Context, follower: NodeId): void {
  const { leader, paxos } = state;
  const { env, rules } = context;
  const promise = leader.promises[follower];
  if (promise === null || promise === undefined) return;
  leader.numbers[follower] = 0;
  const from = rules.syncedLength(state, promise);
  const message: AcceptSync = {
    type: 'AcceptSync',
    ballot: leader.ballot,
    session: leader.attempts[follower]!,
    sync: rules.syncFrom(state, context, from, promise.decidedLength),
    decidedLength: paxos.decidedLength,
  };
  env.send(follower, message);
}

/**
 * How much of the follower's log is the leader's for certain: what it has accepted in this very
 * ballot; what it had accepted in the round that was adopted, as far as that was adopted; of any
 * other round, only what it knew to be decided.
 */
function syncedLength({ leader, paxos }: OmniState, promise: PromiseMessage): number {
  const { acceptedRound, acceptedLength, decidedLength } = promise;
  if (acceptedRound === leader.ballot) return Math.min(acceptedLength, lengthOf(paxos.log));
  if (acceptedRound !== leader.adoptedRound) return decidedLength;
  return Math.min(acceptedLength, leader.adoptedLength);
}

/** Somebody has promised a higher ballot: BLE hears of it sooner or later; work ends at once. */
function onNotAccepted(state: OmniState, context: Context, message: NotAccepted): void {
  const { leader } = state;
  if (leader.ballot === NO_BALLOT || message.ballot <= leader.ballot) return;
  context.rules.stepDown(state, context);
  if (message.ballot > state.election.leader) state.election.leader = message.ballot;
}

/** Another ballot was promised, or the configuration is over. */
function stepDown(state: OmniState, context: Context): void {
  const { leader, paxos, reads } = state;
  if (leader.ballot === NO_BALLOT) return;
  context.env.mark('stepped-down');
  clearLeadership(state, NO_BALLOT, context.nodes.length);
  reads.unconfirmed = [];
  if (paxos.phase === 'accept' || paxos.phase === 'prepare') paxos.phase = 'none';
}

/** What a leader repeats: Prepare to whom it lacks, and to the others how far they should be. */
function onResendTimer(state: OmniState, context: Context): void {
  const { leader, paxos, reads } = state;
  const { env, rules, options } = context;
  if (leader.ballot === NO_BALLOT) return;
  for (const member of membersOf(state)) {
    if (member === state.id) continue;
    if (leader.promises[member] === null) rules.repeatPrepare(state, context, member);
    else if (paxos.phase === 'accept') {
      rules.sendDecide(state, context, member, paxos.decidedLength);
    }
  }
  const isAsking = reads.unconfirmed.length > 0 || rules.usesLeases(context);
  if (isAsking && paxos.phase === 'accept') rules.askWhetherLeading(state, context);
  env.setTimer('resend', options.resendInterval);
}

/** The same attempt: the answer to the one before may be on its way. */
function repeatPrepare(state: OmniState, context: Context, follower: NodeId): void {
  const { leader } = state;
  leader.attempts[follower] = leader.attempts[follower]! - 1;
  context.rules.sendPrepare(state, context, follower);
}

/** Whether entries may follow: the configuration goes on, and this leader knows its log. */
function mayAppend({ paxos, replica }: OmniState): boolean {
  return paxos.phase === 'accept' && !isSealed(paxos.log, replica.configuration.from);
}

export const leadingRules = {
  lead,
  sendPrepare,
  onPrepareRequest,
  prepareAnew,
  onPromise,
  promisesOf,
  adoptBest,
  noteProposed,
  mostUpToDate,
  sendAcceptSync,
  syncedLength,
  onNotAccepted,
  stepDown,
  onResendTimer,
  repeatPrepare,
  mayAppend,
};
