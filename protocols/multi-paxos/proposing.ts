/**
 * The replica: §2.1, figure "replica". It proposes what clients ask for in the slots that follow,
 * learns decisions, and performs them in the order of slots.
 *
 * Deviation: proposals go to the leader that is believed to be active, not to all, and are sent
 * again when another one is heard of or no progress is made. A client asks that leader's node, so
 * that as a rule one replica proposes and slots are not fought over.
 * Deviation: of all replicas, the one that the client has asked answers.
 */
import type { NodeId } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { leaderOf, NO_BALLOT } from './ballot.ts';
import type { Context } from './context.ts';
import type { Command, Decision, Reconfiguration, Request, Response } from './messages.ts';
import { dropBelow, endOf, setValue, valueAt } from './slots.ts';
import type { PaxosState, ReplicaRole } from './state.ts';

/** The wait between proposals of the same slot doubles while they lead nowhere. */
export const PROPOSE_BACKOFF_MAX = 4;

/** Proposals that one resend repeats at most. */
const RESEND_LIMIT = 16;

/** ⟨request, c⟩ */
function onRequest(state: PaxosState, context: Context, request: Request): void {
  const { env, machine, options, rules } = context;
  if (options.readMode !== 'log' && machine.isReadOnly(request.operation)) {
    rules.onRead(state, context, request);
    return;
  }
  switch (rules.standingOf(state, request)) {
    case 'new':
      state.replica.asked[request.clientId] = request.requestNumber;
      state.replica.requests.push(request);
      rules.propose(state, context);
      break;
    case 'executed':
      env.mark('response-from-cache');
      rules.respond(state, context, request);
      break;
    case 'old':
      env.mark('old-request-dropped');
      break;
    case 'pending':
      return;
  }
}

/** propose(): as long as the window is open, the next request takes the next free slot. */
function propose(state: PaxosState, context: Context): void {
  const { replica } = state;
  const { rules } = context;
  if (replica.slotIn < replica.slotOut) replica.slotIn = replica.slotOut;
  const end = replica.slotOut + context.options.window;
  while (replica.requests.length > 0 && replica.slotIn < end) {
    const slot = replica.slotIn;
    const isFree = rules.isFree(state, slot);
    const command = isFree ? rules.nextCommand(replica, context) : null;
    if (isFree && command === null) return;
    // First of all, for the own acceptor moves it as well, if this node leads.
    replica.slotIn = slot + 1;
    if (command === null) continue;
    setValue(replica.proposals, slot, command);
    rules.sendPropose(state, context, slot, command);
  }
  if (replica.requests.length > 0) context.env.mark('window-full');
}

function isFree({ replica, leader }: PaxosState, slot: number): boolean {
  return (
    slot >= leader.proposals.first &&
    valueAt(replica.decisions, slot) === null &&
    valueAt(replica.proposals, slot) === null &&
    valueAt(leader.proposals, slot) === null
  );
}

/** The oldest request that was not executed meanwhile, with others if they may share a slot. */
function nextCommand(replica: ReplicaRole, context: Context): Command | null {
  const batch: Request[] = [];
  while (replica.requests.length > 0 && batch.length < context.options.batchSize) {
    const next = replica.requests[0]!;
    if (next.type === 'Reconfiguration') {
      if (batch.length === 0) return replica.requests.shift() as Reconfiguration;
      break;
    }
    replica.requests.shift();
    if (!context.rules.isExecuted(replica, next)) batch.push(next);
  }
  if (batch.length > 1) return { type: 'Batch', requests: batch };
  return batch[0] ?? null;
}

/** To the leader that is believed to be active; without one, it has to wait until one is heard. */
function sendPropose(state: PaxosState, context: Context, slot: number, command: Command): void {
  const { leader } = state;
  const { env, rules } = context;
  const known = leaderOf(leader.followed);
  if (leader.isActive || leader.scout !== null) {
    rules.onPropose(state, context, state.id, slot, command);
  } else if (leader.followed !== NO_BALLOT && known !== state.id) {
    env.sendUnsynced(known, { type: 'Propose', slot, command });
  }
  rules.armProposeResend(state, context);
}

function armProposeResend(state: PaxosState, context: Context): void {
  const { replica } = state;
  if (replica.isProposeArmed) return;
  replica.isProposeArmed = true;
  replica.slotOutAtPropose = replica.slotOut;
  const patience = 2 ** Math.min(replica.fruitlessProposes, PROPOSE_BACKOFF_MAX);
  context.env.setTimer('proposeResend', context.options.proposeResend * patience);
}

function onProposeResendTimer(state: PaxosState, context: Context): void {
  const { replica } = state;
  const { rules } = context;
  replica.isProposeArmed = false;
  const isStuck = replica.slotOut === replica.slotOutAtPropose;
  replica.fruitlessProposes = isStuck ? replica.fruitlessProposes + 1 : 0;
  if (isStuck) rules.proposeAgain(state, context);
  if (endOf(replica.proposals) > replica.slotOut) rules.armProposeResend(state, context);
}

