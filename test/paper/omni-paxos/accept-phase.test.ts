/** Ng, Haridi & Carbone 2023, §4: Sequence Paxos, the accept phase, one test a claim. */
import { describe, expect, it } from 'vitest';
import {
  acceptDecide,
  accepted,
  acceptSync,
  ballot,
  CLIENT,
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
import { executedValues, logOf, omniWorld, put, without, write } from '../../protocols/op-world.ts';

const OLD = ballot(1, 0);
const OWN = ballot(1, 1);

/** Requests of clients of their own, one after the other. */
function propose(server: LoneServer, values: string) {
  return entries(values).flatMap((entry) => server.tellAll(entry.clientId, entry));
}

describe('§4 ⟨Propose⟩ at the leader', () => {
  it('is appended, on disk, and sent to all whose session has begun, numbered from 1', () => {
    const server = loneLeader();
    const [first, second] = messagesOf('AcceptDecide', propose(server, 'ab'));
    expect(first).toEqual(acceptDecide(OWN, 1, 0, entries('a')));
    expect(second).toEqual(acceptDecide(OWN, 2, 1, entries('b')));
    expect(server.lastRecord()).toEqual([{ kind: 'append', log: 'log', entry: entries('b')[0] }]);
  });

  it('goes to nobody who has not promised', () => {
    const server = loneLeader();
    expect(described(propose(server, 'a'))).toEqual(['AcceptDecide→0']);
  });

  it('is sent before the own disk has it: others may have it on theirs first', () => {
    const server = loneLeader();
    const sent = server.tell(CLIENT, request('a'));
    const isUnsynced = (type: string) =>
      sent.filter(({ message }) => message.type === type).map((each) => each.isUnsynced);
    expect(isUnsynced('AcceptDecide')).toEqual([true]);
    expect(isUnsynced('Accepted')).toEqual([false]);
  });

  it('waits for the prepare phase to end', () => {
    const server = candidate();
    server.tell(CLIENT, request('b'));
    expect(server.values).toEqual([]);
    server.tellAll(0, promise(OWN));
    expect(server.values).toEqual(['b']);
  });

  it('is proposed once, however often its client asks', () => {
    const server = loneLeader();
    for (let copy = 0; copy < 3; copy++) server.tell(CLIENT, request('a'));
    expect(server.values).toEqual(['a']);
  });

  it('is not proposed if the adopted log has it', () => {
    const server = loneFollower({}, 'a');
    server.endRound({ 0: {}, 2: {} });
    server.tellAll(0, promise(ballot(2, 1), { acceptedRound: OLD, acceptedLength: 1 }));
    const [asked] = entries('a');
    server.tell(asked!.clientId, asked!);
    expect(server.values).toEqual(['a']);
  });
});

describe('§4 ⟨Accepted⟩', () => {
  it('a follower appends what is next, and tells once its disk has it', () => {
    const server = loneFollower();
    const [answer] = server.tell(0, acceptDecide(OLD, 1, 0, entries('ab')));
    expect(answer).toMatchObject({ to: 0, isUnsynced: false, message: accepted(OLD, 2) });
    expect(server.lastRecord()).toEqual(
      entries('ab').map((entry) => ({ kind: 'append', log: 'log', entry })),
    );
  });

  it('an entry is decided when a quorum has accepted it, itself among them', () => {
    const server = loneLeader({ nodes: 5 });
    propose(server, 'ab');
    server.tellAll(0, accepted(OWN, 2));
    expect(server.state.paxos.decidedLength).toBe(0);
    server.tellAll(2, accepted(OWN, 1));
    expect(server.state.paxos.decidedLength).toBe(1);
    server.tellAll(2, accepted(OWN, 2));
    expect(server.state.paxos.decidedLength).toBe(2);
  });

  it('a leader does not count itself before its own disk has written', () => {
    const world = omniWorld();
    world.holdDisk(0);
    world.invoke(3, put('a'));
    world.settle(without(2));
    expect(world.state(0).paxos.decidedLength).toBe(0);
    world.writeDisk(0);
    world.settle(without(2));
    expect(world.state(0).paxos.decidedLength).toBe(1);
  });

  it('two followers decide without their leader’s disk', () => {
    const world = omniWorld();
    world.holdDisk(0);
    write(world, 3, 'a');
    expect(world.outcomes).toHaveLength(1);
  });

  it('of an earlier ballot is dropped, and one that says less changes nothing', () => {
    const server = loneLeader({ nodes: 5 });
    propose(server, 'ab');
    server.tellAll(0, accepted(OLD, 2));
    expect(server.marks).toContain('stale-message-dropped');
    server.tellAll(0, accepted(OWN, 2));
    server.tellAll(0, accepted(OWN, 1));
    server.tellAll(2, accepted(OWN, 2));
    expect(server.state.paxos.decidedLength).toBe(2);
  });

  it('is said again to a leader that repeats itself, and seems not to know', () => {
    const server = loneFollower({}, 'ab');
    expect(server.tell(0, decide(OLD, 1))).toEqual([]);
    expect(onlyOne('Accepted', server.tell(0, decide(OLD, 1)))).toEqual(accepted(OLD, 2));
    for (let copy = 0; copy < 2; copy++) expect(server.tell(0, decide(OLD, 2))).toEqual([]);
  });

  it('is said again, too, by who has decided more than its leader knows to be decided', () => {
    const server = loneFollower({}, 'ab', 2);
    server.tell(2, prepare(ballot(2, 2)));
    server.tell(2, acceptSync(ballot(2, 2), [], { from: 2, decidedLength: 1 }));
    const again = server.tell(2, decide(ballot(2, 2), 1));
    expect(onlyOne('Accepted', again)).toEqual(accepted(ballot(2, 2), 2));
  });
});

describe('§4 ⟨Decide⟩', () => {
  it('is sent to all that have promised, and again and again', () => {
    const server = loneLeader();
    propose(server, 'a');
    const sent = server.tellAll(0, accepted(OWN, 1));
    expect(onlyOne('Decide', sent)).toEqual(decide(OWN, 1, 1));
    expect(messagesOf('Decide', server.expire('resend'))).toEqual([decide(OWN, 1, 1)]);
  });

  it('comes with the next entries, too', () => {
    const server = loneLeader();
    propose(server, 'a');
    server.tellAll(0, accepted(OWN, 1));
    expect(onlyOne('AcceptDecide', propose(server, 'b')).decidedLength).toBe(1);
    const follower = loneFollower();
    follower.tell(0, acceptDecide(OLD, 1, 0, entries('a')));
    follower.tell(0, acceptDecide(OLD, 2, 1, entries('b'), { decidedLength: 1 }));
    expect(follower.state.paxos.decidedLength).toBe(1);
  });

  it('decides no more than this server has accepted', () => {
    const server = loneFollower({}, 'ab');
    server.tell(0, decide(OLD, 5));
    expect(server.state.paxos.decidedLength).toBe(2);
  });

  it('of an earlier ballot decides nothing', () => {
    const server = loneFollower({}, 'ab');
    server.tell(2, prepare(ballot(2, 2)));
    expect(described(server.tell(0, decide(OLD, 2)))).toEqual(['NotAccepted→0']);
    expect(server.state.paxos.decidedLength).toBe(0);
  });

  it('executes entries in the order of the log, on every server alike', () => {
    const world = omniWorld();
    write(world, 3, 'a', 'b', 'c');
    for (const server of [0, 1, 2]) {
      expect(executedValues(world.state(server))).toEqual(['a', 'b', 'c']);
    }
  });
});

describe('§4 sessions: what is lost or overtaken', () => {
  it('what comes before its turn waits, and is taken in order', () => {
    const server = loneFollower();
    expect(server.tell(0, acceptDecide(OLD, 2, 1, entries('b')))).toEqual([]);
    expect(server.marks).toContain('gap-noticed');
    expect(server.values).toEqual([]);
    server.tell(0, acceptDecide(OLD, 1, 0, entries('a')));
    expect(server.values).toEqual(['a', 'b']);
  });

  it('a copy is taken once', () => {
    const server = loneFollower();
    for (let copy = 0; copy < 2; copy++) server.tell(0, acceptDecide(OLD, 1, 0, entries('a')));
    expect(server.values).toEqual(['a']);
  });

  it('a gap that stays is a PrepareRequest', () => {
    const server = loneFollower();
    server.tell(0, acceptDecide(OLD, 2, 1, entries('b')));
    const sent = server.expire('gap');
    expect(described(sent)).toEqual(['PrepareRequest→0']);
    expect(onlyOne('PrepareRequest', sent).occasion).toBe(server.state.session.occasion);
    expect(server.state.paxos.phase).toBe('recover');
  });

  it('a gap that has closed meanwhile is none', () => {
    const server = loneFollower();
    server.tell(0, acceptDecide(OLD, 2, 1, entries('b')));
    server.tell(0, acceptDecide(OLD, 1, 0, entries('a')));
    expect(server.expire('gap')).toEqual([]);
    expect(server.state.paxos.phase).toBe('accept');
  });

  it('a Decide numbers the last entries that were sent: who lacks them misses something', () => {
    const server = loneFollower();
    server.tell(0, decide(OLD, 1, 1));
    expect(described(server.expire('gap'))).toEqual(['PrepareRequest→0']);
  });

  it('messages of a session that is over are dropped', () => {
    const server = new LoneServer();
    server.tell(0, prepare(OLD, { attempt: 2 }));
    server.tell(0, acceptDecide(OLD, 1, 0, entries('x'), { session: 1 }));
    expect(server.timers.has('gap')).toBe(false);
  });

  it('messages of a session whose beginning is not here wait for that', () => {
    const server = new LoneServer();
    server.tell(0, prepare(OLD));
    server.tell(0, acceptDecide(OLD, 1, 0, entries('a')));
    expect(server.values).toEqual([]);
    server.tell(0, acceptSync(OLD));
    expect(server.values).toEqual(['a']);
  });

  it('messages of a ballot that was never promised are answered by a PrepareRequest', () => {
    const server = loneFollower();
    const sent = server.tell(2, acceptDecide(ballot(4, 2), 1, 0, entries('x')));
    expect(described(sent)).toEqual(['PrepareRequest→2']);
    expect(server.values).toEqual([]);
  });

  it('a follower that has lost a message has all entries once the leader has begun anew', () => {
    const world = omniWorld({ clients: 2 });
    world.invoke(3, put('a'));
    world.deliver('Request', 3, 0);
    world.take('AcceptDecide', 0, 2);
    world.settle();
    expect(logOf(world.state(2))).toEqual([]);
    world.expire(2, 'gap');
    world.settle();
    expect(world.marks).toContain('follower-begins-anew 0');
    expect(logOf(world.state(2))).toEqual(['a']);
    write(world, 4, 'b');
    expect(executedValues(world.state(2))).toEqual(['a', 'b']);
  });
});

describe('§4 proposals at a follower', () => {
  it('are forwarded to the leader that it follows', () => {
    const server = loneFollower();
    const sent = server.tell(CLIENT, request('a'));
    expect(described(sent)).toEqual(['ProposalForward→0']);
    expect(server.state.replica.waiting).toEqual([]);
    expect(server.marks).toContain('proposal-forwarded');
  });

  it('wait where no leader is known, until one is', () => {
    const server = new LoneServer();
    expect(server.tell(CLIENT, request('a'))).toEqual([]);
    server.tell(0, prepare(OLD));
    const begun = server.tell(0, acceptSync(OLD));
    expect(described(begun)).toContain('ProposalForward→0');
  });

  it('are dropped by who does not lead, for they might go round for ever', () => {
    const server = loneFollower();
    expect(server.tell(2, { type: 'ProposalForward', entries: entries('a') })).toEqual([]);
    expect(server.state.replica.waiting).toEqual([]);
  });

  it('are answered by the server that the client has asked', () => {
    const world = omniWorld({ clients: 2 });
    // Its home is server 1.
    world.invoke(4, put('a'));
    world.settle(({ message, from }) => message.type !== 'Response' || from !== 1);
    expect(world.inFlight()).toEqual(['Response 1→4']);
  });

  it('are bounded: a server keeps so many that wait, and no more', () => {
    const server = new LoneServer();
    for (let client = 0; client < 1_010; client++) server.tell(client, request('a', 1, client));
    expect(server.state.replica.waiting).toHaveLength(1_000);
  });
});

describe('the library: batches', () => {
  const options = { batchSize: 3 };

  it('a batch is sent when it is full', () => {
    const server = loneLeader({ options });
    expect(messagesOf('AcceptDecide', propose(server, 'ab'))).toEqual([]);
    const sent = propose(server, 'c');
    expect(messagesOf('AcceptDecide', sent)).toEqual([acceptDecide(OWN, 1, 0, entries('abc'))]);
  });

  it('or when its time is up', () => {
    const server = loneLeader({ options });
    propose(server, 'ab');
    expect(onlyOne('AcceptDecide', server.expire('flush'))).toEqual(
      acceptDecide(OWN, 1, 0, entries('ab')),
    );
  });

  it('or when the window is full: nothing can fill it before something is decided', () => {
    const server = loneLeader({ options: { ...options, window: 2 } });
    expect(messagesOf('AcceptDecide', propose(server, 'a'))).toEqual([]);
    const sent = propose(server, 'b');
    expect(messagesOf('AcceptDecide', sent)).toEqual([acceptDecide(OWN, 1, 0, entries('ab'))]);
  });

  it('or when a session begins meanwhile, which has all entries before its first message', () => {
    const server = loneLeader({ options });
    propose(server, 'ab');
    const sent = server.tellAll(2, promise(OWN));
    expect(described(sent)).toEqual(['AcceptDecide→0', 'AcceptSync→2']);
    expect(onlyOne('AcceptSync', sent).sync.entries).toEqual(entries('ab'));
  });

  it('a leader that leads no more sends none', () => {
    const server = loneLeader({ options });
    propose(server, 'ab');
    server.tell(2, prepare(ballot(5, 2)));
    expect(server.expire('flush')).toEqual([]);
  });
});

describe('the library: the window', () => {
  const options = { window: 2 };

  it('so many entries may be undecided at once; others wait', () => {
    const server = loneLeader({ options });
    propose(server, 'abcd');
    expect(server.values).toEqual(['a', 'b']);
    expect(server.marks).toContain('window-full');
  });

  it('what waits is proposed as entries are decided, in order', () => {
    const server = loneLeader({ options });
    propose(server, 'abcd');
    server.tellAll(0, accepted(OWN, 1));
    expect(server.values).toEqual(['a', 'b', 'c']);
    server.tellAll(0, accepted(OWN, 3));
    expect(server.values).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('the library: flexible quorums', () => {
  it('an entry is decided by as many as the option says', () => {
    const server = loneLeader({ nodes: 5, options: { acceptQuorum: 2 } });
    propose(server, 'a');
    server.tellAll(0, accepted(OWN, 1));
    expect(server.state.paxos.decidedLength).toBe(1);
  });

  it('a leader needs promises of so many that each accept quorum has one of them', () => {
    const server = new LoneServer({ nodes: 5, options: { acceptQuorum: 2 } });
    server.endRound({ 0: {}, 2: {}, 3: {}, 4: {} });
    for (const other of [0, 2]) server.tellAll(other, promise(OWN));
    expect(server.state.paxos.phase).toBe('prepare');
    server.tellAll(3, promise(OWN));
    expect(server.state.paxos.phase).toBe('accept');
  });
});
