/** §2.3: versions of an object, clean and dirty, on their way down the chain and up again. */
import { describe, expect, it } from 'vitest';
import { counter } from '../../../protocols/state-machines/counter.ts';
import type { StateMachine } from '../../../sim/contract.ts';
import {
  commitAtTail,
  craqWorld,
  HEAD,
  MIDDLE,
  put,
  server,
  TAIL,
  versionsAt,
  write,
  writeAsFarAs,
} from '../../protocols/craq-world.ts';

describe('a write that comes down the chain (§2.3, item 2)', () => {
  it('is a dirty version behind the others at a server that is not the tail', () => {
    const world = craqWorld();
    write(world, 1);
    writeAsFarAs(world, MIDDLE, put(2));
    expect(versionsAt(world, HEAD)).toBe('1 2*');
    expect(versionsAt(world, MIDDLE)).toBe('1 2*');
    expect(versionsAt(world, TAIL)).toBe('1');
  });

  it('is clean at the tail, where it is committed', () => {
    const world = craqWorld();
    write(world, 1);
    writeAsFarAs(world, TAIL, put(2));
    commitAtTail(world);
    expect(versionsAt(world, TAIL)).toBe('2');
    expect(versionsAt(world, MIDDLE)).toBe('1 2*');
  });

  it('is a version of its own object only', () => {
    const world = craqWorld();
    write(world, 1);
    writeAsFarAs(world, MIDDLE, put(2, 'y'));
    expect(versionsAt(world, MIDDLE, 'x')).toBe('1');
    expect(versionsAt(world, MIDDLE, 'y')).toBe('0 2*');
  });
});

describe('an acknowledgement that comes up the chain (§2.3, item 3)', () => {
  it('makes the version clean, and drops those before it', () => {
    const world = craqWorld();
    write(world, 1);
    writeAsFarAs(world, TAIL, put(2));
    commitAtTail(world);
    world.deliver('Ack', TAIL, MIDDLE);
    expect(versionsAt(world, MIDDLE)).toBe('2');
    expect(versionsAt(world, HEAD)).toBe('1 2*');
    world.settle();
    expect(versionsAt(world, HEAD)).toBe('2');
  });

  it('leaves later versions dirty', () => {
    const world = craqWorld();
    writeAsFarAs(world, TAIL, put(1));
    commitAtTail(world);
    world.settle(({ message }) => message.type === 'Reply');
    writeAsFarAs(world, MIDDLE, put(2));
    world.deliver('Ack', TAIL, MIDDLE);
    expect(versionsAt(world, MIDDLE)).toBe('1 2*');
  });
});

it('numbers the versions of an object upwards, as the writes of all objects are numbered', () => {
  const world = craqWorld();
  write(world, 1, 2);
  writeAsFarAs(world, HEAD, put(3, 'y'));
  expect(versionsAt(world, HEAD, 'x')).toBe('2');
  expect(versionsAt(world, HEAD, 'y')).toBe('0 3*');
});

it('makes one object of a state machine that does not tell objects apart', () => {
  const world = craqWorld({ machine: counter as StateMachine });
  writeAsFarAs(world, MIDDLE, { f: 'add', value: 5 });
  const versions = server(world, MIDDLE).objects.get('') ?? [];
  expect(versions.map(({ app }) => app)).toEqual([{ sum: 0 }, { sum: 5 }]);
});
