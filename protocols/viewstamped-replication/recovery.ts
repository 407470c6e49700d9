/**
 * Recovery without a disk, or with a damaged one: Liskov & Cowling, "Viewstamped Replication
 * Revisited", §4.3, and crash vectors after Michael et al., DISC 2017.
 *
 * Deviation: before it asks for state, a recovering replica reads the crash vectors of a majority
 * and counts its own crash, so that what it said before can be told from what it says after.
 * Deviation: a replica cannot know by itself whether it starts for the first time, and one that has
 * forgotten a vote must not start afresh. So the one thing that a diskless replica keeps on disk is
 * a marker that it has been here before.
 */
import type { Durable, Micros, NodeId } from '../../sim/contract.ts';
import { type Context, primaryOf, sendToOthers } from './context.ts';
import type {
  CrashVectorRequest,
  CrashVectorResponse,
  RecoveredState,
  Recovery,
  RecoveryResponse,
} from './messages.ts';
import type { ReplicaState } from './state.ts';

/** Nonces are drawn from so many; the node's stream goes on after a restart, so they differ. */
const NONCES = 2 ** 30;

/** Patience with a recovery doubles at each retry, up to 2 to this power. */
export const RECOVERY_BACKOFF_MAX = 5;

const BOOTED = { kind: 'set', key: 'booted', value: true } as const;

/** First boot starts view 0; any later one recovers (§4.3). */
function startDiskless(state: ReplicaState, context: Context, durable: Durable): void {
  if (context.rules.hasBootedBefore(durable)) {
    context.rules.startRecovery(state, context);
    return;
  }
  context.env.persist(BOOTED);
  context.rules.enterNormal(state, context);
}

/** A torn marker was never durable, and then no message has left this node. */
function hasBootedBefore(durable: Durable): boolean {
  return durable.records.some((record) => record.intact);
}

function startRecovery(state: ReplicaState, context: Context): void {
  context.env.mark('recovery-started');
  state.status = 'recovering';
  context.rules.askForCrashVectors(state, context);
}

/** DISC 2017: learn how often everybody has crashed, oneself included. */
function askForCrashVectors(state: ReplicaState, context: Context): void {
  state.nonce = context.rules.freshNonce(context);
  state.crashVectorResponses.fill(null);
  sendToOthers(state, context, context.rules.crashVectorRequestFor(state));
  context.env.setTimer('recovery', context.rules.recoveryPatience(state, context));
}

function freshNonce(context: Context): number {
  return context.env.random(NONCES);
}

function crashVectorRequestFor(state: ReplicaState): CrashVectorRequest {
  return { type: 'CrashVectorRequest', nonce: state.nonce };
}

/** A recovering replica knows nothing that another one could rely on. */
function onCrashVectorRequest(
  state: ReplicaState,
  context: Context,
  from: NodeId,
  message: CrashVectorRequest,
): void {
  if (state.status === 'recovering') return;
  context.env.send(from, {
    type: 'CrashVectorResponse',
    nonce: message.nonce,
    crashVector: state.crashVector,
  });
}

/** DISC 2017: with a majority's vectors, count the own crash and go on to §4.3. */
function onCrashVectorResponse(
  state: ReplicaState,
  context: Context,
  from: NodeId,
  message: CrashVectorResponse,
): void {
  const { rules } = context;
  if (state.status !== 'recovering' || state.hasCountedCrash) return;
  if (!rules.isAnswerToNonce(state, message.nonce)) return;
  if (!rules.acceptCrashVector(state, context, from, message.crashVector)) return;
  state.crashVectorResponses[from] = message;
  if (countMessages(state.crashVectorResponses) < context.quorum) return;
  state.crashVector = rules.countOwnCrash(state);
  state.hasCountedCrash = true;
  rules.persistLostState(state, context);
  rules.askForState(state, context);
}

/** An answer to an earlier question may describe a state from before the crash. */
function isAnswerToNonce(state: ReplicaState, nonce: number): boolean {
  return nonce === state.nonce;
}

function countOwnCrash(state: ReplicaState): readonly number[] {
  return state.crashVector.map((crashes, replica) =>
    replica === state.replicaNumber ? crashes + 1 : crashes,
  );
}

/** §4.3 step 1: ask all others, with a fresh nonce. */
function askForState(state: ReplicaState, context: Context): void {
  state.nonce = context.rules.freshNonce(context);
  state.recoveryResponses.fill(null);
  sendToOthers(state, context, context.rules.recoveryFor(state));
  context.env.setTimer('recovery', context.rules.recoveryPatience(state, context));
}

