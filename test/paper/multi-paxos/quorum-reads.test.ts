/** Charapko, Ailijiang & Demirbas 2019, and van Renesse & Altinbuken §4.5: reads by a quorum. */
import { describe, expect, it } from 'vitest';
import type { SlotQuery } from '../../../protocols/multi-paxos/messages.ts';
import {
  ballot,
  CLIENT,
  described,
  LoneNode,
  loneLeader,
  messagesOf,
  phase2a,
  pvalue,
  request,
} from '../../protocols/lone-node.ts';
import {
  beat,
  executedValues,
  get,
  lastAnswer,
  ofType,
  type PaxosWorld,
  paxosWorld,
  put,
  seekElection,
  without,
  write,
} from '../../protocols/mp-world.ts';

const QUORUM = { readMode: 'quorum' } as const;

function quorumWorld(options: object = {}, replicas = 3): PaxosWorld {
  return paxosWorld({ replicas, clients: 2, options: { ...QUORUM, ...options } });
}

function readAt(world: PaxosWorld, client: number, node: number, requestNumber = 1): void {
  const operation = get();
  world.inject(client, node, { type: 'Request', operation, clientId: client, requestNumber });
  world.settle(({ message, to }) => message.type === 'Request' && to === node);
}

/** What the node asks acceptors when a client reads. */
function asked(node: LoneNode, requestNumber: number): SlotQuery {
  const sent = node.tell(CLIENT, { ...request(0, requestNumber), operation: get() });
  return messagesOf('SlotQuery', sent)[0]!;
}

describe('a quorum read', () => {
  it('asks acceptors how far they are, at whatever replica it arrives', () => {
    const world = quorumWorld();
    readAt(world, 4, 2);
    expect(world.inFlight()).toEqual(['SlotQuery 2→0', 'SlotQuery 2→1', 'SlotReply 2→2']);
  });

  it('is answered once a quorum has, without the leader', () => {
    const world = quorumWorld();
    write(world, 3, 'a');
    world.crash(0);
    readAt(world, 4, 2);
    world.deliver('SlotReply', 2, 2);
    expect(world.inFlight()).not.toContain('Response 2→4');
    world.settle();
    expect(world.marks).toContain('quorum-read 2');
  });

  it('takes no slot', () => {
    const world = quorumWorld();
    write(world, 3, 'a');
    world.invoke(3, get());
    world.settle();
    expect(lastAnswer(world)).toBe('a');
    expect(world.state(0).replica.slotIn).toBe(2);
  });

  it('waits at a replica that is behind the quorum until it has caught up', () => {
    const world = quorumWorld();
    world.invoke(3, put('a'));
    world.settle(without(2));
    world.lose();
    readAt(world, 4, 2);
    world.settle();
    expect(world.inFlight()).toEqual([]);
    expect(world.marks).not.toContain('quorum-read 2');
    world.expire(2, 'catchUp');
    world.settle(({ message }) => message.type !== 'Response');
    expect(world.take('Response', 2, 4).message).toMatchObject({ result: 'a' });
  });

  it('waits for what is accepted and not decided: its client may have been answered', () => {
    const world = quorumWorld();
    world.invoke(3, put('a'));
    world.settle(ofType('Request', 'Phase2a'));
    const votes = world.flying.filter(ofType('Phase2b'));
    world.lose();
    readAt(world, 4, 2);
    world.settle();
    expect(world.marks).not.toContain('quorum-read 2');
    for (const { from, to, message } of votes) world.inject(from, to, message);
    world.settle(({ message }) => message.type !== 'Response');
    expect(world.take('Response', 2, 4).message).toMatchObject({ result: 'a' });
  });

  it('counts distinct acceptors', () => {
    const node = new LoneNode({ nodes: 5, options: QUORUM });
    const { query } = asked(node, 1);
    const answer = { type: 'SlotReply', query, highestSlot: 0 } as const;
    for (const from of [1, 0, 0]) expect(node.tell(from, answer)).toEqual([]);
    expect(described(node.tell(4, answer))).toEqual([`Response→${CLIENT}`]);
  });

  it('needs a phase 1 quorum, which meets each quorum that has decided anything', () => {
    const node = new LoneNode({ nodes: 5, options: { ...QUORUM, phase2Quorum: 2 } });
    const { query } = asked(node, 1);
    const answer = { type: 'SlotReply', query, highestSlot: 0 } as const;
    for (const from of [1, 0, 2]) expect(node.tell(from, answer)).toEqual([]);
    expect(described(node.tell(4, answer))).toEqual([`Response→${CLIENT}`]);
  });

  it('takes no answer to an earlier question: it may be from before the read', () => {
    let drawn = 0;
    const node = new LoneNode({ options: QUORUM, random: () => drawn++ });
    const { query } = asked(node, 1);
    asked(node, 2);
    const late = { type: 'SlotReply', query, highestSlot: 0 } as const;
    for (const from of [0, 1, 2]) expect(node.tell(from, late)).toEqual([]);
  });

  it('takes no answer to what it asked before a crash, either', () => {
    const world = quorumWorld();
    readAt(world, 4, 2);
    world.deliver('SlotQuery', 2, 0);
    world.deliver('SlotQuery', 2, 1);
    world.crash(2);
    world.inject(3, 0, request('a', 1, 3));
    world.settle(without(2));
    world.lose(({ message, to }) => to === 2 && message.type !== 'SlotReply');
    world.restart(2);
    readAt(world, 4, 2, 2);
    world.settle(({ message, to }) => to === 2 && message.type === 'SlotReply');
    expect(world.inFlight()).not.toContain('Response 2→4');
    beat(world, 0);
    world.expire(2, 'catchUp');
    world.settle();
    expect(world.marks).toContain('quorum-read 2');
  });
});

