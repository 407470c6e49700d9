/**
 * The messages of OmniPaxos, after Harald Ng, Seif Haridi and Paris Carbone, "Omni-Paxos: Breaking
 * the Barriers of Partial Connectivity", EuroSys 2023: those of Ballot Leader Election (§5), of
 * Sequence Paxos (§4) and of the service layer that changes configurations (§6).
 *
 * Names spell out the paper's: n is the ballot, sfx the suffix, decidedIdx and logIdx are the
 * decided and the accepted length. Lengths count entries from the start of the replicated log, over
 * all configurations. The sender is not in the message: the network tells it.
 *
 * Deviation: links are lossy and reorder, the paper's are sessions in order. So Prepare and
 * PromiseMessage carry which attempt they belong to, and what a leader sends a follower is
 * numbered.
 */
import type { NodeId } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import type { Ballot } from './ballot.ts';

/** A client's operation: it is decided as the very object that the client has sent. */
export interface Request {
  readonly type: 'Request';
  readonly operation: Plain;
  readonly clientId: NodeId;
  readonly requestNumber: number;
}

/** §6: the last entry of a configuration, which says who forms the next one. */
export interface StopSign {
  readonly type: 'StopSign';
  readonly members: readonly NodeId[];
  /** Who was asked for it, and which wish it was: so that it is decided once. */
  readonly askedOf: NodeId;
  readonly wish: number;
}

export type Entry = Request | StopSign;

/** Servers that decide together what comes after the first `from` entries. */
export interface Configuration {
  /** Counts from 0. */
  readonly id: number;
  readonly from: number;
  readonly members: readonly NodeId[];
}

// Ballot Leader Election.

/** §5: who is alive, and how is it doing? */
export interface HeartbeatRequest {
  readonly type: 'HeartbeatRequest';
  readonly configuration: number;
  readonly round: number;
}

export interface HeartbeatReply {
  readonly type: 'HeartbeatReply';
  readonly round: number;
  readonly ballot: Ballot;
  /** Whom the sender takes for the leader, and whether that one does its work. */
  readonly leader: Ballot;
  readonly isHappy: boolean;
}

// Sequence Paxos.

/** Who has missed something, or has restarted, asks the leader to begin with it anew. */
export interface PrepareRequest {
  readonly type: 'PrepareRequest';
  readonly configuration: number;
  /** Names the occasion: the Prepare that answers it tells. */
  readonly occasion: number;
}

/** §4 ⟨Prepare, n, accRnd, logIdx, decIdx⟩ */
export interface Prepare {
  readonly type: 'Prepare';
  readonly ballot: Ballot;
  /** How often the leader has asked this follower in this ballot. */
  readonly attempt: number;
  /** Of the PrepareRequest that it answers; 0 if none has asked for it. */
  readonly occasion: number;
  readonly acceptedRound: Ballot;
  readonly acceptedLength: number;
  readonly decidedLength: number;
}

/** §4 ⟨Promise, n, accRnd, logIdx, decIdx, sfx⟩ */
export interface PromiseMessage {
  readonly type: 'Promise';
  readonly ballot: Ballot;
  readonly attempt: number;
  readonly acceptedRound: Ballot;
  readonly acceptedLength: number;
  readonly decidedLength: number;
  /** What the leader lacks, if the sender's log is the more up-to-date one. */
  readonly sync: LogSync | null;
}

/** The end of a log, for one whose own is the same before it. */
export interface LogSync {
  /** The state in place of the entries before `from`, if the sender has them no more; or null. */
  readonly snapshot: CompleteSnapshot | DeltaSnapshot | null;
  /** Entries are those after the first `from`. */
  readonly from: number;
  readonly entries: readonly Entry[];
}

/** §4 ⟨AcceptSync, n, sfx, syncIdx⟩: begins a session. */
export interface AcceptSync {
  readonly type: 'AcceptSync';
  readonly ballot: Ballot;
  /** The attempt whose Promise it answers: sessions are named after these. */
  readonly session: number;
  readonly sync: LogSync;
  readonly decidedLength: number;
}

/** §4 ⟨Accept, n, C⟩ for several entries, with what is decided meanwhile. */
export interface AcceptDecide {
  readonly type: 'AcceptDecide';
  readonly ballot: Ballot;
  readonly session: number;
  /** Counts from 1 within the session. */
  readonly number: number;
  /** Entries are those after the first `from`. */
  readonly from: number;
  readonly entries: readonly Entry[];
  readonly decidedLength: number;
}

/** §4 ⟨Accepted, n, logIdx⟩ */
export interface Accepted {
  readonly type: 'Accepted';
  readonly ballot: Ballot;
  readonly acceptedLength: number;
}

