/**
 * What chain replication claims to survive, and whom it owes progress (§3: of t servers t - 1 may
 * fail). The reasons are in docs/PROTOCOLS.md.
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
import { longestOf } from '../lease-windows.ts';
import { leaderOf } from '../multi-paxos/ballot.ts';
import { claims as claimsOfPaxos } from '../multi-paxos/claims.ts';
import { type Configuration, isSettled } from './configuration.ts';
import type { ConfigurationState } from './configuration-machine.ts';
import { HANDOVER_BACKOFF_MAX } from './extension.ts';
import type { ChainState } from './index.ts';
import { paxosOptions } from './master.ts';
import { ledgerOf, type MasterState } from './master-state.ts';
import { viewOfMasters } from './masters-view.ts';
import { openCommands } from './open-commands.ts';
import { type ChainOptions, marginOf, type Roles, readOptions, rolesOf } from './options.ts';
import { NEVER, type ServerState } from './state.ts';
import { RESEND_BACKOFF_MAX } from './update-path.ts';

type View = ClusterView<ChainState>;

const DISTURBED = 'other replicas could send to those that were up and linked, and so disturb them';

/** Changes that may follow each other for one server: out, and in again by three steps. */
const CHANGES_PER_SERVER = 4;
/** Times that each of the waits for a lost message comes in, for one change or one request. */
const RETRIES = 4;

export function claims(options: Options, replicas: number): Claims<ChainState> {
  const chain = readOptions(options);
  const ids = Array.from({ length: replicas }, (_, id) => id);
  const roles = rolesOf({ replicas: ids, options });
  return {
    durable: chain.isDurable,
    survives: (loss, replica, view) =>
      roles.masters.includes(replica)
        ? masterSurvives(loss, replica, view, chain, roles)
        : serverSurvives(loss, replica, view, chain, roles),
    owes: (view) => owes(view, chain, roles),
    progressWithin: progressWithin(chain, roles),
    driftMax: chain.driftBound,
  };
}

/**
 * The masters survive what Multi-Paxos survives, but for faults of clocks: one whose clock stands
 * still takes old news for new, and may remove all that live on the word of a dead server.
 */
function masterSurvives(
  loss: Loss,
  replica: NodeId,
  view: View,
  options: ChainOptions,
  roles: Roles,
): boolean {
  if (loss === 'clock') return false;
  const paxos = claimsOfPaxos(paxosOptions(options), roles.masters.length);
  return paxos.survives(loss, replica, viewOfMasters(view, roles));
}

/** A server that loses what it holds is one of the t - 1, if another one holds it too. */
function serverSurvives(
  loss: Loss,
  replica: NodeId,
  view: View,
  options: ChainOptions,
  roles: Roles,
): boolean {
  switch (loss) {
    case 'omission':
      return true;
    case 'clock':
      return options.readMode !== 'lease';
    case 'memory':
      return options.isDurable || isHeldByAnother(view, replica, options, roles);
    case 'record':
      // In the fail-stop mode, all that the disk tells is how many records it has.
      return !options.isDurable || isHeldByAnother(view, replica, options, roles);
    case 'disk':
    case 'unnoticed':
    case 'lies':
      return false;
    default:
      return loss satisfies never;
  }
}

/** Whether what this server holds is held by another one, which nobody is about to remove. */
function isHeldByAnother(
  view: View,
  replica: NodeId,
  options: ChainOptions,
  roles: Roles,
): boolean {
  const acting = actingMaster(view, roles);
  if (acting === undefined) return false;
  const { configuration, wanted } = ledgerOf(acting);
  const isWanted = wantedBy(view, wanted, roles);
  return configuration.chain.some(
    (server) =>
      server !== replica &&
      isWanted(server) &&
      isKept(view, server, acting) &&
      isHeardLately(view, server, acting, options),
  );
}

/**
 * Else the master, paused or cut off, may come to suspect it, and remove it on the last word of the
 * one that is to lose its state now: a heartbeat that is on its way.
 */
