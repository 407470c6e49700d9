/**
 * Whom the acting master removes and adds, one at a time: van Renesse & Schneider, OSDI 2004, §3,
 * "Coping with Server Failures" and "Extending a Chain".
 *
 * Deviation: the paper's master knows who has failed. This one suspects a server that it has not
 * heard for a while, and may be wrong; so it removes nobody unless another server, which it does
 * hear, holds all that the chain has acknowledged. If it hears nobody, it is the one to be doubted.
 */
import type { NodeId } from '../../sim/contract.ts';
import { isSettled } from './configuration.ts';
import type { ChainCommand } from './configuration-machine.ts';
import type { MasterContext } from './master.ts';
import { ledgerOf, type MasterState } from './master-state.ts';
import { marginOf } from './options.ts';
import { NEVER } from './state.ts';

function chooseChange(state: MasterState, context: MasterContext): ChainCommand | undefined {
  const { rules } = context;
  return (
    rules.chooseRemoval(state, context) ??
    rules.chooseNextStepOfJoin(state) ??
    rules.chooseJoin(state, context)
  );
}

function chooseRemoval(state: MasterState, context: MasterContext): ChainCommand | undefined {
  const { rules } = context;
  const { epoch, chain, joining } = state.configuration;
  state.leaving = null;
  const candidates = joining === null || chain.includes(joining) ? chain : [...chain, joining];
  for (const server of candidates) {
    if (!rules.isToLeave(state, context, server)) continue;
    if (!rules.canGoOnWithout(state, context, server)) continue;
    if (rules.hasLeaseRunOut(state, context, server)) return { f: 'remove', epoch, server };
    context.env.mark('removal-waits-for-lease');
    state.leaving ??= server;
  }
  return undefined;
}

function isToLeave(state: MasterState, context: MasterContext, server: NodeId): boolean {
  return !context.rules.isHealthy(state, context, server) || !isWanted(state, server);
}

/** Heard lately, and still of the incarnation that was admitted. */
function isHealthy(state: MasterState, context: MasterContext, server: NodeId): boolean {
  return !context.rules.isSuspected(state, context, server) && !hasLostState(state, server);
}

function isSuspected(state: MasterState, { env, options }: MasterContext, server: NodeId): boolean {
  return env.now - (state.heardAt[server] ?? state.actingSince) > options.suspectAfter;
}

function hasLostState({ configuration, heartbeats }: MasterState, server: NodeId): boolean {
  const heard = heartbeats[server]?.incarnation ?? 0;
  return heard > (configuration.incarnations[server] ?? 0);
}

function isWanted(state: MasterState, server: NodeId): boolean {
  return ledgerOf(state).wanted?.includes(server) ?? true;
}

/**
 * Another settled server is there. If this one is healthy and only unwanted, it is one that is
 * wanted and has spoken since: who dies before an operator asks for it may rely on this one.
 */
function canGoOnWithout(state: MasterState, context: MasterContext, server: NodeId): boolean {
  const { configuration } = state;
  const isHealthy = context.rules.isHealthy(state, context, server);
  return configuration.chain.some(
    (other) =>
      other !== server &&
      isSettled(configuration, other) &&
      context.rules.isHealthy(state, context, other) &&
      context.rules.isThere(state, context, other) &&
      (!isHealthy || (isWanted(state, other) && context.rules.hasSpokenSince(state, other))),
  );
}

/** Since this master knows what is wanted: it echoes a reply that was sent later. */
function hasSpokenSince({ echoedAt, wantedSince }: MasterState, server: NodeId): boolean {
  return (echoedAt[server] ?? NEVER) > wantedSince;
}

/**
 * To remove one server on the word of another, that word has to be new: a heartbeat may be late,
 * but it was sent after the reply that it echoes.
 */
function isThere(state: MasterState, { env, options }: MasterContext, server: NodeId): boolean {
  const patience = options.suspectAfter - marginOf(options);
  return env.now - (state.echoedAt[server] ?? -Infinity) <= patience;
}

/** §3, "Extending a Chain": what the server that joins has reported under this epoch. */
function chooseNextStepOfJoin({
  configuration,
  heartbeats,
}: MasterState): ChainCommand | undefined {
  const { epoch, chain, joining, incarnations } = configuration;
  if (joining === null) return undefined;
  const heartbeat = heartbeats[joining];
  if (heartbeat?.epoch !== epoch || heartbeat.incarnation !== incarnations[joining])
    return undefined;
  if (chain.includes(joining)) {
    return heartbeat.status === 'member' ? { f: 'settleJoin', epoch, server: joining } : undefined;
  }
  return heartbeat.status === 'copied' ? { f: 'completeJoin', epoch, server: joining } : undefined;
}

/** A server asks to join by saying, under this epoch, that it is outside. */
function chooseJoin(state: MasterState, context: MasterContext): ChainCommand | undefined {
  const { epoch, chain, joining } = state.configuration;
  if (joining !== null) return undefined;
  for (const server of context.roles.servers) {
    const heartbeat = state.heartbeats[server];
    if (heartbeat?.epoch !== epoch || heartbeat.status !== 'outside') continue;
    if (chain.includes(server) || !isWanted(state, server)) continue;
    if (context.rules.isSuspected(state, context, server)) continue;
    const { incarnation } = heartbeat;
    const before = context.rules.placeFor(state, context, server);
    const command = { f: 'beginJoin', epoch, server, incarnation } as const;
    return before === undefined ? command : { ...command, before };
  }
  return undefined;
}

/** Before which server of the chain that one joins; undefined is as the tail (§3). */
function placeFor(
  _state: MasterState,
  _context: MasterContext,
  _server: NodeId,
): NodeId | undefined {
  return undefined;
}

export const failureDetectionRules = {
  chooseChange,
  chooseRemoval,
  isToLeave,
  isHealthy,
  isSuspected,
  canGoOnWithout,
  isThere,
  hasSpokenSince,
  chooseNextStepOfJoin,
  chooseJoin,
  placeFor,
};
