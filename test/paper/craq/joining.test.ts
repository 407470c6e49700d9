/** §2.5 and §5.3: servers that leave the chain, and servers that join. */
import { describe, expect, it } from 'vitest';
import {
  ask,
  craqWorld,
  HEAD,
  joiningWorld,
  LONG,
  MIDDLE,
  pass,
  put,
  READER,
  reached,
  server,
  TAIL,
  told,
  versionsAt,
  write,
  writeAsFarAs,
} from '../../protocols/craq-world.ts';

describe('when the tail fails (§2.5)', () => {
  it('the one before it commits what it has, and its dirty versions are clean', () => {
    const world = craqWorld();
    write(world, 1);
    writeAsFarAs(world, MIDDLE, put(2));
    world.crash(TAIL);
    world.lose();
    pass(world, LONG, [TAIL]);
    expect(versionsAt(world, MIDDLE)).toBe('2');
    expect(versionsAt(world, HEAD)).toBe('2');
    ask(world, MIDDLE);
    expect(told(world)).toBe(2);
  });

  it('a read that waited for its answer is sent on', () => {
    const world = craqWorld();
    write(world, 1);
    writeAsFarAs(world, MIDDLE, put(2));
    ask(world, HEAD);
    world.crash(TAIL);
    world.lose();
    pass(world, LONG, [TAIL]);
    expect(server(world, HEAD).questions.size).toBe(0);
    expect(server(world, HEAD).waitingQueries).toEqual([]);
  });
});

it('when the head fails, what nobody else has is taken back (§2.5)', () => {
  const world = craqWorld();
  write(world, 1);
  writeAsFarAs(world, HEAD, put(2));
  world.lose();
  pass(world, LONG, [HEAD]);
  pass(world, 1);
  expect(world.marks).toContain(`left-chain ${HEAD}`);
  expect(versionsAt(world, HEAD)).toBe('1');
});

const OFTEN = { options: { snapshotEvery: 2 } };

describe('a server that joins as the tail (§5.3)', () => {
  it('gets the latest clean version of each object, and the dirty ones after it', () => {
    const world = joiningWorld(reached('snapshot-received', TAIL), OFTEN);
    world.settle();
    expect(versionsAt(world, TAIL)).toBe('5');
    expect(server(world, TAIL).objects.get('x')?.at(-1)?.app).toEqual({ x: 5 });
  });

  it('refuses reads before it has all that the others have', () => {
    const world = joiningWorld((each) => server(each, TAIL).configuration.joining === TAIL);
    ask(world, TAIL, 'eventual');
    expect(world.inFlight()).toContain(`Redirect ${TAIL}→${READER}`);
    expect(told(world)).toBe('nothing');
  });

  it('answers reads when everything was handed over', () => {
    const world = joiningWorld(reached('handover-completed', TAIL), OFTEN);
    world.settle();
    pass(world, 1);
    ask(world, TAIL);
    expect(told(world)).toBe(5);
  });
});
