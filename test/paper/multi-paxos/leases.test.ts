/** Chandra, Griesemer & Redstone 2007 ("Paxos Made Live"), §5.2: reads under a master lease. */
import { describe, expect, it } from 'vitest';
import type { Micros } from '../../../sim/contract.ts';
import {
  ballot,
  described,
  heartbeat,
  heartbeatReply,
  LoneNode,
  loneLeader,
  messagesOf,
  phase2b,
  pvalue,
  request,
} from '../../protocols/lone-node.ts';
import {
  bootedWorld,
  get,
  lastAnswer,
  ofType,
  type PaxosWorld,
  paxosWorld,
  seekElection,
  without,
  write,
} from '../../protocols/mp-world.ts';

const LEASE: Micros = 40_000;
/** Clocks gain or lose at most a fifth. */
const DRIFT = { readMode: 'lease', leaseDuration: LEASE, driftBound: 200_000 } as const;
const GRANTED = 48_000;
const HELD = 32_000;
const CLIENT = 9;

function read(requestNumber = 1) {
  const operation = { f: 'get', key: 'x' };
  return { type: 'Request', operation, clientId: CLIENT, requestNumber } as const;
}

function phase1a(node: number, round = 5) {
  return { type: 'Phase1a', ballot: ballot(round, node), firstSlot: 1 } as const;
}

/** Node 1 leads three and was followed by node 0 in the heartbeat of this time. */
function leaseholder(options: object = DRIFT): LoneNode {
  const node = loneLeader({ options: { ...options } });
  confirm(node, 0);
  return node;
}

function confirm(node: LoneNode, acceptor: number): void {
  const { ballot: own, round } = node.state.leader;
  node.tell(acceptor, heartbeatReply(own, round, node.now));
}

describe('§5.2 what an acceptor grants', () => {
  it('one that has followed a heartbeat refuses every rival for L(1 + ρ) of its own time', () => {
    const node = new LoneNode({ options: { ...DRIFT } });
    node.tell(0, heartbeat(ballot(1, 0)));
    node.wait(GRANTED - 1);
    expect(node.tell(2, phase1a(2))).toEqual([]);
    expect(node.marks).toContain('scout-refused-by-lease');
    node.wait(1);
    expect(described(node.tell(2, phase1a(2)))).toEqual(['Phase1b→2']);
  });

  it('each heartbeat renews it', () => {
    const node = new LoneNode({ options: { ...DRIFT } });
    node.tell(0, heartbeat(ballot(1, 0)));
    node.wait(30_000);
    node.tell(0, heartbeat(ballot(1, 0), { round: 2 }));
    node.wait(GRANTED - 1);
    expect(node.tell(2, phase1a(2))).toEqual([]);
  });

  it('it answers the scouts of the one that holds it', () => {
    const node = new LoneNode({ options: { ...DRIFT } });
    node.tell(0, heartbeat(ballot(1, 0)));
    expect(described(node.tell(0, phase1a(0)))).toEqual(['Phase1b→0']);
  });

  it('it binds the node itself: it sends no scout', () => {
    const node = new LoneNode({ options: { ...DRIFT, leaderTimeout: 10_000, leaderSpread: 0 } });
    node.tell(0, heartbeat(ballot(1, 0)));
    for (let wait = 0; wait < 4; wait++) {
      expect(messagesOf('Phase1a', node.expire('leader'))).toEqual([]);
    }
    expect(messagesOf('Phase1a', node.expire('leader'))).toHaveLength(2);
    expect(node.now).toBeGreaterThanOrEqual(GRANTED);
  });

  it('a leader of a lower ballot than was promised is granted nothing', () => {
    const node = new LoneNode({ options: { ...DRIFT } });
    node.tell(2, phase1a(2));
    const sent = node.tell(0, heartbeat(ballot(1, 0)));
    expect(messagesOf('HeartbeatReply', sent)[0]?.ballot).toBe(ballot(5, 2));
    expect(described(node.tell(2, phase1a(2, 6)))).toEqual(['Phase1b→2']);
  });

  it('a late heartbeat of a leader in between takes nothing from a later one', () => {
    const node = new LoneNode({ options: { ...DRIFT } });
    node.tell(2, heartbeat(ballot(3, 2)));
    node.tell(0, heartbeat(ballot(2, 0)));
    expect(node.tell(0, phase1a(0))).toEqual([]);
    expect(described(node.tell(2, phase1a(2)))).toEqual(['Phase1b→2']);
  });

  it('in other read modes nothing is granted', () => {
    const node = new LoneNode({ options: { readMode: 'read-index' } });
    node.tell(0, heartbeat(ballot(1, 0)));
    expect(described(node.tell(2, phase1a(2)))).toEqual(['Phase1b→2']);
  });
});