function isHeardLately(
  view: View,
  server: NodeId,
  { id, heardAt }: MasterState,
  options: ChainOptions,
): boolean {
  const heard = heardAt[server];
  return heard !== undefined && view.clockOf(id) - heard <= marginOf(options);
}

/** Whether the server is up, has what the chain acknowledged, and will not have to leave. */
function isKept(view: View, server: NodeId, acting: MasterState): boolean {
  const { configuration } = ledgerOf(acting);
  const { proposed } = acting;
  return (
    isSettled(configuration, server) &&
    hasState(view, server, configuration) &&
    !view.isDamaged(server) &&
    !(proposed?.f === 'remove' && proposed.server === server)
  );
}

function hasState(view: View, server: NodeId, { incarnations }: Configuration): boolean {
  return serverState(view, server)?.incarnation === incarnations[server];
}

/**
 * The master that acts in the latest term, which alone knows of changes that are under way; none
 * while it is down, or not what it was.
 */
function actingMaster(view: View, { masters }: Roles): MasterState | undefined {
  const known = masters.flatMap((master) => masterState(view, master) ?? []);
  const term = known.reduce((latest, state) => Math.max(latest, ledgerOf(state).term), 0);
  const acting = known.find(({ id }) => id === leaderOf(term));
  return term > 0 && acting?.term === term ? acting : undefined;
}

/**
 * Progress is owed to a group in which all can talk to all, that nobody outside can send to, with
 * masters enough to act, and with a server that holds what was acknowledged.
 */
function owes(view: View, options: ChainOptions, roles: Roles): Owed {
  const { replicas, clients } = view.cluster;
  const running = replicas.filter((replica) => isRunning(view, replica));
  const group = running.filter((one) => running.every((other) => isLinkedTo(view, one, other)));
  if (!isUndisturbed(view, group)) return nobody(DISTURBED);
  const paxos = claimsOfPaxos(paxosOptions(options), roles.masters.length);
  const owedToMasters = paxos.owes(viewOfMasters(view, roles));
  if (owedToMasters.replicas.length === 0) {
    return nobody(`among the masters, ${owedToMasters.whyNone}`);
  }
  const joined = serversThatStay(view, group, roles);
  if (joined.length === 0) return nobody(whyNoneStays(view, group, roles));
  const isServed = (client: NodeId): boolean =>
    view.isUp(client) && group.every((member) => isLinked(view, client, member));
  return { clients: clients.filter(isServed), replicas: joined };
}

function nobody(whyNone: string): Owed {
  return { clients: [], replicas: [], whyNone };
}

/** Why `serversThatStay` finds none. */
function whyNoneStays(view: View, group: readonly NodeId[], roles: Roles): string {
  const isThere = (server: NodeId): boolean => group.includes(server);
  if (!roles.servers.some(isThere)) return 'no server was up and linked with a master';
  const configuration = latestConfiguration(view);
  const keeps = (server: NodeId): boolean =>
    isThere(server) && isSettled(configuration, server) && hasState(view, server, configuration);
  if (!roles.servers.some(keeps)) {
    const chain = configuration.chain.map((server) => `n${server}`).join(' ');
    return `no server of the chain, ${chain}, was up, linked, and had what was acknowledged`;
  }
  const wishes = requestedServers(view, roles);
  if (!roles.servers.some((server) => isThere(server) && wishes.every(includes(server)))) {
    const named = wishes.map((wish) => wish.map((server) => `n${server}`).join(' '));
    return (
      'no server that was up and linked is in all the chains that operators had asked for: ' +
      named.join(', ')
    );
  }
  return 'which servers stay in the chain was still open: some might yet be removed';
}

function includes(server: NodeId): (list: readonly NodeId[]) => boolean {
  return (list) => list.includes(server);
}

function isLinkedTo(view: View, one: NodeId, other: NodeId): boolean {
  return one === other || isLinked(view, one, other);
}

