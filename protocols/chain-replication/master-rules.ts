/**
 * How a master acts: van Renesse & Schneider, OSDI 2004, §3, "Coping with Server Failures".
 *
 * Deviation: one of several masters acts, and changes the configuration by commands that all of
 * them execute. What is decided stays decided, so every master may tell it to whoever asks.
 * Deviation: leases. The acting master grants the tail a lease at each heartbeat; it proposes to
 * remove a server only when the lease that it granted last has run out by its own clock, which may
 * gain, and on that of the server, which may lose (the server counts from the sending of its
 * heartbeat). Leases of earlier masters have run out by then, too: each granted them while nobody
 * else could lead, and the one that acts now waits as if it had granted one to everybody when it
 * began.
 */
import type { Durable, NodeId } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { longestOf } from '../lease-windows.ts';
import type { PaxosMessage, Response } from '../multi-paxos/messages.ts';
import { type Configuration, tailOf } from './configuration.ts';
import {
  type ChainCommand,
  type ConfigurationCommand,
  changeChain,
  type Wish,
} from './configuration-machine.ts';
import type { MasterContext } from './master.ts';
import { ledgerOf, type MasterState } from './master-state.ts';
import type { Confirm, ServerHeartbeat, WishMessage } from './messages.ts';
import { NEVER } from './state.ts';

/** Requests that a master may make in one term. */
const REQUESTS_MAX = 1_000_000;

/** On a master's disk, beside what Multi-Paxos keeps there. */
const WISH = 'wish';
/** So many that no two wishes are taken for the same one. */
const WISHES = 2 ** 30;

function onPaxos(
  state: MasterState,
  context: MasterContext,
  from: NodeId,
  message: PaxosMessage,
): void {
  if (message.type === 'Response') context.rules.onResponse(state, context, message);
  else context.paxos.receive(from, message);
}

/** After each step: has this master become the leader, or ceased to be; was anything decided? */
function follow(state: MasterState, context: MasterContext): void {
  const { leader } = state.paxos;
  const { rules } = context;
  const term = leader.isActive ? leader.ballot : 0;
  if (term !== state.term) rules.beginTerm(state, context, term);
  if (state.actingSince === NEVER && rules.mayAct(state)) rules.beginToAct(state, context);
  const ledger = ledgerOf(state);
  if (ledger.wanted !== state.wanted) {
    state.wanted = ledger.wanted;
    state.wantedSince = context.env.now;
  }
  if (ledger.configuration !== state.configuration) {
    state.configuration = ledger.configuration;
    rules.announce(state, context);
  }
  if (state.isSupervisionDue && rules.isActing(state, context)) rules.takeCare(state, context);
}

/** A new leader announces its term, and acts once that is decided: it knows all before it then. */
function beginTerm(state: MasterState, context: MasterContext, term: number): void {
  if (state.actingSince !== NEVER) context.env.mark('acting-ended');
  state.term = term;
  state.actingSince = NEVER;
  state.requestCount = 0;
  state.leaving = null;
  state.proposed = null;
  state.proposedWish = 0;
  state.confirming = [];
  state.toConfirm = [];
  state.confirmingBy = 0;
  if (term !== 0) context.rules.propose(state, context, { f: 'act', term });
}

function mayAct(state: MasterState): boolean {
  return state.term !== 0 && ledgerOf(state).term === state.term;
}

/** As if every server had been heard, and had been granted a lease, just now. */
function beginToAct(state: MasterState, context: MasterContext): void {
  const { env, roles } = context;
  env.mark('acting-began');
  state.actingSince = env.now;
  for (const server of roles.servers) {
    state.heardAt[server] = env.now;
    state.grantedAt[server] = env.now;
  }
}

/** Under leases a leader that has lost its own may have a successor already. */
function isActing(state: MasterState, { options, paxos, paxosContext }: MasterContext): boolean {
  if (state.actingSince === NEVER) return false;
  if (options.readMode !== 'lease') return true;
  return paxosContext.rules.holdsLease(paxos.state, paxosContext);
}

/** A request of this master to the replicated state machine. */
function propose(state: MasterState, context: MasterContext, command: ConfigurationCommand): void {
  const operation: Plain = { ...command };
  const { id } = state;
  state.requestCount++;
  const requestNumber = state.term * REQUESTS_MAX + state.requestCount;
  context.paxos.receive(id, { type: 'Request', operation, clientId: id, requestNumber });
}

