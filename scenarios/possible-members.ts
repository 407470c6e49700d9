/** Which replicas operators may ask for as members, where a protocol does not take them all. */
import type { NodeId, Options, Protocol } from '../sim/contract.ts';
import type { Fault } from '../sim/fault.ts';

type Choosy = Pick<Protocol, 'canBeMember'>;

/** Ids of the replicas that may be members under these options, which are complete. */
export function possibleMembers(
  protocol: Choosy,
  options: Options,
  replicas: number,
): readonly NodeId[] {
  const all = Array.from({ length: replicas }, (_, replica) => replica);
  return all.filter((replica) => protocol.canBeMember?.(replica, options) ?? true);
}

/**
 * A drawn fault that asks for members asks for those that can be members; where none of them can,
 * it asks for others instead. Any other fault stays as it is.
 */
export function withPossibleMembers<F extends Fault>(fault: F, possible: readonly NodeId[]): F {
  if (fault.fault !== 'reconfigure' || possible.length === 0) return fault;
  const isPossible = (member: unknown): boolean =>
    typeof member !== 'number' || possible.includes(member);
  const members = fault.members.filter(isPossible);
  if (members.length === fault.members.length) return fault;
  if (members.length > 0) return { ...fault, members };
  const others = fault.members.map((member) => possible[Number(member) % possible.length]!);
  return { ...fault, members: [...new Set(others)] };
}

/** More replicas than this that are no members are not looked for. */
const OTHERS_MAX = 16;

/**
 * How many replicas there have to be for so many possible members under these options, which are
 * complete; undefined if no number of them makes so many.
 */
export function replicasFor(
  protocol: Choosy,
  options: Options,
  members: number,
): number | undefined {
  const counts = Array.from({ length: OTHERS_MAX + 1 }, (_, others) => members + others);
  return counts.find((count) => possibleMembers(protocol, options, count).length === members);
}
