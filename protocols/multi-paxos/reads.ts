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
import { type Ballot, leaderOf, NO_BALLOT } from './ballot.ts';
import { configurationAt, isQuorumInForce, membersInForce } from './configurations.ts';
import type { Context } from './context.ts';
import type { Request, SequentialRead, SlotQuery, SlotReply } from './messages.ts';
import { endOf } from './slots.ts';
import {
  filled,
  type PaxosState,
  type QuorumRead,
  type ReadIndexRead,
  type WaitingRead,
} from './state.ts';

const NO_ANSWER = -1;
/** So many that no node draws the same one twice within a run. */
const NONCES = 2 ** 30;

function onRead(state: PaxosState, context: Context, request: Request): void {
  const { leader } = state;
  const { env, options, rules } = context;
  recordArrival(state, request);
  if (options.readMode === 'quorum') {
    rules.startQuorumRead(state, context, request);
    return;
  }
  if (!leader.isActive) {
    const known = leaderOf(leader.followed);
    if (leader.followed === NO_BALLOT || known === state.id) return;
    env.mark('read-redirected');
    const { requestNumber } = request;
    env.sendUnsynced(request.clientId, {
      type: 'Redirect',
      requestNumber,
      ballot: leader.followed,
    });
  } else if (options.readMode === 'lease' && rules.holdsLease(state, context)) {
    env.mark('read-under-lease');
    rules.readAfter(state, context, request, rules.readPoint(state), leader.ballot);
  } else {
    rules.startReadIndex(state, context, request);
  }
}

/** Whoever asks again has asked before: the first time counts. Copies of earlier reads do not. */
function recordArrival(
  { replica, leader }: PaxosState,
  { clientId, requestNumber }: Request,
): void {
  replica.readChanges++;
  const latest = replica.readRecords[clientId];
  if (latest !== undefined && latest.requestNumber >= requestNumber) return;
  replica.readRecords[clientId] = { requestNumber, round: leader.round, answeredAt: null };
}

function recordAnswer({ replica }: PaxosState, { clientId, requestNumber }: WaitingRead): void {
  const record = replica.readRecords[clientId];
  if (record === undefined || record.requestNumber !== requestNumber) return;
  record.answeredAt = replica.slotOut;
  replica.readChanges++;
}

/**
 * Everything that any client was told of is below this slot, if this node leads: what is decided
 * under its own ballot, it has performed before anybody else.
 */
function readPoint({ replica, leader }: PaxosState): number {
  return Math.max(replica.slotOut, leader.readsFrom);
}

/** The round of heartbeats that confirms the leader has to begin after the read has arrived. */
function startReadIndex(state: PaxosState, context: Context, request: Request): void {
  const { leader } = state;
  const { rules } = context;
  const others = leader.readIndexReads.filter((read) => !isOf(read.request, request.clientId));
  const isUnderWay = others.some(({ round }) => round <= leader.round);
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
    rules.readAfter(state, context, read.request, read.slotOut, leader.ballot);
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
  const { replica } = state;
  const query = context.env.random(NONCES);
  const answers = filled(context.nodes.length, NO_ANSWER);
  const read: QuorumRead = { query, request, asked: [], answers };
  const others = replica.quorumReads.filter((each) => !isOf(each.request, request.clientId));
  replica.quorumReads = [...others, read];
  context.rules.askForSlots(state, context, read, membersInForce(state, context));
}

function askForSlots(
  state: PaxosState,
  context: Context,
  read: QuorumRead,
  members: readonly NodeId[],
): void {
  const message: SlotQuery = { type: 'SlotQuery', query: read.query };
  const asked = read.asked;
  read.asked = [...new Set([...asked, ...members])];
  for (const member of members) {
    if (asked.includes(member)) continue;
    if (member === state.id) context.rules.onSlotQuery(state, context, member, message);
    else context.env.send(member, message);
  }
}

