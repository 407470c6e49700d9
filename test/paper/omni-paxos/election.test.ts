/** Ng, Haridi & Carbone 2023, §5: Ballot Leader Election, one test a claim. */
import { describe, expect, it } from 'vitest';
import { ballotOf, NO_BALLOT, ownerOf, roundOf } from '../../../protocols/omni-paxos/ballot.ts';
import type { HeartbeatReply } from '../../../protocols/omni-paxos/messages.ts';
import {
  ballot,
  candidate,
  described,
  heartbeatReply,
  LoneServer,
  loneFollower,
  loneLeader,
  messagesOf,
  prepare,
  promise,
} from '../../protocols/lone-server.ts';
import {
  beat,
  bootedWorld,
  elect,
  isLeading,
  type OmniPacket,
  type OmniWorld,
  omniWorld,
  put,
  without,
  write,
} from '../../protocols/op-world.ts';

const OLD = ballot(1, 0);

/** What a server says that leads in this ballot, and what one says that follows it. */
function leads(own: number): Partial<HeartbeatReply> {
  return { ballot: own, leader: own, isHappy: true };
}

function follows(leader: number, isHappy = true): Partial<HeartbeatReply> {
  return { leader, isHappy };
}

function takesOver(server: LoneServer): boolean {
  return server.state.election.takenOverIn > 0;
}

describe('§5 rounds of heartbeats', () => {
  it('in each round a server asks all others, and tells no disk of it', () => {
    const server = new LoneServer({ nodes: 4 });
    const sent = server.endRound();
    expect(described(sent)).toEqual([
      'HeartbeatRequest→0',
      'HeartbeatRequest→2',
      'HeartbeatRequest→3',
    ]);
    expect(sent.every(({ isUnsynced }) => isUnsynced)).toBe(true);
    expect(messagesOf('HeartbeatRequest', server.endRound())[0]?.round).toBe(3);
  });

  it('a reply tells the own ballot; here also the leader, and whether one is happy with it', () => {
    const server = loneFollower();
    server.endRound({ 0: leads(OLD) });
    const asked = { type: 'HeartbeatRequest', configuration: 0, round: 8 } as const;
    const [reply] = server.tell(2, asked);
    const own = ballot(0, 1);
    expect(reply?.message).toEqual(heartbeatReply(8, { ballot: own, leader: OLD, isHappy: true }));
  });

  it('replies to an earlier round do not count', () => {
    const server = new LoneServer();
    server.endRound();
    for (const other of [0, 2]) server.tell(other, heartbeatReply(1));
    server.expire('election');
    expect(takesOver(server)).toBe(false);
  });

  it('a restart begins at round 0 of leaders', () => {
    const server = loneLeader();
    expect(roundOf(server.state.election.ballot)).toBe(1);
    server.restart();
    expect(roundOf(server.state.election.ballot)).toBe(0);
  });
});

describe('§5 who is happy', () => {
  it('nobody, before anybody leads', () => {
    const server = new LoneServer();
    server.endRound();
    expect(server.state.election.isHappy).toBe(false);
  });

  it('a follower that hears its leader, if that one is happy', () => {
    const server = loneFollower({ nodes: 5 });
    server.endRound({ 0: leads(OLD) });
    expect(server.state.election.isHappy).toBe(true);
    server.endRound({ 0: { ...leads(OLD), isHappy: false } });
    expect(server.state.election.isHappy).toBe(false);
  });

  it('no follower that does not hear its leader, though others are happy with it', () => {
    const server = loneFollower();
    server.endRound({ 2: follows(OLD) });
    expect(server.state.election.isHappy).toBe(false);
  });

  it('a leader whom a quorum may follow: none of them knows of a higher ballot', () => {
    const server = loneLeader({ nodes: 5 });
    const own = server.state.leader.ballot;
    server.endRound({ 0: follows(own), 2: follows(own) });
    expect(server.state.election.isHappy).toBe(true);
    server.endRound({ 0: follows(own), 2: follows(ballot(7, 3), false) });
    expect(server.state.election.isHappy).toBe(false);
  });

  it('a leader, if somebody whose leader is a later one is happy already', () => {
    const server = loneLeader({ nodes: 5 });
    server.endRound({ 2: follows(ballot(7, 3)) });
    expect(server.state.election.isHappy).toBe(true);
  });

  it('a candidate needs quorums of both kinds, a leader only one that accepts', () => {
    const options = { acceptQuorum: 2 };
    const wanted = new LoneServer({ nodes: 5, options });
    wanted.endRound({ 0: {}, 2: {}, 3: {} });
    const own = wanted.state.election.ballot;
    wanted.endRound({ 0: follows(own) });
    expect(wanted.state.election.isHappy).toBe(false);
    for (const other of [0, 2, 3]) wanted.tellAll(other, promise(wanted.state.leader.ballot));
    wanted.endRound({ 0: follows(wanted.state.leader.ballot) });
    expect(wanted.state.election.isHappy).toBe(true);
  });
});

