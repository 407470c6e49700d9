/**
 * A client of Multi-Paxos: numbers its requests, asks the leader that answered last, and all
 * replicas when no answer comes, always under the same number (§2.1).
 *
 * Deviation: the paper's clients ask all replicas from the start.
 * Deviation: request numbers are reserved on disk in blocks, so that a client which restarts uses
 * no number twice. The paper's clients do not restart.
 */
import type {
  Client,
  ClientEnv,
  Cluster,
  Durable,
  Level,
  NodeId,
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
import { leaderOf, NO_BALLOT } from './ballot.ts';
import type { PaxosMessage, Redirect, Request, Response } from './messages.ts';
import { type PaxosOptions, readOptions } from './options.ts';
import type { ClientState } from './state.ts';

export type ClientTimer = 'retry';

export interface ClientContext {
  readonly env: ClientEnv<PaxosMessage, ClientTimer>;
  readonly rules: ClientRules;
  readonly options: PaxosOptions;
  readonly nodes: readonly NodeId[];
}

export class PaxosClient implements Client<PaxosMessage, ClientTimer, ClientState> {
  readonly state: ClientState;
  readonly #context: ClientContext;

  constructor(env: ClientEnv<PaxosMessage, ClientTimer>, cluster: Cluster, rules: ClientRules) {
    const nodes = cluster.replicas;
    this.#context = { env, rules, options: readOptions(cluster.options), nodes };
    this.state = initialClientState(env.id, nodes[env.id % nodes.length]!);
  }

  start(durable: Durable): void {
    this.#context.rules.start(this.state, this.#context, durable);
  }

  invoke(operation: Plain, level: Level): void {
    this.#context.rules.invoke(this.state, this.#context, operation, level);
  }

  receive(_from: NodeId, message: PaxosMessage | Unreadable): void {
    const { rules } = this.#context;
    switch (message.type) {
      case 'Response':
        rules.onResponse(this.state, this.#context, message);
        break;
      case 'Redirect':
        rules.onRedirect(this.state, this.#context, message);
        break;
      case 'Unreadable':
        rules.onUnreadable(this.#context);
        break;
      default:
        // Everything else is between nodes.
        return;
    }
  }

  expire(): void {
    this.#context.rules.onRetryTimer(this.state, this.#context);
  }
}

function initialClientState(clientId: NodeId, home: NodeId): ClientState {
  return {
    clientId,
    requestNumber: 0,
    reserved: 0,
    ballot: NO_BALLOT,
    home,
    slotOut: 0,
    isOpen: false,
    operation: null,
    isSequential: false,
    request: null,
    invokedAt: 0,
    sentAt: 0,
    isRetryArmed: false,
  };
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
  state.isOpen = true;
  state.operation = operation;
  state.isSequential = level === 'sequential';
  state.request = rules.requestFor(state);
  state.invokedAt = env.now;
  state.sentAt = env.now;
  if (state.isSequential) rules.sendSequentialRead(state, context);
  else env.send(leaderOf(state.ballot), state.request);
  rules.armRetry(state, context);
}

function requestFor({ operation, clientId, requestNumber }: ClientState): Request {
  return { type: 'Request', operation, clientId, requestNumber };
}

/** The session's token keeps the answer from being older than what the session has seen. */
function sendSequentialRead(state: ClientState, context: ClientContext): void {
  const { operation, requestNumber, slotOut } = state;
  const message = { type: 'SequentialRead', operation, requestNumber, slotOut } as const;
  context.env.send(state.home, message);
}

function onRetryTimer(state: ClientState, context: ClientContext): void {
  const { rules } = context;
  state.isRetryArmed = false;
  if (!state.isOpen) return;
  const patience = patienceOf(state, context);
  if (patience === 'at-an-end') {
    rules.giveUp(state, context);
    return;
  }
  if (patience === 'late') rules.onTimeout(state, context);
  armRestOfRetry(state, context);
}

/** No answer: the leader may be another one, the replica may be down. */
function onTimeout(state: ClientState, context: ClientContext): void {
  const { env, nodes, rules } = context;
  env.mark('client-retried');
  state.sentAt = env.now;
  if (state.isSequential) {
    state.home = nodes[(nodes.indexOf(state.home) + 1) % nodes.length]!;
    rules.sendSequentialRead(state, context);
    return;
  }
  const request = rules.requestForRetry(state);
  for (const node of rules.retryTargets(state, context)) env.send(node, request);
}

function requestForRetry({ request }: ClientState): Request {
  return request!;
}

function retryTargets(_state: ClientState, { nodes }: ClientContext): readonly NodeId[] {
  return nodes;
}

/** The request may still be executed: its outcome stays unknown, its number stays used. */
function giveUp(state: ClientState, context: ClientContext): void {
  context.env.mark('client-gave-up');
  state.isOpen = false;
  context.env.abandon();
}

/** ⟨response, cid, result⟩: the first one to the open request ends it. */
function onResponse(state: ClientState, context: ClientContext, response: Response): void {
  if (!context.rules.isAwaited(state, response)) {
    context.env.mark('duplicate-response-ignored');
    return;
  }
  if (response.ballot > state.ballot) state.ballot = response.ballot;
  if (response.slotOut > state.slotOut) state.slotOut = response.slotOut;
  state.isOpen = false;
  context.env.complete(response.result);
}

function isAwaited({ isOpen, requestNumber }: ClientState, response: Response): boolean {
  return isOpen && response.requestNumber === requestNumber;
}

/** The hint is followed once: a later one has to be of a higher ballot. */
function onRedirect(state: ClientState, context: ClientContext, redirect: Redirect): void {
  if (!state.isOpen || redirect.requestNumber !== state.requestNumber) return;
  if (redirect.ballot <= state.ballot) return;
  state.ballot = redirect.ballot;
  context.env.send(leaderOf(state.ballot), state.request!);
}

function onUnreadable(context: ClientContext): void {
  context.env.mark('unreadable-dropped');
}

/** Every rule of a client; they call each other through this record, as a node's do. */
export const clientRules = {
  start,
  reserve,
  invoke,
  requestFor,
  sendSequentialRead,
  armRetry,
  onRetryTimer,
  onTimeout,
  requestForRetry,
  retryTargets,
  giveUp,
  onResponse,
  isAwaited,
  onRedirect,
  onUnreadable,
};

export type ClientRules = typeof clientRules;
