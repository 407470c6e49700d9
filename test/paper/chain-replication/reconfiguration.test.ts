/**
 * Whom an operator wants in the chain. Van Renesse & Schneider 2004, §3, remove servers that fail
 * and add others at the tail; who decides which is left open.
 */
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../sim/contract.ts';
import * as masters from '../../protocols/chain-masters-world.ts';
import {
  type ChainWorld,
  chainOf,
  chainWorld,
  HEAD,
  joiningWorld,
  LONG,
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

/** Every configuration of the chain on the way, as the master decides them. */
function chainsUntil(world: ChainWorld, time: number, silent: readonly NodeId[] = []): string[] {
  const seen = [chainOf(world).join(' ')];
  const end = world.now + time;
  const look = (): boolean => {
    const chain = chainOf(world).join(' ');
    if (chain !== seen.at(-1)) seen.push(chain);
    return true;
  };
  while (world.now < end) {
    for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
    for (const id of [HEAD, MIDDLE, TAIL]) {
      if (!silent.includes(id)) world.expire(id, 'heartbeat');
    }
    world.settle(({ from, to }) => look() && !silent.includes(from) && !silent.includes(to));
    world.lose();
  }
  look();
  return seen;
}

function wantedBy(world: ChainWorld): readonly NodeId[] | null {
  const { app } = master(world).paxos.replica;
  return (app as { readonly wanted: readonly NodeId[] | null }).wanted;
}

describe('a server that an operator does not want', () => {
  it('is removed, though it is healthy, and does not join again', () => {
    const world = chainWorld();
    write(world, 1);
    world.reconfigure(MASTER, [HEAD, TAIL]);
    expect(chainsUntil(world, LONG)).toEqual([`${HEAD} ${MIDDLE} ${TAIL}`, `${HEAD} ${TAIL}`]);
    expect(master(world).heartbeats[MIDDLE]).toMatchObject({ epoch: 2, status: 'outside' });
    expect(chainsUntil(world, LONG)).toEqual([`${HEAD} ${TAIL}`]);
    write(world, 2);
    expect(valuesOf(server(world, TAIL))).toEqual([1, 2]);
  });

  it('stays until one that is wanted holds everything: the chain is never empty', () => {
    const world = chainWorld({ options: { servers: 1, autoExtend: false } });
    write(world, 1);
    world.reconfigure(MASTER, [TAIL]);
    expect(chainsUntil(world, LONG)).toEqual([`${HEAD}`, `${HEAD} ${TAIL}`, `${TAIL}`]);
    expect(valuesOf(server(world, TAIL))).toEqual([1]);
  });

  it('stays until one that is wanted has spoken since: who died before may rely on it', () => {
    const world = chainWorld();
    write(world, 1);
    pass(world, LONG);
    world.crash(TAIL);
    world.reconfigure(MASTER, [TAIL]);
    world.settle(ofType('Wish', 'MasterPaxos'));
    expect(wantedBy(world)).toEqual([TAIL]);
    world.expire(MASTER, 'supervise');
    world.settle();
    expect(chainOf(world)).toEqual([HEAD, MIDDLE, TAIL]);
    world.restart(TAIL);
    expect(chainsUntil(world, 2 * LONG).at(-1)).toBe(`${TAIL}`);
    expect(valuesOf(server(world, TAIL))).toEqual([1]);
  });

  it('stays while none that is wanted is there', () => {
    const world = chainWorld({ options: { servers: 2, autoExtend: false } });
    world.reconfigure(MASTER, [TAIL]);
    const before = `${HEAD} ${MIDDLE}`;
    expect(chainsUntil(world, LONG, [TAIL])).toEqual([before]);
    expect(wantedBy(world)).toEqual([TAIL]);
    expect(chainsUntil(world, LONG).at(-1)).toBe(`${TAIL}`);
  });

  it('is removed if it is suspected, as any other is', () => {
    const world = chainWorld({ options: { servers: 2, autoExtend: false } });
    world.reconfigure(MASTER, [TAIL]);
    expect(chainsUntil(world, LONG, [MIDDLE, TAIL])).toEqual([`${HEAD} ${MIDDLE}`, `${HEAD}`]);
  });

  it('that joins is sent away', () => {
    const world = joiningWorld();
    const { epoch } = master(world).configuration;
    world.reconfigure(MASTER, [HEAD, MIDDLE]);
    world.settle(ofType('Wish', 'MasterPaxos'));
    for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
    for (const id of [HEAD, MIDDLE]) world.expire(id, 'heartbeat');
    world.settle(({ from, message }) => from !== TAIL && message.type !== 'Forward');
    for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
    world.settle(ofType('MasterPaxos', 'ChainConfig'));
    expect(chainsUntil(world, LONG)).toEqual([`${HEAD} ${MIDDLE}`]);
    expect(master(world).configuration).toMatchObject({ epoch: epoch + 1, joining: null });
  });
});

describe('a server that an operator wants', () => {
  it('becomes the tail: the order of the list says nothing, nor does it move who is there', () => {
    const world = chainWorld({ options: { servers: 2, autoExtend: false } });
    world.reconfigure(MASTER, [TAIL, MIDDLE, HEAD]);
    expect(chainsUntil(world, LONG)).toEqual([`${HEAD} ${MIDDLE}`, `${HEAD} ${MIDDLE} ${TAIL}`]);
  });

  it('joins one at a time, so that each copies from a tail that has everything', () => {
    const world = chainWorld({ options: { servers: 1, autoExtend: false } });
    write(world, 1);
    world.reconfigure(MASTER, [MIDDLE, TAIL]);
    expect(chainsUntil(world, 2 * LONG)).toEqual([
      `${HEAD}`,
      `${HEAD} ${MIDDLE}`,
      `${HEAD} ${MIDDLE} ${TAIL}`,
      `${MIDDLE} ${TAIL}`,
    ]);
    expect(valuesOf(server(world, TAIL))).toEqual([1]);
  });

  it('and that was suspected joins again once it is heard', () => {
    const world = chainWorld();
    world.reconfigure(MASTER, [HEAD, MIDDLE, TAIL]);
    expect(chainsUntil(world, LONG, [HEAD]).at(-1)).toBe(`${MIDDLE} ${TAIL}`);
    expect(chainsUntil(world, LONG).at(-1)).toBe(`${MIDDLE} ${TAIL} ${HEAD}`);
  });
});

describe('without a word of an operator', () => {
  it('whoever asks joins, if `autoExtend` says so, and nobody does otherwise', () => {
    const grown = (autoExtend: boolean): string | undefined =>
      chainsUntil(chainWorld({ options: { servers: 2, autoExtend } }), LONG).at(-1);
    expect(grown(true)).toBe(`${HEAD} ${MIDDLE} ${TAIL}`);
    expect(grown(false)).toBe(`${HEAD} ${MIDDLE}`);
  });

  it('servers of the first chain come back all the same', () => {
    const world = chainWorld({ options: { servers: 3, autoExtend: false } });
    expect(chainsUntil(world, LONG, [TAIL]).at(-1)).toBe(`${HEAD} ${MIDDLE}`);
    expect(chainsUntil(world, LONG).at(-1)).toBe(`${HEAD} ${MIDDLE} ${TAIL}`);
  });
});

describe('what an operator asks for', () => {
  it('may be asked of any master', () => {
    const world = masters.mastersWorld();
    world.reconfigure(masters.THIRD, [masters.HEAD, masters.TAIL]);
    expect(world.inFlight()).toContain(`Wish ${masters.THIRD}→${masters.FIRST}`);
    masters.passAmongMasters(world, LONG);
    for (const id of [masters.FIRST, masters.SECOND, masters.THIRD]) {
      const { configuration, wish } = masters.masterAt(world, id);
      expect(configuration.chain).toEqual([masters.HEAD, masters.TAIL]);
      expect(wish).toBeNull();
    }
  });

  it('is asked again by that master until it is decided', () => {
    const world = masters.mastersWorld();
    world.reconfigure(masters.THIRD, [masters.HEAD, masters.TAIL]);
    world.lose();
    const { wish } = masters.masterAt(world, masters.THIRD);
    expect(wish?.servers).toEqual([masters.HEAD, masters.TAIL]);
    masters.passAmongMasters(world, LONG);
    const { configuration } = masters.masterAt(world, masters.FIRST);
    expect(configuration.chain).toEqual([masters.HEAD, masters.TAIL]);
  });

  it('is decided once, though it is asked for twice', () => {
    const world = chainWorld();
    const servers = [HEAD, TAIL];
    const wish = { type: 'Wish', number: 1, askedOf: MASTER, id: 7, servers } as const;
    const { requestCount } = master(world);
    for (let copy = 0; copy < 2; copy++) world.inject(MASTER, MASTER, wish);
    world.settle(ofType('Wish'));
    expect(master(world).requestCount).toBe(requestCount + 1);
    world.settle();
    world.reconfigure(MASTER, [HEAD, MIDDLE]);
    world.settle();
    world.inject(MASTER, MASTER, wish);
    world.settle();
    expect(wantedBy(world)).toEqual([HEAD, MIDDLE]);
    expect(master(world).paxos.replica.app).toMatchObject({ wishes: 2 });
  });

  it('is decided once, though others ask other masters for something else meanwhile', () => {
    const world = masters.mastersWorld();
    const { FIRST, SECOND, THIRD, HEAD: head, TAIL: tail, MIDDLE: middle } = masters;
    world.reconfigure(THIRD, [head, middle]);
    world.reconfigure(SECOND, [head, tail]);
    world.lose();
    for (let turn = 0; turn < 6; turn++) {
      for (const id of world.cluster.replicas) {
        if (world.hasTimer(id, 'heartbeat')) world.expire(id, 'heartbeat');
      }
      world.settle();
      for (const id of [FIRST, SECOND, THIRD]) {
        world.expire(id, 'supervise');
        world.settle();
      }
    }
    expect(masters.masterAt(world, FIRST).paxos.replica.app).toMatchObject({ wishes: 2 });
    for (const id of [SECOND, THIRD]) expect(masters.masterAt(world, id).wish).toBeNull();
  });

  it('is replaced by what is asked for later', () => {
    const world = chainWorld();
    world.reconfigure(MASTER, [HEAD]);
    world.settle(ofType('Wish', 'MasterPaxos'));
    world.reconfigure(MASTER, [HEAD, TAIL]);
    expect(chainsUntil(world, LONG).at(-1)).toBe(`${HEAD} ${TAIL}`);
    expect(wantedBy(world)).toEqual([HEAD, TAIL]);
  });

  it('are servers: masters in the list say nothing, nor does a list of them alone', () => {
    const world = chainWorld();
    world.reconfigure(MASTER, [MASTER]);
    expect(master(world).wish).toBeNull();
    world.reconfigure(MASTER, [MASTER, HEAD, MIDDLE]);
    expect(chainsUntil(world, LONG).at(-1)).toBe(`${HEAD} ${MIDDLE}`);
    expect(wantedBy(world)).toEqual([HEAD, MIDDLE]);
  });

  it('costs no update: those on their way arrive, those that follow do', () => {
    const world = chainWorld({ clients: 2 });
    write(world, 1);
    world.invoke(world.cluster.clients[1]!, put(2));
    world.settle(ofType('GetConfiguration', 'ChainConfig', 'Request'));
    world.reconfigure(MASTER, [HEAD, MIDDLE]);
    expect(chainsUntil(world, LONG).at(-1)).toBe(`${HEAD} ${MIDDLE}`);
    write(world, 3);
    expect(valuesOf(server(world, MIDDLE))).toEqual([1, 2, 3]);
    expect(world.outcomes).toHaveLength(3);
  });
});
