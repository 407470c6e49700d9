/** Ng, Haridi & Carbone 2023, §4: servers that restart, and followers that begin anew. */
import { describe, expect, it } from 'vitest';
import { NO_BALLOT } from '../../../protocols/omni-paxos/ballot.ts';
import {
  acceptDecide,
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
  request,
} from '../../protocols/lone-server.ts';
import {
  beat,
  elect,
  executedValues,
  isLeading,
  logOf,
  ofType,
  omniWorld,
  put,
  without,
  write,
} from '../../protocols/op-world.ts';

const OLD = ballot(1, 0);

describe('§4 a server that restarts', () => {
  it('asks all others for a Prepare, and takes part in nothing before it has one', () => {
    const server = loneFollower({}, 'a');
    const sent = server.restart();
    expect(described(sent).filter((each) => each.startsWith('PrepareRequest'))).toEqual([
      'PrepareRequest→0',
      'PrepareRequest→2',
    ]);
    expect(server.state.paxos.phase).toBe('recover');
    server.tell(0, acceptDecide(OLD, 1, 1, entries('b')));
    expect(server.values).toEqual(['a']);
  });

  it('has its promise, its log and the round of that, as they were', () => {
    const server = loneFollower({}, 'ab');
    server.tell(2, prepare(ballot(3, 2)));
    server.restart();
    expect(server.state.paxos).toMatchObject({ promised: ballot(3, 2), acceptedRound: OLD });
    expect(server.values).toEqual(['a', 'b']);
    expect(server.marks).toContain('restarted-from-disk');
  });

  it('may have forgotten how much is decided: that is learned again', () => {
    const server = loneFollower({}, 'ab');
    server.tell(0, decide(OLD, 2));
    server.restart();
    expect(server.state.paxos.decidedLength).toBe(0);
    const { occasion } = server.state.session;
    server.tell(0, prepare(OLD, { attempt: 2, occasion }));
    server.tell(0, acceptSync(OLD, [], { from: 2, session: 2, decidedLength: 2 }));
    expect(server.state.paxos.decidedLength).toBe(2);
  });

  it('that led leads no more: it begins with the lowest ballot, and cannot use its last', () => {
    const server = loneLeader();
    const last = server.state.leader.ballot;
    server.restart();
    expect(server.state.leader.ballot).toBe(NO_BALLOT);
    expect(server.state.election.ballot).toBeLessThan(last);
    server.endRound();
    server.endRound({ 0: {}, 2: {} });
    expect(server.state.leader.ballot).toBe(ballot(2, 1));
    expect(server.state.leader.ballot).toBeGreaterThan(last);
  });

  it('that has nothing on its disk starts like a new one', () => {
    const server = new LoneServer();
    server.records = [];
    expect(described(server.restart())).toEqual(['HeartbeatRequest→0', 'HeartbeatRequest→2']);
    expect(server.state.paxos.phase).toBe('none');
  });

  it('executes again what it knows to be decided, and nothing else', () => {
    const server = loneFollower({}, 'abc', 2);
    server.tell(0, acceptDecide(OLD, 1, 3, entries('d'), { decidedLength: 2 }));
    server.tell(2, prepare(ballot(2, 2)));
    server.tell(2, acceptSync(ballot(2, 2), [], { from: 4 }));
    server.restart();
    expect(server.state.paxos.decidedLength).toBe(2);
    expect(server.state.replica.executed).toHaveLength(2);
    expect(server.values).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('§4 what is on disk, and when', () => {
  it('a promise is there before the Promise leaves: a crash in between breaks none', () => {
    const world = omniWorld();
    world.holdDisk(2);
    elect(world, 1, [0]);
    expect(isLeading(world.state(1))).toBe(false);
    world.crash(2);
    world.restart(2);
    expect(world.state(2).paxos.promised).toBe(OLD);
    expect(world.inFlight()).not.toContain('Promise 2→1');
  });

  it('an adopted log and its round are there both, or neither', () => {
    const server = new LoneServer();
    server.tell(0, prepare(OLD));
    server.tell(0, acceptSync(OLD, entries('ab')));
    const whole = server.records;
    server.records = whole.slice(0, -1);
    server.restart();
    expect(server.state.paxos.acceptedRound).toBe(NO_BALLOT);
    expect(server.values).toEqual([]);
    server.records = whole;
    server.restart();
    expect(server.state.paxos.acceptedRound).toBe(OLD);
    expect(server.values).toEqual(['a', 'b']);
  });

  it('of a record that a crash has torn, nothing counts', () => {
    const world = omniWorld();
    write(world, 3, 'a');
    world.holdDisk(2);
    elect(world, 1, [0]);
    world.crash(2, 'torn');
    world.restart(2);
    expect(world.marks).toContain('torn-record-dropped 2');
    expect(world.state(2).paxos.promised).toBe(OLD);
    // Once: the disk says from then on that the torn record is void.
    world.crash(2);
    world.restart(2);
    expect(world.marks.filter((mark) => mark === 'torn-record-dropped 2')).toHaveLength(1);
  });

  it('all servers may lose power at once: what was answered is decided again', () => {
    const world = omniWorld();
    write(world, 3, 'a', 'b');
    for (const server of [0, 1, 2]) world.crash(server);
    for (const server of [0, 1, 2]) world.restart(server);
    world.settle();
    for (let round = 0; round < 5; round++) beat(world);
    for (const server of [0, 1, 2]) {
      expect(executedValues(world.state(server))).toEqual(['a', 'b']);
    }
  });

  it('a damaged disk, or none, makes a server retire: it votes no more, and learns', () => {
    const world = omniWorld();
    write(world, 3, 'a');
    world.crash(2);
    world.damage(2, 1);
    world.restart(2);
    expect(world.state(2).paxos).toMatchObject({ isRetired: true });
    write(world, 3, 'b');
    elect(world, 1);
    for (let round = 0; round < 4; round++) beat(world);
    expect(world.state(2).paxos.acceptedRound).toBe(NO_BALLOT);
    expect(executedValues(world.state(2))).toEqual(['a', 'b']);
  });

  it('a server in memory mode that restarts has retired', () => {
    const server = loneFollower({ options: { durability: 'memory' } }, 'ab');
    server.restart();
    expect(server.state.paxos.isRetired).toBe(true);
    expect(server.tell(0, prepare(ballot(9, 0)))).toEqual([]);
    server.restart();
    expect(server.state.paxos.isRetired).toBe(true);
  });

  it('once retired it stays so, even if what was damaged can be read again', () => {
    const world = omniWorld();
    write(world, 3, 'a');
    world.crash(2);
    const mend = world.damage(2, 1);
    world.restart(2);
    mend();
    world.crash(2);
    world.restart(2);
    expect(world.state(2).paxos.isRetired).toBe(true);
  });
});

describe('§4 ⟨PrepareReq⟩', () => {
  it('the leader answers it with a Prepare that names the occasion', () => {
    const server = loneLeader();
    const sent = server.tell(0, { type: 'PrepareRequest', configuration: 0, occasion: 44 });
    expect(onlyOne('Prepare', sent)).toMatchObject({ attempt: 2, occasion: 44 });
    expect(server.marks).toContain('follower-begins-anew');
  });

  it('the same occasion is answered by the same attempt, until there is a Promise', () => {
    const server = loneLeader();
    const asked = { type: 'PrepareRequest', configuration: 0, occasion: 44 } as const;
    server.tell(0, asked);
    expect(onlyOne('Prepare', server.tell(0, asked)).attempt).toBe(2);
    server.tell(0, promise(server.state.leader.ballot, { attempt: 2 }));
    expect(server.tell(0, asked)).toEqual([]);
  });

  it('a candidate answers it as well; who does not lead does not', () => {
    const asked = { type: 'PrepareRequest', configuration: 0, occasion: 44 } as const;
    expect(described(candidate().tell(0, asked))).toEqual(['Prepare→0']);
    expect(loneFollower().tell(2, asked)).toEqual([]);
  });

  it('a waiting follower takes the Prepare of its own occasion only', () => {
    const server = loneFollower();
    server.restart();
    const { occasion } = server.state.session;
    const late = server.tell(0, prepare(OLD, { attempt: 9, occasion: occasion + 1 }));
    expect(onlyOne('PrepareRequest', late).occasion).toBe(occasion);
    expect(messagesOf('Promise', late)).toEqual([]);
    const answered = server.tell(0, prepare(OLD, { attempt: 10, occasion }));
    expect(onlyOne('Promise', answered).attempt).toBe(10);
  });

  it('a waiting follower promises a higher ballot, whatever the occasion', () => {
    const server = loneFollower();
    server.restart();
    expect(described(server.tell(2, prepare(ballot(2, 2))))).toEqual(['Promise→2']);
  });

  it('no message of an earlier session is taken after it', () => {
    const server = loneFollower();
    server.tell(0, acceptDecide(OLD, 2, 1, entries('b')));
    server.expire('gap');
    server.tell(0, prepare(OLD, { attempt: 2, occasion: server.state.session.occasion }));
    server.tell(0, acceptSync(OLD, entries('xy'), { session: 1 }));
    server.tell(0, acceptDecide(OLD, 1, 0, entries('x'), { session: 1 }));
    expect(server.values).toEqual([]);
    server.tell(0, acceptSync(OLD, entries('ab'), { session: 2 }));
    expect(server.values).toEqual(['a', 'b']);
  });

  it('a leader asks for what the follower has now: what it promised before is void', () => {
    const world = omniWorld({ clients: 2 });
    write(world, 3, 'a');
    world.crash(1);
    write(world, 3, 'b');
    world.restart(1);
    world.settle();
    expect(logOf(world.state(1))).toEqual(['a', 'b']);
    write(world, 3, 'c');
    expect(executedValues(world.state(1))).toEqual(['a', 'b', 'c']);
  });

  it('one that was lost is sent again, for its leader goes on telling it what is decided', () => {
    const world = omniWorld();
    world.crash(1);
    world.restart(1);
    world.lose();
    write(world, 3, 'a');
    for (let wait = 0; wait < 2; wait++) {
      if (world.hasTimer(1, 'gap')) world.expire(1, 'gap');
      world.expire(0, 'resend');
      world.settle();
    }
    expect(executedValues(world.state(1))).toEqual(['a']);
  });
});

describe('§4 a Prepare whose answer was lost', () => {
  it('is repeated by the leader until it is answered', () => {
    const server = candidate();
    for (let wait = 0; wait < 3; wait++) {
      expect(described(server.expire('resend'))).toEqual(['Prepare→0', 'Prepare→2']);
    }
  });

  it('brings the follower in when it arrives at last', () => {
    const world = omniWorld({ clients: 2 });
    world.crash(0);
    elect(world, 1, [0]);
    world.restart(0);
    world.lose();
    world.expire(1, 'resend');
    world.settle(without(2));
    expect(world.state(0).paxos).toMatchObject({ promised: ballot(2, 1), phase: 'accept' });
  });
});

describe('§4 requests across a crash', () => {
  it('a request is executed once, though it was proposed in two ballots', () => {
    const world = omniWorld({ replicas: 5 });
    world.invoke(5, put('a'));
    world.settle(({ message }) => message.type !== 'Accepted');
    world.lose();
    elect(world, 1, [0]);
    world.expire(5, 'retry');
    world.settle(without(0));
    for (const server of [1, 2, 3, 4]) {
      expect(executedValues(world.state(server))).toEqual(['a']);
    }
    expect(world.outcomes).toHaveLength(1);
  });

  it('a request that is decided a second time is a bug, which stops whoever sees it', () => {
    const server = loneFollower();
    server.tell(0, acceptDecide(OLD, 1, 0, [request('a'), request('b', 1, 8), request('a')]));
    expect(() => server.tell(0, decide(OLD, 3, 1))).toThrow('decided a second time');
    expect(server.state.replica.executed).toHaveLength(2);
  });

  it('requests under way keep the order in which the new leader adopted them', () => {
    const world = omniWorld({ replicas: 3, clients: 3 });
    for (const [index, value] of ['a', 'b', 'c'].entries()) world.invoke(3 + index, put(value));
    world.settle(ofType('Request', 'ProposalForward', 'AcceptDecide'));
    const order = logOf(world.state(0));
    world.lose();
    world.crash(0);
    elect(world, 2, [0]);
    expect(executedValues(world.state(2))).toEqual(order);
    expect(order).toHaveLength(3);
  });
});
