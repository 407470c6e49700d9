/** Planted bugs that no invariant sees: what clients and servers do, with the bug and without. */
import { describe, expect, it } from 'vitest';
import type { Protocol } from '../../sim/contract.ts';
import { ballot, prepare } from './lone-server.ts';
import { CLIENT, correct, mutated, worldOf } from './op-planted.ts';
import {
  beat,
  elect,
  executedValues,
  get,
  isLeading,
  judgedBy,
  type OmniWorld,
  ofType,
  put,
  without,
  write,
} from './op-world.ts';

/** The keys that a server has values for. */
function keysOf(world: OmniWorld, server: number): string {
  return Object.keys(world.state(server).replica.app as object)
    .toSorted()
    .join('');
}

/** What a situation comes to under the bug, and without it. */
function outcomes<Outcome>(id: string, play: (protocol: Protocol) => Outcome): Outcome[] {
  return [play(judgedBy(mutated(id))), play(correct)];
}

describe('planted bugs that show in what clients and servers do', () => {
  it('OP-5: a delta is made of entries that are not there', () => {
    const play = (protocol: Protocol) => () => {
      const world = worldOf('OP-5', protocol);
      write(world, CLIENT, 'a');
      world.crash(2);
      write(world, CLIENT, ...'bcdefgh');
      world.restart(2);
      world.settle();
      return world;
    };
    expect(play(mutated('OP-5'))).toThrow('no entries from');
    expect(keysOf(play(correct)(), 2)).toBe('x');
  });

  it('OP-6: what nobody has decided is in the state of who gets a delta', () => {
    const play = (protocol: Protocol): string => {
      const world = worldOf('OP-6', protocol, { snapshotEvery: 100 });
      write(world, CLIENT, 'a');
      elect(world, 2, [0]);
      world.invoke(CLIENT, put('alone', 'phantom'), 'linearizable', 2);
      world.settle(ofType('Request'));
      world.lose();
      elect(world, 1, [2]);
      world.invoke(CLIENT + 1, put('decided'), 'linearizable', 1);
      world.settle(without(2));
      world.lose();
      world.expire(1, 'resend');
      world.settle();
      expect(world.marks).toContain('delta-merged 2');
      return keysOf(world, 2);
    };
    expect(outcomes('OP-6', play)).toEqual(['phantomx', 'x']);
  });

  it('OP-8: a follower decides what it does not have', () => {
    const play = (protocol: Protocol) => () => {
      const world = worldOf('OP-8', protocol);
      world.invoke(CLIENT, put('a'));
      world.settle(({ to, message }) => to !== 2 || message.type === 'Decide');
    };
    expect(play(mutated('OP-8'))).toThrow('no entry at 0');
    expect(play(correct)).not.toThrow();
  });

  it('OP-12: a follower that has missed something is behind for good', () => {
    const play = (protocol: Protocol): number => {
      const world = worldOf('OP-12', protocol);
      world.crash(1);
      world.restart(1);
      world.settle();
      write(world, CLIENT, 'a');
      for (let round = 0; round < 4; round++) beat(world);
      return world.state(1).paxos.decidedLength;
    };
    expect(outcomes('OP-12', play)).toEqual([0, 1]);
  });

  it('OP-13: a leader whose Prepare was lost leads nobody', () => {
    const play = (protocol: Protocol): boolean => {
      const world = worldOf('OP-13', protocol);
      world.holdDisk(1);
      elect(world, 1, [0]);
      world.writeDisk(1);
      world.lose(ofType('Prepare'));
      world.expire(1, 'resend');
      world.settle(without(0));
      return isLeading(world.state(1));
    };
    expect(outcomes('OP-13', play)).toEqual([false, true]);
  });

  it('OP-14: who has missed the decision of a stop-sign stays in the old configuration', () => {
    const play = (protocol: Protocol): number => {
      const world = worldOf('OP-14', protocol);
      world.reconfigure(0, [0, 1, 2]);
      world.settle(without(2));
      world.lose();
      for (let round = 0; round < 3; round++) beat(world);
      return world.state(2).replica.configuration.id;
    };
    expect(outcomes('OP-14', play)).toEqual([0, 1]);
  });

  it('OP-25: whoever has promised a high ballot never leads', () => {
    const play = (protocol: Protocol): boolean => {
      const world = worldOf('OP-25', protocol);
      world.inject(2, 1, prepare(ballot(5, 2)));
      world.settle(ofType('Prepare'));
      world.lose();
      elect(world, 1, [0]);
      return isLeading(world.state(1));
    };
    expect(outcomes('OP-25', play)).toEqual([false, true]);
  });

  it('OP-27: a read is answered by a leader that was followed by another one', () => {
    const play = (protocol: Protocol): unknown => {
      const world = worldOf('OP-27', protocol);
      world.invoke(CLIENT, get());
      world.settle();
      elect(world, 1, [0]);
      world.invoke(CLIENT + 1, put('new'), 'linearizable', 1);
      world.settle(without(0));
      world.lose();
      world.invoke(CLIENT + 2, get(), 'linearizable', 0);
      world.settle(({ from, to }) => Math.min(from, to) === 0 && Math.max(from, to) > 2);
      return world.outcomes.length;
    };
    expect(outcomes('OP-27', play)).toEqual([3, 2]);
  });

  it('OP-31: what is in a batch that is not full is never sent', () => {
    const play = (protocol: Protocol): number => {
      const world = worldOf('OP-31', protocol);
      world.invoke(CLIENT, put('a'));
      world.settle();
      world.expire(0, 'flush');
      world.settle();
      return world.outcomes.length;
    };
    expect(outcomes('OP-31', play)).toEqual([0, 1]);
  });

  it('CL-1: a retry under another number is executed twice', () => {
    const play = (protocol: Protocol): number => {
      const world = worldOf('CL-1', protocol);
      world.invoke(CLIENT, put('a'));
      world.settle(({ message }) => message.type !== 'Response');
      world.lose();
      world.expire(CLIENT, 'retry');
      world.settle();
      return executedValues(world.state(0)).length;
    };
    expect(outcomes('CL-1', play)).toEqual([2, 1]);
  });

  it('CL-2: a request that is executed is reported as one that has not happened', () => {
    const play = (protocol: Protocol): readonly (string | undefined)[] => {
      const world = worldOf('CL-2', protocol);
      world.invoke(CLIENT, put('a'));
      world.settle(({ message }) => message.type !== 'Response');
      world.lose();
      world.expire(CLIENT, 'retry');
      world.settle();
      return [world.outcomes[0]?.how, ...executedValues(world.state(0)).map(String)];
    };
    expect(outcomes('CL-2', play)).toEqual([
      ['refused', 'a'],
      ['completed', 'a'],
    ]);
  });

  it('CL-5: a client of a dead server asks it for ever', () => {
    const play = (protocol: Protocol): number => {
      const world = worldOf('CL-5', protocol);
      world.crash(0);
      elect(world, 1, [0]);
      world.invoke(CLIENT, put('a'));
      world.settle();
      world.expire(CLIENT, 'retry');
      world.settle();
      return world.outcomes.length;
    };
    expect(outcomes('CL-5', play)).toEqual([0, 1]);
  });

  it('CL-6: a damaged message ends the process that receives it', () => {
    const receive = (protocol: Protocol) => () =>
      worldOf('CL-6', protocol).deliverUnreadable(CLIENT, 0);
    expect(receive(mutated('CL-6'))).toThrow('unreadable message');
    expect(receive(correct)).not.toThrow();
  });

  it('ST-6: a server forgets what it has promised, and votes on', () => {
    const play = (protocol: Protocol): boolean => {
      const world = worldOf('ST-6', protocol);
      write(world, CLIENT, 'a');
      world.crash(1);
      world.damage(1, 1);
      world.restart(1);
      return world.state(1).paxos.isRetired;
    };
    expect(outcomes('ST-6', play)).toEqual([false, true]);
  });
});
