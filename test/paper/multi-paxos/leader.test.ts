/** van Renesse & Altinbuken 2015, §3 and §4.4: who leads, and roles that share a node. */
import { describe, expect, it } from 'vitest';
import { roundOf } from '../../../protocols/multi-paxos/ballot.ts';
import { ELECTION_BACKOFF_MAX } from '../../../protocols/multi-paxos/leader.ts';
import {
  ballot,
  CLIENT,
  described,
  heartbeat,
  heartbeatReply,
  LoneNode,
  loneLeader,
  messagesOf,
  phase1b,
  phase2b,
  request,
} from '../../protocols/lone-node.ts';
import {
  beat,
  bootedWorld,
  get,
  ofType,
  paxosWorld,
  put,
  seekElection,
  without,
  write,
} from '../../protocols/mp-world.ts';

describe('§3 who leads first', () => {
  it('the first member of a new cluster sends its scout at once, the others wait for it', () => {
    const world = bootedWorld();
    expect(world.inFlight()).toEqual(['Phase1b 0→0', 'Phase1a 0→1', 'Phase1a 0→2']);
    world.settle();
    expect(world.state(0).leader.isActive).toBe(true);
    for (const node of [1, 2]) expect(world.state(node).leader.followed).toBe(ballot(1, 0));
  });

  it('that member waits like the others when it restarts', () => {
    const world = paxosWorld();
    world.crash(0);
    world.restart(0);
    expect(world.state(0).leader).toMatchObject({ isActive: false, scout: null });
    expect(world.inFlight()).toEqual([]);
  });

  it('another one leads if that member never comes', () => {
    const world = bootedWorld();
    world.crash(0);
    world.lose();
    seekElection(world, 2);
    world.settle();
    expect(world.state(2).leader.isActive).toBe(true);
  });

  it('a cluster of one leads itself', () => {
    const world = paxosWorld({ replicas: 1 });
    write(world, 1, 'a');
    expect(world.outcomes).toHaveLength(1);
  });
});

describe('§3 an active leader is left alone', () => {
  it('it tells all that it is there, again and again', () => {
    const node = loneLeader();
    const [first] = messagesOf('Heartbeat', node.expire('heartbeat'));
    const sent = node.expire('heartbeat');
    expect(described(sent)).toEqual(['Heartbeat→0', 'Heartbeat→2']);
    expect(messagesOf('Heartbeat', sent)[0]?.round).toBe(first!.round + 1);
  });

  it('a heartbeat promises nothing, so it waits for no disk', () => {
    const node = loneLeader();
    expect(node.expire('heartbeat').every(({ isUnsynced }) => isUnsynced)).toBe(true);
  });

  it('who hears of it sends no scout', () => {
    const node = new LoneNode();
    for (let round = 1; round < 10; round++) {
      node.tell(0, heartbeat(ballot(1, 0), { round }));
      expect(node.expire('leader')).toEqual([]);
    }
    expect(node.marks).not.toContain('scout-sent');
  });

  it('who has not heard of it for a whole timeout does', () => {
    const node = new LoneNode();
    node.tell(0, heartbeat(ballot(1, 0)));
    node.expire('leader');
    expect(messagesOf('Phase1a', node.expire('leader'))).toHaveLength(2);
  });

  it('what it asks to accept is as good as a heartbeat', () => {
    const world = paxosWorld();
    world.expire(1, 'leader');
    write(world, 3, 'a');
    world.expire(1, 'leader');
    expect(world.state(1).leader.scout).toBeNull();
  });

  it('who has promised a candidate gives it the time that a leader gets', () => {
    const node = new LoneNode();
    node.tell(2, { type: 'Phase1a', ballot: ballot(1, 2), firstSlot: 1 });
    expect(node.expire('leader')).toEqual([]);
    expect(messagesOf('Phase1a', node.expire('leader'))).toHaveLength(2);
  });

  it('who follows its heartbeat has promised its ballot, on disk', () => {
    const node = new LoneNode();
    node.tell(2, heartbeat(ballot(3, 2)));
    node.restart();
    expect(node.state.acceptor.ballot).toBe(ballot(3, 2));
    const [late] = messagesOf('HeartbeatReply', node.tell(0, heartbeat(ballot(2, 0))));
    expect(late?.ballot).toBe(ballot(3, 2));
  });

  it('heartbeats of an earlier leader keep nobody waiting', () => {
    const node = new LoneNode();
    node.tell(2, heartbeat(ballot(2, 2)));
    node.expire('leader');
    node.tell(0, heartbeat(ballot(1, 0)));
    expect(messagesOf('Phase1a', node.expire('leader'))).toHaveLength(2);
  });

  it('an earlier leader learns from the answer that it is preempted', () => {
    const world = paxosWorld();
    seekElection(world, 1);
    world.settle(without(0));
    world.lose();
    expect(world.state(0).leader.isActive).toBe(true);
    beat(world, 0);
    expect(world.state(0).leader.isActive).toBe(false);
    expect(world.state(1).leader.isActive).toBe(true);
  });
});