/** One change of the chain at a time. */
function proposeChange(state: MasterState, context: MasterContext, command: ChainCommand): void {
  if (changeChain(state.configuration, command) === undefined) return;
  context.env.mark(`${command.f}-proposed`);
  state.proposed = command;
  context.rules.propose(state, context, { ...command, term: state.term });
}

/** The chain has changed: those that are concerned, and those that were, hear of it at once. */
function announce(state: MasterState, context: MasterContext): void {
  const { env, roles } = context;
  state.proposed = null;
  env.mark('configuration-decided');
  if (!state.paxos.leader.isActive) return;
  const { configuration } = state;
  for (const server of roles.servers) env.send(server, { type: 'ChainConfig', configuration });
  context.rules.supervise(state, context);
}

function answerConfiguration(state: MasterState, { env }: MasterContext, from: NodeId): void {
  env.send(from, { type: 'ChainConfig', configuration: state.configuration });
}

function onServerHeartbeat(
  state: MasterState,
  context: MasterContext,
  from: NodeId,
  heartbeat: ServerHeartbeat,
): void {
  const { env, rules } = context;
  const before = state.heartbeats[from];
  if (before !== undefined && !isNewer(heartbeat, before)) return;
  state.heardAt[from] = env.now;
  state.heartbeats[from] = heartbeat;
  const { echo } = heartbeat;
  if (echo.master === state.id) state.echoedAt[from] = echo.at;
  if (!rules.isActing(state, context)) return;
  if (heartbeat.epoch < state.configuration.epoch) rules.answerConfiguration(state, context, from);
  rules.replyToHeartbeat(state, context, from, heartbeat);
  if (before?.status !== heartbeat.status) rules.supervise(state, context);
}

/** Heartbeats may overtake each other; the clock of one incarnation only goes forward. */
function isNewer(one: ServerHeartbeat, other: ServerHeartbeat): boolean {
  if (one.incarnation !== other.incarnation) return one.incarnation > other.incarnation;
  return one !== other && one.sentAt >= other.sentAt;
}

/** Whoever is about to be removed gets no lease any more. */
function mayGrant(
  { configuration, proposed, leaving }: MasterState,
  { options, rules }: MasterContext,
  server: NodeId,
  { epoch, incarnation }: ServerHeartbeat,
): boolean {
  if (options.readMode !== 'lease' || epoch !== configuration.epoch) return false;
  if (leaving === server) return false;
  if (proposed?.f === 'remove' && proposed.server === server) return false;
  if (configuration.incarnations[server] !== incarnation) return false;
  return rules.answersQueries(configuration, server);
}

/** §3: the tail does. */
function answersQueries(configuration: Configuration, server: NodeId): boolean {
  return tailOf(configuration) === server;
}

function replyToHeartbeat(
  state: MasterState,
  context: MasterContext,
  server: NodeId,
  heartbeat: ServerHeartbeat,
): void {
  const { env, options, rules } = context;
  const isGranted = rules.mayGrant(state, context, server, heartbeat);
  if (isGranted) {
    state.grantedAt[server] = env.now;
    state.grants++;
  }
  env.sendUnsynced(server, {
    type: 'HeartbeatReply',
    epoch: state.configuration.epoch,
    sentAt: heartbeat.sentAt,
    repliedAt: env.now,
    lease: isGranted ? options.leaseDuration : 0,
  });
}

/** Whether no lease that anybody has granted to this server can still be counted on. */
function hasLeaseRunOut(state: MasterState, context: MasterContext, server: NodeId): boolean {
  const { env, options } = context;
  if (options.readMode !== 'lease') return true;
  const longest = longestOf(options.leaseDuration, options.driftBound);
  return env.now >= (state.grantedAt[server] ?? NEVER) + longest;
}

/** A tail asks whether its epoch is current: whoever leads asks a quorum, one read for many. */
function onConfirm(
  state: MasterState,
  context: MasterContext,
  from: NodeId,
  { round, nonce }: Confirm,
): void {
  const { env, options, rules } = context;
  if (state.actingSince === NEVER) return;
  state.toConfirm = state.toConfirm.filter(({ server }) => server !== from);
  state.toConfirm.push({ server: from, round, nonce });
  const isOverdue = env.now - state.confirmingSince >= options.forwardResend;
  if (state.confirmingBy === 0 || isOverdue) rules.readEpoch(state, context);
}

