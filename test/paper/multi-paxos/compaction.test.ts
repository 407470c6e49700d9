/** van Renesse & Altinbuken 2015, §4.2: a snapshot stands for the slots that made it. */
import { describe, expect, it } from 'vitest';
import {
  ballot,
  described,
  heartbeat,
  LoneNode,
  messagesOf,
  phase1b,
  phase2a,
  pvalue,
  request,
} from '../../protocols/lone-node.ts';
import {
  acceptedPValues,
  beat,
  executedValues,
  get,
  lastAnswer,
  type PaxosWorld,
  paxosWorld,
  put,
  seekElection,
  without,
  write,
} from '../../protocols/mp-world.ts';

const EVERY_TWO = { snapshotEvery: 2 } as const;

/** Node 1 of three has accepted and performed puts of 1, 2, … in the first slots. */
function performing(count: number, options: object = EVERY_TWO): LoneNode {
  const node = new LoneNode({ options: { ...options } });
  for (let slot = 1; slot <= count; slot++) {
    const command = request(slot, slot);
    node.tell(0, phase2a(pvalue(ballot(1, 0), slot, command)));
    node.tell(0, { type: 'Decision', slot, command, ballot: ballot(1, 0) });
  }
  return node;
}

function snapshotOf(node: LoneNode) {
  const { snapshot } = node.state.replica;
  if (snapshot === null) throw new Error('there is no snapshot');
  return { type: 'SnapshotOffer', snapshot } as const;
}

describe('§4.2 what a node forgets', () => {
  it('after so many slots it keeps a snapshot and drops the pvalues that it covers', () => {
    const node = performing(3);
    expect(node.state.replica.snapshot).toMatchObject({ slotOut: 3, app: { x: 2 } });
    expect(acceptedPValues(node.state)).toEqual(['3: 1.0 put x 3']);
    expect(node.marks).toContain('snapshot-taken');
  });

  it('decisions are kept until the next snapshot, for those who are a little behind', () => {
    expect(performing(3).state.replica.decisions.first).toBe(1);
    expect(performing(4).state.replica.decisions.first).toBe(3);
  });

  it('it never does if told so', () => {
    const node = performing(5, { snapshotEvery: 0 });
    expect(node.state.replica.snapshot).toBeNull();
    expect(acceptedPValues(node.state)).toHaveLength(5);
  });

  it('what clients were answered is part of the snapshot: nothing is executed twice', () => {
    const laggard = new LoneNode({ id: 2, options: EVERY_TWO });
    laggard.tell(1, snapshotOf(performing(2)));
    const command = request(2, 2);
    laggard.tell(0, { type: 'Decision', slot: 3, command, ballot: ballot(1, 0) });
    expect(laggard.marks).toContain('duplicate-skipped');
    expect(laggard.state.replica.slotOut).toBe(4);
  });

  it('the state goes on without changing the snapshot that was taken of it', () => {
    const node = performing(3);
    expect(node.state.replica.app).toEqual({ x: 3 });
    expect(node.state.replica.snapshot?.app).toEqual({ x: 2 });
  });
});

describe('§4.2, §4.3 snapshot and trim', () => {
  it('are one record: the snapshot, and the pvalues that it does not cover', () => {
    const node = performing(1);
    node.tell(0, phase2a(pvalue(ballot(1, 0), 3, request(3, 3))));
    const command = request(2, 2);
    node.tell(0, { type: 'Decision', slot: 2, command, ballot: ballot(1, 0) });
    expect(node.lastRecord().map((write) => [write.kind, 'key' in write && write.key])).toEqual([
      ['set', 'snapshot'],
      ['truncate', false],
      ['append', false],
    ]);
  });

  it('a restart begins at the snapshot, with the pvalues above it', () => {
    const node = performing(3);
    node.restart();
    expect(node.state.replica).toMatchObject({ slotOut: 3, app: { x: 2 } });
    expect(acceptedPValues(node.state)).toEqual(['3: 1.0 put x 3']);
    expect(node.state.acceptor.accepted.first).toBe(3);
    expect(node.state.acceptor.ballot).toBe(ballot(1, 0));
  });

  it('a crash before it is on disk leaves all pvalues as they were', () => {
    const world = paxosWorld({ options: EVERY_TWO });
    write(world, 3, 'a');
    world.invoke(3, put('b'));
    world.settle(({ to, message }) => to !== 1 || message.type !== 'Decision');
    world.holdDisk(1);
    world.settle();
    expect(world.state(1).replica.snapshot).not.toBeNull();
    world.crash(1, 'torn');
    world.restart(1);
    expect(world.state(1).replica.snapshot).toBeNull();
    expect(acceptedPValues(world.state(1))).toEqual(['1: 1.0 put x "a"', '2: 1.0 put x "b"']);
  });
});

