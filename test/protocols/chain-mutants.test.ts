/** Each planted bug, in the smallest situation that shows it; beside it, what the protocol does. */
import { describe, expect, it } from 'vitest';
import { chainReplication } from '../../protocols/chain-replication/index.ts';
import { mutants } from '../../protocols/chain-replication/mutants.ts';
import { kv } from '../../protocols/state-machines/kv.ts';
import type { Options, Protocol } from '../../sim/contract.ts';
import {
  type ChainWorld,
  CLIENT,
  chainWorld,
  get,
  HEAD,
  judgedBy,
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
  without,
  write,
} from './chain-world.ts';

const correct = chainReplication as unknown as Protocol;

function mutated(id: string): Protocol {
  const mutant = mutants.find((each) => each.id === id);
  if (mutant === undefined) throw new Error(`no mutant ${id}`);
  return mutant.apply({ protocol: correct, machine: kv }).protocol;
}

/** The world of the mutant, with the options that it needs to show. */
function worldOf(id: string, protocol: Protocol, options: Options = {}): ChainWorld {
  const needed = mutants.find((each) => each.id === id)?.options;
  return chainWorld({ protocol, options: { ...needed, ...options } });
}

/** Situations whose outcome an invariant judges: the mutant violates it, the protocol does not. */
const judged: readonly {
  readonly id: string;
  readonly violates: string;
  play(protocol: Protocol): void;
}[] = [
  { id: 'CR-1', violates: 'acknowledged-updates-held', play: oneUpdate },
  { id: 'CR-5', violates: 'inprocess-requests', play: middleFailsAfterReceipt },
  { id: 'CR-7', violates: 'new-tail-holds-committed', play: queryBeforeHandover },
  { id: 'CR-8', violates: 'one-tail-answers', play: pausedTail },
  { id: 'ST-1', violates: 'update-propagation', play: headCrashesAfterForward },
  { id: 'ST-2', violates: 'counts-in-order', play: tornSnapshot },
];

describe('planted bugs that an invariant finds', () => {
  it.each(judged)('$id violates $violates', ({ id, violates, play }) => {
    expect(() => play(judgedBy(mutated(id), violates))).toThrow(violates);
    expect(() => play(correct)).not.toThrow();
  });
});

function oneUpdate(protocol: Protocol): void {
  write(worldOf('CR-1', protocol), 1);
}

/** The middle server has an update, and the head knows it; it dies before the tail gets it. */
function middleFailsAfterReceipt(protocol: Protocol): void {
  const world = worldOf('CR-5', protocol);
  write(world, 1);
  world.invoke(CLIENT, put(2));
  world.settle(ofType('Request'));
  const { message } = world.flying[0]!;
  world.deliver('Forward', HEAD, MIDDLE);
  world.lose();
  // A copy is answered by what the middle server holds.
  world.inject(HEAD, MIDDLE, message);
  world.settle(ofType('Forward', 'Ack'));
  world.lose();
  world.crash(MIDDLE);
  pass(world, LONG, [MIDDLE]);
}

/** A third server is the tail already, and the old tail has answered an update meanwhile. */
function queryBeforeHandover(protocol: Protocol): void {
  const world = worldOf('CR-7', protocol, { servers: 2, autoExtend: false });
  write(world, 1);
  world.reconfigure(MASTER, [HEAD, MIDDLE, TAIL]);
  for (let step = 0; step < 20 && !master(world).configuration.chain.includes(TAIL); step++) {
    for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
    for (const id of [HEAD, MIDDLE, TAIL]) world.expire(id, 'heartbeat');
    world.settle(() => !master(world).configuration.chain.includes(TAIL));
  }
  world.settle(({ message, to }) => message.type === 'ChainConfig' && to === TAIL);
  world.lose();
  world.invoke(CLIENT, put(2));
  world.settle(({ message, to }) => message.type !== 'Ack' && to !== TAIL && to !== MASTER);
  expect(world.outcomes).toHaveLength(2);
  world.lose();
  world.inject(CLIENT, TAIL, { type: 'Query', operation: get(), requestNumber: 9 });
  world.settle(ofType('Query'));
  pass(world, 1, [HEAD, MIDDLE]);
}

/** The tail is removed while it sleeps; it wakes with a query before it. */
function pausedTail(protocol: Protocol): void {
  const world = worldOf('CR-8', protocol);
  write(world, 1);
  pass(world, LONG, [TAIL]);
  world.inject(CLIENT, TAIL, { type: 'Query', operation: get(), requestNumber: 9 });
  world.settle(ofType('Query'));
}

/** The head forwards what its disk does not have yet, and dies. */
function headCrashesAfterForward(protocol: Protocol): void {
  const world = worldOf('ST-1', protocol);
  write(world, 1);
  world.holdDisk(HEAD);
  world.invoke(CLIENT, put(2));
  world.settle();
  world.crash(HEAD);
  world.restart(HEAD);
  world.settle();
}

