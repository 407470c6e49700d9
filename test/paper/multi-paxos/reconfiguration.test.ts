/** van Renesse & Altinbuken 2015, §2.1: a reconfiguration in slot s takes effect at s + WINDOW. */
import { describe, expect, it } from 'vitest';
import {
  ballot,
  CLIENT,
  described,
  LoneNode,
  loneLeader,
  messagesOf,
  phase1b,
  phase2b,
  pvalue,
  request,
} from '../../protocols/lone-node.ts';
import {
  beat,
  decidedCommands,
  executedValues,
  ofType,
  type PaxosWorld,
  paxosWorld,
  put,
  seekElection,
  write,
} from '../../protocols/mp-world.ts';

const SMALL = { members: 3, window: 3 } as const;
const OPERATOR_CLIENT = 5;

/** Five nodes, of which 0, 1 and 2 are members; three slots may be open at once. */
function smallWorld(options: object = {}): PaxosWorld {
  return paxosWorld({ replicas: 5, clients: 2, options: { ...SMALL, ...options } });
}

function membersAt(world: PaxosWorld, node: number): readonly number[] | undefined {
  return world.state(node).replica.configurations.at(-1)?.members;
}

/** The node asks for what it lacks until it lacks nothing. */
function catchUp(world: PaxosWorld, node: number): void {
  for (let attempt = 0; attempt < 6 && world.hasTimer(node, 'catchUp'); attempt++) {
    world.expire(node, 'catchUp');
    world.settle();
  }
}

/** The nodes that were asked to accept anything in the slot, in any ballot, since `from`. */
function askedFor(world: PaxosWorld, slot: number): Set<number> {
  const line = new RegExp(`→ (\\d+) Phase2a ⟨[\\d.]+, ${slot}, `);
  return new Set(
    world.transcript.flatMap((each) => {
      const node = line.exec(each)?.[1];
      return node === undefined ? [] : [Number(node)];
    }),
  );
}

describe('§2.1 a reconfiguration', () => {
  it('is proposed and decided in a slot like any other command', () => {
    const world = smallWorld();
    world.reconfigure(1, [2, 3, 4]);
    world.settle();
    expect(decidedCommands(world.state(2))[0]).toBe('members 2 3 4');
    expect(world.marks).toContain('reconfiguration-requested 1');
    expect(world.marks).toContain('reconfiguration-performed 2');
  });

  it('takes effect WINDOW slots later', () => {
    const node = loneLeader({ nodes: 4, options: SMALL });
    node.reconfigure([1, 2, 3]);
    node.tell(0, phase2b(node.state.leader.ballot, 1));
    expect(node.state.replica.configurations).toEqual([
      { first: 1, members: [0, 1, 2] },
      { first: 4, members: [1, 2, 3] },
    ]);
  });

  it('leaves the slots up to there to the old members', () => {
    const world = smallWorld();
    write(world, OPERATOR_CLIENT, 'a');
    world.reconfigure(0, [0, 3, 4]);
    world.settle();
    // Decided in slot 2: slots 3 and 4 are the old members', slot 5 is the first of the new ones.
    write(world, OPERATOR_CLIENT, 'b');
    for (const slot of [2, 3, 4]) expect(askedFor(world, slot)).toEqual(new Set([1, 2]));
    expect(askedFor(world, 5)).toEqual(new Set([3, 4]));
  });

  it('changes nothing but who votes: state and clients are as before', () => {
    const world = smallWorld();
    write(world, OPERATOR_CLIENT, 'a');
    world.reconfigure(0, [0, 1, 3]);
    world.settle();
    beat(world, 0);
    expect(world.state(0).replica.app).toEqual({ x: 'a' });
    expect(executedValues(world.state(0))).toEqual(['a']);
  });

  it('to the same members has no effect', () => {
    const world = smallWorld();
    world.reconfigure(0, [0, 1, 2]);
    world.settle();
    expect(world.state(0).replica.configurations).toHaveLength(1);
    expect(world.marks).not.toContain('reconfiguration-performed 0');
  });

  it('to nodes that do not exist is not asked for', () => {
    const node = loneLeader({ options: { window: 3 } });
    expect(node.reconfigure([7, 8])).toEqual([]);
    const sent = node.reconfigure([0, 1, 7]);
    expect(messagesOf('Phase2a', sent)[0]?.pvalue.command).toEqual({
      type: 'Reconfiguration',
      members: [0, 1],
    });
  });

  it('that lost its slot is proposed again', () => {
    const node = new LoneNode({ nodes: 4, options: SMALL });
    node.tell(0, { type: 'Heartbeat', ballot: ballot(1, 0), round: 1, sentAt: 0, decidedBelow: 1 });
    node.reconfigure([1, 2, 3]);
    const other = request('other');
    const sent = node.tell(0, { type: 'Decision', slot: 1, command: other, ballot: ballot(1, 0) });
    expect(messagesOf('Propose', sent)).toMatchObject([
      { slot: 2, command: { type: 'Reconfiguration', members: [1, 2, 3] } },
    ]);
  });

  it('shares its slot with no request', () => {
    const world = smallWorld({ window: 1, batchSize: 4 });
    world.invoke(5, put('a'));
    world.deliver('Request', 5, 0);
    world.invoke(6, put('b'));
    world.deliver('Request', 6, 0);
    world.reconfigure(0, [0, 1, 3]);
    world.settle();
    expect(decidedCommands(world.state(0)).slice(0, 3)).toEqual([
      'put x "a"',
      'put x "b"',
      'members 0 1 3',
    ]);
  });

  it('may follow another one before that has taken effect', () => {
    const world = smallWorld();
    world.reconfigure(0, [0, 1, 3]);
    world.reconfigure(0, [0, 3, 4]);
    world.settle();
    write(world, OPERATOR_CLIENT, 'a', 'b');
    for (const node of [1, 2, 3, 4]) {
      catchUp(world, node);
      expect(membersAt(world, node)).toEqual([0, 3, 4]);
    }
    expect(world.outcomes).toHaveLength(2);
  });
});

