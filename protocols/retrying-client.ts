/**
 * The client of the protocols that answer at a known node: it sends its request to node 0 until the
 * reply comes, always under the same number.
 */
import type { Client, ClientEnv, Micros, NodeId, Unreadable } from '../sim/contract.ts';
import type { Plain } from '../sim/plain.ts';

export interface Request {
  readonly type: 'Request';
  readonly operation: Plain;
  readonly client: NodeId;
  readonly requestNumber: number;
}

export interface Reply {
  readonly type: 'Reply';
  readonly requestNumber: number;
  readonly result: Plain;
}

export interface RetryingClientState {
  requestNumber: number;
  /** The open request; null between operations. */
  open: Request | null;
}

export const FIRST_NODE: NodeId = 0;

/** Some ten round trips of the default network. */
export const RETRY_AFTER: Micros = 20_000;

export class RetryingClient implements Client<Request | Reply, 'retry', RetryingClientState> {
  readonly state: RetryingClientState = { requestNumber: 0, open: null };
  readonly #env: ClientEnv<Request | Reply, 'retry'>;

  constructor(env: ClientEnv<Request | Reply, 'retry'>) {
    this.#env = env;
  }

  /** The clock is later at each start, so that a restarted client uses no number twice. */
  start(): void {
    this.state.requestNumber = this.#env.now;
  }

  invoke(operation: Plain): void {
    const requestNumber = ++this.state.requestNumber;
    this.state.open = { type: 'Request', operation, client: this.#env.id, requestNumber };
    this.#send(this.state.open);
  }

  receive(_from: NodeId, message: Request | Reply | Unreadable): void {
    if (message.type === 'Unreadable') this.#env.mark('unreadable-dropped');
    if (message.type !== 'Reply') return;
    if (message.requestNumber !== this.state.open?.requestNumber) return;
    this.state.open = null;
    this.#env.complete(message.result);
  }

  expire(): void {
    if (this.state.open === null) return;
    this.#env.mark('client-retried');
    this.#send(this.state.open);
  }

  #send(request: Request): void {
    this.#env.send(FIRST_NODE, request);
    this.#env.setTimer('retry', RETRY_AFTER);
  }
}
