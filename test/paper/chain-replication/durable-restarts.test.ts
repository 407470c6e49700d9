/**
 * Servers that come back with what they had. Van Renesse & Schneider 2004, §3, have fail-stop
 * servers only; what is written before what is said, and what a start makes of it, is our own.
 */
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../sim/contract.ts';
import {
  type ChainWorld,
  CLIENT,
  chainOf,
  chainWorld,
  DURABLE,
  get,
  HEAD,
  joiningWorld,
  LONG,
  lastAnswer,
  MASTER,
  MIDDLE,
  ofType,
  pass,
  put,
  server,
  TAIL,
  valuesOf,
  without,
  write,
} from '../../protocols/chain-world.ts';

function durableWorld(options: object = {}): ChainWorld {
  const world = chainWorld({ options: { ...DURABLE, ...options } });
  write(world, 1);
  return world;
}

/** An update arrives while this server's disk does not write; what it says once it has. */
function saidWhenWritten(id: NodeId): readonly string[] {
  const world = durableWorld();
  world.holdDisk(id);
  world.invoke(CLIENT, put(2));
  world.settle();
  expect(valuesOf(server(world, id))).toEqual([1, 2]);
  expect(world.outcomes).toHaveLength(1);
  world.writeDisk(id);
  const said = world.inFlight();
  world.settle();
  expect(world.outcomes).toHaveLength(2);
  return said;
}

function restart(world: ChainWorld, ...servers: readonly NodeId[]): void {
  for (const id of servers) world.crash(id);
  world.lose();
  for (const id of servers) world.restart(id);
}

describe('a durable server has on its disk', () => {
  it('an update before the Forward that brings it to the next', () => {
    expect(saidWhenWritten(HEAD)).toEqual([`Forward ${HEAD}→${MIDDLE}`]);
    expect(saidWhenWritten(MIDDLE)).toEqual([`Forward ${MIDDLE}→${TAIL}`]);
  });

  it('as the tail, an update before it executes it: no Reply and no Ack leaves before', () => {
    expect(saidWhenWritten(TAIL)).toEqual([`Stored ${TAIL}→${TAIL}`]);
  });

  it('an update before the Ack of a copy of the Forward says that it holds it', () => {
    const world = durableWorld();
    world.holdDisk(MIDDLE);
    world.invoke(CLIENT, put(2));
    world.settle(ofType('Request'));
    const { message } = world.flying[0]!;
    world.inject(HEAD, MIDDLE, message);
    world.settle();
    expect(world.inFlight()).toEqual([]);
    world.writeDisk(MIDDLE);
    expect(world.inFlight()).toContain(`Ack ${MIDDLE}→${HEAD}`);
  });

  it('a configuration before it says anything in its epoch', () => {
    const world = durableWorld();
    world.crash(TAIL);
    world.holdDisk(MIDDLE);
    pass(world, LONG, [TAIL]);
    expect(server(world, MIDDLE).configuration).toMatchObject({ chain: [HEAD, MIDDLE] });
    expect(server(world, HEAD)).toMatchObject({ successorHolds: -1 });
    world.writeDisk(MIDDLE);
    world.settle(without(TAIL));
    expect(server(world, HEAD)).toMatchObject({ successorHolds: 1 });
  });

  it('a snapshot before it says that it needs nothing before it', () => {
    const world = joiningWorld([1, 2, 3, 4, 5, 6], DURABLE);
    world.settle(({ message }) => message.type !== 'StateCopy');
    world.holdDisk(TAIL);
    world.lose(({ message }) => message.type !== 'StateCopy');
    world.deliver('StateCopy', MIDDLE, TAIL);
    expect(server(world, TAIL).length).toBeGreaterThan(0);
    expect(world.inFlight()).toEqual([]);
    world.writeDisk(TAIL);
    expect(world.inFlight()).toEqual([`LastSequence ${TAIL}→${MIDDLE}`]);
  });

  it('what it has copied before the master hears of it', () => {
    const world = joiningWorld([1, 2], DURABLE);
    world.holdDisk(TAIL);
    world.settle();
    expect(server(world, TAIL)).toMatchObject({ length: 2, hasCaughtUp: true });
    expect(chainOf(world)).toEqual([HEAD, MIDDLE]);
    world.writeDisk(TAIL);
    world.settle();
    expect(chainOf(world)).toEqual([HEAD, MIDDLE, TAIL]);
  });

  it('the updates of one Forward in one record, so that a crash keeps all or none', () => {
    const world = chainWorld({ clients: 2, options: { ...DURABLE, window: 1 } });
    world.holdDisk(MIDDLE);
    const clients = [CLIENT, CLIENT + 1];
    const entries = clients.map(
      (clientId) =>
        ({ type: 'Request', operation: put(clientId), clientId, requestNumber: 1 }) as const,
    );
    for (const entry of entries) world.inject(entry.clientId, HEAD, entry);
    world.settle(ofType('Request'));
    const forward = { after: 0, entries, committed: 0, lengthAtEpoch: 0 };
    world.lose();
    world.inject(HEAD, MIDDLE, { type: 'Forward', epoch: 1, ...forward });
    world.settle();
    expect(server(world, MIDDLE).length).toBe(2);
    world.crash(MIDDLE, 'torn');
    world.restart(MIDDLE);
    expect(server(world, MIDDLE).length).toBe(0);
    expect(world.marks).toContain(`torn-record-dropped ${MIDDLE}`);
  });
});