function recoveryFor(state: ReplicaState): Recovery {
  return { type: 'Recovery', nonce: state.nonce, crashVector: state.crashVector };
}

/** A fresh nonce makes answers on their way worthless, so each retry leaves them more time. */
function recoveryPatience(state: ReplicaState, context: Context): Micros {
  return context.options.recoveryRetry * 2 ** Math.min(state.recoveryRetries, RECOVERY_BACKOFF_MAX);
}

/** Answers may be lost, or straddle a view change so that none is the last primary's: ask anew. */
function onRecoveryTimer(state: ReplicaState, context: Context): void {
  if (state.status !== 'recovering') return;
  context.env.mark('recovery-retried');
  state.recoveryRetries++;
  if (state.hasCountedCrash) context.rules.retryAskForState(state, context);
  else context.rules.askForCrashVectors(state, context);
}

function retryAskForState(state: ReplicaState, context: Context): void {
  context.rules.askForState(state, context);
}

/** §4.3 step 2: only a normal replica answers; the primary adds its log. */
function onRecovery(state: ReplicaState, context: Context, from: NodeId, message: Recovery): void {
  if (state.status === 'recovering') return;
  if (!context.rules.acceptCrashVector(state, context, from, message.crashVector)) return;
  if (state.status !== 'normal') return;
  context.env.send(from, context.rules.recoveryResponseFor(state, context, message.nonce));
}

function recoveryResponseFor(
  state: ReplicaState,
  context: Context,
  nonce: number,
): RecoveryResponse {
  const leads = primaryOf(state.viewNumber, context.replicas) === state.replicaNumber;
  return {
    type: 'RecoveryResponse',
    viewNumber: state.viewNumber,
    nonce,
    primary: leads
      ? { log: state.log.slice(), opNumber: state.opNumber, commitNumber: state.commitNumber }
      : null,
    crashVector: state.crashVector,
  };
}

/** §4.3 step 3: f + 1 answers, one of them from the primary of the latest view among them. */
function onRecoveryResponse(
  state: ReplicaState,
  context: Context,
  from: NodeId,
  message: RecoveryResponse,
): void {
  const { rules } = context;
  if (state.status !== 'recovering' || !state.hasCountedCrash) return;
  if (!rules.isAnswerToNonce(state, message.nonce)) return;
  if (!rules.acceptCrashVector(state, context, from, message.crashVector)) return;
  state.recoveryResponses[from] = message;
  if (countMessages(state.recoveryResponses) < context.quorum) return;
  const viewNumber = rules.latestViewAmong(state.recoveryResponses);
  const primary = state.recoveryResponses[primaryOf(viewNumber, context.replicas)];
  if (primary === null || primary === undefined || primary.viewNumber !== viewNumber) return;
  if (primary.primary === null) return;
  rules.completeRecovery(state, context, viewNumber, primary.primary);
}

function latestViewAmong(responses: readonly (RecoveryResponse | null)[]): number {
  let latest = 0;
  for (const response of responses) {
    if (response !== null && response.viewNumber > latest) latest = response.viewNumber;
  }
  return latest;
}

function completeRecovery(
  state: ReplicaState,
  context: Context,
  viewNumber: number,
  recovered: RecoveredState,
): void {
  const { rules } = context;
  rules.adoptLog(state, context, recovered.log, viewNumber);
  context.env.mark('recovery-completed');
  state.recoveryRetries = 0;
  state.recoveryResponses.fill(null);
  state.crashVectorResponses.fill(null);
  rules.enterNormal(state, context);
  rules.sendPrepareOk(state, context, primaryOf(viewNumber, context.replicas));
  rules.commitUpTo(state, context, rules.executableUpTo(state, recovered.commitNumber));
}

function countMessages(messages: readonly (object | null)[]): number {
  let count = 0;
  for (const message of messages) if (message !== null) count++;
  return count;
}

export const recoveryRules = {
  startDiskless,
  hasBootedBefore,
  startRecovery,
  askForCrashVectors,
  freshNonce,
  crashVectorRequestFor,
  onCrashVectorRequest,
  onCrashVectorResponse,
  isAnswerToNonce,
  countOwnCrash,
  askForState,
  recoveryFor,
  recoveryPatience,
  onRecoveryTimer,
  retryAskForState,
  onRecovery,
  recoveryResponseFor,
  onRecoveryResponse,
  latestViewAmong,
  completeRecovery,
};
