/** Liskov & Cowling 2012, §4 and §4.5: the client's half. */
import { describe, expect, it } from 'vitest';
import type { Request } from '../../../protocols/viewstamped-replication/messages.ts';
import {
  get,
  loseFaithInPrimary,
  ofType,
  put,
  type VrWorld,
  vrWorld,
  without,
} from '../../protocols/vr-world.ts';

const CLIENT = 3;

/** The client's retry timer is due; it may first have to run on for the latest request. */
function waitForRetry(world: VrWorld): void {
  const before = world.marks.length;
  for (let patience = 0; patience < 3; patience++) {
    if (world.hasTimer(CLIENT, 'retry')) world.expire(CLIENT, 'retry');
    if (world.marks.length > before) return;
  }
}

describe('§4 the client', () => {
  it('numbers its requests, each higher than the one before', () => {
    const world = vrWorld();
    for (const value of [1, 2, 3]) {
      world.invoke(CLIENT, put(value));
      world.settle();
    }
    expect(world.state(0).log.map(({ requestNumber }) => requestNumber)).toEqual([1, 2, 3]);
  });

  it('without a reply sends the same request with the same number to all replicas', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    const first = world.take('Request', CLIENT, 0).message;
    waitForRetry(world);
    expect(world.inFlight()).toEqual(['Request 3→0', 'Request 3→1', 'Request 3→2']);
    expect(world.flying.every(({ message }) => message === first)).toBe(true);
  });

  it('asks whom it is told to, and all if that is not the primary', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1), 'linearizable', 2);
    expect(world.inFlight()).toEqual(['Request 3→2']);
    world.settle();
    expect(world.outcomes).toEqual([]);
    waitForRetry(world);
    world.settle();
    expect(world.outcomes).toHaveLength(1);
    world.invoke(CLIENT, put(2));
    expect(world.inFlight()).toEqual(['Request 3→0']);
  });

  it('is executed once, however often it asks', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    waitForRetry(world);
    waitForRetry(world);
    world.settle();
    expect(world.state(0).opNumber).toBe(1);
    expect(world.outcomes).toHaveLength(1);
  });

  it('finds the primary from the view-number of a reply', () => {
    const world = vrWorld();
    world.crash(0);
    loseFaithInPrimary(world, 1);
    world.settle();
    world.invoke(CLIENT, put(1));
    world.lose();
    waitForRetry(world);
    world.settle();
    world.invoke(CLIENT, put(2));
    expect(world.inFlight()).toEqual(['Request 3→1']);
  });

  it('ignores a reply that it has had already', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    world.settle(({ message }) => message.type !== 'Reply');
    const { message } = world.flying[0]!;
    world.settle();
    world.invoke(CLIENT, get());
    world.inject(0, CLIENT, message);
    world.settle(ofType('Reply'));
    expect(world.outcomes).toHaveLength(1);
    expect(world.marks).toContain('duplicate-reply-ignored 3');
  });

  it('gives up after a time if told so, and leaves the outcome open', () => {
    const world = vrWorld({ options: { giveUpAfter: 50_000 } });
    world.invoke(CLIENT, put(1));
    world.lose();
    world.expire(CLIENT, 'retry');
    expect(world.outcomes).toEqual([{ client: 3, how: 'abandoned', output: null }]);
    world.invoke(CLIENT, put(2));
    world.settle();
    expect(world.state(0).log[0]).toMatchObject({ requestNumber: 2 });
  });

  it('never gives up unless told so', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    for (let round = 0; round < 50; round++) waitForRetry(world);
    expect(world.outcomes).toEqual([]);
  });
});

describe('§4.5 recovery of a client', () => {
  it('asks for its latest request number and adds 2', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    world.settle();
    world.crash(CLIENT);
    world.restart(CLIENT);
    world.settle();
    world.invoke(CLIENT, put(2));
    expect(requestNumbers(world)).toEqual([3]);
  });

  it('takes the largest number among f + 1 answers', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    world.settle(without(2));
    world.lose();
    world.crash(CLIENT);
    world.restart(CLIENT);
    world.settle(ofType('ClientRecovery'));
    world.deliver('ClientRecoveryResponse', 2, CLIENT);
    expect(world.clientState(CLIENT).status).toBe('recovering');
    world.deliver('ClientRecoveryResponse', 1, CLIENT);
    world.lose();
    world.invoke(CLIENT, put(2));
    expect(requestNumbers(world)).toEqual([3]);
  });

  it('an operation that comes while the client recovers waits for its number', () => {
    const world = vrWorld();
    world.crash(CLIENT);
    world.restart(CLIENT);
    world.invoke(CLIENT, put(1));
    expect(world.inFlight()).not.toContain('Request 3→0');
    world.settle();
    expect(world.outcomes).toHaveLength(1);
  });

  it('a request that was under way when the client crashed keeps its number to itself', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    const late = world.take('Request', CLIENT, 0).message;
    world.crash(CLIENT);
    world.restart(CLIENT);
    world.settle();
    world.invoke(CLIENT, put(2));
    world.inject(CLIENT, 0, late);
    world.settle();
    expect(new Set(loggedNumbers(world)).size).toBe(world.state(0).opNumber);
    expect(world.outcomes.at(-1)).toMatchObject({ how: 'completed' });
  });

  it('two crashes without an answer in between lead to different numbers', () => {
    const world = vrWorld();
    const numbers: number[] = [];
    for (let incarnation = 0; incarnation < 3; incarnation++) {
      world.settle();
      world.invoke(CLIENT, put(incarnation));
      numbers.push(...requestNumbers(world));
      world.lose();
      world.crash(CLIENT);
      world.restart(CLIENT);
    }
    expect(new Set(numbers).size).toBe(3);
  });

  it('an answer to an earlier incarnation of the client does not count', () => {
    const world = vrWorld();
    world.crash(CLIENT);
    world.restart(CLIENT);
    world.settle(ofType('ClientRecovery'));
    const late = world.flying.filter(({ to }) => to === CLIENT);
    world.lose();
    world.crash(CLIENT);
    world.restart(CLIENT);
    world.lose();
    world.flying.push(...late);
    world.settle();
    expect(world.clientState(CLIENT).status).toBe('recovering');
    world.expire(CLIENT, 'clientRecovery');
    world.settle();
    expect(world.clientState(CLIENT).status).toBe('normal');
  });

  it('a recovering replica does not answer: it does not know', () => {
    const world = vrWorld();
    world.invoke(CLIENT, put(1));
    world.settle();
    world.crash(2);
    world.restart(2);
    world.lose();
    world.crash(CLIENT);
    world.restart(CLIENT);
    world.settle(ofType('ClientRecovery'));
    expect(world.inFlight()).not.toContain('ClientRecoveryResponse 2→3');
  });
});

function requestNumbers(world: VrWorld): number[] {
  return world.flying
    .map(({ message }) => message)
    .filter((message): message is Request => message.type === 'Request')
    .map(({ requestNumber }) => requestNumber);
}

function loggedNumbers(world: VrWorld): number[] {
  return world.state(0).log.map(({ requestNumber }) => requestNumber);
}
