/**
 * Van Renesse & Schneider 2004, §2: a client that gets no reply asks again, and updates need not be
 * idempotent. A table of the latest request of each client, which follows from Hist, keeps the
 * chain from performing one twice.
 */
import { describe, expect, it } from 'vitest';
import type { Request } from '../../../protocols/chain-replication/messages.ts';
import {
  type ChainWorld,
  CLIENT,
  chainOf,
  chainWorld,
  DURABLE,
  HEAD,
  LONG,
  lastAnswer,
  MIDDLE,
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

/** True the first time, and false if it is performed once more. */
const ONCE = { f: 'cas', key: 'once', value: [null, 'done'] } as const;

/** The client knows the chain, and its one update is on its way to the head. */
function asking(options: object = {}): { readonly world: ChainWorld; readonly request: Request } {
  const world = chainWorld({ options: { ...options } });
  write(world, 0);
  world.invoke(CLIENT, ONCE);
  const { message } = world.flying[0]!;
  if (message.type !== 'Request') throw new Error('no Request');
  return { world, request: message };
}

function timesPerformed(world: ChainWorld, id: number): number {
  return server(world, id).hist.filter(({ operation }) => operation === ONCE).length;
}

describe('an update that the client sends again', () => {
  it('while it is in process is not ordered again, nor answered before its time', () => {
    const { world, request } = asking();
    world.settle(ofType('Request'));
    world.lose();
    world.inject(CLIENT, HEAD, request);
    world.settle(ofType('Request'));
    expect(world.inFlight()).toEqual([]);
    expect(timesPerformed(world, HEAD)).toBe(1);
  });

  it('after it was processed is answered by what came of it then', () => {
    const { world } = asking();
    world.settle(({ message }) => message.type !== 'Reply');
    world.lose();
    retry(world);
    world.settle();
    expect(world.outcomes).toHaveLength(2);
    expect(lastAnswer(world)).toBe(true);
    expect(timesPerformed(world, TAIL)).toBe(1);
  });

  it('after the client has gone on is dropped, however late the copy is', () => {
    const { world, request } = asking();
    world.settle();
    write(world, 1);
    world.inject(CLIENT, HEAD, request);
    world.settle();
    expect(world.marks).toContain(`old-request-dropped ${HEAD}`);
    expect(timesPerformed(world, HEAD)).toBe(1);
    expect(server(world, HEAD).length).toBe(3);
  });

  it('to a head that is gone, which alone had it, is performed by the next one', () => {
    const { world } = asking();
    world.settle(ofType('Request'));
    world.crash(HEAD);
    world.lose();
    pass(world, LONG, [HEAD]);
    expect(timesPerformed(world, MIDDLE)).toBe(0);
    retry(world);
    world.settle(without(HEAD));
    expect(lastAnswer(world)).toBe(true);
    expect(timesPerformed(world, MIDDLE)).toBe(1);
  });

  it('to the next head, which has it in process, is not ordered again', () => {
    const { world, request } = asking();
    world.settle(ofType('Request'));
    world.deliver('Forward', HEAD, MIDDLE);
    world.crash(HEAD);
    world.lose();
    pass(world, LONG, [HEAD]);
    expect(chainOf(world)).toEqual([MIDDLE, TAIL]);
    // The tail has got it from the new head, and replied.
    expect(lastAnswer(world)).toBe(true);
    world.inject(CLIENT, MIDDLE, request);
    world.settle(without(HEAD));
    expect(timesPerformed(world, TAIL)).toBe(1);
    expect(world.marks).toContain(`reply-from-table ${MIDDLE}`);
  });

  it('to the next head, when it is older than what that has executed, is dropped', () => {
    const { world, request } = asking();
    world.settle();
    write(world, 1);
    world.crash(HEAD);
    pass(world, LONG, [HEAD]);
    world.inject(CLIENT, MIDDLE, request);
    world.settle(without(HEAD));
    expect(world.marks).toContain(`old-request-dropped ${MIDDLE}`);
    expect(timesPerformed(world, TAIL)).toBe(1);
  });

  it('to a chain whose tail is gone with the reply is answered by the head', () => {
    const { world } = asking();
    world.settle(({ message }) => message.type !== 'Reply');
    world.lose();
    world.crash(TAIL);
    pass(world, LONG, [TAIL]);
    retry(world);
    world.settle(without(TAIL));
    expect(lastAnswer(world)).toBe(true);
    expect(timesPerformed(world, MIDDLE)).toBe(1);
  });

  it('to durable servers that have all started again is answered by what came of it then', () => {
    const { world, request } = asking(DURABLE);
    world.settle();
    for (const id of [HEAD, MIDDLE, TAIL]) world.crash(id);
    world.lose();
    for (const id of [HEAD, MIDDLE, TAIL]) world.restart(id);
    world.settle();
    world.inject(CLIENT, HEAD, request);
    world.settle(ofType('Request'));
    expect(world.flying.map(({ message }) => message)).toEqual([
      { type: 'Reply', requestNumber: request.requestNumber, result: true, sequence: 2 },
    ]);
  });

  it('to durable servers that all have it in process is not ordered again', () => {
    const { world, request } = asking(DURABLE);
    world.settle(ofType('Request', 'Forward'));
    for (const id of [HEAD, MIDDLE, TAIL]) world.crash(id);
    world.lose();
    for (const id of [HEAD, MIDDLE, TAIL]) world.restart(id);
    world.lose();
    world.inject(CLIENT, HEAD, request);
    world.settle(ofType('Request'));
    expect(timesPerformed(world, HEAD)).toBe(1);
  });

  it('to a server that took it back when it was removed is new there', () => {
    const { world, request } = asking();
    world.settle(ofType('Request'));
    expect(server(world, HEAD).clientTable[CLIENT]?.requestNumber).toBe(request.requestNumber);
    world.lose();
    pass(world, LONG, [HEAD]);
    pass(world, LONG);
    expect(chainOf(world)).toEqual([MIDDLE, TAIL, HEAD]);
    for (const id of [MIDDLE, TAIL]) world.crash(id);
    pass(world, LONG, [MIDDLE, TAIL]);
    expect(chainOf(world)).toEqual([HEAD]);
    retry(world);
    world.settle(without(MIDDLE, TAIL));
    expect(lastAnswer(world)).toBe(true);
    expect(timesPerformed(world, HEAD)).toBe(1);
  });
});

describe('a client', () => {
  it('that has gone on is sent no reply to what it asked before', () => {
    const world = chainWorld({ options: { giveUpAfter: 50_000, clientRetry: 100_000 } });
    write(world, 0);
    world.invoke(CLIENT, put(1));
    world.settle(ofType('Request'));
    world.now += 50_000;
    world.expire(CLIENT, 'retry');
    expect(world.outcomes.at(-1)?.how).toBe('abandoned');
    world.invoke(CLIENT, put(2));
    world.settle(ofType('Request', 'Forward'));
    world.settle(({ message }) => message.type !== 'Reply');
    expect(valuesOf(server(world, TAIL))).toEqual([0, 1, 2]);
    const replies = world.flying.map(({ message }) => message);
    expect(replies).toMatchObject([{ type: 'Reply', requestNumber: 3 }]);
  });

  it('takes one answer, and no answer to anything else', () => {
    const { world, request } = asking();
    const { requestNumber } = request;
    const reply = { type: 'Reply', result: 'wrong', sequence: 9 } as const;
    world.inject(TAIL, CLIENT, { ...reply, requestNumber: requestNumber - 1 });
    world.inject(TAIL, CLIENT, { ...reply, requestNumber: requestNumber + 1 });
    world.settle(ofType('Reply'));
    expect(world.outcomes).toHaveLength(1);
    world.settle();
    world.inject(TAIL, CLIENT, { ...reply, requestNumber });
    world.settle();
    expect(world.outcomes).toHaveLength(2);
    expect(lastAnswer(world)).toBe(true);
  });
});
