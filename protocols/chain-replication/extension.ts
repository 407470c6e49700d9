/**
 * A server joins as the new tail: van Renesse & Schneider, OSDI 2004, §3, "Extending a
 * Chain". In one epoch it copies Hist from the tail, which works on and forwards what is new at the
 * same time. In the next it is the last of the chain; the old tail, which answers nothing any more,
 * hands over the rest, and only then does the new tail begin to work. With its report of that, the
 * master settles it.
 *
 * Deviation: the paper tells the master once, at the end. Here the chain with the new tail is an
 * epoch of its own before that, so that whoever removes the old tail meanwhile knows that the new
 * one may lack something.
 * Deviation: a copy may begin with a snapshot, where the tail has trimmed its Hist.
 */
import type { NodeId } from '../../sim/contract.ts';
import { isSettled } from './configuration.ts';
import { roleOf, type ServerContext, upstream } from './context.ts';
import type { Forward, ServerStatus, StateCopy } from './messages.ts';
import type { ServerState } from './state.ts';

/** The wait between questions doubles while they lead nowhere, up to 2 to this power. */
export const HANDOVER_BACKOFF_MAX = 3;

/** The tail, or the old tail: sends what the new server does not have. */
function sendRestOfHist(
  state: ServerState,
  context: ServerContext,
  to: NodeId,
  last: number,
): void {
  const { env, rules } = context;
  if (last < state.trimmed && state.snapshot !== null) {
    env.mark('snapshot-sent');
    const { epoch } = state.configuration;
    env.send(to, { type: 'StateCopy', epoch, snapshot: state.snapshot });
    rules.noteHeld(state, state.snapshot.length);
    state.forwarded = state.snapshot.length;
  } else {
    state.forwarded = Math.min(last, state.length);
  }
  // Even if there is nothing to send, this tells how much there was when the epoch began.
  if (state.forwarded < state.length) rules.forwardMore(state, context);
  else env.send(to, rules.forwardOf(state, state.length, state.length));
}

function onStateCopy(
  state: ServerState,
  context: ServerContext,
  from: NodeId,
  { epoch, snapshot }: StateCopy,
): void {
  const { env, rules } = context;
  if (!rules.isOfThisEpoch(state, context, from, epoch)) return;
  if (roleOf(state) === 'outside' || !rules.handsOver(state, from)) return;
  if (isSettled(state.configuration, state.id) || snapshot.length <= state.length) return;
  env.mark('snapshot-received');
  rules.installSnapshot(state, context, snapshot);
  rules.persistSnapshot(state, context);
  rules.takeEarly(state, context);
  rules.serveWaitingReads(state, context);
  rules.sendLastSequence(state, context);
}

/** Whether a server that joins gets there what it lacks. */
function handsOver(state: ServerState, from: NodeId): boolean {
  return upstream(state) === from;
}

/** A server that joins executes what is committed, and notices when nothing is missing. */
function learnFromPredecessor(state: ServerState, context: ServerContext, forward: Forward): void {
  const { env, rules } = context;
  if (isSettled(state.configuration, state.id)) return;
  rules.learnCommitted(state, context, forward.committed);
  if (state.hasCaughtUp || state.length < forward.lengthAtEpoch) return;
  state.hasCaughtUp = true;
  if (roleOf(state) === 'member') {
    env.mark('handover-completed');
    rules.completeSent(state, context);
  } else {
    env.mark('copy-completed');
  }
  // The master is told at once.
  rules.sendHeartbeat(state, context);
}

function learnCommitted(state: ServerState, context: ServerContext, committed: number): void {
  const { rules } = context;
  if (rules.isTailAtWork(state)) return;
  rules.executeUpTo(state, context, Math.min(state.length, committed));
  rules.pruneSent(state, state.committed);
}

/** Whether this server waits for what the one before it holds. */
function isCatchingUp(state: ServerState): boolean {
  const role = roleOf(state);
  if (role === 'outside' || state.hasCaughtUp) return false;
  return role === 'copying' || !isSettled(state.configuration, state.id);
}

function armHandover(state: ServerState, context: ServerContext): void {
  if (state.isHandoverArmed || !context.rules.isCatchingUp(state)) return;
  state.isHandoverArmed = true;
  state.lengthAtHandover = state.length;
  const patience = 2 ** Math.min(state.fruitlessHandovers, HANDOVER_BACKOFF_MAX);
  context.env.setTimer('handover', context.options.handoverRetry * patience);
}

function onHandoverTimer(state: ServerState, context: ServerContext): void {
  state.isHandoverArmed = false;
  if (!context.rules.isCatchingUp(state)) return;
  state.fruitlessHandovers =
    state.length > state.lengthAtHandover ? 0 : state.fruitlessHandovers + 1;
  context.env.mark('handover-retried');
  context.rules.sendLastSequence(state, context);
  context.rules.armHandover(state, context);
}

function statusOf(state: ServerState): ServerStatus {
  const role = roleOf(state);
  if (role === 'outside') return 'outside';
  if (role === 'copying') return state.hasCaughtUp ? 'copied' : 'copying';
  return isSettled(state.configuration, state.id) || state.hasCaughtUp ? 'member' : 'copying';
}

export const extensionRules = {
  sendRestOfHist,
  onStateCopy,
  handsOver,
  learnFromPredecessor,
  learnCommitted,
  isCatchingUp,
  armHandover,
  onHandoverTimer,
  statusOf,
};