describe('the leader that performs a reconfiguration', () => {
  it('sends a new scout to the old members and the new ones', () => {
    const world = smallWorld();
    world.reconfigure(0, [2, 3, 4]);
    world.settle(ofType('Phase2a', 'Phase2b'));
    const asked = world.flying.filter(ofType('Phase1a')).map(({ to }) => to);
    expect(asked).toEqual([1, 2, 3, 4]);
    expect(world.state(0).leader.isActive).toBe(false);
  });

  it('asks the new ones only, if their first slot is the next one', () => {
    const node = loneLeader({ nodes: 5, options: { ...SMALL, window: 1 } });
    node.reconfigure([1, 3, 4]);
    const sent = node.tellAll(0, phase2b(node.state.leader.ballot, 1));
    expect(messagesOf('Phase1a', sent)).toHaveLength(2);
    expect(described(sent)).toEqual(expect.arrayContaining(['Phase1a→3', 'Phase1a→4']));
  });

  it('is adopted by a quorum of each of the two, not by one of all', () => {
    const node = loneLeader({ nodes: 5, options: SMALL });
    node.reconfigure([2, 3, 4]);
    node.tellAll(0, phase2b(node.state.leader.ballot, 1));
    node.tell(1, phase1b(node.state.leader.ballot));
    const { ballot: own } = node.state.leader;
    for (const old of [0, 2]) node.tell(old, phase1b(own));
    expect(node.state.leader.isActive).toBe(false);
    node.tell(4, phase1b(own));
    expect(node.state.leader.isActive).toBe(true);
  });

  it('fills the slots in between with no-ops, so that the change is complete without load', () => {
    const world = smallWorld();
    world.reconfigure(0, [2, 3, 4]);
    world.settle();
    expect(world.state(0).replica.slotOut).toBe(4);
    expect(decidedCommands(world.state(0)).slice(1)).toEqual(['no-op', 'no-op']);
    expect(world.marks).toContain('configuration-in-force 0');
  });

  it('leads no more when it is no member any more', () => {
    const world = smallWorld();
    world.reconfigure(0, [2, 3, 4]);
    world.settle();
    expect(world.marks).toContain('leader-removed 0');
    expect(world.state(0).leader.isActive).toBe(false);
    for (let wait = 0; wait < 4; wait++) world.expire(0, 'leader');
    expect(world.state(0).leader.scout).toBeNull();
  });

  it('leads on if it stays a member', () => {
    const world = smallWorld();
    world.reconfigure(0, [0, 3, 4]);
    world.settle();
    expect(world.state(0).leader.isActive).toBe(true);
    write(world, OPERATOR_CLIENT, 'a');
    expect(world.outcomes).toHaveLength(1);
  });

  it('that fails in between leaves the change to its successor', () => {
    const world = smallWorld();
    world.reconfigure(0, [1, 2, 3]);
    world.settle(({ to, message }) => to !== 0 || message.type === 'Phase2b');
    expect(world.state(1).replica.configurations).toHaveLength(2);
    world.crash(0);
    world.lose();
    seekElection(world, 1);
    world.settle();
    expect(world.state(1).replica.configurations).toEqual([{ first: 4, members: [1, 2, 3] }]);
    write(world, OPERATOR_CLIENT, 'a');
    world.inject(6, 1, request('b', 1, 6));
    world.settle();
    catchUp(world, 3);
    expect(executedValues(world.state(3))).toContain('b');
  });

  it('a successor that does not know of the change cannot get as far as its first slot', () => {
    const world = smallWorld();
    world.reconfigure(0, [2, 3, 4]);
    world.settle(({ to }) => to !== 1);
    world.lose();
    // Node 1 has missed all of it; the old members' slots are all that it may propose for.
    expect(world.state(1).replica.slotOut).toBe(1);
    seekElection(world, 1);
    expect(world.inFlight()).toContain('Phase1a 1→2');
    expect(world.inFlight()).not.toContain('Phase1a 1→3');
    world.settle();
    for (const slot of [4, 5, 6]) expect(askedFor(world, slot)).toEqual(new Set());
    expect(world.state(1).leader.isActive).toBe(false);
  });
});

