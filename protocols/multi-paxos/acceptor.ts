/**
 * The acceptor: §2.2, figure "acceptor". It promises ballots and accepts pvalues, each on disk
 * before the answer leaves (§4.3): the write barrier holds the answer back.
 *
 * Deviation: of each slot only the pvalue of the highest ballot is kept (§4.1), and of slots below
 * a snapshot none; a leader that asks for such a slot is behind, and gets the snapshot.
 * Deviation: while it has granted a lease, it answers the scouts of no other leader (Chandra,
 * Griesemer and Redstone, "Paxos Made Live", PODC 2007, on master leases).
 * Deviation: one that found its disk damaged promises and accepts nothing any more.
 */
import type { NodeId } from '../../sim/contract.ts';
import { type Ballot, leaderOf } from './ballot.ts';
import { isMember } from './configurations.ts';
import type { Context } from './context.ts';
import type { Phase1a, Phase1b, Phase2a, Phase2b, PValue } from './messages.ts';
import { endOf, setValue, valueAt } from './slots.ts';
import type { PaxosState } from './state.ts';

/** ⟨p1a, λ, b⟩: promises ballot b, if it is the highest, and tells what was accepted before. */
function onPhase1a(state: PaxosState, context: Context, from: NodeId, message: Phase1a): void {
  const { acceptor } = state;
  const { env, rules } = context;
  if (acceptor.isRetired) return;
  if (rules.isOutdated(state, context, from, message)) {
    rules.answerCatchUp(state, context, from, message.firstSlot);
    return;
  }
  if (rules.isRefusedByLease(state, context, message.ballot)) {
    env.mark('scout-refused-by-lease');
    return;
  }
  if (message.ballot > acceptor.ballot) {
    rules.adoptBallot(state, context, message.ballot);
    rules.persistBallot(state, context);
    env.mark('promised');
    // A candidate gets the time that a leader gets.
    state.leader.hasHeard = true;
  }
  rules.answerPhase1a(context, from, rules.phase1bFor(state, message));
}

/** ⟨p1b, α, ballot_num, accepted⟩, when the promise is on disk. */
function answerPhase1a(context: Context, leader: NodeId, message: Phase1b): void {
  context.env.send(leader, message);
}

/** A node that was removed, and does not know it yet, must not disturb the others. */
function isOutdated(
  state: PaxosState,
  context: Context,
  candidate: NodeId,
  { firstSlot }: Phase1a,
): boolean {
  return firstSlot < state.replica.slotOut && !isMember(state, context, candidate);
}

/** A higher ballot ends whatever this node's own leader was about. */
function adoptBallot(state: PaxosState, context: Context, ballot: Ballot): void {
  state.acceptor.ballot = ballot;
  if (state.leader.ballot < ballot) context.rules.stepDown(state, context);
}

type Question = Pick<Phase1a, 'ballot' | 'firstSlot'>;

function phase1bFor({ acceptor, replica }: PaxosState, question: Question): Phase1b {
  const { ballot, accepted } = acceptor;
  const pvalues: PValue[] = [];
  for (let slot = Math.max(question.firstSlot, accepted.first); slot < endOf(accepted); slot++) {
    const pvalue = valueAt(accepted, slot);
    if (pvalue !== null) pvalues.push(pvalue);
  }
  return {
    type: 'Phase1b',
    ballot,
    inReplyTo: question.ballot,
    accepted: pvalues,
    compactedBelow: accepted.first,
    slotOut: replica.slotOut,
  };
}

/** ⟨p2a, λ, ⟨b, s, c⟩⟩: accepts the pvalue unless a higher ballot was promised. */
function onPhase2a(state: PaxosState, context: Context, from: NodeId, message: Phase2a): void {
  const { acceptor } = state;
  const { env, rules } = context;
  const { pvalue, decidedBelow } = message;
  if (acceptor.isRetired) {
    rules.onFollowed(state, context, pvalue.ballot, decidedBelow);
    return;
  }
  if (rules.mayAccept(state, pvalue)) {
    if (pvalue.slot < acceptor.accepted.first) {
      rules.answerCatchUp(state, context, from, pvalue.slot);
      return;
    }
    if (rules.accept(state, context, pvalue)) rules.persistPValues(context, [pvalue]);
    rules.onFollowed(state, context, pvalue.ballot, decidedBelow);
  } else {
    env.mark('stale-ballot-refused');
  }
  rules.sendPhase2b(context, from, rules.phase2bFor(state, pvalue));
}

function mayAccept({ acceptor }: PaxosState, { ballot }: PValue): boolean {
  return ballot >= acceptor.ballot;
}

/** What is accepted raises the promise: one record says both. False if it had been accepted. */
function accept(state: PaxosState, context: Context, pvalue: PValue): boolean {
  const { acceptor, replica } = state;
  const { rules } = context;
  if (pvalue.ballot > acceptor.ballot) rules.adoptBallot(state, context, pvalue.ballot);
  // Whoever proposes next does so behind what is under way.
  if (pvalue.slot >= replica.slotIn) replica.slotIn = pvalue.slot + 1;
  const known = valueAt(acceptor.accepted, pvalue.slot);
  if (known !== null && known.ballot === pvalue.ballot) return false;
  setValue(acceptor.accepted, pvalue.slot, pvalue);
  acceptor.acceptedCount++;
  acceptor.lastSlot = pvalue.slot;
  return true;
}

/** ⟨p2b, α, ballot_num⟩: a higher one than asked for tells the leader that it is preempted. */
function phase2bFor({ acceptor }: PaxosState, { ballot, slot }: PValue): Phase2b {
  return { type: 'Phase2b', ballot: acceptor.ballot, inReplyTo: ballot, slot };
}

/** When what it says is on disk. */
function sendPhase2b(context: Context, leader: NodeId, message: Phase2b): void {
  context.env.send(leader, message);
}

/** Paxos Made Live: while a lease runs, nobody else may become leader with this acceptor's help. */
function isRefusedByLease(state: PaxosState, context: Context, ballot: Ballot): boolean {
  const { leaseHolder, leaseUntil } = state.acceptor;
  return context.env.now < leaseUntil && leaderOf(ballot) !== leaseHolder;
}

export const acceptorRules = {
  onPhase1a,
  answerPhase1a,
  isOutdated,
  adoptBallot,
  phase1bFor,
  onPhase2a,
  mayAccept,
  accept,
  phase2bFor,
  sendPhase2b,
  isRefusedByLease,
};
