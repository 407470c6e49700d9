/**
 * View changes: Liskov & Cowling, "Viewstamped Replication Revisited", §4.2.
 *
 * Deviation: messages are sent again until the view has started, and a view change that stalls
 * gives way to the next view, with growing patience. The paper leaves lost messages to the reader.
 * Deviation: a StartViewChange for the view in which a replica is normal does not disturb it; its
 * primary sends the straggler the StartView again.
 */
import type { Micros, NodeId } from '../../sim/contract.ts';
import { type Context, isPrimary, primaryOf, sendToOthers } from './context.ts';
import type { DoViewChange, Request, StartView, StartViewChange } from './messages.ts';
import { EARLY_WINDOW, NO_MESSAGE, type ReplicaState } from './state.ts';

/** Patience with view changes doubles at each stall, up to 2 to this power. */
export const VIEW_CHANGE_BACKOFF_MAX = 3;

/** §4.2: a backup that hears nothing from its primary, or of the view to come, goes to the next. */
function onViewChangeTimer(state: ReplicaState, context: Context): void {
  if (!context.rules.takesPart(state)) return;
  if (state.status === 'normal' && isPrimary(state, context)) return;
  if (state.heardFromPrimary) {
    context.rules.armViewChangeTimer(state, context);
    return;
  }
  if (state.status === 'view-change') {
    state.stalledViewChanges++;
    context.env.mark('view-change-stalled');
  }
  context.rules.startViewChange(state, context, context.rules.highestViewOf(state) + 1);
}

/** §4.3: while a replica recovers, it takes part neither in requests nor in view changes. */
function takesPart(state: ReplicaState): boolean {
  return state.status !== 'recovering';
}

/** The latest view that this replica takes part in or knows to be on its way. */
function highestViewOf(state: ReplicaState): number {
  return state.status === 'state-transfer' ? state.transferView : state.viewNumber;
}

function armViewChangeTimer(state: ReplicaState, context: Context): void {
  state.heardFromPrimary = false;
  context.env.setTimer('viewChange', context.rules.viewChangePatience(state, context));
}

function viewChangePatience(state: ReplicaState, context: Context): Micros {
  const stalls = Math.min(state.stalledViewChanges, VIEW_CHANGE_BACKOFF_MAX);
  return (context.options.viewChangeTimeout + state.timeoutSpread) * 2 ** stalls;
}

/** §4.2 step 1: advance the view-number, tell the others. */
function startViewChange(state: ReplicaState, context: Context, viewNumber: number): void {
  const { rules, env } = context;
  env.mark('view-change-started');
  state.status = 'view-change';
  state.viewNumber = viewNumber;
  state.hasSentDoViewChange = false;
  state.startViewChanges.fill(NO_MESSAGE);
  state.doViewChanges.fill(null);
  rules.persistViews(state, context);
  rules.resumeViewChange(state, context);
}

/** What a view change does at its start, and again after a restart in the middle of it. */
function resumeViewChange(state: ReplicaState, context: Context): void {
  state.startViewChanges[state.replicaNumber] = state.crashVector[state.replicaNumber]!;
  sendToOthers(state, context, context.rules.startViewChangeFor(state));
  context.rules.armViewChangeTimer(state, context);
  context.env.setTimer('viewChangeResend', context.options.viewChangeResend);
}

function startViewChangeFor(state: ReplicaState): StartViewChange {
  return {
    type: 'StartViewChange',
    viewNumber: state.viewNumber,
    crashVector: state.crashVector,
  };
}

/** Messages may be lost: until the view starts, say again what has been said. */
function onViewChangeResendTimer(state: ReplicaState, context: Context): void {
  if (state.status !== 'view-change') return;
  sendToOthers(state, context, context.rules.startViewChangeFor(state));
  if (state.hasSentDoViewChange) context.rules.sendDoViewChange(state, context);
  context.env.setTimer('viewChangeResend', context.options.viewChangeResend);
}

