/**
 * Who votes on which slot, and how many of them it takes (§2.1, and Heidi Howard, Dahlia Malkhi and
 * Alexander Spiegelman, "Flexible Paxos: Quorum Intersection Revisited", OPODIS 2016: it is enough
 * that every phase 1 quorum meets every phase 2 quorum).
 */
import type { NodeId } from '../../sim/contract.ts';
import type { Context } from './context.ts';
import type { Configuration } from './messages.ts';
import { phase2QuorumFor } from './options.ts';
import type { PaxosState, ReplicaRole } from './state.ts';

/** The configuration of a slot; of slots that may not be proposed for yet it is not final. */
export function configurationAt({ configurations }: ReplicaRole, slot: number): Configuration {
  let found = configurations[0]!;
  for (const configuration of configurations) {
    if (configuration.first <= slot) found = configuration;
  }
  return found;
}

/** Those of the slots that may be open: from the next one to perform, WINDOW of them. */
export function configurationsInForce(state: PaxosState, context: Context): Configuration[] {
  const { configurations, slotOut } = state.replica;
  const end = slotOut + context.options.window;
  return configurations.filter(({ first }, index) => {
    const next = configurations[index + 1]?.first;
    return first < end && (next === undefined || next > slotOut);
  });
}

/** Everybody who has a vote on some open slot, each once. */
export function membersInForce(state: PaxosState, context: Context): readonly NodeId[] {
  const inForce = configurationsInForce(state, context);
  if (inForce.length === 1) return inForce[0]!.members;
  const members = new Set(inForce.flatMap((configuration) => configuration.members));
  return context.nodes.filter((node) => members.has(node));
}

/** Acceptors that have to accept a pvalue before it is decided. */
function phase2QuorumOf({ members }: Configuration, { options }: Context): number {
  return phase2QuorumFor(members.length, options);
}

/** Acceptors that have to promise, so that at least one of them has accepted what is decided. */
function phase1QuorumOf(configuration: Configuration, context: Context): number {
  return configuration.members.length - context.rules.phase2QuorumOf(configuration, context) + 1;
}

/** Whether of each configuration in force enough members are among those asked about. */
export function isQuorumInForce(
  state: PaxosState,
  context: Context,
  quorumOf: (configuration: Configuration, context: Context) => number,
  isCounted: (member: NodeId) => boolean,
): boolean {
  return configurationsInForce(state, context).every(
    (configuration) =>
      configuration.members.filter(isCounted).length >= quorumOf(configuration, context),
  );
}

/** Whether the node has a vote on some open slot, or will have one. */
export function isMember(state: PaxosState, context: Context, node: NodeId): boolean {
  return membersInForce(state, context).includes(node);
}

export const configurationRules = { phase2QuorumOf, phase1QuorumOf };