describe('§3 preempted leaders and candidates wait', () => {
  it('one that was preempted sends no scout while the other one is heard', () => {
    const node = loneLeader();
    node.tell(2, heartbeatReply(node.state.leader.ballot, 1, 0, ballot(5, 2)));
    expect(node.state.leader.isActive).toBe(false);
    expect(node.expire('leader')).toEqual([]);
    node.tell(2, heartbeat(ballot(5, 2)));
    expect(node.expire('leader')).toEqual([]);
  });

  it('its next ballot is of the round after the one that has preempted it', () => {
    const higher = ballot(40, 2);
    const preemptions = [
      (own: number) => phase1b(own, [], { ballot: higher }),
      (own: number) => phase2b(own, 1, higher),
      (own: number) => heartbeatReply(own, 1, 0, higher),
    ];
    for (const preempting of preemptions) {
      const node = loneLeader();
      node.tell(2, preempting(node.state.leader.ballot));
      expect(node.state.leader.isActive).toBe(false);
      node.seekElection();
      expect(node.state.leader.ballot).toBe(ballot(41, 1));
    }
  });

  it('a removed node that has drawn high ballots while it was alone costs one election', () => {
    const world = paxosWorld({ replicas: 4, options: { window: 1 } });
    for (let wait = 0; wait < 20; wait++) {
      world.expire(3, 'leader');
      world.lose();
    }
    expect(roundOf(world.state(3).acceptor.ballot)).toBeGreaterThan(10);
    world.reconfigure(0, [0, 1, 2]);
    world.settle(without(3));
    world.lose();
    beat(world, 0);
    expect(world.state(0).leader.isActive).toBe(false);
    seekElection(world, 0);
    world.settle();
    beat(world, 0);
    expect(world.state(0).leader.isActive).toBe(true);
  });

  it('the random part of patience doubles with each election in vain, up to a limit', () => {
    const bounds: number[] = [];
    const node = new LoneNode({ onDraw: (bound) => bounds.push(bound) });
    for (let election = 0; election < ELECTION_BACKOFF_MAX + 2; election++) node.seekElection();
    const spreads = bounds.map((bound) => bound - 1);
    const [first = 0] = spreads;
    const doubled = spreads.map((_, index) => first * 2 ** Math.min(index, ELECTION_BACKOFF_MAX));
    expect(spreads).toEqual(doubled);
    expect(spreads.length).toBeGreaterThan(ELECTION_BACKOFF_MAX);
  });

  it('patience is as before once somebody leads', () => {
    const node = new LoneNode();
    for (let election = 0; election < 3; election++) node.seekElection();
    node.tell(2, heartbeat(ballot(9, 2)));
    expect(node.state.leader.fruitlessElections).toBe(0);
  });

  it('two that duel end with one leader, for each lets the other one lead when preempted', () => {
    const world = paxosWorld();
    world.crash(0);
    world.lose();
    seekElection(world, 1);
    seekElection(world, 2);
    world.settle();
    expect([1, 2].filter((node) => world.state(node).leader.isActive)).toHaveLength(1);
  });
});

describe('§4.4 roles that share a node', () => {
  it('a replica hands its proposal to the leader beside it without a message', () => {
    const node = loneLeader();
    const sent = node.tell(CLIENT, request('a'));
    expect(described(sent)).toEqual(['Phase2a→0', 'Phase2a→2', 'Phase2b→1']);
  });

  it('beside a passive leader it asks the one that is followed', () => {
    const node = new LoneNode();
    node.tell(0, heartbeat(ballot(1, 0)));
    expect(described(node.tell(CLIENT, request('a')))).toEqual(['Propose→0']);
  });

  it('a leader that hears of another one hands it the open proposals of its replica', () => {
    const node = loneLeader();
    node.tell(CLIENT, request('a'));
    const sent = node.tell(2, heartbeat(ballot(5, 2)));
    expect(messagesOf('Propose', sent)).toEqual([
      { type: 'Propose', slot: 1, command: request('a') },
    ]);
  });

  it('leader and acceptor have ballots of their own: a promise moves the acceptor’s only', () => {
    const node = loneLeader();
    node.tell(2, { type: 'Phase1a', ballot: ballot(5, 2), firstSlot: 1 });
    expect(node.state.acceptor.ballot).toBe(ballot(5, 2));
    expect(node.state.leader.ballot).toBe(ballot(1, 1));
    const sent = node.tell(0, phase1b(ballot(1, 1)));
    expect(sent).toEqual([]);
  });

  it('a passive leader keeps no proposals', () => {
    const node = new LoneNode();
    node.tell(0, heartbeat(ballot(1, 0)));
    expect(node.tell(2, { type: 'Propose', slot: 1, command: request('a') })).toEqual([]);
    expect(node.state.leader.proposals.values).toEqual([]);
  });
});

describe('normal operation as a whole', () => {
  it('goes as in the golden transcript', async () => {
    const world = bootedWorld({ clients: 2 });
    world.settle();
    write(world, 3, 'a');
    world.invoke(4, put('b'));
    world.invoke(3, get());
    world.settle();
    beat(world, 0);
    const text = `${world.transcript.join('\n')}\n`;
    await expect(text).toMatchFileSnapshot('golden/normal-operation.txt');
  });

  it('an unreadable message is dropped and counted', () => {
    const world = paxosWorld();
    for (const node of [0, 1, 2, 3]) world.deliverUnreadable(1, node);
    expect(world.marks.filter((mark) => mark.startsWith('unreadable-dropped'))).toHaveLength(4);
    world.invoke(3, put(1));
    world.settle(ofType('Request', 'Phase2a', 'Phase2b', 'Response'));
    expect(world.outcomes).toHaveLength(1);
  });
});
