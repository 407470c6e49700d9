/**
 * Who leads: heartbeats of the active leader, and patience of the others (§3).
 *
 * Deviation: in the paper a preempted leader asks the other one, again and again, whether it is
 * still there, and adapts its timeout. Here the active leader speaks up by itself, and patience
 * doubles with each election that led nowhere.
 * Deviation: the first member of a new cluster sends its scout at once, the others wait for it.
 */
import type { NodeId } from '../../sim/contract.ts';
import type { Ballot } from './ballot.ts';
import { isMember } from './configurations.ts';
import type { Context } from './context.ts';
import type { Heartbeat, HeartbeatReply } from './messages.ts';
import type { PaxosState } from './state.ts';

/** Patience with elections doubles at each one that fails, up to 2 to this power. */
export const ELECTION_BACKOFF_MAX = 4;

/** A random part keeps two nodes from sending scouts at the same time for ever. */
function armLeaderTimer(state: PaxosState, context: Context): void {
  const { env, options } = context;
  const patience = 2 ** Math.min(state.leader.fruitlessElections, ELECTION_BACKOFF_MAX);
  const spread = env.random(options.leaderSpread * patience + 1);
  env.setTimer('leader', options.leaderTimeout + spread);
}

/** Nobody has been heard that leads: this node tries to. */
function onLeaderTimer(state: PaxosState, context: Context): void {
  const { leader } = state;
  const { rules } = context;
  if (leader.isActive) rules.leadOn(state, context);
  else if (leader.hasHeard) leader.hasHeard = false;
  else if (rules.maySeekElection(state, context)) {
    leader.fruitlessElections++;
    rules.seekElection(state, context);
  } else rules.askAround(state, context);
  rules.armLeaderTimer(state, context);
}

/**
 * Whoever has told this leader that slots are compacted may be gone since, and the decisions too.
 * Those that are left may still have the pvalues: another scout asks them alone.
 */
function leadOn(state: PaxosState, context: Context): void {
  const { leader, replica } = state;
  leader.hasHeard = true;
  const isBehind = replica.slotOut < leader.proposals.first;
  const isStuck = isBehind && replica.slotOut === leader.slotOutAtPatience;
  leader.slotOutAtPatience = replica.slotOut;
  if (isStuck) context.rules.seekElection(state, context);
}

/** A lease that this node has granted binds it too. */
function maySeekElection(state: PaxosState, context: Context): boolean {
  const { acceptor, id } = state;
  if (acceptor.isRetired || !isMember(state, context, id)) return false;
  return context.env.now >= acceptor.leaseUntil || acceptor.leaseHolder === id;
}

/** Those that were to lead may all be gone, and this node not know yet that it is its turn. */
function askAround({ id, replica }: PaxosState, { env, nodes }: Context): void {
  const { slotOut } = replica;
  for (const node of nodes) {
    if (node === id) continue;
    env.sendUnsynced(node, { type: 'CatchUpRequest', slotOut, wantedBelow: slotOut });
  }
}

/** The leader of this ballot is active: follow it, and tell it what is not decided yet. */
function onFollowed(
  state: PaxosState,
  context: Context,
  ballot: Ballot,
  decidedBelow: number,
): void {
  const { leader } = state;
  const { rules } = context;
  if (ballot < leader.followed) return;
  leader.hasHeard = true;
  leader.fruitlessElections = 0;
  if (ballot > leader.followed) {
    leader.followed = ballot;
    if (leader.ballot < ballot) rules.stepDown(state, context);
    context.env.mark('leader-followed');
    rules.proposeAgain(state, context);
  }
  rules.learnDecidedBelow(state, context, ballot, decidedBelow);
}

/**
 * One round, which promises nothing: to all, so that who is no member yet, or no longer,
 * stays up to date as well.
 */
function sendHeartbeats(state: PaxosState, context: Context): void {
  const { leader, replica } = state;
  const { env, rules } = context;
  leader.round++;
  const heartbeat: Heartbeat = {
    type: 'Heartbeat',
    ballot: leader.ballot,
    round: leader.round,
    sentAt: env.now,
    decidedBelow: replica.slotOut,
  };
  for (const node of context.nodes) {
    if (node === state.id) rules.confirmSelf(state, context, heartbeat);
    else env.sendUnsynced(node, heartbeat);
  }
  env.setTimer('heartbeat', context.options.heartbeatInterval);
}

function confirmSelf(state: PaxosState, context: Context, heartbeat: Heartbeat): void {
  context.rules.grantLease(state, context, heartbeat.ballot);
  state.leader.confirmedRounds[state.id] = heartbeat.round;
  state.leader.confirmedAt[state.id] = heartbeat.sentAt;
  context.rules.extendLease(state, context);
}

function onHeartbeatTimer(state: PaxosState, context: Context): void {
  if (state.leader.isActive) context.rules.sendHeartbeats(state, context);
}

/** Follows the leader, unless a higher ballot is promised: then the leader has to know. */
function onHeartbeat(state: PaxosState, context: Context, from: NodeId, message: Heartbeat): void {
  const { acceptor } = state;
  const { rules } = context;
  const { ballot, round, sentAt, decidedBelow } = message;
  if (acceptor.isRetired || ballot >= acceptor.ballot) {
    rules.onFollowed(state, context, ballot, decidedBelow);
  }
  if (acceptor.isRetired) return;
  if (ballot > acceptor.ballot) {
    // Else a late heartbeat of a leader in between would be granted the lease of this one.
    rules.adoptBallot(state, context, ballot);
    rules.persistBallot(state, context);
  }
  if (ballot === acceptor.ballot) rules.grantLease(state, context, ballot);
  rules.answerHeartbeat(context, from, {
    type: 'HeartbeatReply',
    ballot: Math.max(ballot, acceptor.ballot),
    inReplyTo: ballot,
    round,
    sentAt,
  });
}

/** No leader counts on a lease before the disk tells the next start that there may be one. */
function answerHeartbeat(context: Context, leader: NodeId, reply: HeartbeatReply): void {
  const { env, rules } = context;
  if (rules.usesLeases(context)) env.send(leader, reply);
  else env.sendUnsynced(leader, reply);
}

function onHeartbeatReply(
  state: PaxosState,
  context: Context,
  from: NodeId,
  message: HeartbeatReply,
): void {
  const { leader } = state;
  const { rules } = context;
  if (message.ballot > leader.ballot) {
    rules.onPreempted(state, context, message.ballot);
    return;
  }
  if (!leader.isActive || message.inReplyTo !== leader.ballot) return;
  if (message.round <= leader.confirmedRounds[from]!) return;
  leader.confirmedRounds[from] = message.round;
  leader.confirmedAt[from] = message.sentAt;
  rules.extendLease(state, context);
  rules.serveConfirmedReads(state, context);
}

/** A message that was damaged on the way is a lost message. */
function onUnreadable(context: Context): void {
  context.env.mark('unreadable-dropped');
}

export const leaderRules = {
  armLeaderTimer,
  onLeaderTimer,
  leadOn,
  maySeekElection,
  askAround,
  onFollowed,
  sendHeartbeats,
  confirmSelf,
  onHeartbeatTimer,
  onHeartbeat,
  answerHeartbeat,
  onHeartbeatReply,
  onUnreadable,
};
