/** What every rule of a server is given beside its state. */
import type { Env, NodeId, StateMachine } from '../../sim/contract.ts';
import { downstreamOf, isSettled, tailOf, upstreamOf } from './configuration.ts';
import type { ChainMessage } from './messages.ts';
import type { ChainOptions } from './options.ts';
import type { Rules } from './rules.ts';
import type { ServerState } from './state.ts';

export type ServerTimer = 'heartbeat' | 'resend' | 'gap' | 'handover' | 'confirm';

export interface ServerContext {
  readonly env: Env<ChainMessage, ServerTimer>;
  /** Rules call each other through this record, so that a mutant can replace any one of them. */
  readonly rules: Rules;
  readonly options: ChainOptions;
  readonly machine: StateMachine;
  readonly masters: readonly NodeId[];
}

/**
 * Member of the chain; or one that copies what the tail has, to join; or neither. A configuration
 * that names an earlier incarnation of this server does not mean this one.
 */
export type Role = 'member' | 'copying' | 'outside';

export function roleOf({ configuration, id, incarnation }: ServerState): Role {
  const { chain, joining, incarnations } = configuration;
  if (incarnations[id] !== incarnation) return 'outside';
  if (chain.includes(id)) return 'member';
  return joining === id ? 'copying' : 'outside';
}

export function upstream(state: ServerState): NodeId | undefined {
  return upstreamOf(state.configuration, state.id);
}

export function downstream(state: ServerState): NodeId | undefined {
  return downstreamOf(state.configuration, state.id);
}

/** Whether this server is the last of the chain. */
export function isTail(state: ServerState): boolean {
  return roleOf(state) === 'member' && tailOf(state.configuration) === state.id;
}

/** Whether the next server may lack more than Sent: it is new, and has not said that it has all. */
export function isDownstreamNew(state: ServerState): boolean {
  const next = downstream(state);
  return next !== undefined && !isSettled(state.configuration, next);
}
