/** The durable mode: what is on disk before what leaves (a deviation from the paper's §4.3). */
import { describe, expect, it } from 'vitest';
import {
  DURABLE,
  loggedValues,
  loseFaithInPrimary,
  ofType,
  put,
  type VrWorld,
  vrWorld,
  without,
} from '../../protocols/vr-world.ts';

const CLIENT = 3;

function durableWorld(): VrWorld {
  return vrWorld({ options: DURABLE });
}

describe('durable: before a message leaves, what it promises is on disk', () => {
  it('a backup acknowledges an entry once its disk has it', () => {
    const world = durableWorld();
    world.invoke(CLIENT, put(1));
    world.deliver('Request', CLIENT, 0);
    world.holdDisk(1);
    world.deliver('Prepare', 0, 1);
    expect(world.inFlight()).not.toContain('PrepareOk 1→0');
    world.writeDisk(1);
    expect(world.inFlight()).toContain('PrepareOk 1→0');
  });

  it('the primary does not count itself before its own disk has the entry', () => {
    const world = durableWorld();
    world.holdDisk(0);
    world.invoke(CLIENT, put(1));
    world.deliver('Request', CLIENT, 0);
    world.inject(1, 0, { type: 'PrepareOk', viewNumber: 0, opNumber: 1 });
    // Replica 1 acknowledges what it cannot have; the world would say so, but 0 must not commit.
    expect(() => world.settle(ofType('PrepareOk'))).toThrow('acknowledgements-backed');
    expect(world.state(0).commitNumber).toBe(0);
  });

  it('StartViewChange leaves once the view-number is on disk', () => {
    const world = durableWorld();
    world.holdDisk(1);
    loseFaithInPrimary(world, 1);
    expect(world.inFlight()).toEqual([]);
    world.writeDisk(1);
    expect(world.inFlight()).toEqual(['StartViewChange 1→0', 'StartViewChange 1→2']);
  });

  it('nothing is written to disk for an acknowledgement that is only repeated', () => {
    const world = durableWorld();
    world.invoke(CLIENT, put(1));
    world.deliver('Request', CLIENT, 0);
    const { message } = world.flying.find(({ to }) => to === 1)!;
    world.holdDisk(1);
    world.deliver('Prepare', 0, 1);
    world.inject(0, 1, message);
    world.settle(({ to }) => to === 1);
    expect(world.inFlight()).not.toContain('PrepareOk 1→0');
  });
});

describe('durable: restart', () => {
  it('a backup goes on with its log and executes it again as it learns what is committed', () => {
    const world = durableWorld();
    world.invoke(CLIENT, put(1));
    world.settle();
    world.crash(1);
    world.restart(1);
    expect(world.state(1)).toMatchObject({ status: 'normal', opNumber: 1, commitNumber: 0 });
    world.expire(0, 'heartbeat');
    world.expire(0, 'heartbeat');
    world.settle();
    expect(world.state(1)).toMatchObject({ commitNumber: 1, app: { x: 1 } });
  });

  it('a primary goes on leading its view and commits its log again', () => {
    const world = durableWorld();
    world.invoke(CLIENT, put(1));
    world.settle();
    world.crash(0);
    world.restart(0);
    expect(world.state(0)).toMatchObject({ status: 'normal', viewNumber: 0, commitNumber: 0 });
    world.expire(0, 'prepareResend');
    world.settle();
    expect(world.state(0).commitNumber).toBe(1);
    world.invoke(CLIENT, put(2));
    world.settle();
    expect(world.outcomes).toHaveLength(2);
  });

  it('a replica that had left its view does not come back to it', () => {
    const world = durableWorld();
    loseFaithInPrimary(world, 1);
    world.settle(ofType('StartViewChange'));
    world.lose();
    world.crash(2);
    world.restart(2);
    expect(world.state(2)).toMatchObject({ status: 'view-change', viewNumber: 1 });
    world.invoke(CLIENT, put(1));
    world.deliver('Request', CLIENT, 0);
    world.inject(0, 2, {
      type: 'Prepare',
      viewNumber: 0,
      request: { type: 'Request', operation: put(1), clientId: CLIENT, requestNumber: 1 },
      opNumber: 1,
      commitNumber: 0,
    });
    world.settle(({ to }) => to === 2);
    expect(world.state(2).opNumber).toBe(0);
  });

  it('a view change goes on after a restart in the middle of it', () => {
    const world = durableWorld();
    loseFaithInPrimary(world, 1);
    world.deliver('StartViewChange', 1, 2);
    world.crash(1);
    world.lose();
    world.restart(1);
    expect(world.inFlight()).toEqual(['StartViewChange 1→0', 'StartViewChange 1→2']);
    world.expire(2, 'viewChangeResend');
    world.settle(without(0));
    expect(world.state(1)).toMatchObject({ status: 'normal', viewNumber: 1 });
  });

  it('all replicas may crash at once', () => {
    const world = durableWorld();
    for (const value of [1, 2, 3]) {
      world.invoke(CLIENT, put(value));
      world.settle();
    }
    for (const replica of [0, 1, 2]) world.crash(replica);
    for (const replica of [0, 1, 2]) world.restart(replica);
    world.expire(0, 'prepareResend');
    world.settle();
    expect(world.state(0)).toMatchObject({ commitNumber: 3, app: { x: 3 } });
  });

  it('a log that a view change has replaced is the one that comes back', () => {
    const world = durableWorld();
    world.invoke(CLIENT, put(1));
    world.deliver('Request', CLIENT, 0);
    world.lose();
    loseFaithInPrimary(world, 1);
    world.settle(without(0));
    world.lose();
    world.expire(1, 'heartbeat');
    world.expire(1, 'heartbeat');
    world.settle();
    expect(world.state(0).opNumber).toBe(0);
    world.crash(0);
    world.restart(0);
    expect(world.state(0)).toMatchObject({ viewNumber: 1, lastNormalView: 1, opNumber: 0 });
  });

  it('what was not written is gone, and was never acknowledged', () => {
    const world = durableWorld();
    world.holdDisk(1);
    world.invoke(CLIENT, put(1));
    world.settle();
    world.crash(1);
    world.restart(1);
    expect(world.state(1).opNumber).toBe(0);
  });

  it('a torn record is dropped, and what is written later counts at the next restart', () => {
    const world = durableWorld();
    world.invoke(CLIENT, put(1));
    world.settle();
    world.holdDisk(1);
    world.invoke(CLIENT, put(2));
    world.settle();
    world.crash(1, 'torn');
    world.restart(1);
    expect(loggedValues(world.state(1))).toEqual([1]);
    expect(world.marks).toContain('torn-record-dropped 1');

    world.invoke(CLIENT, put(3));
    world.settle();
    world.expire(1, 'gap');
    world.settle();
    expect(loggedValues(world.state(1))).toEqual([1, 2, 3]);
    world.crash(1);
    world.restart(1);
    expect(loggedValues(world.state(1))).toEqual([1, 2, 3]);
  });
});
