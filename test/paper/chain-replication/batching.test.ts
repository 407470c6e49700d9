/**
 * Van Renesse & Schneider 2004, §3: updates go from server to server in order, over links that keep
 * it. Many may be on their way at once; here one Forward may bring several of them, too.
 */
import { describe, expect, it } from 'vitest';
import type { Forward } from '../../../protocols/chain-replication/messages.ts';
import type { NodeId } from '../../../sim/contract.ts';
import {
  type ChainWorld,
  CLIENT,
  chainWorld,
  DURABLE,
  HEAD,
  MIDDLE,
  ofType,
  put,
  server,
  TAIL,
  valuesOf,
} from '../../protocols/chain-world.ts';

/** So many clients have each sent an update to the head; what follows from it has not arrived. */
function ordered(clients: number, options: object): ChainWorld {
  const world = chainWorld({ clients, options: { ...options } });
  for (let client = CLIENT; client < CLIENT + clients; client++) {
    world.invoke(client, put(client - CLIENT + 1));
  }
  world.settle(ofType('GetConfiguration', 'ChainConfig', 'Request'));
  expect(server(world, HEAD).length).toBe(clients);
  return world;
}

/** After which update each Forward on this link follows, and how many it brings. */
function forwards(world: ChainWorld, from: NodeId, to: NodeId): string[] {
  return world.flying
    .filter((packet) => packet.from === from && packet.to === to)
    .map(({ message }) => message)
    .filter((message): message is Forward => message.type === 'Forward')
    .map(({ after, entries }) => `${entries.length} after ${after}`);
}

const count = (to: number): number[] => Array.from({ length: to }, (_, index) => index + 1);

describe('updates on their way', () => {
  it('do not wait for each other: the head forwards each as it comes', () => {
    const world = ordered(3, {});
    expect(forwards(world, HEAD, MIDDLE)).toEqual(['1 after 0', '1 after 1', '1 after 2']);
    expect(server(world, HEAD).acknowledged).toBe(0);
  });

  it('are as many as the window says, beyond what the next one has', () => {
    const world = ordered(5, { window: 2 });
    expect(forwards(world, HEAD, MIDDLE)).toEqual(['1 after 0', '1 after 1']);
    world.settle(({ message }) => message.type !== 'Ack');
    world.settle(ofType('Ack'));
    expect(forwards(world, HEAD, MIDDLE)).toEqual(['2 after 2']);
    world.settle();
    expect(valuesOf(server(world, TAIL))).toEqual(count(5));
  });

  it('arrive in the order of the head, in whatever order the messages do', () => {
    const world = ordered(6, {});
    world.flying.reverse();
    world.settle();
    for (const id of [HEAD, MIDDLE, TAIL]) {
      expect(valuesOf(server(world, id))).toEqual(count(6));
    }
    expect(world.outcomes).toHaveLength(6);
  });
});

/** Four of eight updates are on their way, one by one; the others wait at the head. */
function waiting(batchSize: number): ChainWorld {
  const world = ordered(8, { window: 4, batchSize });
  expect(forwards(world, HEAD, MIDDLE)).toHaveLength(4);
  world.settle(({ to, message }) => to !== HEAD && message.type !== 'Reply');
  return world;
}

describe('one acknowledgement', () => {
  it('stands for all before it, whose own were lost', () => {
    const world = waiting(8);
    const acks = world.flying.filter(({ message }) => message.type === 'Ack');
    world.lose(ofType('Ack'));
    const { message } = acks.at(-1)!;
    expect(message).toMatchObject({ upTo: 4, held: 4 });
    world.inject(MIDDLE, HEAD, message);
    world.settle(ofType('Ack'));
    expect(server(world, HEAD)).toMatchObject({ acknowledged: 4, committed: 4 });
  });

  it('that comes late takes nothing back', () => {
    const world = waiting(8);
    const first = world.take('Ack', MIDDLE, HEAD);
    world.settle();
    expect(server(world, HEAD).acknowledged).toBe(8);
    world.inject(MIDDLE, HEAD, first.message);
    world.settle();
    expect(server(world, HEAD)).toMatchObject({ acknowledged: 8, successorHolds: 8 });
  });
});

