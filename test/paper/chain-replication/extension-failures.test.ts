/** Van Renesse & Schneider 2004, §3, "Extending a Chain": what if somebody fails meanwhile. */
import { describe, expect, it } from 'vitest';
import type { ServerHeartbeat } from '../../../protocols/chain-replication/messages.ts';
import {
  type ChainWorld,
  CLIENT,
  chainOf,
  chainWorld,
  get,
  HEAD,
  joiningWorld,
  LONG,
  lastAnswer,
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
  without,
  write,
} from '../../protocols/chain-world.ts';

const NEW = TAIL;

/**
 * The third server is the last of the chain, and lacks an update that the old tail has answered:
 * nothing that the old tail sends arrives there any more.
 */
function appendedWorld(): ChainWorld {
  const world = joiningWorld([1, 2], { snapshotEvery: 0 });
  const isAppended = (): boolean => master(world).configuration.chain.includes(NEW);
  world.settle(() => server(world, NEW).length < 2);
  world.invoke(CLIENT, put(3));
  const isUpdate = ofType('Request', 'Forward', 'Stored', 'Reply', 'Ack');
  world.settle((packet) => isUpdate(packet) && packet.to !== NEW);
  for (let beat = 0; beat < 5 && !isAppended(); beat++) {
    world.settle(({ from, to }) => !(from === MIDDLE && to === NEW));
    world.lose(({ to }) => to === NEW);
    for (const id of [HEAD, MIDDLE, NEW]) world.expire(id, 'heartbeat');
    world.expire(MASTER, 'supervise');
  }
  world.lose();
  expect(world.outcomes).toHaveLength(3);
  expect(master(world).configuration).toMatchObject({ chain: [HEAD, MIDDLE, NEW], joining: NEW });
  expect(server(world, NEW).length).toBe(2);
  return world;
}

describe('a chain that is being extended', () => {
  it('may lose its tail while the new one copies: the one before it goes on with that', () => {
    const world = joiningWorld([1, 2, 3]);
    world.crash(MIDDLE);
    world.lose();
    pass(world, LONG, [MIDDLE]);
    expect(chainOf(world)).toEqual([HEAD, NEW]);
    expect(server(world, NEW)).toMatchObject({ length: 3, hasCaughtUp: true });
    expect(master(world).configuration.joining).toBeNull();
  });

  it('may lose its old tail before that has handed over: the one before it does', () => {
    const world = appendedWorld();
    world.crash(MIDDLE);
    pass(world, LONG, [MIDDLE]);
    expect(chainOf(world)).toEqual([HEAD, NEW]);
    expect(valuesOf(server(world, NEW))).toEqual([1, 2, 3]);
    world.invoke(CLIENT, get());
    retry(world);
    world.settle(without(MIDDLE));
    pass(world, 1, [MIDDLE]);
    expect(lastAnswer(world)).toBe(3);
  });

  it('may lose the new one: the old tail is the tail again, and answers', () => {
    const world = appendedWorld();
    world.crash(NEW);
    pass(world, LONG, [NEW]);
    expect(master(world).configuration).toMatchObject({ chain: [HEAD, MIDDLE], joining: null });
    write(world, 4);
    world.invoke(CLIENT, get());
    retry(world);
    world.settle(without(NEW));
    pass(world, 1, [NEW]);
    expect(lastAnswer(world)).toBe(4);
  });

  it('goes on without its tail while only an old server is there to hand over', () => {
    const world = appendedWorld();
    world.crash(HEAD);
    pass(world, LONG, [HEAD]);
    expect(chainOf(world)).toEqual([MIDDLE, NEW]);
    expect(valuesOf(server(world, NEW))).toEqual([1, 2, 3]);
  });

  it('keeps those that have everything, if only one that lacks something is heard', () => {
    const world = appendedWorld();
    pass(world, LONG, [HEAD, MIDDLE]);
    expect(chainOf(world)).toEqual([HEAD, MIDDLE, NEW]);
    expect(server(world, NEW)).toMatchObject({ length: 2, hasCaughtUp: false });
    world.inject(CLIENT, NEW, { type: 'Query', operation: get(), requestNumber: 9 });
    world.settle(ofType('Query'));
    expect(server(world, NEW).answeredQueries).toBe(0);
  });
});

