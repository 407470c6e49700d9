/** Every invariant of CRAQ finds what it is there for: a state that no server should ever be in. */
import { describe, expect, it } from 'vitest';
import { craq } from '../../protocols/craq/index.ts';
import { kv } from '../../protocols/state-machines/kv.ts';
import type { NodeId, Protocol, StateMachine } from '../../sim/contract.ts';
import {
  ask,
  type CraqWorld,
  craqWorld,
  HEAD,
  insertedWorld,
  joiningWorld,
  judgedBy,
  LONG,
  MASTER,
  MIDDLE,
  pass,
  put,
  reached,
  server,
  TAIL,
  told,
  updateAt,
  WRITER,
  write,
  writeAsFarAs,
} from './craq-world.ts';

/** What is done to a chain that holds two updates, and the node whose next step is looked at. */
const corruptions: readonly {
  readonly invariant: string;
  readonly what: string;
  readonly node: NodeId;
  corrupt(world: CraqWorld): void;
}[] = [
  {
    invariant: 'clean-is-committed',
    what: 'a server takes for committed what the tail has not',
    node: HEAD,
    corrupt(world) {
      writeAsFarAs(world, HEAD, put(3));
      server(world, HEAD).committed = 3;
    },
  },
  {
    invariant: 'versions-tell-hist',
    what: 'a version is clean that is not committed',
    node: HEAD,
    corrupt(world) {
      writeAsFarAs(world, HEAD, put(3));
      for (const version of server(world, HEAD).objects.get('x') ?? []) version.isClean = true;
    },
  },
  {
    invariant: 'versions-tell-hist',
    what: 'a dirty version is gone',
    node: HEAD,
    corrupt(world) {
      writeAsFarAs(world, HEAD, put(3));
      const { objects } = server(world, HEAD);
      objects.set('x', objects.get('x')?.slice(0, 1) ?? []);
    },
  },
  {
    invariant: 'versions-tell-hist',
    what: 'versions are in no order',
    node: HEAD,
    corrupt(world) {
      writeAsFarAs(world, HEAD, put(3));
      const { objects } = server(world, HEAD);
      objects.set('x', objects.get('x')?.toReversed() ?? []);
    },
  },
  {
    invariant: 'clean-versions-grow',
    what: 'a server goes back to an earlier version',
    node: MIDDLE,
    corrupt(world) {
      const { objects } = server(world, MIDDLE);
      objects.set('x', [{ ...objects.get('x')![0]!, number: 1 }]);
    },
  },
  {
    invariant: 'lease-excludes-other-chains',
    what: 'a server that was removed counts on a lease',
    node: TAIL,
    corrupt(world) {
      pass(world, LONG, [HEAD]);
      server(world, HEAD).leaseUntil = world.now + LONG;
    },
  },
];

/** A machine that does not say which objects it has. */
const { objectOf: _objectOf, ...ofOneObject } = kv as StateMachine;

describe('an invariant of CRAQ', () => {
  it.each(corruptions)('$invariant objects when $what', ({ invariant, node, corrupt }) => {
    const protocol = judgedBy(craq as unknown as Protocol, invariant);
    const world = craqWorld({ protocol });
    write(world, 1, 2);
    corrupt(world);
    expect(() => world.expire(node, 'heartbeat')).toThrow(invariant);
  });

  it.each([
    ['x', kv as StateMachine, 'has versions 2* 3 of "x": '],
    ['', ofOneObject, 'has versions 2* 3: '],
  ])('names the object %j unless it is the only one', (object, machine, words) => {
    const protocol = judgedBy(craq as unknown as Protocol, 'versions-tell-hist');
    const world = craqWorld({ protocol, machine });
    write(world, 1, 2);
    writeAsFarAs(world, HEAD, put(3));
    for (const version of server(world, HEAD).objects.get(object) ?? []) {
      version.isClean = !version.isClean;
    }
    expect(() => world.expire(HEAD, 'heartbeat')).toThrow(words);
  });

  it('head-has-all-of-successor objects to an update that a new head takes too soon', () => {
    const protocol = judgedBy(craq as unknown as Protocol, 'head-has-all-of-successor');
    const world = insertedWorld({ protocol, options: { joinAt: 'head' } });
    const state = server(world, TAIL);
    const request = { type: 'Request', operation: put(6), clientId: 9, requestNumber: 1 } as const;
    state.hist.push(request);
    state.length++;
    expect(() => world.expire(TAIL, 'heartbeat')).toThrow('head-has-all-of-successor');
  });

  it('joiner-complete-before-serving objects to a read that a new server takes too soon', () => {
    const protocol = judgedBy(craq as unknown as Protocol, 'joiner-complete-before-serving');
    const world = insertedWorld({ protocol, options: { joinAt: 'middle' } }, MIDDLE);
    server(world, TAIL).queryChanges++;
    expect(() => world.expire(TAIL, 'heartbeat')).toThrow('joiner-complete-before-serving');
  });

  it('head-has-all-of-successor lets be a head that agreed in an earlier epoch', () => {
    const protocol = judgedBy(craq as unknown as Protocol, 'head-has-all-of-successor');
    const options = { joinAt: 'head' };
    const world = joiningWorld(reached('joined-as-head', TAIL), { protocol, options });
    const { configuration } = server(world, TAIL);
    const later = { ...configuration, epoch: configuration.epoch + 1 };
    world.inject(MASTER, TAIL, { type: 'ChainConfig', configuration: later });
    world.deliver('ChainConfig', MASTER, TAIL);
    expect(() => updateAt(world, TAIL, WRITER, 7)).not.toThrow();
  });

  it('head-has-all-of-successor lets be a head that resumes from its disk', () => {
    const protocol = judgedBy(craq as unknown as Protocol, 'head-has-all-of-successor');
    const options = { joinAt: 'head', durability: 'durable' };
    const world = insertedWorld({ protocol, options });
    world.crash(TAIL);
    expect(() => world.restart(TAIL)).not.toThrow();
    expect(server(world, TAIL).length).toBe(5);
  });

  it('update-propagation objects to a new head that differs from its successor', () => {
    const protocol = judgedBy(craq as unknown as Protocol, 'update-propagation');
    const world = insertedWorld({ protocol, options: { joinAt: 'head' } });
    const state = server(world, TAIL);
    state.hist.push({ ...server(world, HEAD).hist.at(-1)! });
    state.length++;
    expect(() => world.expire(TAIL, 'heartbeat')).toThrow('update-propagation');
  });

  it('strong-reads-see-committed objects to an answer from before what was committed', () => {
    const world = craqWorld({
      protocol: judgedBy(craq as unknown as Protocol, 'strong-reads-see-committed'),
    });
    write(world, 1, 2);
    const { objects } = server(world, HEAD);
    objects.set('x', [{ ...objects.get('x')![0]!, number: 1 }]);
    expect(() => ask(world, HEAD)).toThrow('strong-reads-see-committed');
  });

  it('lease-excludes-other-chains lets be a server that has started anew since it asked', () => {
    const world = craqWorld({
      protocol: judgedBy(craq as unknown as Protocol, 'lease-excludes-other-chains'),
    });
    write(world, 1, 2);
    world.crash(HEAD);
    pass(world, LONG, [HEAD]);
    world.restart(HEAD, 'held');
    server(world, HEAD).leaseUntil = world.now + LONG;
    expect(() => world.expire(TAIL, 'heartbeat')).not.toThrow();
  });

  it('has nothing to say of a chain that works', () => {
    const world = craqWorld();
    write(world, 1, 2, 3);
    ask(world, HEAD);
    expect(told(world)).toBe(3);
  });
});
