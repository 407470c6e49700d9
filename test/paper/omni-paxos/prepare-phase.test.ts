/** Ng, Haridi & Carbone 2023, §4: Sequence Paxos, the prepare phase, one test a claim. */
import { describe, expect, it } from 'vitest';
import { NO_BALLOT } from '../../../protocols/omni-paxos/ballot.ts';
import {
  acceptDecide,
  accepted,
  acceptSync,
  ballot,
  candidate,
  decide,
  described,
  entries,
  LoneServer,
  loneFollower,
  loneLeader,
  messagesOf,
  onlyOne,
  prepare,
  promise,
  valuesIn,
} from '../../protocols/lone-server.ts';
import {
  elect,
  isLeading,
  logOf,
  omniWorld,
  put,
  without,
  write,
} from '../../protocols/op-world.ts';

const OLD = ballot(1, 0);

/** A promise of who has this log of that round; the leader lacks what is from `from` on. */
function better(own: number, log: string, acceptedRound: number, from = 0, decidedLength = 0) {
  const sync = { snapshot: null, from, entries: entries(log).slice(from) };
  return promise(own, { acceptedRound, acceptedLength: log.length, decidedLength, sync });
}

describe('§4 a server that is elected', () => {
  it('promises its own ballot, on disk, and asks all others with what it has itself', () => {
    const server = loneFollower({}, 'ab', 1);
    const sent = server.endRound({ 0: {}, 2: {} });
    const own = ballot(2, 1);
    expect(described(sent).filter((each) => each.startsWith('Prepare'))).toEqual([
      'Prepare→0',
      'Prepare→2',
    ]);
    expect(messagesOf('Prepare', sent)[0]).toEqual(
      prepare(own, { acceptedRound: OLD, acceptedLength: 2, decidedLength: 1 }),
    );
    server.restart();
    expect(server.state.paxos.promised).toBe(own);
  });

  it('asks nobody before its own promise is on disk', () => {
    const world = omniWorld();
    world.holdDisk(1);
    elect(world, 1, [0]);
    expect(world.state(1).paxos).toMatchObject({ phase: 'prepare', promised: ballot(2, 1) });
    expect(world.inFlight()).toEqual([]);
    world.writeDisk(1);
    expect(world.inFlight()).toContain('Prepare 1→2');
  });
});

