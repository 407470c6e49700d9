/**
 * A client of a chain: van Renesse & Schneider, OSDI 2004, §3: queries go to the tail, updates to
 * the head, and the master tells who that is.
 *
 * Deviation: a client asks the masters when it knows nobody or gets no answer; servers that are
 * asked for what is not theirs tell the chain as they know it.
 * Deviation: a session's reads that may be old go to one server of the chain, its home.
 * Deviation: the paper leaves to clients how they guard against an update that is performed twice
 * (§2). Here every operation has a number, and a retry keeps it. Numbers are reserved on disk in
 * blocks, so that a client which restarts uses none twice.
 */
import type {
  Client,
  ClientEnv,
  Cluster,
  Durable,
  Level,
  Micros,
  NodeId,
  StateMachine,
  Unreadable,
} from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import {
  armRestOfRetry,
  armRetry,
  nextReservation,
  patienceOf,
  reservationWrite,
  reservedOn,
} from '../client-patience.ts';
import { type Configuration, headOf, tailOf } from './configuration.ts';
import type { ChainMessage, Query, Redirect, Reply, Request, SequentialRead } from './messages.ts';
import { type ChainOptions, type Roles, readOptions, rolesOf } from './options.ts';

export type ClientTimer = 'retry';

export interface ClientContext {
  readonly env: ClientEnv<ChainMessage, ClientTimer>;
  readonly rules: ClientRules;
  readonly options: ChainOptions;
  readonly roles: Roles;
  readonly machine: StateMachine;
}

export interface ClientState {
  readonly clientId: NodeId;
  /** Number of the latest request; numbers below `reserved` may be used without a disk write. */
  requestNumber: number;
  reserved: number;
  /** The latest configuration heard of, or null. */
  configuration: Configuration | null;
  /** Where a sequential read goes: moves on when no answer comes, and when it leaves the chain. */
  home: NodeId;
  /** Servers that have sent the open read away since it was invoked, or since the last timeout. */
  refusals: number;
  /** The session's token: so many updates it has seen. */
  sequence: number;
  /** What waits for an answer, or null. */
  open: Request | Query | SequentialRead | null;
  invokedAt: Micros;
  sentAt: Micros;
  isRetryArmed: boolean;
}

export class ChainClient implements Client<ChainMessage, ClientTimer, ClientState> {
  readonly state: ClientState;
  readonly #context: ClientContext;

  constructor(
    env: ClientEnv<ChainMessage, ClientTimer>,
    cluster: Cluster,
    machine: StateMachine,
    rules: ClientRules,
  ) {
    const roles = rolesOf(cluster);
    this.#context = { env, rules, options: readOptions(cluster.options), roles, machine };
    this.state = {
      clientId: env.id,
      requestNumber: 0,
      reserved: 0,
      configuration: null,
      home: roles.servers[env.id % roles.servers.length] ?? env.id,
      refusals: 0,
      sequence: 0,
      open: null,
      invokedAt: 0,
      sentAt: 0,
      isRetryArmed: false,
    };
  }

  start(durable: Durable): void {
    this.#context.rules.start(this.state, this.#context, durable);
  }

  invoke(operation: Plain, level: Level): void {
    this.#context.rules.invoke(this.state, this.#context, operation, level);
  }

