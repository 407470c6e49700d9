/** What every rule of a server of CRAQ is given beside its state. */
import type { Env, StateMachine } from '../../sim/contract.ts';
import type { ServerContext, ServerTimer } from '../chain-replication/context.ts';
import type { Rules as ChainRules } from '../chain-replication/rules.ts';
import type { CraqMessage } from './messages.ts';
import type { CraqOptions } from './options.ts';
import type { CraqRules } from './rules.ts';

export type CraqTimer = ServerTimer | 'ask' | 'fetch';

export interface CraqContext {
  readonly env: Env<CraqMessage, CraqTimer>;
  /** The rules of CRAQ itself. */
  readonly rules: CraqRules;
  readonly options: CraqOptions;
  readonly machine: StateMachine;
  /** For calls of the chain's rules, with what CRAQ makes of them. */
  readonly chain: ServerContext;
  /** The chain's rules as the chain has them, for those that go on where they left off. */
  readonly base: ChainRules;
}
