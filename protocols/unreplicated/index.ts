/**
 * One server and its disk, no replication: what every protocol is compared with (scenario D1). It
 * survives a crash with all that it has answered, and while it is down nobody is served.
 */
import { owedWhileConnected } from '../../sim/connectivity.ts';
import type {
  Durable,
  Env,
  NodeId,
  Process,
  Protocol,
  StateMachine,
  Unreadable,
} from '../../sim/contract.ts';
import {
  FIRST_NODE,
  RETRY_AFTER,
  type Reply,
  type Request,
  RetryingClient,
  type RetryingClientState,
} from '../retrying-client.ts';

/** To itself: the write barrier holds it back until the first `length` requests are on disk. */
interface Written {
  readonly type: 'Written';
  readonly length: number;
}

type SingleMessage = Request | Reply | Written;

interface ServerState {
  /** Every request, in order; on disk too. */
  readonly log: Request[];
  /** Length of the prefix of the log that has been executed. */
  executed: number;
  /** The client-table: each client's latest reply. */
  readonly replies: { [client: NodeId]: Reply };
  readonly app: unknown;
}

const LOG = 'log';

class Server implements Process<SingleMessage, never, ServerState> {
  readonly state: ServerState;
  readonly #env: Env<SingleMessage, never>;
  readonly #machine: StateMachine;

  constructor(env: Env<SingleMessage, never>, machine: StateMachine) {
    this.state = { log: [], executed: 0, replies: {}, app: machine.initial() };
    this.#env = env;
    this.#machine = machine;
  }

  /** What is on disk is executed again. A torn record was never answered, and is left out. */
  start(durable: Durable): void {
    for (const { intact, writes } of durable.records) {
      for (const write of intact ? writes : []) {
        // The disk returns what this server wrote: requests.
        if (write.kind === 'append') this.state.log.push(write.entry as Request);
      }
    }
    this.#executeUpTo(this.state.log.length);
  }

  receive(_from: NodeId, message: SingleMessage | Unreadable): void {
    if (message.type === 'Unreadable') this.#env.mark('unreadable-dropped');
    if (message.type === 'Request') this.#onRequest(message);
    if (message.type === 'Written') this.#executeUpTo(message.length);
  }

  expire(): void {}

  /** An answered request is answered again, one that is still being written is left alone. */
  #onRequest(request: Request): void {
    const { log, executed, replies } = this.state;
    const latest = replies[request.client];
    if (latest?.requestNumber === request.requestNumber) {
      this.#env.mark('reply-from-cache');
      this.#env.send(request.client, latest);
      return;
    }
    if (latest !== undefined && request.requestNumber < latest.requestNumber) return;
    for (let index = executed; index < log.length; index++) {
      const pending = log[index]!;
      if (pending.client !== request.client) continue;
      if (pending.requestNumber >= request.requestNumber) return;
    }
    log.push(request);
    this.#env.persist({ kind: 'append', log: LOG, entry: request });
    this.#env.send(this.#env.id, { type: 'Written', length: log.length });
  }

  #executeUpTo(length: number): void {
    while (this.state.executed < length) {
      const { operation, client, requestNumber } = this.state.log[this.state.executed++]!;
      const result = this.#machine.apply(this.state.app, operation);
      const reply: Reply = { type: 'Reply', requestNumber, result };
      this.state.replies[client] = reply;
      this.#env.send(client, reply);
    }
  }
}

export const unreplicated: Protocol<SingleMessage, 'retry', ServerState, RetryingClientState> = {
  name: 'single',
  title: 'One server',
  paper: 'none: the baseline',
  optionSchema: [],
  marks: {
    'reply-from-cache': 'the server answers a repeated request from its table',
    'unreadable-dropped': 'the server or a client drops a message that was damaged on the way',
    'client-retried': 'a client without a reply sends its request again',
  },
  replica: (env, _cluster, machine) => new Server(env, machine),
  client: (env) => new RetryingClient(env),
  claims: () => ({
    durable: true,
    survives: (loss) => loss === 'memory' || loss === 'omission' || loss === 'clock',
    owes: (view) => owedWhileConnected(view, [FIRST_NODE]),
    progressWithin: 10 * RETRY_AFTER,
  }),
  invariants: [],
  decidedCount: (state) => state.executed,
  decidedOperation: (state, position) => state.log[position]?.operation,
  appliedCount: (state) => state.executed,
  app: (state) => state.app,
  acknowledges: () => undefined,
  holds: (state) => ({ round: 0, length: state.log.length }),
  summary: (state) => `server log ${state.log.length} executed ${state.executed}`,
  leadership: () => ({ round: 0, leads: true }),
};