describe('a server that joins', () => {
  it('and starts anew while it copies, begins anew under its new incarnation', () => {
    const world = joiningWorld();
    world.settle(() => server(world, NEW).length < 2);
    world.crash(NEW);
    world.restart(NEW);
    expect(server(world, NEW)).toMatchObject({ incarnation: 1, length: 0 });
    world.lose();
    pass(world, LONG);
    expect(master(world).configuration).toMatchObject({
      chain: [HEAD, MIDDLE, NEW],
      joining: null,
      incarnations: { [NEW]: 1 },
    });
    expect(server(world, NEW).length).toBe(2);
  });

  it('is appended on what it has reported in this epoch, and not in an earlier one', () => {
    const world = joiningWorld();
    world.expire(NEW, 'heartbeat');
    const { message } = world.take('ServerHeartbeat', NEW, MASTER);
    const { epoch } = master(world).configuration;
    const reported = { ...message, status: 'copied', epoch: epoch - 1 } as ServerHeartbeat;
    const hear = (heartbeat: ServerHeartbeat): void => {
      world.inject(NEW, MASTER, heartbeat);
      world.settle(ofType('ServerHeartbeat'));
      for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
    };
    hear(reported);
    expect(master(world).proposed).toBeNull();
    hear({ ...reported, epoch });
    expect(master(world).proposed).toEqual({ f: 'completeJoin', epoch, server: NEW });
  });

  it('that has got a snapshot knows from it which requests were processed', () => {
    const world = joiningWorld([1, 2, 3, 4, 5, 6]);
    pass(world, LONG);
    expect(world.marks).toContain(`snapshot-received ${NEW}`);
    const { snapshot, length, hist } = server(world, NEW);
    expect({ snapshot: snapshot?.length, length, hist }).toEqual({ snapshot: 6, length, hist: [] });
    const latest = server(world, HEAD).hist.at(-1)!;
    for (const id of [HEAD, MIDDLE]) world.crash(id);
    pass(world, LONG, [HEAD, MIDDLE]);
    expect(chainOf(world)).toEqual([NEW]);
    world.inject(CLIENT, NEW, latest);
    world.settle(ofType('Request'));
    expect(server(world, NEW).length).toBe(length);
    expect(world.inFlight()).toEqual([`Reply ${NEW}→${CLIENT}`]);
  });

  it('has copied when it holds what the tail had when that began, and not before', () => {
    const world = joiningWorld([1, 2, 3], { batchSize: 1, snapshotEvery: 0 });
    for (const length of [1, 2, 3]) {
      world.settle(() => server(world, NEW).length < length);
      expect(server(world, NEW)).toMatchObject({ length, hasCaughtUp: length === 3 });
    }
  });

  it('is sent again what was lost on the way, from what it is known to hold', () => {
    const world = joiningWorld([1, 2], { snapshotEvery: 0 });
    world.settle(ofType('LastSequence'));
    world.lose();
    for (let patience = 0; patience < 2; patience++) world.expire(MIDDLE, 'resend');
    world.settle(ofType('Forward'));
    expect(valuesOf(server(world, NEW))).toEqual([1, 2]);
  });

  it('needs no snapshot while it lacks what the tail still has update by update', () => {
    const world = joiningWorld([1, 2], { snapshotEvery: 0 });
    world.settle();
    expect(world.marks).not.toContain(`snapshot-sent ${MIDDLE}`);
    expect(valuesOf(server(world, NEW))).toEqual([1, 2]);
  });

  it('asks again for what it lacks, at growing intervals', () => {
    const world = joiningWorld();
    const waits: number[] = [];
    for (let question = 0; question < 5; question++) {
      const before = world.now;
      world.lose();
      world.expire(NEW, 'handover');
      waits.push(world.now - before);
      expect(world.inFlight()).toContain(`LastSequence ${NEW}→${MIDDLE}`);
    }
    expect(waits.slice(1)).toEqual([20_000, 40_000, 80_000, 80_000]);
    world.settle();
    expect(server(world, NEW).length).toBe(2);
  });
});

describe('a settled server', () => {
  it('takes over nobody’s snapshot', () => {
    const world = chainWorld({ options: { snapshotEvery: 2 } });
    write(world, 1, 2, 3, 4);
    const { snapshot } = server(world, HEAD);
    const longer = { ...snapshot!, length: 9 };
    world.inject(HEAD, MIDDLE, { type: 'StateCopy', epoch: 1, snapshot: longer });
    world.settle();
    expect(server(world, MIDDLE).length).toBe(4);
  });
});
