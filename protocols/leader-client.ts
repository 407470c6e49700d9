/**
 * The client of protocols whose leaders are known by their ballots: it numbers its requests, asks
 * the leader that answered last, and all nodes when no answer comes, always under the same number.
 *
 * A read of its session goes to one node, its home, with the session's token, which tells how much
 * the session has seen. `Token` is the field that holds it, under the protocol's own name.
 */
import type { ClientEnv, NodeId, Unreadable } from '../sim/contract.ts';
import type { Level } from '../sim/level.ts';
import type { Plain } from '../sim/plain.ts';
import type { PatientContext } from './client-patience.ts';
import {
  NumberedClient,
  type NumberedRules,
  type NumberedState,
  numberedRules,
} from './numbered-client.ts';

interface Request {
  readonly type: 'Request';
  readonly operation: Plain;
  readonly clientId: NodeId;
  readonly requestNumber: number;
}

interface SequentialRead {
  readonly type: 'SequentialRead';
  readonly operation: Plain;
  readonly requestNumber: number;
}

interface Response {
  readonly type: 'Response';
  readonly requestNumber: number;
  readonly result: Plain;
  /** Of the leader that the sender follows. */
  readonly ballot: number;
}

interface Redirect {
  readonly type: 'Redirect';
  readonly requestNumber: number;
  readonly ballot: number;
}

export interface LeaderClientState extends NumberedState {
  /** The highest that any answer has told of: who owns it is asked first. */
  ballot: number;
  /** Where a sequential read goes: moves on when no answer comes. */
  home: NodeId;
  isOpen: boolean;
  operation: Plain;
  isSequential: boolean;
  request: Request | null;
}

export interface LeaderClientContext<Token> extends PatientContext {
  readonly env: ClientEnv<Request | (SequentialRead & Token), 'retry'>;
  readonly rules: LeaderClientRules<Token>;
  readonly nodes: readonly NodeId[];
}

/** The rules of such a client, of which the first three are the protocol's to say. */
export interface LeaderClientRules<Token>
  extends NumberedRules<LeaderClientState & Token, LeaderClientContext<Token>> {
  /** Who owns the highest ballot heard of; somebody, as long as that is nobody's. */
  firstToAsk(state: LeaderClientState): NodeId;
  /** The open operation, with the session's token. */
  sequentialReadFor(state: LeaderClientState & Token): SequentialRead & Token;
  /** The session has seen what this answer came from. */
  see(state: Token, answer: Token): void;
  requestFor(state: LeaderClientState): Request;
  sendSequentialRead(state: LeaderClientState & Token, context: LeaderClientContext<Token>): void;
  requestForRetry(state: LeaderClientState): Request;
  retryTargets(state: LeaderClientState, context: LeaderClientContext<Token>): readonly NodeId[];
  onResponse(
    state: LeaderClientState & Token,
    context: LeaderClientContext<Token>,
    response: Response & Token,
  ): void;
  isAwaited(state: LeaderClientState, response: Response): boolean;
  onRedirect(
    state: LeaderClientState,
    context: LeaderClientContext<Token>,
    redirect: Redirect,
  ): void;
}

export class LeaderClient<Token> extends NumberedClient<
  (Response & Token) | Redirect,
  LeaderClientState & Token,
  LeaderClientContext<Token>
> {
  override receive(_from: NodeId, message: (Response & Token) | Redirect | Unreadable): void {
    const { rules } = this.context;
    switch (message.type) {
      case 'Response':
        rules.onResponse(this.state, this.context, message);
        break;
      case 'Redirect':
        rules.onRedirect(this.state, this.context, message);
        break;
      case 'Unreadable':
        rules.onUnreadable(this.context);
        break;
      default:
        // Everything else is between nodes.
        return;
    }
  }
}

/**
 * Homes are spread over the nodes; `noBallot` is nobody's, and below all others. The protocol adds
 * its token in place: with a state that is spread into another one, runs took 8 % more time.
 */
export function initialLeaderClientState(
  clientId: NodeId,
  nodes: readonly NodeId[],
  noBallot: number,
): LeaderClientState {
  return {
    clientId,
    requestNumber: 0,
    reserved: 0,
    ballot: noBallot,
    home: nodes[clientId % nodes.length]!,
    isOpen: false,
    operation: null,
    isSequential: false,
    request: null,
    invokedAt: 0,
    sentAt: 0,
    isRetryArmed: false,
  };
}

function ask<Token>(
  state: LeaderClientState & Token,
  context: LeaderClientContext<Token>,
  operation: Plain,
  level: Level,
  via?: NodeId,
): void {
  const { env, rules } = context;
  state.isOpen = true;
  state.operation = operation;
  state.isSequential = level === 'sequential';
  state.request = rules.requestFor(state);
  if (state.isSequential) {
    state.home = via ?? state.home;
    rules.sendSequentialRead(state, context);
  } else env.send(via ?? rules.firstToAsk(state), state.request);
}

function requestFor({ operation, clientId, requestNumber }: LeaderClientState): Request {
  return { type: 'Request', operation, clientId, requestNumber };
}

/** The session's token keeps the answer from being older than what the session has seen. */
function sendSequentialRead<Token>(
  state: LeaderClientState & Token,
  { env, rules }: LeaderClientContext<Token>,
): void {
  env.send(state.home, rules.sequentialReadFor(state));
}

/** The leader may be another one, the home may be down. */
function retry<Token>(state: LeaderClientState & Token, context: LeaderClientContext<Token>): void {
  const { env, nodes, rules } = context;
  if (state.isSequential) {
    state.home = nodes[(nodes.indexOf(state.home) + 1) % nodes.length]!;
    rules.sendSequentialRead(state, context);
    return;
  }
  const request = rules.requestForRetry(state);
  for (const node of rules.retryTargets(state, context)) env.send(node, request);
}

function requestForRetry({ request }: LeaderClientState): Request {
  return request!;
}

function retryTargets<Token>(
  _state: LeaderClientState,
  { nodes }: LeaderClientContext<Token>,
): readonly NodeId[] {
  return nodes;
}

/** The first one to the open request ends it. */
function onResponse<Token>(
  state: LeaderClientState & Token,
  { env, rules }: LeaderClientContext<Token>,
  response: Response & Token,
): void {
  if (!rules.isAwaited(state, response)) {
    env.mark('duplicate-response-ignored');
    return;
  }
  if (response.ballot > state.ballot) state.ballot = response.ballot;
  rules.see(state, response);
  rules.close(state);
  env.complete(response.result);
}

function isAwaited({ isOpen, requestNumber }: LeaderClientState, response: Response): boolean {
  return isOpen && response.requestNumber === requestNumber;
}

/** The hint is followed once: a later one has to be of a higher ballot. */
function onRedirect<Token>(
  state: LeaderClientState,
  { env, rules }: LeaderClientContext<Token>,
  redirect: Redirect,
): void {
  if (!state.isOpen || redirect.requestNumber !== state.requestNumber) return;
  if (redirect.ballot <= state.ballot) return;
  state.ballot = redirect.ballot;
  env.send(rules.firstToAsk(state), state.request!);
}

function isOpen(state: LeaderClientState): boolean {
  return state.isOpen;
}

function close(state: LeaderClientState): void {
  state.isOpen = false;
}

/** Those that no protocol has to say. */
export const leaderClientRules = {
  ...numberedRules,
  ask,
  requestFor,
  sendSequentialRead,
  retry,
  requestForRetry,
  retryTargets,
  isOpen,
  close,
  onResponse,
  isAwaited,
  onRedirect,
};
