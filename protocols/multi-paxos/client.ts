/**
 * A client of Multi-Paxos: numbers its requests, asks the leader that answered last, and all
 * replicas when no answer comes, always under the same number (§2.1).
 *
 * Deviation: the paper's clients ask all replicas from the start.
 * Deviation: request numbers are reserved on disk in blocks, so that a client which restarts uses
 * no number twice. The paper's clients do not restart.
 */
import type { ClientEnv, Cluster, NodeId } from '../../sim/contract.ts';
import {
  initialLeaderClientState,
  LeaderClient,
  type LeaderClientRules,
  type LeaderClientState,
  leaderClientRules,
} from '../leader-client.ts';
import { leaderOf, NO_BALLOT } from './ballot.ts';
import type { PaxosMessage, SequentialRead } from './messages.ts';
import { readOptions } from './options.ts';

export type ClientTimer = 'retry';

export interface SessionToken {
  /** The slots below have been seen. */
  slotOut: number;
}

export type ClientState = LeaderClientState & SessionToken;

export type ClientRules = LeaderClientRules<SessionToken>;

export class PaxosClient extends LeaderClient<SessionToken> {
  constructor(env: ClientEnv<PaxosMessage, ClientTimer>, cluster: Cluster, rules: ClientRules) {
    const nodes = cluster.replicas;
    const state = initialLeaderClientState(env.id, nodes, NO_BALLOT);
    super(Object.assign(state, { slotOut: 0 }), {
      env,
      rules,
      options: readOptions(cluster.options),
      nodes,
    });
  }
}

/** Before it has heard of any ballot, the first node. */
function firstToAsk({ ballot }: LeaderClientState): NodeId {
  return leaderOf(ballot);
}

function sequentialReadFor({ operation, requestNumber, slotOut }: ClientState): SequentialRead {
  return { type: 'SequentialRead', operation, requestNumber, slotOut };
}

function see(state: SessionToken, { slotOut }: SessionToken): void {
  if (slotOut > state.slotOut) state.slotOut = slotOut;
}

/** Every rule of a client; they call each other through this record, as a node's do. */
export const clientRules: ClientRules = {
  ...leaderClientRules,
  firstToAsk,
  sequentialReadFor,
  see,
};