function onSlotQuery(state: PaxosState, context: Context, from: NodeId, message: SlotQuery): void {
  const { acceptor } = state;
  if (acceptor.isRetired) return;
  const highestSlot = endOf(acceptor.accepted) - 1;
  context.env.send(from, { type: 'SlotReply', query: message.query, highestSlot });
}

function onSlotReply(state: PaxosState, context: Context, from: NodeId, message: SlotReply): void {
  const { replica } = state;
  const read = replica.quorumReads.find(({ query }) => query === message.query);
  if (read === undefined) return;
  read.answers[from] = message.highestSlot;
  const highest = highestAnswer(read);
  if (highest >= replica.decidedBelow) replica.decidedBelow = highest + 1;
  if (highest >= replica.slotOut) context.rules.noticeMissing(state, context);
  context.rules.serveQuorumReads(state, context);
}

function highestAnswer({ answers }: QuorumRead): number {
  return answers.reduce((one, other) => Math.max(one, other));
}

function serveQuorumReads(state: PaxosState, context: Context): void {
  const { replica } = state;
  const { env, rules } = context;
  for (const read of replica.quorumReads) {
    if (!rules.isAnswered(state, context, read)) continue;
    env.mark('quorum-read');
    replica.quorumReads = replica.quorumReads.filter((other) => other !== read);
    rules.readAfter(state, context, read.request, replica.slotOut, NO_BALLOT);
  }
}

/**
 * Nothing above the highest slot told of was decided when the read arrived, if a phase 1 quorum of
 * those that vote on the next slot has not accepted anything there. Who they are is known once all
 * slots before it are performed; what is accepted and not decided may be somebody's answered
 * write, so that has to be waited for in any case.
 */
function isAnswered(state: PaxosState, context: Context, read: QuorumRead): boolean {
  const { replica } = state;
  const highest = highestAnswer(read);
  if (highest === NO_ANSWER || highest >= replica.slotOut) return false;
  const configuration = configurationAt(replica, highest + 1);
  const { members } = configuration;
  const count = members.filter((member) => read.answers[member] !== NO_ANSWER).length;
  if (count >= context.rules.phase1QuorumOf(configuration, context)) return true;
  context.rules.askForSlots(state, context, read, members);
  return false;
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
  context.rules.readAfter(state, context, read, slotOut, NO_BALLOT);
}

function oldestAllowed({ slotOut }: SequentialRead): number {
  return slotOut;
}

/** Answers once all slots below `slotOut` are performed, if the node leads in `ballot` still. */
function readAfter(
  state: PaxosState,
  context: Context,
  request: Request,
  slotOut: number,
  ballot: Ballot,
): void {
  const { replica } = state;
  const { clientId, requestNumber, operation } = request;
  const read: WaitingRead = { clientId, requestNumber, operation, slotOut, ballot };
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
  const { rules } = context;
  if (replica.quorumReads.length > 0) rules.serveQuorumReads(state, context);
  if (replica.waitingReads.length === 0) return;
  const ready = replica.waitingReads.filter(({ slotOut }) => slotOut <= replica.slotOut);
  replica.waitingReads = replica.waitingReads.filter(({ slotOut }) => slotOut > replica.slotOut);
  for (const read of ready) {
    if (rules.isStillLeading(state, read)) rules.serveRead(state, context, read);
  }
}

/**
 * Members that took over while the read waited may have elected another leader without any of those
 * that confirmed this one. It has performed their configuration then, and sent a new scout.
 */
function isStillLeading({ leader }: PaxosState, { ballot }: WaitingRead): boolean {
  return ballot === NO_BALLOT || (leader.isActive && leader.ballot === ballot);
}

/** An operation that only reads changes nothing, so it may be applied to the state itself. */
function serveRead(state: PaxosState, context: Context, read: WaitingRead): void {
  const { machine, rules } = context;
  recordAnswer(state, read);
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
  askForSlots,
  onSlotQuery,
  onSlotReply,
  serveQuorumReads,
  isAnswered,
  onSequentialRead,
  oldestAllowed,
  readAfter,
  serveWaitingReads,
  isStillLeading,
  serveRead,
};
