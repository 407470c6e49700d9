/**
 * A chain of two: van Renesse & Schneider, "Chain Replication", OSDI 2004, §3, at its smallest. The
 * head orders requests and forwards them, the tail executes, answers and acknowledges. Fail-stop,
 * without the master that reconfigures a chain: neither replica may crash.
 * Deviation: links lose messages, so the head sends again what the tail has not acknowledged.
 */
import { owedWhileConnected } from '../../sim/connectivity.ts';
import type { Env, Invariant, Process, Protocol, StateMachine } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import {
  FIRST_NODE,
  RETRY_AFTER,
  type Reply,
  type Request,
  RetryingClient,
  type RetryingClientState,
} from '../retrying-client.ts';

type Forward = { type: 'Forward'; sequence: number; request: Request };
type Ack = { type: 'Ack'; sequence: number };
type ChainMessage = Request | Forward | Ack | Reply;
type ChainTimer = 'resend' | 'retry';

interface LinkState {
  readonly isHead: boolean;
  /** Hist: the requests in order. The sequence number of a request is its position, from 1. */
  readonly history: Request[];
  /** Results of the prefix that the tail has executed, as far as this replica knows. */
  readonly results: Plain[];
  /** Sequence number of each client's latest request. */
  readonly latest: { [client: number]: number };
  readonly app: unknown;
}

const HEAD = FIRST_NODE;
const TAIL = 1;

class Link implements Process<ChainMessage, ChainTimer, LinkState> {
  readonly state: LinkState;
  readonly #env: Env<ChainMessage, ChainTimer>;
  readonly #machine: StateMachine;

  constructor(env: Env<ChainMessage, ChainTimer>, machine: StateMachine) {
    const isHead = env.id === HEAD;
    this.state = { isHead, history: [], results: [], latest: {}, app: machine.initial() };
    this.#env = env;
    this.#machine = machine;
  }

  start(): void {
    if (this.state.isHead) this.#env.setTimer('resend', RETRY_AFTER);
  }

  receive(_from: number, message: ChainMessage | { type: 'Unreadable' }): void {
    if (message.type === 'Unreadable') this.#env.mark('unreadable-dropped');
    if (message.type === 'Request' && this.state.isHead) this.#onRequest(message);
    if (message.type === 'Forward') this.#onForward(message);
    if (message.type === 'Ack') this.#executeUpTo(message.sequence);
  }

  /** The head: a repeated request is forwarded again under the number that it has. */
  #onRequest(request: Request): void {
    const { history, latest } = this.state;
    const known = history[(latest[request.client] ?? 0) - 1];
    if (known !== undefined && request.requestNumber < known.requestNumber) return;
    if (known?.requestNumber !== request.requestNumber) this.#append(request);
    const sequence = latest[request.client]!;
    this.#env.send(TAIL, { type: 'Forward', sequence, request });
  }

  /** The tail: in order and once; what is a repetition it answers and acknowledges again. */
  #onForward({ sequence, request }: Forward): void {
    const { history, results } = this.state;
    if (sequence > history.length + 1) return;
    if (sequence === history.length + 1) this.#append(request);
    this.#executeUpTo(sequence);
    const { client, requestNumber } = request;
    this.#env.send(client, { type: 'Reply', requestNumber, result: results[sequence - 1]! });
    this.#env.send(HEAD, { type: 'Ack', sequence: results.length });
  }

  #append(request: Request): void {
    this.state.latest[request.client] = this.state.history.push(request);
  }

  #executeUpTo(sequence: number): void {
    const { app, history, results } = this.state;
    for (let index = results.length; index < sequence; index++) {
      results.push(this.#machine.apply(app, history[index]!.operation));
    }
  }

  /** The head's Sent: what is forwarded and not acknowledged. */
  expire(): void {
    const { history, results } = this.state;
    if (results.length < history.length) this.#env.mark('forward-resent');
    for (let index = results.length; index < history.length; index++) {
      this.#env.send(TAIL, { type: 'Forward', sequence: index + 1, request: history[index]! });
    }
    this.#env.setTimer('resend', RETRY_AFTER);
  }
}

const updatePropagation: Invariant<LinkState> = {
  name: 'update-propagation',
  source: "van Renesse & Schneider §3: the successor's history is a prefix of the predecessor's",
  watch: (view) => ({
    after() {
      const [ahead, behind] = [view.stateOf(HEAD)?.history, view.stateOf(TAIL)?.history];
      const last = (behind?.length ?? 0) - 1;
      if (ahead === undefined || behind === undefined || last < 0) return undefined;
      return ahead[last] === behind[last] ? undefined : `the tail has another request ${last + 1}`;
    },
  }),
};

export const thinChain: Protocol<ChainMessage, ChainTimer, LinkState, RetryingClientState> = {
  name: 'chain2',
  title: 'A chain of two',
  paper: 'van Renesse & Schneider, "Chain Replication", OSDI 2004, §3',
  leaderName: 'head',
  optionSchema: [],
  replicasMin: 2,
  marks: {
    'forward-resent': 'the head forwards again what the tail has not acknowledged',
    'unreadable-dropped': 'a replica or client drops a message that was damaged on the way',
    'client-retried': 'a client without a reply sends its request again',
  },
  replica: (env, _cluster, machine) => new Link(env, machine),
  client: (env) => new RetryingClient(env),
  claims: () => ({
    durable: false,
    survives: (loss) => loss === 'omission' || loss === 'clock',
    owes: (view) => owedWhileConnected(view, [HEAD, TAIL]),
    progressWithin: 10 * RETRY_AFTER,
  }),
  invariants: [updatePropagation],
  decidedCount: (state) => state.results.length,
  decidedOperation: (state, position) => state.history[position]?.operation,
  appliedCount: (state) => state.results.length,
  app: (state) => state.app,
  acknowledges: (message) =>
    message.type === 'Ack' ? { round: 0, length: message.sequence } : undefined,
  holds: (state) => ({ round: 0, length: state.history.length }),
  summary: ({ isHead, history, results }) =>
    `${isHead ? 'head' : 'tail'} history ${history.length} executed ${results.length}`,
  leadership: (state) => ({ round: 0, leads: state.isHead }),
};
