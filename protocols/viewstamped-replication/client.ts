/**
 * A client of Viewstamped Replication: Liskov & Cowling, "Viewstamped Replication Revisited",
 * §4 (request numbers, retries, finding the primary) and §4.5 (recovery of a client).
 *
 * Deviation: a client keeps one number on disk, the highest request number that it has begun an
 * incarnation with or given up on. The paper's "add 2 to the latest number the group knows" is safe
 * for one unanswered request; a client that crashes twice, or gives up, may have more in transit.
 */
import type {
  Client,
  ClientEnv,
  Cluster,
  Durable,
  NodeId,
  Unreadable,
} from '../../sim/contract.ts';
import type { Level } from '../../sim/level.ts';
import type { Plain } from '../../sim/plain.ts';
import { armRestOfRetry, armRetry, patienceOf } from '../client-patience.ts';
import { primaryOf, quorumOf } from './context.ts';
import type { ClientRecoveryResponse, Reply, Request, VrMessage } from './messages.ts';
import { readOptions, type VrOptions } from './options.ts';
import { type ClientState, initialClientState, NO_MESSAGE } from './state.ts';

export type ClientTimer = 'retry' | 'clientRecovery';

export interface ClientContext {
  readonly env: ClientEnv<VrMessage, ClientTimer>;
  readonly rules: ClientRules;
  readonly options: VrOptions;
  readonly replicas: number;
  readonly quorum: number;
}

/** Patience with a recovery doubles at each retry, up to 2 to this power. */
const BACKOFF_MAX = 5;

const NONCES = 2 ** 30;

/** §4.5: one above the number the group knows may still be in transit, so the next one is free. */
const RECOVERY_STEP = 2;

export class VrClient implements Client<VrMessage, ClientTimer, ClientState> {
  readonly state: ClientState;
  readonly #context: ClientContext;

  constructor(env: ClientEnv<VrMessage, ClientTimer>, cluster: Cluster, rules: ClientRules) {
    const replicas = cluster.replicas.length;
    const options = readOptions(cluster.options);
    this.#context = { env, rules, options, replicas, quorum: quorumOf(replicas) };
    this.state = initialClientState(env.id, replicas);
  }

  start(durable: Durable): void {
    this.#context.rules.start(this.state, this.#context, durable);
  }

  invoke(operation: Plain, _level: Level, via?: NodeId): void {
    this.#context.rules.invoke(this.state, this.#context, operation, via);
  }

