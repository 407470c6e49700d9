/**
 * Leases, in the place of the paper's perfect failure detector (§3): a tail is replaced only when
 * it does not answer queries any more. L is what the master grants, ρ what clocks gain or lose.
 * Who counts how long, and from when: Gray & Cheriton, "Leases", SOSP 1989, §5.
 */
import { describe, expect, it } from 'vitest';
import type { ServerHeartbeat } from '../../../protocols/chain-replication/messages.ts';
import type { Micros } from '../../../sim/contract.ts';
import {
  type ChainWorld,
  CLIENT,
  chainOf,
  chainWorld,
  get,
  HEAD,
  LONG,
  lastAnswer,
  MASTER,
  MIDDLE,
  master,
  ofType,
  pass,
  put,
  server,
  TAIL,
  without,
  write,
} from '../../protocols/chain-world.ts';

const LEASE: Micros = 40_000;
/** L(1 + ρ) and, with a tick for rounding, L(1 − ρ), where clocks are off by a fifth. */
const GRANTED: Micros = 48_000;
const HELD: Micros = 31_999;
const LEASES = { leaseDuration: LEASE, driftBound: 200_000 } as const;
/** Heartbeats so often that a test sees when something happens. */
const OFTEN = { ...LEASES, heartbeatInterval: 1_000, suspectAfter: 10_000 } as const;

const query = { type: 'Query', operation: get(), requestNumber: 9 } as const;
const REPLY = `Reply ${TAIL}→${CLIENT}`;

/** Who has an update, and a lease that was just obtained. */
function leased(): ChainWorld {
  const world = chainWorld({ options: LEASES });
  write(world, 1);
  return world;
}

function ask(world: ChainWorld): void {
  world.lose();
  world.inject(CLIENT, TAIL, query);
  world.settle(ofType('Query'));
}

describe('a tail counts its lease', () => {
  it('from the sending of its heartbeat, for L(1 − ρ), however late the reply is', () => {
    const world = leased();
    world.expire(TAIL, 'heartbeat');
    const sentAt = world.now;
    world.settle(ofType('ServerHeartbeat'));
    world.now += 10_000;
    world.settle(ofType('HeartbeatReply'));
    expect(server(world, TAIL).leaseUntil).toBe(sentAt + HELD);
  });

  it('and answers to its last moment, and no longer', () => {
    const world = leased();
    world.now = server(world, TAIL).leaseUntil - 1;
    ask(world);
    expect(world.inFlight()).toEqual([REPLY]);
    world.now++;
    ask(world);
    expect(world.inFlight()).toEqual([]);
    expect(world.marks.at(-1)).toBe(`query-waits ${TAIL}`);
  });

  it('as over if the reply comes when it is', () => {
    const world = leased();
    world.now = server(world, TAIL).leaseUntil;
    world.expire(TAIL, 'heartbeat');
    world.settle(ofType('ServerHeartbeat'));
    world.now += HELD;
    world.settle(ofType('HeartbeatReply'));
    ask(world);
    expect(world.inFlight()).toEqual([]);
  });

  it('as the longest that it was granted, in whatever order replies come', () => {
    const world = leased();
    world.expire(TAIL, 'heartbeat');
    world.settle(ofType('ServerHeartbeat'));
    const late = world.take('HeartbeatReply', MASTER, TAIL);
    world.expire(TAIL, 'heartbeat');
    world.settle();
    const { leaseUntil } = server(world, TAIL);
    world.inject(MASTER, TAIL, late.message);
    world.settle();
    expect(server(world, TAIL).leaseUntil).toBe(leaseUntil);
  });
});

describe('the master', () => {
  it('waits for L(1 + ρ) from its last grant before it proposes to remove a server', () => {
    const world = chainWorld({ options: OFTEN });
    const grantedAt = master(world).grantedAt[TAIL]!;
    while (world.now + 2 * OFTEN.heartbeatInterval < grantedAt + GRANTED) {
      pass(world, 1, [TAIL]);
      expect(world.marks).not.toContain(`remove-proposed ${MASTER}`);
    }
    expect(world.marks).toContain(`removal-waits-for-lease ${MASTER}`);
    pass(world, 3 * OFTEN.heartbeatInterval, [TAIL]);
    expect(chainOf(world)).toEqual([HEAD, MIDDLE]);
    expect(world.now).toBeGreaterThanOrEqual(grantedAt + GRANTED);
  });

  it('makes another one the tail only when the lease of the old one is over', () => {
    const world = chainWorld({ options: { ...OFTEN, readMode: 'tail' } });
    while (chainOf(world).includes(TAIL)) {
      expect(server(world, MIDDLE).leaseUntil).toBe(-1);
      pass(world, 1, [TAIL]);
    }
    // It sleeps, and knows of nothing but its lease.
    expect(server(world, TAIL).configuration.epoch).toBe(1);
    expect(world.now).toBeGreaterThanOrEqual(server(world, TAIL).leaseUntil);
  });

  it('does not wait for a lease that it has never granted', () => {
    const world = chainWorld({ options: OFTEN });
    pass(world, GRANTED, []);
    const diedAt = world.now;
    while (chainOf(world).includes(MIDDLE)) pass(world, 1, [MIDDLE]);
    expect(world.now - diedAt).toBeLessThan(LEASE);
  });
});

