/**
 * Van Renesse & Schneider 2004, §3: servers are fail-stop, and what has failed does not come back.
 * A process of its name that is started again is another server: its incarnation tells which.
 */
import { describe, expect, it } from 'vitest';
import {
  type ChainWorld,
  CLIENT,
  chainOf,
  chainWorld,
  HEAD,
  LONG,
  MASTER,
  MIDDLE,
  master,
  ofType,
  pass,
  put,
  retry,
  server,
  TAIL,
  valuesOf,
  write,
} from '../../protocols/chain-world.ts';

function restarted(id: number): ChainWorld {
  const world = chainWorld();
  write(world, 1);
  world.crash(id);
  world.lose();
  world.restart(id);
  return world;
}

describe('a server that is started again', () => {
  it('counts on its disk how often it was, and has nothing else from there', () => {
    const world = restarted(MIDDLE);
    for (const incarnation of [1, 2, 3]) {
      expect(server(world, MIDDLE)).toMatchObject({ incarnation, length: 0, committed: 0 });
      world.crash(MIDDLE);
      world.restart(MIDDLE);
    }
    expect(world.recordCount(MIDDLE)).toBe(5);
  });

  it('is not the one that the configuration names: it takes no update, and orders none', () => {
    const world = restarted(MIDDLE);
    world.lose();
    world.invoke(CLIENT, put(2));
    world.settle(ofType('Request', 'Forward'));
    expect(server(world, MIDDLE).length).toBe(0);
    const other = restarted(HEAD);
    other.lose();
    other.invoke(CLIENT, put(2));
    other.settle(ofType('Request'));
    expect(server(other, HEAD).length).toBe(0);
    expect(other.inFlight()).toEqual([`Redirect ${HEAD}→${CLIENT}`]);
  });

  it('answers no query as the tail that it was', () => {
    const world = restarted(TAIL);
    world.inject(CLIENT, TAIL, {
      type: 'Query',
      operation: { f: 'get', key: 'x' },
      requestNumber: 9,
    });
    world.settle(ofType('Query'));
    expect(server(world, TAIL)).toMatchObject({ answeredQueries: 0, waitingQueries: [] });
    expect(world.inFlight()).toContain(`Redirect ${TAIL}→${CLIENT}`);
  });

  it('is admitted again under its new number, with all that the chain has', () => {
    const world = restarted(MIDDLE);
    world.crash(MIDDLE);
    world.restart(MIDDLE);
    pass(world, LONG);
    expect(master(world).configuration).toMatchObject({
      chain: [HEAD, TAIL, MIDDLE],
      joining: null,
      incarnations: { [HEAD]: 0, [MIDDLE]: 2, [TAIL]: 0 },
    });
    expect(valuesOf(server(world, MIDDLE))).toEqual([1]);
  });

  it('as the head, has never had what it alone had: the client asks the next one', () => {
    const world = chainWorld();
    write(world, 1);
    world.invoke(CLIENT, put(2));
    world.deliver('Request', CLIENT, HEAD);
    world.crash(HEAD);
    world.lose();
    world.restart(HEAD);
    pass(world, LONG);
    expect(chainOf(world)).toEqual([MIDDLE, TAIL, HEAD]);
    expect(valuesOf(server(world, HEAD))).toEqual([1]);
    retry(world);
    world.settle();
    expect(valuesOf(server(world, HEAD))).toEqual([1, 2]);
    expect(world.outcomes).toHaveLength(2);
  });
});

describe('a chain of servers that are started again one after another', () => {
  it('loses nothing while each has time to join', () => {
    const world = chainWorld();
    write(world, 1, 2);
    for (const id of [HEAD, MIDDLE, TAIL]) {
      world.crash(id);
      world.restart(id);
      pass(world, LONG);
    }
    expect(chainOf(world)).toEqual([HEAD, MIDDLE, TAIL]);
    for (const id of [HEAD, MIDDLE, TAIL]) {
      expect(server(world, id)).toMatchObject({ incarnation: 1, length: 2, committed: 2 });
    }
  });

  it('keeps the last one that has the state, though it is not its turn to be there', () => {
    const world = chainWorld();
    write(world, 1);
    // Nobody else has it any more when the master hears of it.
    world.crash(TAIL);
    for (const id of [HEAD, MIDDLE]) {
      world.crash(id);
      world.restart(id);
    }
    pass(world, LONG, [TAIL]);
    expect(chainOf(world)).toContain(TAIL);
    expect(world.marks).not.toContain(`beginJoin-proposed ${MASTER}`);
  });
});