function readEpoch(state: MasterState, context: MasterContext): void {
  state.confirming = state.toConfirm;
  state.toConfirm = [];
  state.confirmingSince = context.env.now;
  state.confirmingBy = state.term * REQUESTS_MAX + state.requestCount + 1;
  context.rules.propose(state, context, { f: 'confirm' });
}

function onResponse(state: MasterState, context: MasterContext, response: Response): void {
  const { requestNumber, result } = response;
  if (requestNumber !== state.confirmingBy || typeof result !== 'number') return;
  state.confirmedBy = requestNumber;
  state.confirmingBy = 0;
  for (const { server, round, nonce } of state.confirming) {
    context.env.send(server, { type: 'Confirmed', epoch: result, round, nonce });
  }
  state.confirming = [];
  if (state.toConfirm.length > 0) context.rules.readEpoch(state, context);
}

/** Whichever master is asked: it tells the others until one that acts has had it decided. */
function onReconfigure(
  state: MasterState,
  context: MasterContext,
  members: readonly NodeId[],
): void {
  const { env, roles, rules } = context;
  env.mark('reconfiguration-requested');
  const servers = members.filter((member) => roles.servers.includes(member));
  if (servers.length === 0) return;
  rules.rememberWish(state, context, { askedOf: state.id, id: env.random(WISHES), servers });
  rules.pursueWish(state, context);
}

/** What an operator has asked for survives the crash of the master that was asked. */
function rememberWish(state: MasterState, { env }: MasterContext, wish: Wish | null): void {
  state.wish = wish;
  env.persist({ kind: 'set', key: WISH, value: wish });
}

function recallWish(state: MasterState, { records }: Durable): void {
  for (const { intact, writes } of records) {
    for (const write of intact ? writes : []) {
      // The disk returns what this file wrote under this key.
      if (write.kind === 'set' && write.key === WISH)
        state.wish = write.value as MasterState['wish'];
    }
  }
}

/** Until it was decided: others may have been decided since, whose operators came later then. */
function pursueWish(state: MasterState, context: MasterContext): void {
  const { env, roles, rules } = context;
  const { wish } = state;
  const { wishes, decidedWishes } = ledgerOf(state);
  if (wish === null) return;
  if (decidedWishes[state.id] === wish.id) {
    rules.rememberWish(state, context, null);
    return;
  }
  const message: WishMessage = { type: 'Wish', number: wishes + 1, ...wish };
  rules.onWish(state, context, message);
  for (const master of roles.masters) if (master !== state.id) env.send(master, message);
}

function onWish(state: MasterState, context: MasterContext, message: WishMessage): void {
  const { rules } = context;
  const { number, askedOf, id, servers } = message;
  const isNext = number === ledgerOf(state).wishes + 1 && state.proposedWish !== number;
  if (!isNext || !rules.isActing(state, context)) return;
  state.proposedWish = number;
  rules.propose(state, context, { f: 'want', number, askedOf, id, servers });
}

/** Where its own lease comes and goes, the timer may find it without one each time. */
function onSuperviseTimer(state: MasterState, context: MasterContext): void {
  const { env, options, rules } = context;
  rules.takeCare(state, context);
  state.isSupervisionDue = state.actingSince !== NEVER && !rules.isActing(state, context);
  env.setTimer('supervise', options.heartbeatInterval);
}

function takeCare(state: MasterState, context: MasterContext): void {
  state.isSupervisionDue = false;
  context.rules.pursueWish(state, context);
  context.rules.supervise(state, context);
}

/** What is wanted of the chain, and the next step towards it. */
function supervise(state: MasterState, context: MasterContext): void {
  const { rules } = context;
  if (state.proposed !== null || !rules.isActing(state, context)) return;
  const command = rules.chooseChange(state, context);
  if (command !== undefined) rules.proposeChange(state, context, command);
}

export const masterRules = {
  onPaxos,
  follow,
  beginTerm,
  mayAct,
  beginToAct,
  isActing,
  propose,
  proposeChange,
  announce,
  answerConfiguration,
  onServerHeartbeat,
  mayGrant,
  answersQueries,
  replyToHeartbeat,
  hasLeaseRunOut,
  onConfirm,
  readEpoch,
  onResponse,
  onReconfigure,
  rememberWish,
  recallWish,
  pursueWish,
  onWish,
  onSuperviseTimer,
  takeCare,
  supervise,
};