/** A server that joins has a snapshot on its disk, but not that it stands for earlier updates. */
function tornSnapshot(protocol: Protocol): void {
  const world = snapshotArrives('ST-2', protocol);
  world.crash(TAIL, 'torn');
  world.restart(TAIL);
}

function trimWithoutSnapshot(protocol: Protocol): void {
  const world = snapshotArrives('ST-4', protocol);
  world.writeDisk(TAIL, 1);
  world.crash(TAIL);
  world.restart(TAIL);
}

/** A third server has got a snapshot, which is still on its way to the disk. */
function snapshotArrives(id: string, protocol: Protocol): ChainWorld {
  const options = { servers: 2, autoExtend: false, snapshotEvery: 2 };
  const world = worldOf(id, protocol, options);
  write(world, 1, 2, 3, 4, 5, 6, 7);
  world.reconfigure(MASTER, [HEAD, MIDDLE, TAIL]);
  const isHere = (): boolean => world.inFlight().includes(`StateCopy ${MIDDLE}→${TAIL}`);
  for (let step = 0; step < 20 && !isHere(); step++) {
    for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
    for (const each of [HEAD, MIDDLE, TAIL]) world.expire(each, 'heartbeat');
    world.settle(({ message }) => message.type !== 'StateCopy' && !isHere());
  }
  world.holdDisk(TAIL);
  world.deliver('StateCopy', MIDDLE, TAIL);
  return world;
}

describe('planted bugs that show in what clients and servers do', () => {
  it('CR-2: a new tail never answers what the old one had not', () => {
    const play = (protocol: Protocol): number => {
      const world = worldOf('CR-2', protocol);
      write(world, 1);
      world.invoke(CLIENT, put(2));
      world.settle(ofType('Request'));
      world.deliver('Forward', HEAD, MIDDLE);
      world.lose();
      world.crash(TAIL);
      pass(world, LONG, [TAIL]);
      return world.outcomes.length;
    };
    expect([play(mutated('CR-2')), play(correct)]).toEqual([1, 2]);
  });

  it('CR-3: a server that was the second next never gets what its predecessor had sent', () => {
    const play = (protocol: Protocol): unknown => {
      const world = worldOf('CR-3', protocol);
      write(world, 1);
      world.invoke(CLIENT, put(2));
      world.deliver('Request', CLIENT, HEAD);
      world.lose();
      world.crash(MIDDLE);
      pass(world, LONG, [MIDDLE]);
      return valuesOf(server(world, TAIL));
    };
    expect([play(mutated('CR-3')), play(correct)]).toEqual([[1], [1, 2]]);
  });

  it('CR-10: a master that has just started acts on the configuration of the first epoch', () => {
    const play = (protocol: Protocol): boolean => {
      const world = worldOf('CR-10', protocol);
      pass(world, LONG, [TAIL]);
      world.crash(MASTER);
      world.restart(MASTER);
      world.expire(MASTER, 'leader');
      world.settle(({ to }) => to === MASTER && master(world).paxos.leader.ballot === 0);
      world.settle(
        ({ message }) => message.type === 'MasterPaxos' && message.message.type === 'Phase1b',
      );
      const { configuration, actingSince } = master(world);
      return configuration.epoch === 1 && actingSince >= 0;
    };
    expect([play(mutated('CR-10')), play(correct)]).toEqual([true, false]);
  });

  it('CL-1: a retry under another number is performed twice', () => {
    const play = (protocol: Protocol): number => {
      const world = worldOf('CL-1', protocol);
      write(world, 1);
      world.invoke(CLIENT, put(2));
      world.settle(({ message }) => message.type !== 'Reply');
      world.lose();
      retry(world);
      world.settle();
      return server(world, TAIL).length;
    };
    expect([play(mutated('CL-1')), play(correct)]).toEqual([3, 2]);
  });

  it('CL-5: a client of a dead head asks it for ever', () => {
    const play = (protocol: Protocol): number => {
      const world = worldOf('CL-5', protocol);
      write(world, 1);
      world.crash(HEAD);
      pass(world, LONG, [HEAD]);
      world.invoke(CLIENT, put(2));
      world.lose();
      retry(world);
      world.settle(without(HEAD));
      return world.outcomes.length;
    };
    expect([play(mutated('CL-5')), play(correct)]).toEqual([1, 2]);
  });

  it('CL-6: a damaged message ends the process that receives it', () => {
    const receive = (protocol: Protocol) => () =>
      worldOf('CL-6', protocol).deliverUnreadable(CLIENT, HEAD);
    expect(receive(mutated('CL-6'))).toThrow('unreadable message');
    expect(receive(correct)).not.toThrow();
  });

  it('ST-4: a server that trimmed before its snapshot was written cannot start again', () => {
    expect(() => trimWithoutSnapshot(mutated('ST-4'))).toThrow(TypeError);
    expect(() => trimWithoutSnapshot(correct)).not.toThrow();
  });
});
