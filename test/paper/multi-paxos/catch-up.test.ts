/** How replicas of Multi-Paxos come by decisions that they have missed (no part of the paper). */
import { describe, expect, it } from 'vitest';
import {
  ballot,
  described,
  heartbeat,
  LoneNode,
  messagesOf,
  phase2a,
  pvalue,
  request,
} from '../../protocols/lone-node.ts';
import {
  beat,
  executedValues,
  ofType,
  paxosWorld,
  put,
  seekElection,
  without,
  write,
} from '../../protocols/mp-world.ts';

const LEADER = ballot(1, 0);

describe('the leader’s word that all below a slot is decided', () => {
  it('decides what was accepted in that very ballot, without any more messages', () => {
    const node = new LoneNode();
    for (const slot of [1, 2]) node.tell(0, phase2a(pvalue(LEADER, slot, request(slot, slot))));
    node.tell(0, heartbeat(LEADER, { decidedBelow: 3 }));
    expect(executedValues(node.state)).toEqual([1, 2]);
  });

  it('says nothing of what was accepted in another ballot', () => {
    const node = new LoneNode();
    node.tell(0, phase2a(pvalue(LEADER, 1, request('old'))));
    node.tell(2, heartbeat(ballot(2, 2), { decidedBelow: 2 }));
    expect(executedValues(node.state)).toEqual([]);
    expect(node.state.replica.slotOut).toBe(1);
  });

  it('says nothing of slots that it has accepted nothing in', () => {
    const node = new LoneNode();
    node.tell(0, phase2a(pvalue(LEADER, 2, request('b'))));
    node.tell(0, heartbeat(LEADER, { decidedBelow: 3 }));
    expect(node.state.replica.slotOut).toBe(1);
    expect(node.state.replica.decisions.values).toEqual([null, request('b')]);
  });

  it('counts for nothing if it is from an earlier leader', () => {
    const node = new LoneNode();
    node.tell(0, phase2a(pvalue(LEADER, 1, request('old'))));
    node.tell(2, { type: 'Phase1a', ballot: ballot(2, 2), firstSlot: 1 });
    node.tell(0, heartbeat(LEADER, { decidedBelow: 2 }));
    expect(executedValues(node.state)).toEqual([]);
  });

  it('comes with the next p2a as well', () => {
    const node = new LoneNode();
    node.tell(0, phase2a(pvalue(LEADER, 1, request(1))));
    node.tell(0, phase2a(pvalue(LEADER, 2, request(2, 2)), 2));
    expect(executedValues(node.state)).toEqual([1]);
  });
});

describe('a replica that knows it lacks decisions', () => {
  function behind(nodes = 3): LoneNode {
    const node = new LoneNode({ nodes });
    node.tell(0, heartbeat(LEADER, { decidedBelow: 3 }));
    return node;
  }

  it('waits a little, for they may be on their way', () => {
    const node = behind();
    const sent = [1, 2].flatMap((slot) => {
      const command = request(slot, slot);
      return node.tell(0, { type: 'Decision', slot, command, ballot: LEADER });
    });
    expect(sent).toEqual([]);
    expect(node.expire('catchUp')).toEqual([]);
    expect(node.marks).not.toContain('catch-up-requested');
  });

  it('asks the leader first and then, every other time, each of the others in turn', () => {
    const node = behind(4);
    const asked = Array.from({ length: 8 }, () => node.expire('catchUp')[0]?.to);
    expect(asked).toEqual([0, 0, 0, 2, 0, 3, 0, 0]);
  });

  it('asks the others in turn if it knows no leader, or leads itself', () => {
    const node = new LoneNode({ nodes: 4 });
    const command = request('b');
    node.tell(0, { type: 'Decision', slot: 2, command, ballot: LEADER });
    const asked = Array.from({ length: 6 }, () => node.expire('catchUp')[0]?.to);
    expect(asked).toEqual([0, 0, 2, 2, 3, 3]);
  });

  it('asks nobody while it makes progress', () => {
    const node = behind();
    node.tell(0, { type: 'Decision', slot: 1, command: request('a'), ballot: LEADER });
    expect(node.expire('catchUp')).toEqual([]);
    expect(described(node.expire('catchUp'))).toEqual(['CatchUpRequest→0']);
  });

  it('performs what it is told, and asks for more if there is more', () => {
    const node = behind();
    node.expire('catchUp');
    const commands = [request(1, 1), request(2, 2)];
    node.tell(0, { type: 'CatchUpReply', first: 1, commands, slotOut: 9 });
    expect(executedValues(node.state)).toEqual([1, 2]);
    expect(node.marks).toContain('caught-up');
    node.expire('catchUp');
    expect(described(node.expire('catchUp'))).toEqual(['CatchUpRequest→0']);
  });
});

