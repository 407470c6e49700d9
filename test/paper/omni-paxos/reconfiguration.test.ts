/** Ng, Haridi & Carbone 2023, §6: stop-signs, and configurations that follow each other. */
import { describe, expect, it } from 'vitest';
import { configurationOf, NO_BALLOT } from '../../../protocols/omni-paxos/ballot.ts';
import {
  acceptDecide,
  accepted,
  ballot,
  CLIENT,
  decide,
  described,
  entries,
  LoneServer,
  loneFollower,
  loneLeader,
  messagesOf,
  onlyOne,
  prepare,
  request,
  stopSign,
} from '../../protocols/lone-server.ts';
import {
  beat,
  elect,
  executedValues,
  isLeading,
  logOf,
  type OmniWorld,
  omniWorld,
  put,
  without,
  write,
} from '../../protocols/op-world.ts';

const OLD = ballot(1, 0);
const OWN = ballot(1, 1);

function configurationOfServer(world: OmniWorld, server: number) {
  const { id, members, from } = world.state(server).replica.configuration;
  return { id, members, from };
}

/** A leader whose wish for other members is decided. */
function endedLeader(members: readonly number[]): LoneServer {
  const server = loneLeader({ nodes: 4, options: { members: 3 } });
  server.reconfigure(members);
  server.tellAll(0, accepted(OWN, 1));
  return server;
}

describe('§6 a stop-sign', () => {
  it('is proposed like a request, and names the members to come', () => {
    const server = loneLeader();
    const [asked] = messagesOf('AcceptDecide', server.reconfigure([1, 2]));
    expect(asked?.entries).toMatchObject([{ type: 'StopSign', members: [1, 2], askedOf: 1 }]);
    expect(server.marks).toContain('reconfiguration-requested');
  });

  it('may be asked of any server: it is forwarded to the leader', () => {
    const server = loneFollower();
    expect(described(server.reconfigure([1, 2]))).toEqual(['ProposalForward→0']);
  });

  it('leaves out whom nobody knows, and is none if nobody is left', () => {
    const server = loneLeader();
    const [asked] = messagesOf('AcceptDecide', server.reconfigure([1, 2, 77]));
    expect(asked?.entries).toMatchObject([{ members: [1, 2] }]);
    expect(loneLeader().reconfigure([77])).toEqual([]);
  });

  it('is the last entry: what is proposed after it waits for the next configuration', () => {
    const server = loneLeader();
    server.reconfigure([0, 1, 2]);
    expect(server.tellAll(CLIENT, request('late'))).toEqual([]);
    expect(server.values).toEqual(['stop']);
    server.tellAll(0, accepted(OWN, 1));
    expect(server.values).toEqual(['stop']);
    expect(server.state.replica.waiting).toHaveLength(1);
  });

  it('is the last entry of a batch, too', () => {
    const server = loneLeader({ options: { window: 1 } });
    server.tellAll(CLIENT, request('a'));
    server.reconfigure([0, 1, 2]);
    server.tellAll(8, request('late', 1, 8));
    server.tellAll(0, accepted(OWN, 1));
    expect(server.values).toEqual(['a', 'stop']);
  });

  it('is sent at once, though the batch is not full', () => {
    const server = loneLeader({ options: { batchSize: 64 } });
    expect(onlyOne('AcceptDecide', server.reconfigure([1, 2])).entries).toHaveLength(1);
  });

  it('that a new leader adopts ends its configuration like any other', () => {
    const server = loneFollower();
    server.tell(0, acceptDecide(OLD, 1, 0, [...entries('a'), stopSign([0, 1])]));
    server.endRound({ 0: {}, 2: {} });
    const own = server.state.leader.ballot;
    server.tellAll(0, {
      type: 'Promise',
      ballot: own,
      attempt: 1,
      acceptedRound: OLD,
      acceptedLength: 2,
      decidedLength: 0,
      sync: null,
    });
    server.tellAll(CLIENT, request('late'));
    expect(server.values).toEqual(['a', 'stop']);
    server.tellAll(0, accepted(own, 2));
    expect(server.state.replica.configuration).toMatchObject({ id: 1, from: 2, members: [0, 1] });
  });
});

