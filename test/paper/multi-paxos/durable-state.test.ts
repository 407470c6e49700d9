/** van Renesse & Altinbuken 2015, §4.3: what a node finds on its disk, torn or damaged. */
import { describe, expect, it } from 'vitest';
import {
  ballot,
  CLIENT,
  described,
  heartbeat,
  LoneNode,
  loneLeader,
  messagesOf,
  phase1b,
  phase2a,
  phase2b,
  pvalue,
  request,
} from '../../protocols/lone-node.ts';
import {
  acceptedPValues,
  beat,
  decidedCommands,
  executedValues,
  type PaxosWorld,
  paxosWorld,
  put,
  seekElection,
  write,
} from '../../protocols/mp-world.ts';

/** Node 1 has promised a ballot and accepted so many pvalues in it, a record each. */
function accepting(count: number, options: object = {}): LoneNode {
  const node = new LoneNode({ options: { ...options } });
  for (let slot = 1; slot <= count; slot++) {
    const command = request(slot, slot);
    node.tell(0, phase2a(pvalue(ballot(1, 0), slot, command)));
    node.tell(0, { type: 'Decision', slot, command, ballot: ballot(1, 0) });
  }
  return node;
}

function damage(node: LoneNode, record: number): void {
  node.records[record] = { intact: false, writes: [] };
}

function isRetired(node: LoneNode): boolean {
  return node.state.acceptor.isRetired;
}

describe('§4.3 a restart', () => {
  it('finds the ballot and all pvalues again', () => {
    const node = accepting(2);
    node.tell(2, { type: 'Phase1a', ballot: ballot(4, 2), firstSlot: 1 });
    node.restart();
    expect(node.state.acceptor.ballot).toBe(ballot(4, 2));
    expect(acceptedPValues(node.state)).toEqual(['1: 1.0 put x 1', '2: 1.0 put x 2']);
    expect(node.marks).toContain('restarted-from-disk');
  });

  it('finds of each slot the pvalue of the highest ballot', () => {
    const node = accepting(1);
    node.tell(2, phase2a(pvalue(ballot(2, 2), 1, request('new'))));
    node.restart();
    expect(acceptedPValues(node.state)).toEqual(['1: 2.2 put x "new"']);
  });

  it('knows no decisions: it learns them again', () => {
    const node = accepting(2);
    node.restart();
    expect(decidedCommands(node.state)).toEqual([]);
    expect(node.state.replica.slotOut).toBe(1);
    node.tell(0, heartbeat(ballot(1, 0), { decidedBelow: 3 }));
    expect(executedValues(node.state)).toEqual([1, 2]);
  });

  it('leads nobody, whatever it did before', () => {
    const node = loneLeader();
    node.restart();
    expect(node.state.leader).toMatchObject({ isActive: false, scout: null });
  });
});

describe('§4.3 a record that a crash has torn', () => {
  it('is dropped: nobody has been told of it', () => {
    const world = paxosWorld();
    write(world, 3, 'a');
    world.invoke(3, put('b'));
    world.holdDisk(1);
    world.settle(({ to, message }) => message.type === 'Request' || to === 1);
    world.crash(1, 'torn');
    world.restart(1);
    expect(world.marks).toContain('torn-record-dropped 1');
    expect(acceptedPValues(world.state(1))).toEqual(['1: 1.0 put x "a"']);
    expect(world.state(1).acceptor.isRetired).toBe(false);
  });

  it('is still known to be torn when more was written after it', () => {
    const node = accepting(2);
    damage(node, node.records.length - 1);
    node.restart();
    node.tell(0, phase2a(pvalue(ballot(1, 0), 3, request(3, 3))));
    node.restart();
    expect(isRetired(node)).toBe(false);
    expect(acceptedPValues(node.state)).toEqual(['1: 1.0 put x 1', '3: 1.0 put x 3']);
  });

  it('may be followed by another one, of a crash during the next start', () => {
    const node = accepting(2);
    damage(node, node.records.length - 1);
    node.restart();
    damage(node, node.records.length - 1);
    node.restart();
    expect(isRetired(node)).toBe(false);
    expect(acceptedPValues(node.state)).toEqual(['1: 1.0 put x 1']);
  });
});

