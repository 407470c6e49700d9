/**
 * A client of OmniPaxos: numbers its requests, asks the leader that answered last, and all servers
 * when no answer comes, always under the same number.
 *
 * Deviation: the paper's clients propose at any server, which forwards to the leader (§4). So
 * do these as long as they know of none; an answer tells who leads.
 */
import type { ClientEnv, Cluster, NodeId } from '../../sim/contract.ts';
import {
  initialLeaderClientState,
  LeaderClient,
  type LeaderClientRules,
  type LeaderClientState,
  leaderClientRules,
} from '../leader-client.ts';
import { isSomebodys, NO_BALLOT, ownerOf } from './ballot.ts';
import type { OmniMessage, SequentialRead } from './messages.ts';
import { readOptions } from './options.ts';

export type ClientTimer = 'retry';

export interface SessionToken {
  /** So many entries it has seen the effects of. */
  decidedLength: number;
}

export type ClientState = LeaderClientState & SessionToken;

export type ClientRules = LeaderClientRules<SessionToken>;

export class OmniClient extends LeaderClient<SessionToken> {
  constructor(env: ClientEnv<OmniMessage, ClientTimer>, cluster: Cluster, rules: ClientRules) {
    const nodes = cluster.replicas;
    const state = initialLeaderClientState(env.id, nodes, NO_BALLOT);
    super(Object.assign(state, { decidedLength: 0 }), {
      env,
      rules,
      options: readOptions(cluster.options),
      nodes,
    });
  }
}

/** Without a leader that it knows of, its home: that one forwards. */
function firstToAsk({ ballot, home }: LeaderClientState): NodeId {
  return isSomebodys(ballot) ? ownerOf(ballot) : home;
}

function sequentialReadFor(state: ClientState): SequentialRead {
  const { operation, requestNumber, decidedLength } = state;
  return { type: 'SequentialRead', operation, requestNumber, decidedLength };
}

function see(state: SessionToken, { decidedLength }: SessionToken): void {
  if (decidedLength > state.decidedLength) state.decidedLength = decidedLength;
}

/** Every rule of a client; they call each other through this record, as a server's do. */
export const clientRules: ClientRules = {
  ...leaderClientRules,
  firstToAsk,
  sequentialReadFor,
  see,
};
