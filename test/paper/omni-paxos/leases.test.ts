/**
 * Reads under a lease, which the paper does not have: a server that has confirmed a leader promises
 * nobody else for a while, and the leader counts on it for a shorter while.
 */
import { describe, expect, it } from 'vitest';
import { NO_BALLOT } from '../../../protocols/omni-paxos/ballot.ts';
import type { Micros } from '../../../sim/contract.ts';
import {
  accepted,
  ballot,
  CLIENT,
  described,
  type LoneServer,
  loneFollower,
  loneLeader,
  messagesOf,
  prepare,
  promise,
  request,
} from '../../protocols/lone-server.ts';
import {
  elect,
  get,
  isLeading,
  lastAnswer,
  ofType,
  omniWorld,
  put,
  without,
  write,
} from '../../protocols/op-world.ts';

const LEASE: Micros = 40_000;
/** Clocks gain or lose at most a fifth. */
const OPTIONS = { readMode: 'lease', leaseDuration: LEASE, driftBound: 200_000 } as const;
const GRANTED = 48_000;
const HELD = 32_000;
const OLD = ballot(1, 0);
const ANSWER = `Response→${CLIENT}`;

function read(requestNumber = 1) {
  return { type: 'Request', operation: get(), clientId: CLIENT, requestNumber } as const;
}

function ask(number = OLD, round = 1, sentAt = 0) {
  return { type: 'ConfirmLeader', ballot: number, round, sentAt } as const;
}

/** Follows server 0, and has just granted it a lease. */
function granter(options: object = OPTIONS): LoneServer {
  const server = loneFollower({ options: { ...options } });
  server.tell(0, ask());
  return server;
}

/** Server 1 leads, and was confirmed in the round that begins now. */
function leaseholder(options: object = OPTIONS, nodes = 3): LoneServer {
  const server = loneLeader({ nodes, options: { ...options } });
  server.expire('resend');
  for (const other of server.others.slice(0, Math.floor(nodes / 2))) confirm(server, other);
  return server;
}

/** The follower's word on the latest round, which began `ago`. */
function confirm(server: LoneServer, follower: number, ago: Micros = 0) {
  const { leader, reads } = server.state;
  return server.tellAll(follower, {
    type: 'LeaderConfirmed',
    ballot: leader.ballot,
    round: reads.round,
    sentAt: server.now - ago,
  });
}

