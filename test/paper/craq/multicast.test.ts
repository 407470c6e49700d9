/** §4.2: what a write says goes to all at once, and its name down the chain. */
import { describe, expect, it } from 'vitest';
import {
  ask,
  craqWorld,
  HEAD,
  MIDDLE,
  ofType,
  put,
  server,
  TAIL,
  told,
  versionsAt,
  WRITER,
  write,
} from '../../protocols/craq-world.ts';

const MULTICAST = { multicast: true };

/** The head has a second update; nothing of it was delivered to the others. */
function headHasIt() {
  const world = craqWorld({ options: MULTICAST });
  write(world, 1);
  world.invoke(WRITER, put(2));
  world.deliver('Request', WRITER, HEAD);
  return world;
}

describe('a write (§4.2)', () => {
  it('is sent to all servers by the head, and goes down the chain by its name', () => {
    const world = headHasIt();
    expect(world.inFlight()).toEqual([
      `Payload ${HEAD}→${MIDDLE}`,
      `Payload ${HEAD}→${TAIL}`,
      `Forward ${HEAD}→${MIDDLE}`,
    ]);
    const { message } = world.take('Forward', HEAD, MIDDLE);
    expect(message).toMatchObject({
      entries: [],
      names: [{ clientId: WRITER, requestNumber: 2 }],
    });
  });

  it('is in Hist where both have arrived, in whichever order', () => {
    const world = headHasIt();
    world.deliver('Forward', HEAD, MIDDLE);
    expect(server(world, MIDDLE).length).toBe(1);
    world.deliver('Payload', HEAD, MIDDLE);
    expect(server(world, MIDDLE).length).toBe(2);
    world.deliver('Payload', HEAD, TAIL);
    world.deliver('Forward', MIDDLE, TAIL);
    expect(server(world, TAIL).length).toBe(2);
  });

  it('is fetched from the predecessor by a server that the head has not reached', () => {
    const world = headHasIt();
    world.lose(ofType('Payload'));
    world.deliver('Forward', HEAD, MIDDLE);
    world.expire(MIDDLE, 'fetch');
    world.deliver('Fetch', MIDDLE, HEAD);
    world.deliver('Forward', HEAD, MIDDLE);
    expect(server(world, MIDDLE).length).toBe(2);
  });

  it('goes down the chain as a whole if it has to be sent again', () => {
    const world = headHasIt();
    world.lose();
    world.expire(HEAD, 'resend');
    world.expire(HEAD, 'resend');
    const { message } = world.take('Forward', HEAD, MIDDLE);
    expect(message).toMatchObject({ entries: [{ operation: put(2) }] });
  });
});

describe('an acknowledgement (§4.2)', () => {
  it('goes from the tail to all servers at once', () => {
    const world = headHasIt();
    world.settle(ofType('Payload', 'Forward', 'Stored'));
    expect(world.inFlight()).toContain(`Committed ${TAIL}→${HEAD}`);
    world.deliver('Committed', TAIL, HEAD);
    expect(versionsAt(world, HEAD)).toBe('2');
    expect(versionsAt(world, MIDDLE)).toBe('1 2*');
  });

  it('that is lost is made up for by the next read, which asks the tail', () => {
    const world = headHasIt();
    world.settle(ofType('Payload', 'Forward', 'Stored'));
    world.lose();
    ask(world, MIDDLE);
    world.settle(ofType('VersionQuery', 'VersionReply'));
    expect(versionsAt(world, MIDDLE)).toBe('2');
    expect(told(world)).toBe(2);
  });
});
