/** What every rule of a server of CRAQ is given beside its state. */
import type { Cluster, Env, StateMachine } from '../../sim/contract.ts';
import type { ServerContext, ServerTimer } from '../chain-replication/context.ts';
import { readOptions, rolesOf } from '../chain-replication/options.ts';
import type { Rules as ChainRules } from '../chain-replication/rules.ts';
import type { CraqMessage } from './messages.ts';
import { type CraqOptions, readCraqOptions } from './options.ts';
import type { CraqRules } from './rules.ts';

export type CraqTimer = ServerTimer | 'ask' | 'fetch';

/** The rules of a server: CRAQ's, the chain's as they are, and the chain's as CRAQ has them. */
export interface ServerRules {
  readonly craq: CraqRules;
  readonly base: ChainRules;
  /** What the chain's rules call each other through. */
  readonly chain: ChainRules;
}

export class CraqContext {
  readonly env: Env<CraqMessage, CraqTimer>;
  /** The rules of CRAQ itself. */
  readonly rules: CraqRules;
  readonly options: CraqOptions;
  readonly machine: StateMachine;
  /** For calls of the chain's rules, with what CRAQ makes of them. */
  readonly chain: ChainContext;
  /** The chain's rules as the chain has them, for those that go on where they left off. */
  readonly base: ChainRules;

  constructor(
    env: Env<CraqMessage, CraqTimer>,
    cluster: Cluster,
    machine: StateMachine,
    { craq, base, chain }: ServerRules,
  ) {
    const { masters } = rolesOf(cluster);
    this.env = env;
    this.rules = craq;
    this.options = readCraqOptions(cluster.options);
    this.machine = machine;
    this.base = base;
    const options = readOptions(cluster.options);
    this.chain = { env, rules: chain, options, machine, masters, craq: this };
  }
}

/** What a server of CRAQ gives to the chain's rules: those that are CRAQ's find theirs by it. */
export interface ChainContext extends ServerContext {
  readonly craq: CraqContext;
}
