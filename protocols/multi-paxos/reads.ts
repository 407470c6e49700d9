/**
 * Operations that only read, without a slot of their own (§4.5): by a leader that a quorum has
 * confirmed since the read arrived, by a leader under its lease (Paxos Made Live, master leases),
 * or by any replica after a look at a quorum (Charapko, Ailijiang and Demirbas, "Linearizable
 * Quorum Reads in Paxos", HotStorage 2019). And sequential reads, which may be old, but never older
 * than what their session has seen.
 *
 * A leader has seen everything that was decided before its ballot only once all that it adopted is
 * performed; until then its reads wait.
 */
import type { NodeId } from '../../sim/contract.ts';
import { leaderOf, NO_BALLOT } from './ballot.ts';
import { isQuorumInForce, membersInForce } from './configurations.ts';
import type { Context } from './context.ts';
import type { Request, SequentialRead, SlotQuery, SlotReply } from './messages.ts';
import { endOf } from './slots.ts';
import { filled, type PaxosState, type ReadIndexRead, type WaitingRead } from './state.ts';

const NO_ANSWER = -1;

function onRead(state: PaxosState, context: Context, request: Request): void {
  const { leader } = state;
  const { env, options, rules } = context;
  if (options.readMode === 'quorum') {
    rules.startQuorumRead(state, context, request);
    return;
  }
  if (!leader.isActive) {
    const known = leaderOf(leader.followed);
    if (leader.followed === NO_BALLOT || known === state.id) return;
    env.mark('read-redirected');
    const { requestNumber } = request;
    env.send(request.clientId, { type: 'Redirect', requestNumber, ballot: leader.followed });
  } else if (options.readMode === 'lease' && rules.holdsLease(state, context)) {
    env.mark('read-under-lease');
    rules.readAfter(state, context, request, rules.readPoint(state));
  } else {
    rules.startReadIndex(state, context, request);
  }
}

/** Everything that any client was told of is below this slot, if this node leads. */
function readPoint({ replica, leader }: PaxosState): number {
  return Math.max(replica.slotOut, leader.adoptedUpTo + 1);
}

/** The round of heartbeats that confirms the leader has to begin after the read has arrived. */
function startReadIndex(state: PaxosState, context: Context, request: Request): void {
  const { leader } = state;
  const { rules } = context;
  const isUnderWay = leader.readIndexReads.length > 0;
  const others = leader.readIndexReads.filter((read) => !isOf(read.request, request.clientId));
  const read = { request, round: leader.round + 1, slotOut: rules.readPoint(state) };
  leader.readIndexReads = [...others, read];
  if (!isUnderWay) rules.sendHeartbeats(state, context);
  rules.serveConfirmedReads(state, context);
}

function isOf({ clientId }: Request, client: NodeId): boolean {
  return clientId === client;
}

/** A quorum of acceptors has promised nobody else since the round began. */
function serveConfirmedReads(state: PaxosState, context: Context): void {
  const { leader } = state;
  const { rules } = context;
  if (leader.readIndexReads.length === 0) return;
  const waiting: ReadIndexRead[] = [];
  const reads = leader.readIndexReads;
  for (const read of reads) {
    if (!rules.isRoundConfirmed(state, context, read.round)) {
      waiting.push(read);
      continue;
    }
    context.env.mark('read-confirmed');
    rules.readAfter(state, context, read.request, read.slotOut);
  }
  leader.readIndexReads = waiting;
  const isNextDue = waiting.length > 0 && waiting.length < reads.length;
  if (isNextDue && waiting.every(({ round }) => round > leader.round)) {
    rules.sendHeartbeats(state, context);
  }
}

/** Whoever wants to lead needs a phase 1 quorum, and each of those meets each phase 2 quorum. */
function isRoundConfirmed(state: PaxosState, context: Context, round: number): boolean {
  const { confirmedRounds } = state.leader;
  const { phase2QuorumOf } = context.rules;
  return isQuorumInForce(state, context, phase2QuorumOf, (node) => confirmedRounds[node]! >= round);
}

