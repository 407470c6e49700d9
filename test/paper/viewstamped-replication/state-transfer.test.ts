/** Liskov & Cowling 2012, §5.2: state transfer, and the data loss that its text allows. */
import { describe, expect, it } from 'vitest';
import { kv } from '../../../protocols/state-machines/kv.ts';
import { viewstampedReplication } from '../../../protocols/viewstamped-replication/index.ts';
import { mutants } from '../../../protocols/viewstamped-replication/mutants.ts';
import type { Protocol } from '../../../sim/contract.ts';
import {
  judgedBy,
  loggedValues,
  loseFaithInPrimary,
  ofType,
  put,
  type VrWorld,
  vrWorld,
  without,
} from '../../protocols/vr-world.ts';

const CLIENT = 3;

/** Replica 2 has missed the first operations of view 0. */
function lagging(operations: number): VrWorld {
  const world = vrWorld();
  for (let value = 1; value <= operations; value++) {
    world.invoke(CLIENT, put(value));
    world.settle(without(2));
    world.lose();
  }
  return world;
}

/** Replica 2 has one operation, has missed the change to view 1, and now hears its primary. */
function missedViewChange(): VrWorld {
  const world = vrWorld();
  world.invoke(CLIENT, put(1));
  world.settle();
  loseFaithInPrimary(world, 1);
  world.settle(without(2));
  world.lose();
  world.invoke(CLIENT, put(2));
  world.expire(CLIENT, 'retry');
  world.expire(CLIENT, 'retry');
  world.settle(without(2));
  world.deliver('Prepare', 1, 2);
  return world;
}

describe('§5.2 state transfer within a view', () => {
  it('a backup that learns of a commit it does not have asks for what is missing', () => {
    const world = lagging(3);
    world.expire(0, 'heartbeat');
    world.expire(0, 'heartbeat');
    world.settle(ofType('Commit'));
    expect(world.inFlight()).toEqual([]);
    world.expire(2, 'gap');
    expect(world.inFlight()).toEqual(['GetState 2→0']);
    world.settle();
    expect(loggedValues(world.state(2))).toEqual([1, 2, 3]);
    expect(world.state(2).commitNumber).toBe(3);
  });

  it('a gap that closes by itself leads to no state transfer', () => {
    const world = vrWorld({ clients: 2 });
    world.invoke(3, put(1));
    world.invoke(4, put(2));
    world.settle(ofType('Request'));
    const first = world.take('Prepare', 0, 2);
    world.deliver('Prepare', 0, 2);
    world.inject(0, 2, first.message);
    world.settle();
    world.expire(2, 'gap');
    expect(world.inFlight()).toEqual([]);
    expect(world.marks).not.toContain('missing-entries-requested 2');
  });

  it('the asking replica keeps what it has, and stays normal', () => {
    const world = lagging(3);
    world.expire(0, 'heartbeat');
    world.expire(0, 'heartbeat');
    world.settle(ofType('Commit'));
    world.expire(2, 'gap');
    expect(world.state(2).status).toBe('normal');
  });

  it('an answer is asked of one replica after the other', () => {
    const world = lagging(1);
    world.expire(0, 'heartbeat');
    world.expire(0, 'heartbeat');
    world.settle(ofType('Commit'));
    world.expire(2, 'gap');
    world.lose();
    world.expire(2, 'gap');
    expect(world.inFlight()).toEqual(['GetState 2→1']);
  });

  it('a replica of another view does not answer', () => {
    const world = vrWorld();
    world.inject(2, 1, { type: 'GetState', viewNumber: 3, afterOpNumber: 0 });
    world.settle();
    expect(world.inFlight()).toEqual([]);
  });
});

