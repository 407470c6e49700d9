/**
 * Ballots: who may lead, in which round, of which configuration (Ng, Haridi and Carbone, EuroSys
 * 2023, §5). They are ordered by configuration, then round, then priority, then server. One
 * integer holds all four, so that comparing numbers compares ballots and a ballot costs no object.
 *
 * Deviation: the paper's ballots are those of one configuration. Here a later configuration's come
 * after all of an earlier one's, so that whoever has promised in the later one is safe from the
 * earlier one's leaders by the same rule as from any.
 */
import type { NodeId } from '../../sim/contract.ts';
import type { NumberNames } from '../../sim/number-names.ts';

export type Ballot = number;

/** More than any cluster has nodes, priorities and rounds; all four parts fit into 53 bits. */
const SERVERS = 1 << 10;
const PRIORITIES = 1 << 6;
const ROUNDS = 1 << 24;

/** Before the first ballot of the first configuration; nobody's. The paper's ⊥. */
export const NO_BALLOT: Ballot = 0;

export function ballotOf(
  configuration: number,
  round: number,
  priority: number,
  server: NodeId,
): Ballot {
  return ((configuration * ROUNDS + round) * PRIORITIES + priority) * SERVERS + server;
}

/** Below every ballot of this configuration, and above every one of those before. */
export function noBallotOf(configuration: number): Ballot {
  return ballotOf(configuration, 0, 0, 0);
}

export function ownerOf(ballot: Ballot): NodeId {
  return ballot % SERVERS;
}

export function roundOf(ballot: Ballot): number {
  return Math.floor(ballot / (SERVERS * PRIORITIES)) % ROUNDS;
}

export function configurationOf(ballot: Ballot): number {
  return Math.floor(ballot / (SERVERS * PRIORITIES * ROUNDS));
}

/** Whether anybody can lead in it: rounds of leaders count from 1. */
export function isSomebodys(ballot: Ballot): boolean {
  return roundOf(ballot) > 0;
}

/** As reports name it: `3.1` is round 3 of server 1, `2:3.1` that of the second configuration. */
export function ballotName(ballot: Ballot): string {
  if (!isSomebodys(ballot)) return 'none';
  const configuration = configurationOf(ballot);
  const name = `${roundOf(ballot)}.${ownerOf(ballot)}`;
  return configuration === 0 ? name : `${configuration + 1}:${name}`;
}

/** Wherever states and messages hold a ballot. */
export const ballotNames: NumberNames = {
  fields: {
    ballot: ballotName,
    leader: ballotName,
    promised: ballotName,
    acceptedRound: ballotName,
    adoptedRound: ballotName,
  },
  round: ballotName,
  acknowledgedRound: ballotName,
};
