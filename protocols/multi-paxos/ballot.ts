/**
 * Ballot numbers: pairs of a round and the leader that owns it, ordered by round and then by leader
 * (van Renesse & Altinbuken, §2.2). One integer holds the pair, so that comparing numbers compares
 * pairs and a ballot costs no object.
 */
import type { NodeId } from '../../sim/contract.ts';
import type { NumberNames } from '../../sim/number-names.ts';

export type Ballot = number;

/** Leaders that share a round: more than any cluster has nodes. */
const LEADERS = 1024;

/** Before the first round; nobody's. The paper's ⊥. */
export const NO_BALLOT: Ballot = 0;

export function ballotOf(round: number, leader: NodeId): Ballot {
  return round * LEADERS + leader;
}

export function roundOf(ballot: Ballot): number {
  return Math.floor(ballot / LEADERS);
}

export function leaderOf(ballot: Ballot): NodeId {
  return ballot % LEADERS;
}

/** The first ballot of `leader` in the round after that of `ballot`. */
export function ballotAfter(ballot: Ballot, leader: NodeId): Ballot {
  return ballotOf(roundOf(ballot) + 1, leader);
}

/** As reports name it: `3.1` is round 3 of leader 1. */
export function ballotName(ballot: Ballot): string {
  return ballot === NO_BALLOT ? 'none' : `${roundOf(ballot)}.${leaderOf(ballot)}`;
}

/** Wherever states and messages hold a ballot. Rounds of `leadership` are numbers as they are. */
export const ballotNames: NumberNames = {
  fields: {
    ballot: ballotName,
    inReplyTo: ballotName,
    preemptedBy: ballotName,
    followed: ballotName,
  },
  acknowledgedRound: ballotName,
};
