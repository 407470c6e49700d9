/**
 * Ballot Leader Election (§5): who is connected to a quorum may lead, whatever its log is like.
 * In each round a server asks all others for their ballots; at the end of the round it knows whom
 * it can reach. It takes over if it is quorum-connected and nobody that it hears is served.
 *
 * Deviation: the paper's replies tell the own ballot and whether the sender is quorum-connected;
 * whoever does not hear its leader raises its ballot, and is followed by all that hear it. Here, as
 * in the authors' library since its version 0.2.2, they also tell whom the sender takes for the
 * leader and whether it is happy with it: a server that does not hear a leader with whom its
 * neighbours are happy leaves that leader alone. So a chain of three has no leader change at all.
 * Deviation: a ballot is not on disk (as in the library). A server that restarts begins with the
 * lowest one, and what it has promised keeps it from leading in one that it has used.
 */
import type { NodeId } from '../../sim/contract.ts';
import {
  type Ballot,
  ballotOf,
  configurationOf,
  isSomebodys,
  noBallotOf,
  roundOf,
} from './ballot.ts';
import type { Context } from './context.ts';
import type { HeartbeatReply, HeartbeatRequest } from './messages.ts';
import { isMember, membersOf } from './quorums.ts';
import type { OmniState } from './state.ts';

/** A configuration begins: nobody leads, and nobody has been heard. */
function resetElection(state: OmniState, context: Context): void {
  const { election, replica } = state;
  const { id } = replica.configuration;
  election.ballot = context.rules.ballotIn(state, context, 0);
  election.leader = noBallotOf(id);
  election.isHappy = false;
  election.replies = {};
  context.rules.beginRound(state, context);
}

/** The own ballot in a round of leaders of the present configuration. */
function ballotIn(state: OmniState, { options }: Context, round: number): Ballot {
  const priority = state.id % options.prioritySpread;
  return ballotOf(state.replica.configuration.id, round, priority, state.id);
}

function beginRound(state: OmniState, context: Context): void {
  const { election, replica } = state;
  const { env, options } = context;
  election.round++;
  election.previousReplies = election.replies;
  election.replies = {};
  const request: HeartbeatRequest = {
    type: 'HeartbeatRequest',
    configuration: replica.configuration.id,
    round: election.round,
  };
  if (context.rules.takesPart(state)) {
    for (const member of membersOf(state)) {
      if (member !== state.id) env.sendUnsynced(member, request);
    }
  }
  env.setTimer('election', options.electionTimeout);
}

/** Members that have not forgotten what they have promised, or promised it in the next one. */
function takesPart(state: OmniState): boolean {
  const { paxos, replica } = state;
  const isOver = configurationOf(paxos.promised) !== replica.configuration.id;
  return !paxos.isRetired && !isOver && isMember(state, state.id);
}

function onHeartbeatRequest(
  state: OmniState,
  context: Context,
  from: NodeId,
  message: HeartbeatRequest,
): void {
  const { election, replica } = state;
  const { env, rules } = context;
  const { configuration, round } = message;
  if (configuration !== replica.configuration.id) {
    rules.onOtherConfiguration(state, context, from, configuration);
    return;
  }
  if (!rules.takesPart(state)) return;
  const { ballot, leader, isHappy } = election;
  env.sendUnsynced(from, { type: 'HeartbeatReply', round, ballot, leader, isHappy });
}

function onHeartbeatReply(
  { election, replica }: OmniState,
  from: NodeId,
  reply: HeartbeatReply,
): void {
  if (configurationOf(reply.ballot) !== replica.configuration.id) return;
  if (reply.round !== election.round) return;
  election.replies[from] = reply;
}

