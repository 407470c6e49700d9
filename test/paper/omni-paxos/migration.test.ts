/** Ng, Haridi & Carbone 2023, §6: parallel log migration. */
import { describe, expect, it } from 'vitest';
import { NO_BALLOT } from '../../../protocols/omni-paxos/ballot.ts';
import type { Entry, MigrationReply } from '../../../protocols/omni-paxos/messages.ts';
import { rules } from '../../../protocols/omni-paxos/rules.ts';
import {
  acceptDecide,
  accepted,
  ballot,
  CLIENT,
  described,
  entries,
  LoneServer,
  loneFollower,
  loneLeader,
  messagesOf,
  prepare,
  request,
  stopSign,
  valuesIn,
} from '../../protocols/lone-server.ts';
import { beat, executedValues, omniWorld, write } from '../../protocols/op-world.ts';

const OLD = ballot(1, 0);

function reply(
  from: number,
  log: readonly Entry[],
  rest: Partial<MigrationReply> = {},
): MigrationReply {
  const decidedLength = from + log.length;
  const message = { snapshot: null, from, entries: log, decidedLength, ballot: OLD };
  return { type: 'MigrationReply', ...message, ...rest };
}

/** A server that is to join {0 1 2}, and has heard of ten entries before its configuration. */
function joiner(options = {}): LoneServer {
  const server = new LoneServer({ id: 3, nodes: 4, options: { members: 3, ...options } });
  server.tell(0, NEXT);
  return server;
}

const NEXT = {
  type: 'NextConfiguration',
  configuration: { id: 1, from: 10, members: [1, 2, 3] },
} as const;

const LOG: readonly Entry[] = [...entries('abcdefghi'), stopSign([1, 2, 3])];

describe('§6 who lacks decided entries', () => {
  it('asks several servers at once, each for another part', () => {
    const server = new LoneServer({ id: 3, nodes: 4, options: { members: 3 } });
    const sent = server.tell(0, NEXT);
    expect(described(sent)).toEqual([
      'MigrationRequest→0',
      'MigrationRequest→1',
      'MigrationRequest→2',
    ]);
    expect(messagesOf('MigrationRequest', sent).map(({ from, to }) => [from, to])).toEqual([
      [0, 4],
      [4, 8],
      [8, 10],
    ]);
    expect(server.marks).toContain('migration-requested');
  });

  it('begins the configuration when all parts have come, in whatever order', () => {
    const server = joiner();
    server.tell(2, reply(8, LOG.slice(8)));
    server.tell(1, reply(4, LOG.slice(4, 8)));
    expect(server.state.paxos.decidedLength).toBe(0);
    expect(server.state.replica.configuration.id).toBe(0);
    server.tell(0, reply(0, LOG.slice(0, 4)));
    expect(server.state.paxos.decidedLength).toBe(10);
    expect(server.state.replica.configuration).toEqual(NEXT.configuration);
    expect(server.marks).toContain('configuration-begun');
  });

  it('executes at once what it has without a hole before', () => {
    const server = joiner();
    server.tell(0, reply(0, LOG.slice(0, 4)));
    expect(server.state.replica.executed).toHaveLength(4);
  });

  it('asks another server for the part that has not come', () => {
    const server = joiner();
    const again = server.expire('migration');
    expect(described(again)).toEqual([
      'MigrationRequest→1',
      'MigrationRequest→2',
      'MigrationRequest→0',
    ]);
    expect(messagesOf('MigrationRequest', again)[0]).toMatchObject({ from: 0, to: 4 });
  });

  it('waits longer each time, up to a limit', () => {
    const server = joiner({ migrationRetry: 1_000 });
    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt++) {
      const before = server.now;
      server.expire('migration');
      waits.push(server.now - before);
    }
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 16_000, 16_000, 16_000]);
  });

  it('takes what it gets twice once', () => {
    const server = joiner();
    for (let copy = 0; copy < 3; copy++) server.tell(0, reply(0, LOG.slice(0, 4)));
    server.tell(1, reply(2, LOG.slice(2, 6)));
    expect(server.state.paxos.decidedLength).toBe(6);
    expect(server.state.replica.executed).toHaveLength(6);
  });

  it('asks for no more in one message than one may bring', () => {
    const parts = rules.partsOf(0, 10_000, 3);
    expect(parts.map(({ from, to }) => to - from)).toEqual([500, 500, 500]);
  });

  it('goes on asking until it has all', () => {
    const server = joiner();
    const sent = server.tell(0, reply(0, LOG.slice(0, 4)));
    expect(messagesOf('MigrationRequest', sent)[0]).toMatchObject({ from: 4 });
  });

  it('that takes part in nothing asks around at the end of its rounds', () => {
    const server = new LoneServer({ id: 3, nodes: 4, options: { members: 3 } });
    const asked = [1, 2, 3].map(() => described(server.endRound()));
    expect(asked).toEqual([['MigrationRequest→0'], ['MigrationRequest→1'], ['MigrationRequest→2']]);
  });
});