describe('§6 a decided stop-sign', () => {
  it('ends the configuration: the next one begins, in which nobody leads or has promised', () => {
    const server = endedLeader([0, 2, 3]);
    expect(server.state.replica.configuration).toEqual({ id: 1, from: 1, members: [0, 2, 3] });
    expect(server.state.leader.ballot).toBe(NO_BALLOT);
    expect(server.state.paxos.phase).toBe('none');
    expect(server.marks).toContain('configuration-ended');
    expect(server.marks).toContain('stepped-down');
    expect(server.marks).not.toContain('configuration-begun');
  });

  it('lets its leader, if a member, ask for promises in the next one at once', () => {
    const server = endedLeader([0, 1, 2]);
    const { election, leader, paxos } = server.state;
    expect(configurationOf(leader.ballot)).toBe(1);
    expect(leader.ballot).toBe(election.ballot);
    expect(paxos.promised).toBe(leader.ballot);
    expect(paxos.phase).toBe('prepare');
    for (const mark of ['configuration-ended', 'configuration-begun', 'stepped-down']) {
      expect(server.marks).toContain(mark);
    }
  });

  it('is told to all followers, though it ends the ballot in which they are told', () => {
    const server = loneLeader();
    server.reconfigure([1, 2]);
    expect(onlyOne('Decide', server.tellAll(0, accepted(OWN, 1)))).toEqual(decide(OWN, 1, 1));
    expect(configurationOf(server.state.leader.ballot)).toBe(1);
  });

  it('ends the configuration for a follower, too, once that is told', () => {
    const server = loneFollower({}, 'a', 1);
    server.tell(0, acceptDecide(OLD, 1, 1, [stopSign([1, 2])]));
    expect(server.state.replica.configuration.id).toBe(0);
    server.tell(0, decide(OLD, 2, 1));
    expect(server.state.replica.configuration).toEqual({ id: 1, from: 2, members: [1, 2] });
  });

  it('that is only accepted ends nothing', () => {
    const server = loneFollower();
    server.tell(0, acceptDecide(OLD, 1, 0, [stopSign([1, 2])]));
    expect(server.state.replica.configuration.id).toBe(0);
  });

  it('is on disk before anything is promised in the next one', () => {
    const server = endedLeader([0, 1, 2]);
    const keys = server.records.slice(-2).map(({ writes }) => {
      return writes.map((write) => ('key' in write ? write.key : write.kind));
    });
    expect(keys).toEqual([['truncate', 'configuration', 'decided'], ['promised']]);
    server.restart();
    expect(server.state.replica.configuration).toEqual({ id: 1, from: 1, members: [0, 1, 2] });
    expect(server.state.paxos.decidedLength).toBe(1);
  });

  it('cuts off what anybody had accepted after it', () => {
    const server = loneFollower({}, 'a', 1);
    const reply = {
      type: 'MigrationReply',
      snapshot: null,
      from: 1,
      entries: [stopSign([0, 1])],
      decidedLength: 2,
      ballot: ballot(7, 2),
    } as const;
    server.tell(0, acceptDecide(OLD, 1, 1, entries('xyz')));
    server.tell(2, reply);
    expect(server.values).toEqual(['a', 'stop']);
  });

  it('leads its leader on: that one takes over in the next configuration, if a member', () => {
    expect(configurationOf(endedLeader([0, 1, 2]).state.election.ballot)).toBe(1);
    expect(endedLeader([0, 1, 2]).state.election.takenOverIn).toBe(1);
    expect(endedLeader([0, 2, 3]).state.election.leader).toBe(ballot(0, 0, 1));
  });

  it('ballots of the old configuration are below all of the next one', () => {
    expect(ballot(1_000, 2)).toBeLessThan(ballot(0, 0, 1));
    const server = endedLeader([0, 2, 3]);
    const sent = server.tell(2, prepare(ballot(1_000, 2)));
    expect(described(sent)).toEqual(['NextConfiguration→2']);
    expect(server.state.paxos.promised).toBe(ballot(0, 0, 1));
  });
});

