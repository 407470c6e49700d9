/** What every rule of a node is given beside its state. */
import type { Env, NodeId, StateMachine } from '../../sim/contract.ts';
import type { PaxosMessage } from './messages.ts';
import type { PaxosOptions } from './options.ts';
import type { Rules } from './rules.ts';

export type PaxosTimer =
  | 'leader'
  | 'heartbeat'
  | 'phase1Resend'
  | 'phase2Resend'
  | 'proposeResend'
  | 'catchUp';

export interface Context {
  readonly env: Env<PaxosMessage, PaxosTimer>;
  /** Rules call each other through this record, so that a mutant can replace any one of them. */
  readonly rules: Rules;
  readonly options: PaxosOptions;
  readonly machine: StateMachine;
  /** All nodes that may ever be members. */
  readonly nodes: readonly NodeId[];
}