/** Servers of the group that will be in the chain in the end; none if that is open yet. */
function serversThatStay(view: View, group: readonly NodeId[], roles: Roles): readonly NodeId[] {
  const masters = roles.masters.flatMap((master) => masterState(view, master) ?? []);
  if (masters.length === 0) return [];
  const { wanted } = masters.map(ledgerOf).reduce(laterWish);
  const configuration = latestConfiguration(view);
  const isMember = (server: NodeId): boolean =>
    group.includes(server) &&
    isSettled(configuration, server) &&
    hasState(view, server, configuration);
  const leaving = leavingServers(view, masters);
  const members = roles.servers.filter((server) => isMember(server) && !leaving.includes(server));
  const others = configuration.chain.filter((server) => !members.includes(server));
  const knows = (master: MasterState): boolean => knowsWhoIsThere(view, master, members, others);
  if (members.length === 0 || !masters.every(knows)) return [];
  const isWanted = wantedBy(view, wanted, roles);
  return roles.servers.filter((server) => group.includes(server) && isWanted(server));
}

/** What an operator has asked for, whenever that was, may be what is decided last. */
function wantedBy(
  view: View,
  wanted: readonly NodeId[] | null,
  roles: Roles,
): (server: NodeId) => boolean {
  const lists = [wanted ?? roles.servers, ...requestedServers(view, roles)];
  return (server) => lists.every(includes(server));
}

/** What masters make of what operators have asked for so far. */
function requestedServers(view: View, { servers }: Roles): readonly (readonly NodeId[])[] {
  return view.requestedMembers
    .map((members) => members.filter((member) => servers.includes(member)))
    .filter((members) => members.length > 0);
}

/** Servers that it may still be decided to remove: by whichever master, or long after. */
function leavingServers(view: View, masters: readonly MasterState[]): readonly NodeId[] {
  const proposed = masters.flatMap((master) => master.proposed ?? []);
  const commands = [...openCommands(masters, view.messagesInFlight()), ...proposed];
  return commands.flatMap((command) => (command.f === 'remove' ? [command.server] : []));
}

/**
 * A master that has not heard the members lately, and does not know yet that others are gone, may
 * remove the ones on the word of the others.
 */
function knowsWhoIsThere(
  view: View,
  master: MasterState,
  members: readonly NodeId[],
  others: readonly NodeId[],
): boolean {
  const { suspectAfter } = readOptions(view.cluster.options);
  const since = (time: Micros | undefined): Micros => view.clockOf(master.id) - (time ?? -Infinity);
  return (
    master.actingSince === NEVER ||
    members.some((server) => since(master.heardAt[server]) <= suspectAfter / 2) ||
    others.every((server) => since(master.echoedAt[server]) > suspectAfter)
  );
}

function laterWish(one: ConfigurationState, other: ConfigurationState): ConfigurationState {
  return one.wishes > other.wishes ? one : other;
}

/** A master that has just restarted may know less than the servers have been told. */
function latestConfiguration(view: View): Configuration {
  const known = view.cluster.replicas.flatMap((id) => view.stateOf(id)?.configuration ?? []);
  return known.reduce((one, other) => (one.epoch > other.epoch ? one : other));
}

function masterState(view: View, master: NodeId): MasterState | undefined {
  const state = view.stateOf(master);
  return state?.kind === 'master' ? state : undefined;
}

function serverState(view: View, server: NodeId): ServerState | undefined {
  const state = view.stateOf(server);
  return state?.kind === 'server' ? state : undefined;
}

/** The masters agree on who acts; then every server leaves and joins again; then requests go on. */
function progressWithin(options: ChainOptions, roles: Roles): Micros {
  const paxos = claimsOfPaxos(paxosOptions(options), roles.masters.length);
  const lease = longestOf(options.leaseDuration, options.driftBound);
  const change =
    options.suspectAfter +
    lease +
    RETRIES * (options.heartbeatInterval + options.gapPatience) +
    RETRIES * 2 ** HANDOVER_BACKOFF_MAX * options.handoverRetry +
    2 ** RESEND_BACKOFF_MAX * options.forwardResend;
  const request = RETRIES * (options.clientRetry + 2 ** RESEND_BACKOFF_MAX * options.forwardResend);
  return (
    paxos.progressWithin + CHANGES_PER_SERVER * roles.servers.length * change + RETRIES * request
  );
}
