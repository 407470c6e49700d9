/** Van Renesse & Schneider 2004, §3, "Coping with Server Failures". */
import { describe, expect, it } from 'vitest';
import {
  CLIENT,
  chainOf,
  chainWorld,
  DURABLE,
  get,
  HEAD,
  LONG,
  lastAnswer,
  MASTER,
  MIDDLE,
  ofType,
  pass,
  put,
  retry,
  server,
  TAIL,
  valuesOf,
  without,
  write,
} from '../../protocols/chain-world.ts';

describe('failure of the head', () => {
  it('makes its successor the head, and what only the head had never happened', () => {
    const world = chainWorld();
    write(world, 1);
    world.invoke(CLIENT, put(2));
    world.deliver('Request', CLIENT, HEAD);
    world.lose();
    world.crash(HEAD);
    pass(world, LONG, [HEAD]);
    expect(chainOf(world)).toEqual([MIDDLE, TAIL]);
    expect(valuesOf(server(world, TAIL))).toEqual([1]);
    retry(world);
    world.settle(without(HEAD));
    expect(valuesOf(server(world, TAIL))).toEqual([1, 2]);
    expect(world.outcomes).toHaveLength(2);
  });

  it('leaves the next one with the table that tells which requests were processed', () => {
    const world = chainWorld();
    world.invoke(CLIENT, put(1));
    world.settle(({ message }) => message.type !== 'Reply');
    world.lose();
    world.crash(HEAD);
    pass(world, LONG, [HEAD]);
    retry(world);
    world.settle(without(HEAD));
    expect(valuesOf(server(world, MIDDLE))).toEqual([1]);
    expect(world.outcomes).toHaveLength(1);
  });
});

describe('§4 while the failure of a server is not noticed yet', () => {
  /** One server has just died; the client writes, or reads. */
  function asked(dead: number, operation: ReturnType<typeof get>): unknown[] {
    const world = chainWorld();
    write(world, 1);
    const before = world.outcomes.length;
    world.crash(dead);
    world.invoke(CLIENT, operation);
    world.settle(without(dead));
    return world.outcomes.slice(before).map(({ output }) => output);
  }

  it('queries go on, unless it is the tail', () => {
    expect(asked(HEAD, get())).toEqual([1]);
    expect(asked(MIDDLE, get())).toEqual([1]);
    expect(asked(TAIL, get())).toEqual([]);
  });

  it('no update is answered that not all have', () => {
    for (const dead of [HEAD, MIDDLE, TAIL]) expect(asked(dead, put(2))).toEqual([]);
  });
});

describe('failure of the tail', () => {
  it('lets its predecessor complete what is in its Sent', () => {
    const world = chainWorld();
    write(world, 1);
    world.invoke(CLIENT, put(2));
    world.settle(ofType('Request'));
    world.deliver('Forward', HEAD, MIDDLE);
    world.lose();
    world.crash(TAIL);
    pass(world, LONG, [TAIL]);
    expect(world.marks).toContain(`sent-completed ${MIDDLE}`);
    expect(server(world, HEAD).acknowledged).toBe(2);
    expect(world.outcomes).toHaveLength(2);
    world.invoke(CLIENT, get());
    retry(world);
    world.settle(without(TAIL));
    pass(world, 1, [TAIL]);
    expect(lastAnswer(world)).toBe(2);
  });
});

describe('failure of a server in the middle', () => {
  it('makes its successor say what it has, and its predecessor send the rest of Sent', () => {
    const world = chainWorld();
    write(world, 1);
    world.invoke(CLIENT, put(2));
    world.deliver('Request', CLIENT, HEAD);
    world.lose();
    world.crash(MIDDLE);
    pass(world, LONG, [MIDDLE]);
    expect(chainOf(world)).toEqual([HEAD, TAIL]);
    expect(world.marks).toContain(`sent-resent ${HEAD}`);
    expect(valuesOf(server(world, TAIL))).toEqual([1, 2]);
  });
});

describe('up to all servers but one', () => {
  it('may fail, and the last one is never removed', () => {
    const world = chainWorld();
    write(world, 1);
    world.crash(HEAD);
    pass(world, LONG, [HEAD]);
    world.crash(TAIL);
    pass(world, LONG, [HEAD, TAIL]);
    expect(chainOf(world)).toEqual([MIDDLE]);
    write(world, 2);
    retry(world);
    world.settle(without(HEAD, TAIL));
    expect(valuesOf(server(world, MIDDLE))).toEqual([1, 2]);
    pass(world, LONG, [HEAD, MIDDLE, TAIL]);
    expect(chainOf(world)).toEqual([MIDDLE]);
  });
});

describe('a server that was removed', () => {
  it('takes back what is not committed, and joins again as the tail', () => {
    const world = chainWorld();
    write(world, 1);
    pass(world, LONG, [HEAD]);
    expect(chainOf(world)).toEqual([MIDDLE, TAIL]);
    world.inject(CLIENT, HEAD, {
      type: 'Request',
      operation: put(9),
      clientId: CLIENT,
      requestNumber: 99,
    });
    world.settle(ofType('Request'));
    world.lose();
    expect(valuesOf(server(world, HEAD))).toEqual([1, 9]);
    pass(world, LONG);
    expect(chainOf(world)).toEqual([MIDDLE, TAIL, HEAD]);
    expect(valuesOf(server(world, HEAD))).toEqual([1]);
  });

  it('and starts without its state is a fresh one with the same name', () => {
    const world = chainWorld();
    write(world, 1);
    world.crash(HEAD);
    world.restart(HEAD);
    expect(server(world, HEAD).incarnation).toBe(1);
    world.lose();
    pass(world, LONG);
    expect(chainOf(world)).toEqual([MIDDLE, TAIL, HEAD]);
    expect(valuesOf(server(world, HEAD))).toEqual([1]);
  });

  it('resumes its place from its disk in the durable mode, if it is still there', () => {
    const world = chainWorld({ options: DURABLE });
    write(world, 1);
    world.crash(TAIL);
    world.restart(TAIL);
    world.settle();
    pass(world, 1);
    expect(chainOf(world)).toEqual([HEAD, MIDDLE, TAIL]);
    world.invoke(CLIENT, get());
    world.settle();
    expect(lastAnswer(world)).toBe(1);
  });
});

describe('a master whose lease is shorter than the time between its heartbeats', () => {
  it('looks after the chain when it has a lease again', () => {
    const world = chainWorld({ options: { leaseDuration: 5_000, heartbeatInterval: 8_000 } });
    world.crash(TAIL);
    for (const end = world.now + LONG; world.now < end; ) {
      // Each time just before it renews the lease.
      world.expire(MASTER, 'supervise');
      world.expire(MASTER, 'heartbeat');
      for (const each of [HEAD, MIDDLE]) world.expire(each, 'heartbeat');
      world.settle(without(TAIL));
      world.lose();
    }
    expect(chainOf(world)).toEqual([HEAD, MIDDLE]);
  });
});
