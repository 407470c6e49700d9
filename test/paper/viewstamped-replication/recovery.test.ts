/** Liskov & Cowling 2012, §4.3, and Michael et al., DISC 2017: recovery without a disk. */
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

/** Two operations committed, then `replica` loses its memory and starts again. */
function restarted(replica: number): VrWorld {
  const world = vrWorld();
  for (const value of [1, 2]) {
    world.invoke(CLIENT, put(value));
    world.settle();
  }
  world.crash(replica);
  world.lose();
  world.restart(replica);
  return world;
}

describe('§4.3 recovery', () => {
  it('a first boot takes part at once', () => {
    expect(vrWorld().state(1).status).toBe('normal');
  });

  it('a replica whose marker was torn has said nothing yet and boots for the first time', () => {
    const world = vrWorld();
    world.crash(2);
    world.restart(2);
    expect(world.state(2).status).toBe('recovering');

    const process = viewstampedReplication.replica(silentEnv(), world.cluster, kv);
    process.start({ records: [{ intact: false, writes: [] }] });
    expect(process.state.status).toBe('normal');
  });

  it('a restarted replica recovers the log, and the state by executing what is committed', () => {
    const world = restarted(2);
    expect(world.state(2)).toMatchObject({ status: 'recovering', opNumber: 0 });
    world.settle();
    expect(world.state(2)).toMatchObject({ status: 'normal', opNumber: 2, commitNumber: 2 });
    expect(world.state(2).app).toEqual({ x: 2 });
  });

  it('while it recovers, a replica acknowledges nothing', () => {
    const world = restarted(2);
    world.invoke(CLIENT, put(3));
    world.deliver('Request', CLIENT, 0);
    world.deliver('Prepare', 0, 2);
    expect(world.state(2).opNumber).toBe(0);
    expect(world.inFlight()).not.toContain('PrepareOk 2→0');
  });

  it('while it recovers, a replica takes no part in view changes', () => {
    const world = restarted(2);
    loseFaithInPrimary(world, 1);
    world.deliver('StartViewChange', 1, 2);
    expect(world.state(2)).toMatchObject({ status: 'recovering', viewNumber: 0 });
    expect(world.inFlight()).not.toContain('StartViewChange 2→1');
  });

  it('while it recovers, a replica answers no other that recovers', () => {
    const world = vrWorld({ replicas: 5 });
    for (const replica of [3, 4]) world.crash(replica);
    for (const replica of [3, 4]) world.restart(replica);
    world.deliver('CrashVectorRequest', 4, 3);
    expect(world.inFlight()).not.toContain('CrashVectorResponse 3→4');
  });

  it('step 2: a replica in a view change answers no Recovery', () => {
    const world = restarted(2);
    world.settle(ofType('CrashVectorRequest', 'CrashVectorResponse'));
    world.settle(({ message, to }) => message.type === 'Recovery' && to === 0);
    loseFaithInPrimary(world, 1);
    world.deliver('Recovery', 2, 1);
    expect(world.inFlight()).not.toContain('RecoveryResponse 1→2');
  });

  it('step 3: f + 1 answers without the primary of their latest view are not enough', () => {
    const world = vrWorld({ replicas: 5, clients: 1 });
    world.crash(4);
    world.lose();
    world.restart(4);
    world.settle(({ message }) => message.type !== 'RecoveryResponse');
    for (const replica of [1, 2, 3]) world.deliver('RecoveryResponse', replica, 4);
    expect(world.state(4).status).toBe('recovering');
    world.deliver('RecoveryResponse', 0, 4);
    expect(world.state(4).status).toBe('normal');
  });

  it('step 3: fewer than f + 1 answers are not enough, with the primary among them', () => {
    const world = restarted(2);
    world.settle(({ message }) => message.type !== 'RecoveryResponse');
    world.deliver('RecoveryResponse', 0, 2);
    expect(world.state(2).status).toBe('recovering');
  });

  it('an answer to an earlier nonce does not count', () => {
    const world = restarted(2);
    world.settle(({ message }) => message.type !== 'RecoveryResponse');
    const late = world.take('RecoveryResponse', 0, 2).message;
    world.lose();
    world.expire(2, 'recovery');
    world.settle(({ message, from }) => message.type !== 'RecoveryResponse' || from !== 0);
    world.lose();
    world.inject(0, 2, late);
    world.settle();
    expect(world.state(2).status).toBe('recovering');
  });

  it('each retry leaves answers twice the time, for a fresh nonce voids those on their way', () => {
    const world = restarted(2);
    const waits: number[] = [];
    let before = world.now;
    for (let retry = 0; retry < 4; retry++) {
      world.expire(2, 'recovery');
      waits.push(world.now - before);
      before = world.now;
    }
    const [first = 0] = waits;
    expect(waits).toEqual([first, 2 * first, 4 * first, 8 * first]);
  });

  it('answers that straddle a view change leave it waiting, and it asks anew', () => {
    const world = vrWorld({ replicas: 5 });
    world.crash(4);
    world.lose();
    world.restart(4);
    world.settle(ofType('CrashVectorRequest', 'CrashVectorResponse'));
    world.settle(({ message, to }) => message.type === 'Recovery' && to !== 0);
    // Replicas 1 to 3 have answered as backups of view 0; now they elect replica 1.
    world.settle(ofType('RecoveryResponse'));
    const nonce = world.state(4).nonce;
    world.lose();
    world.crash(0);
    loseFaithInPrimary(world, 1);
    world.settle();
    expect(world.state(4).status).toBe('recovering');

    world.expire(4, 'recovery');
    expect(world.state(4).nonce).not.toBe(nonce);
    world.settle();
    expect(world.state(4)).toMatchObject({ status: 'normal', viewNumber: 1 });
  });

  it('the primary of a view cannot recover into it: the others elect another one first', () => {
    const world = restarted(0);
    world.settle();
    expect(world.state(0).status).toBe('recovering');
    loseFaithInPrimary(world, 1);
    world.settle();
    world.expire(0, 'recovery');
    world.settle();
    expect(world.state(0)).toMatchObject({ status: 'normal', viewNumber: 1, opNumber: 2 });
  });
});