describe('§4 ⟨Prepare⟩', () => {
  it('of a higher ballot is promised, on disk before the answer leaves', () => {
    const server = new LoneServer();
    const [answer] = server.tell(0, prepare(OLD));
    expect(answer).toMatchObject({ to: 0, isUnsynced: false, message: promise(OLD) });
    expect(server.lastRecord()).toEqual([{ kind: 'set', key: 'promised', value: OLD }]);
    expect(server.marks).toContain('promised');
  });

  it('of a lower ballot than was promised is refused, with what was', () => {
    const server = new LoneServer();
    server.tell(2, prepare(ballot(2, 2)));
    const sent = server.tell(0, prepare(OLD));
    expect(sent.map(({ message }) => message)).toEqual([
      { type: 'NotAccepted', ballot: ballot(2, 2) },
    ]);
    expect(server.state.paxos.promised).toBe(ballot(2, 2));
  });

  it('that is repeated is answered again, until AcceptSync has come', () => {
    const server = new LoneServer();
    server.tell(0, prepare(OLD));
    const { length } = server.records;
    expect(described(server.tell(0, prepare(OLD)))).toEqual(['Promise→0']);
    expect(server.records).toHaveLength(length);
    server.tell(0, acceptSync(OLD));
    expect(server.tell(0, prepare(OLD))).toEqual([]);
  });

  it('ends the leadership of whoever promises it', () => {
    const server = loneLeader();
    server.tell(2, prepare(ballot(5, 2)));
    expect(server.state.leader.ballot).toBe(NO_BALLOT);
    expect(server.state.paxos.phase).toBe('prepare');
    expect(server.marks).toContain('stepped-down');
  });

  it.each([
    ['has an older round gets all after what it has decided', ballot(0, 0), 3, 1, 'bcd', 1],
    ['has as new a round, and less, gets what it lacks of the log', OLD, 2, 1, 'cd', 2],
  ] as const)('a leader that %s', (_, acceptedRound, acceptedLength, decidedLength, log, from) => {
    const server = loneFollower({}, 'abcd', 2);
    const asked = prepare(ballot(2, 2), { acceptedRound, acceptedLength, decidedLength });
    const { sync, ...rest } = onlyOne('Promise', server.tell(2, asked));
    expect(rest).toMatchObject({ acceptedRound: OLD, acceptedLength: 4, decidedLength: 2 });
    expect(sync).toMatchObject({ snapshot: null, from });
    expect(valuesIn(sync?.entries ?? [])).toEqual([...log]);
  });

  it.each([
    ['has a newer round', ballot(2, 0), 0],
    ['has as new a round, and as much', OLD, 4],
    ['has as new a round, and more', OLD, 5],
  ])('a leader that %s gets no entries, only where this server stands', (_, round, length) => {
    const server = loneFollower({}, 'abcd', 2);
    const asked = prepare(ballot(3, 2), { acceptedRound: round, acceptedLength: length });
    expect(onlyOne('Promise', server.tell(2, asked))).toMatchObject({
      acceptedRound: OLD,
      acceptedLength: 4,
      decidedLength: 2,
      sync: null,
    });
  });

  it('changes nothing of the log: that is the old round’s until AcceptSync', () => {
    const server = loneFollower({}, 'ab');
    server.tell(2, prepare(ballot(2, 2)));
    expect(server.state.paxos).toMatchObject({ promised: ballot(2, 2), acceptedRound: OLD });
    expect(server.values).toEqual(['a', 'b']);
  });

  it('cuts off the leader before: what it sends is refused', () => {
    const server = loneFollower();
    server.tell(2, prepare(ballot(2, 2)));
    const sent = server.tell(0, acceptDecide(OLD, 1, 0, entries('x')));
    expect(described(sent)).toEqual(['NotAccepted→0']);
    expect(server.values).toEqual([]);
  });
});

