/**
 * Sequence Paxos, the accept phase (§4): the leader appends what is proposed and sends it to
 * all that have promised; what a quorum has accepted is decided.
 *
 * Proposals are pipelined up to a window, and sent in batches, as in the authors’ library. A server
 * that does not lead forwards what it is asked for.
 */
import type { NodeId } from '../../sim/contract.ts';
import { type Ballot, isSomebodys, NO_BALLOT, ownerOf } from './ballot.ts';
import type { Context } from './context.ts';
import { isSealed, lengthOf, suffixOf } from './log.ts';
import type { Accepted, Decide, Entry, ProposalForward } from './messages.ts';
import { membersOf } from './quorums.ts';
import type { OmniState } from './state.ts';

/** What waits for a leader at most: clients ask again for what is dropped. */
const WAITING_MAX = 1_000;

/** ⟨Propose, C⟩ (§4) */
function propose(state: OmniState, context: Context, entry: Entry): void {
  const { replica } = state;
  if (replica.waiting.length >= WAITING_MAX) return;
  replica.waiting.push(entry);
  context.rules.proposeWaiting(state, context);
}

/** Appends what waits, if this server leads; sends it to the leader, if it follows one. */
function proposeWaiting(state: OmniState, context: Context): void {
  const { replica, leader } = state;
  const { rules } = context;
  if (replica.waiting.length === 0) return;
  if (leader.ballot !== NO_BALLOT) {
    if (rules.mayAppend(state)) rules.appendWaiting(state, context);
  } else {
    rules.forwardWaiting(state, context);
  }
}

function appendWaiting(state: OmniState, context: Context): void {
  const { paxos, replica } = state;
  const { env, options, rules } = context;
  const entries: Entry[] = [];
  const room = paxos.decidedLength + options.window - lengthOf(paxos.log);
  while (entries.length < room && replica.waiting.length > 0) {
    const next = replica.waiting.shift()!;
    if (!rules.isStillWanted(state, next)) continue;
    entries.push(next);
    rules.noteProposed(state, [next]);
    if (next.type === 'StopSign') break;
  }
  if (replica.waiting.length > 0 && entries.length === room) env.mark('window-full');
  if (entries.length === 0) return;
  rules.append(state, context, entries);
  rules.acceptOwn(state, context);
  rules.sendBatchIfFull(state, context);
}

/** A batch goes when it is full, or nothing more can be appended that would fill it. */
function sendBatchIfFull(state: OmniState, context: Context): void {
  const { leader, paxos, replica } = state;
  const { env, options, rules } = context;
  const length = lengthOf(paxos.log);
  while (length - leader.sentLength >= options.batchSize) {
    rules.sendEntries(state, context, Math.min(length, leader.sentLength + options.batchSize));
  }
  const isWindowFull = length >= paxos.decidedLength + options.window;
  if (isWindowFull || isSealed(paxos.log, replica.configuration.from)) {
    rules.sendBatch(state, context);
  }
  if (leader.sentLength === length || leader.isFlushArmed) return;
  leader.isFlushArmed = true;
  env.setTimer('flush', options.flushAfter);
}

function onFlushTimer(state: OmniState, context: Context): void {
  const { leader, paxos } = state;
  leader.isFlushArmed = false;
  if (leader.ballot === NO_BALLOT || paxos.phase !== 'accept') return;
  context.rules.sendBatch(state, context);
}

/** What has been appended and not been sent. */
function sendBatch(state: OmniState, context: Context): void {
  const length = lengthOf(state.paxos.log);
  if (length > state.leader.sentLength) context.rules.sendEntries(state, context, length);
}

/** ⟨Accept, n, C⟩ to all whose session has begun; they may have more on disk than this server. */
function sendEntries(state: OmniState, context: Context, end: number): void {
  const { leader, paxos } = state;
  const from = leader.sentLength;
  const entries = suffixOf(paxos.log, from, end);
  leader.sentLength = end;
  for (const member of membersOf(state)) {
    if (member === state.id || leader.promises[member] === null) continue;
    leader.numbers[member] = leader.numbers[member]! + 1;
    context.env.sendUnsynced(member, {
      type: 'AcceptDecide',
      ballot: leader.ballot,
      session: leader.attempts[member]!,
      number: leader.numbers[member]!,
      from,
      entries,
      decidedLength: paxos.decidedLength,
    });
  }
}

