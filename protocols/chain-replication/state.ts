/** What a server remembers: plain data. The paper's names are in server.ts, beside ours. */

import type { Micros, NodeId } from '../../sim/contract.ts';
import type { ReadRecords } from '../read-watch.ts';
import type { Configuration } from './configuration.ts';
import type {
  ClientRecord,
  Echo,
  Forward,
  Query,
  Request,
  SequentialRead,
  Snapshot,
} from './messages.ts';

export interface ServerState {
  readonly kind: 'server';
  readonly id: NodeId;
  /** How often this server has lost its state. */
  incarnation: number;
  configuration: Configuration;

  // §3.1
  /** Hist: the updates in order, without the first `trimmed`, which the snapshot stands for. */
  hist: Request[];
  trimmed: number;
  /** The last sequence number: trimmed + hist.length. */
  length: number;
  /** Sent: the updates after this one, up to `length`, may be unknown to the tail. */
  acknowledged: number;
  /** All up to here is committed and has been executed. */
  committed: number;
  app: unknown;
  readonly clientTable: { [clientId: NodeId]: ClientRecord };
  snapshot: Snapshot | null;

  // The link to the next server.
  /** What it is known to hold; NOT_HEARD until it has said so in this epoch. */
  successorHolds: number;
  forwarded: number;
  isResendArmed: boolean;
  /** What was known when the resend timer was armed: no progress since then means resend. */
  progressAtResend: number;
  fruitlessResends: number;

  // The link from the server before.
  /** Updates that overtook others. */
  early: Forward[];
  isGapArmed: boolean;
  lengthAtGap: number;

  // Changes of the configuration.
  /** `length` when the epoch began for this server. */
  lengthAtEpoch: number;
  /**
   * Whether a server that joins holds all that the one before it held when the epoch began for that
   * one.
   */
  hasCaughtUp: boolean;
  isHandoverArmed: boolean;
  /** Questions for what is missing, in a row, that led nowhere; and the length at the last one. */
  fruitlessHandovers: number;
  lengthAtHandover: number;

  // Reads.
  /** As the tail, it answers queries once it has executed so many updates. */
  answersFrom: number;
  /** By the own clock: until then nobody else is the tail. */
  leaseUntil: Micros;
  /** The latest reply of a master to a heartbeat. */
  echo: Echo;
  waitingQueries: WaitingQuery[];
  /** Queries answered so far, for who watches. */
  answeredQueries: number;
  /** By client: its latest query that is not old, for who watches. */
  readonly queryRecords: ReadRecords;
  /** How often a query has arrived here or was answered. */
  queryChanges: number;
  /** Latest question whether the epoch is current, and the latest one answered. */
  round: number;
  confirmedRound: number;
  /** Another one after each start: what was asked before a crash is not taken for answered. */
  nonce: number;
  waitingReads: WaitingRead[];
}

/** A query that waits until this server knows that it is the tail. */
export interface WaitingQuery {
  readonly clientId: NodeId;
  readonly query: Query;
  /** The answer has to be to this question, or a later one. */
  readonly round: number;
}

/** A read that waits until this server has executed as much as the session has seen. */
export interface WaitingRead {
  readonly clientId: NodeId;
  readonly read: SequentialRead;
}

export const NOT_HEARD = -1;
export const NEVER: Micros = -1;

export function initialServerState(id: NodeId, configuration: Configuration): ServerState {
  return {
    kind: 'server',
    id,
    incarnation: 0,
    configuration,
    hist: [],
    trimmed: 0,
    length: 0,
    acknowledged: 0,
    committed: 0,
    app: null,
    clientTable: {},
    snapshot: null,
    successorHolds: NOT_HEARD,
    forwarded: 0,
    isResendArmed: false,
    progressAtResend: 0,
    fruitlessResends: 0,
    early: [],
    isGapArmed: false,
    lengthAtGap: 0,
    lengthAtEpoch: 0,
    hasCaughtUp: false,
    isHandoverArmed: false,
    fruitlessHandovers: 0,
    lengthAtHandover: 0,
    answersFrom: 0,
    leaseUntil: NEVER,
    echo: { master: id, at: NEVER },
    waitingQueries: [],
    answeredQueries: 0,
    queryRecords: {},
    queryChanges: 0,
    round: 0,
    confirmedRound: 0,
    nonce: 0,
    waitingReads: [],
  };
}
