/**
 * Servers that leave the chain: van Renesse & Schneider, OSDI 2004, §3, "Coping with Server
 * Failures". Head gone: the next one is the head, and what the old one had not forwarded never
 * happened. Tail gone: the one before it is the tail, and completes what is in its Sent. One in the
 * middle gone: its successor says which sequence number it has, and its predecessor sends the rest
 * of its Sent.
 *
 * Deviation: the successor says so to its predecessor, not through the master: both have been told
 * the configuration. Every server does this in every new epoch, so that there is one way only.
 * Deviation: the paper's failed servers are gone. Here one may be wrong to be removed, and find out
 * late. It keeps what it knows to be committed, takes back the rest, and may come back as a server
 * that joins.
 * Deviation: whoever is asked under an older configuration answers with the later one, and whoever
 * is behind asks the sender: each epoch has one configuration, so anybody may tell it.
 */
import type { NodeId } from '../../sim/contract.ts';
import type { Configuration } from './configuration.ts';
import { downstream, isDownstreamNew, roleOf, type ServerContext, upstream } from './context.ts';
import type { ChainConfig, LastSequence } from './messages.ts';
import { NOT_HEARD, type ServerState } from './state.ts';

/** Messages of another epoch count for nothing. */
function isOfThisEpoch(
  state: ServerState,
  { env }: ServerContext,
  from: NodeId,
  epoch: number,
): boolean {
  const { configuration } = state;
  if (epoch === configuration.epoch) return true;
  env.mark('other-epoch-dropped');
  if (epoch < configuration.epoch) env.send(from, { type: 'ChainConfig', configuration });
  else env.send(from, { type: 'GetConfiguration' });
  return false;
}

/** Who asks is behind, and has dropped what it was sent: a predecessor is told once more. */
function onGetConfiguration(state: ServerState, context: ServerContext, from: NodeId): void {
  context.env.send(from, { type: 'ChainConfig', configuration: state.configuration });
  if (upstream(state) === from) context.rules.sendLastSequence(state, context);
}

function onChainConfig(state: ServerState, context: ServerContext, message: ChainConfig): void {
  const { configuration } = message;
  if (configuration.epoch > state.configuration.epoch) {
    context.rules.adopt(state, context, configuration);
  }
}

/** A new epoch begins for this server. */
function adopt(state: ServerState, context: ServerContext, configuration: Configuration): void {
  const { rules } = context;
  const before = roleOf(state);
  state.configuration = configuration;
  const role = roleOf(state);
  if (before !== role) {
    state.hasCaughtUp = false;
    rules.markRole(state, context);
  }
  const isCut = role !== 'member' && before !== 'copying' && state.length > state.committed;
  if (isCut || (role === 'outside' && before === 'copying')) rules.cutToCommitted(state);
  rules.persistConfiguration(state, context);
  rules.beginEpoch(state, context);
}

function markRole(state: ServerState, { env }: ServerContext): void {
  switch (roleOf(state)) {
    case 'member':
      env.mark('appended-to-chain');
      break;
    case 'copying':
      env.mark('copying-began');
      break;
    case 'outside':
      env.mark('left-chain');
  }
}

/** What is not committed may be in nobody's Hist any more. */
function cutToCommitted(state: ServerState): void {
  state.hist.length = state.committed - state.trimmed;
  state.length = state.committed;
  state.acknowledged = state.committed;
  state.early = [];
}

/** Where a server stands in the epoch; after a restart too. */
function beginEpoch(state: ServerState, context: ServerContext): void {
  const { rules } = context;
  state.lengthAtEpoch = state.length;
  state.early = [];
  state.fruitlessResends = 0;
  state.fruitlessHandovers = 0;
  rules.rebuildClientTable(state);
  rules.expectOfSuccessor(state);
  rules.dismissQueries(state, context);
  if (roleOf(state) !== 'member') rules.dismissReads(state, context);
  if (upstream(state) !== undefined) {
    rules.sendLastSequence(state, context);
    rules.sendAck(state, context);
  }
  if (rules.isTailAtWork(state)) rules.completeSent(state, context);
  rules.armHandover(state, context);
  rules.armResend(state, context);
  rules.sendHeartbeat(state, context);
}

/** Of a new successor nothing is known but that it holds what is acknowledged, if it is settled. */
function expectOfSuccessor(state: ServerState): void {
  state.successorHolds = NOT_HEARD;
  state.forwarded = isDownstreamNew(state) ? state.trimmed : state.acknowledged;
}

/** Failure of the tail: all in Hist has reached the tail now. */
function completeSent(state: ServerState, context: ServerContext): void {
  if (state.acknowledged < state.length) context.env.mark('sent-completed');
  state.answersFrom = state.length;
  context.rules.whenStored(state, context);
}

/** Failure of another server: S+ tells S- which updates it has. */
function sendLastSequence(state: ServerState, { env }: ServerContext): void {
  const previous = upstream(state);
  if (previous === undefined) return;
  const { epoch } = state.configuration;
  env.send(previous, { type: 'LastSequence', epoch, last: state.length });
}

/** S- sends the rest of its Sent; to one that joins, the rest of its Hist. */
function onLastSequence(
  state: ServerState,
  context: ServerContext,
  from: NodeId,
  { epoch, last }: LastSequence,
): void {
  const { rules } = context;
  if (!rules.isOfThisEpoch(state, context, from, epoch)) return;
  if (roleOf(state) !== 'member' || downstream(state) !== from) return;
  rules.noteHeld(state, Math.min(last, state.length));
  if (isDownstreamNew(state)) {
    rules.sendRestOfHist(state, context, from, last);
    return;
  }
  rules.resendSent(state, context, last);
}

function resendSent(state: ServerState, context: ServerContext, last: number): void {
  if (last < state.length) context.env.mark('sent-resent');
  state.forwarded = Math.min(state.length, Math.max(last, state.acknowledged));
  context.rules.forwardMore(state, context);
}

export const configurationRules = {
  isOfThisEpoch,
  onGetConfiguration,
  onChainConfig,
  adopt,
  markRole,
  cutToCommitted,
  beginEpoch,
  expectOfSuccessor,
  completeSent,
  sendLastSequence,
  onLastSequence,
  resendSent,
};