/** §4.2 steps 1 and 2: join a later view change; count the replicas that have joined this one. */
function onStartViewChange(
  state: ReplicaState,
  context: Context,
  from: NodeId,
  message: StartViewChange,
): void {
  const { rules } = context;
  if (!rules.takesPart(state)) return;
  if (!rules.acceptCrashVector(state, context, from, message.crashVector)) return;
  if (message.viewNumber > rules.highestViewOf(state)) {
    rules.startViewChange(state, context, message.viewNumber);
  }
  if (message.viewNumber !== state.viewNumber) {
    context.env.mark('stale-message-dropped');
    return;
  }
  if (state.status === 'view-change') {
    state.startViewChanges[from] = message.crashVector[from]!;
    rules.checkStartViewChanges(state, context);
  } else if (state.status === 'normal' && isPrimary(state, context)) {
    context.env.send(from, rules.startViewFor(state));
  }
}

/** §4.2 step 2: with f others in the view change, report to the new primary. */
function checkStartViewChanges(state: ReplicaState, context: Context): void {
  if (state.hasSentDoViewChange) return;
  if (context.rules.countStartViewChanges(state) < context.quorum) return;
  state.hasSentDoViewChange = true;
  context.env.mark('view-change-reported');
  context.rules.sendDoViewChange(state, context);
}

/** Distinct replicas in the view change, this one included. */
function countStartViewChanges(state: ReplicaState): number {
  let count = 0;
  for (const crashes of state.startViewChanges) {
    if (crashes !== NO_MESSAGE) count++;
  }
  return count;
}

function sendDoViewChange(state: ReplicaState, context: Context): void {
  const message = context.rules.doViewChangeFor(state);
  if (isPrimary(state, context)) {
    context.rules.collectDoViewChange(state, context, state.replicaNumber, message);
  } else {
    context.env.send(primaryOf(state.viewNumber, context.replicas), message);
  }
}

function doViewChangeFor(state: ReplicaState): DoViewChange {
  return {
    type: 'DoViewChange',
    viewNumber: state.viewNumber,
    log: state.log.slice(),
    lastNormalView: state.lastNormalView,
    opNumber: state.opNumber,
    commitNumber: state.commitNumber,
    crashVector: state.crashVector,
  };
}

/** §4.2 steps 1 and 3: join a later view change; as its primary, collect the reports. */
function onDoViewChange(
  state: ReplicaState,
  context: Context,
  from: NodeId,
  message: DoViewChange,
): void {
  const { rules } = context;
  if (!rules.takesPart(state)) return;
  if (!rules.acceptCrashVector(state, context, from, message.crashVector)) return;
  if (message.viewNumber > rules.highestViewOf(state)) {
    rules.startViewChange(state, context, message.viewNumber);
  }
  if (message.viewNumber !== state.viewNumber || state.status !== 'view-change') {
    context.env.mark('stale-message-dropped');
    return;
  }
  if (isPrimary(state, context)) rules.collectDoViewChange(state, context, from, message);
}

/** §4.2 step 3: f + 1 reports, the own one among them, make the new primary. */
function collectDoViewChange(
  state: ReplicaState,
  context: Context,
  from: NodeId,
  message: DoViewChange,
): void {
  state.doViewChanges[from] = message;
  const collected: DoViewChange[] = [];
  for (const doViewChange of state.doViewChanges) {
    if (doViewChange !== null) collected.push(doViewChange);
  }
  if (collected.length < context.quorum) return;
  if (state.doViewChanges[state.replicaNumber] === null) return;
  context.rules.becomePrimary(state, context, collected);
}

/** §4.2 steps 3 and 4: the new primary starts the view. */
function becomePrimary(
  state: ReplicaState,
  context: Context,
  collected: readonly DoViewChange[],
): void {
  const { rules } = context;
  const { log } = rules.chooseLog(collected);
  const commitNumber = rules.chooseCommitNumber(collected);
  rules.adoptLog(state, context, log, state.viewNumber);
  context.env.mark('primary-elected');
  rules.enterNormal(state, context);
  rules.commitUpTo(state, context, rules.executableUpTo(state, commitNumber));
  sendToOthers(state, context, rules.startViewFor(state));
}