describe('§5.2 an acceptor that restarts', () => {
  it('may have granted a lease: it refuses everybody for as long as one lasts', () => {
    const node = new LoneNode({ options: { ...DRIFT } });
    node.tell(0, heartbeat(ballot(1, 0)));
    node.wait(1_000);
    node.restart();
    node.wait(GRANTED - 1);
    expect(node.tell(0, phase1a(0))).toEqual([]);
    expect(node.tell(2, phase1a(2))).toEqual([]);
    node.wait(1);
    expect(described(node.tell(2, phase1a(2)))).toEqual(['Phase1b→2']);
  });

  it('sends no scout of its own for as long', () => {
    const node = new LoneNode({ options: { ...DRIFT, leaderTimeout: 10_000, leaderSpread: 0 } });
    node.restart();
    for (let wait = 0; wait < 4; wait++) {
      expect(messagesOf('Phase1a', node.expire('leader'))).toEqual([]);
    }
    expect(messagesOf('Phase1a', node.expire('leader'))).toHaveLength(2);
  });

  it('knows that it restarts, even if it has never promised nor accepted anything', () => {
    const node = new LoneNode({ options: { ...DRIFT } });
    node.restart();
    expect(node.marks).toContain('restarted-from-disk');
    expect(node.tell(2, phase1a(2))).toEqual([]);
  });

  it('is counted on only once its disk would tell it that it restarts', () => {
    const node = new LoneNode({ options: { ...DRIFT } });
    const [reply] = node.tell(0, heartbeat(ballot(1, 0)));
    expect(reply).toMatchObject({ message: { type: 'HeartbeatReply' }, isUnsynced: false });
  });
});

