/** van Renesse & Altinbuken 2015, §2.1: the replica, one test a claim. */
import { describe, expect, it } from 'vitest';
import {
  ballot,
  described,
  LoneNode,
  loneLeader,
  messagesOf,
  request,
} from '../../protocols/lone-node.ts';
import {
  decidedCommands,
  executedValues,
  get,
  lastAnswer,
  ofType,
  paxosWorld,
  put,
  write,
} from '../../protocols/mp-world.ts';

const CLIENT = 3;
const LEADER = ballot(1, 0);

/** Node 1 of three, which follows node 0. */
function follower(options = {}): LoneNode {
  const node = new LoneNode({ options });
  node.tell(0, { type: 'Heartbeat', ballot: LEADER, round: 1, sentAt: 0, decidedBelow: 1 });
  return node;
}

function decision(slot: number, value: number, requestNumber = slot) {
  const command = request(value, requestNumber);
  return { type: 'Decision', slot, command, ballot: LEADER } as const;
}

describe('§2.1 propose: requests take the slots that follow', () => {
  it('a replica proposes a request for slot_in and moves slot_in on', () => {
    const node = follower();
    const [first] = messagesOf('Propose', node.tell(9, request('a', 1)));
    const [second] = messagesOf('Propose', node.tell(8, request('b', 1, 8)));
    expect(first).toMatchObject({ slot: 1, command: request('a') });
    expect(second).toMatchObject({ slot: 2, command: request('b', 1, 8) });
    expect(node.state.replica.slotIn).toBe(3);
  });

  it('a replica beside the leader leaves no slot out either', () => {
    const world = paxosWorld();
    write(world, CLIENT, 'a', 'b', 'c');
    expect(decidedCommands(world.state(0))).toEqual(['put x "a"', 'put x "b"', 'put x "c"']);
    expect(world.state(0).replica).toMatchObject({ slotIn: 4, slotOut: 4 });
  });

  it('slots with a known decision or proposal are passed over', () => {
    const node = follower();
    node.tell(0, decision(2, 2));
    const proposed = [1, 2].flatMap((client) => node.tell(client, request(0, 1, client)));
    expect(messagesOf('Propose', proposed).map(({ slot }) => slot)).toEqual([1, 3]);
  });

  it('R5: at most WINDOW slots from slot_out on are proposed for', () => {
    const node = follower({ window: 2 });
    for (const client of [7, 8, 9]) node.tell(client, request(client, 1, client));
    expect(node.state.replica).toMatchObject({ slotIn: 3, slotOut: 1 });
    expect(node.state.replica.requests).toHaveLength(1);
    expect(node.marks).toContain('window-full');
  });

  it('R5: a slot that is performed opens the window for the next request', () => {
    const node = follower({ window: 2 });
    for (const client of [7, 8, 9]) node.tell(client, request(client, 1, client));
    const sent = node.tell(0, { ...decision(1, 7), command: request(7, 1, 7) });
    expect(messagesOf('Propose', sent)).toEqual([
      { type: 'Propose', slot: 3, command: request(9, 1, 9) },
    ]);
    expect(node.state.replica.requests).toEqual([]);
  });

  it('R5: a leader does not take up a proposal beyond its own window', () => {
    const node = loneLeader({ options: { window: 2 } });
    expect(node.tell(0, { type: 'Propose', slot: 3, command: request('far') })).toEqual([]);
    const sent = node.tell(0, { type: 'Propose', slot: 2, command: request('near') });
    expect(messagesOf('Phase2a', sent)).toHaveLength(2);
  });

  it('requests of several clients may share a slot, and are executed in order', () => {
    const world = paxosWorld({ clients: 3, options: { window: 1, batchSize: 2 } });
    for (const client of [3, 4, 5]) world.invoke(client, put(client));
    world.settle();
    expect(decidedCommands(world.state(0))).toEqual(['put x 3', 'batch of 2']);
    expect(executedValues(world.state(0))).toEqual([3, 4, 5]);
    expect(world.outcomes).toHaveLength(3);
  });

  it('a replica that knows no leader keeps its proposal until it hears of one', () => {
    const node = new LoneNode();
    expect(node.tell(9, request('a'))).toEqual([]);
    const sent = node.tell(0, {
      type: 'Heartbeat',
      ballot: LEADER,
      round: 1,
      sentAt: 0,
      decidedBelow: 1,
    });
    expect(described(sent)).toEqual(['Propose→0', 'HeartbeatReply→0']);
  });

  it('a proposal that leads nowhere is sent again, at intervals that double', () => {
    const node = follower();
    node.tell(9, request('a'));
    const waits: number[] = [];
    for (let resend = 0; resend < 3; resend++) {
      const before = node.now;
      expect(described(node.expire('proposeResend'))).toEqual(['Propose→0']);
      waits.push(node.now - before);
    }
    const [first = 0] = waits;
    expect(waits).toEqual([first, 2 * first, 4 * first]);
  });
});

