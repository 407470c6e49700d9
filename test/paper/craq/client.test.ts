/** §2.3: a client writes at the head and reads at any server. */
import { describe, expect, it } from 'vitest';
import { craqWorld, get, HEAD, pass, READER, TAIL, write } from '../../protocols/craq-world.ts';

describe('a client', () => {
  it('reads at every server, as the seed will have it', () => {
    const world = craqWorld();
    write(world, 1);
    const asked = new Set<string>();
    for (let read = 0; read < 30; read++) {
      world.invoke(READER, get());
      for (const packet of world.inFlight()) {
        if (packet.startsWith('Query')) asked.add(packet);
      }
      world.settle();
    }
    expect(asked.size).toBe(3);
  });

  it('stays with one server, if it is told to', () => {
    const world = craqWorld({ options: { readTarget: 'home' } });
    write(world, 1);
    const asked = new Set<string>();
    for (let read = 0; read < 10; read++) {
      world.invoke(READER, get());
      for (const packet of world.inFlight()) {
        if (packet.startsWith('Query')) asked.add(packet);
      }
      world.settle();
    }
    expect(asked.size).toBe(1);
  });

  it('goes on to another server when the one that it asked does not answer', () => {
    const world = craqWorld();
    write(world, 1);
    world.invoke(READER, get());
    const before = world.clientState(READER).chain.home;
    world.lose();
    const isRetried = (): boolean => world.marks.includes(`client-retried ${READER}`);
    for (let patience = 0; patience < 3 && !isRetried(); patience++) world.expire(READER, 'retry');
    expect(world.clientState(READER).chain.home).not.toBe(before);
    pass(world, 1);
    expect(world.outcomes.at(-1)).toMatchObject({ client: READER, output: 1 });
  });

  it('sends writes to the head, whatever it reads where', () => {
    const world = craqWorld();
    write(world, 1);
    expect(world.marks).not.toContain(`redirected ${TAIL}`);
    expect(world.outcomes).toHaveLength(1);
    expect(world.state(HEAD)).toMatchObject({ length: 1 });
  });
});
