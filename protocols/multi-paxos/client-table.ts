/**
 * Who was answered what: part of the replicated state, so that a command is executed once however
 * many slots it was decided in (§2.1: perform skips a command that an earlier slot had).
 *
 * Deviation: the paper looks through all earlier decisions. A client has one request open at a
 * time and numbers them, so its latest one is enough, and earlier slots can be forgotten.
 */
import type { Request } from './messages.ts';
import type { PaxosState, ReplicaRole } from './state.ts';

export type RequestStanding = 'new' | 'old' | 'executed' | 'pending';

/** What this replica knows of a request that a client sends. */
function standingOf({ replica }: PaxosState, request: Request): RequestStanding {
  const { clientId, requestNumber } = request;
  const executed = replica.clientTable[clientId]?.requestNumber ?? 0;
  if (requestNumber < executed) return 'old';
  if (requestNumber === executed) return 'executed';
  return replica.asked[clientId] === requestNumber ? 'pending' : 'new';
}

/** Executed, or overtaken by a later request of a client that has given this one up. */
function isExecuted({ clientTable }: ReplicaRole, request: Request): boolean {
  return request.requestNumber <= (clientTable[request.clientId]?.requestNumber ?? 0);
}

export const clientTableRules = { standingOf, isExecuted };
