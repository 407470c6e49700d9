/**
 * Bugs planted in OmniPaxos, by their rows in the zoo: each replaces one rule, or two that say the
 * same thing, and leaves the protocol's own files alone. OP-26 to OP-31 are rows of our own.
 */
import type { Mutant, Options } from '../../sim/contract.ts';
import { leaderClientBugs } from '../leader-client-mutants.ts';
import { ballotOf, NO_BALLOT, ownerOf, roundOf } from './ballot.ts';
import { type ClientRules, clientRules, type SessionToken } from './client.ts';
import { makeOmniPaxos } from './index.ts';
import { dropBefore, isSealed, lengthOf } from './log.ts';
import { type Rules, rules } from './rules.ts';

const CONFIRMED: Options = { readMode: 'read-index' };
const UNDER_LEASE: Options = { readMode: 'lease' };
const FROM_SNAPSHOTS: Options = { snapshotEvery: 4 };
const WITH_DELTAS: Options = { snapshotEvery: 4, snapshots: 'delta' };

interface Bug {
  readonly id: string;
  readonly summary: string;
  readonly difficulty: Mutant['difficulty'];
  readonly options?: Options;
  readonly server?: Partial<Rules>;
  readonly client?: Partial<ClientRules>;
}

function mutant({ server, client, ...bug }: Bug): Mutant {
  const protocol = makeOmniPaxos({ ...rules, ...server }, { ...clientRules, ...client });
  return { ...bug, protocol: protocol.name, apply: ({ machine }) => ({ protocol, machine }) };
}

const sequencePaxos: readonly Mutant[] = [
  mutant({
    id: 'OP-1',
    summary: 'a promise is better only if both its round is higher and its log is longer',
    difficulty: 'medium',
    server: {
      mostUpToDate: (promises) =>
        promises.reduce((best, promise) => {
          const isBetter =
            promise.acceptedRound > best.acceptedRound &&
            promise.acceptedLength > best.acceptedLength;
          return isBetter ? promise : best;
        }),
    },
  }),
  mutant({
    id: 'OP-3',
    summary: 'logs are taken for the same up to the accepted length, though of different rounds',
    difficulty: 'medium',
    server: {
      syncedLength: ({ leader }, { acceptedLength }) =>
        Math.min(acceptedLength, leader.adoptedLength),
    },
  }),
  mutant({
    id: 'OP-5',
    summary: 'a delta is made of entries that have been compacted',
    difficulty: 'easy',
    options: WITH_DELTAS,
    server: { hasEntriesSince: () => true },
  }),
  mutant({
    id: 'OP-6',
    summary: 'the decided length of a delta counts before it is merged, so the own log is executed',
    difficulty: 'medium',
    options: WITH_DELTAS,
    server: {
      mergeDelta(state, context, snapshot) {
        const { paxos } = state;
        const end = Math.min(snapshot.length, lengthOf(paxos.log));
        while (paxos.decidedLength < end) rules.executeNext(state, context);
        rules.mergeDelta(state, context, snapshot);
      },
    },
  }),
  mutant({
    id: 'OP-8',
    summary: 'a follower decides as much as its leader, accepted or not',
    difficulty: 'easy',
    server: { acceptedAtMost: (_state, length) => length },
  }),
  mutant({
    id: 'OP-9',
    summary: 'a follower does not look at the number of what its leader sends',
    difficulty: 'easy',
    server: { turnOf: () => 'now' },
  }),
  mutant({
    id: 'OP-12',
    summary: 'a follower that has missed something, or has restarted, asks nobody to begin anew',
    difficulty: 'easy',
    server: { beginAnewWith: () => undefined },
  }),
  mutant({
    id: 'OP-13',
    summary: 'a leader does not repeat a Prepare that has no answer',
    difficulty: 'easy',
    server: { repeatPrepare: () => undefined },
  }),
];

const election: readonly Mutant[] = [
  mutant({
    id: 'OP-11',
    summary: 'a leader that restarts leads on in the ballot that it had',
    difficulty: 'medium',
    server: {
      resetElection(state, context) {
        rules.resetElection(state, context);
        const { election: own, paxos } = state;
        if (ownerOf(paxos.promised) !== state.id || roundOf(paxos.promised) === 0) return;
        Object.assign(own, { ballot: paxos.promised, leader: paxos.promised });
      },
      leadIfElected(state, context) {
        const { election: own, leader, paxos } = state;
        if (context.rules.isRefusedByLease(state, context, state.id)) return;
        const isElected = own.leader === own.ballot && roundOf(own.ballot) > 0;
        const isOld = own.ballot === paxos.promised && leader.ballot === NO_BALLOT;
        if (!isElected || (own.ballot <= paxos.promised && !isOld)) return;
        context.rules.lead(state, context, own.ballot);
      },
    },
  }),
  mutant({
    id: 'OP-16',
    summary: 'a server without a leader takes over, though those that it hears are served',
    difficulty: 'medium',
    server: { isNobodyHappy: () => true },
  }),
  mutant({
    id: 'OP-17',
    summary: 'a server takes over that is not quorum-connected',
    difficulty: 'medium',
    server: { isQuorumConnected: () => true },
  }),
  mutant({
    id: 'OP-19',
    summary: 'ballots of the same round are the same, whoever’s they are',
    difficulty: 'easy',
    server: {
      ballotIn: ({ replica }, _context, round) => ballotOf(replica.configuration.id, round, 0, 0),
    },
  }),
  mutant({
    id: 'OP-25',
    summary: 'a server takes over with the ballot after its own, whatever it has promised',
    difficulty: 'easy',
    server: {
      takeOver(state, context) {
        const { election: own } = state;
        own.ballot = rules.ballotIn(state, context, roundOf(own.ballot) + 1);
        own.leader = own.ballot;
        own.isHappy = true;
      },
    },
  }),
];

