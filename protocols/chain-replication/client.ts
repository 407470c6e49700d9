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
import type { ClientEnv, Cluster, NodeId, StateMachine, Unreadable } from '../../sim/contract.ts';
import type { Level } from '../../sim/level.ts';
import type { Plain } from '../../sim/plain.ts';
import {
  NumberedClient,
  type NumberedRules,
  type NumberedState,
  numberedRules,
} from '../numbered-client.ts';
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

export interface ClientState extends NumberedState {
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
}

export class ChainClient extends NumberedClient<ChainMessage, ClientState, ClientContext> {
  constructor(
    env: ClientEnv<ChainMessage, ClientTimer>,
    cluster: Cluster,
    machine: StateMachine,
    rules: ClientRules,
  ) {
    const roles = rolesOf(cluster);
    super(initialClientState(env.id, roles), {
      env,
      rules,
      options: readOptions(cluster.options),
      roles,
      machine,
    });
  }

  override receive(from: NodeId, message: ChainMessage | Unreadable): void {
    const { rules } = this.context;
    switch (message.type) {
      case 'Reply':
        rules.onReply(this.state, this.context, message);
        break;
      case 'Redirect':
        rules.onRedirect(this.state, this.context, from, message);
        break;
      case 'ChainConfig':
        rules.onConfiguration(this.state, this.context, message.configuration);
        break;
      case 'Unreadable':
        rules.onUnreadable(this.context);
        break;
      default:
        // Everything else is among servers and masters.
        return;
    }
  }

  /** What is open is sent once more, before it is late. */
  askAgain(): void {
    const { rules } = this.context;
    if (this.state.open === null) return;
    rules.send(this.state, this.context, rules.requestForRetry(this.state));
  }
}

function initialClientState(clientId: NodeId, { servers }: Roles): ClientState {
  return {
    clientId,
    requestNumber: 0,
    reserved: 0,
    configuration: null,
    home: servers[clientId % servers.length] ?? clientId,
    refusals: 0,
    sequence: 0,
    open: null,
    invokedAt: 0,
    sentAt: 0,
    isRetryArmed: false,
  };
}

function ask(
  state: ClientState,
  context: ClientContext,
  operation: Plain,
  level: Level,
  via?: NodeId,
): void {
  const { env, rules } = context;
  state.open = rules.requestFor(state, context, operation, level);
  state.refusals = 0;
  if (rules.goesHome(state.open)) state.home = via ?? state.home;
  if (via === undefined) rules.send(state, context, state.open);
  else env.send(via, state.open);
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
  const target = rules.targetOf(state, context, request);
  if (target === undefined) rules.askMasters(context);
  else env.send(target, request);
}

function targetOf(
  { configuration, home }: ClientState,
  { rules }: ClientContext,
  request: Request | Query | SequentialRead,
): NodeId | undefined {
  if (rules.goesHome(request)) return home;
  if (configuration === null) return undefined;
  return request.type === 'Request' ? headOf(configuration) : tailOf(configuration);
}

/** Whether any server of the chain may answer it, so that the client chooses one. */
function goesHome({ type }: Request | Query | SequentialRead): boolean {
  return type === 'SequentialRead';
}

function askMasters({ env, roles }: ClientContext): void {
  for (const master of roles.masters) env.send(master, { type: 'GetConfiguration' });
}

/** The answer may be lost, or whoever should give it is not there any more. */
function retry(state: ClientState, context: ClientContext): void {
  const { rules } = context;
  const open = rules.requestForRetry(state);
  state.refusals = 0;
  if (rules.goesHome(open)) rules.moveHome(state, context);
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

function onReply(state: ClientState, context: ClientContext, reply: Reply): void {
  const { env, rules } = context;
  if (!rules.isAwaited(state, reply)) {
    env.mark('duplicate-reply-ignored');
    return;
  }
  if (reply.sequence > state.sequence) state.sequence = reply.sequence;
  rules.close(state);
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
  const isAnswer = open?.requestNumber === requestNumber && home === from;
  const isRefusal = isAnswer && rules.goesHome(open);
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

function isOpen({ open }: ClientState): boolean {
  return open !== null;
}

function close(state: ClientState): void {
  state.open = null;
}

const ownRules = {
  ask,
  requestFor,
  send,
  targetOf,
  goesHome,
  askMasters,
  retry,
  requestForRetry,
  moveHome,
  onReply,
  isAwaited,
  onRedirect,
  onRefusal,
  onConfiguration,
  learn,
  follow,
  isOpen,
  close,
};

export type ClientRules = NumberedRules<ClientState, ClientContext> & typeof ownRules;

/** Every rule of a client; they call each other through this record, as the servers' do. */
export const clientRules: ClientRules = { ...numberedRules, ...ownRules };
