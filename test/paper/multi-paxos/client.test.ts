/** van Renesse & Altinbuken 2015, §2.1: the client's half. */
import { describe, expect, it } from 'vitest';
import type { Request } from '../../../protocols/multi-paxos/messages.ts';
import {
  executedValues,
  get,
  ofType,
  type PaxosWorld,
  paxosWorld,
  put,
  seekElection,
  write,
} from '../../protocols/mp-world.ts';

const CLIENT = 3;
const BLOCK = 1_000;

/** The client's retry timer is due; it may first have to run on for the latest request. */
function waitForRetry(world: PaxosWorld): void {
  const before = world.marks.length;
  for (let patience = 0; patience < 3; patience++) {
    if (world.hasTimer(CLIENT, 'retry')) world.expire(CLIENT, 'retry');
    if (world.marks.length > before) return;
  }
}

function requestsInFlight(world: PaxosWorld): Request[] {
  return world.flying.flatMap(({ message }) => (message.type === 'Request' ? [message] : []));
}

describe('§2.1 the client', () => {
  it('numbers its requests, each higher than the one before', () => {
    const world = paxosWorld();
    const numbers: number[] = [];
    for (const value of [1, 2, 3]) {
      world.invoke(CLIENT, put(value));
      numbers.push(requestsInFlight(world)[0]!.requestNumber);
      world.settle();
    }
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('asks the first node as long as it knows no leader, then the leader that answered', () => {
    const world = paxosWorld();
    world.invoke(CLIENT, put(1));
    expect(world.inFlight()).toEqual(['Request 3→0']);
    world.settle();
    seekElection(world, 2);
    world.settle();
    write(world, CLIENT, 2);
    world.invoke(CLIENT, put(3));
    expect(world.inFlight()).toEqual(['Request 3→2']);
  });

  it('asks the node that it is told to, which proposes what it is asked', () => {
    const world = paxosWorld();
    write(world, CLIENT, 1);
    world.invoke(CLIENT, put(2), 'linearizable', 2);
    expect(world.inFlight()).toEqual(['Request 3→2']);
    world.settle();
    expect(executedValues(world.state(0))).toEqual([1, 2]);
    world.invoke(CLIENT, get(), 'sequential', 1);
    expect(world.inFlight()).toEqual(['SequentialRead 3→1']);
  });

  it('without a response sends the same request, number and all, to every node', () => {
    const world = paxosWorld();
    world.invoke(CLIENT, put(1));
    const first = world.take('Request', CLIENT, 0).message;
    waitForRetry(world);
    expect(world.inFlight()).toEqual(['Request 3→0', 'Request 3→1', 'Request 3→2']);
    expect(world.flying.every(({ message }) => message === first)).toBe(true);
    expect(world.marks).toContain('client-retried 3');
  });

  it('gets its operation executed once, however often it asks', () => {
    const world = paxosWorld();
    world.invoke(CLIENT, put(1));
    waitForRetry(world);
    waitForRetry(world);
    world.settle();
    for (const node of [0, 1, 2]) expect(executedValues(world.state(node))).toEqual([1]);
    expect(world.outcomes).toHaveLength(1);
  });

  it('ignores a response that it has had already', () => {
    const world = paxosWorld();
    world.invoke(CLIENT, put(1));
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
    const world = paxosWorld({ options: { giveUpAfter: 50_000 } });
    world.invoke(CLIENT, put(1));
    world.lose();
    world.expire(CLIENT, 'retry');
    expect(world.outcomes).toEqual([{ client: 3, how: 'abandoned', output: null }]);
    expect(world.marks).toContain('client-gave-up 3');
    world.invoke(CLIENT, put(2));
    expect(requestsInFlight(world)[0]?.requestNumber).toBe(2);
  });

  it('never gives up unless told so', () => {
    const world = paxosWorld();
    world.invoke(CLIENT, put(1));
    for (let round = 0; round < 50; round++) waitForRetry(world);
    expect(world.outcomes).toEqual([]);
  });

  it('is not executed any more once it has given up and asked for something else', () => {
    const world = paxosWorld({ options: { giveUpAfter: 50_000 } });
    world.invoke(CLIENT, put('given up'));
    const late = world.take('Request', CLIENT, 0).message;
    world.expire(CLIENT, 'retry');
    write(world, CLIENT, 'next');
    world.inject(CLIENT, 1, late);
    world.settle();
    expect(executedValues(world.state(0))).toEqual(['next']);
  });
});

describe('a client that restarts', () => {
  it('uses no number twice: it goes on behind the block that it had reserved', () => {
    const world = paxosWorld();
    write(world, CLIENT, 1);
    world.crash(CLIENT);
    world.restart(CLIENT);
    world.invoke(CLIENT, put(2));
    expect(requestsInFlight(world)[0]?.requestNumber).toBe(BLOCK + 1);
  });

  it('writes once for many requests', () => {
    const world = paxosWorld();
    const before = world.recordCount(CLIENT);
    write(world, CLIENT, 1, 2, 3);
    expect(world.recordCount(CLIENT)).toBe(before);
  });

  it('reserves the next block when one is used up', () => {
    const world = paxosWorld();
    const before = world.recordCount(CLIENT);
    world.clientState(CLIENT).requestNumber = BLOCK - 1;
    write(world, CLIENT, 'last of the block');
    expect(world.recordCount(CLIENT)).toBe(before);
    write(world, CLIENT, 'first of the next');
    expect(world.recordCount(CLIENT)).toBe(before + 1);
    world.crash(CLIENT);
    world.restart(CLIENT);
    world.invoke(CLIENT, put(3));
    expect(requestsInFlight(world)[0]?.requestNumber).toBe(2 * BLOCK + 1);
  });

  it('asks nobody before its disk has the block', () => {
    const world = paxosWorld();
    world.crash(CLIENT);
    world.restart(CLIENT, 'held');
    world.invoke(CLIENT, put(1));
    expect(world.inFlight()).toEqual([]);
    world.writeDisk(CLIENT);
    expect(world.inFlight()).toEqual(['Request 3→0']);
  });
});

describe('a client that reads outside of the log', () => {
  const CONFIRMED = { readMode: 'read-index' } as const;

  it('follows the hint to the leader', () => {
    const world = paxosWorld({ options: CONFIRMED });
    seekElection(world, 2);
    world.settle();
    world.invoke(CLIENT, get());
    world.settle(ofType('Request', 'Redirect'));
    expect(world.marks).toContain('read-redirected 0');
    expect(world.inFlight()).toContain('Heartbeat 2→0');
    world.settle();
    expect(world.outcomes).toHaveLength(1);
  });

  it('follows a hint once: another one has to be of a higher ballot', () => {
    const world = paxosWorld({ options: CONFIRMED });
    seekElection(world, 2);
    world.settle();
    world.invoke(CLIENT, get());
    world.deliver('Request', CLIENT, 0);
    const { message } = world.flying.find(({ to }) => to === CLIENT)!;
    world.inject(0, CLIENT, message);
    world.settle(ofType('Redirect'));
    expect(requestsInFlight(world)).toHaveLength(1);
  });

  it('takes no hint for a request that it has finished', () => {
    const world = paxosWorld({ options: CONFIRMED });
    world.inject(0, CLIENT, { type: 'Redirect', requestNumber: 0, ballot: 9 * 1024 });
    world.settle(ofType('Redirect'));
    expect(world.inFlight()).toEqual([]);
    world.invoke(CLIENT, get());
    world.inject(0, CLIENT, { type: 'Redirect', requestNumber: 7, ballot: 9 * 1024 });
    world.settle(ofType('Redirect'));
    expect(requestsInFlight(world)).toHaveLength(1);
  });
});

describe('a client that reads in its session', () => {
  it('asks its home, and the next node when no answer comes', () => {
    const world = paxosWorld();
    const { home } = world.clientState(CLIENT);
    world.crash(home);
    world.invoke(CLIENT, get(), 'sequential');
    expect(world.inFlight()).toEqual([`SequentialRead 3→${home}`]);
    world.settle();
    waitForRetry(world);
    expect(world.inFlight()).toEqual([`SequentialRead 3→${(home + 1) % 3}`]);
    world.settle();
    expect(world.outcomes).toHaveLength(1);
  });

  it('stays with the node that has answered', () => {
    const world = paxosWorld();
    const { home } = world.clientState(CLIENT);
    world.crash(home);
    world.invoke(CLIENT, get(), 'sequential');
    world.settle();
    waitForRetry(world);
    world.settle();
    world.invoke(CLIENT, get(), 'sequential');
    expect(world.inFlight()).toEqual([`SequentialRead 3→${(home + 1) % 3}`]);
  });

  it('keeps the token of the latest state that it has seen, and never an older one', () => {
    const world = paxosWorld();
    write(world, CLIENT, 'a', 'b');
    expect(world.clientState(CLIENT).slotOut).toBe(3);
    world.invoke(CLIENT, get());
    world.inject(1, CLIENT, {
      type: 'Response',
      requestNumber: 3,
      result: null,
      ballot: 0,
      slotOut: 1,
    });
    world.settle(ofType('Response'));
    expect(world.clientState(CLIENT).slotOut).toBe(3);
  });

  it('homes are spread over the nodes', () => {
    const world = paxosWorld({ clients: 3 });
    const homes = [3, 4, 5].map((client) => world.clientState(client).home);
    expect(new Set(homes).size).toBe(3);
  });
});
