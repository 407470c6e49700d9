/** What every rule of a server is given beside its state. */
import type { Env, NodeId, StateMachine } from '../../sim/contract.ts';
import type { OmniMessage } from './messages.ts';
import type { OmniOptions } from './options.ts';
import type { Rules } from './rules.ts';

export type OmniTimer = 'election' | 'resend' | 'flush' | 'gap' | 'migration';

export interface Context {
  readonly env: Env<OmniMessage, OmniTimer>;
  /** Rules call each other through this record, so that a mutant can replace any one of them. */
  readonly rules: Rules;
  readonly options: OmniOptions;
  readonly machine: StateMachine;
  /** All servers that may ever be members. */
  readonly nodes: readonly NodeId[];
}
