/** §3: what a server has executed is a prefix of what the tail has: reads that may be old. */
import { describe, expect, it } from 'vitest';
import {
  type ChainWorld,
  CLIENT,
  chainOf,
  chainWorld,
  get,
  HEAD,
  LONG,
  lastAnswer,
  MIDDLE,
  ofType,
  pass,
  retry,
  server,
  TAIL,
  write,
} from '../../protocols/chain-world.ts';

describe('a read that may be old', () => {
  it('is answered by any server, as of what it knows to be committed', () => {
    const world = chainWorld();
    write(world, 1);
    world.inject(CLIENT, MIDDLE, {
      type: 'SequentialRead',
      operation: get(),
      requestNumber: 9,
      sequence: 1,
    });
    world.settle(ofType('SequentialRead'));
    expect(world.flying[0]?.message).toMatchObject({ type: 'Reply', result: 1, sequence: 1 });
  });

  it('waits until the server is as far as the session', () => {
    const world = chainWorld();
    write(world, 1);
    world.inject(CLIENT, MIDDLE, {
      type: 'SequentialRead',
      operation: get(),
      requestNumber: 9,
      sequence: 2,
    });
    world.settle(ofType('SequentialRead'));
    expect(world.marks).toContain(`sequential-read-waits ${MIDDLE}`);
    write(world, 2);
    expect(server(world, MIDDLE).waitingReads).toEqual([]);
  });

  it('goes to another server when no answer comes', () => {
    const world = chainWorld();
    write(world, 1);
    world.invoke(CLIENT, get(), 'sequential');
    const [first] = world.flying;
    world.lose();
    retry(world);
    const [second] = world.flying;
    expect(second?.to).not.toBe(first?.to);
    world.settle();
    expect(lastAnswer(world)).toBe(1);
  });

  it('is answered by a server that was removed and has not heard of it', () => {
    const world = chainWorld();
    write(world, 1);
    pass(world, LONG, [TAIL]);
    write(world, 2);
    world.lose();
    expect(chainOf(world)).toEqual([HEAD, MIDDLE]);
    world.inject(CLIENT, TAIL, readAfter(1));
    world.settle(ofType('SequentialRead'));
    expect(world.flying[0]?.message).toMatchObject({ type: 'Reply', result: 1, sequence: 1 });
  });
});

const SPARE = TAIL;
const WITH_SPARE = { servers: 2, autoExtend: false };

function readAfter(sequence: number) {
  return { type: 'SequentialRead', operation: get(), requestNumber: 9, sequence } as const;
}

/** The client has a chain of two in mind, or none, and reads at the third server. */
function readAtSpare(world: ChainWorld): void {
  world.clientState(CLIENT).home = SPARE;
  world.invoke(CLIENT, get(), 'sequential');
}

describe('a server that is not in the chain', () => {
  it('sends a session to the chain, which reads there from then on', () => {
    const world = chainWorld({ options: WITH_SPARE });
    readAtSpare(world);
    world.settle();
    expect(world.marks).toContain(`redirected ${SPARE}`);
    expect(world.outcomes).toHaveLength(1);
    expect([HEAD, MIDDLE]).toContain(world.clientState(CLIENT).home);
  });

  it('sends a session away that knows the chain as well as it does', () => {
    const world = chainWorld({ options: WITH_SPARE });
    write(world, 1);
    readAtSpare(world);
    world.settle();
    expect(lastAnswer(world)).toBe(1);
    expect([HEAD, MIDDLE]).toContain(world.clientState(CLIENT).home);
  });

  it('sends reads away that have waited when it learns that it was removed', () => {
    const world = chainWorld();
    write(world, 1);
    world.inject(CLIENT, TAIL, readAfter(2));
    world.settle(ofType('SequentialRead'));
    expect(server(world, TAIL).waitingReads).toHaveLength(1);
    pass(world, LONG, [TAIL]);
    world.expire(TAIL, 'heartbeat');
    world.settle(({ message }) => message.type !== 'Redirect');
    expect(server(world, TAIL).waitingReads).toEqual([]);
    expect(world.inFlight()).toContain(`Redirect ${TAIL}→${CLIENT}`);
  });

  it('is asked once, though it thinks of another one that it is in the chain', () => {
    const world = chainWorld();
    write(world, 1);
    for (const id of [HEAD, MIDDLE, TAIL]) {
      world.crash(id);
      world.restart(id);
    }
    world.lose();
    world.invoke(CLIENT, get(), 'sequential');
    world.settle(ofType('SequentialRead', 'Redirect'));
    expect(world.marks.filter((mark) => mark.startsWith('redirected'))).toHaveLength(3);
    expect(world.outcomes).toHaveLength(1);
  });
});

describe('a client that waits for a read that may be old', () => {
  it('asks the masters, too, and reads at a server of the chain that they tell', () => {
    const world = chainWorld();
    write(world, 1);
    const { home } = world.clientState(CLIENT);
    pass(world, LONG, [home]);
    const others = [HEAD, MIDDLE, TAIL].filter((id) => id !== home);
    world.invoke(CLIENT, get(), 'sequential');
    world.lose();
    retry(world);
    world.lose(ofType('SequentialRead'));
    world.settle();
    expect(chainOf(world)).toEqual(others);
    expect(others).toContain(world.clientState(CLIENT).home);
    expect(lastAnswer(world)).toBe(1);
  });
});