describe('members that come and go', () => {
  it('a joiner has no vote before, and catches up from what the leader tells it', () => {
    const world = smallWorld();
    write(world, OPERATOR_CLIENT, 'a', 'b');
    expect(world.state(4).replica.slotOut).toBe(1);
    for (let wait = 0; wait < 3; wait++) world.expire(4, 'leader');
    expect(world.state(4).leader.scout).toBeNull();
    world.reconfigure(0, [0, 1, 4]);
    world.settle();
    world.expire(4, 'catchUp');
    world.settle();
    expect(executedValues(world.state(4))).toEqual(['a', 'b']);
    expect(membersAt(world, 4)).toEqual([0, 1, 4]);
  });

  it('the new members serve when all old ones have gone', () => {
    const world = smallWorld();
    write(world, OPERATOR_CLIENT, 'a');
    world.reconfigure(0, [3, 4]);
    world.settle();
    for (const joiner of [3, 4]) catchUp(world, joiner);
    for (const gone of [0, 1, 2]) world.crash(gone);
    seekElection(world, 3);
    world.settle();
    expect(world.state(3).leader.isActive).toBe(true);
    world.inject(6, 4, request('b', 1, 6));
    world.settle();
    for (const node of [3, 4]) expect(executedValues(world.state(node))).toEqual(['a', 'b']);
  });

  it('a removed node that does not know it is told what was decided, not promised', () => {
    const world = smallWorld();
    world.reconfigure(0, [0, 2, 3]);
    world.settle(({ to }) => to !== 1);
    world.lose();
    expect(world.state(2).replica.configurations).toHaveLength(1);
    const before = world.state(2).acceptor.ballot;
    seekElection(world, 1);
    world.settle(({ to }) => to === 2);
    expect(world.inFlight()).toContain('CatchUpReply 2→1');
    expect(world.inFlight()).not.toContain('Phase1b 2→1');
    expect(world.state(2).acceptor.ballot).toBe(before);
    world.settle();
    expect(membersAt(world, 1)).toEqual([0, 2, 3]);
    expect(world.state(0).leader.isActive).toBe(true);
  });

  it('removed nodes go on as replicas: they learn and answer', () => {
    const world = smallWorld();
    world.reconfigure(0, [0, 3, 4]);
    world.settle();
    world.inject(6, 1, request('b', 1, 6));
    world.settle();
    beat(world, 0);
    catchUp(world, 1);
    expect(executedValues(world.state(1))).toEqual(['b']);
    expect(world.marks).toContain('duplicate-response-ignored 6');
  });

  it('members survive in snapshots: who gets one knows who votes', () => {
    const world = smallWorld({ snapshotEvery: 2 });
    world.reconfigure(0, [0, 1, 3]);
    world.settle(({ to }) => to !== 4);
    for (const value of ['a', 'b', 'c', 'd']) {
      world.invoke(OPERATOR_CLIENT, put(value));
      world.settle(({ to }) => to !== 4);
    }
    world.lose();
    beat(world, 0);
    world.expire(4, 'catchUp');
    world.settle();
    expect(world.marks).toContain('snapshot-installed 4');
    expect(membersAt(world, 4)).toEqual([0, 1, 3]);
  });

  it('a restarted node knows its members from its disk and from what it learns again', () => {
    const world = smallWorld();
    world.reconfigure(0, [0, 1, 3]);
    world.settle();
    world.crash(1);
    world.restart(1);
    expect(membersAt(world, 1)).toEqual([0, 1, 2]);
    beat(world, 0);
    world.expire(1, 'catchUp');
    world.settle();
    expect(membersAt(world, 1)).toEqual([0, 1, 3]);
  });

  it('goes as in the golden transcript', async () => {
    const world = smallWorld();
    write(world, OPERATOR_CLIENT, 'a');
    world.transcript.length = 0;
    world.reconfigure(0, [0, 3, 4]);
    world.settle();
    write(world, OPERATOR_CLIENT, 'b');
    const text = `${world.transcript.join('\n')}\n`;
    await expect(text).toMatchFileSnapshot('golden/reconfiguration.txt');
  });
});

describe('Flexible Paxos §3 while members change', () => {
  it('each configuration has quorums of its own size', () => {
    const node = loneLeader({ nodes: 5, options: { ...SMALL, window: 1 } });
    node.reconfigure([0, 1, 2, 3, 4]);
    node.tellAll(0, phase2b(node.state.leader.ballot, 1));
    const { ballot: own } = node.state.leader;
    for (const other of [0, 3]) node.tell(other, phase1b(own, [pvalue(1, 1, request('x'))]));
    expect(node.state.leader.isActive).toBe(true);
    expect(described(node.tellAll(CLIENT, request('a')))).toEqual([
      'Phase2a→0',
      'Phase2a→2',
      'Phase2a→3',
      'Phase2a→4',
    ]);
    node.tell(0, phase2b(own, 2));
    expect(node.state.replica.slotOut).toBe(2);
    node.tell(3, phase2b(own, 2));
    expect(node.state.replica.slotOut).toBe(3);
  });
});
