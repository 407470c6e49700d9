/** Each planted bug, in the smallest situation that shows it; beside it, what the protocol does. */
import { describe, expect, it } from 'vitest';
import { kv } from '../../protocols/state-machines/kv.ts';
import { viewstampedReplication } from '../../protocols/viewstamped-replication/index.ts';
import { mutants } from '../../protocols/viewstamped-replication/mutants.ts';
import type { Protocol } from '../../sim/contract.ts';
import {
  DURABLE,
  judgedBy,
  loggedValues,
  loseFaithInPrimary,
  ofType,
  put,
  type VrWorld,
  vrWorld,
  without,
} from './vr-world.ts';

const correct = viewstampedReplication as unknown as Protocol;

function mutated(id: string): Protocol {
  const mutant = mutants.find((each) => each.id === id);
  if (mutant === undefined) throw new Error(`no mutant ${id}`);
  return mutant.apply({ protocol: correct, machine: kv }).protocol;
}

/** Situations whose outcome an invariant judges: the mutant violates it, the protocol does not. */
const situations: readonly {
  readonly id: string;
  readonly violates: string;
  play(protocol: Protocol): void;
}[] = [
  { id: 'VR-1', violates: 'new-primary-holds-committed', play: longLogOfEarlierView },
  { id: 'VR-5', violates: 'committed-on-majority', play: viewChangeDuringRecovery },
  { id: 'VR-6', violates: 'committed-on-majority', play: answerToEarlierNonce },
  { id: 'VR-9', violates: 'view-never-decreases', play: restartAfterStartViewChange },
  { id: 'VR-12', violates: 'committed-on-majority', play: repeatedPrepareOk },
  { id: 'VR-13', violates: 'no-log-divergence', play: lostPrepare },
  { id: 'VR-15', violates: 'committed-on-majority', play: prepareWithoutCommit },
  { id: 'ST-2', violates: 'new-primary-holds-committed', play: tornAdoption },
  { id: 'ST-6', violates: 'committed-on-majority', play: damagedRecord },
];

describe('planted bugs that an invariant finds', () => {
  it.each(situations)('$id violates $violates', ({ id, violates, play }) => {
    expect(() => play(judgedBy(mutated(id), violates))).toThrow(violates);
    expect(() => play(correct)).not.toThrow();
  });
});

/** Replica 0 keeps two entries of view 0 to itself; view 1 commits another; 0 joins view 2. */
function longLogOfEarlierView(protocol: Protocol): void {
  const world = vrWorld({ protocol, clients: 3 });
  world.invoke(3, put(1));
  world.invoke(4, put(2));
  world.settle(ofType('Request'));
  world.lose();
  loseFaithInPrimary(world, 1);
  world.settle(without(0));
  world.lose();
  world.invoke(5, put(3));
  world.expire(5, 'retry');
  world.settle(without(0));
  expect(world.outcomes).toHaveLength(1);
  world.lose();
  loseFaithInPrimary(world, 2);
  world.settle(without(1));
}

function viewChangeDuringRecovery(protocol: Protocol): void {
  const world = vrWorld({ protocol });
  world.invoke(3, put(1));
  world.settle(without(1));
  world.crash(2);
  world.restart(2);
  world.lose();
  loseFaithInPrimary(world, 1);
  world.settle(without(0));
}

/** A late answer to the first recovery of 2 arrives in its second, without what came between. */
function answerToEarlierNonce(protocol: Protocol): void {
  const world = vrWorld({ protocol });
  world.crash(2);
  world.restart(2);
  world.settle(({ message }) => message.type !== 'RecoveryResponse');
  const late = world.flying.slice();
  world.settle();
  expect(world.state(2).status).toBe('normal');
  world.invoke(3, put(1));
  world.settle(without(1));
  world.lose();

  world.crash(2);
  world.restart(2);
  world.settle(ofType('CrashVectorRequest', 'CrashVectorResponse'));
  world.flying.push(...late);
  world.settle(ofType('RecoveryResponse'));
}

function restartAfterStartViewChange(protocol: Protocol): void {
  const world = vrWorld({ protocol, options: DURABLE });
  loseFaithInPrimary(world, 1);
  world.deliver('StartViewChange', 1, 2);
  world.crash(1);
  world.restart(1);
}

function repeatedPrepareOk(protocol: Protocol): void {
  const world = vrWorld({ protocol, replicas: 5 });
  world.invoke(5, put(1));
  world.deliver('Request', 5, 0);
  world.deliver('Prepare', 0, 1);
  const { message } = world.flying.find(({ from }) => from === 1)!;
  world.inject(1, 0, message);
  world.settle(ofType('PrepareOk'));
}

function lostPrepare(protocol: Protocol): void {
  const world = vrWorld({ protocol, clients: 3 });
  world.invoke(3, put(1));
  world.invoke(4, put(2));
  world.settle(ofType('Request'));
  world.take('Prepare', 0, 1);
  world.settle();
  world.invoke(5, put(3));
  world.settle();
}

function prepareWithoutCommit(protocol: Protocol): void {
  const world = vrWorld({ protocol, replicas: 5 });
  world.invoke(5, put(1));
  world.deliver('Request', 5, 0);
  world.deliver('Prepare', 0, 1);
}