  receive(from: NodeId, message: ChainMessage | Unreadable): void {
    const { rules } = this.#context;
    switch (message.type) {
      case 'Reply':
        rules.onReply(this.state, this.#context, message);
        break;
      case 'Redirect':
        rules.onRedirect(this.state, this.#context, from, message);
        break;
      case 'ChainConfig':
        rules.onConfiguration(this.state, this.#context, message.configuration);
        break;
      case 'Unreadable':
        rules.onUnreadable(this.#context);
        break;
      default:
        // Everything else is among servers and masters.
        return;
    }
  }

  expire(): void {
    this.#context.rules.onRetryTimer(this.state, this.#context);
  }
}

/** A restart goes on above all that it may have used. */
function start(state: ClientState, context: ClientContext, durable: Durable): void {
  state.requestNumber = reservedOn(durable);
  context.rules.reserve(state, context);
}

function reserve(state: ClientState, context: ClientContext): void {
  state.reserved = nextReservation(state.requestNumber);
  context.env.persist(reservationWrite(state.reserved));
}

function invoke(state: ClientState, context: ClientContext, operation: Plain, level: Level): void {
  const { env, rules } = context;
  if (state.requestNumber === state.reserved) rules.reserve(state, context);
  state.requestNumber++;
  state.open = rules.requestFor(state, context, operation, level);
  state.invokedAt = env.now;
  state.sentAt = env.now;
  state.refusals = 0;
  rules.send(state, context, state.open);
  rules.armRetry(state, context);
}

/** An update, a query, or a read that may be old. */
function requestFor(
  state: ClientState,
  { machine, options }: ClientContext,
  operation: Plain,
  level: Level,
): Request | Query | SequentialRead {
  const { clientId, requestNumber, sequence } = state;
  if (level === 'sequential') return { type: 'SequentialRead', operation, requestNumber, sequence };
  if (options.readMode !== 'chain' && machine.isReadOnly(operation)) {
    return { type: 'Query', operation, requestNumber };
  }
  return { type: 'Request', operation, clientId, requestNumber };
}

/** To the head, to the tail, or to where this session reads. */
function send(
  state: ClientState,
  context: ClientContext,
  request: Request | Query | SequentialRead,
): void {
  const { env, rules } = context;
  const target = rules.targetOf(state, request);
  if (target === undefined) rules.askMasters(context);
  else env.send(target, request);
}

function targetOf(
  { configuration, home }: ClientState,
  request: Request | Query | SequentialRead,
): NodeId | undefined {
  if (request.type === 'SequentialRead') return home;
  if (configuration === null) return undefined;
  return request.type === 'Request' ? headOf(configuration) : tailOf(configuration);
}

function askMasters({ env, roles }: ClientContext): void {
  for (const master of roles.masters) env.send(master, { type: 'GetConfiguration' });
}

function onRetryTimer(state: ClientState, context: ClientContext): void {
  const { env, rules } = context;
  state.isRetryArmed = false;
  if (state.open === null) return;
  const patience = patienceOf(state, context);
  if (patience === 'at-an-end') {
    rules.giveUp(state, context);
    return;
  }
  if (patience === 'late') {
    env.mark('client-retried');
    state.sentAt = env.now;
    rules.onTimeout(state, context);
  }
  armRestOfRetry(state, context);
}

/** No answer: it may be lost, or whoever should give it is not there any more. */
function onTimeout(state: ClientState, context: ClientContext): void {
  const { rules } = context;
  const open = rules.requestForRetry(state);
  state.refusals = 0;
  if (open.type === 'SequentialRead') rules.moveHome(state, context);
  rules.askMasters(context);
  rules.send(state, context, open);
}

function requestForRetry({ open }: ClientState): Request | Query | SequentialRead {
  return open!;
}

/** To the next server of the chain; to any server, as long as no chain is known. */
function moveHome(state: ClientState, { roles }: ClientContext): void {
  const servers = state.configuration?.chain ?? roles.servers;
  const index = servers.indexOf(state.home);
  // Who comes from outside goes where not all others go.
  const next = index < 0 ? state.clientId : index + 1;
  state.home = servers[next % servers.length] ?? state.home;
}

/** The operation may still happen: its outcome stays unknown, its number stays used. */
function giveUp(state: ClientState, context: ClientContext): void {
  context.env.mark('client-gave-up');
  state.open = null;
  context.env.abandon();
}

function onReply(state: ClientState, context: ClientContext, reply: Reply): void {
  const { env, rules } = context;
  if (!rules.isAwaited(state, reply)) {
    env.mark('duplicate-reply-ignored');
    return;
  }
  if (reply.sequence > state.sequence) state.sequence = reply.sequence;
  state.open = null;
  env.complete(reply.result);
}

function isAwaited({ open }: ClientState, { requestNumber }: Reply): boolean {
  return open?.requestNumber === requestNumber;
}

function onRedirect(
  state: ClientState,
  context: ClientContext,
  from: NodeId,
  { requestNumber, configuration }: Redirect,
): void {
  const { rules } = context;
  const { open, home } = state;
  const isRefusal =
    open?.type === 'SequentialRead' && open.requestNumber === requestNumber && home === from;
  if (isRefusal) rules.onRefusal(state, context, configuration);
  else rules.onConfiguration(state, context, configuration);
}

/** Home is not in the chain, whatever we know: the others are asked, each once for a while. */
function onRefusal(state: ClientState, context: ClientContext, configuration: Configuration): void {
  const { rules, roles } = context;
  rules.learn(state, configuration);
  rules.moveHome(state, context);
  state.refusals++;
  if (state.refusals < roles.servers.length) rules.follow(state, context);
}

/** News are followed at once, and only news: whoever redirects us in circles is not followed. */
function onConfiguration(
  state: ClientState,
  context: ClientContext,
  configuration: Configuration,
): void {
  const { rules } = context;
  if (!rules.learn(state, configuration)) return;
  if (!configuration.chain.includes(state.home)) rules.moveHome(state, context);
  rules.follow(state, context);
}

/** Whether it is news. */
function learn(state: ClientState, configuration: Configuration): boolean {
  if (configuration.epoch <= (state.configuration?.epoch ?? 0)) return false;
  state.configuration = configuration;
  return true;
}

function follow(state: ClientState, context: ClientContext): void {
  if (state.open === null) return;
  context.env.mark('client-redirected');
  context.rules.send(state, context, state.open);
}

function onUnreadable({ env }: ClientContext): void {
  env.mark('unreadable-dropped');
}

/** Every rule of a client; they call each other through this record, as the servers' do. */
export const clientRules = {
  start,
  reserve,
  invoke,
  requestFor,
  send,
  targetOf,
  askMasters,
  armRetry,
  onRetryTimer,
  onTimeout,
  requestForRetry,
  moveHome,
  giveUp,
  onReply,
  isAwaited,
  onRedirect,
  onRefusal,
  onConfiguration,
  learn,
  follow,
  onUnreadable,
};

export type ClientRules = typeof clientRules;
