/** van Renesse & Altinbuken 2015, §4.5: reads in the log, by a confirmed leader, in a session. */
import { describe, expect, it } from 'vitest';
import {
  ballot,
  CLIENT,
  described,
  heartbeatReply,
  LoneNode,
  loneLeader,
  messagesOf,
  phase2b,
  pvalue,
  request,
} from '../../protocols/lone-node.ts';
import {
  beat,
  get,
  lastAnswer,
  ofType,
  paxosWorld,
  put,
  seekElection,
  without,
  write,
} from '../../protocols/mp-world.ts';

const CONFIRMED = { readMode: 'read-index' } as const;

function read(requestNumber = 1, clientId = CLIENT) {
  return { type: 'Request', operation: get(), clientId, requestNumber } as const;
}

/** What node 0 answers to the latest round of heartbeats. */
function confirmation(node: LoneNode) {
  const { ballot: own, round } = node.state.leader;
  return heartbeatReply(own, round, 0);
}

describe('§4.5 a read in the log', () => {
  it('is a command like any other: it takes a slot', () => {
    const world = paxosWorld();
    write(world, 3, 'a');
    world.invoke(3, get());
    world.settle();
    expect(lastAnswer(world)).toBe('a');
    expect(world.state(0).replica.slotOut).toBe(3);
  });
});

describe('a read by a leader that a quorum confirms', () => {
  it('starts a round of heartbeats and is answered when a quorum has followed it', () => {
    const node = loneLeader({ nodes: 5, options: CONFIRMED });
    expect(described(node.tell(CLIENT, read()))).toEqual([
      'Heartbeat→0',
      'Heartbeat→2',
      'Heartbeat→3',
      'Heartbeat→4',
    ]);
    expect(node.tell(0, confirmation(node))).toEqual([]);
    expect(described(node.tell(2, confirmation(node)))).toEqual([`Response→${CLIENT}`]);
    expect(node.state.replica.slotIn).toBe(1);
  });

  it('an answer to a round that began before the read arrived confirms nothing', () => {
    const node = loneLeader({ options: CONFIRMED });
    const early = confirmation(node);
    node.tell(CLIENT, read());
    expect(node.tell(0, early)).toEqual([]);
    expect(node.tell(2, early)).toEqual([]);
    expect(described(node.tell(0, confirmation(node)))).toEqual([`Response→${CLIENT}`]);
  });

  it('one acceptor that answers twice confirms once', () => {
    const node = loneLeader({ nodes: 5, options: CONFIRMED });
    node.tell(CLIENT, read());
    for (let copy = 0; copy < 3; copy++) node.tell(0, confirmation(node));
    expect(node.marks).not.toContain('read-confirmed');
  });

  it('reads that come while a round is under way share the next one', () => {
    const node = loneLeader({ options: CONFIRMED });
    node.tell(CLIENT, read());
    expect(node.tell(8, read(1, 8))).toEqual([]);
    expect(node.tell(7, read(1, 7))).toEqual([]);
    const sent = node.tell(0, confirmation(node));
    expect(described(sent)).toEqual([`Response→${CLIENT}`, 'Heartbeat→0', 'Heartbeat→2']);
    expect(described(node.tell(0, confirmation(node)))).toEqual(['Response→8', 'Response→7']);
  });

  it('a client that has given a read up is answered its next one only', () => {
    const node = loneLeader({ options: CONFIRMED });
    node.tell(CLIENT, read(1));
    node.tell(CLIENT, read(2));
    const first = node.tell(0, confirmation(node));
    const second = node.tell(0, confirmation(node));
    const responses = messagesOf('Response', [...first, ...second]);
    expect(responses.map(({ requestNumber }) => requestNumber)).toEqual([2]);
  });

  it('an old leader that is cut off cannot answer, however much it believes to lead', () => {
    const world = paxosWorld({ clients: 2, options: CONFIRMED });
    write(world, 3, 'old');
    seekElection(world, 1);
    world.settle(without(0));
    world.lose();
    world.inject(4, 1, request('new', 1, 4));
    world.settle(without(0));
    world.lose();
    world.invoke(3, get());
    world.settle(({ from, to }) => from + to === 3 || (from === 0 && to === 0));
    expect(world.state(0).leader.isActive).toBe(true);
    expect(world.outcomes).toHaveLength(1);
    world.settle();
    expect(world.state(0).leader.isActive).toBe(false);
    expect(world.outcomes).toHaveLength(1);
  });

  it('a new leader’s read waits until all that it has adopted is performed', () => {
    const accepted = [pvalue(ballot(0, 2), 2, request('b'))];
    const node = loneLeader({ options: CONFIRMED }, { accepted });
    node.tell(CLIENT, read(7));
    expect(node.tell(0, confirmation(node))).toEqual([]);
    const { ballot: own } = node.state.leader;
    const sent = [1, 2].flatMap((slot) =>
      [0, 1].flatMap((acceptor) => {
        return node.tell(acceptor, phase2b(own, slot));
      }),
    );
    expect(messagesOf('Response', sent)).toMatchObject([{ requestNumber: 7, result: 'b' }]);
  });

  it('a new leader’s read waits for what an acceptor of its quorum has compacted', () => {
    const node = loneLeader({ options: CONFIRMED }, { compactedBelow: 5, slotOut: 5 });
    node.tell(CLIENT, read());
    expect(node.tell(0, confirmation(node))).toEqual([]);
    expect(node.state.replica.waitingReads).toMatchObject([{ slotOut: 5 }]);
  });

  it('a read that waits is void once its leader sends a new scout', () => {
    const accepted = [pvalue(ballot(0, 2), 1, request('a'))];
    const node = loneLeader({ options: CONFIRMED }, { accepted });
    node.tell(CLIENT, read());
    node.tell(0, confirmation(node));
    expect(node.state.replica.waitingReads).toHaveLength(1);
    node.tell(2, { type: 'Phase1a', ballot: ballot(5, 2), firstSlot: 1 });
    const command = request('a');
    const sent = node.tell(2, { type: 'Decision', slot: 1, command, ballot: ballot(5, 2) });
    expect(messagesOf('Response', sent)).toEqual([]);
    expect(node.state.replica.waitingReads).toEqual([]);
  });

  it('a read that was not confirmed yet is forgotten with its leadership', () => {
    const node = loneLeader({ options: CONFIRMED });
    node.tell(CLIENT, read());
    node.tell(2, heartbeatReply(node.state.leader.ballot, 1, 0, ballot(5, 2)));
    expect(node.state.leader.readIndexReads).toEqual([]);
  });

  it('who does not lead tells the client who does', () => {
    const world = paxosWorld({ clients: 2, options: CONFIRMED });
    world.inject(3, 2, read(1, 3));
    world.settle(ofType('Request'));
    expect(world.take('Redirect', 2, 3).message).toMatchObject({ ballot: ballot(1, 0) });
    expect(world.marks).toContain('read-redirected 2');
  });

  it('who knows of no leader says nothing', () => {
    const node = new LoneNode({ options: CONFIRMED });
    expect(node.tell(CLIENT, read())).toEqual([]);
  });

  it('a write takes a slot in every mode', () => {
    const world = paxosWorld({ options: CONFIRMED });
    write(world, 3, 'a');
    expect(world.state(0).replica.slotOut).toBe(2);
  });

  it('a leader alone in its cluster confirms itself', () => {
    const world = paxosWorld({ replicas: 1, options: CONFIRMED });
    write(world, 1, 'a');
    world.invoke(1, get());
    world.settle();
    expect(lastAnswer(world)).toBe('a');
  });
});

