/**
 * A node of Multi-Paxos, after Robbert van Renesse and Deniz Altinbuken, "Paxos Made Moderately
 * Complex", ACM Computing Surveys 47(3), 2015. It has all three roles (§4.4):
 *
 * Role      State of the paper         here                      Messages               file
 * replica   slot_in, slot_out          replica.slotIn, .slotOut  Request, Response      proposing
 *           requests                   replica.requests          Propose, Decision
 *           proposals, decisions       replica.proposals, …      what is decided late:  catch-up
 *           leaders, WINDOW            .configurations, options  new members:   reconfiguration
 *           state                      .app, .clientTable        snapshots:     compaction
 * acceptor  ballot_num, accepted       acceptor.ballot, …        Phase1a, Phase2a       acceptor
 * leader    ballot_num, active         leader.ballot, .isActive  Phase1b                scout
 *           proposals, commanders      leader.proposals, …       Phase2b, Propose       commander
 *           scout: waitfor, pvalues    leader.scout              Heartbeat              leader
 * all       what is on disk (§4.3)     durable-state             reads (§4.5)   reads, leases
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
import type { Context, PaxosTimer } from './context.ts';
import type { PaxosMessage } from './messages.ts';
import { readOptions } from './options.ts';
import type { Rules } from './rules.ts';
import { initialState, type PaxosState } from './state.ts';

export class PaxosNode implements Process<PaxosMessage, PaxosTimer, PaxosState> {
  readonly state: PaxosState;
  readonly #context: Context;

  constructor(
    env: Env<PaxosMessage, PaxosTimer>,
    cluster: Pick<Cluster, 'replicas' | 'options'>,
    machine: StateMachine,
    rules: Rules,
  ) {
    const options = readOptions(cluster.options);
    const nodes = cluster.replicas;
    const members = options.members === 0 ? nodes : nodes.slice(0, options.members);
    this.#context = { env, rules, options, machine, nodes };
    this.state = initialState(env.id, nodes.length, members);
    this.state.replica.app = machine.initial();
  }

  /** Boot and restart: the disk tells which of the two this is. */
  start(durable: Durable): void {
    const { rules, nodes } = this.#context;
    rules.startFromDisk(this.state, this.#context, durable);
    rules.armLeaderTimer(this.state, this.#context);
    const isFirstBoot = durable.records.length === 0;
    if (isFirstBoot && this.state.id === nodes[0]) rules.seekElection(this.state, this.#context);
  }

  receive(from: NodeId, message: PaxosMessage | Unreadable): void {
    const state = this.state;
    const context = this.#context;
    const { rules } = context;
    switch (message.type) {
      case 'Phase2a':
        rules.onPhase2a(state, context, from, message);
        break;
      case 'Phase2b':
        rules.onPhase2b(state, context, from, message);
        break;
      case 'Request':
        rules.onRequest(state, context, message);
        break;
      case 'Decision':
        rules.onDecisionMessage(state, context, message);
        break;
      case 'Heartbeat':
        rules.onHeartbeat(state, context, from, message);
        break;
      case 'HeartbeatReply':
        rules.onHeartbeatReply(state, context, from, message);
        break;
      case 'Propose':
        rules.onPropose(state, context, from, message.slot, message.command);
        break;
      case 'Phase1a':
        rules.onPhase1a(state, context, from, message);
        break;
      case 'Phase1b':
        rules.onPhase1b(state, context, from, message);
        break;
      case 'CatchUpRequest':
        rules.onCatchUpRequest(state, context, from, message);
        break;
      case 'CatchUpReply':
        rules.onCatchUpReply(state, context, message);
        break;
      case 'SnapshotOffer':
        rules.onSnapshotOffer(state, context, message);
        break;
      case 'SequentialRead':
        rules.onSequentialRead(state, context, from, message);
        break;
      case 'SlotQuery':
        rules.onSlotQuery(state, context, from, message);
        break;
      case 'SlotReply':
        rules.onSlotReply(state, context, from, message);
        break;
      case 'Unreadable':
        rules.onUnreadable(context);
        break;
      case 'Response':
      case 'Redirect':
        // For clients only; a node has no use for them.
        return;
      default:
        message satisfies never;
    }
  }

  expire(timer: PaxosTimer): void {
    const state = this.state;
    const context = this.#context;
    const { rules } = context;
    switch (timer) {
      case 'leader':
        rules.onLeaderTimer(state, context);
        break;
      case 'heartbeat':
        rules.onHeartbeatTimer(state, context);
        break;
      case 'phase1Resend':
        rules.onPhase1ResendTimer(state, context);
        break;
      case 'phase2Resend':
        rules.onPhase2ResendTimer(state, context);
        break;
      case 'proposeResend':
        rules.onProposeResendTimer(state, context);
        break;
      case 'catchUp':
        rules.onCatchUpTimer(state, context);
        break;
      default:
        timer satisfies never;
    }
  }

  /** An operator's wish; it is asked for a slot like a client's request. */
  reconfigure(members: readonly NodeId[]): void {
    this.#context.rules.onReconfigure(this.state, this.#context, members);
  }
}
