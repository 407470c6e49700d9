/**
 * Reads without an entry of their own, which the paper does not have (it decides all of them):
 * by a leader that a quorum confirms, and of a session at any server.
 */
import { describe, expect, it } from 'vitest';
import type { LeaderConfirmed, SequentialRead } from '../../../protocols/omni-paxos/messages.ts';
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
  type LoneServer,
  loneFollower,
  loneLeader,
  messagesOf,
  onlyOne,
  prepare,
  promise,
  request,
} from '../../protocols/lone-server.ts';
import {
  elect,
  get,
  lastAnswer,
  ofType,
  omniWorld,
  put,
  without,
  write,
} from '../../protocols/op-world.ts';

const CONFIRMED = { readMode: 'read-index' } as const;
const OLD = ballot(1, 0);
const ANSWER = `Response→${CLIENT}`;

function read(requestNumber = 1, clientId = CLIENT) {
  return { type: 'Request', operation: get(), clientId, requestNumber } as const;
}

/** What a follower says of the latest round. */
function confirmation(server: LoneServer, rest: Partial<LeaderConfirmed> = {}): LeaderConfirmed {
  const { leader, reads } = server.state;
  return { type: 'LeaderConfirmed', ballot: leader.ballot, round: reads.round, sentAt: 0, ...rest };
}

describe('a read in the log', () => {
  it('is an entry like any other', () => {
    const world = omniWorld();
    write(world, 3, 'a');
    world.invoke(3, get());
    world.settle();
    expect(lastAnswer(world)).toBe('a');
    expect(world.state(0).paxos.decidedLength).toBe(2);
  });
});

describe('a read by a leader that a quorum confirms', () => {
  it('asks all members, and is answered when as many as accept an entry have confirmed', () => {
    const server = loneLeader({ nodes: 5, options: CONFIRMED });
    expect(described(server.tellAll(CLIENT, read()))).toEqual([
      'ConfirmLeader→0',
      'ConfirmLeader→2',
      'ConfirmLeader→3',
      'ConfirmLeader→4',
    ]);
    expect(server.tell(0, confirmation(server))).toEqual([]);
    expect(described(server.tell(2, confirmation(server)))).toEqual([ANSWER]);
    expect(server.values).toEqual([]);
  });

  it('is not answered by what was asked before it arrived', () => {
    const server = loneLeader({ options: CONFIRMED });
    server.tellAll(CLIENT, read());
    const early = confirmation(server);
    server.tellAll(7, read(1, 7));
    expect(described(server.tellAll(0, early))).toContain(ANSWER);
    expect(server.marks.filter((mark) => mark === 'read-confirmed')).toHaveLength(1);
    expect(described(server.tellAll(0, confirmation(server)))).toEqual(['Response→7']);
  });

  it('is confirmed once by one server that answers twice', () => {
    const server = loneLeader({ nodes: 5, options: CONFIRMED });
    server.tellAll(CLIENT, read());
    for (let copy = 0; copy < 3; copy++) server.tell(0, confirmation(server));
    expect(server.marks).not.toContain('read-confirmed');
  });

  it('is not confirmed in another ballot than the present one', () => {
    const server = loneLeader({ options: CONFIRMED });
    server.tellAll(CLIENT, read());
    server.tell(0, confirmation(server, { ballot: OLD }));
    expect(server.marks).not.toContain('read-confirmed');
  });

  it('shares the next round with others that come while one is under way', () => {
    const server = loneLeader({ options: CONFIRMED });
    server.tellAll(1, read(1, 11));
    for (const client of [12, 13]) expect(server.tellAll(client, read(1, client))).toEqual([]);
    const sent = server.tellAll(0, confirmation(server));
    expect(described(sent)).toEqual(['Response→11', 'ConfirmLeader→0', 'ConfirmLeader→2']);
    const answers = server.tellAll(0, confirmation(server));
    expect(described(answers)).toEqual(['Response→12', 'Response→13']);
  });

  it('sees all that was decided when it arrived: also what is decided elsewhere', () => {
    const server = loneFollower({ options: CONFIRMED }, 'ab');
    server.endRound({ 0: {}, 2: {} });
    const own = server.state.leader.ballot;
    server.tellAll(0, promise(own, { acceptedRound: OLD, acceptedLength: 2, decidedLength: 0 }));
    server.tellAll(CLIENT, read());
    expect(server.tellAll(0, confirmation(server))).toEqual([]);
    const sent = server.tellAll(0, accepted(own, 2));
    expect(messagesOf('Response', sent)).toMatchObject([{ result: 'b', decidedLength: 2 }]);
  });

  it('does not see what is accepted and not decided', () => {
    const server = loneLeader({ options: CONFIRMED });
    server.tellAll(7, request('undecided', 1, 7));
    server.tellAll(CLIENT, read());
    const sent = server.tellAll(0, confirmation(server));
    expect(onlyOne('Response', sent).result).toBeNull();
  });

  it('is asked about again until it is confirmed', () => {
    const server = loneLeader({ options: CONFIRMED });
    server.tellAll(CLIENT, read());
    const again = onlyRound(server.expire('resend'));
    expect(again).toBe(2);
    expect(described(server.tellAll(0, confirmation(server)))).toContain(ANSWER);
  });

  it('is dropped by a candidate: its client asks again', () => {
    const server = candidate({ options: CONFIRMED });
    expect(server.tellAll(CLIENT, read())).toEqual([]);
    expect(server.state.reads.unconfirmed).toEqual([]);
  });

  it('is not answered by a leader that was followed by another one meanwhile', () => {
    const server = loneLeader({ options: CONFIRMED });
    server.tellAll(CLIENT, read());
    const late = confirmation(server);
    server.tell(2, prepare(ballot(5, 2)));
    expect(server.tell(0, late)).toEqual([]);
    expect(server.state.reads.unconfirmed).toEqual([]);
  });

  it('that waits for a decision dies with the ballot in which it was confirmed', () => {
    const server = loneFollower({ options: CONFIRMED }, 'ab');
    server.endRound({ 0: {}, 2: {} });
    const own = server.state.leader.ballot;
    server.tellAll(0, promise(own, { acceptedRound: OLD, acceptedLength: 2, decidedLength: 0 }));
    server.tellAll(CLIENT, read());
    server.tellAll(0, confirmation(server));
    const next = ballot(9, 2);
    server.tell(2, prepare(next));
    const sent = server.tell(2, acceptSync(next, [], { from: 2, decidedLength: 2 }));
    expect(messagesOf('Response', sent)).toEqual([]);
  });
});