describe('a sequential read', () => {
  it('is answered by the session’s home replica, from what that has performed', () => {
    const world = paxosWorld();
    world.invoke(3, get(), 'sequential');
    const home = world.clientState(3).home;
    expect(world.inFlight()).toEqual([`SequentialRead 3→${home}`]);
    world.settle();
    expect(world.outcomes).toEqual([{ client: 3, how: 'completed', output: null }]);
    expect(world.state(0).replica.slotIn).toBe(1);
  });

  it('may be older than what others have written', () => {
    const world = paxosWorld({ replicas: 5, clients: 2 });
    const reader = 6;
    const { home } = world.clientState(reader);
    world.invoke(5, put('new'));
    world.settle(without(home));
    expect(world.outcomes).toHaveLength(1);
    world.invoke(reader, get(), 'sequential');
    world.settle(ofType('SequentialRead', 'Response'));
    expect(world.outcomes.at(-1)).toEqual({ client: reader, how: 'completed', output: null });
  });

  it('is never older than what its session has written: the token makes the replica wait', () => {
    const world = paxosWorld({ replicas: 5, clients: 2 });
    const client = 6;
    const { home } = world.clientState(client);
    expect(home).not.toBe(0);
    world.invoke(client, put('mine'));
    world.settle(without(home));
    world.invoke(client, get(), 'sequential');
    world.settle(ofType('SequentialRead', 'Response'));
    expect(world.outcomes).toHaveLength(1);
    expect(world.marks).toContain(`sequential-read-waits ${home}`);
    world.settle();
    beat(world, 0);
    expect(lastAnswer(world)).toBe('mine');
  });

  it('is never older than what its session has read', () => {
    const world = paxosWorld({ clients: 2 });
    write(world, 3, 'a');
    world.invoke(4, get(), 'sequential');
    world.settle();
    expect(world.clientState(4).slotOut).toBe(2);
    world.invoke(4, get(), 'sequential');
    expect(world.flying[0]?.message).toMatchObject({ type: 'SequentialRead', slotOut: 2 });
  });
});