/** §4.2 step 3: the log of the latest normal view; among equals the longest. */
function chooseLog(collected: readonly DoViewChange[]): DoViewChange {
  let best = collected[0]!;
  for (const candidate of collected) {
    if (
      candidate.lastNormalView > best.lastNormalView ||
      (candidate.lastNormalView === best.lastNormalView && candidate.opNumber > best.opNumber)
    ) {
      best = candidate;
    }
  }
  return best;
}

/** §4.2 step 3: the largest commit-number reported. */
function chooseCommitNumber(collected: readonly DoViewChange[]): number {
  let largest = 0;
  for (const { commitNumber } of collected) largest = Math.max(largest, commitNumber);
  return largest;
}

/** Replaces the log by that of a started view, which is now this replica's last normal view. */
function adoptLog(
  state: ReplicaState,
  context: Context,
  log: readonly Request[],
  viewNumber: number,
): void {
  const previous = state.log;
  state.log = log.slice();
  state.opNumber = log.length;
  state.viewNumber = viewNumber;
  state.lastNormalView = viewNumber;
  context.rules.persistAdoptedLog(state, context, previous);
  context.rules.rebuildClientTable(state);
}

/** Takes up normal operation of the current view: fresh bookkeeping, and the timers of its role. */
function enterNormal(state: ReplicaState, context: Context): void {
  const { rules, env, options } = context;
  state.status = 'normal';
  state.stalledViewChanges = 0;
  state.highestSeen = state.opNumber;
  state.earlyCount = 0;
  for (let slot = 0; slot < EARLY_WINDOW; slot++) state.earlyPrepares[slot] = null;
  state.startViewChanges.fill(NO_MESSAGE);
  state.doViewChanges.fill(null);
  state.ackedOpNumbers.fill(0);
  if (isPrimary(state, context)) {
    state.preparedSinceHeartbeat = true;
    state.fruitlessResends = 0;
    env.setTimer('heartbeat', options.heartbeatInterval);
    rules.acknowledgeOwn(state, context);
    rules.armPrepareResend(state, context);
  } else {
    rules.armViewChangeTimer(state, context);
  }
}

function startViewFor(state: ReplicaState): StartView {
  return {
    type: 'StartView',
    viewNumber: state.viewNumber,
    log: state.log.slice(),
    opNumber: state.opNumber,
    commitNumber: state.commitNumber,
    crashVector: state.crashVector,
  };
}

/** §4.2 step 5: the other replicas take over the log of the new view. */
function onStartView(
  state: ReplicaState,
  context: Context,
  from: NodeId,
  message: StartView,
): void {
  const { rules } = context;
  if (!rules.takesPart(state)) return;
  if (!rules.acceptCrashVector(state, context, from, message.crashVector)) return;
  if (!rules.awaitsView(state, message.viewNumber)) {
    context.env.mark('stale-message-dropped');
    return;
  }
  rules.adoptLog(state, context, message.log, message.viewNumber);
  context.env.mark('view-change-completed');
  rules.enterNormal(state, context);
  rules.sendPrepareOk(state, context, from);
  rules.commitUpTo(state, context, rules.executableUpTo(state, message.commitNumber));
}

/** Whether the start of `viewNumber` is news: the view being changed to, or a later one. */
function awaitsView(state: ReplicaState, viewNumber: number): boolean {
  if (state.status === 'state-transfer') return viewNumber >= state.transferView;
  if (state.status === 'view-change') return viewNumber >= state.viewNumber;
  return viewNumber > state.viewNumber;
}

export const viewChangeRules = {
  onViewChangeTimer,
  takesPart,
  highestViewOf,
  armViewChangeTimer,
  viewChangePatience,
  startViewChange,
  resumeViewChange,
  startViewChangeFor,
  onViewChangeResendTimer,
  onStartViewChange,
  checkStartViewChanges,
  countStartViewChanges,
  sendDoViewChange,
  doViewChangeFor,
  onDoViewChange,
  collectDoViewChange,
  becomePrimary,
  chooseLog,
  chooseCommitNumber,
  adoptLog,
  enterNormal,
  startViewFor,
  onStartView,
  awaitsView,
};
