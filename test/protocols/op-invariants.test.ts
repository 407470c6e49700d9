/** Every invariant finds what it is there for: a state that no server should ever be in. */
import { describe, expect, it } from 'vitest';
import { omniPaxos } from '../../protocols/omni-paxos/index.ts';
import type { Configuration, Entry } from '../../protocols/omni-paxos/messages.ts';
import type { OmniState } from '../../protocols/omni-paxos/state.ts';
import type { ReadRecord } from '../../protocols/read-watch.ts';
import type { NodeId, Options, Protocol } from '../../sim/contract.ts';
import { ballot, heartbeatReply, request, stopSign } from './lone-server.ts';
import { judgedBy, type OmniWorld, omniWorld, write } from './op-world.ts';

const CLIENT = 3;
const LEADER = 0;
const FOLLOWER = 1;
const LEASED: Options = { readMode: 'lease' };
const CONFIRMED: Options = { readMode: 'read-index' };
const LATER = 10_000_000;

interface Corruption {
  readonly invariant: string;
  readonly what: string;
  /** Whose next step is looked at. */
  readonly node?: NodeId;
  readonly options?: Options;
  corrupt(world: OmniWorld): void;
}

/** A step that changes nothing by itself. */
function look(world: OmniWorld, node: NodeId): void {
  world.deliverUnreadable(LEADER, node);
}

function follower(world: OmniWorld): OmniState {
  return world.state(FOLLOWER);
}

function append({ paxos }: OmniState, ...entries: readonly Entry[]): void {
  paxos.log.entries.push(...entries);
  paxos.acceptedCount += entries.length;
}

function enter({ replica }: OmniState, rest: Partial<Configuration>): void {
  replica.configuration = { ...replica.configuration, ...rest };
}

/** It leads in this ballot from now on. */
function lead({ leader, paxos }: OmniState, own: number): void {
  leader.ballot = own;
  paxos.phase = 'accept';
}

/** The leader remembers that it has answered a read of the client. */
function answered({ reads }: OmniState, record: Omit<ReadRecord, 'requestNumber'>): void {
  reads.records[CLIENT] = { requestNumber: 99, ...record };
  reads.changes++;
}

const aboutLogs: readonly Corruption[] = [
  {
    invariant: 'one-log-per-ballot',
    what: 'two servers have accepted different entries at one place in one ballot',
    corrupt(world) {
      append(world.state(LEADER), request('theirs', 1, 98));
      look(world, LEADER);
      append(follower(world), request('own', 1, 99));
    },
  },
  {
    invariant: 'one-decided-log',
    what: 'a server has decided another entry than others at the same place',
    corrupt(world) {
      append(world.state(LEADER), request('theirs', 1, 98));
      world.state(LEADER).paxos.decidedLength++;
      look(world, LEADER);
      append(follower(world), request('own', 1, 99));
      follower(world).paxos.decidedLength++;
    },
  },
  {
    invariant: 'decided-by-quorum',
    what: 'a server has decided what it alone has accepted',
    corrupt(world) {
      append(follower(world), request('alone', 1, 99));
      follower(world).paxos.decidedLength++;
    },
  },
  {
    invariant: 'decided-grows',
    what: 'a server takes a decision back',
    corrupt: (world) => void follower(world).paxos.decidedLength--,
  },
  {
    invariant: 'decided-grows',
    what: 'a server has decided more than it has accepted',
    corrupt: (world) => void (follower(world).paxos.decidedLength += 5),
  },
  {
    invariant: 'one-state-per-length',
    what: 'a server has executed an operation twice',
    corrupt(world) {
      const { executed } = follower(world).replica;
      executed.push(executed[0]!);
    },
  },
  {
    invariant: 'trimmed-is-in-snapshot',
    what: 'a server has forgotten an entry that no snapshot stands for',
    corrupt(world) {
      const { log } = follower(world).paxos;
      log.first++;
      log.entries.shift();
    },
  },
];

const aboutConfigurations: readonly Corruption[] = [
  {
    invariant: 'one-configuration-per-number',
    what: 'a server knows other members of the configuration than the others',
    corrupt: (world) => enter(follower(world), { members: [1, 2] }),
  },
  {
    invariant: 'configuration-follows-stop-sign',
    what: 'a server has begun a configuration after a request',
    corrupt: (world) => enter(follower(world), { id: 1, from: 2 }),
  },
  {
    invariant: 'configuration-has-prefix',
    what: 'a server has begun a configuration without what was decided before',
    corrupt: (world) => enter(follower(world), { id: 1, from: 9 }),
  },
  {
    invariant: 'nothing-after-stop-sign',
    what: 'a server has accepted an entry after a stop-sign',
    corrupt: (world) => append(follower(world), stopSign([0, 1]), request('late', 1, 99)),
  },
];

