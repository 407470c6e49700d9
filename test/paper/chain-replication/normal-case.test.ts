/** Van Renesse & Schneider 2004, §3 and §3.1: updates and queries while nobody fails. */
import { describe, expect, it } from 'vitest';
import {
  CLIENT,
  chainWorld,
  get,
  HEAD,
  lastAnswer,
  MIDDLE,
  ofType,
  put,
  server,
  TAIL,
  valuesOf,
  write,
} from '../../protocols/chain-world.ts';

describe('§3 an update', () => {
  it('goes to the head, from server to server, and is answered by the tail', () => {
    const world = chainWorld();
    write(world, 0);
    world.invoke(CLIENT, put(1));
    expect(world.inFlight()).toEqual([`Request ${CLIENT}→${HEAD}`]);
    world.deliver('Request', CLIENT, HEAD);
    expect(world.inFlight()).toEqual([`Forward ${HEAD}→${MIDDLE}`]);
    world.deliver('Forward', HEAD, MIDDLE);
    expect(world.inFlight()).toEqual([`Forward ${MIDDLE}→${TAIL}`]);
    world.deliver('Forward', MIDDLE, TAIL);
    world.deliver('Stored', TAIL, TAIL);
    expect(world.inFlight()).toEqual([`Reply ${TAIL}→${CLIENT}`, `Ack ${TAIL}→${MIDDLE}`]);
  });

  it('is in the Hist of every server before the client is answered', () => {
    const world = chainWorld();
    world.invoke(CLIENT, put(1));
    world.settle(({ message }) => message.type !== 'Reply');
    for (const id of [HEAD, MIDDLE, TAIL]) expect(valuesOf(server(world, id))).toEqual([1]);
    expect(world.outcomes).toEqual([]);
  });

  it('is taken by a server only after all that precede it', () => {
    const world = chainWorld({ clients: 2 });
    write(world, 0);
    world.invoke(CLIENT, put(1));
    world.invoke(CLIENT + 1, put(2));
    world.settle(ofType('GetConfiguration', 'ChainConfig'));
    world.settle(ofType('Request'));
    const first = world.take('Forward', HEAD, MIDDLE);
    world.deliver('Forward', HEAD, MIDDLE);
    expect(valuesOf(server(world, MIDDLE))).toEqual([0]);
    world.inject(HEAD, MIDDLE, first.message);
    world.settle();
    expect(valuesOf(server(world, TAIL))).toEqual([0, 1, 2]);
  });

  it('that is lost on a link is asked for, and sent again', () => {
    const world = chainWorld({ clients: 2 });
    write(world, 0);
    world.invoke(CLIENT, put(1));
    world.settle(ofType('Request'));
    world.take('Forward', HEAD, MIDDLE);
    world.invoke(CLIENT + 1, put(2));
    world.settle();
    expect(world.outcomes).toHaveLength(1);
    world.expire(MIDDLE, 'gap');
    world.settle();
    expect(valuesOf(server(world, TAIL))).toEqual([0, 1, 2]);
    expect(world.outcomes).toHaveLength(3);
  });

  it('that is the last one to be lost is sent again for want of an acknowledgement', () => {
    const world = chainWorld();
    write(world, 0);
    world.invoke(CLIENT, put(1));
    world.settle(ofType('Request'));
    world.take('Forward', HEAD, MIDDLE);
    // The timer may have been armed before: then there was progress, and it runs on.
    for (let patience = 0; patience < 2; patience++) world.expire(HEAD, 'resend');
    world.settle();
    expect(world.outcomes).toHaveLength(2);
    expect(valuesOf(server(world, TAIL))).toEqual([0, 1]);
  });
});

describe('§3 a query', () => {
  it('goes to the tail and is answered there, by what the tail has executed', () => {
    const world = chainWorld({ clients: 2 });
    write(world, 1);
    world.invoke(CLIENT + 1, put(2));
    world.settle(ofType('GetConfiguration', 'ChainConfig', 'Request'));
    world.invoke(CLIENT, get());
    expect(world.inFlight()).toEqual([`Forward ${HEAD}→${MIDDLE}`, `Query ${CLIENT}→${TAIL}`]);
    world.settle(ofType('Query', 'Reply'));
    expect(lastAnswer(world)).toBe(1);
  });

  it('travels as an update if that is what all nodes are told', () => {
    const world = chainWorld({ options: { readMode: 'chain' } });
    write(world, 1);
    world.invoke(CLIENT, get());
    expect(world.inFlight()).toEqual([`Request ${CLIENT}→${HEAD}`]);
    world.settle();
    expect(lastAnswer(world)).toBe(1);
    expect(server(world, HEAD).length).toBe(2);
  });
});

describe('§3.1 Sent', () => {
  it('keeps an update until the tail has acknowledged it, and is empty at the tail', () => {
    const world = chainWorld();
    world.invoke(CLIENT, put(1));
    world.settle(({ message }) => message.type !== 'Ack');
    const sentOf = (id: number): number =>
      server(world, id).length - server(world, id).acknowledged;
    expect([HEAD, MIDDLE, TAIL].map(sentOf)).toEqual([1, 1, 0]);
    world.deliver('Ack', TAIL, MIDDLE);
    expect([HEAD, MIDDLE, TAIL].map(sentOf)).toEqual([1, 0, 0]);
    world.settle();
    expect([HEAD, MIDDLE, TAIL].map(sentOf)).toEqual([0, 0, 0]);
  });

  it('bounds by its window what is on its way, and full windows make full messages', () => {
    const world = chainWorld({ clients: 4, options: { window: 1 } });
    for (let client = CLIENT; client < CLIENT + 4; client++) world.invoke(client, put(client));
    world.settle(ofType('GetConfiguration', 'ChainConfig', 'Request'));
    expect(world.inFlight()).toEqual([`Forward ${HEAD}→${MIDDLE}`]);
    world.settle();
    expect(server(world, TAIL).length).toBe(4);
  });
});

describe('§2 an update that is sent twice', () => {
  it('is performed once', () => {
    const world = chainWorld();
    write(world, 0);
    world.invoke(CLIENT, put(1));
    const { message } = world.flying[0]!;
    world.settle();
    world.inject(CLIENT, HEAD, message);
    world.settle();
    expect(server(world, TAIL).length).toBe(2);
    expect(world.marks).toContain(`reply-from-table ${HEAD}`);
  });
});
