/** van Renesse & Altinbuken 2015, §2.3; Howard et al. 2016, §3: the commander and its quorums. */
import { describe, expect, it } from 'vitest';
import { RESEND_BACKOFF_MAX } from '../../../protocols/multi-paxos/commander.ts';
import type { PaxosMessage } from '../../../protocols/multi-paxos/messages.ts';
import {
  ballot,
  CLIENT,
  described,
  LoneNode,
  loneLeader,
  messagesOf,
  phase1b,
  phase2b,
  request,
} from '../../protocols/lone-node.ts';
import {
  decidedCommands,
  executedValues,
  ofType,
  paxosWorld,
  put,
} from '../../protocols/mp-world.ts';

/** Node 1 of five leads and has a commander for slot 1, its own vote counted. */
function proposing(options = {}, nodes = 5): LoneNode {
  const node = loneLeader({ nodes, options });
  node.tellAll(CLIENT, request('a'));
  return node;
}

function vote(node: LoneNode, slot = 1): PaxosMessage {
  return phase2b(node.state.leader.ballot, slot);
}

describe('§2.3 a commander', () => {
  it('asks every acceptor to accept its pvalue', () => {
    const node = loneLeader({ nodes: 5 });
    const sent = node.tell(CLIENT, request('a'));
    expect(described(sent)).toEqual([
      'Phase2a→0',
      'Phase2a→2',
      'Phase2a→3',
      'Phase2a→4',
      'Phase2b→1',
    ]);
    const [first] = messagesOf('Phase2a', sent);
    expect(first?.pvalue).toEqual({ ballot: ballot(1, 1), slot: 1, command: request('a') });
  });

  it('decides once a majority has accepted, and tells every replica', () => {
    const node = proposing();
    expect(node.tell(0, vote(node))).toEqual([]);
    expect(node.marks).toContain('one-vote-short');
    const sent = node.tell(4, vote(node));
    expect(described(sent)).toEqual([
      'Decision→0',
      'Decision→2',
      'Decision→3',
      'Decision→4',
      `Response→${CLIENT}`,
    ]);
    expect(decidedCommands(node.state)).toEqual(['put x "a"']);
  });

  it('counts distinct acceptors: one that answers twice has one vote', () => {
    const node = proposing();
    for (let copy = 0; copy < 4; copy++) node.tell(0, vote(node));
    expect(node.state.replica.slotOut).toBe(1);
    node.tell(2, vote(node));
    expect(node.state.replica.slotOut).toBe(2);
  });

  it('takes half of an even number of acceptors for no majority', () => {
    const node = proposing({}, 4);
    node.tell(0, vote(node));
    expect(node.state.replica.slotOut).toBe(1);
    node.tell(2, vote(node));
    expect(node.state.replica.slotOut).toBe(2);
  });

  it('counts votes of its own slot only', () => {
    const node = proposing();
    node.tellAll(8, request('b', 1, 8));
    node.tell(0, vote(node, 1));
    node.tell(2, vote(node, 2));
    expect(decidedCommands(node.state)).toEqual([]);
    node.tell(3, vote(node, 2));
    expect(decidedCommands(node.state)).toEqual(['?', 'put x "b"']);
    expect(executedValues(node.state)).toEqual([]);
  });

  it('a vote for an earlier ballot is dropped', () => {
    const node = proposing();
    const early = phase2b(ballot(0, 4), 1);
    node.tell(0, early);
    node.tell(2, early);
    expect(node.state.replica.slotOut).toBe(1);
    expect(node.marks.filter((mark) => mark === 'stale-message-dropped')).toHaveLength(2);
  });

  it('a refusal of an earlier ballot is no vote, though it names the present one', () => {
    const node = proposing();
    const refusal = phase2b(ballot(0, 1), 1, node.state.leader.ballot);
    for (const acceptor of [0, 2, 3]) node.tell(acceptor, refusal);
    expect(node.state.replica.slotOut).toBe(1);
  });

  it('is preempted by an answer with a higher ballot: its leader leads no more', () => {
    const node = proposing();
    node.tell(0, phase2b(node.state.leader.ballot, 1, ballot(2, 0)));
    expect(node.state.leader.isActive).toBe(false);
    expect(node.state.leader.commanders.values).toEqual([]);
    expect(node.marks).toContain('preempted');
  });

  it('C1: a second proposal for its slot gets no commander', () => {
    const node = proposing();
    expect(node.tell(0, { type: 'Propose', slot: 1, command: request('b', 1, 8) })).toEqual([]);
    node.tell(2, { type: 'Propose', slot: 2, command: request('b', 1, 8) });
    expect(node.tell(0, { type: 'Propose', slot: 2, command: request('c', 1, 7) })).toEqual([]);
  });

  it('asks again those that have not answered, while nothing is decided', () => {
    const node = proposing();
    node.tell(0, vote(node));
    expect(described(node.expire('phase2Resend'))).toEqual(['Phase2a→2', 'Phase2a→3', 'Phase2a→4']);
    expect(node.marks).toContain('phase2-resent');
  });

  it('waits twice as long after each resend that leads nowhere, up to a limit', () => {
    const node = proposing();
    const waits: number[] = [];
    for (let resend = 0; resend < RESEND_BACKOFF_MAX + 2; resend++) {
      const before = node.now;
      node.expire('phase2Resend');
      waits.push(node.now - before);
    }
    const [first = 0] = waits;
    const powers = waits.map((_, index) => first * 2 ** Math.min(index, RESEND_BACKOFF_MAX));
    expect(waits).toEqual(powers);
  });

  it('a proposal that got lost does not hold up those for later slots', () => {
    const node = loneLeader();
    node.tellAll(0, { type: 'Propose', slot: 2, command: request('b') });
    const sent = node.expire('phase2Resend');
    const asked = messagesOf('Phase2a', sent).map(({ pvalue }) => pvalue);
    expect(asked.map(({ slot, command }) => `${slot} ${command.type}`)).toEqual([
      '2 Request',
      '2 Request',
      '1 NoOp',
      '1 NoOp',
    ]);
  });

  it('who proposes for a slot that is decided is told the decision', () => {
    const node = proposing();
    for (const acceptor of [0, 2]) node.tell(acceptor, vote(node));
    const sent = node.tell(3, { type: 'Propose', slot: 1, command: request('b', 1, 8) });
    expect(messagesOf('CatchUpReply', sent)).toMatchObject([
      { first: 1, commands: [request('a')] },
    ]);
  });

  it('§4.2: in slots that an acceptor holds in a snapshot only it proposes nothing', () => {
    const node = loneLeader({}, { compactedBelow: 5, slotOut: 5 });
    const sent = [
      ...node.tell(CLIENT, request('a')),
      ...node.tell(0, { type: 'Propose', slot: 2, command: request('b', 1, 8) }),
      ...node.expire('phase2Resend'),
    ];
    const slots = messagesOf('Phase2a', sent).map(({ pvalue }) => pvalue.slot);
    expect(new Set(slots)).toEqual(new Set([5]));
  });
});

