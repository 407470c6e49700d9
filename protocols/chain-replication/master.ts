/**
 * A master: van Renesse & Schneider, OSDI 2004, §3: it detects
 * failures and tells servers and clients who is where in the chain. The paper takes it for a single
 * process that never fails, and says that its prototype replicates it by Paxos.
 *
 * State              here                            Rules                      file
 * the configuration  ledgerOf(state).configuration   acting, changes, leases    master-rules
 * who is alive       state.heardAt, .heartbeats      whom to remove and add     failure-detection
 * the replication    state.paxos                     Multi-Paxos                ../multi-paxos
 *
 * Of the masters one acts: the leader of the Multi-Paxos among them, once its own term is decided,
 * and, where tails count on leases, while it holds the lease that Multi-Paxos gives a leader.
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
import type { Context as PaxosContext, PaxosTimer } from '../multi-paxos/context.ts';
import type { PaxosMessage } from '../multi-paxos/messages.ts';
import { PaxosNode } from '../multi-paxos/node.ts';
import {
  optionSchema as paxosSchema,
  readOptions as readPaxosOptions,
} from '../multi-paxos/options.ts';
import type { Rules as PaxosRules } from '../multi-paxos/rules.ts';
import { configurationMachine } from './configuration-machine.ts';
import { initialMasterState, type MasterState } from './master-state.ts';
import type { ChainMessage } from './messages.ts';
import { type ChainOptions, type Roles, readOptions, rolesOf } from './options.ts';
import type { Rules } from './rules.ts';

export type MasterTimer = PaxosTimer | 'supervise';

/** What every rule of a master is given beside its state. */
export interface MasterContext {
  readonly env: Env<ChainMessage, MasterTimer>;
  readonly rules: Rules;
  readonly options: ChainOptions;
  readonly roles: Roles;
  readonly paxos: PaxosNode;
  /** For questions to the rules of Multi-Paxos, such as how long its lease lasts. */
  readonly paxosContext: PaxosContext;
}

export class Master implements Process<ChainMessage, MasterTimer, MasterState> {
  readonly state: MasterState;
  readonly #context: MasterContext;

  constructor(
    env: Env<ChainMessage, MasterTimer>,
    cluster: Cluster,
    machine: StateMachine,
    rules: Rules,
    paxosRules: PaxosRules,
  ) {
    const options = readOptions(cluster.options);
    const roles = rolesOf(cluster);
    const ledger = configurationMachine(
      roles.firstChain,
      options.autoExtend ? null : roles.firstChain,
      rules,
    ) as StateMachine;
    const paxosCluster = { replicas: roles.masters, options: paxosOptions(options) };
    const paxosEnv = envOfPaxos(env);
    const paxos = new PaxosNode(paxosEnv, paxosCluster, ledger, paxosRules);
    const paxosContext: PaxosContext = {
      env: paxosEnv,
      rules: paxosRules,
      options: readPaxosOptions(paxosCluster.options),
      machine: ledger,
      nodes: roles.masters,
    };
    this.#context = { env, rules, options, roles, paxos, paxosContext };
    this.state = initialMasterState(env.id, paxos.state, machine.initial());
  }

  start(durable: Durable): void {
    const { env, rules, options, paxos } = this.#context;
    paxos.start(durable);
    rules.recallWish(this.state, durable);
    env.setTimer('supervise', options.heartbeatInterval);
    rules.follow(this.state, this.#context);
  }

  receive(from: NodeId, message: ChainMessage | Unreadable): void {
    const state = this.state;
    const context = this.#context;
    const { rules } = context;
    switch (message.type) {
      case 'MasterPaxos':
        rules.onPaxos(state, context, from, message.message);
        break;
      case 'ServerHeartbeat':
        rules.onServerHeartbeat(state, context, from, message);
        break;
      case 'Confirm':
        rules.onConfirm(state, context, from, message);
        break;
      case 'GetConfiguration':
        rules.answerConfiguration(state, context, from);
        break;
      case 'Wish':
        rules.onWish(state, context, message);
        break;
      case 'Unreadable':
        rules.onUnreadable(context);
        break;
      default:
        // Everything else is among servers and clients.
        return;
    }
    rules.follow(state, context);
  }

  expire(timer: MasterTimer): void {
    const { rules, paxos } = this.#context;
    if (timer === 'supervise') rules.onSuperviseTimer(this.state, this.#context);
    else paxos.expire(timer);
    rules.follow(this.state, this.#context);
  }

  /** The operator names the servers that are to form the chain. */
  reconfigure(members: readonly NodeId[]): void {
    this.#context.rules.onReconfigure(this.state, this.#context, members);
  }
}

/** Multi-Paxos among the masters speaks in envelopes, and marks under a name of its own. */
function envOfPaxos(env: Env<ChainMessage, MasterTimer>): Env<PaxosMessage, PaxosTimer> {
  return {
    id: env.id,
    get now() {
      return env.now;
    },
    send: (to, message) => env.send(to, { type: 'MasterPaxos', message }),
    sendUnsynced: (to, message) => env.sendUnsynced(to, { type: 'MasterPaxos', message }),
    setTimer: (timer, delay) => env.setTimer(timer, delay),
    cancelTimer: (timer) => env.cancelTimer(timer),
    persist: (...writes) => env.persist(...writes),
    random: (bound) => env.random(bound),
    mark: (name) => env.mark(`master-${name}`),
  };
}

/** A tail's lease is as good as the master's; without leases, a quorum confirms the master. */
export function paxosOptions(options: ChainOptions): Cluster['options'] {
  const defaults = Object.fromEntries(paxosSchema.map(({ name, default: value }) => [name, value]));
  return {
    ...defaults,
    readMode: options.readMode === 'lease' ? 'lease' : 'read-index',
    leaseDuration: options.leaseDuration,
    driftBound: options.driftBound,
    heartbeatInterval: options.heartbeatInterval,
    leaderTimeout: options.leaderTimeout,
    leaderSpread: options.leaderSpread,
  };
}