describe('§4 a leader that has a quorum of promises', () => {
  const own = ballot(1, 1);

  it('is one with so many servers, itself among them; with one less it waits', () => {
    const server = candidate({ nodes: 5 });
    server.tellAll(0, promise(own));
    expect(server.state.paxos.phase).toBe('prepare');
    expect(server.marks).toContain('one-promise-short');
    server.tellAll(2, promise(own));
    expect(server.state.paxos.phase).toBe('accept');
  });

  it('counts a promise once, however often it comes', () => {
    const server = candidate({ nodes: 5 });
    for (let copy = 0; copy < 3; copy++) server.tellAll(0, promise(own));
    expect(server.state.paxos.phase).toBe('prepare');
  });

  it('adopts the log of the highest round, though another one is longer', () => {
    const server = candidate({ nodes: 5 });
    server.tellAll(0, better(own, 'xyz', ballot(0, 2)));
    server.tellAll(2, better(own, 'a', ballot(0, 3)));
    expect(server.values).toEqual(['a']);
  });

  it('adopts, of logs of the same round, the longest', () => {
    const server = candidate({ nodes: 5 });
    server.tellAll(0, better(own, 'a', ballot(0, 3)));
    server.tellAll(2, better(own, 'abc', ballot(0, 3)));
    expect(server.values).toEqual(['a', 'b', 'c']);
  });

  it('keeps its own log where nobody’s is more up-to-date', () => {
    const server = loneFollower({}, 'ab');
    server.endRound({ 0: {}, 2: {} });
    const theirs = { acceptedRound: OLD, acceptedLength: 1 };
    server.tellAll(0, promise(ballot(2, 1), theirs));
    expect(server.values).toEqual(['a', 'b']);
    expect(server.marks).toContain('log-adopted');
  });

  it('keeps what it has before the suffix, and replaces what is after', () => {
    const server = loneFollower({}, 'abz', 2);
    server.endRound({ 0: {}, 2: {} });
    server.tellAll(0, better(ballot(2, 1), 'abcd', ballot(1, 2), 2));
    expect(server.values).toEqual(['a', 'b', 'c', 'd']);
  });

  it('decides as much as any of them has decided', () => {
    const server = candidate();
    server.tellAll(0, better(own, 'abc', ballot(0, 3), 0, 2));
    expect(server.state.paxos.decidedLength).toBe(2);
  });

  it('takes no promise of another ballot, or of an earlier attempt', () => {
    const server = candidate();
    server.tellAll(0, promise(ballot(1, 0)));
    server.tellAll(0, promise(own, { attempt: 0 }));
    expect(server.state.paxos.phase).toBe('prepare');
    expect(server.marks.filter((mark) => mark === 'stale-message-dropped')).toHaveLength(2);
  });

  it('asks anew when it has learned of decisions that the best promise does not know', () => {
    const server = candidate();
    const sync = { snapshot: null, from: 5, entries: entries('f') };
    const unfit = promise(own, { acceptedRound: ballot(0, 3), acceptedLength: 6, sync });
    const asked = messagesOf('Prepare', server.tellAll(0, unfit));
    expect(asked).toMatchObject([{ attempt: 2 }, { attempt: 2 }]);
    expect(server.state.paxos.phase).toBe('prepare');
  });

  it('has log and round on disk in one record', () => {
    const server = candidate();
    server.tellAll(0, better(own, 'ab', ballot(0, 3)));
    const kinds = server.lastRecord().map((write) => ('key' in write ? write.key : write.kind));
    expect(kinds).toEqual(['truncate', 'append', 'append', 'acceptedRound', 'decided']);
  });
});

describe('§4 whoever has not promised', () => {
  it('is asked again, under the same attempt', () => {
    const server = candidate();
    const asked = messagesOf('Prepare', server.expire('resend'));
    expect(asked).toMatchObject([{ attempt: 1 }, { attempt: 1 }]);
  });

  it('P2: is brought up to the leader’s log when it promises late', () => {
    const server = loneLeader();
    const late = server.tellAll(2, promise(server.state.leader.ballot));
    expect(onlyOne('AcceptSync', late)).toMatchObject({ session: 1, sync: { from: 0 } });
  });

  it('is not asked any more once it has', () => {
    const server = loneLeader();
    expect(described(server.expire('resend'))).toEqual(['Decide→0', 'Prepare→2']);
  });
});

