/**
 * What Multi-Paxos claims to survive, and whom it owes progress (§3, §4.3). The reasons are in
 * docs/PROTOCOLS.md.
 */
import { isLinked, isRunning, isUndisturbed } from '../../sim/connectivity.ts';
import type {
  Claims,
  ClusterView,
  Loss,
  Micros,
  NodeId,
  Options,
  Owed,
} from '../../sim/contract.ts';
import { CATCH_UP_BACKOFF_MAX } from './catch-up.ts';
import { RESEND_BACKOFF_MAX } from './commander.ts';
import { ELECTION_BACKOFF_MAX } from './leader.ts';
import { type PaxosOptions, phase2QuorumFor, readOptions } from './options.ts';
import { PROPOSE_BACKOFF_MAX } from './proposing.ts';
import type { PaxosState } from './state.ts';

type View = ClusterView<PaxosState>;

/** Elections in a row that a rival may spoil, with the random part of patience on their side. */
const ELECTIONS = 8;
/** Resends of one kind: one that is too early, one that succeeds, and those for what was left. */
const RESENDS = 3;
/** Waits of every other kind that follow each other, in the worst course known. */
const RETRIES = 10;
/** A lease is refused to others for at most twice its length, as clocks are a fifth apart. */
const LEASES = 2;

export function claims(options: Options, replicas: number): Claims<PaxosState> {
  const paxos = readOptions(options);
  return {
    durable: true,
    survives: (loss, replica, view) => survives(loss, replica, view, paxos),
    owes: (view) => owes(view, paxos),
    progressWithin: progressWithin(paxos, replicas),
    ...(paxos.readMode === 'lease' ? { driftMax: paxos.driftBound } : {}),
  };
}

function survives(loss: Loss, replica: NodeId, view: View, paxos: PaxosOptions): boolean {
  switch (loss) {
    case 'memory':
    case 'omission':
      return true;
    case 'clock':
      return paxos.readMode !== 'lease';
    case 'record':
      return hasQuorumWithout(view, replica, paxos);
    case 'disk':
    case 'unnoticed':
    case 'lies':
      return false;
    default:
      return loss satisfies never;
  }
}

/** Acceptors that have lost their promises vote no more: the others have to be enough. */
function hasQuorumWithout(view: View, replica: NodeId, paxos: PaxosOptions): boolean {
  const votes = (member: NodeId): boolean =>
    member !== replica && !view.isDamaged(member) && !isRetired(view, member);
  return isQuorumOfAll(view, paxos, votes);
}

function isRetired(view: View, replica: NodeId): boolean {
  return view.stateOf(replica)?.acceptor.isRetired === true;
}

/**
 * Whether both kinds of quorums are among them, of everybody who votes now or may soon: what
 * operators have asked for may be decided at any time, by messages that nobody remembers.
 */
function isQuorumOfAll(
  view: View,
  paxos: PaxosOptions,
  isCounted: (member: NodeId) => boolean,
): boolean {
  return [...knownMembers(view), ...view.requestedMembers].every(
    (members) => members.filter(isCounted).length >= largestQuorum(members.length, paxos),
  );
}

/** Members by every configuration that anybody knows. */
function knownMembers(view: View): (readonly NodeId[])[] {
  return view.cluster.replicas.flatMap((replica) => {
    const configurations = view.stateOf(replica)?.replica.configurations ?? [];
    return configurations.map(({ members }) => members);
  });
}

/** Of the phase 1 and the phase 2 quorum. */
function largestQuorum(members: number, paxos: PaxosOptions): number {
  const phase2 = phase2QuorumFor(members, paxos);
  return Math.max(phase2, members - phase2 + 1);
}

/**
 * A leader stays if everybody who may send scouts hears it. So progress is owed to a group in which
 * all can talk to all, that nobody outside can send to, and that has the quorums of every
 * configuration that there is or may be: there is at most one.
 */
function owes(view: View, paxos: PaxosOptions): Owed {
  const { replicas, clients } = view.cluster;
  const running = replicas.filter((replica) => isRunning(view, replica));
  const group = running
    .map((one) => running.filter((other) => linked(view, one, other)))
    .find((candidates) => canGoOn(view, candidates, paxos));
  if (group === undefined) return { clients: [], replicas: [], whyNone: whyNobody(view, paxos) };
  const isServed = (client: NodeId): boolean =>
    view.isUp(client) && group.every((member) => isLinked(view, client, member));
  return { clients: clients.filter(isServed), replicas: group };
}

/** What is wrong with the largest group in which all can talk to all. */
function whyNobody(view: View, paxos: PaxosOptions): string {
  const running = view.cluster.replicas.filter((replica) => isRunning(view, replica));
  if (running.length === 0) return 'nobody was up';
  const group = running
    .map((one) => running.filter((other) => linked(view, one, other)))
    .filter((each) => each.every((one) => each.every((other) => linked(view, one, other))))
    .reduce<readonly NodeId[]>((most, each) => (each.length > most.length ? each : most), []);
  const isQuorum = (members: readonly NodeId[], isCounted: (member: NodeId) => boolean): boolean =>
    members.filter(isCounted).length >= largestQuorum(members.length, paxos);
  const isThere = (member: NodeId): boolean => group.includes(member);
  const votes = (member: NodeId): boolean => isThere(member) && !isRetired(view, member);
  const known = knownMembers(view).find((members) => !isQuorum(members, isThere));
  if (known !== undefined) return `too few of the members ${named(known)} were up and linked`;
  const wish = view.requestedMembers.find((members) => !isQuorum(members, isThere));
  if (wish !== undefined) {
    return `an operator had asked for the members ${named(wish)}: too few were up and linked`;
  }
  if (!isQuorumOfAll(view, paxos, votes)) {
    return 'too few of the members that were up and linked had kept their promises, to vote again';
  }
  return 'other replicas could send to those that were up and linked, and so disturb them';
}

function named(members: readonly NodeId[]): string {
  return members.map((member) => `n${member}`).join(' ');
}

function canGoOn(view: View, group: readonly NodeId[], paxos: PaxosOptions): boolean {
  const votes = (member: NodeId): boolean => group.includes(member) && !isRetired(view, member);
  return (
    group.every((one) => group.every((other) => linked(view, one, other))) &&
    isQuorumOfAll(view, paxos, votes) &&
    isUndisturbed(view, group)
  );
}

function linked(view: View, one: NodeId, other: NodeId): boolean {
  return one === other || isLinked(view, one, other);
}

/** The worst legal course: elections fail for a while, and each of the other waits comes in. */
function progressWithin(paxos: PaxosOptions, replicas: number): Micros {
  const patience = paxos.leaderTimeout + 2 ** ELECTION_BACKOFF_MAX * paxos.leaderSpread;
  return (
    ELECTIONS * patience +
    LEASES * paxos.leaseDuration +
    RESENDS * 2 ** RESEND_BACKOFF_MAX * paxos.phase2Resend +
    RESENDS * 2 ** PROPOSE_BACKOFF_MAX * paxos.proposeResend +
    RESENDS * 2 ** CATCH_UP_BACKOFF_MAX * paxos.catchUpPatience +
    RETRIES * (paxos.phase1Resend + paxos.catchUpPatience + paxos.heartbeatInterval) +
    (RETRIES + replicas) * paxos.clientRetry
  );
}