describe('crash vectors (DISC 2017)', () => {
  it('a recovering replica counts its own crash before it asks for state', () => {
    const world = restarted(2);
    world.settle(ofType('CrashVectorRequest', 'CrashVectorResponse'));
    expect(world.state(2).crashVector).toEqual([0, 0, 1]);
    world.settle();
    expect(world.state(0).crashVector).toEqual([0, 0, 1]);
    world.crash(2);
    world.restart(2);
    world.settle();
    expect(world.state(1).crashVector).toEqual([0, 0, 2]);
  });

  it('what a replica said before a known crash is dropped', () => {
    const world = restarted(2);
    world.settle();
    world.inject(2, 1, { type: 'StartViewChange', viewNumber: 9, crashVector: [0, 0, 0] });
    world.settle();
    expect(world.state(1)).toMatchObject({ viewNumber: 0, status: 'normal' });
    expect(world.marks).toContain('earlier-incarnation-dropped 1');
  });

  it('a collected message is dropped when a later one proves it to be from before a crash', () => {
    const world = vrWorld({ replicas: 5 });
    loseFaithInPrimary(world, 1);
    world.lose();
    world.inject(2, 1, { type: 'StartViewChange', viewNumber: 1, crashVector: [0, 0, 0, 0, 0] });
    world.settle(ofType('StartViewChange'));
    expect(world.state(1).startViewChanges).toEqual([-1, 0, 0, -1, -1]);
    world.inject(3, 1, { type: 'StartViewChange', viewNumber: 1, crashVector: [0, 0, 1, 0, 0] });
    world.settle(ofType('StartViewChange'));
    expect(world.state(1).startViewChanges).toEqual([-1, 0, -1, 0, -1]);
  });

  it('a vote from before a crash does not complete a view change without what came after', () => {
    const world = oldVoteAfterRecovery(viewstampedReplication);
    expect(loggedValues(world.state(0))).toEqual([1]);
    expect(world.state(1).status).toBe('view-change');
  });

  it('without crash vectors that old vote loses an acknowledged operation', () => {
    const bug = mutants.find(({ id }) => id === 'VR-8')!;
    const { protocol } = bug.apply({ protocol: viewstampedReplication, machine: kv });
    const judged = judgedBy(protocol, 'new-primary-holds-committed');
    expect(() => oldVoteAfterRecovery(judged)).toThrow('new-primary-holds-committed');
    expect(() => oldVoteAfterRecovery(protocol)).toThrow('collected-before-no-crash');
  });
});

/**
 * Replica 1 starts a view change that nobody hears of, crashes and recovers into view 0. Replica 2
 * does the same, hears the late StartViewChange of 1 and votes. Its vote is under way while it
 * recovers into view 0 and acknowledges an operation there. Then replica 1 changes the view again.
 */
function oldVoteAfterRecovery(protocol: Protocol): VrWorld {
  const world = vrWorld({ protocol });
  loseFaithInPrimary(world, 1);
  const late = world.take('StartViewChange', 1, 2);
  recover(world, 1);

  loseFaithInPrimary(world, 2);
  world.inject(1, 2, late.message);
  world.deliver('StartViewChange', 1, 2);
  const words = world.flying.filter(({ from, to }) => from === 2 && to === 1);
  world.lose();
  recover(world, 2);

  world.invoke(CLIENT, put(1));
  world.settle(without(1));
  expect(world.outcomes).toHaveLength(1);
  world.lose();
  loseFaithInPrimary(world, 1);
  world.lose();
  for (const { message } of words) world.inject(2, 1, message);
  world.settle(({ to }) => to === 1);
  return world;
}

function recover(world: VrWorld, replica: number): void {
  world.lose();
  world.crash(replica);
  world.restart(replica);
  world.settle();
  expect(world.state(replica)).toMatchObject({ status: 'normal', viewNumber: 0 });
}

/** An env that hears and says nothing. */
function silentEnv() {
  const nothing = () => {};
  return {
    id: 2,
    now: 0,
    send: nothing,
    sendUnsynced: nothing,
    setTimer: nothing,
    cancelTimer: nothing,
    persist: nothing,
    random: () => 0,
    mark: nothing,
  };
}
