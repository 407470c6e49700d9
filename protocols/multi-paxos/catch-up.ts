/**
 * Replicas that lack decisions get them: lost messages, restarts, and leaders that come late. In
 * the paper links lose nothing and replicas do not restart.
 *
 * What is decided can be learned in three ways: from the leader's word that all below some slot is
 * decided, for slots in which this acceptor has accepted that very ballot's pvalue; from decisions
 * that somebody still keeps; and from a snapshot, where nobody does (§4.2). What is decided is on
 * the disks of a quorum, so who tells it need not wait for the own disk.
 */
import type { NodeId } from '../../sim/contract.ts';
import { type Ballot, leaderOf, NO_BALLOT } from './ballot.ts';
import type { Context } from './context.ts';
import type { CatchUpReply, CatchUpRequest, Command } from './messages.ts';
import { endOf, setValue, valueAt } from './slots.ts';
import type { PaxosState } from './state.ts';

/** Decisions in one answer; more are asked for when these are performed. */
const CATCH_UP_LIMIT = 64;

/** Patience doubles each time that the leader and one other could not tell, up to 2 to this. */
export const CATCH_UP_BACKOFF_MAX = 4;

/**
 * The leader of `ballot` knows all below `decidedBelow` to be decided. In a slot in which it has
 * proposed anything, that is what was decided: if an earlier ballot had, it has adopted that, and
 * if a later one has decided something else, it steps down before it says so.
 */
function learnDecidedBelow(
  state: PaxosState,
  context: Context,
  ballot: Ballot,
  decidedBelow: number,
): void {
  const { replica, acceptor } = state;
  if (decidedBelow <= replica.slotOut) return;
  if (decidedBelow > replica.decidedBelow) replica.decidedBelow = decidedBelow;
  for (let slot = replica.slotOut; slot < decidedBelow; slot++) {
    if (valueAt(replica.decisions, slot) !== null) continue;
    const pvalue = valueAt(acceptor.accepted, slot);
    if (pvalue?.ballot === ballot) setValue(replica.decisions, slot, pvalue.command);
  }
  context.rules.performDecided(state, context);
}

/** Something is decided that this replica does not have; it may still be on its way. */
function noticeMissing(state: PaxosState, context: Context): void {
  const { replica } = state;
  if (replica.isCatchUpArmed) return;
  replica.isCatchUpArmed = true;
  replica.slotOutAtCatchUp = replica.slotOut;
  const patience = 2 ** Math.min(replica.catchUpAttempts >> 1, CATCH_UP_BACKOFF_MAX);
  context.env.setTimer('catchUp', context.options.catchUpPatience * patience);
}

function onCatchUpTimer(state: PaxosState, context: Context): void {
  const { replica } = state;
  replica.isCatchUpArmed = false;
  if (replica.slotOut >= replica.decidedBelow) {
    replica.catchUpAttempts = 0;
    return;
  }
  if (replica.slotOut === replica.slotOutAtCatchUp) {
    context.rules.requestCatchUp(state, context, context.rules.catchUpSource(state, context));
    replica.catchUpAttempts++;
  } else replica.catchUpAttempts = 0;
  context.rules.noticeMissing(state, context);
}

function requestCatchUp({ replica }: PaxosState, { env }: Context, source: NodeId): void {
  const { slotOut, decidedBelow: wantedBelow } = replica;
  env.mark('catch-up-requested');
  env.sendUnsynced(source, { type: 'CatchUpRequest', slotOut, wantedBelow });
}

/**
 * `source` has promised, and performed more than anybody else who has. Nothing gets decided before
 * this leader has performed that too, so it asks at once, however vain it was while cut off.
 */
function catchUpWith(state: PaxosState, context: Context, source: NodeId): void {
  const { replica } = state;
  const { rules } = context;
  rules.requestCatchUp(state, context, source);
  replica.catchUpAttempts = 0;
  replica.isCatchUpArmed = false;
  rules.noticeMissing(state, context);
}

/** The leader first, then everybody in turn: whoever has performed the slot can tell. */
function catchUpSource({ id, leader, replica }: PaxosState, { nodes }: Context): NodeId {
  const known = leaderOf(leader.followed);
  const isKnown = leader.followed !== NO_BALLOT && known !== id;
  if (isKnown && replica.catchUpAttempts % 2 === 0) return known;
  const others = nodes.filter((node) => node !== id);
  return others[(replica.catchUpAttempts >> 1) % others.length] ?? id;
}

/**
 * Who wants slots that this leader has nothing in has met votes there that the leader's quorum does
 * not know of, and has reads that wait for them: no-ops are proposed (§4.5).
 */
function onCatchUpRequest(
  state: PaxosState,
  context: Context,
  from: NodeId,
  { slotOut, wantedBelow }: CatchUpRequest,
): void {
  const { leader } = state;
  const { rules } = context;
  rules.answerCatchUp(state, context, from, slotOut);
  if (!leader.isActive || wantedBelow <= endOf(leader.proposals)) return;
  leader.completeUpTo = Math.max(leader.completeUpTo, wantedBelow - 1);
  rules.fillGaps(state, context);
}

/** Decisions from `slot` on, as many as are known without a hole; or the snapshot. */
function answerCatchUp(state: PaxosState, context: Context, to: NodeId, slot: number): void {
  const { replica } = state;
  const { env } = context;
  if (to === state.id) return;
  if (slot < replica.decisions.first) {
    const { snapshot } = replica;
    if (snapshot !== null) env.sendUnsynced(to, { type: 'SnapshotOffer', snapshot });
    return;
  }
  const commands: Command[] = [];
  while (commands.length < CATCH_UP_LIMIT) {
    const command = valueAt(replica.decisions, slot + commands.length);
    if (command === null) break;
    commands.push(command);
  }
  if (commands.length === 0) return;
  env.sendUnsynced(to, { type: 'CatchUpReply', first: slot, commands, slotOut: replica.slotOut });
}

function onCatchUpReply(state: PaxosState, context: Context, reply: CatchUpReply): void {
  const { replica } = state;
  const { env, rules } = context;
  const before = replica.slotOut;
  for (const [index, command] of reply.commands.entries()) {
    rules.recordDecision(state, context, reply.first + index, command);
  }
  if (reply.slotOut > replica.decidedBelow) replica.decidedBelow = reply.slotOut;
  rules.performDecided(state, context);
  if (replica.slotOut > before) env.mark('caught-up');
}

export const catchUpRules = {
  learnDecidedBelow,
  noticeMissing,
  onCatchUpTimer,
  requestCatchUp,
  catchUpWith,
  catchUpSource,
  onCatchUpRequest,
  answerCatchUp,
  onCatchUpReply,
};
