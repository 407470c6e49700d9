/**
 * The messages of chain replication: Robbert van Renesse and Fred B. Schneider, "Chain Replication
 * for Supporting High Throughput and Availability", OSDI 2004.
 *
 * The paper describes them in words (§3) and names few. Sequence numbers count the updates of the
 * chain from 1; a message of the chain carries the epoch of the configuration it was sent in, and
 * counts in no other.
 *
 * Deviation: the paper's links are reliable and first in, first out, and its masters know for
 * certain who has failed. Here sequence numbers make the links so, and epochs and leases make up
 * for a master that errs.
 */
import type { Micros, NodeId } from '../../sim/contract.ts';
import type { WeakerLevel } from '../../sim/level.ts';
import type { Plain } from '../../sim/plain.ts';
import type { PaxosMessage } from '../multi-paxos/messages.ts';
import type { Configuration } from './configuration.ts';
import type { Wish } from './configuration-machine.ts';

/** An update, for the head. An entry of Hist is the client's request itself: shared, immutable. */
export interface Request {
  readonly type: 'Request';
  readonly operation: Plain;
  readonly clientId: NodeId;
  readonly requestNumber: number;
}

/** A query, for the tail. */
export interface Query {
  readonly type: 'Query';
  readonly operation: Plain;
  /** Where a protocol that is built on this one has weaker queries; absent: linearizable. */
  readonly level?: WeakerLevel;
  readonly requestNumber: number;
}

/** A session's read at whatever server it likes, of a state with at least `sequence` updates. */
export interface SequentialRead {
  readonly type: 'SequentialRead';
  readonly operation: Plain;
  readonly requestNumber: number;
  readonly sequence: number;
}

export interface Reply {
  readonly type: 'Reply';
  readonly requestNumber: number;
  readonly result: Plain;
  /** The session's token: the result comes from a state with so many updates. */
  readonly sequence: number;
}

/** The sender is not whom the request is for; this is the chain, as far as it knows. */
export interface Redirect {
  readonly type: 'Redirect';
  readonly requestNumber: number;
  readonly configuration: Configuration;
}

/** Updates in their order, the first one being `after` + 1. */
export interface Entries {
  readonly after: number;
  readonly entries: readonly Request[];
}

/** §3: from a server to the next. */
export interface Forward extends Entries {
  readonly type: 'Forward';
  readonly epoch: number;
  /** The sender knows updates up to here to be committed. */
  readonly committed: number;
  /** The sender's last sequence number when this epoch began for it. */
  readonly lengthAtEpoch: number;
  /** In the place of entries that a protocol on top of this one has sent another way. */
  readonly names?: readonly WriteName[];
}

/** What tells one update from all others. */
export interface WriteName {
  readonly clientId: NodeId;
  readonly requestNumber: number;
}

/** §3, ack(r): the tail has processed all up to `upTo`; the sender holds all up to `held`. */
export interface Ack {
  readonly type: 'Ack';
  readonly epoch: number;
  readonly upTo: number;
  readonly held: number;
}

/** After a failure: the last sequence number of the sender, who lacks what comes after it. */
export interface LastSequence {
  readonly type: 'LastSequence';
  readonly epoch: number;
  readonly last: number;
}

/** Extending a chain: what a server that joins cannot get entry by entry any more. */
export interface StateCopy {
  readonly type: 'StateCopy';
  readonly epoch: number;
  readonly snapshot: Snapshot;
}

/** The replicated state after the first `length` updates: plain data, never changed. */
export interface Snapshot {
  readonly length: number;
  readonly app: unknown;
  readonly clientTable: { readonly [clientId: NodeId]: Readonly<ClientRecord> };
  /** Where a protocol that is built on this one keeps the objects of the state apart. */
  readonly objects?: readonly ObjectState[];
}

/** One object of the replicated state, after its latest update up to the snapshot. */
export interface ObjectState {
  readonly object: string;
  /** Sequence number of that update. */
  readonly number: number;
  /** The state machine's state, as that object alone makes it. */
  readonly app: unknown;
}

/** One client's row of the client table. */
export interface ClientRecord {
  /** Number of the client's latest update in Hist. */
  requestNumber: number;
  /** Number of its latest processed update; smaller while the latest one is in process. */
  executedNumber: number;
  /** The reply to `executedNumber`, and that update's sequence number. */
  result: Plain;
  sequence: number;
}

/** To itself: the write barrier holds it back until all up to `upTo` is on disk. */
export interface Stored {
  readonly type: 'Stored';
  readonly epoch: number;
  readonly upTo: number;
}

/** How a server stands to the chain, as it sees it. */
export type ServerStatus = 'outside' | 'copying' | 'copied' | 'member';

/** To the masters: the sender is alive, of this incarnation, and has got as far as this epoch. */
export interface ServerHeartbeat {
  readonly type: 'ServerHeartbeat';
  readonly epoch: number;
  readonly incarnation: number;
  readonly status: ServerStatus;
  readonly length: number;
  /** The sender's own clock at the sending: what a lease counts from. */
  readonly sentAt: Micros;
  /** The latest reply that the sender has had. */
  readonly echo: Echo;
}

/** Proves to the master that the sender was there after the master's clock showed `at`. */
export interface Echo {
  readonly master: NodeId;
  readonly at: Micros;
}

/** From the master that acts. */
export interface HeartbeatReply {
  readonly type: 'HeartbeatReply';
  readonly epoch: number;
  /** That of the heartbeat. */
  readonly sentAt: Micros;
  /** The master's own clock. */
  readonly repliedAt: Micros;
  /** For so long after `sentAt` the tail of this epoch is not replaced; 0 promises nothing. */
  readonly lease: Micros;
}

/** §3: from a master to servers and clients, and among servers. */
export interface ChainConfig {
  readonly type: 'ChainConfig';
  readonly configuration: Configuration;
}

export interface GetConfiguration {
  readonly type: 'GetConfiguration';
}

/** A tail without a lease asks whether its epoch is still the current one. */
export interface Confirm {
  readonly type: 'Confirm';
  readonly epoch: number;
  readonly round: number;
  /** Drawn at each start of the tail, whose rounds begin anew then. */
  readonly nonce: number;
}

/** When the question of that round arrived, `epoch` was current. */
export interface Confirmed {
  readonly type: 'Confirmed';
  readonly epoch: number;
  readonly round: number;
  readonly nonce: number;
}

/** From a master that an operator has asked to the others: these servers are to form the chain. */
export interface WishMessage extends Wish {
  readonly type: 'Wish';
  /** How many wishes will have been decided with this one: it is void if there are more already. */
  readonly number: number;
}

/** Among masters: what replicates their state machine. */
export interface MasterPaxos {
  readonly type: 'MasterPaxos';
  readonly message: PaxosMessage;
}

export type ChainMessage =
  | Request
  | Query
  | SequentialRead
  | Reply
  | Redirect
  | Forward
  | Ack
  | LastSequence
  | StateCopy
  | Stored
  | ServerHeartbeat
  | HeartbeatReply
  | ChainConfig
  | GetConfiguration
  | Confirm
  | Confirmed
  | WishMessage
  | MasterPaxos;
