/** The durable mode on a damaged disk: what is torn is dropped, what was lost is recovered. */
import { describe, expect, it } from 'vitest';
import { clientRules } from '../../../protocols/viewstamped-replication/client.ts';
import { makeViewstampedReplication } from '../../../protocols/viewstamped-replication/index.ts';
import { type Rules, rules } from '../../../protocols/viewstamped-replication/rules.ts';
import type { Protocol } from '../../../sim/contract.ts';
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
} from '../../protocols/vr-world.ts';

const CLIENT = 3;
const FIRST_RECORD = 0;

/** Three operations committed: three records on every disk. */
function busyWorld(protocol?: Protocol): VrWorld {
  const world = vrWorld({ options: DURABLE, ...(protocol === undefined ? {} : { protocol }) });
  for (const value of [1, 2, 3]) {
    world.invoke(CLIENT, put(value));
    world.settle();
  }
  return world;
}

/** `replica` restarts after something has damaged one of its records. */
function damaged(world: VrWorld, replica: number, record = FIRST_RECORD): () => void {
  const repair = world.damage(replica, record);
  world.crash(replica);
  world.lose();
  world.restart(replica);
  return repair;
}

function withRules(changed: Partial<Rules>): Protocol {
  const protocol = makeViewstampedReplication({ ...rules, ...changed }, clientRules);
  return protocol as unknown as Protocol;
}

describe('a record that was whole and is not any more', () => {
  it('is the loss of all that the disk holds: the replica recovers from the others', () => {
    const world = busyWorld();
    damaged(world, 1);
    expect(world.marks).toContain('damaged-record-found 1');
    expect(world.state(1)).toMatchObject({ status: 'recovering', opNumber: 0 });
    world.settle();
    expect(world.state(1)).toMatchObject({ status: 'normal', opNumber: 3, commitNumber: 3 });
    expect(world.state(1).app).toEqual({ x: 3 });
    expect(world.marks).toContain('recovered-from-damage 1');
  });

  it('lets the replica acknowledge nothing before it has its state back', () => {
    const world = busyWorld();
    damaged(world, 1);
    world.lose();
    world.invoke(CLIENT, put(4));
    world.deliver('Request', CLIENT, 0);
    world.deliver('Prepare', 0, 1);
    expect(world.inFlight()).not.toContain('PrepareOk 1→0');
  });

  it('lets the replica take no part in view changes before it has its state back', () => {
    const world = busyWorld();
    damaged(world, 1);
    world.lose();
    loseFaithInPrimary(world, 2);
    world.settle();
    expect(world.state(1).status).toBe('recovering');
    expect(world.state(2).status).toBe('view-change');
  });

  it('keeps a primary from leading on; the others elect another one, and it recovers', () => {
    const world = busyWorld();
    damaged(world, 0);
    world.settle();
    expect(world.state(0).status).toBe('recovering');
    loseFaithInPrimary(world, 1);
    world.settle();
    world.expire(0, 'recovery');
    world.settle();
    expect(world.state(0)).toMatchObject({ status: 'normal', viewNumber: 1, opNumber: 3 });
  });

  it('is not taken for a torn one because the end of the log is torn as well', () => {
    const world = busyWorld();
    world.holdDisk(1);
    world.invoke(CLIENT, put(4));
    world.settle();
    world.damage(1, 1);
    world.crash(1, 'torn');
    world.restart(1);
    expect(world.state(1).status).toBe('recovering');
  });

  it('waits for f + 1 others: with a majority lost, nothing is agreed on any more', () => {
    const world = busyWorld();
    damaged(world, 0);
    damaged(world, 1);
    for (let patience = 0; patience < 3; patience++) {
      world.settle();
      for (const replica of [0, 1]) world.expire(replica, 'recovery');
      loseFaithInPrimary(world, 2);
    }
    world.settle();
    expect(world.state(0).status).toBe('recovering');
    expect(world.state(1).status).toBe('recovering');
    expect(loggedValues(world.state(2))).toEqual([1, 2, 3]);
  });

  it('is recovered from when others are down, as soon as enough of them are back', () => {
    const world = busyWorld();
    world.crash(2);
    damaged(world, 1);
    world.settle();
    expect(world.state(1).status).toBe('recovering');
    world.restart(2);
    world.expire(1, 'recovery');
    world.settle();
    expect(loggedValues(world.state(1))).toEqual([1, 2, 3]);
  });
});

