/** Each planted bug, in the smallest situation that shows it; beside it, what the protocol does. */
import { describe, expect, it } from 'vitest';
import { mutants } from '../../protocols/omni-paxos/mutants.ts';
import type { Protocol } from '../../sim/contract.ts';
import { entries } from './lone-server.ts';
import { CLIENT, correct, mutated, worldOf } from './op-planted.ts';
import { beat, elect, judgedBy, type OmniWorld, ofType, put, without, write } from './op-world.ts';

/** Situations whose outcome an invariant judges: the mutant violates it, the protocol does not. */
const judged: readonly {
  readonly id: string;
  readonly violates: string;
  play(protocol: Protocol): void;
}[] = [
  { id: 'OP-1', violates: 'one-decided-log', play: higherRoundAndShorterLog },
  { id: 'OP-3', violates: 'one-decided-log', play: logOfAnotherRound },
  { id: 'OP-9', violates: 'one-decided-log', play: lostEntries },
  { id: 'OP-11', violates: 'ballots-used-once', play: leaderRestarts },
  { id: 'OP-16', violates: 'takes-over-unserved', play: endOfLine },
  { id: 'OP-17', violates: 'takes-over-unserved', play: cutOff },
  { id: 'OP-19', violates: 'ballots-owned', play: firstElection },
  { id: 'OP-20', violates: 'nothing-after-stop-sign', play: requestAfterStopSign },
  { id: 'OP-22', violates: 'configuration-follows-stop-sign', play: acceptedStopSign },
  { id: 'OP-23', violates: 'configuration-has-prefix', play: newMember },
  { id: 'OP-28', violates: 'lease-never-shortened', play: granterRestarts },
  { id: 'OP-29', violates: 'lease-excludes-rivals', play: granterTakesOver },
  { id: 'OP-30', violates: 'leader-adopts-decided', play: restartsWithoutDisk },
  { id: 'ST-1', violates: 'leader-adopts-decided', play: powerLostBeforeDisk },
  { id: 'ST-2', violates: 'one-decided-log', play: tornInstallation },
  { id: 'ST-4', violates: 'trimmed-is-in-snapshot', play: trimWithoutSnapshot },
];

describe('planted bugs that an invariant finds', () => {
  it.each(judged)('$id violates $violates', ({ id, violates, play }) => {
    expect(() => play(judgedBy(mutated(id), violates))).toThrow(`${violates}: `);
    expect(() => play(correct)).not.toThrow();
  });
});

/** Server 2 has accepted two entries alone; the others have decided one in a later ballot. */
function phantoms(world: OmniWorld): void {
  write(world, CLIENT, 'a');
  world.crash(0);
  elect(world, 2, [0]);
  world.restart(0);
  for (let round = 0; round < 3; round++) beat(world);
  for (const client of [CLIENT, CLIENT + 1]) {
    world.invoke(client, put('alone'), 'linearizable', 2);
    world.settle(({ from, to }) => from === client && to === 2);
  }
  world.lose();
  elect(world, 1, [2]);
  world.invoke(CLIENT + 2, put('decided'), 'linearizable', 1);
  world.settle(without(2));
  world.lose();
}

/** A leader that was cut off has more entries, of an earlier round, than have been decided. */
function higherRoundAndShorterLog(protocol: Protocol): void {
  const world = worldOf('OP-1', protocol);
  for (const client of [CLIENT, CLIENT + 1]) {
    world.invoke(client, put('alone'), 'linearizable', 0);
    world.settle(({ from, to }) => from === client && to === 0);
  }
  world.lose();
  elect(world, 1, [0]);
  world.invoke(CLIENT + 2, put('decided'), 'linearizable', 1);
  world.settle(without(0));
  world.lose();
  // It learns of the later ballot by a first election in vain.
  for (let election = 0; election < 2; election++) elect(world, 0, [1]);
}

/** A third leader synchronises a follower whose last entries are those of the first one's round. */
function logOfAnotherRound(protocol: Protocol): void {
  const world = worldOf('OP-3', protocol);
  phantoms(world);
  elect(world, 0, [2]);
  world.expire(0, 'resend');
  world.settle();
}

/** A message is lost, the next one arrives. */
function lostEntries(protocol: Protocol): void {
  const world = worldOf('OP-9', protocol);
  write(world, CLIENT, 'a');
  world.invoke(CLIENT, put('b'));
  world.settle(({ to }) => to !== 2);
  world.lose();
  world.invoke(CLIENT, put('c'));
  world.settle();
}

function leaderRestarts(protocol: Protocol): void {
  const world = worldOf('OP-11', protocol);
  write(world, CLIENT, 'a');
  world.crash(0);
  world.restart(0);
  for (let round = 0; round < 3; round++) beat(world);
}

