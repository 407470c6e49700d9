/**
 * The leader's second phase: proposals of replicas, and a commander for each (§2.3, §2.4).
 *
 * Deviation: a leader takes proposals only while it leads or sends scouts; a replica proposes again
 * when it hears of another leader. So what a passive leader keeps cannot grow.
 * Deviation: a decision goes to every member, or, if commits are piggybacked, only to the replica
 * that has proposed; the others learn of it from what the leader sends next.
 */
import type { NodeId } from '../../sim/contract.ts';
import { configurationAt, membersInForce } from './configurations.ts';
import type { Context } from './context.ts';
import type { Command, Phase2a, Phase2b, PValue } from './messages.ts';
import { endOf, setValue, valueAt } from './slots.ts';
import type { Commander, PaxosState } from './state.ts';

/** The wait between resends doubles while they lead nowhere, up to 2 to this power. */
export const RESEND_BACKOFF_MAX = 4;

/** Commanders that one resend wakes at most: the first open slots, which hold up the others. */
const RESEND_LIMIT = 16;

/** ⟨propose, s, c⟩: the first proposal of a slot is the leader's, if no ballot has had another. */
function onPropose(
  state: PaxosState,
  context: Context,
  from: NodeId,
  slot: number,
  command: Command,
): void {
  const { leader, replica } = state;
  const { rules } = context;
  if (slot < replica.slotOut || valueAt(replica.decisions, slot) !== null) {
    rules.answerCatchUp(state, context, from, slot);
    return;
  }
  const isWaiting = !leader.isActive && leader.scout === null;
  if (isWaiting || slot >= replica.slotOut + context.options.window) return;
  // Decided and compacted elsewhere, as its promises said: this node is about to catch up.
  if (slot < leader.proposals.first) return;
  if (valueAt(leader.proposals, slot) !== null) return;
  setValue(leader.proposals, slot, command);
  if (!leader.isActive) return;
  const pvalue = rules.spawnCommander(state, context, slot, command, from);
  rules.acceptOwn(state, context, [pvalue]);
}

/**
 * Asks the other acceptors of the slot's configuration. That promises nothing of this node's, whose
 * ballot has long been on disk: so it need not wait until the own acceptor has written.
 */
function spawnCommander(
  state: PaxosState,
  context: Context,
  slot: number,
  command: Command,
  proposer: NodeId,
): PValue {
  const { leader, replica } = state;
  const pvalue: PValue = { ballot: leader.ballot, slot, command };
  setValue(leader.commanders, slot, { pvalue, voters: [], proposer });
  const message = context.rules.phase2aFor(state, pvalue);
  for (const member of configurationAt(replica, slot).members) {
    if (member !== state.id) context.env.sendUnsynced(member, message);
  }
  context.rules.armPhase2Resend(state, context);
  return pvalue;
}

/** The own acceptor, in one record for all; its answers are messages that wait for the disk. */
function acceptOwn(state: PaxosState, context: Context, pvalues: readonly PValue[]): void {
  const { rules } = context;
  const own = pvalues.filter(({ slot }) =>
    configurationAt(state.replica, slot).members.includes(state.id),
  );
  const accepted = own.filter((pvalue) => rules.accept(state, context, pvalue));
  if (accepted.length > 0) rules.persistPValues(context, accepted);
  for (const pvalue of own) {
    rules.sendPhase2b(context, state.id, rules.phase2bFor(state, pvalue));
  }
}

function phase2aFor({ replica }: PaxosState, pvalue: PValue): Phase2a {
  return { type: 'Phase2a', pvalue, decidedBelow: replica.slotOut };
}

