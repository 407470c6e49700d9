/**
 * What a replica and a client remember: plain data. Op-numbers count from 1, as in the paper;
 * replica numbers from 0, where the paper's count from 1.
 */
import type { Plain } from '../../sim/plain.ts';
import type {
  CrashVector,
  CrashVectorResponse,
  DoViewChange,
  Prepare,
  RecoveryResponse,
  Request,
} from './messages.ts';

/**
 * §4: normal, view-change or recovering.
 * Deviation: `state-transfer` is a status of its own. The paper truncates the log of a replica that
 * learns of a later view and lets it go on at once; its short log can win the next view change.
 */
export type Status = 'normal' | 'view-change' | 'state-transfer' | 'recovering';

/** One client's row of the client-table. */
export interface ClientRecord {
  /** Number of the latest request in the log. */
  requestNumber: number;
  /** Number of the latest executed request; smaller while the latest one is pending. */
  executedNumber: number;
  /** The reply to `executedNumber`. */
  result: Plain;
}

export interface ClientTable {
  [clientId: number]: ClientRecord;
}

export interface ReplicaState {
  // Figure 2 of the paper.
  readonly replicaNumber: number;
  viewNumber: number;
  status: Status;
  /** Always the length of `log`. */
  opNumber: number;
  /** The entry of op-number n is at index n - 1. */
  log: Request[];
  /** Everything up to here is committed and has been executed. */
  commitNumber: number;
  clientTable: ClientTable;
  /** v': the latest view in which the status was normal. */
  lastNormalView: number;
  app: unknown;

  // Normal operation, primary.
  /** By replica: the highest op-number acknowledged in this view, the primary's own included. */
  ackedOpNumbers: number[];
  /** Whether a Prepare went out since the last heartbeat, which then is not needed. */
  preparedSinceHeartbeat: boolean;
  isResendArmed: boolean;
  /** Commit-number when the resend timer was armed: no progress since then means resend. */
  commitNumberAtResend: number;
  /** Resends in a row that led nowhere; each doubles the wait for the next, up to a limit. */
  fruitlessResends: number;

  // Normal operation, backup.
  /** Prepares that overtook others, by op-number modulo the window. */
  earlyPrepares: (Prepare | null)[];
  earlyCount: number;
  heardFromPrimary: boolean;
  /** Highest op-number known to exist in this view. */
  highestSeen: number;
  isGapArmed: boolean;
  /** Op-number when the gap timer was armed: no progress since then means state transfer. */
  opNumberAtGap: number;

  // View change.
  /** By replica: its crash count when it sent StartViewChange for this view, or -1. */
  startViewChanges: number[];
  /** By replica: the DoViewChange collected for this view. */
  doViewChanges: (DoViewChange | null)[];
  hasSentDoViewChange: boolean;
  /** View changes in a row that led nowhere; each doubles the patience, up to a limit. */
  stalledViewChanges: number;
  /** This node's share of the spread of view change timeouts, in Micros. */
  timeoutSpread: number;

  // State transfer.
  /** The view to catch up with, while the status is state-transfer. */
  transferView: number;
  transferAttempts: number;

  // Recovery (diskless, or from a damaged disk).
  crashVector: CrashVector;
  nonce: number;
  /** Times that this recovery has asked again. */
  recoveryRetries: number;
  /** Whether the own crash has been counted, so that Recovery may be asked for. */
  hasCountedCrash: boolean;
  crashVectorResponses: (CrashVectorResponse | null)[];
  recoveryResponses: (RecoveryResponse | null)[];
}

/** Prepares kept while earlier ones are missing; one further ahead asks for state transfer. */
export const EARLY_WINDOW = 64;

export const NO_MESSAGE = -1;

export function initialReplicaState(replicaNumber: number, replicas: number): ReplicaState {
  return {
    replicaNumber,
    viewNumber: 0,
    status: 'normal',
    opNumber: 0,
    log: [],
    commitNumber: 0,
    clientTable: {},
    lastNormalView: 0,
    app: null,
    ackedOpNumbers: filled(replicas, 0),
    preparedSinceHeartbeat: false,
    isResendArmed: false,
    commitNumberAtResend: 0,
    fruitlessResends: 0,
    earlyPrepares: filled<Prepare | null>(EARLY_WINDOW, null),
    earlyCount: 0,
    heardFromPrimary: false,
    highestSeen: 0,
    isGapArmed: false,
    opNumberAtGap: 0,
    startViewChanges: filled(replicas, NO_MESSAGE),
    doViewChanges: filled<DoViewChange | null>(replicas, null),
    hasSentDoViewChange: false,
    stalledViewChanges: 0,
    timeoutSpread: 0,
    transferView: 0,
    transferAttempts: 0,
    crashVector: filled(replicas, 0),
    nonce: 0,
    recoveryRetries: 0,
    hasCountedCrash: false,
    crashVectorResponses: filled<CrashVectorResponse | null>(replicas, null),
    recoveryResponses: filled<RecoveryResponse | null>(replicas, null),
  };
}

export function filled<T>(length: number, value: T): T[] {
  const result: T[] = [];
  for (let index = 0; index < length; index++) result.push(value);
  return result;
}

/** §4.5 What a client remembers. */
export interface ClientState {
  readonly clientId: number;
  status: 'normal' | 'recovering';
  /** Where the client believes the primary to be. */
  viewNumber: number;
  /** Number of the latest request. */
  requestNumber: number;
  /** Whether an operation is open; `operation` is that one, or the last. */
  isOpen: boolean;
  operation: Plain;
  /** The request that is out for it; null while the client still recovers its number. */
  request: Request | null;
  invokedAt: number;
  sentAt: number;
  isRetryArmed: boolean;
  /** Recovery: nonce of the question, and the highest number among the answers by replica. */
  nonce: number;
  recoveryRetries: number;
  answers: number[];
  /** Highest request number that this client remembers on disk to have given up on. */
  durableRequestNumber: number;
}

export function initialClientState(clientId: number, replicas: number): ClientState {
  return {
    clientId,
    status: 'normal',
    viewNumber: 0,
    requestNumber: 0,
    isOpen: false,
    operation: null,
    request: null,
    invokedAt: 0,
    sentAt: 0,
    isRetryArmed: false,
    nonce: 0,
    recoveryRetries: 0,
    answers: filled(replicas, NO_MESSAGE),
    durableRequestNumber: 0,
  };
}
