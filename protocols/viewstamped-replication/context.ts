/** What every rule of a replica is given beside its state. */
import type { Env, NodeId, StateMachine } from '../../sim/contract.ts';
import type { VrMessage } from './messages.ts';
import type { VrOptions } from './options.ts';
import type { Rules } from './rules.ts';
import type { ReplicaState } from './state.ts';

export type ReplicaTimer =
  | 'heartbeat'
  | 'prepareResend'
  | 'gap'
  | 'viewChange'
  | 'viewChangeResend'
  | 'stateTransfer'
  | 'recovery';

export interface Context {
  readonly env: Env<VrMessage, ReplicaTimer>;
  /** Rules call each other through this record, so that a mutant can replace any one of them. */
  readonly rules: Rules;
  readonly options: VrOptions;
  readonly machine: StateMachine;
  /** Number of replicas; the paper's 2f + 1. */
  readonly replicas: number;
  /** The paper's f + 1. */
  readonly quorum: number;
}

/** A majority, so that any two quorums share a replica (§3). */
export function quorumOf(replicas: number): number {
  return Math.floor(replicas / 2) + 1;
}

/** §4: the primary of a view is chosen round-robin. */
export function primaryOf(viewNumber: number, replicas: number): NodeId {
  return viewNumber % replicas;
}

export function isPrimary(state: ReplicaState, context: Context): boolean {
  return primaryOf(state.viewNumber, context.replicas) === state.replicaNumber;
}

/** Sends one shared message object to every other replica. */
export function sendToOthers(state: ReplicaState, context: Context, message: VrMessage): void {
  for (let replica = 0; replica < context.replicas; replica++) {
    if (replica !== state.replicaNumber) context.env.send(replica, message);
  }
}
