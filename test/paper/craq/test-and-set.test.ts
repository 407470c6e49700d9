/** §4.1.1: mini-transactions on one object, at the head. */
import { describe, expect, it } from 'vitest';
import { counter } from '../../../protocols/state-machines/counter.ts';
import type { StateMachine } from '../../../sim/contract.ts';
import {
  type CraqWorld,
  cas,
  craqWorld,
  HEAD,
  MIDDLE,
  ofType,
  pass,
  put,
  READER,
  server,
  versionsAt,
  write,
  writeAsFarAs,
} from '../../protocols/craq-world.ts';

/** `x` is 1, and the write of 2 has got to the middle of the chain; then another client asks. */
function whileDirty(testAndSet: string, operation = cas(2, 3)): CraqWorld {
  const world = craqWorld({ options: { testAndSet } });
  write(world, 1);
  writeAsFarAs(world, MIDDLE, put(2));
  world.invoke(READER, operation);
  world.settle(ofType('GetConfiguration', 'ChainConfig'));
  world.deliver('Request', READER, HEAD);
  return world;
}

function outcomeOf(world: CraqWorld, client: number): unknown {
  return world.outcomes.findLast((outcome) => outcome.client === client)?.output;
}

describe('a test-and-set of a clean object', () => {
  it('goes down the chain, and is told whether it has set', () => {
    const world = craqWorld();
    write(world, 1);
    world.invoke(READER, cas(1, 2));
    world.settle();
    expect(outcomeOf(world, READER)).toBe(true);
    world.invoke(READER, cas(1, 3));
    world.settle();
    expect(outcomeOf(world, READER)).toBe(false);
  });
});

describe('a test-and-set of a dirty object', () => {
  it('is rejected, and does not enter Hist', () => {
    const world = whileDirty('reject');
    expect(world.inFlight()).toContain(`Rejected ${HEAD}→${READER}`);
    expect(server(world, HEAD).length).toBe(2);
  });

  it('is asked for again by its client after a while, under the same number', () => {
    const world = whileDirty('reject');
    world.settle();
    expect(outcomeOf(world, READER)).toBeUndefined();
    world.expire(READER, 'backoff');
    world.settle();
    expect(outcomeOf(world, READER)).toBe(true);
    expect(server(world, HEAD).hist.at(-1)).toMatchObject({ clientId: READER, requestNumber: 1 });
  });

  it('has waited longer, on the average, the more often it was rejected', () => {
    const world = whileDirty('reject');
    for (let rejection = 1; rejection <= 3; rejection++) {
      world.deliver('Rejected', HEAD, READER);
      expect(world.clientState(READER).rejections).toBe(rejection);
      world.expire(READER, 'backoff');
      world.deliver('Request', READER, HEAD);
    }
  });

  it('waits at the head instead until the object is clean, and tests what is committed', () => {
    const world = whileDirty('wait');
    expect(server(world, HEAD).length).toBe(2);
    expect(server(world, HEAD).waitingUpdates).toHaveLength(1);
    world.settle();
    expect(outcomeOf(world, READER)).toBe(true);
    expect(versionsAt(world, HEAD)).toBe('3');
  });

  it('is ordered after the others instead, and tests the latest version', () => {
    const world = whileDirty('order');
    expect(server(world, HEAD).length).toBe(3);
    world.settle();
    expect(outcomeOf(world, READER)).toBe(true);
  });
});

describe('while a test-and-set waits', () => {
  it('later writes of the object wait behind it', () => {
    const world = whileDirty('wait', cas(7, 8));
    world.inject(9, HEAD, { type: 'Request', operation: put(4), clientId: 9, requestNumber: 1 });
    world.deliver('Request', 9, HEAD);
    expect(server(world, HEAD).waitingUpdates).toHaveLength(2);
    world.settle(({ to }) => to !== 9);
    expect(outcomeOf(world, READER)).toBe(false);
    expect(server(world, HEAD).length).toBe(4);
  });

  it('writes of other objects do not', () => {
    const world = whileDirty('wait');
    const operation = put(4, 'y');
    world.inject(9, HEAD, { type: 'Request', operation, clientId: 9, requestNumber: 1 });
    world.deliver('Request', 9, HEAD);
    expect(server(world, HEAD).length).toBe(3);
  });

  it('a head that is removed sends its client on', () => {
    const world = whileDirty('wait');
    world.lose();
    pass(world, 200_000, [HEAD]);
    pass(world, 1);
    expect(server(world, HEAD).waitingUpdates).toEqual([]);
  });
});

it('an increment is applied to the latest version at once, dirty or not', () => {
  const world = craqWorld({ machine: counter as StateMachine });
  writeAsFarAs(world, MIDDLE, { f: 'add', value: 1 });
  world.invoke(READER, { f: 'add', value: 2 });
  world.settle(ofType('GetConfiguration', 'ChainConfig'));
  world.deliver('Request', READER, HEAD);
  const versions = server(world, HEAD).objects.get('') ?? [];
  expect(versions.map(({ app }) => app)).toEqual([{ sum: 0 }, { sum: 1 }, { sum: 3 }]);
});
