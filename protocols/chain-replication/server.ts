/**
 * A server of a chain, after Robbert van Renesse and Fred B. Schneider, "Chain Replication for
 * Supporting High Throughput and Availability", OSDI 2004.
 *
 * State (§2, §3)     here                            Messages (section)         file
 * Hist               state.hist, after the first     Request Forward Ack        update-path
 *                      state.trimmed of a snapshot     (§3, §3.1)               client-table
 * Sent               Hist after state.acknowledged   Query, SequentialRead,     reads
 * last sequence no.  state.length                      HeartbeatReply, Confirm   sequential-reads
 * the object's value state.app: what the first       ChainConfig LastSequence   configuration-
 *                      state.committed updates make    (§3)                     changes
 * predecessor,       from state.configuration, by    StateCopy (§3)             extension
 *   successor          upstream() and downstream()   ServerHeartbeat            heartbeats
 *                    what is on disk: durable-state, disk-reading, snapshots
 *
 * The master is in master.ts. Each file opens with what deviates from the paper, and why.
 */
import type {
  Cluster,
  Durable,
  Env,
  NodeId,
  Process,
  StateMachine,
  Unreadable,
} from '../../sim/contract.ts';
import { firstConfiguration } from './configuration.ts';
import type { ServerContext, ServerTimer } from './context.ts';
import type { ChainMessage } from './messages.ts';
import { readOptions, rolesOf } from './options.ts';
import type { Rules } from './rules.ts';
import { initialServerState, type ServerState } from './state.ts';

export class Server implements Process<ChainMessage, ServerTimer, ServerState> {
  readonly state: ServerState;
  readonly #context: ServerContext;

  constructor(
    env: Env<ChainMessage, ServerTimer>,
    cluster: Cluster,
    machine: StateMachine,
    rules: Rules,
  ) {
    const { masters, firstChain } = rolesOf(cluster);
    this.#context = { env, rules, options: readOptions(cluster.options), machine, masters };
    this.state = initialServerState(env.id, firstConfiguration(firstChain));
  }

  start(durable: Durable): void {
    this.#context.rules.start(this.state, this.#context, durable);
  }

  receive(from: NodeId, message: ChainMessage | Unreadable): void {
    receiveAsServer(this.state, this.#context, from, message);
  }

  expire(timer: ServerTimer): void {
    expireAsServer(this.state, this.#context, timer);
  }
}

/** For servers of protocols that are built on this one, too. */
export function receiveAsServer(
  state: ServerState,
  context: ServerContext,
  from: NodeId,
  message: ChainMessage | Unreadable,
): void {
  const { rules } = context;
  switch (message.type) {
    case 'Forward':
      rules.onForward(state, context, from, message);
      break;
    case 'Ack':
      rules.onAck(state, context, from, message);
      break;
    case 'Request':
      rules.onRequest(state, context, message);
      break;
    case 'Query':
      rules.onQuery(state, context, from, message);
      break;
    case 'SequentialRead':
      rules.onSequentialRead(state, context, from, message);
      break;
    case 'HeartbeatReply':
      rules.onHeartbeatReply(state, context, from, message);
      break;
    case 'Confirmed':
      rules.onConfirmed(state, context, message);
      break;
    case 'Stored':
      rules.onStored(state, context, message);
      break;
    case 'ChainConfig':
      rules.onChainConfig(state, context, message);
      break;
    case 'GetConfiguration':
      rules.onGetConfiguration(state, context, from);
      break;
    case 'LastSequence':
      rules.onLastSequence(state, context, from, message);
      break;
    case 'StateCopy':
      rules.onStateCopy(state, context, from, message);
      break;
    case 'Unreadable':
      rules.onUnreadable(context);
      break;
    case 'Reply':
    case 'Redirect':
    case 'ServerHeartbeat':
    case 'Confirm':
    case 'Wish':
    case 'MasterPaxos':
      // For clients and masters only; a server has no use for them.
      return;
    default:
      message satisfies never;
  }
}

export function expireAsServer(
  state: ServerState,
  context: ServerContext,
  timer: ServerTimer,
): void {
  const { rules } = context;
  switch (timer) {
    case 'heartbeat':
      rules.onHeartbeatTimer(state, context);
      break;
    case 'resend':
      rules.onResendTimer(state, context);
      break;
    case 'gap':
      rules.onGapTimer(state, context);
      break;
    case 'handover':
      rules.onHandoverTimer(state, context);
      break;
    case 'confirm':
      rules.onConfirmTimer(state, context);
      break;
    default:
      timer satisfies never;
  }
}
