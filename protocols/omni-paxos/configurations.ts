/**
 * Reconfiguration (§6): a stop-sign is the last entry of its configuration, and names the members
 * of the next one. Once it is decided, nothing can be decided in the old configuration any more;
 * a member of the new one begins it as soon as it has all entries before, from whomever it got
 * them. Old servers that are no members any more tell the new ones, until these have begun.
 */
import type { NodeId } from '../../sim/contract.ts';
import type { Context } from './context.ts';
import { cutAt } from './log.ts';
import type { Configuration, ConfigurationKnown, NextConfiguration, StopSign } from './messages.ts';
import { isMember } from './quorums.ts';
import { enterConfiguration, type OmniState } from './state.ts';

/** So many that no two wishes of a run are likely to be the same. */
const WISHES = 2 ** 30;

/** An operator asks this server for other members; it survives the crash of who was asked. */
function onReconfigure(state: OmniState, context: Context, members: readonly NodeId[]): void {
  const { replica } = state;
  const { env, rules, nodes } = context;
  env.mark('reconfiguration-requested');
  const known = nodes.filter((node) => members.includes(node));
  if (known.length === 0) return;
  const wish = 1 + env.random(WISHES);
  replica.wish = { type: 'StopSign', members: known, askedOf: state.id, wish };
  rules.persistWish(state, context);
  rules.pursueWish(state, context);
}

/** Until it is decided: whichever configuration it ends. */
function pursueWish(state: OmniState, context: Context): void {
  const { replica } = state;
  const { wish } = replica;
  if (wish === null) return;
  if (replica.decidedWishes[wish.askedOf] === wish.wish) {
    replica.wish = null;
    context.rules.persistWish(state, context);
  } else if (!replica.waiting.includes(wish)) {
    context.rules.propose(state, context, wish);
  }
}

/** The stop-sign is decided: this configuration is over. */
function endConfiguration(state: OmniState, context: Context, stopSign: StopSign): void {
  context.env.mark('configuration-ended');
  context.rules.beginConfiguration(state, context, context.rules.nextOf(state, stopSign));
}

/** The one that a stop-sign, just decided, is followed by. */
function nextOf({ replica, paxos }: OmniState, { members }: StopSign): Configuration {
  return { id: replica.configuration.id + 1, from: paxos.decidedLength, members };
}

/** Nothing of the old configuration counts in the new one, but for what was decided. */
function beginConfiguration(
  state: OmniState,
  context: Context,
  configuration: Configuration,
): void {
  const { paxos, migration } = state;
  const { env, rules } = context;
  const wasLeading = state.leader.ballot !== 0;
  rules.stepDown(state, context);
  rules.endSession(state);
  state.session.attempt = 0;
  cutAt(paxos.log, configuration.from);
  enterConfiguration(state, configuration);
  paxos.phase = 'none';
  migration.informed = {};
  if (configuration.id > migration.latest.id) migration.latest = configuration;
  rules.persistConfiguration(state, context);
  if (isMember(state, state.id)) env.mark('configuration-begun');
  rules.resetElection(state, context);
  if (wasLeading && isMember(state, state.id)) {
    rules.takeOver(state, context);
    rules.leadIfElected(state, context);
  }
  rules.announceConfiguration(state, context);
}

/** Who takes part in another configuration is told of this one, or knows a later one. */
function onOtherConfiguration(state: OmniState, context: Context, from: NodeId, id: number): void {
  const { configuration } = state.replica;
  if (id < configuration.id) {
    context.env.sendUnsynced(from, { type: 'NextConfiguration', configuration });
  } else if (id > configuration.id) {
    context.rules.lookForDecisionsAt(state, context, from);
  }
}

/** To members that have not shown that they know it; they show it by their heartbeats. */
function announceConfiguration(state: OmniState, context: Context): void {
  const { replica, migration } = state;
  const { configuration } = replica;
  if (configuration.id === 0 || configuration.members.includes(state.id)) return;
  const message: NextConfiguration = { type: 'NextConfiguration', configuration };
  for (const member of configuration.members) {
    if (migration.informed[member] !== true) context.env.sendUnsynced(member, message);
  }
}

/** §6: there is a later configuration; its log has to be had before anything else. */
function onNextConfiguration(
  state: OmniState,
  context: Context,
  from: NodeId,
  { configuration }: NextConfiguration,
): void {
  const { migration, replica } = state;
  const { rules } = context;
  if (configuration.id <= replica.configuration.id) {
    rules.confirmConfiguration(state, context, from);
    return;
  }
  if (configuration.id > migration.latest.id) migration.latest = configuration;
  rules.wantDecisions(state, context, configuration.from, [from, ...configuration.members]);
}

/** Whoever announced it need not do so again. */
function confirmConfiguration(state: OmniState, context: Context, to: NodeId): void {
  const { id } = state.replica.configuration;
  context.env.sendUnsynced(to, { type: 'ConfigurationKnown', configuration: id });
}

function onConfigurationKnown(
  { migration, replica }: OmniState,
  from: NodeId,
  message: ConfigurationKnown,
): void {
  if (message.configuration >= replica.configuration.id) migration.informed[from] = true;
}

export const configurationRules = {
  onReconfigure,
  pursueWish,
  endConfiguration,
  nextOf,
  beginConfiguration,
  onOtherConfiguration,
  announceConfiguration,
  onNextConfiguration,
  confirmConfiguration,
  onConfigurationKnown,
};