describe('what a replica has recovered', () => {
  it('leaves it free to speak once it is on disk', () => {
    const world = busyWorld();
    damaged(world, 1);
    world.settle(({ message }) => message.type !== 'RecoveryResponse');
    world.holdDisk(1);
    world.settle(ofType('RecoveryResponse'));
    expect(world.state(1).status).toBe('normal');
    expect(world.inFlight()).not.toContain('PrepareOk 1→0');
    world.writeDisk(1);
    expect(world.inFlight()).toContain('PrepareOk 1→0');
  });

  it('is what the next start trusts, whatever the records before it are', () => {
    const world = busyWorld();
    damaged(world, 1);
    world.settle();
    world.invoke(CLIENT, put(4));
    world.settle();
    world.crash(1);
    world.restart(1);
    expect(world.state(1)).toMatchObject({ status: 'normal', commitNumber: 0 });
    expect(loggedValues(world.state(1))).toEqual([1, 2, 3, 4]);
  });

  it('is recovered again if its record was torn', () => {
    const world = busyWorld();
    damaged(world, 1);
    world.settle(({ message }) => message.type !== 'RecoveryResponse');
    world.holdDisk(1);
    world.settle();
    world.crash(1, 'torn');
    world.restart(1);
    expect(world.state(1).status).toBe('recovering');
    world.settle();
    expect(loggedValues(world.state(1))).toEqual([1, 2, 3]);
    world.crash(1);
    world.restart(1);
    expect(world.state(1)).toMatchObject({ status: 'normal', opNumber: 3 });
  });

  it('is recovered again if its record is damaged later, or one after it', () => {
    for (const later of [0, 1]) {
      const world = busyWorld();
      damaged(world, 1);
      world.settle();
      const recovered = world.recordCount(1) - 1;
      for (const value of [4, 5]) {
        world.invoke(CLIENT, put(value));
        world.settle();
      }
      damaged(world, 1, recovered + later);
      expect(world.state(1).status).toBe('recovering');
      world.settle();
      expect(loggedValues(world.state(1))).toEqual([1, 2, 3, 4, 5]);
    }
  });

  it('stays when what was damaged before it is damaged further', () => {
    const world = busyWorld();
    damaged(world, 1);
    world.settle();
    damaged(world, 1, 1);
    expect(world.state(1)).toMatchObject({ status: 'normal', opNumber: 3 });
  });
});

describe('a crash in the middle of a recovery', () => {
  it('begins it anew, and is counted anew', () => {
    const world = busyWorld();
    damaged(world, 1);
    world.settle(ofType('CrashVectorRequest', 'CrashVectorResponse'));
    expect(world.state(1).crashVector).toEqual([0, 1, 0]);
    restart(world, 1);
    expect(world.state(1).status).toBe('recovering');
    world.settle();
    expect(world.state(1)).toMatchObject({ status: 'normal', crashVector: [0, 2, 0] });
  });

  it('begins it anew although the record can be read again, once the crash was counted', () => {
    const world = busyWorld();
    const repair = damaged(world, 1);
    world.settle(ofType('CrashVectorRequest', 'CrashVectorResponse'));
    world.crash(1);
    repair();
    world.restart(1);
    expect(world.state(1).status).toBe('recovering');
  });

  it('ends it if the record can be read again and no crash was counted', () => {
    const world = busyWorld();
    const repair = damaged(world, 1);
    world.crash(1);
    repair();
    world.restart(1);
    expect(world.state(1)).toMatchObject({ status: 'normal', opNumber: 3 });
  });

  it('leaves no trace of a count that its disk did not have: nobody has heard of it', () => {
    const world = busyWorld();
    const repair = damaged(world, 1);
    world.holdDisk(1);
    world.settle();
    expect(world.state(1).hasCountedCrash).toBe(true);
    expect(world.inFlight()).toEqual([]);
    world.crash(1, 'torn');
    repair();
    world.restart(1);
    expect(world.state(1)).toMatchObject({ status: 'normal', crashVector: [0, 0, 0] });
    expect(world.state(0).crashVector).toEqual([0, 0, 0]);
  });
});