const reconfiguration: readonly Mutant[] = [
  mutant({
    id: 'OP-14',
    summary: 'who has missed the decision of a stop-sign is not told of the next configuration',
    difficulty: 'easy',
    server: { onOtherConfiguration: () => undefined, announceConfiguration: () => undefined },
  }),
  mutant({
    id: 'OP-20',
    summary: 'a leader appends entries after a stop-sign',
    difficulty: 'easy',
    server: { mayAppend: ({ paxos }) => paxos.phase === 'accept' },
  }),
  mutant({
    id: 'OP-22',
    summary: 'the next configuration begins when a stop-sign is accepted, not when it is decided',
    difficulty: 'medium',
    server: {
      append(state, context, entries) {
        rules.append(state, context, entries);
        const { paxos, replica } = state;
        if (!isSealed(paxos.log, replica.configuration.from)) return;
        context.rules.decideUpTo(state, context, lengthOf(paxos.log));
      },
    },
  }),
  mutant({
    id: 'OP-23',
    summary: 'a new member begins its configuration before it has the entries of those before',
    difficulty: 'easy',
    server: {
      onNextConfiguration(state, context, from, message) {
        const isNew = message.configuration.id > state.replica.configuration.id;
        if (isNew) context.rules.beginConfiguration(state, context, message.configuration);
        else rules.onNextConfiguration(state, context, from, message);
      },
    },
  }),
];

const ours: readonly Mutant[] = [
  mutant({
    id: 'OP-26',
    summary: 'leases have no margin for clocks that gain or lose',
    difficulty: 'medium',
    options: UNDER_LEASE,
    server: {
      timeGranted: ({ options }) => options.leaseDuration,
      timeHeld: ({ options }) => options.leaseDuration,
    },
  }),
  mutant({
    id: 'OP-27',
    summary: 'a confirmation of the leader that was asked for before a read arrived counts for it',
    difficulty: 'hard',
    options: CONFIRMED,
    server: {
      isRoundConfirmed: (state, context, round) =>
        rules.isRoundConfirmed(state, context, round - 1),
    },
  }),
  mutant({
    id: 'OP-28',
    summary: 'a server that restarts does not refuse others for the lease that it may have granted',
    difficulty: 'hard',
    options: UNDER_LEASE,
    server: { refuseAfterRestart: () => undefined },
  }),
  mutant({
    id: 'OP-29',
    summary: 'a server that has granted a lease refuses everybody but itself',
    difficulty: 'medium',
    options: UNDER_LEASE,
    server: {
      isRefusedByLease: (state, context, candidate) =>
        candidate !== state.id && rules.isRefusedByLease(state, context, candidate),
    },
  }),
  mutant({
    id: 'OP-30',
    summary: 'a server that has forgotten its promises votes on',
    difficulty: 'medium',
    options: { durability: 'memory' },
    server: {
      retire(state, context, records, initial) {
        rules.retire(state, context, records, initial);
        state.paxos.isRetired = false;
      },
    },
  }),
  mutant({
    id: 'OP-31',
    summary: 'what is in a batch that is yet to go is in no session that begins meanwhile',
    difficulty: 'medium',
    options: { batchSize: 64 },
    server: { sendBatch: () => undefined },
  }),
];

const clientsAndStorage: readonly Mutant[] = [
  ...leaderClientBugs<SessionToken>().map(mutant),
  mutant({
    id: 'CL-6',
    summary: 'an unreadable message throws in the server that receives it',
    difficulty: 'easy',
    server: {
      onUnreadable() {
        throw new TypeError('unreadable message');
      },
    },
  }),
  mutant({
    id: 'ST-1',
    summary: 'a server answers for its disk before the disk has written anything',
    difficulty: 'easy',
    server: {
      answerPrepare: (context, leader, message) => context.env.sendUnsynced(leader, message),
      answerAccept: (context, leader, message) => context.env.sendUnsynced(leader, message),
    },
  }),
  mutant({
    id: 'ST-2',
    summary: 'a start takes a torn record for whole if anything of it was written',
    difficulty: 'medium',
    options: FROM_SNAPSHOTS,
    server: { isReadable: (record) => record.writes.length > 0 },
  }),
  mutant({
    id: 'ST-4',
    summary: 'the entries that a snapshot replaces are trimmed in a record before it',
    difficulty: 'medium',
    options: FROM_SNAPSHOTS,
    server: {
      persistSnapshot(state, context) {
        const { paxos, replica } = state;
        dropBefore(paxos.log, replica.snapshot?.length ?? 0);
        context.rules.persist(context, ...context.rules.trimWrites(state));
        context.rules.persist(context, ...context.rules.ownSnapshotWrites(state));
      },
    },
  }),
  mutant({
    id: 'ST-6',
    summary: 'a start takes a damaged record, and all after it, for a torn end of the log',
    difficulty: 'hard',
    server: { isTornTail: () => true },
  }),
];

export const mutants: readonly Mutant[] = [
  ...sequencePaxos,
  ...election,
  ...reconfiguration,
  ...ours,
  ...clientsAndStorage,
];
