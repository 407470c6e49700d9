/**
 * The client-table (§4, §4.1): each client's latest request, and the reply once it is executed.
 *
 * Deviation: a record keeps the executed number apart from the latest one. When a view change takes
 * a pending request out of the log, the paper does not say what becomes of its row; here the row
 * falls back to the executed request, so that the client's retry is a new request again.
 */
import type { Plain } from '../../sim/plain.ts';
import type { Request } from './messages.ts';
import type { ClientRecord, ReplicaState } from './state.ts';

export type RequestStanding = 'new' | 'old' | 'executed' | 'pending';

/** §4.1 step 2: what the client-table says of a request. */
export function standingOf(state: ReplicaState, request: Request): RequestStanding {
  const record = state.clientTable[request.clientId];
  if (record === undefined || request.requestNumber > record.requestNumber) return 'new';
  if (request.requestNumber < record.requestNumber) return 'old';
  return record.executedNumber === record.requestNumber ? 'executed' : 'pending';
}

/** §4.1 steps 3 and 4: a request enters the log. */
export function recordRequest(state: ReplicaState, request: Request): void {
  const record = recordOf(state, request.clientId);
  if (request.requestNumber > record.requestNumber) record.requestNumber = request.requestNumber;
}

/** §4.1 step 5: a request has been executed. */
export function recordResult(state: ReplicaState, request: Request, result: Plain): void {
  const record = recordOf(state, request.clientId);
  record.executedNumber = request.requestNumber;
  record.result = result;
}

/** After the log has been replaced: rows show what is executed, then what is pending in the log. */
export function rebuildClientTable(state: ReplicaState): void {
  for (const clientId of Object.keys(state.clientTable)) {
    const record = recordOf(state, Number(clientId));
    record.requestNumber = record.executedNumber;
  }
  for (let index = state.commitNumber; index < state.opNumber; index++) {
    recordRequest(state, state.log[index]!);
  }
}

function recordOf(state: ReplicaState, clientId: number): ClientRecord {
  const known = state.clientTable[clientId];
  if (known !== undefined) return known;
  const record: ClientRecord = { requestNumber: 0, executedNumber: 0, result: null };
  state.clientTable[clientId] = record;
  return record;
}

export const clientTableRules = { standingOf, recordRequest, recordResult, rebuildClientTable };