describe('§2.1 a slot that is decided for another command', () => {
  it('the command that lost its slot is proposed again for a later one', () => {
    const node = follower();
    node.tell(9, request('mine'));
    const sent = node.tell(0, { ...decision(1, 0), command: request('other', 1, 8) });
    expect(messagesOf('Propose', sent)).toEqual([
      { type: 'Propose', slot: 2, command: request('mine') },
    ]);
    expect(node.marks).toContain('proposal-lost-its-slot');
  });

  it('it goes before requests that came later', () => {
    const node = follower({ window: 1 });
    node.tell(9, request('mine'));
    node.tell(7, request('later', 1, 7));
    const sent = node.tell(0, { ...decision(1, 0), command: request('other', 1, 8) });
    expect(messagesOf('Propose', sent)).toEqual([
      { type: 'Propose', slot: 2, command: request('mine') },
    ]);
  });

  it('a batch that lost its slot is requests again, in their order', () => {
    const node = follower({ window: 1, batchSize: 2 });
    node.tell(6, request('first', 1, 6));
    for (const client of [7, 8]) node.tell(client, request(client, 1, client));
    node.tell(0, { ...decision(1, 0), command: request('first', 1, 6) });
    const sent = node.tell(0, { ...decision(2, 0), command: request('other', 1, 5) });
    const [again] = messagesOf('Propose', sent);
    expect(again).toMatchObject({
      slot: 3,
      command: { type: 'Batch', requests: [request(7, 1, 7), request(8, 1, 8)] },
    });
  });

  it('two replicas that propose for one slot both get their commands executed', () => {
    const world = paxosWorld({ clients: 2 });
    world.inject(3, 1, request('one', 1, 3));
    world.inject(4, 2, request('other', 1, 4));
    world.settle();
    for (const node of [0, 1, 2])
      expect(executedValues(world.state(node))).toEqual(['one', 'other']);
    expect(world.marks).toContain('proposal-lost-its-slot 2');
  });
});

describe('§2.1 perform: decisions in the order of slots', () => {
  it('R2, R3: a decision above a hole is not executed before the hole is filled', () => {
    const node = follower();
    node.tell(0, decision(2, 2));
    node.tell(0, decision(3, 3));
    expect(executedValues(node.state)).toEqual([]);
    expect(node.state.replica.slotOut).toBe(1);

    node.tell(0, decision(1, 1));
    expect(executedValues(node.state)).toEqual([1, 2, 3]);
    expect(node.state.replica.slotOut).toBe(4);
  });

  it('R4: a late copy of a decision moves nothing back', () => {
    const node = follower();
    node.tell(0, decision(1, 1));
    node.tell(0, decision(1, 1));
    expect(node.state.replica.slotOut).toBe(2);
    expect(executedValues(node.state)).toEqual([1]);
  });

  it('a command that was decided in two slots is executed once', () => {
    const node = follower();
    node.tell(0, decision(1, 1, 5));
    node.tell(0, decision(2, 1, 5));
    expect(executedValues(node.state)).toEqual([1]);
    expect(node.state.replica.slotOut).toBe(3);
    expect(node.marks).toContain('duplicate-skipped');
  });

  it('a request that its client has overtaken is not executed any more', () => {
    const node = follower();
    node.tell(0, decision(1, 1, 5));
    node.tell(0, decision(2, 2, 4));
    expect(executedValues(node.state)).toEqual([1]);
  });

  it('a no-op takes a slot and changes nothing', () => {
    const node = follower();
    node.tell(0, { type: 'Decision', slot: 1, command: { type: 'NoOp' }, ballot: LEADER });
    expect(node.state.replica).toMatchObject({ slotOut: 2, executed: [], app: {} });
  });

  it('R1: replicas execute the same commands in the same order', () => {
    const world = paxosWorld({ replicas: 5, clients: 3 });
    for (const client of [5, 6, 7]) {
      world.invoke(client, put(client));
      world.inject(client, client - 4, request(client, 1, client));
    }
    world.settle();
    const orders = [0, 1, 2, 3, 4].map((node) => executedValues(world.state(node)));
    expect(new Set(orders.map((order) => order.join())).size).toBe(1);
    expect(orders[0]).toHaveLength(3);
  });

  it('the response is the result of the operation', () => {
    const world = paxosWorld();
    write(world, CLIENT, 7);
    world.invoke(CLIENT, get());
    world.settle();
    expect(lastAnswer(world)).toBe(7);
  });

  it('of all replicas the one that was asked responds', () => {
    const world = paxosWorld();
    world.inject(CLIENT, 2, request('a', 1, CLIENT));
    world.settle(({ message }) => message.type !== 'Response');
    expect(world.inFlight()).toEqual(['Response 2→3']);
  });

  it('a response need not wait for the own disk: what is decided is on those of a quorum', () => {
    const world = paxosWorld();
    world.invoke(CLIENT, put('a'));
    world.holdDisk(0);
    world.settle(ofType('Request', 'Phase2a', 'Phase2b'));
    expect(world.inFlight()).toContain('Response 0→3');
  });
});

describe('§2.1 a request that comes again', () => {
  it('is answered from the table of clients if it was executed', () => {
    const world = paxosWorld();
    write(world, CLIENT, 'a');
    world.inject(CLIENT, 1, request('a', 1, CLIENT));
    world.settle(ofType('Request'));
    expect(world.inFlight()).toEqual(['Response 1→3']);
    expect(world.marks).toContain('response-from-cache 1');
    expect(world.state(1).replica.slotIn).toBe(2);
  });

  it('is ignored while it is under way', () => {
    const node = follower();
    node.tell(9, request('a'));
    expect(node.tell(9, request('a'))).toEqual([]);
    expect(node.state.replica.slotIn).toBe(2);
  });

  it('is dropped if its client has had a later one executed', () => {
    const node = follower();
    node.tell(0, decision(1, 1, 5));
    expect(node.tell(9, request('old', 4))).toEqual([]);
    expect(node.marks).toContain('old-request-dropped');
  });

  it('is executed once if it reached two replicas', () => {
    const world = paxosWorld();
    world.inject(CLIENT, 1, request('a', 1, CLIENT));
    world.inject(CLIENT, 2, request('a', 1, CLIENT));
    world.settle();
    for (const node of [0, 1, 2]) expect(executedValues(world.state(node))).toEqual(['a']);
  });
});