describe('§6 what operators ask for', () => {
  it('is decided once, however often it is proposed', () => {
    const world = omniWorld();
    world.reconfigure(1, [0, 1, 2]);
    const wish = world.state(1).replica.wish!;
    world.settle();
    world.inject(1, 0, { type: 'ProposalForward', entries: [wish, wish] });
    for (let round = 0; round < 3; round++) beat(world);
    world.inject(1, 0, { type: 'ProposalForward', entries: [wish] });
    for (let round = 0; round < 3; round++) beat(world);
    expect(configurationOfServer(world, 0).id).toBe(1);
    expect(world.state(1).replica.wish).toBeNull();
  });

  it('is proposed again at the end of each round, until it is decided', () => {
    const server = loneFollower({ nodes: 5 });
    server.reconfigure([1, 2]);
    expect(described(server.endRound({ 0: {} }))).toContain('ProposalForward→0');
    const wish = server.state.replica.wish!;
    server.tell(0, acceptDecide(OLD, 1, 0, [wish]));
    server.tell(0, decide(OLD, 1, 1));
    server.endRound();
    expect(server.state.replica.wish).toBeNull();
  });

  it('is not forgotten if who was asked crashes', () => {
    const server = loneFollower();
    server.reconfigure([1, 2]);
    server.restart();
    expect(server.state.replica.wish).toMatchObject({ members: [1, 2], askedOf: 1 });
  });

  it('is decided by a later leader if the first one dies', () => {
    const world = omniWorld();
    world.reconfigure(1, [0, 1]);
    world.lose();
    world.crash(0);
    elect(world, 2, [0]);
    for (let round = 0; round < 3; round++) beat(world);
    expect(configurationOfServer(world, 2)).toEqual({ id: 1, members: [0, 1], from: 1 });
  });
});

/** Servers 0 to 2 are members, and have decided `a` and `b`; 3 and 4 are there to join. */
function worldOfFive(): OmniWorld {
  const world = omniWorld({ replicas: 5, clients: 2, options: { members: 3 } });
  write(world, 5, 'a', 'b');
  return world;
}

function beats(world: OmniWorld, count: number, silent: readonly number[] = []): void {
  for (let round = 0; round < count; round++) beat(world, silent);
}

describe('§6 members that join', () => {
  it('begin only once they have all entries before', () => {
    const world = worldOfFive();
    world.reconfigure(0, [0, 1, 3]);
    world.settle(without(3, 4));
    world.lose();
    world.inject(2, 3, {
      type: 'NextConfiguration',
      configuration: world.state(0).replica.configuration,
    });
    world.settle(({ to }) => to === 3);
    expect(configurationOfServer(world, 3).id).toBe(0);
    expect(world.inFlight().some((each) => each.startsWith('MigrationRequest 3→'))).toBe(true);
    world.settle();
    expect(configurationOfServer(world, 3)).toEqual({ id: 1, members: [0, 1, 3], from: 3 });
    expect(executedValues(world.state(3))).toEqual(['a', 'b']);
    expect(world.marks).toContain('migration-completed 3');
  });

  it('take no part in the configuration before', () => {
    const server = new LoneServer({ id: 3, nodes: 4, options: { members: 3 } });
    expect(server.tell(0, prepare(OLD))).toEqual([]);
    const asked = { type: 'HeartbeatRequest', configuration: 0, round: 1 } as const;
    expect(server.tell(0, asked)).toEqual([]);
    expect(server.state.paxos.promised).toBe(NO_BALLOT);
  });

  it('vote in it then: with the old members gone they go on by themselves', () => {
    const world = worldOfFive();
    world.reconfigure(0, [2, 3, 4]);
    beats(world, 4);
    for (const server of [0, 1]) world.crash(server);
    world.lose();
    beats(world, 4);
    world.invoke(6, put('c'), 'linearizable', 3);
    world.settle();
    beats(world, 2);
    expect(world.outcomes).toHaveLength(3);
    for (const server of [2, 3, 4]) {
      expect(executedValues(world.state(server))).toEqual(['a', 'b', 'c']);
    }
  });

  it('may all be new: an old server leads nobody any more', () => {
    const world = worldOfFive();
    world.reconfigure(0, [3, 4]);
    beats(world, 5);
    expect([0, 1, 2, 3, 4].filter((server) => isLeading(world.state(server)))).toHaveLength(1);
    expect([3, 4].some((server) => isLeading(world.state(server)))).toBe(true);
  });

  it('of a configuration after the next have all before it: two are crossed at once', () => {
    const world = worldOfFive();
    world.reconfigure(0, [0, 1]);
    beats(world, 3, [3, 4]);
    write(world, 5, 'c');
    world.reconfigure(0, [0, 1, 4]);
    beats(world, 4, [3]);
    expect(configurationOfServer(world, 4)).toEqual({ id: 2, members: [0, 1, 4], from: 5 });
    expect(logOf(world.state(4))).toEqual(['a', 'b', 'stop', 'c', 'stop']);
  });
});

