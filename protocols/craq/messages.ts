/**
 * What the nodes of CRAQ say to each other besides what those of a chain do: Jeff Terrace and
 * Michael J. Freedman, "Object Storage on CRAQ: High-throughput chain replication for read-mostly
 * workloads", USENIX ATC 2009. The paper describes its messages in words (§2.3, §4.1.1).
 */
import type { ChainMessage, Entries, Request } from '../chain-replication/messages.ts';

/** §2.3: which version of the object has the tail committed last? */
export interface VersionQuery {
  readonly type: 'VersionQuery';
  readonly epoch: number;
  readonly object: string;
  /** Counts the questions of the sender, in one of its lives. */
  readonly question: number;
  /** Drawn at each start of the sender, whose questions are counted anew then. */
  readonly nonce: number;
}

/** §2.3: that one, when the question was there already. */
export interface VersionReply {
  readonly type: 'VersionReply';
  readonly epoch: number;
  readonly question: number;
  readonly nonce: number;
  /** The sequence number of the write that has made it; 0 for the object as it was at first. */
  readonly version: number;
}

/** §4.1.1: the object has writes that are not committed; the test-and-set has not happened. */
export interface Rejected {
  readonly type: 'Rejected';
  readonly requestNumber: number;
}

/** §4.2: what the writes say, from the head to all; their names go down the chain. */
export interface Payload {
  readonly type: 'Payload';
  readonly requests: readonly Request[];
}

/** §4.2: to the predecessor, from a server that has names without their payload. */
export interface Fetch {
  readonly type: 'Fetch';
  readonly epoch: number;
  /** The updates after this one, up to `end`. */
  readonly after: number;
  readonly end: number;
}

/** §4.2: an acknowledgement from the tail to all. */
export interface Committed {
  readonly type: 'Committed';
  readonly epoch: number;
  readonly upTo: number;
}

/** §5.3: from a server that joins to its successor, the one now or to be: what comes after this? */
export interface Behind {
  readonly type: 'Behind';
  readonly epoch: number;
  /** The last sequence number of the sender. */
  readonly last: number;
}

/** §5.3, back-propagation: from the successor to the server that joins. */
export interface Back extends Entries {
  readonly type: 'Back';
  readonly epoch: number;
  /** The sender knows updates up to here to be committed. */
  readonly committed: number;
  /** The sender's last sequence number when this epoch began for it. */
  readonly lengthAtEpoch: number;
}

export type OwnMessage =
  | VersionQuery
  | VersionReply
  | Rejected
  | Payload
  | Fetch
  | Committed
  | Behind
  | Back;

export type CraqMessage = ChainMessage | OwnMessage;
