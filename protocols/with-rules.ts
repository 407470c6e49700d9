/**
 * The package's entry point `quorumlab/protocols`: its protocols with some of their rules replaced,
 * to plant a bug of one's own or to try a variant. A rule that is not named stays as it is; what is
 * there to be replaced is in each protocol's `rules.ts`.
 */
import {
  type ClientRules as ChainClientRules,
  clientRules as chainClientRules,
} from './chain-replication/client.ts';
import { type ChainReplication, makeChainReplication } from './chain-replication/index.ts';
import { type Rules as ChainRules, rules as chainRules } from './chain-replication/rules.ts';
import { type CraqClientRules, craqClientRules } from './craq/client.ts';
import { type Craq, makeCraq } from './craq/index.ts';
import { type CraqRules, craqRules } from './craq/rules.ts';
import {
  type ClientRules as PaxosClientRules,
  clientRules as paxosClientRules,
} from './multi-paxos/client.ts';
import { type MultiPaxos, makeMultiPaxos } from './multi-paxos/index.ts';
import { type Rules as PaxosRules, rules as paxosRules } from './multi-paxos/rules.ts';
import {
  type ClientRules as OmniClientRules,
  clientRules as omniClientRules,
} from './omni-paxos/client.ts';
import { makeOmniPaxos, type OmniPaxos } from './omni-paxos/index.ts';
import { type Rules as OmniRules, rules as omniRules } from './omni-paxos/rules.ts';
import {
  type ClientRules as ViewClientRules,
  clientRules as viewClientRules,
} from './viewstamped-replication/client.ts';
import {
  makeViewstampedReplication,
  type ViewstampedReplication,
} from './viewstamped-replication/index.ts';
import { type Rules as ViewRules, rules as viewRules } from './viewstamped-replication/rules.ts';

/** What to put in the place of replicas' and clients' own rules. */
export interface Replaced<Rules, ClientRules> {
  readonly rules?: Partial<Rules> | undefined;
  readonly clientRules?: Partial<ClientRules> | undefined;
}

export function viewstampedReplicationWith(
  replaced: Replaced<ViewRules, ViewClientRules>,
): ViewstampedReplication {
  const { rules, clientRules } = replaced;
  return makeViewstampedReplication(
    { ...viewRules, ...rules },
    { ...viewClientRules, ...clientRules },
  );
}

export function multiPaxosWith(replaced: Replaced<PaxosRules, PaxosClientRules>): MultiPaxos {
  const { rules, clientRules } = replaced;
  return makeMultiPaxos({ ...paxosRules, ...rules }, { ...paxosClientRules, ...clientRules });
}

export function omniPaxosWith(replaced: Replaced<OmniRules, OmniClientRules>): OmniPaxos {
  const { rules, clientRules } = replaced;
  return makeOmniPaxos({ ...omniRules, ...rules }, { ...omniClientRules, ...clientRules });
}

/** Rules of servers and masters, of clients, and of the Multi-Paxos among the masters. */
export interface ReplacedOfChain extends Replaced<ChainRules, ChainClientRules> {
  readonly paxosRules?: Partial<PaxosRules> | undefined;
}

export function chainReplicationWith(replaced: ReplacedOfChain): ChainReplication {
  return makeChainReplication({
    rules: { ...chainRules, ...replaced.rules },
    clientRules: { ...chainClientRules, ...replaced.clientRules },
    paxosRules: { ...paxosRules, ...replaced.paxosRules },
  });
}

/** CRAQ's own rules, and those of the chain that it is built on. */
export interface ReplacedOfCraq extends Replaced<CraqRules, CraqClientRules> {
  readonly chainRules?: Partial<ChainRules> | undefined;
  readonly chainClientRules?: Partial<ChainClientRules> | undefined;
  readonly paxosRules?: Partial<PaxosRules> | undefined;
}

export function craqWith(replaced: ReplacedOfCraq): Craq {
  return makeCraq({
    rules: { ...craqRules, ...replaced.rules },
    clientRules: { ...craqClientRules, ...replaced.clientRules },
    chainRules: { ...chainRules, ...replaced.chainRules },
    chainClientRules: { ...chainClientRules, ...replaced.chainClientRules },
    paxosRules: { ...paxosRules, ...replaced.paxosRules },
  });
}

/** The rules as they are, for a replaced one to call. */
export {
  chainClientRules,
  chainRules,
  craqClientRules,
  craqRules,
  omniClientRules,
  omniRules,
  paxosClientRules,
  paxosRules,
  viewClientRules,
  viewRules,
};
