/**
 * The messages of Viewstamped Replication Revisited (Liskov & Cowling, MIT-CSAIL-TR-2012-021).
 *
 * Field names spell out the paper's letters: v = viewNumber, v' = lastNormalView, n = opNumber,
 * k = commitNumber, s = requestNumber, c = clientId, i = the sender, x = result or nonce.
 *
 * Deviation: the messages of view change and recovery carry a crash vector (Michael, Ports, Sharma,
 * Szekeres, DISC 2017), without which recovery is unsafe around view changes. In the durable mode
 * it counts lost disks, and is all zeros as a rule.
 */
import type { Plain } from '../../sim/plain.ts';

/**
 * How often each replica is known to have lost its state, by replica number; never changed in
 * place.
 */
export type CrashVector = readonly number[];

/** §4.1 ⟨REQUEST op, c, s⟩. A log entry is the client's request itself: immutable and shared. */
export interface Request {
  readonly type: 'Request';
  readonly operation: Plain;
  readonly clientId: number;
  readonly requestNumber: number;
}

/** §4.1 ⟨PREPARE v, m, n, k⟩ */
export interface Prepare {
  readonly type: 'Prepare';
  readonly viewNumber: number;
  readonly request: Request;
  readonly opNumber: number;
  readonly commitNumber: number;
}

/** §4.1 ⟨PREPAREOK v, n, i⟩: the sender holds everything up to `opNumber` of this view's log. */
export interface PrepareOk {
  readonly type: 'PrepareOk';
  readonly viewNumber: number;
  readonly opNumber: number;
}

/** §4.1 ⟨REPLY v, s, x⟩ */
export interface Reply {
  readonly type: 'Reply';
  readonly viewNumber: number;
  readonly requestNumber: number;
  readonly result: Plain;
}

/** §4.1 ⟨COMMIT v, k⟩ */
export interface Commit {
  readonly type: 'Commit';
  readonly viewNumber: number;
  readonly commitNumber: number;
}

/** §4.2 ⟨STARTVIEWCHANGE v, i⟩ */
export interface StartViewChange {
  readonly type: 'StartViewChange';
  readonly viewNumber: number;
  readonly crashVector: CrashVector;
}

/** §4.2 ⟨DOVIEWCHANGE v, l, v', n, k, i⟩ */
export interface DoViewChange {
  readonly type: 'DoViewChange';
  readonly viewNumber: number;
  readonly log: readonly Request[];
  readonly lastNormalView: number;
  readonly opNumber: number;
  readonly commitNumber: number;
  readonly crashVector: CrashVector;
}

/** §4.2 ⟨STARTVIEW v, l, n, k⟩ */
export interface StartView {
  readonly type: 'StartView';
  readonly viewNumber: number;
  readonly log: readonly Request[];
  readonly opNumber: number;
  readonly commitNumber: number;
  readonly crashVector: CrashVector;
}

/** §5.2 ⟨GETSTATE v, n', i⟩: asks for the entries after `afterOpNumber`. */
export interface GetState {
  readonly type: 'GetState';
  readonly viewNumber: number;
  readonly afterOpNumber: number;
}

/** §5.2 ⟨NEWSTATE v, l, n, k⟩: `entries` are those after `afterOpNumber`, up to `opNumber`. */
export interface NewState {
  readonly type: 'NewState';
  readonly viewNumber: number;
  readonly afterOpNumber: number;
  readonly entries: readonly Request[];
  readonly opNumber: number;
  readonly commitNumber: number;
}

/** DISC 2017: a recovering replica reads crash vectors before it counts its own crash. */
export interface CrashVectorRequest {
  readonly type: 'CrashVectorRequest';
  readonly nonce: number;
}

export interface CrashVectorResponse {
  readonly type: 'CrashVectorResponse';
  readonly nonce: number;
  readonly crashVector: CrashVector;
}

/** §4.3 ⟨RECOVERY i, x⟩ */
export interface Recovery {
  readonly type: 'Recovery';
  readonly nonce: number;
  readonly crashVector: CrashVector;
}

/** §4.3 ⟨RECOVERYRESPONSE v, x, l, n, k, j⟩: `primary` is null unless j is the view's primary. */
export interface RecoveryResponse {
  readonly type: 'RecoveryResponse';
  readonly viewNumber: number;
  readonly nonce: number;
  readonly primary: RecoveredState | null;
  readonly crashVector: CrashVector;
}

export interface RecoveredState {
  readonly log: readonly Request[];
  readonly opNumber: number;
  readonly commitNumber: number;
}

/** §4.5: a restarted client asks for the number of its latest request. */
export interface ClientRecovery {
  readonly type: 'ClientRecovery';
  readonly nonce: number;
}

export interface ClientRecoveryResponse {
  readonly type: 'ClientRecoveryResponse';
  readonly viewNumber: number;
  readonly nonce: number;
  /** 0 when the replica knows no request of this client. */
  readonly requestNumber: number;
}

export type VrMessage =
  | Request
  | Prepare
  | PrepareOk
  | Reply
  | Commit
  | StartViewChange
  | DoViewChange
  | StartView
  | GetState
  | NewState
  | CrashVectorRequest
  | CrashVectorResponse
  | Recovery
  | RecoveryResponse
  | ClientRecovery
  | ClientRecoveryResponse;
