/**
 * The path of an update: van Renesse & Schneider, OSDI 2004, §3. The head orders updates, each
 * server forwards them to the next, the tail replies; acknowledgements travel back and take what
 * they acknowledge out of Sent.
 *
 * Deviation: what the paper computes at the head and forwards as a new value, every server computes
 * for itself from the same updates in the same order. It does so when the update is acknowledged,
 * so that what it has executed is always what the tail has, and any server can answer a read that
 * may be stale.
 * Deviation: the links are not reliable. A server appends only the update that follows its last
 * one, keeps what overtook others for a while, and asks for what does not come; the server before
 * it sends again what stays unacknowledged.
 * Deviation: the tail executes what a message to itself, held back by the write barrier, tells it.
 */
import type { NodeId } from '../../sim/contract.ts';
import { headOf, isSettled } from './configuration.ts';
import {
  downstream,
  isDownstreamNew,
  isTail,
  roleOf,
  type ServerContext,
  upstream,
} from './context.ts';
import type { Ack, ChainMessage, Entries, Forward, Request, Stored } from './messages.ts';
import { NOT_HEARD, type ServerState } from './state.ts';

/** Forwards that one server keeps while earlier ones are missing. */
const EARLY_MAX = 32;

/** The wait between resends doubles while they lead nowhere, up to 2 to this power. */
export const RESEND_BACKOFF_MAX = 4;

/** §3: the head takes updates. */
function onRequest(state: ServerState, context: ServerContext, request: Request): void {
  const { env, rules } = context;
  if (roleOf(state) !== 'member' || headOf(state.configuration) !== state.id) {
    rules.redirect(state, context, request.clientId, request.requestNumber);
    return;
  }
  switch (rules.standingOf(state, request)) {
    case 'new':
      rules.order(state, context, request);
      break;
    case 'executed':
      env.mark('reply-from-table');
      rules.reply(state, context, request.clientId);
      break;
    case 'old':
      env.mark('old-request-dropped');
      break;
    case 'in-process':
      return;
  }
}

/** The head gives the update the next sequence number. */
function order(state: ServerState, context: ServerContext, request: Request): void {
  context.rules.append(state, context, [request]);
  context.rules.passOn(state, context);
}

/** Hist and the client table grow, on disk too in the durable mode. */
function append(state: ServerState, context: ServerContext, entries: readonly Request[]): void {
  for (const request of entries) {
    state.hist.push(request);
    state.length++;
    context.rules.recordRequest(state, request);
  }
  context.rules.persistEntries(context, entries);
}

/** What is new goes to the next server; at the tail it is to be executed. */
function passOn(state: ServerState, context: ServerContext): void {
  context.rules.forwardMore(state, context);
  if (isTail(state)) context.rules.whenStored(state, context);
}

/** As much as the window allows, so many updates a message: full windows make full messages. */
function forwardMore(state: ServerState, context: ServerContext): void {
  const { options, rules } = context;
  const next = downstream(state);
  if (next === undefined || state.successorHolds === NOT_HEARD) return;
  // A new server that has fallen behind what is kept will ask, and get a snapshot.
  state.forwarded = Math.max(state.forwarded, state.trimmed);
  while (state.forwarded < state.length) {
    const rest = state.successorHolds + options.window - state.forwarded;
    if (rest <= 0) break;
    const end = Math.min(state.length, state.forwarded + Math.min(rest, options.batchSize));
    const forward = rules.firstForwardOf(state, context, state.forwarded, end);
    rules.sendWhenDurable(context, next, forward);
    state.forwarded = end;
  }
  rules.armResend(state, context);
}

/** Of what was not sent before, as far as this server knows. */
function firstForwardOf(
  state: ServerState,
  context: ServerContext,
  after: number,
  end: number,
): Forward {
  return context.rules.forwardOf(state, after, end);
}

function forwardOf(state: ServerState, after: number, end: number): Forward {
  return {
    type: 'Forward',
    epoch: state.configuration.epoch,
    after,
    entries: state.hist.slice(after - state.trimmed, end - state.trimmed),
    committed: state.committed,
    lengthAtEpoch: state.lengthAtEpoch,
  };
}

/** §3: a server takes updates from its predecessor, in the order in which they were sent. */
function onForward(
  state: ServerState,
  context: ServerContext,
  from: NodeId,
  forward: Forward,
): void {
  const { env, rules } = context;
  if (!rules.isOfThisEpoch(state, context, from, forward.epoch)) return;
  if (roleOf(state) === 'outside' || upstream(state) !== from) return;
  if (!rules.isNextInOrder(state, forward)) {
    env.mark('forward-overtook');
    rules.keepEarly(state, context, forward);
    return;
  }
  const before = state.length;
  rules.takeEntries(state, context, forward);
  rules.takeEarly(state, context);
  rules.learnFromPredecessor(state, context, forward);
  const isNew = !isSettled(state.configuration, state.id);
  if (state.length === before || isNew) rules.sendAck(state, context);
  if (state.length > before) rules.passOn(state, context);
}

