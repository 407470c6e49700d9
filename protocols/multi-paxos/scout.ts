/**
 * Becoming leader: the scout and what the leader does when it is adopted or preempted (§2.4).
 *
 * Deviation: a scout asks for pvalues from the first slot that its node has not performed (§4.1),
 * and waits for a quorum of every configuration that open slots have.
 * Deviation: slots below the highest adopted one that nobody has accepted anything in are filled
 * with no-ops. In the paper some replica still has a proposal for each of them; here messages and
 * replicas are lost, and a hole would stop everything behind it.
 */
import type { NodeId } from '../../sim/contract.ts';
import { type Ballot, ballotAfter } from './ballot.ts';
import { isQuorumInForce, membersInForce } from './configurations.ts';
import type { Context } from './context.ts';
import type { NoOp, Phase1b, PValue } from './messages.ts';
import { dropBelow, endOf, noSlots, setValue, valueAt } from './slots.ts';
import { filled, NEVER, type PaxosState } from './state.ts';

export const NO_OP: NoOp = { type: 'NoOp' };

/** Sends a scout with a ballot above all that this node has ever seen. */
function seekElection(state: PaxosState, context: Context): void {
  const { leader, acceptor, replica } = state;
  const { env, rules } = context;
  env.mark('scout-sent');
  rules.stepDown(state, context);
  leader.ballot = rules.nextBallot(state);
  leader.scout = { firstSlot: replica.slotOut, promises: filled(context.nodes.length, null) };
  // Its own acceptor first: no p1a leaves before this node can never use the ballot again.
  acceptor.ballot = leader.ballot;
  rules.persistBallot(state, context);
  rules.sendPhase1a(state, context);
  env.setTimer('phase1Resend', context.options.phase1Resend);
}

/** Promised, used, or met in an answer, durable or not: the new one is of a later round. */
function nextBallot({ id, acceptor, leader }: PaxosState): Ballot {
  return ballotAfter(Math.max(acceptor.ballot, leader.ballot, leader.preemptedBy), id);
}

/** To those that have not answered yet; its own acceptor answers when its promise is on disk. */
function sendPhase1a(state: PaxosState, context: Context): void {
  const { leader } = state;
  const { env, rules } = context;
  const { ballot } = leader;
  const { firstSlot, promises } = leader.scout!;
  for (const member of membersInForce(state, context)) {
    if (promises[member] !== null) continue;
    if (member === state.id) {
      rules.answerPhase1a(context, member, rules.phase1bFor(state, { ballot, firstSlot }));
    } else {
      env.send(member, { type: 'Phase1a', ballot, firstSlot });
    }
  }
}

function onPhase1ResendTimer(state: PaxosState, context: Context): void {
  if (state.leader.scout === null) return;
  context.rules.sendPhase1a(state, context);
  context.env.setTimer('phase1Resend', context.options.phase1Resend);
}

/** ⟨p1b, α, b, r⟩: one more acceptor follows, or a higher ballot has preempted this one. */
function onPhase1b(state: PaxosState, context: Context, from: NodeId, message: Phase1b): void {
  const { leader } = state;
  const { env, rules } = context;
  if (message.ballot > leader.ballot) {
    rules.onPreempted(state, context, message.ballot);
    return;
  }
  if (leader.scout === null || message.inReplyTo !== leader.ballot) {
    env.mark('stale-message-dropped');
    return;
  }
  const { promises } = leader.scout;
  promises[from] = message;
  const hasPromised = (member: NodeId): boolean => promises[member] !== null;
  if (isQuorumInForce(state, context, rules.phase1QuorumOf, hasPromised)) {
    rules.onAdopted(state, context);
  }
}

/**
 * ⟨adopted, b, pvalues⟩: proposals ◁ pmax(pvalues), a commander for each, and the leader is active.
 */
