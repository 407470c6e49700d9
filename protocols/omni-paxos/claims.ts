/**
 * What OmniPaxos claims to survive, and whom it owes progress (§2, §5): everybody, as long as one
 * server is quorum-connected, whatever the other links are like. The reasons are in
 * docs/PROTOCOLS.md.
 */
import { isLinked, isRunning } from '../../sim/connectivity.ts';
import type {
  Claims,
  ClusterView,
  Loss,
  Micros,
  NodeId,
  Options,
  Owed,
} from '../../sim/contract.ts';
import { NO_BALLOT } from './ballot.ts';
import { MIGRATION_BACKOFF_MAX } from './migration.ts';
import { acceptQuorumFor, leaderQuorumFor, type OmniOptions, readOptions } from './options.ts';
import type { OmniState } from './state.ts';

type View = ClusterView<OmniState>;

/** Rounds of heartbeats until somebody leads whom all follow, and is followed. */
const ELECTIONS = 8;
/** Waits of every other kind that follow each other, in the worst course known. */
const RETRIES = 10;
/** Waits for others' decisions: one that is too early, and those that succeed. */
const MIGRATIONS = 3;

export function claims(options: Options, replicas: number): Claims<OmniState> {
  const omni = readOptions(options);
  return {
    durable: omni.isDurable,
    survives: (loss, replica, view) => survives(loss, replica, view, omni),
    owes: (view) => owes(view, omni),
    progressWithin: progressWithin(omni, replicas),
    ...(omni.readMode === 'lease' ? { driftMax: omni.driftBound } : {}),
  };
}

function survives(loss: Loss, replica: NodeId, view: View, omni: OmniOptions): boolean {
  switch (loss) {
    case 'memory':
      return omni.isDurable || hasQuorumWithout(view, replica, omni);
    case 'omission':
      return true;
    case 'clock':
      return omni.readMode !== 'lease';
    case 'record':
      return hasQuorumWithout(view, replica, omni);
    case 'disk':
    case 'unnoticed':
    case 'lies':
      return false;
    default:
      return loss satisfies never;
  }
}

/** Servers that have lost their promises vote no more: the others have to be enough. */
function hasQuorumWithout(view: View, replica: NodeId, omni: OmniOptions): boolean {
  const keepsVote = (member: NodeId): boolean =>
    member !== replica && !view.isDamaged(member) && votes(view, member, omni);
  return possibleMembers(view).every(
    (members) => members.filter(keepsVote).length >= leaderQuorumFor(members.length, omni),
  );
}

/** In memory mode a server that has crashed has retired, or will when it starts. */
function votes(view: View, member: NodeId, { isDurable }: OmniOptions): boolean {
  if (!isDurable && view.crashesOf(member) > 0) return false;
  return view.stateOf(member)?.paxos.isRetired !== true;
}

/**
 * By every configuration that there is or may be: what operators have asked for may be decided at
 * any time, by messages that nobody remembers.
 */
function possibleMembers(view: View): readonly (readonly NodeId[])[] {
  const known = view.cluster.replicas.flatMap((replica) => {
    const state = view.stateOf(replica);
    if (state === undefined) return [];
    return [state.replica.configuration.members, state.migration.latest.members];
  });
  return [...known, ...view.requestedMembers];
}

/**
 * Whoever is quorum-connected may come to lead. Clients that reach all of these are answered, and
 * servers that all of these reach learn what is decided. While the configuration may change, one
 * group has to be connected with each other in which both the old and the new members have quorums:
 * entries go from any server to any other then.
 */
function owes(view: View, omni: OmniOptions): Owed {
  const { replicas, clients } = view.cluster;
  const running = replicas.filter((replica) => isRunning(view, replica));
  const configurations = possibleMembers(view);
  const isChanging = view.requestedMembers.length > 0;
  const leaders = running.filter((server) =>
    configurations.some((members) => mayLead(view, server, members, omni)),
  );
  const group = running.filter((server) => leaders.every((leader) => linked(view, server, leader)));
  const mayGoOn = (members: readonly NodeId[]): boolean => {
    const inside = members.filter((member) => running.includes(member));
    return inside.some((member) => isQuorumConnected(view, member, members, omni));
  };
  if (leaders.length === 0 || !configurations.every(mayGoOn)) {
    return { clients: [], replicas: [], whyNone: NO_QUORUM };
  }
  if (isChanging && !leaders.every((leader) => group.includes(leader))) {
    return { clients: [], replicas: [], whyNone: NOT_CONNECTED };
  }
  const isServed = (client: NodeId): boolean =>
    view.isUp(client) && leaders.every((leader) => isLinked(view, client, leader));
  return { clients: clients.filter(isServed), replicas: group };
}

const NO_QUORUM = 'no server was linked with enough others that were up and could vote';
const NOT_CONNECTED =
  'operators had asked for other members, and not all of old and new could reach each other';

/** Whether it can lead these members for as long as it is wanted. */
function isQuorumConnected(
  view: View,
  server: NodeId,
  members: readonly NodeId[],
  omni: OmniOptions,
): boolean {
  const isReached = (member: NodeId): boolean => linked(view, server, member);
  const reached = countReached(view, server, members, omni, isReached);
  return reached >= leaderQuorumFor(members.length, omni);
}

/**
 * Whether it might, for a while at least: over links that lose or delay something, perhaps. Who
 * leads already stays with as many as accept, and those that hear of its happiness leave it alone.
 */
function mayLead(
  view: View,
  server: NodeId,
  members: readonly NodeId[],
  omni: OmniOptions,
): boolean {
  const leads = view.stateOf(server)?.leader.ballot !== NO_BALLOT;
  const quorum = leads ? acceptQuorumFor : leaderQuorumFor;
  const isReached = (member: NodeId): boolean =>
    view.isConnected(server, member) && view.isConnected(member, server);
  return countReached(view, server, members, omni, isReached) >= quorum(members.length, omni);
}

/** How many it reaches that have a vote, itself among them; none if it has none itself. */
function countReached(
  view: View,
  server: NodeId,
  members: readonly NodeId[],
  omni: OmniOptions,
  isReached: (member: NodeId) => boolean,
): number {
  const isCounted = (member: NodeId): boolean =>
    isRunning(view, member) && votes(view, member, omni) && isReached(member);
  if (!members.includes(server) || !votes(view, server, omni)) return 0;
  return members.filter(isCounted).length;
}

function linked(view: View, one: NodeId, other: NodeId): boolean {
  return one === other || isLinked(view, one, other);
}

/** The worst legal course: elections fail for a while, and each of the other waits comes in. */
function progressWithin(omni: OmniOptions, replicas: number): Micros {
  return (
    ELECTIONS * omni.electionTimeout +
    2 * omni.leaseDuration +
    MIGRATIONS * 2 ** MIGRATION_BACKOFF_MAX * omni.migrationRetry +
    RETRIES * (omni.resendInterval + omni.gapPatience + omni.migrationRetry + omni.flushAfter) +
    (RETRIES + replicas) * omni.clientRetry
  );
}
