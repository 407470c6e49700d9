/**
 * Queries: van Renesse & Schneider, OSDI 2004, §3. The tail answers them from its own state, which
 * is where updates take effect.
 *
 * Deviation: the paper's master knows for certain who has failed, so that a tail is the only one
 * until it stops. A master that errs may have made another server the tail. So a tail answers under
 * a lease that the master grants for one epoch, and that has run out before the master replaces the
 * tail; or, with no trust in clocks, after the master has confirmed that the epoch was current when
 * the query was here; or queries travel as updates do.
 */
import type { NodeId } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { shortestOf } from '../lease-windows.ts';
import { isTail, type ServerContext } from './context.ts';
import type { Confirmed, HeartbeatReply, Query } from './messages.ts';
import type { ServerState, WaitingQuery } from './state.ts';

/** So many that one server hardly draws one of them twice. */
const NONCES = 2 ** 30;

/** §3: the tail takes queries. */
function onQuery(state: ServerState, context: ServerContext, from: NodeId, query: Query): void {
  const { rules, machine } = context;
  // Who sends an update as a query is mistaken, and would only change this server's state.
  if (!machine.isReadOnly(query.operation)) return;
  if (!rules.takesQueries(state)) {
    rules.redirect(state, context, from, query.requestNumber);
    return;
  }
  rules.recordArrival(state, context, from, query);
  const waiting = { clientId: from, query, round: rules.roundFor(state, context) };
  if (rules.mayAnswer(state, context, waiting)) rules.answerQuery(state, context, waiting);
  else rules.keepQuery(state, context, waiting);
}

function takesQueries(state: ServerState): boolean {
  return isTail(state);
}

/** Who asks again has asked before: the first time counts. Copies of earlier queries do not. */
function recordArrival(
  state: ServerState,
  _context: ServerContext,
  client: NodeId,
  { requestNumber }: Query,
): void {
  const latest = state.queryRecords[client];
  if (latest !== undefined && latest.requestNumber >= requestNumber) return;
  state.queryChanges++;
  state.queryRecords[client] = { requestNumber, round: state.round, answeredAt: null };
}

function recordAnswer(state: ServerState, client: NodeId, { requestNumber }: Query): void {
  state.queryChanges++;
  const record = state.queryRecords[client];
  if (record?.requestNumber === requestNumber) record.answeredAt = state.committed;
}

/** A client asks one thing at a time: what it asked before it has given up, or asks again. */
function keepQuery(state: ServerState, context: ServerContext, waiting: WaitingQuery): void {
  context.env.mark('query-waits');
  state.waitingQueries = state.waitingQueries.filter(
    ({ clientId }) => clientId !== waiting.clientId,
  );
  state.waitingQueries.push(waiting);
}

function mayAnswer(state: ServerState, context: ServerContext, { round }: WaitingQuery): boolean {
  return context.rules.isTailFor(state, context, round);
}

/** Whether this server was the tail, and no other one, when that question was asked or later. */
function isTailFor(state: ServerState, context: ServerContext, round: number): boolean {
  const { rules, options } = context;
  if (!rules.isTailAtWork(state) || !rules.hasCompletedSent(state)) return false;
  if (options.readMode !== 'confirm') return rules.holdsLease(state, context);
  return state.confirmedRound >= round;
}

/** What was in Hist when it became the tail, or restarted, may have been replied to before. */
function hasCompletedSent(state: ServerState): boolean {
  return state.committed >= state.answersFrom;
}

function holdsLease(state: ServerState, { env }: ServerContext): boolean {
  return env.now < state.leaseUntil;
}

function answerQuery(state: ServerState, context: ServerContext, waiting: WaitingQuery): void {
  const { clientId, query } = waiting;
  state.answeredQueries++;
  recordAnswer(state, clientId, query);
  context.rules.answerRead(state, context, clientId, query.operation, query.requestNumber);
}