describe('whoever is asked', () => {
  it('tells the decisions from that slot on, as far as there is no hole', () => {
    const node = new LoneNode();
    for (const slot of [1, 2, 4]) {
      node.tell(0, { type: 'Decision', slot, command: request(slot, slot), ballot: LEADER });
    }
    const sent = node.tell(2, { type: 'CatchUpRequest', slotOut: 1, wantedBelow: 9 });
    expect(messagesOf('CatchUpReply', sent)).toEqual([
      { type: 'CatchUpReply', first: 1, commands: [request(1, 1), request(2, 2)], slotOut: 3 },
    ]);
  });

  it('says nothing if it knows no more', () => {
    const node = new LoneNode();
    expect(node.tell(2, { type: 'CatchUpRequest', slotOut: 1, wantedBelow: 9 })).toEqual([]);
  });

  it('tells so many at once that a message stays short', () => {
    const node = new LoneNode();
    for (let slot = 1; slot <= 80; slot++) {
      node.tell(0, { type: 'Decision', slot, command: request(slot, slot), ballot: LEADER });
    }
    const sent = node.tell(2, { type: 'CatchUpRequest', slotOut: 1, wantedBelow: 81 });
    const [reply] = messagesOf('CatchUpReply', sent);
    expect(reply?.commands.length).toBe(64);
    expect(reply?.slotOut).toBe(81);
  });

  it('need not wait for its disk: what is decided is on those of a quorum', () => {
    const node = new LoneNode();
    node.tell(0, { type: 'Decision', slot: 1, command: request('a'), ballot: LEADER });
    const [reply] = node.tell(2, { type: 'CatchUpRequest', slotOut: 1, wantedBelow: 2 });
    expect(reply?.isUnsynced).toBe(true);
  });
});

describe('in a cluster', () => {
  it('a restarted node learns again what it had performed', () => {
    const world = paxosWorld();
    write(world, 3, 'a', 'b');
    world.crash(2);
    world.restart(2);
    expect(executedValues(world.state(2))).toEqual([]);
    beat(world, 0);
    expect(executedValues(world.state(2))).toEqual(['a', 'b']);
    expect(world.marks).not.toContain('catch-up-requested 2');
  });

  it('a node that was cut off asks for what it missed', () => {
    const world = paxosWorld();
    world.invoke(3, put('a'));
    world.settle(without(2));
    world.lose();
    beat(world, 0);
    expect(executedValues(world.state(2))).toEqual([]);
    world.expire(2, 'catchUp');
    world.settle();
    expect(executedValues(world.state(2))).toEqual(['a']);
    expect(world.marks).toContain('caught-up 2');
  });

  it('an old leader that is overtaken does not take its own votes for decisions', () => {
    const world = paxosWorld({ clients: 2 });
    world.invoke(3, put('mine'));
    world.settle(ofType('Request'));
    world.lose();
    seekElection(world, 1);
    world.settle(without(0));
    world.lose();
    world.inject(4, 2, request('theirs', 1, 4));
    world.settle(without(0));
    world.lose();
    beat(world, 1);
    world.expire(0, 'catchUp');
    world.settle();
    expect(executedValues(world.state(0))[0]).toBe('theirs');
    expect(executedValues(world.state(0))).toEqual(executedValues(world.state(1)));
  });

  it('whoever can vote for nobody asks around when it hears of no leader', () => {
    const world = paxosWorld({ replicas: 4, options: { members: 3 } });
    world.crash(0);
    world.lose();
    for (let wait = 0; wait < 2; wait++) world.expire(3, 'leader');
    expect(world.inFlight()).toEqual([
      'CatchUpRequest 3→0',
      'CatchUpRequest 3→1',
      'CatchUpRequest 3→2',
    ]);
  });
});
