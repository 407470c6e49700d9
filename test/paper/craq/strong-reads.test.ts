/** §2.3, item 4: strong reads at any server; and what guards them where the paper says nothing. */
import { describe, expect, it } from 'vitest';
import type { Options } from '../../../sim/contract.ts';
import {
  ask,
  type CraqPacket,
  type CraqWorld,
  commitAtTail,
  craqWorld,
  HEAD,
  LONG,
  MASTER,
  MIDDLE,
  ofType,
  pass,
  put,
  READER,
  server,
  TAIL,
  told,
  versionsAt,
  WRITER,
  write,
  writeAsFarAs,
} from '../../protocols/craq-world.ts';

/** 1 is committed, 2 has come as far as the middle, and somebody reads there. */
function dirtyRead(options: Options = {}): CraqWorld {
  const world = craqWorld({ options });
  write(world, 1);
  writeAsFarAs(world, MIDDLE, put(2));
  ask(world, MIDDLE);
  return world;
}

describe('a read of a clean object', () => {
  it.each([HEAD, MIDDLE, TAIL])('is answered by server %i itself', (id) => {
    const world = craqWorld();
    write(world, 1);
    ask(world, id);
    expect(world.inFlight()).toEqual([`Reply ${id}→${READER}`]);
    expect(told(world)).toBe(1);
  });

  it('is answered though another object is dirty', () => {
    const world = craqWorld();
    write(world, 1);
    writeAsFarAs(world, MIDDLE, put(2, 'y'));
    ask(world, MIDDLE);
    expect(told(world)).toBe(1);
  });
});

describe('a read of a dirty object', () => {
  it('asks the tail, and is answered with the version that was committed', () => {
    const world = dirtyRead();
    expect(world.inFlight()).toContain(`VersionQuery ${MIDDLE}→${TAIL}`);
    world.settle(ofType('VersionQuery', 'VersionReply'));
    expect(told(world)).toBe(1);
    expect(world.marks).toContain(`dirty-read-served ${MIDDLE}`);
  });

  it('is answered with the new version once the tail has committed that', () => {
    const world = craqWorld();
    write(world, 1);
    writeAsFarAs(world, TAIL, put(2));
    commitAtTail(world);
    ask(world, MIDDLE);
    world.settle(ofType('VersionQuery', 'VersionReply'));
    expect(versionsAt(world, MIDDLE)).toBe('1 2*');
    expect(told(world)).toBe(2);
  });

  it('may be told what the tail had committed when it was asked, if more was since', () => {
    const world = dirtyRead();
    world.deliver('VersionQuery', MIDDLE, TAIL);
    world.deliver('Forward', MIDDLE, TAIL);
    commitAtTail(world);
    world.deliver('VersionReply', TAIL, MIDDLE);
    expect(told(world)).toBe(1);
  });

  it('is told of the later one, if the one that was named has been dropped since', () => {
    const world = dirtyRead();
    world.deliver('VersionQuery', MIDDLE, TAIL);
    world.deliver('Forward', MIDDLE, TAIL);
    commitAtTail(world);
    world.deliver('Ack', TAIL, MIDDLE);
    expect(told(world)).toBe(2);
  });

  it('is told of that one also while the object is dirty with others', () => {
    const world = dirtyRead();
    world.deliver('VersionQuery', MIDDLE, TAIL);
    const { message } = world.take('VersionReply', TAIL, MIDDLE);
    world.deliver('Forward', MIDDLE, TAIL);
    commitAtTail(world);
    world.settle(({ to }) => to === WRITER);
    writeAsFarAs(world, MIDDLE, put(3));
    world.deliver('Ack', TAIL, MIDDLE);
    expect(versionsAt(world, MIDDLE)).toBe('2 3*');
    world.inject(TAIL, MIDDLE, message);
    world.deliver('VersionReply', TAIL, MIDDLE);
    expect(world.marks).toContain(`version-gone ${MIDDLE}`);
    expect(told(world)).toBe(2);
  });

  it('asks again, if question or answer is lost', () => {
    const world = dirtyRead();
    world.lose(ofType('VersionQuery'));
    world.expire(MIDDLE, 'ask');
    world.settle(ofType('VersionQuery', 'VersionReply'));
    expect(told(world)).toBe(1);
  });
});