describe('§5 who takes over', () => {
  it('a server that is quorum-connected, and hears nobody who is served', () => {
    const server = new LoneServer({ nodes: 5 });
    server.endRound({ 0: {}, 2: {} });
    expect(takesOver(server)).toBe(true);
    expect(server.marks).toContain('took-over');
  });

  it('no server that does not hear a quorum, itself counted', () => {
    const server = new LoneServer({ nodes: 5 });
    server.endRound({ 0: {} });
    expect(takesOver(server)).toBe(false);
  });

  it('no server that is happy with its leader', () => {
    const server = loneFollower();
    server.endRound({ 0: leads(OLD), 2: {} });
    expect(takesOver(server)).toBe(false);
  });

  it('the library since 0.2.2: nobody who hears somebody that is served, though it is not', () => {
    const server = loneFollower();
    server.endRound({ 0: {}, 2: follows(OLD) });
    expect(server.state.election.isHappy).toBe(false);
    expect(takesOver(server)).toBe(false);
  });

  it('the log does not matter: a server without any takes over from those that have one', () => {
    const server = new LoneServer();
    server.endRound({ 0: follows(ballot(3, 2), false), 2: { ballot: ballot(3, 2) } });
    expect(server.state.election.ballot).toBe(ballot(4, 1));
  });

  it('a flexible quorum is one that can both promise and accept', () => {
    for (const acceptQuorum of [2, 4]) {
      const server = new LoneServer({ nodes: 5, options: { acceptQuorum } });
      server.endRound({ 0: {}, 2: {} });
      expect(takesOver(server)).toBe(false);
      server.endRound({ 0: {}, 2: {}, 3: {} });
      expect(takesOver(server)).toBe(true);
    }
  });
});

describe('§5 ballots', () => {
  it('are ordered by configuration, round, priority, and server', () => {
    const rising = [
      ballotOf(0, 1, 0, 2),
      ballotOf(0, 1, 1, 0),
      ballotOf(0, 1, 1, 1),
      ballotOf(0, 2, 0, 0),
      ballotOf(1, 0, 0, 0),
    ];
    expect(rising.toSorted((one, other) => one - other)).toEqual(rising);
    expect(rising.map(ownerOf)).toEqual([2, 0, 1, 0, 0]);
  });

  it('whoever takes over does so in the round after its leader’s', () => {
    const server = loneFollower({}, '', 0, ballot(6, 0));
    server.endRound({ 0: {}, 2: {} });
    expect(server.state.leader.ballot).toBe(ballot(7, 1));
  });

  it('and after all that it has promised, whoever BLE takes for the leader', () => {
    const server = new LoneServer();
    server.tell(2, prepare(ballot(40, 2)));
    server.endRound({ 0: leads(ballot(3, 0)), 2: {} });
    expect(server.state.election.leader).toBe(ballot(40, 2));
    server.endRound({ 0: {}, 2: {} });
    expect(server.state.leader.ballot).toBe(ballot(41, 1));
  });

  it('the highest that is heard is the leader’s', () => {
    const server = new LoneServer();
    server.endRound({ 0: leads(ballot(2, 0)), 2: leads(ballot(3, 2)) });
    expect(server.state.election.leader).toBe(ballot(3, 2));
    server.endRound({ 0: leads(ballot(2, 0)) });
    expect(server.state.election.leader).toBe(ballot(3, 2));
  });

  it('a ballot of round 0 is nobody’s: it is not elected', () => {
    const server = new LoneServer({ nodes: 5 });
    server.endRound({ 0: { ballot: ballot(0, 0) } });
    expect(server.state.election.leader).toBe(NO_BALLOT);
  });

  it('of those of one round, that of the highest priority wins, or of the highest server', () => {
    const winner = (prioritySpread: number): number => {
      const world = bootedWorld({ replicas: 4, options: { prioritySpread } });
      world.settle();
      for (const server of [0, 1, 2, 3]) world.expire(server, 'election');
      world.settle();
      for (let round = 0; round < 3; round++) beat(world);
      return [0, 1, 2, 3].findIndex((server) => isLeading(world.state(server)));
    };
    expect([1, 2, 3].map(winner)).toEqual([3, 3, 2]);
  });

  it('are not elected before their owner may lead in them: its promise is below', () => {
    const server = candidate();
    server.tell(0, prepare(ballot(5, 0)));
    const sent = server.endRound({ 0: {}, 2: {} });
    const [asked] = messagesOf('Prepare', sent);
    expect(asked?.ballot).toBe(ballot(6, 1));
  });
});