describe('§5.2 what the leader relies on', () => {
  it('it answers reads by itself for less than L(1 - ρ) from the sending of the heartbeat', () => {
    const node = leaseholder();
    node.wait(HELD - 2);
    expect(described(node.tell(CLIENT, read()))).toEqual([`Response→${CLIENT}`]);
    expect(node.marks).toContain('read-under-lease');
    node.wait(1);
    expect(described(node.tell(CLIENT, read()))).not.toContain(`Response→${CLIENT}`);
  });

  it.each([
    [40_000, 200_000],
    [40_000, 0],
    [107, 900_000],
    [1_000, 333_333],
  ])('a lease of %i µs at %i ppm is over for it before it is for any acceptor', (lease, drift) => {
    const options = { readMode: 'lease', leaseDuration: lease, driftBound: drift };
    const acceptor = new LoneNode({ options });
    acceptor.tell(0, heartbeat(ballot(1, 0)));
    // The fastest clock shows the end of what was granted; then the slowest one shows this.
    const gain = drift / 1_000_000;
    const slowest = (acceptor.state.acceptor.leaseUntil / (1 + gain)) * (1 - gain);
    const node = leaseholder(options);
    node.wait(Math.floor(slowest));
    expect(described(node.tell(CLIENT, read()))).not.toContain(`Response→${CLIENT}`);
  });

  it('it counts from the sending: an answer that comes late is worth as much less', () => {
    const node = loneLeader({ options: { ...DRIFT } });
    const { ballot: own, round } = node.state.leader;
    const sentAt = node.now;
    node.wait(HELD);
    node.tell(0, heartbeatReply(own, round, sentAt));
    expect(described(node.tell(CLIENT, read()))).not.toContain(`Response→${CLIENT}`);
  });

  it('it needs as many as a phase 2 quorum: a rival then lacks one of them', () => {
    const node = loneLeader({ nodes: 5, options: { ...DRIFT } });
    confirm(node, 0);
    expect(described(node.tell(CLIENT, read()))).not.toContain(`Response→${CLIENT}`);
    confirm(node, 2);
    expect(described(node.tell(CLIENT, read(2)))).toContain(`Response→${CLIENT}`);
  });

  it('it ends with the one of the quorum that was heard longest ago', () => {
    const node = loneLeader({ nodes: 5, options: { ...DRIFT } });
    confirm(node, 0);
    confirm(node, 2);
    node.expire('heartbeat');
    confirm(node, 2);
    node.wait(HELD - 10_000);
    expect(described(node.tell(CLIENT, read()))).not.toContain(`Response→${CLIENT}`);
  });

  it('without a lease a read waits for a quorum to confirm the leader', () => {
    const node = leaseholder();
    node.wait(HELD);
    expect(described(node.tell(CLIENT, read()))).toEqual(['Heartbeat→0', 'Heartbeat→2']);
    const { ballot: own, round } = node.state.leader;
    expect(described(node.tell(0, heartbeatReply(own, round, node.now)))).toEqual([
      `Response→${CLIENT}`,
    ]);
  });

  it('an answer that was overtaken shortens nothing', () => {
    const node = leaseholder();
    const { ballot: own, round } = node.state.leader;
    const sentAt = node.now;
    node.expire('heartbeat');
    confirm(node, 0);
    node.tell(0, heartbeatReply(own, round, sentAt));
    node.wait(HELD - 2);
    expect(described(node.tell(CLIENT, read()))).toEqual([`Response→${CLIENT}`]);
  });

  it('an answer to a heartbeat of its own earlier ballot is no grant, and counts for none', () => {
    const acceptor = new LoneNode({ options: { ...DRIFT } });
    acceptor.tell(0, { ...phase1a(0), ballot: ballot(2, 0) });
    const [late] = messagesOf('HeartbeatReply', acceptor.tell(0, heartbeat(ballot(1, 0))));
    expect(described(acceptor.tell(2, phase1a(2)))).toEqual(['Phase1b→2']);

    const node = loneLeader({ id: 0, options: { ...DRIFT } });
    expect(late?.ballot).toBe(node.state.leader.ballot);
    node.tell(1, { ...late!, round: 99, sentAt: node.now });
    expect(described(node.tell(CLIENT, read()))).not.toContain(`Response→${CLIENT}`);
  });

  it('a leader that was preempted holds no lease any more', () => {
    const node = leaseholder();
    node.tell(2, heartbeatReply(node.state.leader.ballot, 1, 0, ballot(5, 2)));
    expect(described(node.tell(CLIENT, read()))).not.toContain(`Response→${CLIENT}`);
  });

  it('a new leader’s read waits until all that it has adopted is performed', () => {
    const accepted = [pvalue(ballot(0, 2), 1, request('a'))];
    const node = loneLeader({ options: { ...DRIFT } }, { accepted });
    confirm(node, 0);
    expect(described(node.tell(CLIENT, read(7)))).toEqual([]);
    const sent = [1, 0].flatMap((acceptor) => {
      return node.tell(acceptor, phase2b(node.state.leader.ballot, 1));
    });
    expect(messagesOf('Response', sent)).toMatchObject([{ requestNumber: 7, result: 'a' }]);
  });
});

describe('§5.2 a leader that is cut off', () => {
  it('it answers reads under its lease though nobody votes on what was written since', () => {
    const node = leaseholder();
    node.tell(7, request('b', 1, 7));
    node.expire('phase2Resend');
    expect(messagesOf('Response', node.tell(CLIENT, read(7)))).toMatchObject([
      { requestNumber: 7, result: null },
    ]);
  });
});