  receive(from: NodeId, message: VrMessage | Unreadable): void {
    const { rules } = this.#context;
    switch (message.type) {
      case 'Reply':
        rules.onReply(this.state, this.#context, message);
        break;
      case 'ClientRecoveryResponse':
        rules.onClientRecoveryResponse(this.state, this.#context, from, message);
        break;
      case 'Unreadable':
        rules.onUnreadable(this.#context);
        break;
      default:
        // Everything else is between replicas.
        return;
    }
  }

  expire(timer: ClientTimer): void {
    const { rules } = this.#context;
    switch (timer) {
      case 'retry':
        rules.onRetryTimer(this.state, this.#context);
        break;
      case 'clientRecovery':
        rules.onRecoveryTimer(this.state, this.#context);
        break;
      default:
        timer satisfies never;
    }
  }
}

/** A first start begins with request number 1; a restart asks the group first. */
function start(state: ClientState, context: ClientContext, durable: Durable): void {
  let hasBooted = false;
  for (const record of durable.records) {
    if (!record.intact) continue;
    for (const write of record.writes) {
      if (write.kind !== 'set' || typeof write.value !== 'number') continue;
      hasBooted = true;
      state.durableRequestNumber = Math.max(state.durableRequestNumber, write.value);
    }
  }
  if (hasBooted) {
    context.env.mark('client-recovery-started');
    state.status = 'recovering';
    context.rules.askForRequestNumber(state, context);
  } else {
    context.rules.remember(state, context, 0);
  }
}

function remember(state: ClientState, context: ClientContext, requestNumber: number): void {
  state.durableRequestNumber = requestNumber;
  context.env.persist({ kind: 'set', key: 'requestNumber', value: requestNumber });
}

/** §4.5, with a fresh nonce: an answer to an earlier incarnation may be too low. */
function askForRequestNumber(state: ClientState, context: ClientContext): void {
  state.nonce = context.env.random(NONCES);
  state.answers.fill(NO_MESSAGE);
  const message = { type: 'ClientRecovery', nonce: state.nonce } as const;
  for (let replica = 0; replica < context.replicas; replica++) context.env.send(replica, message);
  const patience = 2 ** Math.min(state.recoveryRetries, BACKOFF_MAX);
  context.env.setTimer('clientRecovery', context.options.recoveryRetry * patience);
}

function onRecoveryTimer(state: ClientState, context: ClientContext): void {
  if (state.status !== 'recovering') return;
  state.recoveryRetries++;
  context.rules.askForRequestNumber(state, context);
}

/** §4.5: the largest number among f + 1 answers is at least that of the last answered request. */
function onClientRecoveryResponse(
  state: ClientState,
  context: ClientContext,
  from: NodeId,
  message: ClientRecoveryResponse,
): void {
  if (state.status !== 'recovering' || message.nonce !== state.nonce) return;
  state.answers[from] = message.requestNumber;
  state.viewNumber = Math.max(state.viewNumber, message.viewNumber);
  let count = 0;
  let latest = state.durableRequestNumber;
  for (const answer of state.answers) {
    if (answer !== NO_MESSAGE) count++;
    if (answer > latest) latest = answer;
  }
  if (count < context.quorum) return;
  const first = context.rules.numberAfterRecovery(latest);
  state.requestNumber = first - 1;
  context.rules.remember(state, context, first);
  state.status = 'normal';
  context.env.mark('client-recovery-completed');
  if (state.isOpen) context.rules.sendRequest(state, context);
}

function numberAfterRecovery(latest: number): number {
  return latest + RECOVERY_STEP;
}

/**
 * §4: one operation at a time; while the client recovers, it waits, and asks whom it would ask
 * anyway when it has.
 */
function invoke(state: ClientState, context: ClientContext, operation: Plain, via?: NodeId): void {
  state.isOpen = true;
  state.operation = operation;
  state.request = null;
  state.invokedAt = context.env.now;
  if (state.status === 'normal') context.rules.sendRequest(state, context, via);
  context.rules.armRetry(state, context);
}

/** §4.1 step 1: to the primary of the view the client knows of, unless it was told whom to ask. */
function sendRequest(state: ClientState, context: ClientContext, via?: NodeId): void {
  state.requestNumber++;
  state.request = context.rules.requestFor(state);
  state.sentAt = context.env.now;
  context.env.send(via ?? primaryOf(state.viewNumber, context.replicas), state.request);
}

function requestFor(state: ClientState): Request {
  return {
    type: 'Request',
    operation: state.operation,
    clientId: state.clientId,
    requestNumber: state.requestNumber,
  };
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
  if (patience === 'late' && state.request !== null) rules.onTimeout(state, context);
  if (state.isOpen) armRestOfRetry(state, context);
}

/** §4: without a reply, the same request with the same number to all replicas. */
function onTimeout(state: ClientState, context: ClientContext): void {
  context.env.mark('client-retried');
  const request = context.rules.requestForRetry(state);
  state.sentAt = context.env.now;
  for (let replica = 0; replica < context.replicas; replica++) context.env.send(replica, request);
}

function requestForRetry(state: ClientState): Request {
  return state.request!;
}

/** The request may still be executed: its outcome stays unknown, its number stays used. */
function giveUp(state: ClientState, context: ClientContext): void {
  context.env.mark('client-gave-up');
  state.isOpen = false;
  if (state.request !== null) context.rules.remember(state, context, state.requestNumber);
  context.env.abandon();
}

/** §4.1: the first reply to the open request ends it; its view-number shows who is primary. */
function onReply(state: ClientState, context: ClientContext, reply: Reply): void {
  if (!context.rules.isAwaited(state, reply)) {
    context.env.mark('duplicate-reply-ignored');
    return;
  }
  if (reply.viewNumber > state.viewNumber) state.viewNumber = reply.viewNumber;
  state.isOpen = false;
  context.env.complete(reply.result);
}

function isAwaited(state: ClientState, reply: Reply): boolean {
  return (
    state.isOpen && state.request !== null && reply.requestNumber === state.request.requestNumber
  );
}

function onUnreadable(context: ClientContext): void {
  context.env.mark('unreadable-dropped');
}

/** Every rule of a client; they call each other through this record, as the replica's do. */
export const clientRules = {
  start,
  remember,
  askForRequestNumber,
  onRecoveryTimer,
  onClientRecoveryResponse,
  numberAfterRecovery,
  invoke,
  sendRequest,
  requestFor,
  armRetry,
  onRetryTimer,
  onTimeout,
  requestForRetry,
  giveUp,
  onReply,
  isAwaited,
  onUnreadable,
};

export type ClientRules = typeof clientRules;