function isNextInOrder(state: ServerState, { after }: Entries): boolean {
  return after <= state.length;
}

/** A repeated Forward may bring some updates that are known and some that are not. */
function takeEntries(state: ServerState, context: ServerContext, taken: Entries): void {
  const { after, entries } = taken;
  const fresh = after === state.length ? entries : entries.slice(state.length - after);
  if (fresh.length > 0) context.rules.append(state, context, fresh);
}

function keepEarly(state: ServerState, context: ServerContext, forward: Forward): void {
  if (state.early.length < EARLY_MAX) state.early.push(forward);
  context.rules.armGap(state, context);
}

function armGap(state: ServerState, context: ServerContext): void {
  if (state.isGapArmed) return;
  state.isGapArmed = true;
  state.lengthAtGap = state.length;
  context.env.setTimer('gap', context.options.gapPatience);
}

function takeEarly(state: ServerState, context: ServerContext): void {
  for (let index = 0; index < state.early.length; ) {
    const forward = state.early[index]!;
    if (!context.rules.isNextInOrder(state, forward)) {
      index++;
      continue;
    }
    state.early.splice(index, 1);
    context.rules.takeEntries(state, context, forward);
    index = 0;
  }
}

/** What has not come by now is lost. */
function onGapTimer(state: ServerState, context: ServerContext): void {
  state.isGapArmed = false;
  if (state.early.length === 0 || roleOf(state) === 'outside') return;
  if (state.length === state.lengthAtGap) {
    context.env.mark('missing-updates-requested');
    context.rules.sendLastSequence(state, context);
  }
  context.rules.armGap(state, context);
}

/**
 * §3, the tail: executes what is as safe as the mode requires. In the fail-stop mode too: before
 * the disk says that this server has started, it might start again as if for the first time.
 */
function whenStored(state: ServerState, context: ServerContext): void {
  const { epoch } = state.configuration;
  context.env.send(state.id, { type: 'Stored', epoch, upTo: state.length });
}

function onStored(state: ServerState, context: ServerContext, stored: Stored): void {
  const { rules } = context;
  if (stored.epoch !== state.configuration.epoch || !rules.isTailAtWork(state)) return;
  const before = state.committed;
  rules.executeUpTo(state, context, Math.min(stored.upTo, state.length));
  if (state.committed > before) {
    rules.pruneSent(state, state.committed);
    rules.sendAck(state, context);
  }
  rules.serveQueries(state, context);
}

/** A new tail begins its work when all that the earlier one held is handed over to it. */
function isTailAtWork(state: ServerState): boolean {
  return isTail(state) && (isSettled(state.configuration, state.id) || state.hasCaughtUp);
}

/** In order; the tail tells the clients. */
function executeUpTo(state: ServerState, context: ServerContext, limit: number): void {
  const { rules, machine } = context;
  if (limit <= state.committed) return;
  const replies = rules.isTailAtWork(state);
  while (state.committed < limit) {
    const request = state.hist[state.committed - state.trimmed]!;
    const result = machine.apply(state.app, request.operation);
    state.committed++;
    rules.recordResult(state, request, result);
    if (replies) rules.replyTo(state, context, request);
  }
  rules.serveWaitingReads(state, context);
  rules.takeSnapshot(state, context);
}

/** A client that has gone on to a later request waits for no earlier one. */
function replyTo(state: ServerState, context: ServerContext, request: Request): void {
  const record = state.clientTable[request.clientId];
  if (record?.requestNumber !== request.requestNumber) return;
  context.rules.reply(state, context, request.clientId);
}

/** From the client table, where the result of the client's latest update is. */
function reply(state: ServerState, context: ServerContext, clientId: NodeId): void {
  const record = state.clientTable[clientId]!;
  context.rules.sendWhenDurable(context, clientId, {
    type: 'Reply',
    requestNumber: record.executedNumber,
    result: record.result,
    sequence: record.sequence,
  });
}

function redirect(
  state: ServerState,
  context: ServerContext,
  clientId: NodeId,
  requestNumber: number,
): void {
  const { configuration } = state;
  context.env.mark('redirected');
  context.env.sendUnsynced(clientId, { type: 'Redirect', requestNumber, configuration });
}

