/**
 * State transfer: Liskov & Cowling, "Viewstamped Replication Revisited", §5.2.
 *
 * Deviation: a replica that learns of a later view keeps its log, its view-number and v' and takes
 * the status state-transfer until NewState replaces all of them at once. The paper lets it cut its
 * log back to the commit-number first; if a view change comes before the answer, that short log
 * carries the latest v', wins, and acknowledged operations are lost (found by Jack Vanlightly, in
 * his TLA+ specifications of the protocol).
 * In this status it neither acknowledges nor answers others, and does not vote for the view it
 * transfers to. It does vote for later views: it has promised nothing since v', so its report is
 * that of a replica which slept through the views in between.
 */
import type { NodeId } from '../../sim/contract.ts';
import { type Context, isPrimary, primaryOf } from './context.ts';
import type { GetState, NewState } from './messages.ts';
import type { ReplicaState } from './state.ts';

/** §5.2: a message of a later view's primary shows that this replica has missed a view change. */
function learnOfLaterView(state: ReplicaState, context: Context, viewNumber: number): void {
  state.heardFromPrimary = true;
  if (viewNumber <= context.rules.highestViewOf(state)) return;
  context.rules.beginViewTransfer(state, context, viewNumber);
}

function beginViewTransfer(state: ReplicaState, context: Context, viewNumber: number): void {
  context.env.mark('state-transfer-started');
  state.status = 'state-transfer';
  state.transferView = viewNumber;
  state.transferAttempts = 0;
  context.rules.askForView(state, context);
  context.rules.armViewChangeTimer(state, context);
}

/** Of another view's log, only what is committed here is certain to be shared. */
function askForView(state: ReplicaState, context: Context): void {
  context.rules.sendGetState(state, context, state.transferView, state.commitNumber);
  context.env.setTimer('stateTransfer', context.options.stateTransferRetry);
}

function sendGetState(
  state: ReplicaState,
  context: Context,
  viewNumber: number,
  afterOpNumber: number,
): void {
  const source = context.rules.chooseTransferSource(state, context, viewNumber);
  state.transferAttempts++;
  context.env.send(source, { type: 'GetState', viewNumber, afterOpNumber });
}

/** First the primary of the view, which is sure to have its log; then the others in turn. */
function chooseTransferSource(state: ReplicaState, context: Context, viewNumber: number): NodeId {
  const source = primaryOf(viewNumber + state.transferAttempts, context.replicas);
  return source === state.replicaNumber ? primaryOf(source + 1, context.replicas) : source;
}

function onStateTransferTimer(state: ReplicaState, context: Context): void {
  if (state.status === 'state-transfer') context.rules.askForView(state, context);
}

/** §5.2: a backup of the current view has missed entries; give them some time to arrive. */
function noticeMissing(state: ReplicaState, context: Context, opNumber: number): void {
  if (opNumber > state.highestSeen) state.highestSeen = opNumber;
  if (state.isGapArmed) return;
  state.isGapArmed = true;
  state.opNumberAtGap = state.opNumber;
  context.env.setTimer('gap', context.options.gapPatience);
}

function onGapTimer(state: ReplicaState, context: Context): void {
  state.isGapArmed = false;
  if (state.status !== 'normal' || isPrimary(state, context)) return;
  if (state.highestSeen <= state.opNumber) return;
  if (state.opNumber === state.opNumberAtGap) {
    context.env.mark('missing-entries-requested');
    context.rules.sendGetState(state, context, state.viewNumber, state.opNumber);
  }
  context.rules.noticeMissing(state, context, state.highestSeen);
}

/** §5.2: only a normal replica of the same view answers. */
function onGetState(state: ReplicaState, context: Context, from: NodeId, message: GetState): void {
  if (state.status !== 'normal' || message.viewNumber !== state.viewNumber) return;
  context.env.send(from, context.rules.newStateFor(state, message.afterOpNumber));
}

function newStateFor(state: ReplicaState, afterOpNumber: number): NewState {
  return {
    type: 'NewState',
    viewNumber: state.viewNumber,
    afterOpNumber,
    entries: state.log.slice(afterOpNumber),
    opNumber: state.opNumber,
    commitNumber: state.commitNumber,
  };
}

/** §5.2: take over what was missing. */
function onNewState(state: ReplicaState, context: Context, message: NewState): void {
  const { rules } = context;
  if (state.status === 'state-transfer' && message.viewNumber === state.transferView) {
    rules.completeViewTransfer(state, context, message);
  } else if (state.status === 'normal' && message.viewNumber === state.viewNumber) {
    rules.fillGap(state, context, message);
  } else {
    context.env.mark('stale-message-dropped');
  }
}

function completeViewTransfer(state: ReplicaState, context: Context, message: NewState): void {
  const { rules } = context;
  if (message.afterOpNumber > state.commitNumber) return;
  const shared = state.log.slice(0, message.afterOpNumber);
  rules.adoptLog(state, context, shared.concat(message.entries), message.viewNumber);
  context.env.mark('state-transfer-completed');
  rules.enterNormal(state, context);
  rules.sendPrepareOk(state, context, primaryOf(state.viewNumber, context.replicas));
  rules.commitUpTo(state, context, rules.executableUpTo(state, message.commitNumber));
}

/** Within a view logs only grow, so that the answer can only add to what is here. */
function fillGap(state: ReplicaState, context: Context, message: NewState): void {
  const { rules } = context;
  if (isPrimary(state, context) || message.afterOpNumber > state.opNumber) return;
  const before = state.opNumber;
  const first = state.opNumber - message.afterOpNumber;
  for (let index = first; index < message.entries.length; index++) {
    rules.appendEntry(state, context, message.entries[index]!);
  }
  if (state.earlyCount > 0) rules.takeEarlyPrepares(state, context);
  if (state.opNumber > before) {
    context.env.mark('missing-entries-received');
    rules.sendPrepareOk(state, context, primaryOf(state.viewNumber, context.replicas));
  }
  rules.commitUpTo(state, context, rules.executableUpTo(state, message.commitNumber));
}

export const stateTransferRules = {
  learnOfLaterView,
  beginViewTransfer,
  askForView,
  sendGetState,
  chooseTransferSource,
  onStateTransferTimer,
  noticeMissing,
  onGapTimer,
  onGetState,
  newStateFor,
  onNewState,
  completeViewTransfer,
  fillGap,
};
