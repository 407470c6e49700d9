/**
 * Bugs planted in Multi-Paxos, by their rows in the zoo: each replaces one rule, or two that say
 * the same thing, and leaves the protocol's own files alone. MP-18 and MP-19 are rows of our own.
 */
import type { Mutant, Options } from '../../sim/contract.ts';
import { leaderClientBugs } from '../leader-client-mutants.ts';
import { leaderOf, NO_BALLOT } from './ballot.ts';
import { type ClientRules, clientRules, type SessionToken } from './client.ts';
import { snapshotWrite } from './durable-state.ts';
import { makeMultiPaxos } from './index.ts';
import type { PValue } from './messages.ts';
import { type Rules, rules } from './rules.ts';

const CONFIRMED: Options = { readMode: 'read-index' };
const UNDER_LEASE: Options = { readMode: 'lease' };
const FROM_SNAPSHOTS: Options = { snapshotEvery: 4 };

interface Bug {
  readonly id: string;
  readonly summary: string;
  readonly difficulty: Mutant['difficulty'];
  readonly options?: Options;
  readonly node?: Partial<Rules>;
  readonly client?: Partial<ClientRules>;
}

function mutant({ node, client, ...bug }: Bug): Mutant {
  const protocol = makeMultiPaxos({ ...rules, ...node }, { ...clientRules, ...client });
  return { ...bug, protocol: protocol.name, apply: ({ machine }) => ({ protocol, machine }) };
}

export const mutants: readonly Mutant[] = [
  mutant({
    id: 'MP-1',
    summary: 'p1b leaves before the promise is on disk',
    difficulty: 'medium',
    node: {
      answerPhase1a: (context, to, message) => context.env.sendUnsynced(to, message),
    },
  }),
  mutant({
    id: 'MP-2',
    summary: 'p2b leaves before the pvalue is on disk',
    difficulty: 'medium',
    node: {
      sendPhase2b: (context, leader, message) => context.env.sendUnsynced(leader, message),
    },
  }),
  mutant({
    id: 'MP-4',
    summary: 'an acceptor accepts a pvalue of a lower ballot than it has promised',
    difficulty: 'easy',
    node: {
      mayAccept: () => true,
      phase2bFor: (_state, { ballot, slot }) => ({
        type: 'Phase2b',
        ballot,
        inReplyTo: ballot,
        slot,
      }),
    },
  }),
  mutant({
    id: 'MP-5',
    summary: 'a leader adopts what it hears first of each slot, not what has the highest ballot',
    difficulty: 'medium',
    node: {
      highestPValues(promises) {
        const first = new Map<number, PValue>();
        for (const pvalue of promises.flatMap(({ accepted }) => accepted)) {
          if (!first.has(pvalue.slot)) first.set(pvalue.slot, pvalue);
        }
        return [...first.values()].sort((one, other) => one.slot - other.slot);
      },
    },
  }),
  mutant({
    id: 'MP-7',
    summary: 'a commander counts answers, not acceptors',
    difficulty: 'medium',
    node: { countVote: ({ voters }, acceptor) => void voters.push(acceptor) },
  }),
  mutant({
    id: 'MP-8',
    summary: 'half of an even number of members is taken for a majority',
    difficulty: 'easy',
    options: { phase2Quorum: 0 },
    node: {
      phase2QuorumOf: ({ members }) => Math.ceil(members.length / 2),
      phase1QuorumOf: ({ members }) => Math.ceil(members.length / 2),
    },
  }),
  mutant({
    id: 'MP-10',
    summary: 'slots that nobody has a command for are not filled',
    difficulty: 'easy',
    node: { fillerOf: () => null },
  }),
  mutant({
    id: 'MP-12',
    summary: 'a request that was decided in two slots is executed twice',
    difficulty: 'easy',
    node: { isExecuted: () => false },
  }),
  mutant({
    id: 'MP-14',
    summary: 'a leader that restarts uses its last ballot again',
    difficulty: 'hard',
    node: {
      nextBallot(state) {
        const { acceptor, leader } = state;
        const isFirst = leader.ballot === NO_BALLOT && acceptor.ballot !== NO_BALLOT;
        const isOwn = leaderOf(acceptor.ballot) === state.id;
        return isFirst && isOwn ? acceptor.ballot : rules.nextBallot(state);
      },
    },
  }),
  mutant({
    id: 'MP-15',
    summary: 'leases have no margin for clocks that gain or lose',
    difficulty: 'medium',
    options: UNDER_LEASE,
    node: {
      timeGranted: ({ options }) => options.leaseDuration,
      timeHeld: ({ options }) => options.leaseDuration,
    },
  }),
  mutant({
    id: 'MP-17',
    summary: 'other members vote at once, not WINDOW slots later',
    difficulty: 'hard',
    node: { firstSlotOf: (_context, slot) => slot + 1 },
  }),
  mutant({
    id: 'MP-18',
    summary: 'a round of heartbeats that began before a read arrived confirms it',
    difficulty: 'hard',
    options: CONFIRMED,
    node: {
      isRoundConfirmed: (state, context, round) =>
        rules.isRoundConfirmed(state, context, round - 1),
    },
  }),
  mutant({
    id: 'MP-19',
    summary: 'an acceptor that restarts refuses for as long as a lease is counted on, not granted',
    difficulty: 'hard',
    options: UNDER_LEASE,
    node: {
      refuseAfterRestart: (state, context) =>
        rules.refuseAfterRestart(state, {
          ...context,
          rules: { ...context.rules, timeGranted: context.rules.timeHeld },
        }),
    },
  }),
  ...leaderClientBugs<SessionToken>().map(mutant),
  mutant({
    id: 'CL-6',
    summary: 'an unreadable message throws in the node that receives it',
    difficulty: 'easy',
    node: {
      onUnreadable() {
        throw new TypeError('unreadable message');
      },
    },
  }),
  mutant({
    id: 'ST-1',
    summary: 'a node answers for its disk before the disk has written anything',
    difficulty: 'easy',
    node: {
      answerPhase1a: (context, to, message) => context.env.sendUnsynced(to, message),
      sendPhase2b: (context, leader, message) => context.env.sendUnsynced(leader, message),
    },
  }),
  mutant({
    id: 'ST-2',
    summary: 'a start takes a torn record for whole if anything of it was written',
    difficulty: 'medium',
    options: FROM_SNAPSHOTS,
    node: { isReadable: (record) => record.writes.length > 0 },
  }),
  mutant({
    id: 'ST-4',
    summary: 'the pvalues that a snapshot replaces are trimmed in a record before it',
    difficulty: 'medium',
    options: FROM_SNAPSHOTS,
    node: {
      persistSnapshot(state, context, snapshot) {
        context.env.persist(...context.rules.trimWrites(state));
        context.env.persist(snapshotWrite(snapshot));
      },
    },
  }),
  mutant({
    id: 'ST-6',
    summary: 'a start takes a damaged record, and all after it, for a torn end of the log',
    difficulty: 'hard',
    node: { isTornTail: () => true },
  }),
];
