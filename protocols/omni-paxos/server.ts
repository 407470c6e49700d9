/**
 * A server of OmniPaxos, after Harald Ng, Seif Haridi and Paris Carbone, "Omni-Paxos: Breaking the
 * Barriers of Partial Connectivity", EuroSys 2023. It has three components that know little of each
 * other:
 *
 * State of the paper             here                          messages       file
 *
 * Ballot Leader Election (§5)
 *   r, b, ballots, qc, l         election                      Heartbeat…     leader-election
 * Sequence Paxos (§4)
 *   currentRnd, promises, …      leader                        Prepare        leading
 *   promisedRnd, acceptedRnd     paxos.promised, acceptedRound Promise        following
 *   log, decidedIdx              paxos.log, .decidedLength     AcceptSync     log-sync
 *   las, chosenIdx, buffer       leader.…, replica.waiting     AcceptDecide   accepting
 *   sessions                     session                       PrepareRequest following
 *   what is on disk              durable-state
 *   snapshots, trimming          replica.snapshot              Trim           compaction
 * Service layer (§6)
 *   the replicated state         replica                       Request        deciding
 *   stop-sign, configurations    replica.configuration         NextConfig…    configurations
 *   parallel log migration       migration                     Migration…     migration
 * Not in the paper
 *   reads without an entry       reads                         ConfirmLeader  reads
 *
 * Sections are cited to the first level. Snapshots, batches, flexible quorums and happiness are
 * those of the authors' library (haraldng/omnipaxos). Each file opens with what deviates from the
 * paper, and why.
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
import type { Context, OmniTimer } from './context.ts';
import type { OmniMessage } from './messages.ts';
import { readOptions } from './options.ts';
import type { Rules } from './rules.ts';
import { initialState, type OmniState } from './state.ts';

export class OmniServer implements Process<OmniMessage, OmniTimer, OmniState> {
  readonly state: OmniState;
  readonly #context: Context;

  constructor(
    env: Env<OmniMessage, OmniTimer>,
    cluster: Pick<Cluster, 'replicas' | 'options'>,
    machine: StateMachine,
    rules: Rules,
  ) {
    const options = readOptions(cluster.options);
    const nodes = cluster.replicas;
    const members = options.members === 0 ? nodes : nodes.slice(0, options.members);
    this.#context = { env, rules, options, machine, nodes };
    this.state = initialState(env.id, nodes.length, members, machine.initial());
  }

  /** Boot and restart: the disk tells which of the two this is. */
  start(durable: Durable): void {
    const { rules } = this.#context;
    rules.startFromDisk(this.state, this.#context, durable);
    rules.resetElection(this.state, this.#context);
    if (durable.records.length > 0) rules.askForLeader(this.state, this.#context);
  }

  receive(from: NodeId, message: OmniMessage | Unreadable): void {
    const state = this.state;
    const context = this.#context;
    const { rules } = context;
    switch (message.type) {
      case 'Request':
        rules.onRequest(state, context, message);
        break;
      case 'SequentialRead':
        rules.onSequentialRead(state, context, from, message);
        break;
      case 'HeartbeatRequest':
        rules.onHeartbeatRequest(state, context, from, message);
        break;
      case 'HeartbeatReply':
        rules.onHeartbeatReply(state, from, message);
        break;
      case 'AcceptDecide':
        rules.onAcceptDecide(state, context, from, message);
        break;
      case 'Accepted':
        rules.onAccepted(state, context, from, message);
        break;
      case 'Decide':
        rules.onDecide(state, context, from, message);
        break;
      case 'ProposalForward':
        rules.onProposalForward(state, context, message);
        break;
      case 'NotAccepted':
        rules.onNotAccepted(state, context, message);
        break;
      case 'Trim':
        rules.onTrim(state, context, message);
        break;
      case 'ConfirmLeader':
        rules.onConfirmLeader(state, context, from, message);
        break;
      case 'LeaderConfirmed':
        rules.onLeaderConfirmed(state, context, from, message);
        break;
      case 'Unreadable':
        rules.onUnreadable(context);
        break;
      case 'Response':
      case 'Redirect':
        // For clients only; a server has no use for them.
        return;
      default:
        this.#receiveRarer(from, message);
    }
  }

  /** What comes when the leader or the configuration changes. */
  #receiveRarer(from: NodeId, message: Rarer): void {
    const state = this.state;
    const context = this.#context;
    const { rules } = context;
    switch (message.type) {
      case 'PrepareRequest':
        rules.onPrepareRequest(state, context, from, message);
        break;
      case 'Prepare':
        rules.onPrepare(state, context, from, message);
        break;
      case 'Promise':
        rules.onPromise(state, context, from, message);
        break;
      case 'AcceptSync':
        rules.onAcceptSync(state, context, from, message);
        break;
      case 'NextConfiguration':
        rules.onNextConfiguration(state, context, from, message);
        break;
      case 'ConfigurationKnown':
        rules.onConfigurationKnown(state, from, message);
        break;
      case 'MigrationRequest':
        rules.onMigrationRequest(state, context, from, message);
        break;
      case 'MigrationReply':
        rules.onMigrationReply(state, context, from, message);
        break;
      default:
        message satisfies never;
    }
  }

  expire(timer: OmniTimer): void {
    const state = this.state;
    const context = this.#context;
    const { rules } = context;
    switch (timer) {
      case 'election':
        rules.onElectionTimer(state, context);
        break;
      case 'resend':
        rules.onResendTimer(state, context);
        break;
      case 'flush':
        rules.onFlushTimer(state, context);
        break;
      case 'gap':
        rules.onGapTimer(state, context);
        break;
      case 'migration':
        rules.onMigrationTimer(state, context);
        break;
      default:
        timer satisfies never;
    }
  }

  /** An operator's wish; it is proposed like a client's request. */
  reconfigure(members: readonly NodeId[]): void {
    this.#context.rules.onReconfigure(this.state, this.#context, members);
  }
}

type Rarer = Extract<
  OmniMessage,
  {
    readonly type:
      | 'PrepareRequest'
      | 'Prepare'
      | 'Promise'
      | 'AcceptSync'
      | 'NextConfiguration'
      | 'ConfigurationKnown'
      | 'MigrationRequest'
      | 'MigrationReply';
  }
>;
