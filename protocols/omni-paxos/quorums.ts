/** Who is a member, and how many of them decide. */
import type { NodeId } from '../../sim/contract.ts';
import type { Context } from './context.ts';
import { acceptQuorumFor, leaderQuorumFor, prepareQuorumFor } from './options.ts';
import type { OmniState } from './state.ts';

export function membersOf({ replica }: OmniState): readonly NodeId[] {
  return replica.configuration.members;
}

export function isMember(state: OmniState, server: NodeId): boolean {
  return membersOf(state).includes(server);
}

/** The other members: a server is none of its own peers. */
export function peersOf(state: OmniState): readonly NodeId[] {
  return membersOf(state).filter((member) => member !== state.id);
}

/** Servers that have to promise before a leader may go on. */
function prepareQuorumOf(state: OmniState, { options }: Context): number {
  return prepareQuorumFor(membersOf(state).length, options);
}

/** Servers that have to accept an entry before it is decided. */
function acceptQuorumOf(state: OmniState, { options }: Context): number {
  return acceptQuorumFor(membersOf(state).length, options);
}

/** Servers that whoever wants to lead has to reach, itself among them. */
function leaderQuorumOf(state: OmniState, { options }: Context): number {
  return leaderQuorumFor(membersOf(state).length, options);
}

export const quorumRules = { prepareQuorumOf, acceptQuorumOf, leaderQuorumOf };