describe('§5 as a whole', () => {
  it('a cluster of one leads itself', () => {
    const world = bootedWorld({ replicas: 1 });
    world.expire(0, 'election');
    world.settle();
    world.invoke(1, put('a'));
    world.settle();
    expect(world.outcomes).toHaveLength(1);
  });

  it('all may take over at once: one leads, and the others are happy with it', () => {
    const world = bootedWorld({ replicas: 5 });
    world.settle();
    for (const server of world.cluster.replicas) world.expire(server, 'election');
    world.settle();
    for (let round = 0; round < 4; round++) beat(world);
    const states = world.cluster.replicas.map((server) => world.state(server));
    expect(states.filter(isLeading)).toHaveLength(1);
    expect(states.every(({ election }) => election.isHappy)).toBe(true);
  });

  it('a leader that dies is followed by another one within three rounds', () => {
    const world = omniWorld();
    world.crash(0);
    for (let round = 0; round < 3; round++) beat(world);
    expect([1, 2].filter((server) => isLeading(world.state(server)))).toHaveLength(1);
  });

  it('a leader that comes back follows the one that leads', () => {
    const world = omniWorld();
    write(world, 3, 'a');
    world.crash(0);
    elect(world, 1, [0]);
    world.restart(0);
    for (let round = 0; round < 4; round++) beat(world);
    expect(isLeading(world.state(1))).toBe(true);
    expect(world.state(0).election).toMatchObject({ leader: ballot(2, 1), isHappy: true });
  });

  it('members that are cut off raise no ballot, and disturb nobody when they are back', () => {
    const world = omniWorld();
    const { ballot: before } = world.state(2).election;
    for (let round = 0; round < 10; round++) {
      world.expire(2, 'election');
      world.lose();
    }
    expect(world.state(2).election.ballot).toBe(before);
    for (let round = 0; round < 3; round++) beat(world);
    expect(isLeading(world.state(0))).toBe(true);
  });
});

/** Rounds of all servers at once over the links that there are. */
function roundsOver(world: OmniWorld, isLinked: (packet: OmniPacket) => boolean): void {
  for (let round = 0; round < 6; round++) {
    for (const server of world.cluster.replicas) world.expire(server, 'election');
    world.settle(isLinked);
    world.lose();
  }
}

function among(links: readonly string[]): (packet: OmniPacket) => boolean {
  return ({ from, to }) =>
    from === to || links.includes(`${from}${to}`) || links.includes(`${to}${from}`);
}

describe('§2 partial connectivity', () => {
  const STAR = ['20', '21', '23', '24'];

  it('quorum-loss: only the hub can lead, and it does', () => {
    const world = omniWorld({ replicas: 5 });
    roundsOver(world, among(STAR));
    expect(isLeading(world.state(2))).toBe(true);
    const { leader } = world.state(2);
    const states = world.cluster.replicas.map((server) => world.state(server));
    expect(states.map(({ paxos }) => paxos.promised)).toEqual(states.map(() => leader.ballot));
    expect(states.every(({ election }) => election.isHappy)).toBe(true);
  });

  it('constrained election: the hub leads with an old log, which it brings up to date', () => {
    const world = omniWorld({ replicas: 5 });
    world.invoke(5, put('a'));
    world.settle(without(2));
    world.lose();
    roundsOver(world, among(STAR.filter((link) => !link.includes('0'))));
    expect(isLeading(world.state(2))).toBe(true);
    expect(world.state(2).paxos.decidedLength).toBe(1);
  });

  it('chained: a leader at the end of a line is left alone by the other end', () => {
    const world = omniWorld();
    roundsOver(world, among(['01', '12']));
    expect(isLeading(world.state(0))).toBe(true);
    expect(world.state(2).election.isHappy).toBe(false);
    expect(world.marks).not.toContain('took-over 2');
  });

  it('a leader that one server cannot hear is left alone by it, though it goes on', () => {
    const world = omniWorld({ replicas: 5 });
    roundsOver(world, among(['01', '02', '03', '41', '42', '43', '12', '13', '23']));
    expect(isLeading(world.state(0))).toBe(true);
    expect(world.marks).not.toContain('took-over 4');
  });
});