const aboutBallots: readonly Corruption[] = [
  {
    invariant: 'promises-grow',
    what: 'a server promises a lower ballot than before',
    corrupt: (world) => void follower(world).paxos.promised--,
  },
  {
    invariant: 'promises-grow',
    what: 'a server has accepted in a ballot that it has not promised',
    corrupt: (world) => void follower(world).paxos.acceptedRound++,
  },
  {
    invariant: 'elected-ballots-grow',
    what: 'a server goes back to an earlier leader',
    corrupt: (world) => void follower(world).election.leader--,
  },
  {
    invariant: 'elected-ballots-grow',
    what: 'a server calls a ballot its own that is another one’s',
    corrupt: (world) => void (follower(world).election.ballot = ballot(9, 2)),
  },
  {
    invariant: 'takes-over-unserved',
    what: 'a server takes over that hears somebody who is served',
    corrupt: (world) => tookOver(follower(world), { 0: heartbeatReply(1, { isHappy: true }) }),
  },
  {
    invariant: 'takes-over-unserved',
    what: 'a server takes over that hears nobody',
    corrupt: (world) => tookOver(follower(world), {}),
  },
  {
    invariant: 'retired-takes-no-part',
    what: 'a server promises another ballot after it has retired',
    corrupt(world) {
      follower(world).paxos.isRetired = true;
      look(world, FOLLOWER);
      follower(world).paxos.promised = ballot(7, 2);
    },
  },
  {
    invariant: 'leader-adopts-decided',
    what: 'a server leads without an entry that was decided',
    corrupt(world) {
      follower(world).paxos.log.entries.pop();
      follower(world).paxos.decidedLength--;
      lead(follower(world), ballot(2, 1));
    },
  },
  {
    invariant: 'leader-followed-by-quorum',
    what: 'a server leads in a ballot that nobody has promised',
    corrupt: (world) => lead(follower(world), ballot(7, 1)),
  },
  {
    invariant: 'ballots-owned',
    what: 'a server leads in the ballot of another one',
    corrupt: (world) => lead(follower(world), ballot(1, 0)),
  },
  {
    invariant: 'ballots-used-once',
    what: 'a server that restarts leads in the ballot that it had',
    node: LEADER,
    corrupt(world) {
      world.crash(LEADER);
      world.restart(LEADER);
      lead(world.state(LEADER), ballot(1, 0));
    },
  },
];

function tookOver({ election }: OmniState, heard: OmniState['election']['previousReplies']): void {
  election.takenOverIn = election.round;
  election.previousReplies = heard;
}

const aboutReads: readonly Corruption[] = [
  {
    invariant: 'lease-excludes-rivals',
    what: 'a server comes to lead while another one counts on its lease',
    options: LEASED,
    corrupt(world) {
      world.state(LEADER).reads.ownLeaseUntil = LATER;
      lead(follower(world), ballot(2, 1));
    },
  },
  {
    invariant: 'lease-backed-by-quorum',
    what: 'a leader counts on a lease that nobody minds',
    node: LEADER,
    options: LEASED,
    corrupt(world) {
      world.state(LEADER).reads.ownLeaseUntil = LATER;
      for (const server of [0, 1, 2]) world.state(server).reads.leaseUntil = 0;
    },
  },
  {
    invariant: 'lease-never-shortened',
    what: 'a server refuses others for less time than it has said',
    options: LEASED,
    corrupt(world) {
      follower(world).reads.leaseUntil = LATER;
      look(world, FOLLOWER);
      follower(world).reads.leaseUntil--;
    },
  },
  {
    invariant: 'reads-see-decided',
    what: 'a leader has answered a read from fewer entries than were decided',
    node: LEADER,
    options: CONFIRMED,
    corrupt: (world) => answered(world.state(LEADER), { round: 0, answeredAt: 1 }),
  },
  {
    invariant: 'reads-confirmed-anew',
    what: 'a leader has answered a read without a word from the others',
    node: LEADER,
    options: CONFIRMED,
    corrupt: (world) => answered(world.state(LEADER), { round: 0, answeredAt: 2 }),
  },
];

const corruptions = [...aboutLogs, ...aboutConfigurations, ...aboutBallots, ...aboutReads];

describe('an invariant', () => {
  it.each(corruptions)(
    '$invariant is violated where $what',
    ({ invariant, node = FOLLOWER, options, corrupt }) => {
      const protocol = judgedBy(omniPaxos as unknown as Protocol, invariant);
      const world = omniWorld({ protocol, ...(options === undefined ? {} : { options }) });
      write(world, CLIENT, 'a', 'b');
      expect(() => look(world, node)).not.toThrow();
      corrupt(world);
      expect(() => look(world, node)).toThrow(`${invariant}: `);
    },
  );

  it('of which there is none that nothing here violates', () => {
    const violated = new Set(corruptions.map(({ invariant }) => invariant));
    const names = omniPaxos.invariants.map(({ name }) => name);
    expect(names.filter((name) => !violated.has(name))).toEqual([]);
  });
});