describe('§6 a server without a vote', () => {
  const joining = { id: 3, nodes: 4, options: { members: 3 } };

  it('learns who leads from whomever it asks, and sends on what it is asked for', () => {
    const server = new LoneServer(joining);
    server.tell(CLIENT, request('a'));
    expect(server.state.replica.waiting).toHaveLength(1);
    const sent = server.tell(1, reply(0, []));
    expect(described(sent)).toEqual(['ProposalForward→0']);
    expect(server.state.election.leader).toBe(OLD);
  });

  it('believes the highest ballot of the present configuration', () => {
    const server = new LoneServer(joining);
    const told = [ballot(2, 1), ballot(1, 2), ballot(9, 2, 1)];
    for (const each of told) server.tell(1, reply(0, [], { ballot: each }));
    expect(server.state.election.leader).toBe(ballot(2, 1));
  });

  it('that has a vote learns of leaders by elections only', () => {
    const server = new LoneServer();
    server.tell(2, reply(0, [], { ballot: ballot(5, 2) }));
    expect(server.state.election.leader).toBe(NO_BALLOT);
  });
});

describe('§6 who has decided entries', () => {
  it('sends them to whoever asks, and no more than are decided', () => {
    const server = loneFollower({}, 'abcd', 3);
    const [sent] = messagesOf(
      'MigrationReply',
      server.tell(2, { type: 'MigrationRequest', from: 1, to: 9 }),
    );
    expect(valuesIn(sent?.entries ?? [])).toEqual(['b', 'c']);
    expect(sent).toMatchObject({ from: 1, decidedLength: 3, ballot: OLD, snapshot: null });
  });

  it('sends the state in their place where it keeps them no more', () => {
    const server = loneFollower({ options: { snapshotEvery: 2 } });
    for (const [index, entry] of entries('abcd').entries()) {
      const rest = { decidedLength: index };
      server.tell(0, acceptDecide(OLD, index + 1, index, [entry], rest));
    }
    server.tell(0, acceptDecide(OLD, 5, 4, entries('e'), { decidedLength: 4 }));
    expect(server.state.paxos.log.first).toBe(2);
    const [sent] = messagesOf(
      'MigrationReply',
      server.tell(2, { type: 'MigrationRequest', from: 1, to: 4 }),
    );
    expect(sent).toMatchObject({ entries: [], snapshot: { kind: 'complete', length: 4 } });
  });

  it('does so though it is no member any more, or has retired', () => {
    const server = loneLeader({ nodes: 4, options: { members: 3 } });
    server.reconfigure([0, 2, 3]);
    server.tellAll(0, accepted(ballot(1, 1), 1));
    const asked = { type: 'MigrationRequest', from: 0, to: 1 } as const;
    expect(described(server.tell(3, asked))).toEqual(['MigrationReply→3']);
    const retired = new LoneServer({ options: { durability: 'memory' } });
    retired.restart();
    retired.tell(0, reply(0, entries('a')));
    expect(described(retired.tell(2, asked))).toEqual(['MigrationReply→2']);
  });
});