/** Node 3 leads the present members 1, 2 and 3; node 1, elected by node 0, knows of no change. */
function worldOfPastLeader(): PaxosWorld {
  const options = { ...DRIFT, members: 3, window: 1 };
  const world = paxosWorld({ replicas: 4, clients: 1, options });
  write(world, 4, 'a');
  world.reconfigure(0, [1, 2, 3]);
  world.settle(({ to, message }) => to !== 1 || message.type === 'Phase2a');
  world.lose();
  // Node 3 hears of the change when it asks around, and sends a scout to those that vote now.
  seekElection(world, 3);
  world.settle(without(1));
  seekElection(world, 3);
  // Node 1 does not know that node 0 has left and is elected by it; its pvalues are under way, and
  // so is its request for what it lacks.
  seekElection(world, 1);
  const isElection = ofType('Phase1a', 'Phase1b', 'Heartbeat', 'HeartbeatReply');
  world.settle((packet) => Math.max(packet.from, packet.to) < 2 && isElection(packet));
  world.inject(4, 1, { ...read(2), clientId: 4 });
  world.settle(({ from, to }) => Math.min(from, to) > 1);
  expect(world.state(1).leader.leaseUntil).toBeGreaterThan(0);
  expect(world.state(3).leader.isActive).toBe(true);
  return world;
}

describe('§5.2 as a whole', () => {
  it('no rival gets elected while the leader may answer, and it reads its own writes', () => {
    const world = paxosWorld({ options: { ...DRIFT } });
    write(world, 3, 'a');
    seekElection(world, 1);
    world.expire(0, 'heartbeat');
    world.settle(without(1));
    world.settle(ofType('Phase1a', 'Phase1b'));
    expect(world.marks).toContain('scout-refused-by-lease 2');
    expect(world.state(1).leader.isActive).toBe(false);
    world.invoke(3, get());
    world.settle(ofType('Request', 'Response'));
    expect(world.marks).toContain('read-under-lease 0');
    expect(lastAnswer(world)).toBe('a');
  });

  it('a node that missed its removal may believe that it leads, and gets nothing done', () => {
    const world = paxosWorld({ replicas: 2, clients: 2, options: { ...DRIFT, window: 2 } });
    write(world, 2, 'a');
    world.reconfigure(0, [0]);
    world.settle(({ to, message }) => to !== 1 || message.type === 'Phase2a');
    world.lose();
    // Both old members have to accept, so one of them is enough to promise.
    seekElection(world, 1);
    world.expire(0, 'heartbeat');
    world.settle(without(0));
    expect(world.state(1).leader.isActive).toBe(true);
    world.inject(3, 1, { ...read(), clientId: 3 });
    world.inject(3, 1, request('b', 2, 3));
    world.settle(without(0));
    expect(world.inFlight()).not.toContain('Response 1→3');
    world.invoke(2, get());
    world.settle(ofType('Request', 'Response'));
    expect(world.marks).toContain('read-under-lease 0');
    expect(lastAnswer(world)).toBe('a');
  });

  it('a leader of the past answers nothing under a lease that one of the past grants', () => {
    const world = worldOfPastLeader();
    world.settle(({ to, message }) => to === 1 && message.type === 'Request');
    expect(world.state(1).leader.isActive).toBe(true);
    expect(world.marks).toContain('read-under-lease 1');
    expect(world.inFlight()).not.toContain('Response 1→4');
  });

  it('a leader of the past minds not that members of the past follow the present one', () => {
    const world = worldOfPastLeader();
    world.expire(3, 'heartbeat');
    world.settle(({ from, to, message }) => from === 3 && to === 0 && message.type === 'Heartbeat');
    expect(world.state(0).acceptor.leaseHolder).toBe(3);
    world.settle(({ to, message }) => to === 1 && message.type === 'Request');
    expect(world.marks).toContain('read-under-lease 1');
    world.settle();
    expect(world.state(1).leader.isActive).toBe(false);
    expect(world.inFlight()).not.toContain('Response 1→4');
  });

  it('an acceptor that was in no quorum keeps its lease through a restart', () => {
    const world = bootedWorld({ options: { ...DRIFT } });
    world.take('Phase1a', 0, 2);
    world.settle();
    world.crash(2);
    world.restart(2);
    world.inject(1, 2, { type: 'Phase1a', ballot: ballot(9, 1), firstSlot: 1 });
    world.settle(ofType('Phase1a'));
    expect(world.marks).toContain('scout-refused-by-lease 2');
    expect(world.inFlight()).not.toContain('Phase1b 2→1');
  });
});
