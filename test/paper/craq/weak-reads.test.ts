/** §2.4: reads that are content with less, and what bounds them. */
import { describe, expect, it } from 'vitest';
import {
  ask,
  craqWorld,
  HEAD,
  LONG,
  MIDDLE,
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

describe('an eventual read (§2.4)', () => {
  it('is told the newest version that the server knows, before it is committed', () => {
    const world = craqWorld();
    write(world, 1);
    writeAsFarAs(world, MIDDLE, put(2));
    ask(world, MIDDLE, 'eventual');
    expect(told(world)).toBe(2);
  });

  it('is told an older one by another server afterwards', () => {
    const world = craqWorld();
    write(world, 1);
    writeAsFarAs(world, MIDDLE, put(2));
    ask(world, MIDDLE, 'eventual');
    expect(told(world)).toBe(2);
    ask(world, TAIL, 'eventual');
    expect(told(world)).toBe(1);
  });

  it('is answered by a server that is cut off from all others, for as long as that lasts', () => {
    const world = craqWorld();
    write(world, 1);
    pass(world, LONG, [HEAD]);
    expect(server(world, TAIL).configuration.chain).toEqual([MIDDLE, TAIL]);
    ask(world, HEAD, 'eventual');
    expect(told(world)).toBe(1);
  });

  it('gives the session no token: what it was told may never be committed', () => {
    const world = craqWorld();
    write(world, 1);
    writeAsFarAs(world, MIDDLE, put(2));
    ask(world, MIDDLE, 'eventual');
    told(world);
    expect(world.clientState(READER).chain.sequence).toBe(0);
  });
});

const BY_TIME = { boundBy: 'time', boundTime: 50_000 };

describe('a read that is bounded by time (§2.4, by the own clock)', () => {
  it('is told a version that has been dirty for no longer than that', () => {
    const world = craqWorld({ options: BY_TIME });
    write(world, 1);
    writeAsFarAs(world, MIDDLE, put(2));
    ask(world, MIDDLE, 'bounded');
    expect(told(world)).toBe(2);
  });

  it('asks the tail about one that has been dirty for longer', () => {
    const world = craqWorld({ options: BY_TIME });
    write(world, 1);
    writeAsFarAs(world, MIDDLE, put(2));
    world.lose();
    world.now += 60_000;
    world.expire(MIDDLE, 'heartbeat');
    world.settle(({ message }) => message.type !== 'Forward');
    ask(world, MIDDLE, 'bounded');
    expect(world.inFlight()).toContain(`VersionQuery ${MIDDLE}→${TAIL}`);
  });

  it('is sent on by a server that was not certainly a member within that time', () => {
    const world = craqWorld({ options: BY_TIME });
    write(world, 1);
    world.now += LONG;
    ask(world, MIDDLE, 'bounded');
    expect(world.inFlight()).toEqual([`Redirect ${MIDDLE}→${READER}`]);
    expect(world.marks).toContain(`bounded-read-refused ${MIDDLE}`);
  });

  it('is answered for so long after the lease has run out, and no longer', () => {
    const world = craqWorld({ options: BY_TIME });
    write(world, 1);
    const { leaseUntil } = server(world, MIDDLE);
    world.now = leaseUntil + 30_000;
    ask(world, MIDDLE, 'bounded');
    expect(told(world)).toBe(1);
    world.now = leaseUntil + 50_000;
    ask(world, MIDDLE, 'bounded');
    expect(told(world)).toBe('nothing');
  });
});

describe('a read that is bounded by versions (§2.4)', () => {
  /** Writes that get as far as the middle server, one after the other. */
  function piledUp(count: number, boundVersions: number) {
    const world = craqWorld({ options: { boundBy: 'versions', boundVersions } });
    write(world, 1);
    for (let value = 2; value < 2 + count; value++) {
      writeAsFarAs(world, MIDDLE, put(value));
      world.clientState(WRITER).chain.open = null;
    }
    return world;
  }

  it('is told one that is so many after the clean one at most', () => {
    const world = piledUp(2, 1);
    expect(versionsAt(world, MIDDLE)).toBe('1 2* 3*');
    ask(world, MIDDLE, 'bounded');
    expect(told(world)).toBe(2);
  });

  it('is told one that is so many before the newest at most, which may be committed', () => {
    const world = piledUp(2, 1);
    world.settle(({ to }) => to === TAIL);
    expect(versionsAt(world, TAIL)).toBe('3');
    ask(world, MIDDLE, 'bounded');
    expect(told(world)).toBe(2);
  });

  it('asks the tail, if no version is near enough to all that may be the committed one', () => {
    const world = piledUp(3, 1);
    ask(world, MIDDLE, 'bounded');
    expect(world.inFlight()).toContain(`VersionQuery ${MIDDLE}→${TAIL}`);
  });

  it('is sent on by a server without a lease, which cannot tell what others have written', () => {
    const world = piledUp(0, 1);
    world.now += LONG;
    ask(world, MIDDLE, 'bounded');
    expect(told(world)).toBe('nothing');
    expect(world.marks).toContain(`bounded-read-refused ${MIDDLE}`);
  });
});