/** Entries that the leader has appended, at the leader itself and at its followers. */
function append(state: OmniState, context: Context, entries: readonly Entry[]): void {
  const { paxos } = state;
  if (entries.length === 0) return;
  for (const entry of entries) paxos.log.entries.push(entry);
  paxos.acceptedCount += entries.length;
  context.rules.persistEntries(context, entries);
}

/** ⟨Accepted, n, logIdx⟩ to itself: it arrives when the entries are on the own disk. */
function acceptOwn(state: OmniState, context: Context): void {
  const { promised, log } = state.paxos;
  const accepted: Accepted = {
    type: 'Accepted',
    ballot: promised,
    acceptedLength: lengthOf(log),
  };
  context.env.send(state.id, accepted);
}

function sendAccepted(state: OmniState, context: Context): void {
  const { promised, log } = state.paxos;
  context.rules.answerAccept(context, ownerOf(promised), {
    type: 'Accepted',
    ballot: promised,
    acceptedLength: lengthOf(log),
  });
}

function answerAccept({ env }: Context, leader: NodeId, message: Accepted): void {
  env.send(leader, message);
}

/** ⟨Accepted, n, logIdx⟩ (§4) */
function onAccepted(state: OmniState, context: Context, from: NodeId, message: Accepted): void {
  const { leader, paxos } = state;
  const { env, rules } = context;
  if (message.ballot !== leader.ballot || paxos.phase !== 'accept') {
    env.mark('stale-message-dropped');
    return;
  }
  if (message.acceptedLength <= leader.acceptedLengths[from]!) return;
  leader.acceptedLengths[from] = message.acceptedLength;
  const chosen = rules.chosenLength(state, context);
  if (chosen <= paxos.decidedLength) return;
  env.mark('about-to-decide');
  // What is decided may be compacted: by then it has been sent.
  if (chosen > leader.sentLength) rules.sendBatch(state, context);
  // Told before it is executed: a stop-sign ends the ballot in which it may be told.
  for (const member of membersOf(state)) {
    if (member !== state.id && leader.promises[member] !== null) {
      rules.sendDecide(state, context, member, chosen);
    }
  }
  rules.decideUpTo(state, context, chosen);
  rules.trimAccepted(state, context);
  rules.proposeWaiting(state, context);
}

/** IsChosen: as much as each of an accept quorum has accepted in this ballot. */
function chosenLength(state: OmniState, context: Context): number {
  const lengths = membersOf(state).map((member) => state.leader.acceptedLengths[member]!);
  lengths.sort((one, other) => other - one);
  return lengths[context.rules.acceptQuorumOf(state, context) - 1] ?? 0;
}

/** What was sent before is numbered, this is not: it may be repeated, and it may be lost. */
function sendDecide(
  { leader }: OmniState,
  context: Context,
  follower: NodeId,
  decidedLength: number,
): void {
  const decide: Decide = {
    type: 'Decide',
    ballot: leader.ballot,
    session: leader.attempts[follower]!,
    number: leader.numbers[follower]!,
    decidedLength,
  };
  context.env.sendUnsynced(follower, decide);
}

/** §4: to the leader, as far as this server knows; without one it waits. */
function forwardWaiting(state: OmniState, context: Context): void {
  const { replica } = state;
  const leader = context.rules.followedBallot(state);
  if (!isSomebodys(leader) || ownerOf(leader) === state.id) return;
  const forward: ProposalForward = { type: 'ProposalForward', entries: replica.waiting };
  replica.waiting = [];
  context.env.mark('proposal-forwarded');
  context.env.sendUnsynced(ownerOf(leader), forward);
}

/** Who is promised is whom this server follows; before it has heard, whom BLE names. */
function followedBallot({ paxos, election }: OmniState): Ballot {
  return paxos.promised > election.leader ? paxos.promised : election.leader;
}

function onProposalForward(state: OmniState, context: Context, message: ProposalForward): void {
  const { leader } = state;
  const { rules } = context;
  // Forwarded on and on, it might never arrive: its client asks again.
  if (leader.ballot === NO_BALLOT) return;
  for (const entry of message.entries) rules.propose(state, context, entry);
}

export const acceptingRules = {
  propose,
  proposeWaiting,
  appendWaiting,
  sendBatchIfFull,
  onFlushTimer,
  sendBatch,
  sendEntries,
  append,
  acceptOwn,
  sendAccepted,
  answerAccept,
  onAccepted,
  chosenLength,
  sendDecide,
  forwardWaiting,
  followedBallot,
  onProposalForward,
};