describe('§4.2 a replica that lacks what others have forgotten', () => {
  /** Node 2 has missed four slots, of which the others keep two as a snapshot only. */
  function lagging(): PaxosWorld {
    const world = paxosWorld({ clients: 2, options: EVERY_TWO });
    for (const value of ['a', 'b', 'c', 'd']) {
      world.invoke(3, put(value));
      world.settle(without(2));
    }
    world.lose();
    return world;
  }

  it('gets the snapshot when it asks for decisions, and goes on from there', () => {
    const world = lagging();
    beat(world, 0);
    world.expire(2, 'catchUp');
    world.settle();
    expect(world.marks).toContain('snapshot-installed 2');
    expect(world.state(2).replica).toMatchObject({ slotOut: 5, app: { x: 'd' } });
    write(world, 3, 'e');
    expect(executedValues(world.state(2))).toEqual(['e']);
  });

  it('has the snapshot on its own disk, too', () => {
    const world = lagging();
    beat(world, 0);
    world.expire(2, 'catchUp');
    world.settle();
    world.crash(2);
    world.restart(2);
    expect(world.state(2).replica).toMatchObject({ slotOut: 5, app: { x: 'd' } });
  });

  it('gets it when it proposes for a slot that was forgotten', () => {
    const world = lagging();
    world.inject(4, 2, request('late', 1, 4));
    world.settle();
    expect(world.marks).toContain('snapshot-installed 2');
    for (const node of [0, 1, 2]) expect(world.state(node).replica.app).toEqual({ x: 'late' });
  });

  it('gets it when it wants to lead, and decides nothing below it', () => {
    const world = lagging();
    world.crash(0);
    seekElection(world, 2);
    world.settle(without(0));
    expect(world.marks).toContain('leader-elected 2');
    expect(world.marks).toContain('snapshot-installed 2');
    expect(world.state(2).leader.isActive).toBe(false);
    seekElection(world, 1);
    world.settle();
    world.inject(4, 1, { type: 'Request', operation: get(), clientId: 4, requestNumber: 1 });
    world.settle(({ message }) => message.type !== 'Response');
    expect(world.take('Response', 1, 4).message).toMatchObject({ result: 'd' });
  });

  it('asks again for slots for its proposals that the snapshot has overtaken', () => {
    const node = new LoneNode({ id: 2, options: EVERY_TWO });
    node.tell(1, heartbeat(ballot(1, 1)));
    node.tell(7, request('mine', 1, 7));
    const sent = node.tell(0, snapshotOf(performing(2)));
    expect(messagesOf('Propose', sent)).toEqual([
      { type: 'Propose', slot: 3, command: request('mine', 1, 7) },
    ]);
  });

  it('does not ask again for what the snapshot has executed', () => {
    const node = new LoneNode({ id: 2, options: EVERY_TWO });
    node.tell(1, heartbeat(ballot(1, 1)));
    node.tell(9, request(1, 1));
    expect(messagesOf('Propose', node.tell(0, snapshotOf(performing(2))))).toEqual([]);
  });

  it('does not go back to an older snapshot', () => {
    const node = performing(4);
    const old = snapshotOf(performing(2));
    expect(node.tell(2, old)).toEqual([]);
    expect(node.state.replica).toMatchObject({ slotOut: 5, app: { x: 4 } });
    expect(node.marks).not.toContain('snapshot-installed');
  });

  it('asks at once, as a new leader, whoever of those that promised has performed most', () => {
    const node = new LoneNode({ id: 0, nodes: 5, options: EVERY_TWO });
    const { ballot: own } = node.state.leader;
    node.tell(0, phase1b(own));
    node.tell(1, phase1b(own, [], { compactedBelow: 3, slotOut: 4 }));
    const sent = node.tell(3, phase1b(own, [], { compactedBelow: 3, slotOut: 5 }));
    expect(node.state.leader.isActive).toBe(true);
    const asked = sent.filter(({ message }) => message.type === 'CatchUpRequest');
    expect(asked).toMatchObject([{ to: 3, message: { slotOut: 1, wantedBelow: 5 } }]);
  });

  it('has the patience of the beginning, as a new leader, however often it asked in vain', () => {
    const node = new LoneNode({ id: 2, options: EVERY_TWO });
    node.tell(0, heartbeat(ballot(1, 0), { decidedBelow: 4 }));
    for (let attempt = 0; attempt < 8; attempt++) node.expire('catchUp');
    const patience = (): number => node.timers.get('catchUp')! - node.now;
    const before = patience();
    node.seekElection();
    node.tell(1, phase1b(node.state.leader.ballot, [], { compactedBelow: 3, slotOut: 5 }));
    expect(node.state.leader.isActive).toBe(true);
    expect(patience()).toBeLessThan(before / 8);
  });

  it('stops leading when it installs one: it proposes no more for what is behind it', () => {
    const node = new LoneNode({ id: 0, options: EVERY_TWO });
    const { ballot: own } = node.state.leader;
    node.tell(0, phase1b(own));
    node.tell(1, phase1b(own, [], { compactedBelow: 3, slotOut: 3 }));
    expect(node.state.leader.isActive).toBe(true);
    node.tell(1, snapshotOf(performing(2)));
    expect(node.state.leader.isActive).toBe(false);
  });

  it('answers waiting reads from what it has got', () => {
    const world = lagging();
    world.invoke(4, get(), 'sequential');
    world.lose();
    world.inject(4, 2, {
      type: 'SequentialRead',
      operation: get(),
      requestNumber: 1,
      slotOut: 5,
    });
    world.settle();
    expect(world.marks).toContain('sequential-read-waits 2');
    beat(world, 0);
    world.expire(2, 'catchUp');
    world.settle();
    expect(lastAnswer(world)).toBe('d');
  });
});

describe('§4.2 an acceptor that is asked about slots it has forgotten', () => {
  it('tells a scout from where on it remembers, so that nothing passes for never accepted', () => {
    const node = performing(3);
    const sent = node.tell(2, { type: 'Phase1a', ballot: ballot(2, 2), firstSlot: 1 });
    const [promise] = messagesOf('Phase1b', sent);
    expect(promise).toMatchObject({ compactedBelow: 3, slotOut: 4 });
    expect(promise?.accepted.map(({ slot }) => slot)).toEqual([3]);
  });

  it('accepts nothing there: who asks gets what was decided', () => {
    const node = performing(4);
    const sent = node.tell(2, phase2a(pvalue(ballot(2, 2), 1, request('wrong'))));
    expect(described(sent)).toEqual(['SnapshotOffer→2']);
    expect(acceptedPValues(node.state)).toEqual([]);
  });
});
