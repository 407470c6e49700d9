/**
 * Crash vectors: Michael, Ports, Sharma, Szekeres, "Recovering Shared Objects Without Stable
 * Storage", DISC 2017. What a replica said before it crashed must not count towards a quorum once
 * somebody in that quorum knows of the crash: the replica has forgotten what it promised.
 */
import type { NodeId } from '../../sim/contract.ts';
import type { Context } from './context.ts';
import type { CrashVector } from './messages.ts';
import { NO_MESSAGE, type ReplicaState } from './state.ts';

/**
 * Learns from a message's crash vector; false if the message itself is from before a known crash.
 * Everything collected so far that the vector proves outdated is forgotten.
 */
function acceptCrashVector(
  state: ReplicaState,
  context: Context,
  from: NodeId,
  vector: CrashVector,
): boolean {
  const { rules } = context;
  if (rules.isFromEarlierIncarnation(state, from, vector[from]!)) {
    context.env.mark('earlier-incarnation-dropped');
    return false;
  }
  const merged = rules.mergeCrashVectors(state.crashVector, vector);
  if (merged !== state.crashVector) {
    state.crashVector = merged;
    rules.persistCrashVector(state, context);
    rules.forgetEarlierIncarnations(state, context);
  }
  return true;
}

function isFromEarlierIncarnation(state: ReplicaState, from: NodeId, crashes: number): boolean {
  return crashes < state.crashVector[from]!;
}

/** The larger count of each replica; `known` itself when `vector` brings nothing new. */
function mergeCrashVectors(known: CrashVector, vector: CrashVector): CrashVector {
  let isNews = false;
  for (let replica = 0; replica < known.length; replica++) {
    if (vector[replica]! > known[replica]!) isNews = true;
  }
  if (!isNews) return known;
  return known.map((crashes, replica) => Math.max(crashes, vector[replica]!));
}

function forgetEarlierIncarnations(state: ReplicaState, context: Context): void {
  const { rules } = context;
  for (let replica = 0; replica < context.replicas; replica++) {
    const startViewChange = state.startViewChanges[replica]!;
    if (
      startViewChange !== NO_MESSAGE &&
      rules.isFromEarlierIncarnation(state, replica, startViewChange)
    ) {
      state.startViewChanges[replica] = NO_MESSAGE;
      context.env.mark('collected-message-outdated');
    }
    if (rules.isOutdated(state, replica, state.doViewChanges[replica])) {
      state.doViewChanges[replica] = null;
      context.env.mark('collected-message-outdated');
    }
    if (rules.isOutdated(state, replica, state.crashVectorResponses[replica])) {
      state.crashVectorResponses[replica] = null;
      context.env.mark('collected-message-outdated');
    }
    if (rules.isOutdated(state, replica, state.recoveryResponses[replica])) {
      state.recoveryResponses[replica] = null;
      context.env.mark('collected-message-outdated');
    }
  }
}

function isOutdated(
  state: ReplicaState,
  replica: NodeId,
  message: { readonly crashVector: CrashVector } | null | undefined,
): boolean {
  if (message === null || message === undefined) return false;
  return message.crashVector[replica]! < state.crashVector[replica]!;
}

export const crashVectorRules = {
  acceptCrashVector,
  isFromEarlierIncarnation,
  mergeCrashVectors,
  forgetEarlierIncarnations,
  isOutdated,
};
