/**
 * A client of CRAQ: Terrace & Freedman, USENIX ATC 2009, §2.3: writes go to the head, reads to any
 * server. It is the chain's client, which chooses where to read, and backs off when a test-and-set
 * is rejected (§4.1.1).
 *
 * Deviation: the paper does not say from where clients know the chain (its servers know it from
 * ZooKeeper, §3.4); these ask the masters.
 */
import type {
  Client,
  ClientEnv,
  Cluster,
  Durable,
  NodeId,
  StateMachine,
  Unreadable,
} from '../../sim/contract.ts';
import type { Level } from '../../sim/level.ts';
import type { Plain } from '../../sim/plain.ts';
import {
  ChainClient,
  type ClientRules as ChainClientRules,
  type ClientState as ChainClientState,
  type ClientTimer as ChainClientTimer,
} from '../chain-replication/client.ts';
import type { Query, Request, SequentialRead } from '../chain-replication/messages.ts';
import type { CraqMessage, Rejected } from './messages.ts';
import { type CraqOptions, readCraqOptions } from './options.ts';

export type CraqClientTimer = ChainClientTimer | 'backoff';

export interface CraqClientState {
  readonly chain: ChainClientState;
  /** How often the open test-and-set was rejected. */
  rejections: number;
}

export interface CraqClientContext {
  readonly env: ClientEnv<CraqMessage, CraqClientTimer>;
  readonly rules: CraqClientRules;
  readonly options: CraqOptions;
}

/** The wait after a rejection doubles each time, up to 2 to this power. */
const BACKOFF_MAX = 5;
/** The first wait is at most so much of the patience for an answer. */
const FIRST_BACKOFF = 16;

export class CraqClient implements Client<CraqMessage, CraqClientTimer, CraqClientState> {
  readonly state: CraqClientState;
  readonly #context: CraqClientContext;
  readonly #chain: ChainClient;

  constructor(
    env: ClientEnv<CraqMessage, CraqClientTimer>,
    cluster: Cluster,
    machine: StateMachine,
    rules: CraqClientRules,
    base: ChainClientRules,
  ) {
    this.#context = { env, rules, options: readCraqOptions(cluster.options) };
    const own = rules.rulesOnTheChain(this.#context, base);
    this.#chain = new ChainClient(env, cluster, machine, own);
    this.state = { chain: this.#chain.state, rejections: 0 };
  }

  start(durable: Durable): void {
    this.#chain.start(durable);
  }

  invoke(operation: Plain, level: Level, via?: NodeId): void {
    this.state.rejections = 0;
    this.#chain.invoke(operation, level, via);
  }

  receive(from: NodeId, message: CraqMessage | Unreadable): void {
    switch (message.type) {
      case 'Rejected':
        this.#context.rules.onRejected(this.state, this.#context, message);
        break;
      case 'VersionQuery':
      case 'VersionReply':
      case 'Payload':
      case 'Fetch':
      case 'Committed':
      case 'Behind':
      case 'Back':
        // Among servers.
        return;
      default:
        this.#chain.receive(from, message);
    }
  }

  expire(timer: CraqClientTimer): void {
    if (timer === 'retry') this.#chain.expire();
    else this.#chain.askAgain();
  }
}

type ClientRequest = Request | Query | SequentialRead;

/** §2.3: any server answers reads; the chain's client goes where it is sent, and asks again. */
function rulesOnTheChain(context: CraqClientContext, base: ChainClientRules): ChainClientRules {
  return {
    ...base,
    goesHome: ({ type }) => type !== 'Request',
    requestFor(state, chain, operation, level): ClientRequest {
      context.rules.chooseHome(state, context, chain.roles.servers);
      const request = base.requestFor(state, chain, operation, level);
      const isWeak = level === 'eventual' || level === 'bounded';
      if (!isWeak || request.type !== 'Query') return request;
      const { type, requestNumber } = request;
      return { type, operation, requestNumber, level };
    },
  };
}

/** Any server of the chain, as the seed will have it; one that is not known to be gone. */
function chooseHome(
  state: ChainClientState,
  { env, options }: CraqClientContext,
  servers: readonly NodeId[],
): void {
  if (!options.spreadsReads) return;
  const known = state.configuration?.chain ?? servers;
  state.home = known[env.random(known.length)] ?? state.home;
}

/** §4.1.1: clients back off if they are rejected again and again. */
function onRejected(
  state: CraqClientState,
  { env, options }: CraqClientContext,
  { requestNumber }: Rejected,
): void {
  if (state.chain.open?.requestNumber !== requestNumber) return;
  env.mark('client-backed-off');
  const longest =
    (options.clientRetry / FIRST_BACKOFF) * 2 ** Math.min(state.rejections, BACKOFF_MAX);
  state.rejections++;
  env.setTimer('backoff', 1 + env.random(Math.ceil(longest)));
}

export const craqClientRules = { rulesOnTheChain, chooseHome, onRejected };

export type CraqClientRules = typeof craqClientRules;