function onlyRound(sent: ReturnType<LoneServer['tell']>): number | undefined {
  return messagesOf('ConfirmLeader', sent)[0]?.round;
}

describe('a follower that is asked whether somebody leads', () => {
  const asked = { type: 'ConfirmLeader', ballot: OLD, round: 4, sentAt: 17 } as const;

  it('confirms the ballot that it has promised', () => {
    expect(loneFollower({ options: CONFIRMED }).tell(0, asked)).toMatchObject([
      { to: 0, message: { type: 'LeaderConfirmed', ballot: OLD, round: 4, sentAt: 17 } },
    ]);
  });

  it('refuses a lower one', () => {
    const server = loneFollower({ options: CONFIRMED });
    server.tell(2, prepare(ballot(2, 2)));
    expect(described(server.tell(0, asked))).toEqual(['NotAccepted→0']);
  });

  it('says nothing of a higher one, which it has not promised', () => {
    const higher = { ...asked, ballot: ballot(3, 2) };
    expect(loneFollower({ options: CONFIRMED }).tell(2, higher)).toEqual([]);
  });

  it('tells a client that reads whom it follows', () => {
    const sent = loneFollower({ options: CONFIRMED }).tell(CLIENT, read());
    expect(sent.map(({ message }) => message)).toEqual([
      { type: 'Redirect', requestNumber: 1, ballot: OLD },
    ]);
  });
});

describe('a cut-off leader', () => {
  it('answers no read, for nobody confirms it, while another one has decided more', () => {
    const world = omniWorld({ clients: 2, options: CONFIRMED });
    write(world, 3, 'old');
    elect(world, 1, [0]);
    world.invoke(4, put('new'));
    world.settle(without(0, 3));
    expect(world.outcomes).toHaveLength(2);
    world.invoke(3, get());
    world.settle(({ from, to }) => Math.min(from, to) === 0 && Math.max(from, to) === 3);
    expect(world.outcomes).toHaveLength(2);
    world.settle();
    // Its timer may first have to run on for the latest request.
    for (let wait = 0; wait < 2; wait++) world.expire(3, 'retry');
    world.settle();
    expect(lastAnswer(world)).toBe('new');
  });
});

describe('a sequential read', () => {
  function ask(decidedLength: number): SequentialRead {
    return { type: 'SequentialRead', operation: get(), requestNumber: 1, decidedLength };
  }

  it('is answered by any server from what it knows to be decided', () => {
    const server = loneFollower({}, 'ab', 1);
    const sent = server.tell(CLIENT, ask(0));
    expect(onlyOne('Response', sent)).toMatchObject({ result: 'a', decidedLength: 1 });
  });

  it('waits for as much as its session has seen', () => {
    const server = loneFollower({}, 'ab', 1);
    expect(server.tell(CLIENT, ask(2))).toEqual([]);
    expect(server.marks).toContain('sequential-read-waits');
    const sent = server.tell(0, decide(OLD, 2));
    expect(onlyOne('Response', sent)).toMatchObject({ result: 'b', decidedLength: 2 });
  });

  it('needs no leader, so a change of leaders does not end its wait', () => {
    const server = loneFollower({}, 'a');
    server.tell(CLIENT, ask(1));
    const next = ballot(2, 2);
    server.tell(2, prepare(next));
    const sent = server.tell(2, acceptSync(next, [], { from: 1, decidedLength: 1 }));
    expect(messagesOf('Response', sent)).toHaveLength(1);
  });

  it('of a client that asks again takes the place of the one before', () => {
    const server = loneFollower({}, '');
    for (let copy = 0; copy < 3; copy++) server.tell(CLIENT, ask(1));
    const sent = server.tell(0, acceptDecide(OLD, 1, 0, entries('a'), { decidedLength: 1 }));
    expect(messagesOf('Response', sent)).toHaveLength(1);
  });

  it('never goes back: its session sees what it has written, at any server', () => {
    const world = omniWorld();
    world.invoke(3, put('a'));
    world.settle(({ to, message }) => to !== 2 || message.type !== 'Decide');
    world.invoke(3, get(), 'sequential', 2);
    world.settle(ofType('SequentialRead', 'Response'));
    expect(world.outcomes).toHaveLength(1);
    world.settle();
    expect(lastAnswer(world)).toBe('a');
  });
});