describe('§5.2 state transfer to a later view', () => {
  it('a replica that hears of a later view asks for its log', () => {
    const world = missedViewChange();
    expect(world.state(2).status).toBe('state-transfer');
    expect(world.inFlight()).toContain('GetState 2→1');
    world.settle(without(0));
    expect(world.state(2)).toMatchObject({ status: 'normal', viewNumber: 1, lastNormalView: 1 });
    expect(loggedValues(world.state(2))).toEqual([1, 2]);
  });

  it('until the answer it keeps its log, its view-number and its last normal view', () => {
    const world = missedViewChange();
    expect(world.state(2)).toMatchObject({ viewNumber: 0, lastNormalView: 0, opNumber: 1 });
  });

  it('until the answer it acknowledges nothing and answers nobody', () => {
    const world = missedViewChange();
    world.lose();
    world.inject(0, 2, { type: 'GetState', viewNumber: 1, afterOpNumber: 0 });
    world.inject(1, 2, { type: 'StartViewChange', viewNumber: 1, crashVector: [0, 0, 0] });
    world.settle();
    expect(world.state(2).status).toBe('state-transfer');
    expect(world.inFlight()).toEqual([]);
  });

  it('a lost question is asked again', () => {
    const world = missedViewChange();
    world.lose();
    world.expire(2, 'stateTransfer');
    expect(world.inFlight()).toEqual(['GetState 2→0']);
  });

  it('a still later view change finds it with its old log and its old last normal view', () => {
    const world = missedViewChange();
    world.lose();
    loseFaithInPrimary(world, 0);
    world.deliver('StartViewChange', 0, 2);
    expect(world.state(2)).toMatchObject({ status: 'view-change', viewNumber: 2 });
    expect(world.state(2)).toMatchObject({ lastNormalView: 0, opNumber: 1 });
    world.settle(without(1));
    expect(loggedValues(world.state(2))).toEqual([1, 2]);
  });
});

describe('the trace of three view changes (Vanlightly)', () => {
  it('loses nothing that was acknowledged', () => {
    const world = threeViewChanges(viewstampedReplication);
    for (const replica of [0, 2]) {
      expect(world.state(replica)).toMatchObject({ status: 'normal', viewNumber: 3 });
      expect(loggedValues(world.state(replica))).toEqual([1, 3]);
    }
  });

  it('loses v1 if state transfer cuts the log at once', () => {
    const bug = mutants.find(({ id }) => id === 'VR-3')!;
    const { protocol } = bug.apply({ protocol: viewstampedReplication, machine: kv });
    const judged = judgedBy(protocol, 'new-primary-holds-committed');
    expect(() => threeViewChanges(judged)).toThrow('n2 leads view 2 without request 1 of c0');
    expect(() => threeViewChanges(protocol)).toThrow('one-log-per-view');
  });
});

/**
 * Three values, three view changes. v1 commits in view 0 at 0 and 2, of which 2 never learns. View
 * 1 is started by 1 on the word of 0, which does not hear of its start; its primary logs v2, and by
 * that Prepare 2 hears of the view and begins state transfer. Its question is lost. Then view 2 is
 * started by 2 and 0, logs v3, and view 3 by 0 and 2.
 */
function threeViewChanges(protocol: Protocol): VrWorld {
  const world = vrWorld({ protocol, clients: 3 });
  world.invoke(3, put(1));
  world.settle(without(1));
  expect(world.outcomes).toHaveLength(1);
  expect(world.state(2)).toMatchObject({ opNumber: 1, commitNumber: 0 });

  world.lose();
  loseFaithInPrimary(world, 1);
  world.settle((packet) => without(2)(packet) && packet.message.type !== 'StartView');
  expect(world.state(1)).toMatchObject({ status: 'normal', viewNumber: 1 });
  world.lose();
  world.invoke(4, put(2));
  world.expire(4, 'retry');
  world.deliver('Request', 4, 1);
  world.deliver('Prepare', 1, 2);
  world.lose();

  loseFaithInPrimary(world, 2);
  world.settle(without(1));
  world.lose();
  world.invoke(5, put(3));
  world.expire(5, 'retry');
  world.settle(without(1));
  world.lose();
  loseFaithInPrimary(world, 0);
  world.settle(without(1));
  return world;
}
