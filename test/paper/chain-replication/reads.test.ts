/** Leases and confirmations in the place of the paper's perfect failure detector; stale reads. */
import { describe, expect, it } from 'vitest';
import {
  bootedWorld,
  CLIENT,
  chainOf,
  chainWorld,
  get,
  HEAD,
  LONG,
  lastAnswer,
  MASTER,
  MIDDLE,
  ofType,
  pass,
  put,
  server,
  TAIL,
  write,
} from '../../protocols/chain-world.ts';

const query = { type: 'Query', operation: get(), requestNumber: 9 } as const;

describe('a tail under a lease', () => {
  it('answers nothing before it has one', () => {
    const world = bootedWorld();
    world.settle(ofType('LastSequence', 'Ack', 'Forward'));
    world.inject(CLIENT, TAIL, query);
    world.settle(ofType('Query'));
    expect(world.marks).toContain(`query-waits ${TAIL}`);
    expect(world.inFlight()).not.toContain(`Reply ${TAIL}→${CLIENT}`);
  });

  it('answers what has waited once it gets it', () => {
    const world = chainWorld();
    pass(world, LONG, [TAIL]);
    const other = chainWorld();
    other.invoke(CLIENT, put(1));
    other.settle();
    other.now += LONG;
    other.inject(CLIENT, TAIL, query);
    other.settle(ofType('Query'));
    expect(other.inFlight()).toEqual([]);
    pass(other, 1);
    expect(other.marks).toContain(`lease-obtained ${TAIL}`);
  });

  it('counts the lease from the sending of its heartbeat, and less than the master does', () => {
    const world = chainWorld();
    const { leaseDuration, driftBound } = world.cluster.options;
    const sentAt = server(world, TAIL).leaseUntil;
    world.expire(TAIL, 'heartbeat');
    const now = world.now;
    world.settle();
    expect(server(world, TAIL).leaseUntil).toBeGreaterThan(sentAt);
    const longest = (Number(leaseDuration) * (1_000_000 - Number(driftBound))) / 1_000_000;
    expect(server(world, TAIL).leaseUntil).toBeLessThan(now + longest);
  });

  it('is removed only when the lease that it was granted last has run out', () => {
    const world = chainWorld({ options: { suspectAfter: 30_000, leaseDuration: 100_000 } });
    pass(world, 60_000, [TAIL]);
    expect(world.marks).toContain(`removal-waits-for-lease ${MASTER}`);
    expect(chainOf(world)).toContain(TAIL);
    pass(world, 100_000, [TAIL]);
    expect(chainOf(world)).toEqual([HEAD, MIDDLE]);
  });

  it('that wakes after it was removed answers nothing from what it remembers', () => {
    const world = chainWorld();
    write(world, 1);
    pass(world, LONG, [TAIL]);
    world.inject(CLIENT, TAIL, query);
    world.settle(ofType('Query'));
    expect(world.inFlight()).not.toContain(`Reply ${TAIL}→${CLIENT}`);
  });
});

describe('a tail without a lease', () => {
  it('asks after the query has arrived whether its epoch is current', () => {
    const world = chainWorld({ options: { readMode: 'confirm' } });
    write(world, 1);
    world.invoke(CLIENT, get());
    world.deliver('Query', CLIENT, TAIL);
    expect(world.inFlight()).toEqual([`Confirm ${TAIL}→${MASTER}`]);
    world.settle();
    expect(lastAnswer(world)).toBe(1);
  });

  it('asks once for queries that come while it asks, and once more for them all', () => {
    const world = chainWorld({ clients: 3, options: { readMode: 'confirm' } });
    for (const client of [CLIENT, CLIENT + 1, CLIENT + 2]) {
      world.inject(client, TAIL, { ...query, requestNumber: client });
    }
    world.settle(ofType('Query'));
    expect(world.inFlight()).toEqual([`Confirm ${TAIL}→${MASTER}`]);
    world.settle(({ message }) => message.type !== 'Reply');
    expect(world.inFlight()).toHaveLength(3);
    expect(server(world, TAIL).round).toBe(2);
  });

  it('learns instead that its epoch is over', () => {
    const world = chainWorld({ options: { readMode: 'confirm' } });
    pass(world, LONG, [TAIL]);
    world.inject(CLIENT, TAIL, query);
    world.settle();
    expect(world.inFlight()).toEqual([]);
    expect(server(world, TAIL).answeredQueries).toBe(0);
  });
});