/** Its open proposals, to whoever leads now; the slots between them are free again. */
function proposeAgain(state: PaxosState, context: Context): void {
  const { replica } = state;
  const { rules } = context;
  const end = Math.min(endOf(replica.proposals), replica.slotOut + RESEND_LIMIT);
  for (let slot = replica.slotOut; slot < end; slot++) {
    const command = valueAt(replica.proposals, slot);
    if (command !== null) rules.sendPropose(state, context, slot, command);
  }
  replica.slotIn = replica.slotOut;
  rules.propose(state, context);
}

/** ⟨decision, s, c⟩ */
function onDecisionMessage(state: PaxosState, context: Context, message: Decision): void {
  context.rules.onDecision(state, context, message.slot, message.command);
}

function onDecision(state: PaxosState, context: Context, slot: number, command: Command): void {
  context.rules.recordDecision(state, context, slot, command);
  context.rules.performDecided(state, context);
}

/** A leader whose own proposal lost has been overtaken by one that it has not heard of yet. */
function recordDecision(state: PaxosState, context: Context, slot: number, command: Command): void {
  const { replica, leader } = state;
  if (slot < replica.slotOut || valueAt(replica.decisions, slot) !== null) return;
  setValue(replica.decisions, slot, command);
  if (slot >= replica.decidedBelow) replica.decidedBelow = slot + 1;
  if (!leader.isActive) return;
  const own = valueAt(leader.proposals, slot);
  if (own !== null && own !== command) context.rules.stepDown(state, context);
}

/** while ∃c: ⟨slot_out, c⟩ ∈ decisions. A proposal that lost its slot is a request again. */
function performDecided(state: PaxosState, context: Context): void {
  const { replica, leader } = state;
  const { rules } = context;
  const before = replica.slotOut;
  for (;;) {
    const slot = replica.slotOut;
    const command = valueAt(replica.decisions, slot);
    if (command === null) break;
    const own = valueAt(replica.proposals, slot);
    if (own !== null && own !== command) rules.takeBack(state, context, own);
    replica.slotOut = slot + 1;
    rules.perform(state, context, slot, command);
    dropBelow(replica.proposals, replica.slotOut);
  }
  if (replica.decidedBelow > replica.slotOut) rules.noticeMissing(state, context);
  if (replica.slotOut === before) return;
  dropBelow(leader.proposals, replica.slotOut);
  dropBelow(leader.commanders, replica.slotOut);
  rules.forgetOldConfigurations(state, context);
  rules.compactIfDue(state, context);
  rules.serveWaitingReads(state, context);
  rules.proposeAdopted(state, context);
  rules.propose(state, context);
}

/** What lost its slot goes first; what was executed meanwhile is left out when its turn comes. */
function takeBack(state: PaxosState, context: Context, command: Command): void {
  context.env.mark('proposal-lost-its-slot');
  const { requests } = state.replica;
  switch (command.type) {
    case 'Request':
    case 'Reconfiguration':
      requests.unshift(command);
      break;
    case 'Batch':
      requests.unshift(...command.requests);
      break;
    case 'NoOp':
      break;
    default:
      command satisfies never;
  }
}

/** perform(κ, cid, op): in order, each command once however many slots it was decided in. */
function perform(state: PaxosState, context: Context, slot: number, command: Command): void {
  const { rules } = context;
  switch (command.type) {
    case 'Request':
      rules.execute(state, context, command);
      break;
    case 'Batch':
      for (const request of command.requests) rules.execute(state, context, request);
      break;
    case 'Reconfiguration':
      rules.performReconfiguration(state, context, slot, command);
      break;
    case 'NoOp':
      break;
    default:
      command satisfies never;
  }
}

function execute(state: PaxosState, context: Context, request: Request): void {
  const { replica } = state;
  const { env, machine, rules } = context;
  if (rules.isExecuted(replica, request)) {
    env.mark('duplicate-skipped');
    return;
  }
  const result = machine.apply(replica.app, request.operation);
  replica.executed.push(request.operation);
  replica.clientTable[request.clientId] = { requestNumber: request.requestNumber, result };
  if (replica.asked[request.clientId] === request.requestNumber) {
    rules.respond(state, context, request);
  }
}

/** ⟨response, cid, result⟩ */
function respond(state: PaxosState, context: Context, { clientId }: Request): void {
  const { requestNumber, result } = state.replica.clientTable[clientId]!;
  const response = context.rules.responseFor(state, requestNumber, result);
  context.rules.sendResponse(context, clientId, response);
}

function responseFor(state: PaxosState, requestNumber: number, result: Plain): Response {
  const { slotOut } = state.replica;
  return { type: 'Response', requestNumber, result, ballot: state.leader.followed, slotOut };
}

/** What is decided is on the disks of a quorum: the own one need not have it. */
function sendResponse(context: Context, clientId: NodeId, response: Response): void {
  context.env.sendUnsynced(clientId, response);
}

export const proposingRules = {
  onRequest,
  propose,
  isFree,
  nextCommand,
  sendPropose,
  armProposeResend,
  onProposeResendTimer,
  proposeAgain,
  onDecisionMessage,
  onDecision,
  recordDecision,
  performDecided,
  takeBack,
  perform,
  execute,
  respond,
  responseFor,
  sendResponse,
};