describe('what is granted', () => {
  it('whoever has confirmed a leader promises no rival for L(1 + ρ) of its own time', () => {
    const server = granter();
    server.wait(GRANTED - 1);
    expect(server.tell(2, prepare(ballot(2, 2)))).toEqual([]);
    expect(server.marks).toContain('prepare-refused-by-lease');
    expect(server.state.paxos.promised).toBe(OLD);
    server.wait(1);
    expect(described(server.tell(2, prepare(ballot(2, 2))))).toEqual(['Promise→2']);
  });

  it('each confirmation renews it', () => {
    const server = granter();
    server.wait(30_000);
    server.tell(0, ask(OLD, 2));
    server.wait(GRANTED - 1);
    expect(server.tell(2, prepare(ballot(2, 2)))).toEqual([]);
  });

  it('it does not bind against its holder', () => {
    const again = prepare(ballot(2, 0));
    expect(described(granter().tell(0, again))).toEqual(['Promise→0']);
  });

  it('it binds the granter itself: elected, it asks nobody before the lease is over', () => {
    const server = granter({ ...OPTIONS, electionTimeout: 20_000 });
    server.endRound({ 0: {}, 2: {} });
    expect(server.state.election.ballot).toBe(ballot(2, 1));
    expect(server.state.leader.ballot).toBe(NO_BALLOT);
    server.endRound({ 0: {}, 2: {} });
    expect(server.now).toBeLessThan(GRANTED);
    expect(server.state.leader.ballot).toBe(NO_BALLOT);
    const sent = server.endRound({ 0: {}, 2: {} });
    expect(server.now).toBeGreaterThanOrEqual(GRANTED);
    expect(messagesOf('Prepare', sent)).toHaveLength(2);
  });

  it('whoever knows of a higher ballot renews none: a rival would wait for ever', () => {
    const server = granter();
    server.endRound({ 2: { ballot: ballot(5, 2), leader: ballot(5, 2), isHappy: true } });
    expect(server.tell(0, ask(OLD, 2))).toEqual([]);
    expect(server.state.reads.leaseUntil).toBe(GRANTED);
  });

  it('a leader of a lower ballot than was promised is granted nothing', () => {
    const server = loneFollower({ options: OPTIONS });
    server.tell(2, prepare(ballot(2, 2)));
    expect(described(server.tell(0, ask()))).toEqual(['NotAccepted→0']);
    expect(described(server.tell(2, prepare(ballot(3, 2))))).toEqual(['Promise→2']);
  });

  it('in other read modes nothing is granted', () => {
    const server = granter({ readMode: 'read-index' });
    expect(described(server.tell(2, prepare(ballot(2, 2))))).toEqual(['Promise→2']);
  });

  it('a restart may have forgotten one: it refuses everybody for as long as one lasts', () => {
    const server = granter();
    server.wait(1_000);
    server.restart();
    server.wait(GRANTED - 1);
    for (const candidate of [0, 2]) {
      expect(server.tell(candidate, prepare(ballot(2, candidate)))).toEqual([]);
    }
    server.wait(1);
    expect(described(server.tell(2, prepare(ballot(2, 2))))).toEqual(['Promise→2']);
  });

  it('the leader is told once the disk would say at the next start that this is one', () => {
    const [reply] = loneFollower({ options: OPTIONS }).tell(0, ask());
    expect(reply).toMatchObject({ message: { type: 'LeaderConfirmed' }, isUnsynced: false });
    const [other] = loneFollower({ options: { readMode: 'read-index' } }).tell(0, ask());
    expect(other).toMatchObject({ isUnsynced: true });
  });
});