describe('an acceptor that is asked for its highest slot', () => {
  it('tells the highest that it has accepted in, decided or not', () => {
    const node = new LoneNode({ options: QUORUM });
    node.tell(0, phase2a(pvalue(ballot(1, 0), 4, request('a'))));
    const [reply] = messagesOf('SlotReply', node.tell(2, { type: 'SlotQuery', query: 7 }));
    expect(reply).toEqual({ type: 'SlotReply', query: 7, highestSlot: 4 });
  });

  it('tells no less after a restart, nor after it has compacted', () => {
    const world = quorumWorld({ snapshotEvery: 2 });
    write(world, 3, 'a', 'b');
    expect(world.marks).toContain('snapshot-taken 1');
    for (const restarts of [false, true]) {
      if (restarts) world.crash(1);
      if (restarts) world.restart(1);
      world.inject(2, 1, { type: 'SlotQuery', query: 99 });
      world.settle(ofType('SlotQuery'));
      expect(world.take('SlotReply', 1, 2).message).toMatchObject({ highestSlot: 2 });
    }
  });

  it('answers once its disk has what it tells of', () => {
    const world = quorumWorld();
    world.invoke(3, put('a'));
    world.holdDisk(1);
    world.settle(ofType('Request', 'Phase2a'));
    world.inject(2, 1, { type: 'SlotQuery', query: 99 });
    world.settle(ofType('SlotQuery'));
    expect(world.inFlight()).not.toContain('SlotReply 1→2');
    world.writeDisk(1);
    expect(world.inFlight()).toContain('SlotReply 1→2');
  });
});

describe('a quorum read while members change', () => {
  it('asks the new members too, if they have taken over meanwhile', () => {
    const world = quorumWorld({ members: 3, window: 2 }, 5);
    // Node 2 asks the old members; their answers are under way while 3 and 4 replace 0 and 1.
    readAt(world, 6, 2);
    const early = world.flying.filter(ofType('SlotQuery', 'SlotReply'));
    world.lose(ofType('SlotQuery', 'SlotReply'));
    world.reconfigure(0, [2, 3, 4]);
    world.settle();
    expect(world.state(2).replica.configurations.at(-1)?.members).toEqual([2, 3, 4]);
    for (const { from, to, message } of early) world.inject(from, to, message);
    world.settle(without(3, 4));
    expect(world.marks).not.toContain('quorum-read 2');
    expect(world.inFlight()).toEqual(['SlotQuery 2→3', 'SlotQuery 2→4']);
    world.settle();
    expect(world.marks).toContain('quorum-read 2');
  });
});

describe('a vote that nobody else knows of', () => {
  /** Only node 2 has accepted anything in slot 1; node 1 was elected by itself and node 0. */
  function withLonelyVote(): PaxosWorld {
    const world = quorumWorld();
    world.holdDisk(0);
    world.invoke(3, put('lost'));
    world.settle(ofType('Request'));
    world.deliver('Phase2a', 0, 2);
    world.crash(0);
    world.lose();
    world.restart(0);
    seekElection(world, 1);
    world.settle(without(2));
    world.settle();
    return world;
  }

  it('does not keep a read waiting for ever: the leader fills the slot', () => {
    const world = withLonelyVote();
    expect(world.state(1).leader.isActive).toBe(true);
    readAt(world, 4, 2);
    world.settle();
    expect(world.marks).not.toContain('quorum-read 2');
    world.expire(2, 'catchUp');
    world.settle();
    expect(world.marks).toContain('gap-filled 1');
    expect(world.marks).toContain('quorum-read 2');
    for (const node of [0, 1, 2]) expect(executedValues(world.state(node))).toEqual([]);
  });

  it('a replica that only asks around makes the leader fill nothing', () => {
    const world = withLonelyVote();
    world.inject(2, 1, { type: 'CatchUpRequest', slotOut: 1, wantedBelow: 1 });
    world.settle();
    expect(world.marks).not.toContain('gap-filled 1');
    expect(world.state(1).replica.slotOut).toBe(1);
  });

  it('is not filled early where only a proposal is on its way', () => {
    const node = loneLeader({ options: QUORUM });
    node.tell(0, { type: 'Propose', slot: 2, command: request('b') });
    const sent = node.tell(2, { type: 'CatchUpRequest', slotOut: 1, wantedBelow: 2 });
    expect(sent).toEqual([]);
    expect(node.marks).not.toContain('gap-filled');
  });

  it('is not filled over what a replica has proposed', () => {
    const world = withLonelyVote();
    world.inject(4, 1, request('b', 1, 4));
    world.settle(ofType('Request'));
    world.inject(2, 1, { type: 'CatchUpRequest', slotOut: 1, wantedBelow: 2 });
    world.settle();
    beat(world, 1);
    for (const node of [0, 1, 2]) expect(executedValues(world.state(node))).toEqual(['b']);
    expect(world.marks).not.toContain('gap-filled 1');
  });
});
