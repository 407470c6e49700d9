/**
 * Normal operation: Liskov & Cowling, "Viewstamped Replication Revisited", §4.1.
 *
 * Deviation: a backup keeps Prepares that overtook others for a short while, and asks for state
 * transfer only when the gap does not close by itself; the paper leaves open how long it waits.
 * Deviation: a PrepareOk names everything the backup holds in the view, so one answer to a repeated
 * Prepare makes up for many lost ones.
 * Deviation: in the durable mode the primary's own acknowledgement is a message to itself, which
 * the write barrier holds back until its entry is on disk; nothing is committed on volatile ground.
 */
import type { Micros, NodeId } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { type Context, isPrimary, primaryOf, sendToOthers } from './context.ts';
import type { Commit, Prepare, PrepareOk, Reply, Request } from './messages.ts';
import { EARLY_WINDOW, type ReplicaState } from './state.ts';

/** Prepares that one resend brings to one backup at most; it asks for the rest if it needs it. */
const RESEND_LIMIT = 16;

/** The wait between resends doubles while they lead nowhere, up to 2 to this power. */
export const RESEND_BACKOFF_MAX = 4;

/** §4.1 steps 1 and 2: the primary takes a new request; backups drop it. */
function onRequest(state: ReplicaState, context: Context, request: Request): void {
  if (state.status !== 'normal' || !isPrimary(state, context)) return;
  switch (context.rules.standingOf(state, request)) {
    case 'new':
      context.rules.acceptRequest(state, context, request);
      break;
    case 'executed':
      context.rules.resendReply(state, context, request);
      break;
    case 'old':
      context.env.mark('old-request-dropped');
      break;
    case 'pending':
      return;
  }
}

/** §4.1 step 3: log the request, tell the backups. */
function acceptRequest(state: ReplicaState, context: Context, request: Request): void {
  const { rules } = context;
  rules.appendEntry(state, context, request);
  sendToOthers(state, context, rules.prepareFor(state, state.opNumber));
  state.preparedSinceHeartbeat = true;
  rules.acknowledgeOwn(state, context);
  rules.armPrepareResend(state, context);
}

function prepareFor(state: ReplicaState, opNumber: number): Prepare {
  return {
    type: 'Prepare',
    viewNumber: state.viewNumber,
    request: state.log[opNumber - 1]!,
    opNumber,
    commitNumber: state.commitNumber,
  };
}

/** Adds the next entry to the log, on disk too in the durable mode, and to the client-table. */
function appendEntry(state: ReplicaState, context: Context, request: Request): void {
  state.log.push(request);
  state.opNumber++;
  context.rules.recordRequest(state, request);
  context.rules.persistEntry(context, request);
}

/** The primary counts itself into the quorum as soon as its log is as safe as the mode requires. */
function acknowledgeOwn(state: ReplicaState, context: Context): void {
  if (state.opNumber === state.commitNumber) return;
  if (context.options.isDurable) {
    context.rules.sendPrepareOk(state, context, state.replicaNumber);
  } else {
    context.rules.recordAcknowledgement(state, context, state.replicaNumber, state.opNumber);
  }
}

/** §4.1 step 4: a backup logs requests in order and acknowledges them. */
function onPrepare(state: ReplicaState, context: Context, prepare: Prepare): void {
  const { rules } = context;
  if (!rules.followsView(state, context, prepare.viewNumber)) return;
  state.heardFromPrimary = true;
  if (rules.isNextInOrder(state, prepare.opNumber)) {
    rules.appendEntry(state, context, prepare.request);
    if (state.earlyCount > 0) rules.takeEarlyPrepares(state, context);
  } else if (prepare.opNumber > state.opNumber) {
    rules.keepEarlyPrepare(state, context, prepare);
    rules.commitUpTo(state, context, rules.executableUpTo(state, prepare.commitNumber));
    return;
  }
  rules.acknowledgePrepare(state, context, prepare);
  rules.commitUpTo(state, context, rules.executableUpTo(state, prepare.commitNumber));
}

/** Whether a message of the primary of `viewNumber` is for this replica as it stands. */
function followsView(state: ReplicaState, context: Context, viewNumber: number): boolean {
  if (!context.rules.takesPart(state)) return false;
  if (viewNumber < state.viewNumber) {
    context.env.mark('stale-message-dropped');
    return false;
  }
  if (viewNumber > state.viewNumber) {
    context.rules.learnOfLaterView(state, context, viewNumber);
    return false;
  }
  return state.status === 'normal' && !isPrimary(state, context);
}

