/**
 * The replicated state machine: what is decided is executed, in order;
 * a stop-sign ends the configuration (§6).
 */
import type { NodeId } from '../../sim/contract.ts';
import type { Context } from './context.ts';
import { entryAt, lengthOf } from './log.ts';
import type { ClientTable, Entry, ReplicatedState, Request, Response } from './messages.ts';
import type { OmniState, Replica } from './state.ts';

export type RequestStanding = 'new' | 'old' | 'executed';

/** What a client asks for. */
function onRequest(state: OmniState, context: Context, request: Request): void {
  const { replica } = state;
  const { env, machine, options, rules } = context;
  if (options.readMode !== 'log' && machine.isReadOnly(request.operation)) {
    rules.onRead(state, context, request);
    return;
  }
  switch (rules.standingOf(state, request)) {
    case 'old':
      env.mark('old-request-dropped');
      break;
    case 'executed':
      env.mark('response-from-cache');
      rules.respond(state, context, request);
      break;
    case 'new':
      // Asked for again, it may have been lost on its way to a leader: there it is proposed once.
      replica.asked[request.clientId] = request.requestNumber;
      rules.propose(state, context, request);
      break;
  }
}

/** What this server knows of a request that a client sends. */
function standingOf({ replica }: OmniState, request: Request): RequestStanding {
  const { clientId, requestNumber } = request;
  const executed = replica.clientTable[clientId]?.requestNumber ?? 0;
  if (requestNumber < executed) return 'old';
  return requestNumber === executed ? 'executed' : 'new';
}

/** Executed, or overtaken by a later request of a client that has given this one up. */
function isExecuted({ clientTable }: Replica, request: Request): boolean {
  return request.requestNumber <= (clientTable[request.clientId]?.requestNumber ?? 0);
}

/** Whether what waited for a leader is still to be proposed: not executed, nor in the log. */
function isStillWanted({ replica, leader }: OmniState, entry: Entry): boolean {
  if (entry.type === 'StopSign') return replica.decidedWishes[entry.askedOf] !== entry.wish;
  const { clientId, requestNumber } = entry;
  const executed = replica.clientTable[clientId]?.requestNumber ?? 0;
  const proposed = leader.proposed[clientId] ?? 0;
  return requestNumber > executed && requestNumber > proposed;
}

/** ⟨Decide⟩: as far as this server has accepted what is decided. */
function decideUpTo(state: OmniState, context: Context, length: number): void {
  const { paxos } = state;
  const { rules } = context;
  const end = rules.acceptedAtMost(state, length);
  if (end <= paxos.decidedLength) return;
  while (paxos.decidedLength < end) {
    const entry = rules.executeNext(state, context);
    if (entry.type === 'StopSign') rules.endConfiguration(state, context, entry);
  }
  rules.persistDecided(state, context);
  rules.compactIfDue(state, context);
  rules.serveWaitingReads(state, context);
}

/** Executes the next entry, and returns it. */
function executeNext(state: OmniState, context: Context): Entry {
  const { paxos, replica } = state;
  const entry = entryAt(paxos.log, paxos.decidedLength);
  paxos.decidedLength++;
  if (entry.type === 'Request') context.rules.execute(state, context, entry);
  else replica.decidedWishes = { ...replica.decidedWishes, [entry.askedOf]: entry.wish };
  return entry;
}

/** A leader may know more to be decided than this server has accepted. */
function acceptedAtMost({ paxos }: OmniState, length: number): number {
  return Math.min(length, lengthOf(paxos.log));
}

/** A leader proposes nothing that is in its log already, so that no request is decided twice. */
function execute(state: OmniState, context: Context, request: Request): void {
  const { replica } = state;
  const { machine, rules } = context;
  if (rules.isExecuted(replica, request)) {
    const { clientId, requestNumber } = request;
    throw new Error(`request ${requestNumber} of client ${clientId} was decided a second time`);
  }
  const result = machine.apply(replica.app, request.operation);
  replica.executed.push(request.operation);
  replica.clientTable[request.clientId] = { requestNumber: request.requestNumber, result };
  if (replica.asked[request.clientId] === request.requestNumber) {
    rules.respond(state, context, request);
  }
}

function respond(state: OmniState, context: Context, { clientId }: Request): void {
  const { requestNumber, result } = state.replica.clientTable[clientId]!;
  context.rules.sendResponse(context, clientId, {
    type: 'Response',
    requestNumber,
    result,
    ballot: context.rules.followedBallot(state),
    decidedLength: state.paxos.decidedLength,
  });
}

/** What is decided is on the disks of a quorum: the own one need not have it. */
function sendResponse(context: Context, clientId: NodeId, response: Response): void {
  context.env.sendUnsynced(clientId, response);
}

/** What a snapshot holds besides the application's state. */
function replicatedState({ replica }: OmniState): ReplicatedState {
  const { clientTable, configuration, decidedWishes, executedBefore, executed } = replica;
  return {
    clientTable: copyOf(clientTable),
    configuration,
    decidedWishes,
    executedCount: executedBefore + executed.length,
  };
}

/** Rows are never changed in place. */
function copyOf(table: ClientTable): ClientTable {
  return { ...table };
}

function takeReplicated({ replica }: OmniState, replicated: ReplicatedState): void {
  replica.clientTable = copyOf(replicated.clientTable);
  replica.decidedWishes = replicated.decidedWishes;
  replica.executedBefore = replicated.executedCount;
  replica.executed = [];
}

export const decidingRules = {
  onRequest,
  standingOf,
  isExecuted,
  isStillWanted,
  decideUpTo,
  executeNext,
  acceptedAtMost,
  execute,
  respond,
  sendResponse,
  replicatedState,
  takeReplicated,
};