function onAdopted(state: PaxosState, context: Context): void {
  const { leader, replica } = state;
  const { env, rules } = context;
  const answers = leader.scout!.promises;
  const promises = answers.filter((answer) => answer !== null);
  env.mark('leader-elected');
  leader.scout = null;
  env.cancelTimer('phase1Resend');
  leader.isActive = true;
  leader.hasHeard = true;
  leader.followed = leader.ballot;
  leader.fruitlessElections = 0;
  const open = Math.max(replica.slotOut, ...promises.map(({ compactedBelow }) => compactedBelow));
  const performed = Math.max(...promises.map(({ slotOut }) => slotOut));
  replica.decidedBelow = Math.max(replica.decidedBelow, performed);
  dropBelow(leader.proposals, open);
  dropBelow(leader.commanders, open);
  for (const { slot, command } of rules.highestPValues(promises)) {
    setValue(leader.proposals, slot, command);
  }
  leader.completeUpTo = Math.max(rules.lastToComplete(state), endOf(leader.proposals) - 1);
  leader.readsFrom = leader.completeUpTo + 1;
  leader.nextAdopted = open;
  rules.proposeAdopted(state, context);
  rules.sendHeartbeats(state, context);
  rules.proposeAgain(state, context);
  if (performed > replica.slotOut) {
    const source = answers.findIndex((answer) => answer?.slotOut === performed);
    rules.catchUpWith(state, context, source);
  }
}

/** A configuration that is to come does so without anybody's requests, too: all before it is. */
function lastToComplete({ replica }: PaxosState): number {
  return replica.configurations.at(-1)!.first - 1;
}

/** pmax: of each slot the pvalue of the highest ballot, among all that the quorum has accepted. */
function highestPValues(promises: readonly Phase1b[]): readonly PValue[] {
  const highest = new Map<number, PValue>();
  for (const { accepted } of promises) {
    for (const pvalue of accepted) {
      const known = highest.get(pvalue.slot);
      if (known === undefined || pvalue.ballot > known.ballot) highest.set(pvalue.slot, pvalue);
    }
  }
  return [...highest.values()].sort((one, other) => one.slot - other.slot);
}

/** Commanders for what was adopted, as far as the window is open; no-ops where there is nothing. */
function proposeAdopted(state: PaxosState, context: Context): void {
  const { leader, replica } = state;
  const { rules } = context;
  if (!leader.isActive) return;
  const end = Math.min(leader.completeUpTo + 1, replica.slotOut + context.options.window);
  // Below the first slot of its proposals all is decided and compacted, whatever it was.
  leader.nextAdopted = Math.max(leader.nextAdopted, replica.slotOut, leader.proposals.first);
  const pvalues: PValue[] = [];
  for (; leader.nextAdopted < end; leader.nextAdopted++) {
    const slot = leader.nextAdopted;
    if (valueAt(replica.decisions, slot) !== null) continue;
    const command = valueAt(leader.proposals, slot) ?? rules.fillerOf(context, slot);
    if (command === null) continue;
    if (valueAt(leader.commanders, slot) !== null) continue;
    setValue(leader.proposals, slot, command);
    pvalues.push(rules.spawnCommander(state, context, slot, command, state.id));
  }
  if (pvalues.length > 0) rules.acceptOwn(state, context, pvalues);
}

/** What goes into a slot that nobody has a command for. */
function fillerOf(context: Context, _slot: number): NoOp | null {
  context.env.mark('gap-filled');
  return NO_OP;
}

/** ⟨preempted, b⟩: another leader's ballot is higher. Let it lead, as long as it is heard (§3). */
function onPreempted(state: PaxosState, context: Context, ballot: Ballot): void {
  const { leader } = state;
  leader.preemptedBy = Math.max(leader.preemptedBy, ballot);
  if (!leader.isActive && leader.scout === null) return;
  context.env.mark('preempted');
  leader.hasHeard = true;
  context.rules.stepDown(state, context);
}

/** What this leader was about is over; the replicas keep their proposals. */
function stepDown(state: PaxosState, context: Context): void {
  const { leader } = state;
  if (!leader.isActive && leader.scout === null) return;
  if (leader.isActive) context.env.mark('stepped-down');
  leader.isActive = false;
  leader.scout = null;
  leader.proposals = noSlots(state.replica.slotOut);
  leader.commanders = noSlots(state.replica.slotOut);
  leader.confirmedRounds.fill(NEVER);
  leader.confirmedAt.fill(NEVER);
  leader.leaseUntil = NEVER;
  leader.readIndexReads = [];
}

export const scoutRules = {
  seekElection,
  nextBallot,
  sendPhase1a,
  onPhase1ResendTimer,
  onPhase1b,
  onAdopted,
  lastToComplete,
  highestPValues,
  proposeAdopted,
  fillerOf,
  onPreempted,
  stepDown,
};
