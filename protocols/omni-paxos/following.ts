/**
 * Sequence Paxos, the follower (§4): promises, adopts the leader's log, and appends what the
 * leader sends, in the order in which it was sent.
 *
 * Deviation: the paper's links deliver in order. Here what a leader sends is numbered within a
 * session that AcceptSync begins; what comes before its turn waits for a while. If the gap stays,
 * the follower asks the leader to begin anew, as the paper's does when a link session ends
 * (§4).
 */
import type { NodeId } from '../../sim/contract.ts';
import { type Ballot, configurationOf, isSomebodys, ownerOf } from './ballot.ts';
import type { Context } from './context.ts';
import { lengthOf } from './log.ts';
import type {
  AcceptDecide,
  AcceptSync,
  Decide,
  LogSync,
  Prepare,
  PromiseMessage,
} from './messages.ts';
import { isMember, membersOf } from './quorums.ts';
import type { OmniState } from './state.ts';

/** Whether it is a message's turn in its session. */
type Turn = 'past' | 'now' | 'early';

/** Messages that may wait for one that was overtaken. */
const EARLY_MAX = 256;
/** So many that no two waits of a server are likely to have the same. */
const OCCASIONS = 2 ** 30;

/** ⟨Prepare, …⟩ (§4): of a higher ballot; or of the present one, to begin anew. */
function onPrepare(state: OmniState, context: Context, from: NodeId, message: Prepare): void {
  const { paxos, session } = state;
  const { env, rules } = context;
  const { ballot } = message;
  if (!rules.isOfThisConfiguration(state, context, from, ballot)) return;
  if (ballot < paxos.promised) {
    env.mark('stale-ballot-refused');
    env.send(from, { type: 'NotAccepted', ballot: paxos.promised });
    return;
  }
  if (rules.isRefusedByLease(state, context, from)) {
    env.mark('prepare-refused-by-lease');
    return;
  }
  if (ballot > paxos.promised) {
    env.mark('promised');
    rules.stepDown(state, context);
    rules.promise(state, context, ballot);
  } else if (paxos.phase === 'recover' && message.occasion !== session.occasion) {
    // Older than the wait, for all this server knows: the leader may be past it.
    rules.beginAnewWith(state, context, from);
    return;
  } else if (!rules.isNewAttempt(state, message)) {
    return;
  }
  paxos.phase = 'prepare';
  session.attempt = message.attempt;
  rules.endSession(state);
  const sync = rules.syncForLeader(state, context, message);
  rules.answerPrepare(context, from, rules.promiseFor(state, ballot, message.attempt, sync));
}

/** The promise is on disk before anybody hears of it. */
function answerPrepare({ env }: Context, leader: NodeId, message: PromiseMessage): void {
  env.send(leader, message);
}

/** Of the present ballot: the leader repeats what is not answered, and counts what is. */
function isNewAttempt({ paxos, session }: OmniState, { attempt }: Prepare): boolean {
  return attempt > session.attempt || (attempt === session.attempt && paxos.phase === 'prepare');
}

/** A retired server, or one that is no member, answers nobody; another configuration is news. */
function isOfThisConfiguration(
  state: OmniState,
  context: Context,
  from: NodeId,
  ballot: Ballot,
): boolean {
  const configuration = configurationOf(ballot);
  if (configuration !== state.replica.configuration.id) {
    context.rules.onOtherConfiguration(state, context, from, configuration);
    return false;
  }
  return !state.paxos.isRetired && isMember(state, state.id);
}

/** From here on it takes part in no lower ballot; on disk before anybody is told. */
function promise(state: OmniState, context: Context, ballot: Ballot): void {
  state.paxos.promised = ballot;
  context.rules.persistPromise(state, context);
}

/** What the leader lacks, if this log is the more up-to-date one (§4). */
function syncForLeader(state: OmniState, context: Context, prepare: Prepare): LogSync | null {
  const { paxos } = state;
  const { rules } = context;
  const { acceptedRound, acceptedLength, decidedLength } = prepare;
  if (paxos.acceptedRound > acceptedRound) {
    return rules.syncFrom(state, context, decidedLength, decidedLength);
  }
  if (paxos.acceptedRound === acceptedRound && lengthOf(paxos.log) > acceptedLength) {
    return rules.syncFrom(state, context, acceptedLength, decidedLength);
  }
  return null;
}