/** The end of a round. */
function onElectionTimer(state: OmniState, context: Context): void {
  const { rules } = context;
  if (rules.takesPart(state)) {
    const replies = membersOf(state).flatMap((member) => state.election.replies[member] ?? []);
    rules.learnLeader(state, replies);
    state.election.isHappy = rules.isHappyWith(state, context, replies);
    if (rules.mayTakeOver(state, context, replies)) {
      state.election.takenOverIn = state.election.round;
      rules.takeOver(state, context);
    }
    rules.leadIfElected(state, context);
  } else {
    rules.lookForDecisions(state, context);
  }
  rules.announceConfiguration(state, context);
  rules.pursueWish(state, context);
  rules.beginRound(state, context);
}

/**
 * The highest ballot is the leader's, if it is anybody's; what Sequence Paxos has promised may be
 * higher still.
 */
function learnLeader({ election, paxos }: OmniState, replies: readonly HeartbeatReply[]): void {
  for (const { ballot } of replies) {
    if (isSomebodys(ballot) && ballot > election.leader) election.leader = ballot;
  }
  if (paxos.promised > election.leader) election.leader = paxos.promised;
}

/**
 * A leader is happy if a quorum may follow it, or if somebody above it is happy already; any other
 * server if it hears its leader, and that one is happy.
 */
function isHappyWith(
  state: OmniState,
  context: Context,
  replies: readonly HeartbeatReply[],
): boolean {
  const { ballot, leader } = state.election;
  if (!isSomebodys(leader)) return false;
  if (leader !== ballot) {
    return replies.some((reply) => reply.ballot === leader && reply.isHappy);
  }
  const followers = replies.filter((reply) => reply.leader <= ballot).length;
  return (
    1 + followers >= context.rules.quorumToLead(state, context) ||
    replies.some((reply) => reply.leader > ballot && reply.isHappy)
  );
}

/** Before it has its promises, a leader needs others to promise and to accept; then, to accept. */
function quorumToLead(state: OmniState, context: Context): number {
  const { leader, election, paxos } = state;
  const isAccepting = leader.ballot === election.ballot && paxos.phase === 'accept';
  return isAccepting
    ? context.rules.acceptQuorumOf(state, context)
    : context.rules.leaderQuorumOf(state, context);
}

/** Nobody that it hears is served, and with those that it hears it could serve. */
function mayTakeOver(
  state: OmniState,
  context: Context,
  replies: readonly HeartbeatReply[],
): boolean {
  const { rules } = context;
  return (
    !state.election.isHappy &&
    rules.isQuorumConnected(state, context, replies) &&
    rules.isNobodyHappy(replies)
  );
}

function isQuorumConnected(
  state: OmniState,
  context: Context,
  replies: readonly HeartbeatReply[],
): boolean {
  return 1 + replies.length >= context.rules.leaderQuorumOf(state, context);
}

function isNobodyHappy(replies: readonly HeartbeatReply[]): boolean {
  return replies.every(({ isHappy }) => !isHappy);
}

/** §5: with a ballot above its leader's, and above all that it has promised. */
function takeOver(state: OmniState, context: Context): void {
  const { election } = state;
  context.env.mark('took-over');
  election.ballot = context.rules.ballotIn(state, context, roundOf(election.leader) + 1);
  election.leader = election.ballot;
  election.isHappy = true;
}

/** ⟨Leader, s, n⟩: BLE tells Sequence Paxos who leads. */
function leadIfElected(state: OmniState, context: Context): void {
  const { election, paxos } = state;
  if (election.leader !== election.ballot || election.ballot <= paxos.promised) return;
  if (context.rules.isRefusedByLease(state, context, state.id)) return;
  context.rules.lead(state, context, election.ballot);
}

export const leaderElectionRules = {
  resetElection,
  ballotIn,
  beginRound,
  takesPart,
  onHeartbeatRequest,
  onHeartbeatReply,
  onElectionTimer,
  learnLeader,
  isHappyWith,
  quorumToLead,
  mayTakeOver,
  isQuorumConnected,
  isNobodyHappy,
  takeOver,
  leadIfElected,
};