describe('what the leader counts on', () => {
  it('it answers reads by itself for less than L(1 - ρ) since it has asked', () => {
    const server = leaseholder();
    server.wait(HELD - 2);
    expect(described(server.tell(CLIENT, read()))).toEqual([ANSWER]);
    expect(server.marks).toContain('read-under-lease');
    server.wait(1);
    expect(described(server.tellAll(CLIENT, read(2)))).not.toContain(ANSWER);
  });

  it.each([
    [40_000, 200_000],
    [40_000, 0],
    [107, 900_000],
    [1_000, 333_333],
  ])('a lease of %i µs at %i ppm is over for it before it is for a granter', (lease, drift) => {
    const options = { readMode: 'lease', leaseDuration: lease, driftBound: drift };
    const { leaseUntil } = granter(options).state.reads;
    // The fastest clock shows the end of what was granted; then the slowest one shows this.
    const gain = drift / 1_000_000;
    const server = leaseholder(options);
    server.wait(Math.floor((leaseUntil / (1 + gain)) * (1 - gain)));
    expect(described(server.tellAll(CLIENT, read()))).not.toContain(ANSWER);
  });

  it('it counts from the asking: a late answer is worth as much less', () => {
    const server = loneLeader({ options: OPTIONS });
    server.expire('resend');
    server.wait(HELD);
    confirm(server, 0, HELD);
    expect(described(server.tellAll(CLIENT, read()))).not.toContain(ANSWER);
  });

  it('it needs as many as accept an entry, itself among them', () => {
    const server = loneLeader({ nodes: 5, options: OPTIONS });
    server.expire('resend');
    confirm(server, 0);
    expect(described(server.tellAll(CLIENT, read()))).not.toContain(ANSWER);
    confirm(server, 2);
    expect(described(server.tellAll(CLIENT, read(2)))).toContain(ANSWER);
  });

  it('it ends with the one of the quorum that has confirmed longest ago', () => {
    const server = leaseholder(OPTIONS, 5);
    const { ownLeaseUntil } = server.state.reads;
    server.expire('resend');
    confirm(server, 2);
    expect(server.state.reads.ownLeaseUntil).toBe(ownLeaseUntil);
    confirm(server, 0);
    expect(server.state.reads.ownLeaseUntil).toBeGreaterThan(ownLeaseUntil);
  });

  it('it is renewed with what the leader repeats', () => {
    const server = loneLeader({ options: OPTIONS });
    expect(described(server.expire('resend'))).toContain('ConfirmLeader→0');
  });

  it('without one a read waits for a quorum that confirms the leader', () => {
    const server = leaseholder();
    server.wait(HELD);
    expect(described(server.tellAll(CLIENT, read()))).toEqual([
      'ConfirmLeader→0',
      'ConfirmLeader→2',
    ]);
    expect(described(confirm(server, 0))).toEqual([ANSWER]);
  });

  it('confirmations of its earlier ballot do not count in the next one', () => {
    const server = leaseholder();
    server.tell(2, { type: 'NotAccepted', ballot: ballot(5, 2) });
    server.endRound({ 0: {}, 2: {} });
    expect(server.state.leader.ballot).toBe(ballot(6, 1));
    for (const other of [0, 2]) server.tellAll(other, promise(server.state.leader.ballot));
    expect(server.state.paxos.phase).toBe('accept');
    expect(server.state.reads.ownLeaseUntil).toBeLessThan(0);
    confirm(server, server.state.id);
    expect(described(server.tellAll(CLIENT, read(2)))).not.toContain(ANSWER);
  });

  it('an answer that was overtaken by a later one shortens nothing', () => {
    const server = leaseholder();
    const { leader, reads } = server.state;
    const stale = { type: 'LeaderConfirmed', ballot: leader.ballot, round: reads.round } as const;
    server.expire('resend');
    confirm(server, 0);
    const until = server.state.reads.ownLeaseUntil;
    server.tell(0, { ...stale, sentAt: 0 });
    expect(server.state.reads.ownLeaseUntil).toBe(until);
  });

  it('a new leader’s read waits until all that it has adopted is decided', () => {
    const server = loneFollower({ options: OPTIONS }, '');
    server.endRound({ 0: {}, 2: {} });
    server.wait(GRANTED);
    server.endRound({ 0: {}, 2: {} });
    const own = server.state.leader.ballot;
    const log = [request('a', 1, 7)];
    const sync = { snapshot: null, from: 0, entries: log };
    server.tellAll(0, promise(own, { acceptedRound: ballot(1, 2), acceptedLength: 1, sync }));
    server.expire('resend');
    confirm(server, 0);
    expect(server.tell(CLIENT, read(7))).toEqual([]);
    const sent = server.tellAll(0, accepted(own, 1));
    expect(messagesOf('Response', sent)).toMatchObject([{ requestNumber: 7, result: 'a' }]);
  });
});

describe('leases as a whole', () => {
  it('nobody comes to lead while the leader may answer, and it reads its own writes', () => {
    const world = omniWorld({ options: { ...OPTIONS, electionTimeout: 6_000 } });
    write(world, 3, 'a');
    world.expire(0, 'resend');
    world.settle();
    elect(world, 1, [0]);
    expect(world.marks).toContain('took-over 1');
    expect(isLeading(world.state(1))).toBe(false);
    world.expire(0, 'resend');
    world.settle(ofType('ConfirmLeader', 'LeaderConfirmed'));
    world.invoke(3, get());
    world.settle(ofType('Request', 'Response'));
    expect(lastAnswer(world)).toBe('a');
  });

  it('a leader that is cut off answers from before, until its lease is over', () => {
    const world = omniWorld({ clients: 2, options: OPTIONS });
    write(world, 3, 'a');
    world.expire(0, 'resend');
    world.settle();
    world.invoke(3, get());
    world.settle(({ from, to }) => Math.min(from, to) === 0 && Math.max(from, to) === 3);
    expect(world.marks).toContain('read-under-lease 0');
    expect(lastAnswer(world)).toBe('a');
    world.now += 2 * GRANTED;
    elect(world, 1, [0]);
    expect(isLeading(world.state(1))).toBe(true);
    world.invoke(4, put('b'));
    world.settle(without(0));
    const { length } = world.outcomes;
    world.invoke(3, get());
    world.settle(({ from, to }) => Math.min(from, to) === 0 && Math.max(from, to) === 3);
    expect(world.outcomes).toHaveLength(length);
  });
});