describe('one Forward', () => {
  function afterLastAck(batchSize: number): ChainWorld {
    const world = waiting(batchSize);
    const { message } = world.flying.findLast((packet) => packet.message.type === 'Ack')!;
    world.lose();
    world.inject(MIDDLE, HEAD, message);
    world.settle(ofType('Ack'));
    return world;
  }

  it('brings all that has waited', () => {
    expect(forwards(afterLastAck(8), HEAD, MIDDLE)).toEqual(['4 after 4']);
  });

  it('brings no more than `batchSize`: the rest is in the next one', () => {
    expect(forwards(afterLastAck(3), HEAD, MIDDLE)).toEqual(['3 after 4', '1 after 7']);
  });

  it('of many updates is passed on as one, executed as one, and acknowledged once', () => {
    const world = afterLastAck(8);
    world.deliver('Forward', HEAD, MIDDLE);
    expect(world.inFlight()).toEqual([`Forward ${MIDDLE}→${TAIL}`]);
    expect(forwards(world, MIDDLE, TAIL)).toEqual(['4 after 4']);
    world.settle(ofType('Forward', 'Stored'));
    expect(valuesOf(server(world, TAIL))).toEqual(count(8));
    const sent = world.flying.map(({ message }) => message.type).sort();
    expect(sent).toEqual(['Ack', 'Reply', 'Reply', 'Reply', 'Reply']);
  });

  it('that brings what is known, too, adds only what is not', () => {
    const world = ordered(5, {});
    world.deliver('Forward', HEAD, MIDDLE);
    world.deliver('Forward', HEAD, MIDDLE);
    world.lose();
    const entries = server(world, HEAD).hist.slice(1, 4);
    const repeated = { after: 1, entries, committed: 0, lengthAtEpoch: 0 };
    world.inject(HEAD, MIDDLE, { type: 'Forward', epoch: 1, ...repeated });
    world.settle(ofType('Forward'));
    expect(valuesOf(server(world, MIDDLE))).toEqual(count(4));
  });

  it('that brings nothing new is answered by what the receiver holds', () => {
    const world = ordered(2, {});
    const [first] = world.flying;
    world.settle(({ to }) => to === MIDDLE);
    world.lose();
    world.inject(HEAD, MIDDLE, first!.message);
    world.settle(ofType('Forward'));
    expect(world.inFlight()).toEqual([`Ack ${MIDDLE}→${HEAD}`]);
    expect(world.flying[0]?.message).toMatchObject({ upTo: 0, held: 2 });
  });

  it('is one record on a durable server’s disk', () => {
    const world = ordered(8, { ...DURABLE, window: 4, batchSize: 8 });
    world.settle(({ to }) => to !== HEAD);
    const { message } = world.flying.findLast((packet) => packet.message.type === 'Ack')!;
    world.lose();
    world.inject(MIDDLE, HEAD, message);
    world.settle(ofType('Ack'));
    const records = world.recordCount(MIDDLE);
    world.deliver('Forward', HEAD, MIDDLE);
    expect(server(world, MIDDLE).length).toBe(8);
    expect(world.recordCount(MIDDLE)).toBe(records + 1);
  });
});

describe('a Forward that overtook others', () => {
  /** The first of forty is late. */
  function overtaken(): { readonly world: ChainWorld; readonly late: Forward } {
    const world = ordered(40, { window: 64 });
    const { message } = world.take('Forward', HEAD, MIDDLE);
    if (message.type !== 'Forward') throw new Error('no Forward');
    world.settle(({ to }) => to === MIDDLE);
    return { world, late: message };
  }

  it('is kept until those come, and 32 are', () => {
    const { world, late } = overtaken();
    expect(server(world, MIDDLE)).toMatchObject({ length: 0 });
    expect(server(world, MIDDLE).early).toHaveLength(32);
    world.inject(HEAD, MIDDLE, late);
    world.settle(({ to }) => to === MIDDLE);
    expect(valuesOf(server(world, MIDDLE))).toEqual(count(33));
    expect(server(world, MIDDLE).early).toEqual([]);
  });

  it('makes its receiver ask for what is missing, when that does not come in time', () => {
    const { world } = overtaken();
    const { now } = world;
    world.expire(MIDDLE, 'gap');
    expect(world.now - now).toBe(world.cluster.options.gapPatience);
    expect(world.inFlight()).toEqual([`LastSequence ${MIDDLE}→${HEAD}`]);
    world.settle();
    expect(valuesOf(server(world, TAIL))).toEqual(count(40));
  });
});

describe('a server without an acknowledgement', () => {
  it('forwards one batch again, from what the next one is not known to hold', () => {
    const world = ordered(6, { batchSize: 4 });
    world.lose();
    for (let patience = 0; patience < 2; patience++) world.expire(HEAD, 'resend');
    expect(forwards(world, HEAD, MIDDLE)).toEqual(['4 after 0']);
    world.settle();
    // Its answer opens the way for the rest.
    expect(valuesOf(server(world, TAIL))).toEqual(count(6));
  });

  it('does so at growing intervals while nothing helps', () => {
    const world = ordered(1, {});
    world.expire(HEAD, 'resend');
    const waits: number[] = [];
    for (let patience = 0; patience < 6; patience++) {
      const before = world.now;
      world.lose();
      world.expire(HEAD, 'resend');
      waits.push(world.now - before);
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 160_000]);
    world.settle();
    expect(server(world, TAIL).length).toBe(1);
  });
});
