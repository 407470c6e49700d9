/** Ng, Haridi & Carbone 2023, §2 and §4: who proposes, here the client's half. */
import { describe, expect, it } from 'vitest';
import type { Request } from '../../../protocols/omni-paxos/messages.ts';
import { ballot } from '../../protocols/lone-server.ts';
import {
  elect,
  executedValues,
  get,
  lastAnswer,
  type OmniWorld,
  ofType,
  omniWorld,
  put,
  write,
} from '../../protocols/op-world.ts';

const CLIENT = 3;
/** Its home is server 1, which does not lead. */
const OTHER = 4;
const BLOCK = 1_000;
const CONFIRMED = { readMode: 'read-index' } as const;

/** The client's retry timer is due; it may first have to run on for the latest request. */
function waitForRetry(world: OmniWorld): void {
  const before = world.marks.length;
  for (let patience = 0; patience < 3; patience++) {
    if (world.hasTimer(CLIENT, 'retry')) world.expire(CLIENT, 'retry');
    if (world.marks.length > before) return;
  }
}

function requestsInFlight(world: OmniWorld): Request[] {
  return world.flying.flatMap(({ message }) => (message.type === 'Request' ? [message] : []));
}

describe('a client', () => {
  it('numbers its requests, each higher than the one before', () => {
    const world = omniWorld();
    const numbers = [1, 2, 3].map((value) => {
      world.invoke(CLIENT, put(value));
      const [asked] = requestsInFlight(world);
      world.settle();
      return asked?.requestNumber;
    });
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('§4: without a leader that it knows of, it asks its home, which forwards', () => {
    const world = omniWorld({ clients: 2 });
    world.invoke(OTHER, put('a'));
    expect(world.inFlight()).toEqual(['Request 4→1']);
    world.settle();
    expect(world.marks).toContain('proposal-forwarded 1');
    expect(world.outcomes).toHaveLength(1);
  });

  it('asks the leader that an answer has told of', () => {
    const world = omniWorld({ clients: 2 });
    write(world, OTHER, 'a');
    world.invoke(OTHER, put('b'));
    expect(world.inFlight()).toEqual(['Request 4→0']);
  });

  it('believes the highest ballot that it was told of', () => {
    const world = omniWorld();
    write(world, CLIENT, 'a');
    world.crash(0);
    elect(world, 2, [0]);
    write(world, CLIENT, 'b');
    waitForRetry(world);
    world.settle();
    expect(world.clientState(CLIENT).ballot).toBe(ballot(2, 2));
    world.invoke(CLIENT, put('c'));
    expect(world.inFlight()).toEqual(['Request 3→2']);
  });

  it('asks whom it is told to, though another one leads', () => {
    const world = omniWorld();
    write(world, CLIENT, 'a');
    world.invoke(CLIENT, put('b'), 'linearizable', 2);
    expect(world.inFlight()).toEqual(['Request 3→2']);
    world.settle();
    expect(world.outcomes).toHaveLength(2);
    world.invoke(CLIENT, get(), 'sequential', 1);
    expect(world.inFlight()).toEqual(['SequentialRead 3→1']);
  });

  it('without an answer asks all servers, with the same request, number and all', () => {
    const world = omniWorld();
    world.invoke(CLIENT, put('a'));
    const { message } = world.take('Request', CLIENT, 0);
    waitForRetry(world);
    expect(world.inFlight()).toEqual(['Request 3→0', 'Request 3→1', 'Request 3→2']);
    expect(world.flying.every((packet) => packet.message === message)).toBe(true);
    expect(world.marks).toContain('client-retried 3');
  });

  it('gets its operation executed once, however often and wherever it asks', () => {
    const world = omniWorld();
    world.invoke(CLIENT, put('a'));
    for (let times = 0; times < 3; times++) waitForRetry(world);
    world.settle();
    for (const server of [0, 1, 2]) expect(executedValues(world.state(server))).toEqual(['a']);
    expect(world.outcomes).toHaveLength(1);
  });

  it('is answered from what was executed if it asks again', () => {
    const world = omniWorld();
    write(world, CLIENT, 'a');
    world.invoke(CLIENT, get());
    world.settle(({ message }) => message.type !== 'Response');
    world.lose();
    waitForRetry(world);
    world.settle();
    expect(world.marks).toContain('response-from-cache 0');
    expect(lastAnswer(world)).toBe('a');
  });

  it('takes the first answer, and ignores those that come after', () => {
    const world = omniWorld();
    world.invoke(CLIENT, put('a'));
    world.settle(({ message }) => message.type !== 'Response');
    const [late] = world.flying;
    world.settle();
    world.invoke(CLIENT, get());
    world.inject(0, CLIENT, late!.message);
    world.settle(ofType('Response'));
    expect(world.outcomes).toHaveLength(1);
    expect(world.marks).toContain('duplicate-response-ignored 3');
  });

  it('gives up after a time if told so, and leaves the outcome open', () => {
    const world = omniWorld({ options: { giveUpAfter: 50_000 } });
    world.invoke(CLIENT, put('a'));
    world.lose();
    world.expire(CLIENT, 'retry');
    expect(world.outcomes).toEqual([{ client: CLIENT, how: 'abandoned', output: null }]);
    expect(world.marks).toContain('client-gave-up 3');
    world.invoke(CLIENT, put('b'));
    expect(requestsInFlight(world)[0]?.requestNumber).toBe(2);
  });

  it('never gives up unless told so', () => {
    const world = omniWorld();
    world.invoke(CLIENT, put('a'));
    for (let times = 0; times < 50; times++) waitForRetry(world);
    expect(world.outcomes).toEqual([]);
  });

  it('that has given up and asked for something else does not get the first one done', () => {
    const world = omniWorld({ options: { giveUpAfter: 50_000 } });
    world.invoke(CLIENT, put('given up'));
    const late = world.take('Request', CLIENT, 0).message;
    world.expire(CLIENT, 'retry');
    write(world, CLIENT, 'next');
    world.inject(CLIENT, 1, late);
    world.settle();
    expect(executedValues(world.state(0))).toEqual(['next']);
    expect(world.marks).toContain('old-request-dropped 1');
  });

  it('drops what it cannot read', () => {
    const world = omniWorld();
    world.invoke(CLIENT, put('a'));
    world.deliverUnreadable(0, CLIENT);
    world.settle();
    expect(world.marks).toContain('unreadable-dropped 3');
    expect(world.outcomes).toHaveLength(1);
  });
});

describe('a client that reads without an entry', () => {
  it('follows the hint of a server that does not lead', () => {
    const world = omniWorld({ clients: 2, options: CONFIRMED });
    world.invoke(OTHER, get());
    world.deliver('Request', OTHER, 1);
    expect(world.inFlight()).toEqual(['Redirect 1→4']);
    world.deliver('Redirect', 1, OTHER);
    expect(world.inFlight()).toEqual(['Request 4→0']);
    world.settle();
    expect(world.outcomes).toHaveLength(1);
  });

  it('follows it once: the next one has to be of a higher ballot', () => {
    const world = omniWorld({ clients: 2, options: CONFIRMED });
    world.invoke(OTHER, get());
    world.lose();
    const hint = { type: 'Redirect', requestNumber: 1, ballot: ballot(1, 0) } as const;
    for (let copy = 0; copy < 2; copy++) world.inject(1, OTHER, hint);
    world.settle(ofType('Redirect'));
    expect(world.inFlight()).toEqual(['Request 4→0']);
    world.inject(1, OTHER, { ...hint, ballot: ballot(2, 2) });
    world.settle(ofType('Redirect'));
    expect(world.inFlight()).toEqual(['Request 4→0', 'Request 4→2']);
  });

  it('minds no hint for another request', () => {
    const world = omniWorld({ clients: 2, options: CONFIRMED });
    world.invoke(OTHER, get());
    world.lose();
    world.inject(1, OTHER, { type: 'Redirect', requestNumber: 9, ballot: ballot(3, 2) });
    world.settle(ofType('Redirect'));
    expect(world.inFlight()).toEqual([]);
  });

  it('has a session, whose next home is asked when the first one does not answer', () => {
    const world = omniWorld();
    write(world, CLIENT, 'a');
    world.invoke(CLIENT, get(), 'sequential');
    const { message } = world.take('SequentialRead', CLIENT, 0);
    expect(message).toMatchObject({ decidedLength: 1 });
    waitForRetry(world);
    expect(world.inFlight()).toEqual(['SequentialRead 3→1']);
    world.settle();
    expect(lastAnswer(world)).toBe('a');
  });
});

describe('a client that restarts', () => {
  it('uses no number twice: it goes on behind the block that it had reserved', () => {
    const world = omniWorld();
    write(world, CLIENT, 'a');
    world.crash(CLIENT);
    world.restart(CLIENT);
    world.invoke(CLIENT, put('b'));
    expect(requestsInFlight(world)[0]?.requestNumber).toBe(BLOCK + 1);
    world.settle();
    expect(world.outcomes).toHaveLength(2);
  });

  it('writes once for many requests', () => {
    const world = omniWorld();
    const before = world.recordCount(CLIENT);
    write(world, CLIENT, ...Array.from({ length: 20 }, (_, index) => index));
    expect(world.recordCount(CLIENT)).toBe(before);
  });

  it('sends no request under a number that its disk does not have reserved', () => {
    const world = omniWorld();
    world.crash(CLIENT);
    world.restart(CLIENT, 'held');
    world.invoke(CLIENT, put('a'));
    expect(world.inFlight()).toEqual([]);
    world.writeDisk(CLIENT);
    expect(world.inFlight()).toEqual(['Request 3→0']);
  });
});