describe('§6 what was decided, in place of what was not', () => {
  it('cuts off entries of the own log that differ, once a higher ballot is promised', () => {
    const server = loneFollower({}, 'axy', 1);
    const sent = server.tell(2, reply(1, entries('bc'), { ballot: ballot(2, 2) }));
    expect(server.values).toEqual(['a', 'b', 'c']);
    expect(server.state.paxos).toMatchObject({ promised: ballot(2, 2), decidedLength: 3 });
    expect(described(sent)).toContain('PrepareRequest→2');
  });

  it('waits for somebody who knows of that ballot, if the sender does not', () => {
    const server = loneFollower({}, 'axy', 1);
    server.tell(2, reply(1, entries('bc')));
    expect(server.values).toEqual(['a', 'x', 'y']);
    expect(server.state.paxos.decidedLength).toBe(1);
  });

  it('keeps entries after those that are the same: others may count on them', () => {
    const log = entries('abcd');
    const server = loneFollower();
    server.tell(0, acceptDecide(OLD, 1, 0, log, { decidedLength: 1 }));
    server.tell(2, reply(1, log.slice(1, 3)));
    expect(server.values).toEqual(['a', 'b', 'c', 'd']);
    expect(server.state.paxos.decidedLength).toBe(3);
  });

  it('ends the ballot of a leader that had other entries there', () => {
    const server = loneLeader();
    const own = server.state.leader.ballot;
    server.tellAll(21, entries('x')[0]!);
    server.tell(2, reply(0, entries('ab'), { ballot: ballot(4, 2) }));
    expect(server.state.leader.ballot).toBe(NO_BALLOT);
    expect(server.state.election.ballot).toBeGreaterThan(own);
    expect(server.values).toEqual(['a', 'b']);
  });

  it('is on disk: a restart has it', () => {
    const server = loneFollower({}, 'axy', 1);
    server.tell(2, reply(1, entries('bc'), { ballot: ballot(2, 2) }));
    server.restart();
    expect(server.values).toEqual(['a', 'b', 'c']);
    expect(server.state.paxos.promised).toBe(ballot(2, 2));
  });

  it('takes part in no ballot by it: acceptors have accepted what a leader has sent them', () => {
    const server = new LoneServer();
    server.tell(0, prepare(OLD));
    const sent = server.tell(2, reply(0, entries('ab')));
    expect(messagesOf('Accepted', sent)).toEqual([]);
    expect(server.state.paxos.acceptedRound).toBe(NO_BALLOT);
  });
});

describe('§6 as a whole', () => {
  it('a joiner gets a long log from all members, none of which sends all of it', () => {
    const world = omniWorld({ replicas: 4, clients: 1, options: { members: 3 } });
    write(world, 4, 'a', 'b', 'c', 'd', 'e');
    world.reconfigure(0, [0, 1, 3]);
    // Server 2 is no member any more, so it announces the next configuration.
    world.settle(({ to, message }) => to !== 3 || message.type === 'NextConfiguration');
    const parts = world.flying.flatMap(({ from, message }) =>
      message.type === 'MigrationReply' ? [{ from, values: valuesIn(message.entries) }] : [],
    );
    expect(parts).toEqual([
      { from: 2, values: ['a', 'b'] },
      { from: 0, values: ['c', 'd'] },
      { from: 1, values: ['e', 'stop'] },
    ]);
    world.settle(({ message }) => message.type === 'MigrationReply');
    expect(executedValues(world.state(3))).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('goes on where one source has died', () => {
    const world = omniWorld({ replicas: 5, clients: 1, options: { members: 3 } });
    write(world, 5, 'a', 'b', 'c');
    world.reconfigure(0, [0, 1, 3]);
    world.settle(({ to }) => to !== 3);
    world.lose();
    world.crash(2);
    for (let round = 0; round < 5; round++) {
      beat(world);
      if (world.hasTimer(3, 'migration')) world.expire(3, 'migration');
      world.settle();
    }
    expect(world.state(3).replica.configuration.id).toBe(1);
    expect(executedValues(world.state(3))).toEqual(['a', 'b', 'c']);
  });
});