describe('§4 ⟨AcceptSync⟩', () => {
  const own = ballot(2, 1);

  /** A leader with the log `abcd` of an earlier round, of which two are decided. */
  function leader() {
    const server = loneFollower({ nodes: 5 }, 'abcd', 2);
    server.endRound({ 0: {}, 2: {}, 3: {} });
    server.tellAll(0, promise(own, { acceptedRound: OLD, acceptedLength: 4, decidedLength: 2 }));
    server.tellAll(2, promise(own, { acceptedRound: OLD, acceptedLength: 4, decidedLength: 2 }));
    return server;
  }

  it('has only what a follower lacks whose round is the adopted one', () => {
    const late = promise(own, { acceptedRound: OLD, acceptedLength: 3, decidedLength: 1 });
    const { sync } = onlyOne('AcceptSync', leader().tellAll(3, late));
    expect(sync).toMatchObject({ from: 3 });
    expect(valuesIn(sync.entries)).toEqual(['d']);
  });

  it('goes back to what the follower has decided where the rounds differ', () => {
    const round = ballot(0, 3);
    const late = promise(own, { acceptedRound: round, acceptedLength: 3, decidedLength: 1 });
    const { sync } = onlyOne('AcceptSync', leader().tellAll(3, late));
    expect(sync).toMatchObject({ from: 1 });
    expect(valuesIn(sync.entries)).toEqual(['b', 'c', 'd']);
  });

  it('cuts off what a follower of the same round has beyond the adopted log', () => {
    const late = promise(own, { acceptedRound: OLD, acceptedLength: 9, decidedLength: 1 });
    expect(onlyOne('AcceptSync', leader().tellAll(3, late)).sync).toMatchObject({
      from: 4,
      entries: [],
    });
  });

  it('replaces the end of the log, makes it the ballot’s, and is answered by its length', () => {
    const server = loneFollower({}, 'axyz', 1);
    server.tell(2, prepare(ballot(2, 2)));
    const rest = { from: 1, decidedLength: 2 };
    const sent = server.tell(2, acceptSync(ballot(2, 2), entries('bc'), rest));
    expect(server.values).toEqual(['a', 'b', 'c']);
    expect(server.state.paxos).toMatchObject({ acceptedRound: ballot(2, 2), decidedLength: 2 });
    expect(onlyOne('Accepted', sent)).toEqual(accepted(ballot(2, 2), 3));
  });

  it('is on disk, round and log in one record, before it is answered', () => {
    const server = new LoneServer();
    server.tell(0, prepare(OLD));
    const [answer] = server.tell(0, acceptSync(OLD, entries('ab')));
    expect(answer).toMatchObject({ isUnsynced: false, message: { type: 'Accepted' } });
    const kinds = server.lastRecord().map((write) => ('key' in write ? write.key : write.kind));
    expect(kinds).toEqual(['truncate', 'append', 'append', 'acceptedRound', 'decided']);
  });

  it('is taken in the ballot and the attempt that were promised, and once', () => {
    const server = new LoneServer();
    server.tell(0, prepare(OLD, { attempt: 3 }));
    for (const session of [2, 4]) server.tell(0, acceptSync(OLD, entries('x'), { session }));
    server.tell(0, acceptSync(ballot(1, 2), entries('y'), { session: 3 }));
    expect(server.state.paxos.acceptedRound).toBe(NO_BALLOT);
    server.tell(0, acceptSync(OLD, entries('a'), { session: 3 }));
    server.tell(0, acceptDecide(OLD, 1, 1, entries('b'), { session: 3 }));
    server.tell(0, acceptSync(OLD, entries('a'), { session: 3 }));
    expect(server.values).toEqual(['a', 'b']);
  });

  it('does not make up for a Decide that it overtakes: that is taken after it', () => {
    const server = new LoneServer();
    server.tell(0, prepare(OLD));
    server.tell(0, decide(OLD, 1));
    expect(server.state.paxos.decidedLength).toBe(0);
    server.tell(0, acceptSync(OLD, entries('ab')));
    expect(server.state.paxos.decidedLength).toBe(1);
  });
});

describe('§4 as a whole', () => {
  it('what a quorum has accepted is in the log of every later leader', () => {
    const world = omniWorld({ replicas: 5, clients: 1 });
    world.invoke(5, put('a'));
    world.settle(without(3, 4));
    world.lose();
    world.crash(0);
    elect(world, 4, [0]);
    expect(isLeading(world.state(4))).toBe(true);
    expect(logOf(world.state(4))).toEqual(['a']);
    expect(logOf(world.state(3))).toEqual(['a']);
  });

  it('what no quorum has accepted may be lost, and is then nowhere', () => {
    const world = omniWorld({ clients: 2 });
    world.invoke(3, put('a'));
    world.deliver('Request', 3, 0);
    expect(logOf(world.state(0))).toEqual(['a']);
    world.lose();
    elect(world, 1, [0]);
    write(world, 4, 'b');
    world.expire(1, 'resend');
    world.settle();
    for (const server of [0, 1, 2]) expect(logOf(world.state(server))).toEqual(['b']);
  });
});