/** §4 ⟨Decide, n, decIdx⟩ */
export interface Decide {
  readonly type: 'Decide';
  readonly ballot: Ballot;
  readonly session: number;
  /** Of the last AcceptDecide that was sent before: who lacks it has missed something. */
  readonly number: number;
  readonly decidedLength: number;
}

/** The sender has promised a higher ballot than the one that it was asked in. */
export interface NotAccepted {
  readonly type: 'NotAccepted';
  readonly ballot: Ballot;
}

/** §4: a proposal that was made elsewhere. */
export interface ProposalForward {
  readonly type: 'ProposalForward';
  readonly entries: readonly Entry[];
}

/** All have accepted so much, and may forget it, if they have a snapshot of it. */
export interface Trim {
  readonly type: 'Trim';
  readonly ballot: Ballot;
  readonly length: number;
}

// Snapshots: plain data, never changed.

/** The replicated state after the first `length` entries. */
export interface CompleteSnapshot {
  readonly kind: 'complete';
  readonly length: number;
  readonly app: unknown;
  readonly replicated: ReplicatedState;
}

/** What has changed in it since the first `since` entries. */
export interface DeltaSnapshot {
  readonly kind: 'delta';
  readonly since: number;
  readonly length: number;
  readonly difference: Plain;
  readonly replicated: ReplicatedState;
}

/** What replicas agree on besides the application's state. */
export interface ReplicatedState {
  readonly clientTable: ClientTable;
  readonly configuration: Configuration;
  /** By server: the latest wish for other members that was decided. */
  readonly decidedWishes: { readonly [server: NodeId]: number };
  /** Operations executed so far. */
  readonly executedCount: number;
}

/** One client's row: the latest request that was executed, and its result. */
export interface ClientRecord {
  readonly requestNumber: number;
  readonly result: Plain;
}

export interface ClientTable {
  [clientId: number]: ClientRecord;
}

// Configurations.

/** §6: the first `length` entries are decided, and end with a stop-sign. */
export interface NextConfiguration {
  readonly type: 'NextConfiguration';
  readonly configuration: Configuration;
}

/** §6: asks for decided entries, of any server that has them. */
export interface MigrationRequest {
  readonly type: 'MigrationRequest';
  readonly from: number;
  readonly to: number;
}

export interface MigrationReply {
  readonly type: 'MigrationReply';
  /** The state in place of the entries that were asked for, if the sender has them no more. */
  readonly snapshot: CompleteSnapshot | null;
  readonly from: number;
  readonly entries: readonly Entry[];
  /** The sender knows so many entries to be decided. */
  readonly decidedLength: number;
  /** The sender has promised it. */
  readonly ballot: Ballot;
}

/** Answer to NextConfiguration: the sender has begun it, or knows a later one. */
export interface ConfigurationKnown {
  readonly type: 'ConfigurationKnown';
  readonly configuration: number;
}

// Reads.

/** A leader asks whether it leads still: for reads, and for its lease. */
export interface ConfirmLeader {
  readonly type: 'ConfirmLeader';
  readonly ballot: Ballot;
  readonly round: number;
  /** The leader's own clock at the sending: what a lease counts from. */
  readonly sentAt: number;
}

export interface LeaderConfirmed {
  readonly type: 'LeaderConfirmed';
  readonly ballot: Ballot;
  readonly round: number;
  readonly sentAt: number;
}

/** A session's read at whatever replica it likes, of a state that is at least so old. */
export interface SequentialRead {
  readonly type: 'SequentialRead';
  readonly operation: Plain;
  readonly requestNumber: number;
  readonly decidedLength: number;
}

/** To a client. */
export interface Response {
  readonly type: 'Response';
  readonly requestNumber: number;
  readonly result: Plain;
  /** Of the leader that the sender follows: where to ask next time. */
  readonly ballot: Ballot;
  /** The session's token: the result comes from the first so many entries. */
  readonly decidedLength: number;
}

/** The sender does not lead; whoever owns this ballot does, as far as it knows. */
export interface Redirect {
  readonly type: 'Redirect';
  readonly requestNumber: number;
  readonly ballot: Ballot;
}

export type OmniMessage =
  | Request
  | Response
  | Redirect
  | SequentialRead
  | HeartbeatRequest
  | HeartbeatReply
  | PrepareRequest
  | Prepare
  | PromiseMessage
  | AcceptSync
  | AcceptDecide
  | Accepted
  | Decide
  | NotAccepted
  | ProposalForward
  | Trim
  | NextConfiguration
  | ConfigurationKnown
  | MigrationRequest
  | MigrationReply
  | ConfirmLeader
  | LeaderConfirmed;
