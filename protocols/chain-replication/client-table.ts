/**
 * The client table: each client's latest update, and the reply once it is processed. The paper
 * leaves to the client how a request that was sent twice is recognised (§3: a client may ask again,
 * and updates that are not idempotent need care); here the table is part of the replicated state.
 * It follows from Hist, so that it survives the loss of the head, and is in snapshots.
 */
import type { NodeId } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import type { ClientRecord, Request } from './messages.ts';
import type { ServerState } from './state.ts';

export type RequestStanding = 'new' | 'old' | 'executed' | 'in-process';

export function standingOf(state: ServerState, request: Request): RequestStanding {
  const record = state.clientTable[request.clientId];
  if (record === undefined || request.requestNumber > record.requestNumber) return 'new';
  if (request.requestNumber < record.requestNumber) return 'old';
  return record.executedNumber === record.requestNumber ? 'executed' : 'in-process';
}

/** An update enters Hist. */
export function recordRequest(state: ServerState, { clientId, requestNumber }: Request): void {
  const record = recordOf(state, clientId);
  if (requestNumber > record.requestNumber) record.requestNumber = requestNumber;
}

/** It has been executed, as the latest so far. */
export function recordResult(
  state: ServerState,
  { clientId, requestNumber }: Request,
  result: Plain,
): void {
  const record = recordOf(state, clientId);
  if (requestNumber > record.requestNumber) record.requestNumber = requestNumber;
  record.executedNumber = requestNumber;
  record.result = result;
  record.sequence = state.committed;
}

/** After Hist was cut: rows show what is executed, then what is in process. */
export function rebuildClientTable(state: ServerState): void {
  for (const record of Object.values(state.clientTable)) {
    record.requestNumber = record.executedNumber;
  }
  for (let index = state.committed - state.trimmed; index < state.hist.length; index++) {
    recordRequest(state, state.hist[index]!);
  }
}

function recordOf(state: ServerState, clientId: NodeId): ClientRecord {
  const known = state.clientTable[clientId];
  if (known !== undefined) return known;
  const record = { requestNumber: 0, executedNumber: 0, result: null, sequence: 0 };
  state.clientTable[clientId] = record;
  return record;
}

export const clientTableRules = { standingOf, recordRequest, recordResult, rebuildClientTable };