describe('a record that was whole once and is damaged', () => {
  it('retires the acceptor: what it has promised it does not know any more', () => {
    const node = accepting(3);
    damage(node, 2);
    node.restart();
    expect(isRetired(node)).toBe(true);
    expect(node.marks).toContain('acceptor-retired');
    expect(node.tell(2, { type: 'Phase1a', ballot: ballot(9, 2), firstSlot: 1 })).toEqual([]);
    expect(node.tell(2, phase2a(pvalue(ballot(9, 2), 5, request('e'))))).toEqual([]);
    expect(node.tell(2, { type: 'SlotQuery', query: 1 })).toEqual([]);
  });

  it('retires it for good, even if the record can be read again', () => {
    const node = accepting(3);
    const [whole] = node.records.slice(2, 3);
    damage(node, 2);
    node.restart();
    node.records[2] = whole!;
    node.restart();
    expect(isRetired(node)).toBe(true);
  });

  it('retires it again if what says so cannot be read any more either', () => {
    const node = accepting(3);
    damage(node, 2);
    node.restart();
    damage(node, 1);
    node.restart();
    expect(isRetired(node)).toBe(true);
  });

  it('retires the leader beside it, whose ballots might not be new', () => {
    const node = accepting(3);
    damage(node, 2);
    node.restart();
    for (let wait = 0; wait < 5; wait++) {
      expect(messagesOf('Phase1a', node.expire('leader'))).toEqual([]);
    }
  });

  it('confirms no leader and grants no lease', () => {
    const node = accepting(3, { readMode: 'lease' });
    damage(node, 2);
    node.restart();
    expect(node.tell(0, heartbeat(ballot(1, 0)))).toEqual([]);
  });

  it('leaves the replica at work: it proposes, learns and answers', () => {
    const node = accepting(3);
    damage(node, 2);
    node.restart();
    node.tell(0, heartbeat(ballot(1, 0)));
    expect(described(node.tell(CLIENT, request('late', 9)))).toEqual(['Propose→0']);
    const slot = 1;
    const command = request('late', 9);
    const sent = node.tell(0, { type: 'Decision', slot, command, ballot: ballot(1, 0) });
    expect(described(sent)).toContain(`Response→${CLIENT}`);
  });

  it('leaves it the last snapshot that can be read: what that holds was decided', () => {
    const node = accepting(7, { snapshotEvery: 2 });
    expect(node.state.replica.snapshot?.slotOut).toBe(7);
    damage(node, 1);
    node.restart();
    expect(isRetired(node)).toBe(true);
    expect(node.state.replica).toMatchObject({ slotOut: 7, app: { x: 6 } });
  });

  it('and no snapshot that cannot be', () => {
    const node = accepting(7, { snapshotEvery: 2 });
    const last = node.records.findLastIndex(({ writes }) => {
      return writes.some((write) => write.kind === 'set' && write.key === 'snapshot');
    });
    damage(node, last);
    node.restart();
    expect(node.state.replica).toMatchObject({ slotOut: 5, app: { x: 4 } });
  });
});

describe('a cluster with a damaged disk', () => {
  function damaged(): PaxosWorld {
    const world = paxosWorld();
    write(world, 3, 'a', 'b');
    world.crash(1);
    world.damage(1, 1);
    world.restart(1);
    return world;
  }

  it('goes on without its vote', () => {
    const world = damaged();
    write(world, 3, 'c');
    expect(world.outcomes).toHaveLength(3);
    beat(world, 0);
    world.expire(1, 'catchUp');
    world.settle();
    expect(executedValues(world.state(1))).toEqual(['a', 'b', 'c']);
  });

  it('elects nobody with its help', () => {
    const world = damaged();
    world.crash(0);
    world.lose();
    seekElection(world, 2);
    world.settle();
    expect(world.state(2).leader.isActive).toBe(false);
    world.restart(0);
    world.expire(2, 'phase1Resend');
    world.settle();
    expect(world.state(2).leader.isActive).toBe(true);
    expect(decidedCommands(world.state(2))).toEqual(['put x "a"', 'put x "b"']);
  });
});

describe('§4.3 a leader that lost its vote for its own pvalue', () => {
  it('has told nobody that it is decided before a quorum has it on disk', () => {
    const node = loneLeader({ nodes: 5 });
    node.tell(CLIENT, request('a'));
    const { ballot: own } = node.state.leader;
    expect(node.tell(0, phase2b(own, 1))).toEqual([]);
    expect(node.state.replica.slotOut).toBe(1);
    expect(messagesOf('Decision', node.tell(2, phase2b(own, 1)))).toEqual([]);
    expect(messagesOf('Decision', node.tell(3, phase2b(own, 1)))).toHaveLength(4);
  });

  it('leaves what it had written of a ballot alone: the next scout is of a later one', () => {
    const node = loneLeader();
    const { ballot: used } = node.state.leader;
    node.tell(CLIENT, request('a'));
    damage(node, node.records.length - 1);
    node.restart();
    node.seekElection();
    node.tell(0, phase1b(used));
    expect(node.state.leader.ballot).toBeGreaterThan(used);
    expect(node.state.leader.isActive).toBe(false);
  });
});