function isNextInOrder(state: ReplicaState, opNumber: number): boolean {
  return opNumber === state.opNumber + 1;
}

function acknowledgePrepare(state: ReplicaState, context: Context, prepare: Prepare): void {
  context.rules.sendPrepareOk(state, context, primaryOf(prepare.viewNumber, context.replicas));
}

function sendPrepareOk(state: ReplicaState, context: Context, primary: NodeId): void {
  context.env.send(primary, context.rules.prepareOkFor(state));
}

function prepareOkFor(state: ReplicaState): PrepareOk {
  return { type: 'PrepareOk', viewNumber: state.viewNumber, opNumber: state.opNumber };
}

/** A Prepare that overtook others waits for them; a gap that stays is a case for state transfer. */
function keepEarlyPrepare(state: ReplicaState, context: Context, prepare: Prepare): void {
  if (prepare.opNumber <= state.opNumber + EARLY_WINDOW) {
    const slot = prepare.opNumber % EARLY_WINDOW;
    if (state.earlyPrepares[slot] === null) state.earlyCount++;
    state.earlyPrepares[slot] = prepare;
  }
  context.rules.noticeMissing(state, context, prepare.opNumber);
}

/** Moves kept Prepares into the log as far as they follow each other. */
function takeEarlyPrepares(state: ReplicaState, context: Context): void {
  for (;;) {
    const slot = (state.opNumber + 1) % EARLY_WINDOW;
    const prepare = state.earlyPrepares[slot];
    if (prepare === null || prepare === undefined) return;
    state.earlyPrepares[slot] = null;
    state.earlyCount--;
    if (prepare.viewNumber !== state.viewNumber) continue;
    if (!context.rules.isNextInOrder(state, prepare.opNumber)) continue;
    context.rules.appendEntry(state, context, prepare.request);
  }
}

/** §4.1 step 5, first half: the primary counts an acknowledgement of this view. */
function onPrepareOk(
  state: ReplicaState,
  context: Context,
  from: NodeId,
  prepareOk: PrepareOk,
): void {
  if (state.status !== 'normal' || prepareOk.viewNumber !== state.viewNumber) {
    context.env.mark('stale-message-dropped');
    return;
  }
  if (!isPrimary(state, context)) return;
  context.rules.recordAcknowledgement(state, context, from, prepareOk.opNumber);
}

/** An acknowledgement of n covers all before n; repeated ones change nothing. */
function recordAcknowledgement(
  state: ReplicaState,
  context: Context,
  replica: NodeId,
  opNumber: number,
): void {
  if (opNumber <= state.ackedOpNumbers[replica]!) return;
  state.ackedOpNumbers[replica] = opNumber;
  if (opNumber <= state.commitNumber) return;
  const missing = context.quorum - context.rules.countAcknowledgements(state, opNumber);
  if (missing === 1) context.env.mark('one-ack-short');
  const committed = missing <= 0 ? opNumber : context.rules.acknowledgedByQuorum(state, context);
  if (committed > state.commitNumber) {
    context.env.mark('about-to-commit');
    context.rules.commitUpTo(state, context, committed);
  }
}

function countAcknowledgements(state: ReplicaState, opNumber: number): number {
  const acked = state.ackedOpNumbers;
  let count = 0;
  for (let replica = 0; replica < acked.length; replica++) {
    if (acked[replica]! >= opNumber) count++;
  }
  return count;
}

/** The highest op-number that a quorum, the primary included, has acknowledged. */
function acknowledgedByQuorum(state: ReplicaState, context: Context): number {
  let highest = state.commitNumber;
  for (const opNumber of state.ackedOpNumbers) {
    if (opNumber <= highest) continue;
    if (context.rules.countAcknowledgements(state, opNumber) >= context.quorum) highest = opNumber;
  }
  return highest;
}

/** §4.1 steps 5 and 7: executes in order up to `limit`; the primary answers the clients. */
function commitUpTo(state: ReplicaState, context: Context, limit: number): void {
  const answers = state.commitNumber < limit && isPrimary(state, context);
  while (state.commitNumber < limit) {
    const request = state.log[state.commitNumber]!;
    const result = context.machine.apply(state.app, request.operation);
    state.commitNumber++;
    context.rules.recordResult(state, request, result);
    if (answers) context.rules.answer(state, context, request, result);
  }
}

/** A backup executes what is committed and in its log (§4.1 step 7). */
function executableUpTo(state: ReplicaState, commitNumber: number): number {
  return commitNumber < state.opNumber ? commitNumber : state.opNumber;
}

