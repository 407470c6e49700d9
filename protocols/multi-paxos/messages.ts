/**
 * The messages of Multi-Paxos after Robbert van Renesse and Deniz Altinbuken, "Paxos Made
 * Moderately Complex", ACM Computing Surveys 47(3), 2015.
 *
 * Names spell out the paper's: p1a … p2b are Phase1a … Phase2b, κ is the client, cid the request
 * number, b the ballot, s the slot, c the command. The sender is not in the message: the network
 * tells it.
 *
 * Deviation: heartbeats, catch-up and snapshots, redirections and the messages of reads are not in
 * the paper's pseudocode, which leaves liveness, lost messages and read-only commands to the text
 * (§3, §4).
 */
import type { NodeId } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import type { Ballot } from './ballot.ts';

/** ⟨request, ⟨κ, cid, op⟩⟩. What is decided is the client's request itself: shared, immutable. */
export interface Request {
  readonly type: 'Request';
  readonly operation: Plain;
  readonly clientId: NodeId;
  readonly requestNumber: number;
}

/** Several requests in one slot, executed in this order. */
export interface Batch {
  readonly type: 'Batch';
  readonly requests: readonly Request[];
}

/** Fills a slot that nobody has a command for. */
export interface NoOp {
  readonly type: 'NoOp';
}

/** §2.1: other members from WINDOW slots further on. */
export interface Reconfiguration {
  readonly type: 'Reconfiguration';
  readonly members: readonly NodeId[];
}

export type Command = Request | Batch | NoOp | Reconfiguration;

/** ⟨b, s, c⟩ */
export interface PValue {
  readonly ballot: Ballot;
  readonly slot: number;
  readonly command: Command;
}

/** The members that vote on the slots from `first` on, up to the next configuration's first. */
export interface Configuration {
  readonly first: number;
  readonly members: readonly NodeId[];
}

/** ⟨response, cid, result⟩, with what a client's session has to know. */
export interface Response {
  readonly type: 'Response';
  readonly requestNumber: number;
  readonly result: Plain;
  /** Ballot of the leader that the sender follows: where to ask next time. */
  readonly ballot: Ballot;
  /** The session's token: the result comes from the slots below this one. */
  readonly slotOut: number;
}

/** The sender does not lead; whoever owns this ballot does, as far as it knows. */
export interface Redirect {
  readonly type: 'Redirect';
  readonly requestNumber: number;
  readonly ballot: Ballot;
}

/** ⟨propose, s, c⟩ */
export interface Propose {
  readonly type: 'Propose';
  readonly slot: number;
  readonly command: Command;
}

/** ⟨p1a, λ, b⟩; pvalues below `firstSlot` are of no use to the scout (§4.1). */
export interface Phase1a {
  readonly type: 'Phase1a';
  readonly ballot: Ballot;
  readonly firstSlot: number;
}

/** ⟨p1b, α, ballot_num, accepted⟩ */
export interface Phase1b {
  readonly type: 'Phase1b';
  readonly ballot: Ballot;
  /** Ballot of the scout that asked. In the paper each scout is a process of its own. */
  readonly inReplyTo: Ballot;
  readonly accepted: readonly PValue[];
  /** Slots below are decided, and the sender holds them in a snapshot only. */
  readonly compactedBelow: number;
  /** The sender has performed the slots below. */
  readonly slotOut: number;
}

/** ⟨p2a, λ, ⟨b, s, c⟩⟩ */
export interface Phase2a {
  readonly type: 'Phase2a';
  readonly pvalue: PValue;
  /** The leader knows the slots below to be decided. */
  readonly decidedBelow: number;
}

/** ⟨p2b, α, ballot_num⟩, for one slot. */
export interface Phase2b {
  readonly type: 'Phase2b';
  readonly ballot: Ballot;
  /** Ballot of the commander that asked: an answer to an earlier one of the slot says nothing. */
  readonly inReplyTo: Ballot;
  readonly slot: number;
}

/** ⟨decision, s, c⟩ */
export interface Decision {
  readonly type: 'Decision';
  readonly slot: number;
  readonly command: Command;
  readonly ballot: Ballot;
}

/** §3: the active leader is alive. */
export interface Heartbeat {
  readonly type: 'Heartbeat';
  readonly ballot: Ballot;
  /** Grows with each heartbeat of this leader. */
  readonly round: number;
  /** The leader's own clock at the sending: what a lease counts from. */
  readonly sentAt: number;
  readonly decidedBelow: number;
}

/** The sender has promised `ballot` and none above; if it is the leader's, it follows. */
export interface HeartbeatReply {
  readonly type: 'HeartbeatReply';
  readonly ballot: Ballot;
  /** Ballot of the heartbeat: to an earlier one than is promised, no lease was granted. */
  readonly inReplyTo: Ballot;
  readonly round: number;
  readonly sentAt: number;
}

/** Asks for decisions from `slotOut` on. */
export interface CatchUpRequest {
  readonly type: 'CatchUpRequest';
  readonly slotOut: number;
  /** The sender has heard of decisions, or of votes, in slots below this one. */
  readonly wantedBelow: number;
}

/** Decisions of consecutive slots, the first one's slot being `first`. */
export interface CatchUpReply {
  readonly type: 'CatchUpReply';
  readonly first: number;
  readonly commands: readonly Command[];
  /** The sender has performed the slots below. */
  readonly slotOut: number;
}

/** §4.2: who is further behind than anybody keeps decisions gets the state itself. */
export interface SnapshotOffer {
  readonly type: 'SnapshotOffer';
  readonly snapshot: Snapshot;
}

/** The replicated state after the slots below `slotOut`: plain data, never changed. */
export interface Snapshot {
  readonly slotOut: number;
  readonly app: unknown;
  readonly clientTable: ClientTable;
  readonly configurations: readonly Configuration[];
  /** Number of operations executed so far. */
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

/** A session's read at whatever replica it likes, of a state that is at least `slotOut`. */
export interface SequentialRead {
  readonly type: 'SequentialRead';
  readonly operation: Plain;
  readonly requestNumber: number;
  readonly slotOut: number;
}

/** Asks an acceptor for the highest slot that it has accepted anything in. */
export interface SlotQuery {
  readonly type: 'SlotQuery';
  readonly query: number;
}

export interface SlotReply {
  readonly type: 'SlotReply';
  readonly query: number;
  readonly highestSlot: number;
}

export type PaxosMessage =
  | Request
  | Response
  | Redirect
  | Propose
  | Phase1a
  | Phase1b
  | Phase2a
  | Phase2b
  | Decision
  | Heartbeat
  | HeartbeatReply
  | CatchUpRequest
  | CatchUpReply
  | SnapshotOffer
  | SequentialRead
  | SlotQuery
  | SlotReply;
