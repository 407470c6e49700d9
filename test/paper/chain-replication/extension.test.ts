/** Van Renesse & Schneider 2004, §3, "Extending a Chain". */
import { describe, expect, it } from 'vitest';
import {
  CLIENT,
  chainOf,
  chainWorld,
  get,
  HEAD,
  joiningWorld,
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
  valuesOf,
  write,
} from '../../protocols/chain-world.ts';

const NEW = TAIL;

describe('§3 extending a chain', () => {
  it('copies what the tail has while the tail serves', () => {
    const world = joiningWorld();
    world.invoke(CLIENT, put(3));
    world.settle(
      ofType('Request', 'Forward', 'Stored', 'Ack', 'Reply', 'LastSequence', 'StateCopy'),
    );
    expect(world.outcomes).toHaveLength(3);
    expect(server(world, NEW).length).toBe(3);
    expect(server(world, MIDDLE).committed).toBe(3);
  });

  it('begins with a snapshot where the tail has trimmed its Hist', () => {
    const world = joiningWorld([1, 2, 3, 4, 5, 6, 7]);
    world.settle();
    expect(world.marks).toContain(`snapshot-received ${NEW}`);
    expect(server(world, NEW).length).toBe(7);
  });

  it('hands over the rest before the new tail answers anything', () => {
    const world = joiningWorld();
    world.settle(
      ({ message, from, to }) =>
        !(message.type === 'LastSequence' && to === MIDDLE) ||
        from !== NEW ||
        server(world, NEW).configuration.chain.length < 3,
    );
    expect(server(world, NEW).configuration.chain).toEqual([HEAD, MIDDLE, NEW]);
    expect(server(world, NEW).hasCaughtUp).toBe(false);
    world.inject(CLIENT, NEW, { type: 'Query', operation: get(), requestNumber: 3 });
    world.settle(ofType('Query'));
    expect(world.marks).toContain(`query-waits ${NEW}`);
    world.settle();
    expect(server(world, NEW).hasCaughtUp).toBe(true);
  });

  it('makes the old tail answer no query any more, and tells who does', () => {
    const world = joiningWorld();
    world.settle();
    expect(chainOf(world)).toEqual([HEAD, MIDDLE, NEW]);
    expect(master(world).configuration.joining).toBeNull();
    world.invoke(CLIENT, get());
    expect(world.inFlight()).toEqual([`Query ${CLIENT}→${MIDDLE}`]);
    world.settle();
    pass(world, 1);
    expect(lastAnswer(world)).toBe(2);
    expect(world.marks).toContain(`redirected ${MIDDLE}`);
  });

  it('is called off if the new server is not heard any more', () => {
    const world = joiningWorld();
    world.lose();
    pass(world, LONG, [NEW]);
    expect(master(world).configuration).toMatchObject({ chain: [HEAD, MIDDLE], joining: null });
  });

  it('keeps the old tail while the new one lacks something', () => {
    const world = joiningWorld();
    world.settle(({ message }) => message.type !== 'LastSequence');
    world.lose();
    pass(world, LONG, [HEAD, MIDDLE]);
    expect(chainOf(world)).toContain(MIDDLE);
  });

  it('an operator replaces a server: the new one joins before the old one leaves', () => {
    const world = chainWorld({ options: { servers: 2, autoExtend: false } });
    write(world, 1);
    world.reconfigure(MASTER, [MIDDLE, NEW]);
    pass(world, LONG);
    expect(chainOf(world)).toEqual([MIDDLE, NEW]);
    expect(valuesOf(server(world, NEW))).toEqual([1]);
  });
});