describe('§6 old members', () => {
  it('that are none any more tell the new ones, at the end of each round', () => {
    const server = endedLeader([0, 2, 3]);
    const first = described(server.endRound());
    expect(first.filter((each) => each.startsWith('NextConfiguration'))).toEqual([
      'NextConfiguration→0',
      'NextConfiguration→2',
      'NextConfiguration→3',
    ]);
  });

  it('stop telling those who have shown that they know', () => {
    const server = endedLeader([0, 2, 3]);
    for (const member of [0, 3]) {
      server.tell(member, { type: 'ConfigurationKnown', configuration: 1 });
    }
    const sent = described(server.endRound());
    expect(sent.filter((each) => each.startsWith('NextConfiguration'))).toEqual([
      'NextConfiguration→2',
    ]);
  });

  it('are told by whoever knows of it already', () => {
    const server = loneFollower();
    const { configuration } = server.state.replica;
    expect(server.tell(2, { type: 'NextConfiguration', configuration })).toMatchObject([
      { to: 2, message: { type: 'ConfigurationKnown', configuration: 0 } },
    ]);
  });

  it('that missed the decision learn of it from any message of the next configuration', () => {
    const world = worldOfFive();
    world.reconfigure(0, [0, 1, 2]);
    world.settle(without(2, 3, 4));
    world.lose();
    beats(world, 3, [3, 4]);
    expect(configurationOfServer(world, 2).id).toBe(1);
  });

  it('go on answering who asks for what was decided', () => {
    const server = endedLeader([0, 2, 3]);
    const [reply] = messagesOf(
      'MigrationReply',
      server.tell(3, { type: 'MigrationRequest', from: 0, to: 1 }),
    );
    expect(reply).toMatchObject({ from: 0, decidedLength: 1 });
    expect(reply?.entries).toHaveLength(1);
  });
});

describe('§6 requests across configurations', () => {
  it('a request that waited behind the stop-sign is decided in the next one, once', () => {
    const world = worldOfFive();
    world.reconfigure(0, [0, 1, 2]);
    world.invoke(5, put('late'));
    world.settle();
    beats(world, 3);
    expect(world.outcomes).toHaveLength(3);
    expect(executedValues(world.state(1))).toEqual(['a', 'b', 'late']);
  });

  it('a request that was decided before is not executed again after', () => {
    const world = worldOfFive();
    const before = request('again', 9, 6);
    world.inject(6, 0, before);
    world.settle();
    world.reconfigure(0, [2, 3, 4]);
    beats(world, 5);
    world.inject(6, 3, before);
    beats(world, 2);
    for (const server of [2, 3, 4]) {
      expect(executedValues(world.state(server))).toEqual(['a', 'b', 'again']);
    }
  });
});
