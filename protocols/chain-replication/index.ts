/** Chain replication as a `Protocol`, and as many others as there are mutants. */
import type { Acknowledgement, Protocol } from '../../sim/contract.ts';
import { ballotName, ballotNames } from '../multi-paxos/ballot.ts';
import { type Rules as PaxosRules, rules as paxosRules } from '../multi-paxos/rules.ts';
import { integerOption } from '../option-schema.ts';
import { claims } from './claims.ts';
import {
  ChainClient,
  type ClientRules,
  type ClientState,
  type ClientTimer,
  clientRules,
} from './client.ts';
import { headOf, inWords, tailOf } from './configuration.ts';
import { roleOf, type ServerTimer } from './context.ts';
import { invariants } from './invariants.ts';
import { marks } from './marks.ts';
import { Master, type MasterTimer } from './master.ts';
import type { MasterState } from './master-state.ts';
import type { ChainMessage } from './messages.ts';
import { limits, optionSchema, REPLICAS_MIN, rolesOf } from './options.ts';
import { type Rules, rules } from './rules.ts';
import { Server } from './server.ts';
import type { ServerState } from './state.ts';
import { steadiness } from './steadiness.ts';

export type ChainState = ServerState | MasterState;

export type ChainReplication = Protocol<
  ChainMessage,
  ServerTimer | MasterTimer | ClientTimer,
  ChainState,
  ClientState
>;

/** What the protocol is made of, and what a mutant replaces some of. */
export interface AllRules {
  readonly rules: Rules;
  readonly clientRules: ClientRules;
  readonly paxosRules: PaxosRules;
}

/** The protocol under the given rules; under its own, it is the paper's. */
export function makeChainReplication(all: AllRules): ChainReplication {
  return {
    name: 'chain',
    title: 'Chain Replication',
    paper:
      'van Renesse & Schneider, "Chain Replication for Supporting High Throughput …", OSDI 2004',
    roundName: 'epoch',
    leaderName: 'head',
    // Masters have ballots; what servers acknowledge is of an epoch, a plain number.
    numberNames: { fields: ballotNames.fields },
    optionSchema,
    replicasMin: REPLICAS_MIN,
    limits,
    canBeMember: (replica, options) => replica >= integerOption(options, 'masters'),
    nonMember: 'a master',
    marks,
    landmarks: [
      'acting-began',
      'acting-ended',
      'configuration-decided',
      'left-chain',
      'handover-completed',
      'restarted-fresh',
      'restarted-from-disk',
    ],
    weakerLevels: ['sequential'],
    offersVia: true,
    membersOption: 'servers',
    replica: (env, cluster, machine) =>
      rolesOf(cluster).masters.includes(env.id)
        ? new Master(env, cluster, machine, all.rules, all.paxosRules)
        : new Server(env, cluster, machine, all.rules),
    client: (env, cluster, machine) => new ChainClient(env, cluster, machine, all.clientRules),
    claims,
    invariants,
    steadiness,
    decidedCount: (state) => (state.kind === 'server' ? state.committed : 0),
    decidedFrom: (state) =>
      state.kind === 'server' ? Math.min(state.trimmed, state.committed) : 0,
    decidedOperation: (state, position) =>
      state.kind === 'server' && position < state.committed
        ? state.hist[position - state.trimmed]?.operation
        : undefined,
    appliedCount: (state) => (state.kind === 'server' ? state.committed : 0),
    app: (state) => state.app,
    acknowledges,
    holds: (state) =>
      state.kind === 'server' && roleOf(state) === 'member'
        ? { round: state.configuration.epoch, length: state.length }
        : undefined,
    summary,
    leadership: (state) => ({
      round: state.configuration.epoch,
      leads: state.kind === 'server' && headOf(state.configuration) === state.id,
    }),
  };
}

export const chainReplication: ChainReplication = makeChainReplication({
  rules,
  clientRules,
  paxosRules,
});

/** Ack and LastSequence tell how many updates the sender holds in this epoch. */
function acknowledges(message: ChainMessage): Acknowledgement | undefined {
  if (message.type === 'Ack') return { round: message.epoch, length: message.held };
  if (message.type === 'LastSequence') return { round: message.epoch, length: message.last };
  return undefined;
}

function summary(state: ChainState): string {
  const { configuration } = state;
  const { epoch } = configuration;
  const form = inWords(configuration);
  if (state.kind === 'master') {
    const { leader } = state.paxos;
    const role = state.actingSince >= 0 ? 'acting' : leader.isActive ? 'leading' : 'passive';
    return `${role} master, ballot ${ballotName(leader.followed)}, epoch ${epoch} ${form}`;
  }
  const place = state.id === headOf(configuration) ? 'head' : 'middle';
  const role =
    roleOf(state) !== 'member'
      ? roleOf(state)
      : state.id === tailOf(configuration)
        ? 'tail'
        : place;
  return (
    `${role} epoch ${epoch} ${form} length ${state.length}` +
    ` acknowledged ${state.acknowledged} committed ${state.committed}`
  );
}