describe('Flexible Paxos §3: a phase 1 quorum has to meet a phase 2 quorum, no more', () => {
  it('a smaller phase 2 quorum decides with fewer votes', () => {
    const node = loneLeader({ nodes: 5, options: { phase2Quorum: 2 } });
    node.tellAll(CLIENT, request('a'));
    node.tell(0, vote(node));
    expect(node.state.replica.slotOut).toBe(2);
  });

  it('a phase 2 quorum of one decides with the leader’s own vote', () => {
    const node = loneLeader({ options: { phase2Quorum: 1 } });
    node.tellAll(CLIENT, request('a'));
    expect(node.state.replica.slotOut).toBe(2);
  });

  it('a leader then needs the promises of all but one less than that', () => {
    const node = new LoneNode({ nodes: 5, options: { phase2Quorum: 2 } });
    node.seekElection();
    for (const other of [0, 2]) node.tell(other, phase1b(node.state.leader.ballot));
    expect(node.state.leader.isActive).toBe(false);
    node.tell(3, phase1b(node.state.leader.ballot));
    expect(node.state.leader.isActive).toBe(true);
  });

  it('half of an even number is a phase 2 quorum where a majority has to promise', () => {
    const node = new LoneNode({ nodes: 4, options: { phase2Quorum: 2 } });
    node.seekElection();
    const { ballot: own } = node.state.leader;
    node.tell(0, phase1b(own));
    expect(node.state.leader.isActive).toBe(false);
    node.tell(2, phase1b(own));
    expect(node.state.leader.isActive).toBe(true);
    node.tellAll(CLIENT, request('a'));
    node.tell(3, vote(node));
    expect(node.state.replica.slotOut).toBe(2);
  });
});

describe('commits that are piggybacked', () => {
  it('a decision goes to the replica that has proposed, others hear of it with the next', () => {
    const world = paxosWorld({ clients: 2, options: { commit: 'piggybacked' } });
    world.inject(3, 1, request('a', 1, 3));
    world.settle(({ message }) => message.type !== 'Decision');
    expect(world.inFlight()).toEqual(['Decision 0→1']);
    world.settle();
    expect(executedValues(world.state(2))).toEqual([]);
    world.invoke(4, put('b'));
    world.settle(ofType('Request', 'Phase2a'));
    expect(executedValues(world.state(2))).toEqual(['a']);
  });
});
