/** What a master remembers besides the state machine that the masters replicate: plain data. */
import type { Micros, NodeId } from '../../sim/contract.ts';
import type { PaxosState } from '../multi-paxos/state.ts';
import type { Configuration } from './configuration.ts';
import type { ChainCommand, ConfigurationState, Wish } from './configuration-machine.ts';
import type { ServerHeartbeat } from './messages.ts';
import { NEVER } from './state.ts';

export interface MasterState {
  readonly kind: 'master';
  readonly id: NodeId;
  /** The replicated state machine, and everything by which it is replicated. */
  readonly paxos: PaxosState;
  /** The servers' state machine as it is at first: a master has no part in it. */
  readonly app: unknown;
  /** The latest configuration that this master has executed, and has told others of. */
  configuration: Configuration;
  /** The ballot under which this master has proposed to act; 0 if it does not lead. */
  term: number;
  /** By the own clock: since when it has acted, or NEVER. */
  actingSince: Micros;
  /** It acts, and was without a lease when it was time to supervise the chain. */
  isSupervisionDue: boolean;
  /** Requests of this term so far. */
  requestCount: number;
  /** By server, on the own clock: when it was heard last, and what it said. */
  readonly heardAt: { [server: NodeId]: Micros };
  /** By server, on the own clock: a time after which it has certainly been there. */
  readonly echoedAt: { [server: NodeId]: Micros };
  readonly heartbeats: { [server: NodeId]: ServerHeartbeat };
  /** By server, on the own clock: when it was granted a lease last. */
  readonly grantedAt: { [server: NodeId]: Micros };
  /** Leases granted so far, for who watches. */
  grants: number;
  /** Who gets no lease any more, for it is to be removed when the last one has run out; or null. */
  leaving: NodeId | null;
  /** The change of the chain that is under way, or null. */
  proposed: ChainCommand | null;
  /** The servers that are to form the chain, as far as this master knows, and since when. */
  wanted: readonly NodeId[] | null;
  wantedSince: Micros;
  /** What an operator has asked this master for, until it is decided; or null. */
  wish: Wish | null;
  /** Number of the latest wish, anybody's, that this master has proposed in this term. */
  proposedWish: number;
  /** Tails that ask whether their epoch is current: those asked for, and those that came later. */
  confirming: Confirming[];
  toConfirm: Confirming[];
  /** Number of the read that answers `confirming`, and when it began; 0 if there is none. */
  confirmingBy: number;
  confirmingSince: Micros;
  /** Number of the latest read that was answered, for who watches. */
  confirmedBy: number;
}

export interface Confirming {
  readonly server: NodeId;
  readonly round: number;
  readonly nonce: number;
}

export function initialMasterState(id: NodeId, paxos: PaxosState, app: unknown): MasterState {
  return {
    kind: 'master',
    id,
    paxos,
    app,
    configuration: configurationsOf(paxos).configuration,
    term: 0,
    actingSince: NEVER,
    isSupervisionDue: false,
    requestCount: 0,
    heardAt: {},
    echoedAt: {},
    heartbeats: {},
    grantedAt: {},
    grants: 0,
    leaving: null,
    proposed: null,
    wanted: configurationsOf(paxos).wanted,
    wantedSince: NEVER,
    wish: null,
    proposedWish: 0,
    confirming: [],
    toConfirm: [],
    confirmingBy: 0,
    confirmingSince: NEVER,
    confirmedBy: 0,
  };
}

/** What the masters have decided, as far as this one has executed it. */
export function ledgerOf({ paxos }: MasterState): ConfigurationState {
  return configurationsOf(paxos);
}

/** Commands of the masters that this one has executed. */
export function executedBy({ paxos: { replica } }: MasterState): number {
  return replica.executedBefore + replica.executed.length;
}

function configurationsOf(paxos: PaxosState): ConfigurationState {
  // The state machine that this replica was made with is the configuration's.
  return paxos.replica.app as ConfigurationState;
}
