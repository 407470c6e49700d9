/** CRAQ as a `Protocol`, and as many others as there are mutants. */
import type { Protocol } from '../../sim/contract.ts';
import {
  type ClientRules as ChainClientRules,
  clientRules as chainClientRules,
} from '../chain-replication/client.ts';
import { makeChainReplication } from '../chain-replication/index.ts';
import { Master, type MasterTimer } from '../chain-replication/master.ts';
import type { MasterState } from '../chain-replication/master-state.ts';
import { rolesOf } from '../chain-replication/options.ts';
import { type Rules as ChainRules, rules as chainRules } from '../chain-replication/rules.ts';
import { type Rules as PaxosRules, rules as paxosRules } from '../multi-paxos/rules.ts';
import { claims } from './claims.ts';
import {
  CraqClient,
  type CraqClientRules,
  type CraqClientState,
  type CraqClientTimer,
  craqClientRules,
} from './client.ts';
import type { CraqTimer } from './context.ts';
import { invariants } from './invariants.ts';
import { marks } from './marks.ts';
import type { CraqMessage } from './messages.ts';
import { rulesOfMaster, rulesOfServers } from './on-the-chain.ts';
import { optionSchema, readCraqOptions, stalenessOf } from './options.ts';
import { type CraqRules, craqRules } from './rules.ts';
import { CraqServer } from './server.ts';
import type { CraqServerState } from './state.ts';
import { isClean } from './versions.ts';

export type CraqState = CraqServerState | MasterState;

export type Craq = Protocol<
  CraqMessage,
  CraqTimer | MasterTimer | CraqClientTimer,
  CraqState,
  CraqClientState
>;

/** What the protocol is made of, and what a mutant replaces some of. */
export interface AllRules {
  readonly rules: CraqRules;
  readonly clientRules: CraqClientRules;
  readonly chainRules: ChainRules;
  readonly chainClientRules: ChainClientRules;
  readonly paxosRules: PaxosRules;
}

/** The protocol under the given rules; under its own, it is the paper's. */
export function makeCraq(all: AllRules): Craq {
  const chain = makeChainReplication({
    rules: all.chainRules,
    clientRules: all.chainClientRules,
    paxosRules: all.paxosRules,
  });
  const serverRules = rulesOfServers(all.rules, all.chainRules);
  return {
    ...chain,
    name: 'craq',
    title: 'CRAQ',
    paper: 'Terrace & Freedman, "Object Storage on CRAQ …", USENIX ATC 2009',
    optionSchema,
    marks,
    weakerLevels: ['sequential', 'eventual', 'bounded'],
    staleness: stalenessOf,
    replica: (env, cluster, machine) =>
      rolesOf(cluster).masters.includes(env.id)
        ? new Master(
            env,
            cluster,
            machine,
            rulesOfMaster(all.chainRules, readCraqOptions(cluster.options)),
            all.paxosRules,
          )
        : new CraqServer(env, cluster, machine, serverRules),
    client: (env, cluster, machine) =>
      new CraqClient(env, cluster, machine, all.clientRules, all.chainClientRules),
    claims,
    invariants,
    knownCount: (state) => (state.kind === 'server' ? state.length : 0),
    knownOperation: (state, position) =>
      state.kind === 'server' ? state.hist[position - state.trimmed]?.operation : undefined,
    summary: (state) => chain.summary(state) + dirtyOf(state),
    acknowledges: (message) =>
      message.type === 'Ack' || message.type === 'LastSequence'
        ? chain.acknowledges(message)
        : undefined,
  };
}

function dirtyOf(state: CraqState): string {
  if (state.kind === 'master') return '';
  const dirty = [...state.objects].filter(([, versions]) => !isClean(versions));
  return dirty.length === 0 ? '' : ` dirty ${dirty.map(([object]) => object).join(' ')}`.trimEnd();
}

export const craq: Craq = makeCraq({
  rules: craqRules,
  clientRules: craqClientRules,
  chainRules,
  chainClientRules,
  paxosRules,
});