/** Replica 2 takes over the log of view 1, and its disk has the view-numbers of it, not the log. */
function tornAdoption(protocol: Protocol): void {
  const world = vrWorld({ protocol, options: DURABLE });
  world.invoke(3, put(1));
  world.settle(without(2));
  world.lose();
  loseFaithInPrimary(world, 1);
  world.settle(({ message }) => message.type !== 'StartView');
  world.holdDisk(2);
  world.deliver('StartView', 1, 2);
  world.crash(2, 'torn');
  world.lose();
  world.restart(2);
  loseFaithInPrimary(world, 2);
  world.settle(without(1));
}

/** Replicas 0 and 1 have committed two operations, and the disk of 1 loses the first. */
function damagedRecord(protocol: Protocol): void {
  const world = vrWorld({ protocol, options: DURABLE });
  for (const value of [1, 2]) {
    world.invoke(3, put(value));
    world.settle(without(2));
  }
  world.damage(1, 0);
  world.crash(1);
  world.restart(1);
}

describe('planted bugs that show in what clients see', () => {
  it('VR-10: a request that a view change has dropped is taken for pending for ever', () => {
    const play = (protocol: Protocol): number => {
      const world = vrWorld({ protocol });
      world.invoke(3, put(1));
      world.deliver('Request', 3, 0);
      world.lose();
      loseFaithInPrimary(world, 1);
      world.settle(without(0));
      world.lose();
      for (const replica of [2, 2]) loseFaithInPrimary(world, replica);
      world.settle();
      world.expire(3, 'retry');
      world.settle();
      return world.outcomes.length;
    };
    expect(play(correct)).toBe(1);
    expect(play(judgedBy(mutated('VR-10')))).toBe(0);
  });

  it('VR-21: a recovered client is answered with the reply to its last request', () => {
    const play = (protocol: Protocol): unknown[] => {
      const world = vrWorld({ protocol });
      world.invoke(3, put(1));
      world.settle();
      world.crash(3);
      world.restart(3);
      world.settle();
      world.invoke(3, put(2));
      world.settle();
      expect(world.outcomes).toHaveLength(2);
      return loggedValues(world.state(0));
    };
    expect(play(correct)).toEqual([1, 2]);
    expect(play(mutated('VR-21'))).toEqual([1]);
  });

  it('VR-24: answers that straddle a view change keep a replica recovering', () => {
    const play = (protocol: Protocol): string => {
      const world = vrWorld({ protocol, replicas: 5 });
      world.crash(4);
      world.lose();
      world.restart(4);
      world.settle(({ message, to }) => to !== 0 || message.type !== 'Recovery');
      world.lose();
      world.crash(0);
      loseFaithInPrimary(world, 1);
      world.settle();
      world.expire(4, 'recovery');
      world.settle();
      return world.state(4).status;
    };
    expect(play(correct)).toBe('normal');
    expect(play(judgedBy(mutated('VR-24')))).toBe('recovering');
  });

  it('CL-1: a retry is executed a second time', () => {
    const play = (protocol: Protocol): number => {
      const world = vrWorld({ protocol });
      world.invoke(3, put(1));
      world.expire(3, 'retry');
      world.settle();
      return world.state(0).opNumber;
    };
    expect(play(correct)).toBe(1);
    expect(play(mutated('CL-1'))).toBe(2);
  });

  it('CL-2: an operation that has happened is reported as one that has not', () => {
    const play = (protocol: Protocol): VrWorld => {
      const world = vrWorld({ protocol });
      world.invoke(3, put(1));
      world.expire(3, 'retry');
      world.settle();
      expect(world.state(0).commitNumber).toBe(1);
      return world;
    };
    expect(play(correct).outcomes).toMatchObject([{ how: 'completed' }]);
    expect(play(mutated('CL-2')).outcomes).toMatchObject([{ how: 'refused' }]);
  });

  it('CL-6: an unreadable message throws', () => {
    expect(() => vrWorld().deliverUnreadable(0, 1)).not.toThrow();
    const world = vrWorld({ protocol: mutated('CL-6') });
    expect(() => world.deliverUnreadable(0, 1)).toThrow('unreadable');
  });

  it('ST-1: an acknowledgement leaves before the disk has the entry', () => {
    const play = (protocol: Protocol): string[] => {
      const world = vrWorld({ protocol, options: DURABLE });
      world.invoke(3, put(1));
      world.deliver('Request', 3, 0);
      world.holdDisk(1);
      world.deliver('Prepare', 0, 1);
      return world.inFlight();
    };
    expect(play(correct)).not.toContain('PrepareOk 1→0');
    expect(play(mutated('ST-1'))).toContain('PrepareOk 1→0');
  });

  it('every planted bug has its situation, here or among the tests of the paper', () => {
    const shown = ['VR-3', 'VR-8', 'VR-10', 'VR-21', 'VR-24', 'CL-1', 'CL-2', 'CL-6', 'ST-1'];
    const ids = [...situations.map(({ id }) => id), ...shown];
    expect(new Set(mutants.map(({ id }) => id))).toEqual(new Set(ids));
  });
});