/** ⟨p2b, α, b⟩: one more acceptor has accepted, or a higher ballot has preempted this one. */
function onPhase2b(state: PaxosState, context: Context, from: NodeId, message: Phase2b): void {
  const { leader } = state;
  const { env, rules } = context;
  if (message.ballot > leader.ballot) {
    rules.onPreempted(state, context, message.ballot);
    return;
  }
  if (!leader.isActive || message.inReplyTo !== leader.ballot) {
    env.mark('stale-message-dropped');
    return;
  }
  const commander = valueAt(leader.commanders, message.slot);
  if (commander === null) return;
  rules.countVote(commander, from);
  const configuration = configurationAt(state.replica, message.slot);
  const missing = rules.phase2QuorumOf(configuration, context) - commander.voters.length;
  if (missing === 1) env.mark('one-vote-short');
  if (missing > 0) return;
  env.mark('about-to-decide');
  setValue(leader.commanders, message.slot, null);
  rules.decide(state, context, commander);
}

/** An acceptor that answers twice has accepted once. */
function countVote({ voters }: Commander, acceptor: NodeId): void {
  if (!voters.includes(acceptor)) voters.push(acceptor);
}

/** The pvalue is chosen, on the disks of a quorum: this node performs it, the others are told. */
function decide(state: PaxosState, context: Context, commander: Commander): void {
  const { env, options, rules } = context;
  const { ballot, slot, command } = commander.pvalue;
  const decision = { type: 'Decision', slot, command, ballot } as const;
  if (!options.isCommitPiggybacked) {
    for (const member of membersInForce(state, context)) {
      if (member !== state.id) env.sendUnsynced(member, decision);
    }
  } else if (commander.proposer !== state.id) {
    env.sendUnsynced(commander.proposer, decision);
  }
  rules.onDecision(state, context, slot, command);
}

function armPhase2Resend(state: PaxosState, context: Context): void {
  const { leader, replica } = state;
  if (leader.isPhase2Armed) return;
  leader.isPhase2Armed = true;
  leader.slotOutAtPhase2 = replica.slotOut;
  const patience = 2 ** Math.min(leader.fruitlessPhase2, RESEND_BACKOFF_MAX);
  context.env.setTimer('phase2Resend', context.options.phase2Resend * patience);
}

/** Messages are lost: without progress, ask those again that have not answered. */
function onPhase2ResendTimer(state: PaxosState, context: Context): void {
  const { leader, replica } = state;
  leader.isPhase2Armed = false;
  if (!leader.isActive) return;
  const end = endOf(leader.proposals);
  if (replica.slotOut > leader.slotOutAtPhase2) {
    leader.fruitlessPhase2 = 0;
  } else if (replica.slotOut < end) {
    leader.fruitlessPhase2++;
    context.env.mark('phase2-resent');
    const last = Math.min(end, replica.slotOut + RESEND_LIMIT);
    for (let slot = replica.slotOut; slot < last; slot++) {
      context.rules.resendPhase2a(state, context, slot);
    }
    context.rules.fillGaps(state, context);
  }
  if (replica.slotOut < end) context.rules.armPhase2Resend(state, context);
}

/** A proposal that got lost must not hold up those for later slots. */
function fillGaps(state: PaxosState, context: Context): void {
  const { leader } = state;
  leader.completeUpTo = Math.max(leader.completeUpTo, endOf(leader.proposals) - 1);
  leader.nextAdopted = state.replica.slotOut;
  context.rules.proposeAdopted(state, context);
}

function resendPhase2a(state: PaxosState, context: Context, slot: number): void {
  const commander = valueAt(state.leader.commanders, slot);
  if (commander === null) return;
  const message = context.rules.phase2aFor(state, commander.pvalue);
  for (const member of configurationAt(state.replica, slot).members) {
    if (member === state.id || commander.voters.includes(member)) continue;
    context.env.sendUnsynced(member, message);
  }
}

export const commanderRules = {
  onPropose,
  spawnCommander,
  acceptOwn,
  phase2aFor,
  onPhase2b,
  countVote,
  decide,
  armPhase2Resend,
  onPhase2ResendTimer,
  fillGaps,
  resendPhase2a,
};