/** A client that has gone on to a later request waits for no earlier one. */
function answer(state: ReplicaState, context: Context, request: Request, result: Plain): void {
  const record = state.clientTable[request.clientId];
  if (record?.requestNumber !== request.requestNumber) return;
  context.rules.sendReply(context, request.clientId, {
    type: 'Reply',
    viewNumber: state.viewNumber,
    requestNumber: request.requestNumber,
    result,
  });
}

/** §4.1 step 2: an executed request is not executed again, its reply is sent again. */
function resendReply(state: ReplicaState, context: Context, request: Request): void {
  const record = state.clientTable[request.clientId]!;
  context.env.mark('reply-from-cache');
  context.rules.sendReply(context, request.clientId, {
    type: 'Reply',
    viewNumber: state.viewNumber,
    requestNumber: record.executedNumber,
    result: record.result,
  });
}

function sendReply(context: Context, clientId: number, reply: Reply): void {
  context.env.send(clientId, reply);
}

/** §4.1 step 6: an idle primary tells the backups what is committed. */
function onHeartbeatTimer(state: ReplicaState, context: Context): void {
  if (state.status !== 'normal' || !isPrimary(state, context)) return;
  if (!state.preparedSinceHeartbeat) {
    sendToOthers(state, context, context.rules.commitFor(state));
  }
  state.preparedSinceHeartbeat = false;
  context.env.setTimer('heartbeat', context.options.heartbeatInterval);
}

function commitFor(state: ReplicaState): Commit {
  return { type: 'Commit', viewNumber: state.viewNumber, commitNumber: state.commitNumber };
}

/** §4.1 step 7: a backup learns what is committed. */
function onCommit(state: ReplicaState, context: Context, commit: Commit): void {
  const { rules } = context;
  if (!rules.followsView(state, context, commit.viewNumber)) return;
  state.heardFromPrimary = true;
  if (commit.commitNumber > state.opNumber) {
    rules.noticeMissing(state, context, commit.commitNumber);
  }
  rules.commitUpTo(state, context, rules.executableUpTo(state, commit.commitNumber));
}

/** A message that was damaged on the way is a lost message. */
function onUnreadable(context: Context): void {
  context.env.mark('unreadable-dropped');
}

function armPrepareResend(state: ReplicaState, context: Context): void {
  if (state.isResendArmed || state.opNumber === state.commitNumber) return;
  state.isResendArmed = true;
  state.commitNumberAtResend = state.commitNumber;
  context.env.setTimer('prepareResend', context.rules.prepareResendPatience(state, context));
}

/** Without a quorum in reach, more of the same does not help, and floods who is there. */
function prepareResendPatience(state: ReplicaState, context: Context): Micros {
  return context.options.prepareResend * 2 ** Math.min(state.fruitlessResends, RESEND_BACKOFF_MAX);
}

/** Messages may be lost: without progress the primary sends what backups have not acknowledged. */
function onPrepareResendTimer(state: ReplicaState, context: Context): void {
  state.isResendArmed = false;
  if (state.status !== 'normal' || !isPrimary(state, context)) return;
  if (state.commitNumber > state.commitNumberAtResend) state.fruitlessResends = 0;
  else if (state.opNumber > state.commitNumber) {
    context.env.mark('prepare-resent');
    state.fruitlessResends++;
    for (let replica = 0; replica < context.replicas; replica++) {
      context.rules.resendPrepares(state, context, replica);
    }
  }
  context.rules.armPrepareResend(state, context);
}

function resendPrepares(state: ReplicaState, context: Context, replica: NodeId): void {
  if (replica === state.replicaNumber) return;
  const first = state.ackedOpNumbers[replica]! + 1;
  const last = Math.min(state.opNumber, first + RESEND_LIMIT - 1);
  for (let opNumber = first; opNumber <= last; opNumber++) {
    context.env.send(replica, context.rules.prepareFor(state, opNumber));
  }
}

export const normalOperationRules = {
  onRequest,
  acceptRequest,
  prepareFor,
  appendEntry,
  acknowledgeOwn,
  onPrepare,
  followsView,
  isNextInOrder,
  acknowledgePrepare,
  sendPrepareOk,
  prepareOkFor,
  keepEarlyPrepare,
  takeEarlyPrepares,
  onPrepareOk,
  recordAcknowledgement,
  countAcknowledgements,
  acknowledgedByQuorum,
  commitUpTo,
  executableUpTo,
  answer,
  resendReply,
  sendReply,
  onHeartbeatTimer,
  commitFor,
  onCommit,
  onUnreadable,
  armPrepareResend,
  prepareResendPatience,
  onPrepareResendTimer,
  resendPrepares,
};