describe('a server that answers from what it has', () => {
  it('does so under a lease of its own, and waits without one', () => {
    const world = craqWorld();
    write(world, 1);
    world.now += LONG;
    ask(world, HEAD);
    expect(told(world)).toBe('nothing');
    pass(world, 1);
    expect(told(world)).toBe(1);
  });

  it('is removed only when its lease has run out', () => {
    const world = craqWorld({ options: { suspectAfter: 30_000, leaseDuration: 100_000 } });
    pass(world, 60_000, [HEAD]);
    expect(server(world, TAIL).configuration.chain).toContain(HEAD);
    pass(world, 100_000, [HEAD]);
    expect(server(world, TAIL).configuration.chain).not.toContain(HEAD);
  });

  it('answers nothing when it wakes after it was removed, clean as its object is', () => {
    const world = craqWorld();
    write(world, 1);
    pass(world, LONG, [HEAD]);
    ask(world, HEAD);
    expect(told(world)).toBe('nothing');
  });

  it('asks the master instead, where no clock is trusted', () => {
    const world = craqWorld({ options: { readMode: 'confirm' } });
    write(world, 1);
    ask(world, HEAD);
    expect(world.inFlight()).toEqual([`Confirm ${HEAD}→${MASTER}`]);
    world.settle(({ to }) => to !== READER);
    expect(told(world)).toBe(1);
  });

  it('may have missed an epoch in which it is still a member', () => {
    const world = craqWorld({ options: { leaseDuration: 120_000 } });
    write(world, 1);
    const tellsOfEpochs = ['ChainConfig', 'LastSequence', 'Ack'];
    const isLost = ({ from, to, message }: CraqPacket): boolean =>
      [from, to].includes(TAIL) || (to === HEAD && tellsOfEpochs.includes(message.type));
    for (let step = 0; step < 100 && server(world, MIDDLE).configuration.epoch === 1; step++) {
      for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
      for (const id of [HEAD, MIDDLE]) world.expire(id, 'heartbeat');
      world.settle((packet) => !isLost(packet));
      world.lose();
    }
    expect(server(world, HEAD).configuration.epoch).toBe(1);
    expect(server(world, MIDDLE).configuration.epoch).toBe(2);
    server(world, HEAD).leaseUntil = world.now + 1_000;
    ask(world, HEAD);
    expect(told(world)).toBe(1);
  });
});

describe('a tail that is asked for a version', () => {
  it('names none unless it knows that it still is the tail', () => {
    const world = craqWorld();
    write(world, 1);
    writeAsFarAs(world, MIDDLE, put(2));
    world.now += LONG;
    ask(world, MIDDLE);
    world.settle(ofType('VersionQuery', 'VersionReply'));
    expect(world.marks).toContain(`version-query-waits ${TAIL}`);
    expect(told(world)).toBe('nothing');
    pass(world, 1);
    expect(told(world)).toBe(2);
  });

  it('names none in another epoch, where a number may be another write', () => {
    const world = dirtyRead();
    const { configuration } = server(world, TAIL);
    server(world, TAIL).configuration = { ...configuration, epoch: configuration.epoch + 1 };
    world.deliver('VersionQuery', MIDDLE, TAIL);
    expect(world.inFlight()).not.toContain(`VersionReply ${TAIL}→${MIDDLE}`);
  });

  it('is not believed by a server that has started again since it asked', () => {
    const world = dirtyRead({ durability: 'durable' });
    world.deliver('VersionQuery', MIDDLE, TAIL);
    const { message } = world.take('VersionReply', TAIL, MIDDLE);
    world.crash(MIDDLE);
    world.restart(MIDDLE);
    ask(world, MIDDLE);
    world.lose(ofType('VersionQuery'));
    world.inject(TAIL, MIDDLE, message);
    world.deliver('VersionReply', TAIL, MIDDLE);
    expect(told(world)).toBe('nothing');
  });
});