/** A chain of three: its other end hears the middle, which is served. */
function endOfLine(protocol: Protocol): void {
  const world = worldOf('OP-16', protocol);
  for (let round = 0; round < 3; round++) {
    world.expire(2, 'election');
    world.settle(({ from, to }) => from + to !== 2);
    world.lose();
  }
}

function cutOff(protocol: Protocol): void {
  const world = worldOf('OP-17', protocol);
  for (let round = 0; round < 3; round++) {
    world.expire(2, 'election');
    world.lose();
  }
}

/** Under the bug all ballots are server 0's. */
function firstElection(protocol: Protocol): void {
  elect(worldOf('OP-19', protocol), 1, [0]);
}

function requestAfterStopSign(protocol: Protocol): void {
  const world = worldOf('OP-20', protocol);
  world.reconfigure(0, [0, 1, 2]);
  world.invoke(CLIENT, put('late'));
  world.settle(ofType('Request'));
}

/** The leader has its stop-sign to itself. */
function acceptedStopSign(protocol: Protocol): void {
  const world = worldOf('OP-22', protocol);
  write(world, CLIENT, 'a');
  world.reconfigure(0, [0, 1]);
}

function newMember(protocol: Protocol): void {
  const world = worldOf('OP-23', protocol, { members: 3 }, 4);
  write(world, world.cluster.clients[0]!, 'a');
  world.reconfigure(0, [0, 1, 3]);
  world.settle();
}

/** A follower that restarts has granted its leader a lease a moment ago. */
function granterRestarts(protocol: Protocol): void {
  const world = worldOf('OP-28', protocol);
  world.expire(0, 'resend');
  world.settle();
  world.crash(1);
  world.restart(1);
}

/** Who has granted a lease takes over, with the vote of one whose lease is over. */
function granterTakesOver(protocol: Protocol): void {
  const world = worldOf('OP-29', protocol, { electionTimeout: 6_000, leaseDuration: 100_000 });
  world.expire(0, 'resend');
  world.settle(({ from, to }) => from !== 2 && to !== 2);
  world.lose();
  world.state(2).reads.leaseUntil = 0;
  elect(world, 1, [0]);
}

/** One of the two that have decided an entry has forgotten it, and elects the third. */
function restartsWithoutDisk(protocol: Protocol): void {
  const world = worldOf('OP-30', protocol);
  world.invoke(CLIENT, put('a'));
  world.settle(without(2));
  world.lose();
  world.crash(1);
  world.restart(1);
  elect(world, 2, [0]);
}

/** Two servers have told that they have accepted, and their disks had not when power was lost. */
function powerLostBeforeDisk(protocol: Protocol): void {
  const world = worldOf('ST-1', protocol);
  for (const server of [1, 2]) world.holdDisk(server);
  world.invoke(CLIENT, put('a'));
  world.settle();
  for (const server of [1, 2]) world.crash(server);
  for (const server of [1, 2]) world.restart(server);
  elect(world, 1, [0]);
}

/** The state of others is half on the disk of a server that has accepted many entries alone. */
function tornInstallation(protocol: Protocol): void {
  const world = worldOf('ST-2', protocol);
  elect(world, 2, [0]);
  world.inject(0, 2, { type: 'ProposalForward', entries: entries('abcdefghijkl') });
  world.settle(ofType('ProposalForward'));
  world.lose();
  elect(world, 1, [2]);
  for (let value = 0; value < 8; value++) {
    world.invoke(CLIENT, put(value), 'linearizable', 1);
    world.settle(without(2));
  }
  world.lose();
  world.holdDisk(2);
  world.expire(1, 'resend');
  world.settle();
  world.writeDisk(2);
  world.settle();
  expect(world.marks).toContain('snapshot-installed 2');
  world.crash(2, 'torn');
  world.restart(2);
}

/** Two records of a server are on its disk: its last entry, and what is written next. */
function trimWithoutSnapshot(protocol: Protocol): void {
  const world = worldOf('ST-4', protocol);
  write(world, CLIENT, ...'abcdefg');
  world.holdDisk(2);
  write(world, CLIENT, 'h', 'i');
  world.writeDisk(2, 2);
  world.crash(2);
  world.restart(2);
}

describe('a planted bug', () => {
  it('shows in a smallest situation, each of them, or by clocks alone', () => {
    const shown = new Set([...judged.map(({ id }) => id), ...BY_OUTCOME]);
    expect(mutants.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual(BY_CLOCKS);
  });
});

/** See op-mutants-outcomes.test.ts. */
const BY_OUTCOME = [
  ...['OP-5', 'OP-6', 'OP-8', 'OP-12', 'OP-13', 'OP-14', 'OP-25', 'OP-27', 'OP-31'],
  ...['CL-1', 'CL-2', 'CL-5', 'CL-6', 'ST-6'],
];
/** Shows only where clocks gain or lose, which these worlds' do not; the corpus has a run. */
const BY_CLOCKS = ['OP-26'];
