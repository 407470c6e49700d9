/**
 * Epochs: van Renesse & Schneider 2004, §3, have a master that tells servers of their neighbours,
 * and servers that stop when they fail. Here one may be wrong to be removed and talk on, so that
 * messages of the chain count in the epoch in which they were sent, and in no other.
 */
import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../../protocols/chain-replication/configuration.ts';
import { chainReplication } from '../../../protocols/chain-replication/index.ts';
import type { ChainMessage } from '../../../protocols/chain-replication/messages.ts';
import type { NodeId, Protocol } from '../../../sim/contract.ts';
import {
  type ChainWorld,
  CLIENT,
  chainOf,
  chainWorld,
  HEAD,
  judgedBy,
  LONG,
  MASTER,
  MIDDLE,
  master,
  ofType,
  pass,
  put,
  server,
  TAIL,
  valuesOf,
  without,
  write,
} from '../../protocols/chain-world.ts';

const request = {
  type: 'Request',
  operation: put(9),
  clientId: CLIENT,
  requestNumber: 90,
} as const;

/** What neighbours say to each other, as of an epoch: each would change the one that hears it. */
function messageOf(type: ChainMessage['type'], epoch: number): ChainMessage {
  switch (type) {
    case 'Forward':
      return { type, epoch, after: 1, entries: [request], committed: 1, lengthAtEpoch: 1 };
    case 'Ack':
      return { type, epoch, upTo: 2, held: 2 };
    case 'LastSequence':
      return { type, epoch, last: 1 };
    default:
      throw new Error(`neighbours do not send ${type}`);
  }
}

const exchanged = [
  { type: 'Forward', from: HEAD, to: MIDDLE },
  { type: 'Ack', from: MIDDLE, to: HEAD },
  { type: 'LastSequence', from: MIDDLE, to: HEAD },
] as const;

/** Made-up messages do what no server would: no invariant is to judge it. */
const unjudged = judgedBy(chainReplication as unknown as Protocol);

/** Epoch 2, a chain of two after three; the head has an update that it has to send again. */
function secondEpoch(): ChainWorld {
  const world = chainWorld({ protocol: unjudged });
  write(world, 1);
  pass(world, LONG, [TAIL]);
  world.lose();
  world.invoke(CLIENT, put(2));
  world.lose();
  world.inject(CLIENT, HEAD, { ...request, requestNumber: 2 });
  world.settle(ofType('Request'));
  world.lose();
  expect(server(world, HEAD)).toMatchObject({ length: 2, acknowledged: 1 });
  expect(master(world).configuration).toMatchObject({ epoch: 2, chain: [HEAD, MIDDLE] });
  return world;
}

function told(type: ChainMessage['type'], from: NodeId, to: NodeId, epoch: number): string[] {
  const world = secondEpoch();
  const before = JSON.stringify(server(world, to));
  world.inject(from, to, messageOf(type, epoch));
  world.settle(ofType(type));
  const isChanged = JSON.stringify(server(world, to)) !== before;
  return [...(isChanged ? ['changed'] : []), ...world.inFlight()];
}

describe('a message of the chain', () => {
  it.each(exchanged)('$type counts for nothing in a later epoch', ({ type, from, to }) => {
    expect(told(type, from, to, 1)).toEqual([`ChainConfig ${to}→${from}`]);
  });

  it.each(exchanged)('$type counts for nothing in an earlier epoch', ({ type, from, to }) => {
    expect(told(type, from, to, 3)).toEqual([`GetConfiguration ${to}→${from}`]);
  });

  it.each(exchanged)('$type does something in its own', ({ type, from, to }) => {
    const what = told(type, from, to, 2);
    expect(what).not.toEqual([]);
    expect(what.join()).not.toMatch(/ChainConfig|GetConfiguration/);
  });

  it('counts for nothing if it is not from the neighbour that should send it', () => {
    const world = secondEpoch();
    const before = JSON.stringify([HEAD, MIDDLE].map((id) => server(world, id)));
    world.inject(TAIL, MIDDLE, messageOf('Forward', 2));
    world.inject(TAIL, HEAD, messageOf('Ack', 2));
    world.inject(TAIL, HEAD, messageOf('LastSequence', 2));
    world.settle();
    expect(JSON.stringify([HEAD, MIDDLE].map((id) => server(world, id)))).toBe(before);
  });

  it('to the tail itself, that something is on disk, is void in a later epoch, too', () => {
    const world = chainWorld();
    write(world, 1);
    world.invoke(CLIENT, put(2));
    world.settle(ofType('Request', 'Forward'));
    const stored = world.take('Stored', TAIL, TAIL);
    for (const end = world.now + LONG; world.now < end; ) {
      for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
      for (const each of [MIDDLE, TAIL]) world.expire(each, 'heartbeat');
      world.settle((packet) => without(HEAD)(packet) && packet.message.type !== 'Stored');
      world.lose();
    }
    expect(server(world, TAIL).configuration).toMatchObject({ epoch: 2, chain: [MIDDLE, TAIL] });
    world.inject(TAIL, TAIL, stored.message);
    world.settle();
    expect(server(world, TAIL).committed).toBe(1);
  });
});

