/** What servers and masters have on their disks, and what they make of it when they start. */
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
  master,
  pass,
  put,
  server,
  TAIL,
  valuesOf,
  without,
  write,
} from './chain-world.ts';

describe('a durable server', () => {
  it('forwards nothing that is not on its disk', () => {
    const world = chainWorld({ options: DURABLE });
    write(world, 1);
    world.holdDisk(HEAD);
    world.invoke(CLIENT, put(2));
    world.settle();
    expect(world.inFlight()).toEqual([]);
    expect(valuesOf(server(world, MIDDLE))).toEqual([1]);
    world.writeDisk(HEAD);
    world.settle();
    expect(valuesOf(server(world, TAIL))).toEqual([1, 2]);
  });

  it('as the tail, answers no query after a restart before it has executed its Hist', () => {
    const world = chainWorld({ options: DURABLE });
    write(world, 1);
    world.crash(TAIL);
    world.restart(TAIL);
    world.settle(without(TAIL));
    const stored = world.take('Stored', TAIL, TAIL);
    world.settle();
    pass(world, 1);
    world.invoke(CLIENT, get());
    world.settle();
    expect(world.outcomes).toHaveLength(1);
    world.inject(TAIL, TAIL, stored.message);
    world.settle();
    expect(lastAnswer(world)).toBe(1);
  });

  it('drops a record that a crash has torn, and goes on', () => {
    const world = chainWorld({ options: DURABLE });
    write(world, 1);
    world.holdDisk(MIDDLE);
    world.invoke(CLIENT, put(2));
    world.settle();
    world.crash(MIDDLE, 'torn');
    world.restart(MIDDLE);
    expect(world.marks).toContain(`torn-record-dropped ${MIDDLE}`);
    expect(valuesOf(server(world, MIDDLE))).toEqual([1]);
    world.settle();
    expect(valuesOf(server(world, TAIL))).toEqual([1, 2]);
  });

  it('whose disk is damaged is a fresh one, and joins again as the tail', () => {
    const world = chainWorld({ options: DURABLE });
    write(world, 1, 2);
    world.crash(MIDDLE);
    world.damage(MIDDLE, 0);
    world.restart(MIDDLE);
    expect(world.marks).toContain(`damaged-record-found ${MIDDLE}`);
    expect(server(world, MIDDLE)).toMatchObject({ length: 0, incarnation: 2 });
    pass(world, LONG);
    expect(chainOf(world)).toEqual([HEAD, TAIL, MIDDLE]);
    expect(valuesOf(server(world, MIDDLE))).toEqual([1, 2]);
  });

  it('starts from a snapshot and what follows it', () => {
    const world = chainWorld({ options: { ...DURABLE, snapshotEvery: 2 } });
    write(world, 1, 2, 3, 4, 5);
    const before = server(world, MIDDLE);
    world.crash(MIDDLE);
    world.restart(MIDDLE);
    const { snapshot, trimmed, length } = server(world, MIDDLE);
    expect({ snapshot: snapshot?.length, trimmed, length }).toEqual({
      snapshot: 4,
      trimmed: before.trimmed,
      length: 5,
    });
    world.settle();
    write(world, 6);
    expect(server(world, TAIL).length).toBe(6);
  });
});

describe('a fail-stop server', () => {
  it('keeps on disk how often it has started, and says nothing before that is there', () => {
    const world = chainWorld();
    write(world, 1);
    expect([HEAD, MIDDLE, TAIL].map((id) => world.recordCount(id))).toEqual([1, 1, 1]);
    world.crash(TAIL);
    world.restart(TAIL, 'held');
    world.settle();
    expect(world.inFlight()).toEqual([]);
    expect(server(world, TAIL).incarnation).toBe(1);
  });
});

describe('a master', () => {
  it('that restarts acts on the latest configuration, and removes nobody at once', () => {
    const world = chainWorld();
    pass(world, LONG, [TAIL]);
    expect(chainOf(world)).toEqual([HEAD, MIDDLE]);
    world.crash(MASTER);
    world.restart(MASTER);
    world.expire(MASTER, 'leader');
    world.settle(without(TAIL));
    expect(master(world).actingSince).toBeGreaterThanOrEqual(0);
    expect(chainOf(world)).toEqual([HEAD, MIDDLE]);
    expect(world.marks.filter((mark) => mark === `acting-began ${MASTER}`)).toHaveLength(2);
  });

  it('remembers what an operator wants until it is decided', () => {
    const world = chainWorld();
    world.holdDisk(MASTER);
    world.reconfigure(MASTER, [HEAD, MIDDLE]);
    world.writeDisk(MASTER, 1);
    world.lose();
    world.crash(MASTER);
    world.restart(MASTER);
    expect(master(world).wish?.servers).toEqual([HEAD, MIDDLE]);
    world.expire(MASTER, 'leader');
    world.settle();
    pass(world, LONG);
    expect(chainOf(world)).toEqual([HEAD, MIDDLE]);
    expect(master(world).wish).toBeNull();
  });
});