describe('a durable server that restarts', () => {
  it('has its Hist, its place in the latest epoch it knew, and its incarnation', () => {
    const world = durableWorld();
    pass(world, LONG, [TAIL]);
    write(world, 2);
    restart(world, MIDDLE);
    expect(server(world, MIDDLE)).toMatchObject({
      length: 2,
      incarnation: 0,
      configuration: { epoch: 2, chain: [HEAD, MIDDLE] },
    });
    expect(valuesOf(server(world, MIDDLE))).toEqual([1, 2]);
  });

  it('sends on what it may not have sent, though nobody asks', () => {
    const world = durableWorld();
    world.invoke(CLIENT, put(2));
    world.settle(ofType('Request'));
    restart(world, HEAD);
    world.settle(({ from }) => from !== CLIENT);
    expect(valuesOf(server(world, TAIL))).toEqual([1, 2]);
    expect(world.outcomes).toHaveLength(2);
  });

  it('as the tail, has no lease any more, and executes again before it gets one', () => {
    const world = durableWorld();
    restart(world, TAIL);
    expect(server(world, TAIL)).toMatchObject({ leaseUntil: -1, committed: 0, answersFrom: 1 });
    world.inject(CLIENT, TAIL, { type: 'Query', operation: get(), requestNumber: 9 });
    world.settle(({ message }) => message.type !== 'HeartbeatReply');
    expect(server(world, TAIL)).toMatchObject({ committed: 1, answeredQueries: 0 });
    world.settle();
    expect(server(world, TAIL).answeredQueries).toBe(1);
  });

  it('loses nothing even if all do at once', () => {
    const world = durableWorld();
    world.invoke(CLIENT, put(2));
    world.settle(({ message }) => message.type !== 'Reply');
    restart(world, HEAD, MIDDLE, TAIL);
    pass(world, 20_000);
    for (const id of [HEAD, MIDDLE, TAIL]) {
      expect(valuesOf(server(world, id))).toEqual([1, 2]);
      expect(server(world, id).committed).toBe(2);
    }
    expect(chainOf(world)).toEqual([HEAD, MIDDLE, TAIL]);
    // Whose reply was lost is told once more.
    expect(world.outcomes).toHaveLength(2);
  });

  it('with no updates after what it took back when it was removed', () => {
    const world = durableWorld();
    pass(world, LONG, [HEAD]);
    world.inject(CLIENT, HEAD, {
      type: 'Request',
      operation: put(9),
      clientId: CLIENT,
      requestNumber: 99,
    });
    world.settle(ofType('Request'));
    expect(server(world, HEAD).length).toBe(2);
    world.lose();
    world.expire(HEAD, 'heartbeat');
    world.settle(ofType('ServerHeartbeat', 'ChainConfig'));
    expect(world.marks).toContain(`left-chain ${HEAD}`);
    restart(world, HEAD);
    expect(valuesOf(server(world, HEAD))).toEqual([1]);
  });
});

