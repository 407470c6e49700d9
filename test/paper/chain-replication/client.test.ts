/** Van Renesse & Schneider 2004, §2 and §3: the client's half. */
import { describe, expect, it } from 'vitest';
import {
  bootedWorld,
  CLIENT,
  chainWorld,
  get,
  HEAD,
  LONG,
  MASTER,
  MIDDLE,
  ofType,
  pass,
  put,
  retry,
  server,
  TAIL,
  without,
  write,
} from '../../protocols/chain-world.ts';

describe('a client', () => {
  it('asks the masters who is in the chain, and then the head or the tail', () => {
    const world = bootedWorld();
    world.settle();
    world.invoke(CLIENT, put(1));
    expect(world.inFlight()).toEqual([`GetConfiguration ${CLIENT}→${MASTER}`]);
    world.settle(ofType('GetConfiguration', 'ChainConfig'));
    expect(world.inFlight()).toEqual([`Request ${CLIENT}→${HEAD}`]);
    world.settle();
    world.invoke(CLIENT, get());
    expect(world.inFlight()).toEqual([`Query ${CLIENT}→${TAIL}`]);
  });

  it('keeps the number of a request that it sends again, and asks the masters once more', () => {
    const world = chainWorld();
    write(world, 1);
    world.invoke(CLIENT, put(2));
    const { message } = world.take('Request', CLIENT, HEAD);
    retry(world);
    expect(world.take('Request', CLIENT, HEAD).message).toBe(message);
    expect(world.inFlight()).toEqual([`GetConfiguration ${CLIENT}→${MASTER}`]);
  });

  it('finds the new head by itself after the old one died', () => {
    const world = chainWorld();
    write(world, 1);
    world.crash(HEAD);
    pass(world, LONG, [HEAD]);
    world.invoke(CLIENT, put(2));
    world.settle(without(HEAD));
    world.lose();
    retry(world);
    world.settle(without(HEAD));
    expect(world.outcomes).toHaveLength(2);
    expect(world.marks).toContain(`client-redirected ${CLIENT}`);
  });

  it('is told by a server that it asks for what is not its to do', () => {
    const world = chainWorld();
    world.inject(CLIENT, MIDDLE, {
      type: 'Request',
      operation: put(1),
      clientId: CLIENT,
      requestNumber: 1,
    });
    world.settle(ofType('Request'));
    expect(world.inFlight()).toEqual([`Redirect ${MIDDLE}→${CLIENT}`]);
    expect(server(world, MIDDLE).length).toBe(0);
  });

  it('asks the server that it is told to, and after a while who can answer', () => {
    const world = chainWorld();
    write(world, 1);
    world.invoke(CLIENT, put(2), 'linearizable', MIDDLE);
    expect(world.inFlight()).toEqual([`Request ${CLIENT}→${MIDDLE}`]);
    world.settle();
    expect(world.outcomes).toHaveLength(1);
    retry(world);
    world.settle();
    expect(world.outcomes).toHaveLength(2);
    world.invoke(CLIENT, get(), 'sequential', HEAD);
    expect(world.inFlight()).toEqual([`SequentialRead ${CLIENT}→${HEAD}`]);
  });

  it('uses no number twice, however often it starts anew', () => {
    const world = chainWorld();
    write(world, 1);
    world.crash(CLIENT);
    world.restart(CLIENT);
    write(world, 2);
    const numbers = server(world, TAIL).hist.map(({ requestNumber }) => requestNumber);
    expect(numbers[1]).toBeGreaterThan(numbers[0] ?? 0);
  });

  it('gives up after a time if told so, and leaves the outcome open', () => {
    const world = chainWorld({ options: { giveUpAfter: 50_000 } });
    world.invoke(CLIENT, put(1));
    world.lose();
    world.expire(CLIENT, 'retry');
    expect(world.outcomes).toEqual([{ client: CLIENT, how: 'abandoned', output: null }]);
  });

  it('drops what is damaged on the way, as everybody else does', () => {
    const world = chainWorld();
    for (const node of [MASTER, HEAD, CLIENT]) world.deliverUnreadable(TAIL, node);
    const dropped = [MASTER, HEAD, CLIENT].map((node) => `unreadable-dropped ${node}`);
    expect(world.marks).toEqual(expect.arrayContaining(dropped));
  });
});
