/**
 * A replica of Viewstamped Replication, after Barbara Liskov and James Cowling, "Viewstamped
 * Replication Revisited", MIT-CSAIL-TR-2012-021 (2012).
 *
 * State (Figure 2)   here                            Messages (section)         file
 * configuration      context.replicas                Request Prepare PrepareOk  normal-operation
 * replica-number     state.replicaNumber               Reply Commit (§4.1)
 * view-number        state.viewNumber                StartViewChange            view-change
 * status             state.status                      DoViewChange StartView (§4.2)
 * op-number          state.opNumber                  Recovery RecoveryResponse  recovery
 * log                state.log                         (§4.3), crash vectors    crash-vector
 * commit-number      state.commitNumber              GetState NewState (§5.2)   state-transfer
 * client-table       state.clientTable               ClientRecovery (§4.5)      client-recovery
 * last normal view   state.lastNormalView (v')       what is on disk            durable-state,
 *                                                                               disk-reading
 *
 * Each file opens with what deviates from the paper, and why.
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
import { type Context, quorumOf, type ReplicaTimer } from './context.ts';
import type { VrMessage } from './messages.ts';
import { readOptions } from './options.ts';
import type { Rules } from './rules.ts';
import { initialReplicaState, type ReplicaState } from './state.ts';

export class Replica implements Process<VrMessage, ReplicaTimer, ReplicaState> {
  readonly state: ReplicaState;
  readonly #context: Context;

  constructor(
    env: Env<VrMessage, ReplicaTimer>,
    cluster: Cluster,
    machine: StateMachine,
    rules: Rules,
  ) {
    const replicas = cluster.replicas.length;
    const options = readOptions(cluster.options);
    this.#context = { env, rules, options, machine, replicas, quorum: quorumOf(replicas) };
    this.state = initialReplicaState(env.id, replicas);
    this.state.app = machine.initial();
  }

  /** Boot and restart: the disk tells which of the two this is. */
  start(durable: Durable): void {
    const { env, options, rules } = this.#context;
    this.state.timeoutSpread = env.random(options.viewChangeSpread + 1);
    if (options.isDurable) rules.startDurable(this.state, this.#context, durable);
    else rules.startDiskless(this.state, this.#context, durable);
  }

  receive(from: NodeId, message: VrMessage | Unreadable): void {
    const state = this.state;
    const context = this.#context;
    const { rules } = context;
    switch (message.type) {
      case 'Prepare':
        rules.onPrepare(state, context, message);
        break;
      case 'PrepareOk':
        rules.onPrepareOk(state, context, from, message);
        break;
      case 'Request':
        rules.onRequest(state, context, message);
        break;
      case 'Commit':
        rules.onCommit(state, context, message);
        break;
      case 'StartViewChange':
        rules.onStartViewChange(state, context, from, message);
        break;
      case 'DoViewChange':
        rules.onDoViewChange(state, context, from, message);
        break;
      case 'StartView':
        rules.onStartView(state, context, from, message);
        break;
      case 'GetState':
        rules.onGetState(state, context, from, message);
        break;
      case 'NewState':
        rules.onNewState(state, context, message);
        break;
      case 'CrashVectorRequest':
        rules.onCrashVectorRequest(state, context, from, message);
        break;
      case 'CrashVectorResponse':
        rules.onCrashVectorResponse(state, context, from, message);
        break;
      case 'Recovery':
        rules.onRecovery(state, context, from, message);
        break;
      case 'RecoveryResponse':
        rules.onRecoveryResponse(state, context, from, message);
        break;
      case 'ClientRecovery':
        rules.onClientRecovery(state, context, from, message);
        break;
      case 'Reply':
      case 'ClientRecoveryResponse':
        // For clients only; a replica has no use for them.
        return;
      case 'Unreadable':
        rules.onUnreadable(context);
        break;
      default:
        message satisfies never;
    }
  }

  expire(timer: ReplicaTimer): void {
    const state = this.state;
    const context = this.#context;
    const { rules } = context;
    switch (timer) {
      case 'heartbeat':
        rules.onHeartbeatTimer(state, context);
        break;
      case 'prepareResend':
        rules.onPrepareResendTimer(state, context);
        break;
      case 'gap':
        rules.onGapTimer(state, context);
        break;
      case 'viewChange':
        rules.onViewChangeTimer(state, context);
        break;
      case 'viewChangeResend':
        rules.onViewChangeResendTimer(state, context);
        break;
      case 'stateTransfer':
        rules.onStateTransferTimer(state, context);
        break;
      case 'recovery':
        rules.onRecoveryTimer(state, context);
        break;
      default:
        timer satisfies never;
    }
  }
}