/** Asks a phase 1 quorum for the highest slot: whatever was decided, one of them has accepted. */
function startQuorumRead(state: PaxosState, context: Context, request: Request): void {
  const { replica, id } = state;
  const { env, nodes, rules } = context;
  replica.lastQuery++;
  const query = replica.lastQuery;
  const answers = filled(nodes.length, NO_ANSWER);
  const others = replica.quorumReads.filter((read) => !isOf(read.request, request.clientId));
  replica.quorumReads = [...others, { query, request, answers }];
  for (const member of membersInForce(state, context)) {
    const message: SlotQuery = { type: 'SlotQuery', query };
    if (member === id) env.send(id, rules.slotReplyFor(state, query));
    else env.send(member, message);
  }
}

function onSlotQuery(state: PaxosState, context: Context, from: NodeId, message: SlotQuery): void {
  if (state.acceptor.isRetired) return;
  context.env.send(from, context.rules.slotReplyFor(state, message.query));
}

function slotReplyFor({ acceptor }: PaxosState, query: number): SlotReply {
  return { type: 'SlotReply', query, highestSlot: endOf(acceptor.accepted) - 1 };
}

function onSlotReply(state: PaxosState, context: Context, from: NodeId, message: SlotReply): void {
  const { replica } = state;
  const { env, rules } = context;
  const read = replica.quorumReads.find(({ query }) => query === message.query);
  if (read === undefined) return;
  read.answers[from] = message.highestSlot;
  const hasAnswered = (member: NodeId): boolean => read.answers[member] !== NO_ANSWER;
  if (!isQuorumInForce(state, context, rules.phase1QuorumOf, hasAnswered)) return;
  replica.quorumReads = replica.quorumReads.filter((other) => other !== read);
  const highest = read.answers.reduce((one, other) => Math.max(one, other));
  env.mark('quorum-read');
  // What is accepted and not decided may still be somebody's answered write: wait for it (§3).
  rules.readAfter(state, context, read.request, highest + 1);
  if (highest >= replica.decidedBelow) replica.decidedBelow = highest + 1;
  if (highest >= replica.slotOut) rules.noticeMissing(state, context);
}

/** A session reads here what it has seen elsewhere, or later. */
function onSequentialRead(
  state: PaxosState,
  context: Context,
  from: NodeId,
  message: SequentialRead,
): void {
  const { operation, requestNumber } = message;
  const read = { type: 'Request', operation, clientId: from, requestNumber } as const;
  const slotOut = context.rules.oldestAllowed(message);
  if (slotOut > state.replica.slotOut) context.env.mark('sequential-read-waits');
  context.rules.readAfter(state, context, read, slotOut);
}

function oldestAllowed({ slotOut }: SequentialRead): number {
  return slotOut;
}

/** Answers once all slots below `slotOut` are performed. */
function readAfter(state: PaxosState, context: Context, request: Request, slotOut: number): void {
  const { replica } = state;
  const { clientId, requestNumber, operation } = request;
  const read: WaitingRead = { clientId, requestNumber, operation, slotOut };
  if (slotOut <= replica.slotOut) {
    context.rules.serveRead(state, context, read);
    return;
  }
  // A client waits for one answer at a time.
  replica.waitingReads = replica.waitingReads.filter((other) => other.clientId !== clientId);
  replica.waitingReads.push(read);
}

function serveWaitingReads(state: PaxosState, context: Context): void {
  const { replica } = state;
  if (replica.waitingReads.length === 0) return;
  const ready = replica.waitingReads.filter(({ slotOut }) => slotOut <= replica.slotOut);
  replica.waitingReads = replica.waitingReads.filter(({ slotOut }) => slotOut > replica.slotOut);
  for (const read of ready) context.rules.serveRead(state, context, read);
}

/** An operation that only reads changes nothing, so it may be applied to the state itself. */
function serveRead(state: PaxosState, context: Context, read: WaitingRead): void {
  const { machine, rules } = context;
  const result = machine.apply(state.replica.app, read.operation);
  const response = rules.responseFor(state, read.requestNumber, result);
  rules.sendResponse(context, read.clientId, response);
}

export const readRules = {
  onRead,
  readPoint,
  startReadIndex,
  serveConfirmedReads,
  isRoundConfirmed,
  startQuorumRead,
  onSlotQuery,
  slotReplyFor,
  onSlotReply,
  onSequentialRead,
  oldestAllowed,
  readAfter,
  serveWaitingReads,
  serveRead,
};