/** Tells the server before what the tail has processed, and what this one holds. */
function sendAck(state: ServerState, context: ServerContext): void {
  const previous = upstream(state);
  if (previous === undefined) return;
  context.rules.sendWhenDurable(context, previous, context.rules.ackOf(state));
}

function ackOf(state: ServerState): Ack {
  const { committed, length, configuration } = state;
  return { type: 'Ack', epoch: configuration.epoch, upTo: committed, held: length };
}

/** §3, ack(r): takes r out of Sent, and goes on to the predecessor. */
function onAck(state: ServerState, context: ServerContext, from: NodeId, ack: Ack): void {
  const { rules } = context;
  if (!rules.isOfThisEpoch(state, context, from, ack.epoch)) return;
  if (roleOf(state) !== 'member' || downstream(state) !== from) return;
  rules.noteHeld(state, Math.min(ack.held, state.length));
  if (!isTail(state)) rules.acknowledge(state, context, Math.min(ack.upTo, state.length));
  rules.forwardMore(state, context);
}

function noteHeld(state: ServerState, held: number): void {
  if (held > state.successorHolds) state.successorHolds = held;
  if (held > state.forwarded) state.forwarded = held;
}

function acknowledge(state: ServerState, context: ServerContext, upTo: number): void {
  const { rules } = context;
  if (upTo <= state.committed) return;
  rules.pruneSent(state, upTo);
  rules.executeUpTo(state, context, upTo);
  rules.sendAck(state, context);
}

function pruneSent(state: ServerState, upTo: number): void {
  if (upTo > state.acknowledged) state.acknowledged = upTo;
}

function armResend(state: ServerState, context: ServerContext): void {
  if (state.isResendArmed || !context.rules.isSomethingOpen(state)) return;
  state.isResendArmed = true;
  state.progressAtResend = progressOf(state);
  const { forwardResend } = context.options;
  const patience = 2 ** Math.min(state.fruitlessResends, RESEND_BACKOFF_MAX);
  context.env.setTimer('resend', forwardResend * patience);
}

/** Whether there is a next server that lacks something, or owes an acknowledgement. */
function isSomethingOpen(state: ServerState): boolean {
  if (roleOf(state) !== 'member' || downstream(state) === undefined) return false;
  return state.acknowledged < state.length || state.successorHolds < state.length;
}

/** Both only grow within an epoch. */
function progressOf(state: ServerState): number {
  return state.acknowledged + state.successorHolds;
}

/** Without progress: once more what the next server is not known to hold. */
function onResendTimer(state: ServerState, context: ServerContext): void {
  state.isResendArmed = false;
  const { env, rules } = context;
  if (!rules.isSomethingOpen(state)) return;
  if (progressOf(state) > state.progressAtResend) {
    state.fruitlessResends = 0;
  } else {
    env.mark('forward-resent');
    state.fruitlessResends++;
    rules.resend(state, context);
  }
  rules.armResend(state, context);
}

/** One message; its answer tells what is missing. It may be empty, and only ask for that. */
function resend(state: ServerState, context: ServerContext): void {
  const { options, rules } = context;
  const next = downstream(state);
  if (next === undefined) return;
  const after = rules.resendAfter(state);
  const end = Math.min(state.length, after + options.batchSize);
  rules.sendWhenDurable(context, next, rules.forwardOf(state, after, end));
  state.forwarded = Math.max(end, after);
}

/** Of updates that a settled server lacks, those in Sent are the only ones it can lack. */
function resendAfter(state: ServerState): number {
  const known = Math.max(state.successorHolds, 0);
  if (isDownstreamNew(state)) return Math.max(known, state.trimmed);
  return Math.max(known, state.acknowledged);
}

/** What tells others that this server has something: the write barrier holds it back. */
function sendWhenDurable({ env }: ServerContext, to: NodeId, message: ChainMessage): void {
  env.send(to, message);
}

/** A message that was damaged on the way is a lost message. */
function onUnreadable(context: { readonly env: { mark(name: string): void } }): void {
  context.env.mark('unreadable-dropped');
}

export const updatePathRules = {
  onRequest,
  order,
  append,
  passOn,
  forwardMore,
  firstForwardOf,
  forwardOf,
  onForward,
  isNextInOrder,
  takeEntries,
  keepEarly,
  armGap,
  takeEarly,
  onGapTimer,
  whenStored,
  onStored,
  isTailAtWork,
  executeUpTo,
  replyTo,
  reply,
  redirect,
  sendAck,
  ackOf,
  onAck,
  noteHeld,
  acknowledge,
  pruneSent,
  armResend,
  isSomethingOpen,
  onResendTimer,
  resend,
  resendAfter,
  sendWhenDurable,
  onUnreadable,
};