/** The tail's next heartbeat, changed as told, and what the master replies. */
function leaseGrantedTo(world: ChainWorld, id: number, change: Partial<ServerHeartbeat>): Micros {
  world.expire(id, 'heartbeat');
  const { message } = world.take('ServerHeartbeat', id, MASTER);
  world.inject(id, MASTER, { ...message, ...change } as ServerHeartbeat);
  world.settle(ofType('ServerHeartbeat'));
  const reply = world.take('HeartbeatReply', MASTER, id).message;
  if (reply.type !== 'HeartbeatReply') throw new Error('no reply');
  return reply.lease;
}

describe('no lease is granted', () => {
  it('but to the tail, of the epoch and in the incarnation that was admitted', () => {
    const granted = (id: number, change: Partial<ServerHeartbeat> = {}): Micros =>
      leaseGrantedTo(leased(), id, change);
    expect(granted(TAIL)).toBe(LEASE);
    expect(granted(MIDDLE)).toBe(0);
    expect(granted(HEAD)).toBe(0);
    expect(granted(TAIL, { epoch: 0 })).toBe(0);
    expect(granted(TAIL, { incarnation: 1 })).toBe(0);
  });

  it('to a tail that is only waited for to leave: else it would never have to', () => {
    const world = leased();
    world.reconfigure(MASTER, [HEAD, MIDDLE]);
    world.settle(ofType('Wish', 'MasterPaxos'));
    // The second one echoes a reply to the first, which was sent when the wish was known.
    for (const id of [HEAD, MIDDLE, HEAD, MIDDLE]) {
      world.expire(id, 'heartbeat');
      world.settle();
    }
    world.expire(MASTER, 'supervise');
    expect(world.marks).toContain(`removal-waits-for-lease ${MASTER}`);
    expect(leaseGrantedTo(world, TAIL, {})).toBe(0);
    pass(world, 2 * LEASE);
    expect(chainOf(world)).toEqual([HEAD, MIDDLE]);
  });

  it('to a tail whose removal is on its way among the masters', () => {
    const world = chainWorld({ options: { ...OFTEN, leaseDuration: 5_000 } });
    while (master(world).proposed === null) {
      for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
      for (const id of [HEAD, MIDDLE]) world.expire(id, 'heartbeat');
      world.settle(ofType('ServerHeartbeat', 'HeartbeatReply'));
    }
    expect(master(world).proposed).toMatchObject({ f: 'remove', server: TAIL });
    expect(leaseGrantedTo(world, TAIL, {})).toBe(0);
  });
});

/** The head is removed; the tail has not heard of it, and a query waits at it. */
function headRemoved(): ChainWorld {
  const world = leased();
  for (const end = world.now + LONG; chainOf(world).includes(HEAD) && world.now < end; ) {
    for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
    for (const id of [MIDDLE, TAIL]) world.expire(id, 'heartbeat');
    world.settle(
      (packet) => without(HEAD)(packet) && (packet.to !== TAIL || chainOf(world).includes(HEAD)),
    );
  }
  return world;
}

describe('with the epoch', () => {
  it('ends the lease, though the tail remains the tail', () => {
    const world = headRemoved();
    expect(server(world, TAIL).leaseUntil).toBeGreaterThan(world.now);
    world.deliver('ChainConfig', MASTER, TAIL);
    expect(server(world, TAIL).configuration.chain).toEqual([MIDDLE, TAIL]);
    ask(world);
    expect(world.inFlight()).toEqual([]);
    expect(world.marks.at(-1)).toBe(`query-waits ${TAIL}`);
  });

  it('ends whatever was granted in it and is still on its way', () => {
    const world = headRemoved();
    const { repliedAt, sentAt } = { repliedAt: world.now, sentAt: world.now - 1 };
    const granted = { type: 'HeartbeatReply', epoch: 1, sentAt, repliedAt, lease: LEASE } as const;
    world.deliver('ChainConfig', MASTER, TAIL);
    world.lose();
    world.inject(MASTER, TAIL, granted);
    world.settle();
    expect(server(world, TAIL).leaseUntil).toBe(-1);
  });

  it('ends the wait of queries: whoever sent them is told who is asked now', () => {
    const world = headRemoved();
    world.now = server(world, TAIL).leaseUntil;
    world.inject(CLIENT, TAIL, query);
    world.settle(ofType('Query'));
    expect(server(world, TAIL).waitingQueries).toHaveLength(1);
    world.deliver('ChainConfig', MASTER, TAIL);
    expect(server(world, TAIL).waitingQueries).toEqual([]);
    expect(world.inFlight()).toContain(`Redirect ${TAIL}→${CLIENT}`);
  });
});

describe('a tail that was paused', () => {
  it('answers what waits before it if its lease lasts, and nothing otherwise', () => {
    const world = leased();
    world.now += HELD / 2;
    ask(world);
    world.settle();
    expect(world.inFlight()).toEqual([]);
    expect(server(world, TAIL).answeredQueries).toBe(1);
    world.now += HELD;
    ask(world);
    expect(server(world, TAIL).answeredQueries).toBe(1);
  });

  it('has answered nothing that another tail has overwritten', () => {
    const world = leased();
    pass(world, LONG, [TAIL]);
    world.invoke(CLIENT, put(2));
    world.settle(without(TAIL));
    world.expire(CLIENT, 'retry');
    world.settle(without(TAIL));
    expect(world.outcomes).toHaveLength(2);
    ask(world);
    expect(world.inFlight()).toEqual([]);
    pass(world, LONG);
    world.invoke(CLIENT, get());
    world.settle();
    pass(world, 1);
    expect(lastAnswer(world)).toBe(2);
  });
});