function promiseFor(
  { paxos }: OmniState,
  ballot: Ballot,
  attempt: number,
  sync: LogSync | null,
): PromiseMessage {
  return {
    type: 'Promise',
    ballot,
    attempt,
    acceptedRound: paxos.acceptedRound,
    acceptedLength: lengthOf(paxos.log),
    decidedLength: paxos.decidedLength,
    sync,
  };
}

/** ⟨AcceptSync, …⟩ (§4): the leader's log is adopted, and a session begins. */
function onAcceptSync(state: OmniState, context: Context, from: NodeId, message: AcceptSync): void {
  const { paxos, session } = state;
  const { env, rules } = context;
  const { ballot, sync, decidedLength } = message;
  if (!rules.isOfThisConfiguration(state, context, from, ballot)) return;
  const isAwaited = paxos.phase === 'prepare' && message.session === session.attempt;
  if (ballot !== paxos.promised || !isAwaited) {
    rules.refuseIfStale(state, context, from, ballot);
    return;
  }
  if (!rules.mayAdopt(state, sync)) {
    rules.beginAnew(state, context);
    return;
  }
  env.mark('log-synchronised');
  rules.adoptLog(state, context, sync, ballot);
  paxos.phase = 'accept';
  session.number = 0;
  rules.sendAccepted(state, context);
  rules.decideUpTo(state, context, decidedLength);
  rules.takeEarly(state, context);
  rules.proposeWaiting(state, context);
}

/** ⟨Accept, n, C⟩ (§4) */
function onAcceptDecide(
  state: OmniState,
  context: Context,
  from: NodeId,
  message: AcceptDecide,
): void {
  const { rules } = context;
  if (!rules.isOfThisSession(state, context, from, message)) return;
  switch (rules.turnOf(state, message)) {
    case 'past':
      break;
    case 'now':
      rules.takeAcceptDecide(state, context, message);
      rules.takeEarly(state, context);
      break;
    case 'early':
      rules.waitForGap(state, context, message);
      break;
  }
}

/** What a leader sends in a session is numbered: without that, a lost message were not missed. */
function turnOf({ session }: OmniState, { number }: AcceptDecide): Turn {
  if (number <= session.number) return 'past';
  return number === session.number + 1 ? 'now' : 'early';
}

function takeAcceptDecide(state: OmniState, context: Context, message: AcceptDecide): void {
  const { rules } = context;
  state.session.number = message.number;
  // What others have told to be decided meanwhile it has already.
  const known = Math.max(0, lengthOf(state.paxos.log) - message.from);
  rules.append(state, context, known === 0 ? message.entries : message.entries.slice(known));
  rules.sendAccepted(state, context);
  rules.decideUpTo(state, context, message.decidedLength);
}

/** ⟨Decide, n, decIdx⟩ (§4) */
function onDecide(state: OmniState, context: Context, from: NodeId, message: Decide): void {
  const { paxos } = state;
  const { rules } = context;
  if (!rules.isOfThisSession(state, context, from, message)) return;
  const before = paxos.decidedLength;
  // It has overtaken entries that it may be about: they are decided as they come.
  if (message.number > state.session.number) rules.waitForGap(state, context, message);
  rules.decideUpTo(state, context, message.decidedLength);
  // The leader repeats itself, and does not know that this server has accepted more.
  const isRepeated = message.decidedLength <= before;
  const isAhead = lengthOf(paxos.log) > message.decidedLength;
  if (isRepeated && isAhead) rules.sendAccepted(state, context);
}

/** Of the leader that it follows, and after the AcceptSync that it has adopted last. */
function isOfThisSession(
  state: OmniState,
  context: Context,
  from: NodeId,
  message: AcceptDecide | Decide,
): boolean {
  const { paxos, session } = state;
  const { rules } = context;
  if (!rules.isOfThisConfiguration(state, context, from, message.ballot)) return false;
  if (message.ballot !== paxos.promised) {
    rules.refuseIfStale(state, context, from, message.ballot);
    if (message.ballot > paxos.promised) rules.beginAnewWith(state, context, from);
    return false;
  }
  if (message.session < session.attempt) return false;
  if (paxos.phase === 'accept' && message.session === session.attempt) return true;
  // Prepare or AcceptSync was overtaken, or is lost.
  rules.waitForGap(state, context, message);
  return false;
}