/** What is executed is as safe as it will be: nothing has to be written before this may leave. */
function answerRead(
  state: ServerState,
  { env, machine }: ServerContext,
  clientId: NodeId,
  operation: Plain,
  requestNumber: number,
): void {
  const result = machine.apply(state.app, operation);
  const sequence = state.committed;
  env.sendUnsynced(clientId, { type: 'Reply', requestNumber, result, sequence });
}

function serveQueries(state: ServerState, context: ServerContext): void {
  const { rules } = context;
  if (state.waitingQueries.length === 0) return;
  const still: WaitingQuery[] = [];
  for (const waiting of state.waitingQueries) {
    if (rules.mayAnswer(state, context, waiting)) rules.answerQuery(state, context, waiting);
    else still.push(waiting);
  }
  state.waitingQueries = still;
}

/** The epoch is over: another server may be the tail. */
function dismissQueries(state: ServerState, context: ServerContext): void {
  const dismissed = state.waitingQueries;
  state.waitingQueries = [];
  state.leaseUntil = -1;
  state.confirmedRound = state.round;
  for (const { clientId, query } of dismissed) {
    context.rules.redirect(state, context, clientId, query.requestNumber);
  }
}

/** What counts from the sending of the heartbeat on this clock is over before the master's wait. */
function onHeartbeatReply(
  state: ServerState,
  context: ServerContext,
  from: NodeId,
  { epoch, sentAt, repliedAt, lease }: HeartbeatReply,
): void {
  const { env, options, rules } = context;
  state.echo = { master: from, at: repliedAt };
  if (lease === 0 || epoch !== state.configuration.epoch) return;
  const until = sentAt + shortestOf(lease, options.driftBound);
  if (until <= state.leaseUntil) return;
  if (state.leaseUntil <= env.now && until > env.now) env.mark('lease-obtained');
  state.leaseUntil = until;
  rules.serveQueries(state, context);
}

/** The question that an answer to a query of now has to come from: one question for many. */
function roundFor(state: ServerState, context: ServerContext): number {
  if (context.options.readMode !== 'confirm') return 0;
  if (state.confirmedRound < state.round) return state.round + 1;
  context.rules.askWhetherCurrent(state, context);
  return state.round;
}

function askWhetherCurrent(state: ServerState, context: ServerContext): void {
  state.round++;
  context.rules.sendConfirm(state, context);
}

function sendConfirm(state: ServerState, { env, masters, options }: ServerContext): void {
  const { round, nonce, configuration } = state;
  const { epoch } = configuration;
  for (const master of masters) env.send(master, { type: 'Confirm', epoch, round, nonce });
  env.setTimer('confirm', options.forwardResend);
}

/** Rounds count from 0 in every life of a server: an answer may be to one of an earlier life. */
function drawNonce({ env }: ServerContext): number {
  return env.random(NONCES);
}

function onConfirmTimer(state: ServerState, context: ServerContext): void {
  if (state.confirmedRound >= state.round || !context.rules.takesQueries(state)) return;
  context.env.mark('confirmation-retried');
  context.rules.sendConfirm(state, context);
}

function onConfirmed(state: ServerState, context: ServerContext, confirmed: Confirmed): void {
  const { rules } = context;
  if (confirmed.nonce !== state.nonce) return;
  const isAnswer = confirmed.round === state.round && state.confirmedRound < state.round;
  if (confirmed.epoch !== state.configuration.epoch || !isAnswer) return;
  context.env.mark('epoch-confirmed');
  state.confirmedRound = confirmed.round;
  rules.serveQueries(state, context);
  if (state.waitingQueries.length > 0) rules.askWhetherCurrent(state, context);
}

export const readRules = {
  onQuery,
  takesQueries,
  recordArrival,
  keepQuery,
  mayAnswer,
  isTailFor,
  hasCompletedSent,
  holdsLease,
  answerQuery,
  answerRead,
  serveQueries,
  dismissQueries,
  onHeartbeatReply,
  roundFor,
  askWhetherCurrent,
  sendConfirm,
  drawNonce,
  onConfirmTimer,
  onConfirmed,
};