describe('a record that was torn', () => {
  /** The middle server has crashed while it wrote update 2, and has started again. */
  function tornWorld(): ChainWorld {
    const world = durableWorld();
    world.holdDisk(MIDDLE);
    world.invoke(CLIENT, put(2));
    world.settle();
    world.crash(MIDDLE, 'torn');
    world.restart(MIDDLE);
    world.settle();
    write(world, 3);
    expect(valuesOf(server(world, MIDDLE))).toEqual([1, 2, 3]);
    return world;
  }

  it('is void for ever, though others follow it by now', () => {
    const world = tornWorld();
    restart(world, MIDDLE);
    expect(valuesOf(server(world, MIDDLE))).toEqual([1, 2, 3]);
    expect(world.marks).not.toContain(`damaged-record-found ${MIDDLE}`);
  });

  it('excuses none that is damaged later', () => {
    const world = tornWorld();
    world.crash(MIDDLE);
    world.damage(MIDDLE, world.recordCount(MIDDLE) - 2);
    world.restart(MIDDLE);
    expect(world.marks).toContain(`damaged-record-found ${MIDDLE}`);
    expect(server(world, MIDDLE)).toMatchObject({ length: 0 });
  });
});

describe('a damaged disk', () => {
  it('makes a fresh server, in an incarnation that it never had', () => {
    const world = durableWorld();
    write(world, 2);
    world.crash(MIDDLE);
    const records = world.recordCount(MIDDLE);
    world.damage(MIDDLE, 0);
    world.lose();
    world.restart(MIDDLE);
    expect(server(world, MIDDLE)).toMatchObject({ length: 0, incarnation: records });
    world.invoke(CLIENT, put(3));
    world.settle(ofType('Request', 'Forward'));
    // The configuration that it knows names another one of its name.
    expect(server(world, MIDDLE).length).toBe(0);
  });

  it('is none any more once the fresh server has begun: it resumes from there', () => {
    const world = durableWorld();
    write(world, 2);
    world.crash(MIDDLE);
    world.damage(MIDDLE, 0);
    world.restart(MIDDLE);
    const { incarnation } = server(world, MIDDLE);
    pass(world, LONG);
    expect(chainOf(world)).toEqual([HEAD, TAIL, MIDDLE]);
    write(world, 3);
    const damagedBefore = world.marks.filter((mark) => mark.startsWith('damaged')).length;
    restart(world, MIDDLE);
    expect(server(world, MIDDLE)).toMatchObject({ incarnation, length: 3 });
    expect(world.marks.filter((mark) => mark.startsWith('damaged'))).toHaveLength(damagedBefore);
    pass(world, 20_000);
    world.invoke(CLIENT, get());
    world.settle();
    pass(world, 1);
    expect(lastAnswer(world)).toBe(3);
  });

  it('of a tail is no reason to lose what it has answered', () => {
    const world = durableWorld();
    write(world, 2);
    world.crash(TAIL);
    world.damage(TAIL, 0);
    world.restart(TAIL);
    pass(world, LONG);
    expect(chainOf(world)).toEqual([HEAD, MIDDLE, TAIL]);
    expect(world.marks).toContain(`remove-proposed ${MASTER}`);
    expect(valuesOf(server(world, TAIL))).toEqual([1, 2]);
  });
});