describe('records that a crash has torn', () => {
  /** Replica 1 has dropped its fourth record, which a crash has torn. */
  function torn(): VrWorld {
    const world = busyWorld();
    world.holdDisk(1);
    world.invoke(CLIENT, put(4));
    world.settle();
    world.crash(1, 'torn');
    world.restart(1);
    return world;
  }

  it('are dropped: nothing was said in reliance on them', () => {
    const world = torn();
    expect(world.state(1)).toMatchObject({ status: 'normal', opNumber: 3 });
    expect(world.marks).not.toContain('damaged-record-found 1');
  });

  it('are dropped together when the record that drops the first of them is torn too', () => {
    const world = busyWorld();
    world.holdDisk(1);
    world.invoke(CLIENT, put(4));
    world.settle();
    world.crash(1, 'torn');
    world.restart(1, 'held');
    world.crash(1, 'torn');
    for (const _ of ['the start that drops them', 'the one after it']) {
      world.restart(1);
      expect(world.state(1)).toMatchObject({ status: 'normal', opNumber: 3 });
      world.crash(1);
    }
  });

  it('excuse no damage before them', () => {
    const world = torn();
    damaged(world, 1, 2);
    expect(world.state(1).status).toBe('recovering');
  });

  it('count as damage themselves when nothing says any more that they were torn', () => {
    const world = torn();
    const marker = world.recordCount(1) - 1;
    world.invoke(CLIENT, put(5));
    world.settle();
    world.expire(1, 'gap');
    world.settle();
    expect(loggedValues(world.state(1))).toEqual([1, 2, 3, 4, 5]);
    damaged(world, 1, marker);
    expect(world.state(1).status).toBe('recovering');
  });
});

describe('crash vectors in the durable mode (DISC 2017)', () => {
  it('count lost disks, not crashes', () => {
    const world = busyWorld();
    world.crash(1);
    world.restart(1);
    world.settle();
    expect(world.state(1).crashVector).toEqual([0, 0, 0]);
    damaged(world, 1);
    world.settle();
    for (const replica of [0, 1, 2]) {
      expect(world.state(replica).crashVector).toEqual([0, 1, 0]);
    }
  });

  it('survive restarts, of the replica that lost its disk and of those that know', () => {
    const world = busyWorld();
    damaged(world, 1);
    world.settle();
    for (const replica of [0, 1, 2]) {
      world.crash(replica);
      world.restart(replica);
      expect(world.state(replica).crashVector).toEqual([0, 1, 0]);
    }
  });

  it('are on disk before the answer to a Recovery leaves', () => {
    const world = busyWorld();
    damaged(world, 1);
    world.settle(ofType('CrashVectorRequest', 'CrashVectorResponse'));
    world.holdDisk(2);
    world.deliver('Recovery', 1, 2);
    expect(world.inFlight()).not.toContain('RecoveryResponse 2→1');
    world.writeDisk(2);
    expect(world.inFlight()).toContain('RecoveryResponse 2→1');
  });

  it('keep a vote from before the damage out of view changes after it', () => {
    const world = oldVoteAfterDamage(withRules({}));
    expect(world.marks).toContain('earlier-incarnation-dropped 1');
    expect(world.state(1).status).toBe('view-change');
  });

  it('would not do so if they were forgotten at restarts: acknowledged operations get lost', () => {
    const forgetful = withRules({ persistCrashVector: () => {} });
    const judged = judgedBy(forgetful, 'new-primary-holds-committed');
    expect(() => oldVoteAfterDamage(judged)).toThrow('new-primary-holds-committed');
  });
});

/**
 * Replica 1 asks for view 1, which nobody hears, loses its disk, and recovers into view 0. Replica
 * 2 restarts, hears that old question late, and answers it, which nobody hears either; it loses its
 * disk, recovers into view 0, and acknowledges an operation there. Replica 1 restarts, and changes
 * the view again: the old answer of 2 arrives.
 */
function oldVoteAfterDamage(protocol: Protocol): VrWorld {
  const world = busyWorld(protocol);
  loseFaithInPrimary(world, 1);
  const late = world.take('StartViewChange', 1, 2);
  recover(world, 1);

  restart(world, 2);
  loseFaithInPrimary(world, 2);
  world.inject(1, 2, late.message);
  world.settle(({ message, from }) => message === late.message && from === 1);
  const words = world.flying.filter(({ from, to }) => from === 2 && to === 1);
  recover(world, 2);
  restart(world, 1);

  world.invoke(CLIENT, put(4));
  world.settle(without(1));
  expect(world.outcomes).toHaveLength(4);
  loseFaithInPrimary(world, 1);
  world.lose();
  for (const { message } of words) world.inject(2, 1, message);
  world.settle(({ to }) => to === 1);
  return world;
}

function restart(world: VrWorld, replica: number): void {
  world.crash(replica);
  world.lose();
  world.restart(replica);
}

function recover(world: VrWorld, replica: number): void {
  world.lose();
  damaged(world, replica);
  world.settle();
  expect(world.state(replica)).toMatchObject({ status: 'normal', viewNumber: 0 });
}