/** The middle server is removed; of the others only this one has been told. */
function onlyOneTold(id: NodeId): ChainWorld {
  const world = chainWorld();
  write(world, 1);
  for (const end = world.now + LONG; chainOf(world).includes(MIDDLE) && world.now < end; ) {
    for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
    for (const each of [HEAD, TAIL]) world.expire(each, 'heartbeat');
    world.settle((packet) => without(MIDDLE)(packet) && chainOf(world).includes(MIDDLE));
    world.settle(ofType('MasterPaxos'));
  }
  expect(chainOf(world)).toEqual([HEAD, TAIL]);
  world.crash(MIDDLE);
  world.deliver('ChainConfig', MASTER, id);
  world.crash(MASTER);
  return world;
}

describe('servers tell each other', () => {
  it('of an epoch that only the head has heard of', () => {
    const world = onlyOneTold(HEAD);
    world.lose(({ from, message }) => from === MASTER || message.type === 'LastSequence');
    write(world, 2);
    for (let patience = 0; patience < 2; patience++) world.expire(HEAD, 'resend');
    world.settle();
    expect(server(world, TAIL).configuration).toMatchObject({ epoch: 2, chain: [HEAD, TAIL] });
    expect(valuesOf(server(world, TAIL))).toEqual([1, 2]);
    expect(world.outcomes).toHaveLength(2);
  });

  it('of one that only the tail has: it tells the head once more what it lacks', () => {
    const world = onlyOneTold(TAIL);
    world.lose(({ from }) => from === MASTER);
    world.invoke(CLIENT, put(2));
    world.settle(ofType('Request'));
    world.settle();
    expect(server(world, HEAD).configuration).toMatchObject({ epoch: 2, chain: [HEAD, TAIL] });
    expect(valuesOf(server(world, TAIL))).toEqual([1, 2]);
    expect(world.outcomes).toHaveLength(2);
  });
});

describe('an older configuration', () => {
  it('is no news to a server, nor to a client', () => {
    const world = secondEpoch();
    pass(world, LONG, [TAIL]);
    const old: Configuration = {
      epoch: 1,
      chain: [HEAD, MIDDLE, TAIL],
      joining: null,
      incarnations: { [HEAD]: 0, [MIDDLE]: 0, [TAIL]: 0 },
    };
    world.inject(MASTER, CLIENT, {
      type: 'ChainConfig',
      configuration: master(world).configuration,
    });
    for (const to of [HEAD, CLIENT]) {
      world.inject(MASTER, to, { type: 'ChainConfig', configuration: old });
    }
    world.settle(ofType('ChainConfig'));
    expect(server(world, HEAD).configuration.epoch).toBe(2);
    expect(world.clientState(CLIENT).configuration?.epoch).toBe(2);
  });

  it('of a server is made good by the master at its next heartbeat', () => {
    const world = secondEpoch();
    expect(server(world, TAIL).configuration.epoch).toBe(1);
    world.expire(TAIL, 'heartbeat');
    world.settle(ofType('ServerHeartbeat'));
    expect(world.inFlight()).toContain(`ChainConfig ${MASTER}→${TAIL}`);
    world.settle(ofType('ChainConfig'));
    expect(server(world, TAIL).configuration).toMatchObject({ epoch: 2, chain: [HEAD, MIDDLE] });
    expect(world.marks).toContain(`left-chain ${TAIL}`);
  });
});