function refuseIfStale(state: OmniState, context: Context, from: NodeId, ballot: Ballot): void {
  if (ballot >= state.paxos.promised) return;
  context.env.mark('stale-ballot-refused');
  context.env.send(from, { type: 'NotAccepted', ballot: state.paxos.promised });
}

/** It may come yet. If it does not, the leader has to begin anew. */
function waitForGap(state: OmniState, context: Context, message: AcceptDecide | Decide): void {
  const { session } = state;
  if (session.early.length < EARLY_MAX) session.early.push(message);
  if (session.isGapArmed) return;
  session.isGapArmed = true;
  context.env.mark('gap-noticed');
  context.env.setTimer('gap', context.options.gapPatience);
}

/** What was waiting for the message that has just been taken. */
function takeEarly(state: OmniState, context: Context): void {
  const { session } = state;
  const { rules } = context;
  if (session.early.length === 0) return;
  const early = session.early.filter((message) => message.session === session.attempt);
  early.sort((one, other) => one.number - other.number);
  session.early = [];
  for (const message of early) {
    if (message.type === 'AcceptDecide') {
      const turn = rules.turnOf(state, message);
      if (turn === 'now') rules.takeAcceptDecide(state, context, message);
      else if (turn === 'early') session.early.push(message);
    } else if (message.number > session.number) {
      session.early.push(message);
    } else {
      rules.decideUpTo(state, context, message.decidedLength);
    }
  }
}

function onGapTimer(state: OmniState, context: Context): void {
  const { session } = state;
  session.isGapArmed = false;
  const isOpen = session.early.some((early) => early.session >= session.attempt);
  session.early = [];
  if (isOpen) context.rules.beginAnew(state, context);
}

/** §4, ⟨PrepareReq⟩: this server has missed something of its leader. */
function beginAnew(state: OmniState, context: Context): void {
  const { paxos } = state;
  if (!isSomebodys(paxos.promised) || ownerOf(paxos.promised) === state.id) return;
  context.env.mark('begins-anew');
  context.rules.recover(state, context);
  context.rules.beginAnewWith(state, context, ownerOf(paxos.promised));
}

/** From here on it takes only what answers this wait: nothing that was sent before. */
function recover(state: OmniState, context: Context): void {
  const { paxos, session } = state;
  context.rules.endSession(state);
  if (paxos.phase === 'recover') return;
  paxos.phase = 'recover';
  session.occasion = 1 + context.env.random(OCCASIONS);
}

function beginAnewWith(state: OmniState, context: Context, server: NodeId): void {
  const configuration = state.replica.configuration.id;
  const { occasion } = state.session;
  context.env.sendUnsynced(server, { type: 'PrepareRequest', configuration, occasion });
}

/** §4: after a restart it does not know who leads, so it asks everybody. */
function askForLeader(state: OmniState, context: Context): void {
  for (const member of membersOf(state)) {
    if (member !== state.id) context.rules.beginAnewWith(state, context, member);
  }
}

/** A message that was damaged on the way is a lost message. */
function onUnreadable(context: Context): void {
  context.env.mark('unreadable-dropped');
}

/** Sessions are those of one leader's ballot; their numbers only grow. */
function endSession({ session }: OmniState): void {
  session.number = 0;
  session.early = [];
}

export const followingRules = {
  onPrepare,
  isNewAttempt,
  isOfThisConfiguration,
  promise,
  syncForLeader,
  promiseFor,
  answerPrepare,
  onAcceptSync,
  onAcceptDecide,
  turnOf,
  takeAcceptDecide,
  onDecide,
  isOfThisSession,
  refuseIfStale,
  waitForGap,
  takeEarly,
  onGapTimer,
  beginAnew,
  recover,
  beginAnewWith,
  askForLeader,
  endSession,
  onUnreadable,
};
