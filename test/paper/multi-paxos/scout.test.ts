/** van Renesse & Altinbuken 2015, §2.4 and §4.1: the scout, and what a leader adopts. */
import { describe, expect, it } from 'vitest';
import { ballotName, leaderOf, roundOf } from '../../../protocols/multi-paxos/ballot.ts';
import {
  ballot,
  CLIENT,
  described,
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
  bootedWorld,
  commandText,
  decidedCommands,
  executedValues,
  ofType,
  paxosWorld,
  put,
  seekElection,
  without,
  write,
} from '../../protocols/mp-world.ts';

/** Node 1 of five has sent its scout and promised itself. */
function scouting(options = {}): LoneNode {
  const node = new LoneNode({ nodes: 5, options });
  node.seekElection();
  return node;
}

/** Slots and commands that a node asks acceptors to accept, each once. */
function proposed(sent: ReturnType<LoneNode['tell']>): string[] {
  const asked = messagesOf('Phase2a', sent).map(({ pvalue: { slot, command } }) => {
    return `${slot}: ${commandText(command)}`;
  });
  return [...new Set(asked)];
}

describe('§2.4 a scout', () => {
  it('asks all acceptors to follow a ballot of its own', () => {
    const node = new LoneNode({ nodes: 5 });
    const sent = node.seekElection();
    expect(described(sent)).toEqual(['Phase1a→0', 'Phase1a→2', 'Phase1a→3', 'Phase1a→4']);
    const [message] = messagesOf('Phase1a', sent);
    expect(leaderOf(message!.ballot)).toBe(1);
    expect(node.marks).toContain('scout-sent');
  });

  it('is adopted once a majority has promised', () => {
    const node = scouting();
    node.tell(0, phase1b(node.state.leader.ballot));
    expect(node.state.leader.isActive).toBe(false);
    node.tell(3, phase1b(node.state.leader.ballot));
    expect(node.state.leader).toMatchObject({ isActive: true, scout: null });
    expect(node.marks).toContain('leader-elected');
  });

  it('counts distinct acceptors: one that promises twice has promised once', () => {
    const node = scouting();
    for (let copy = 0; copy < 3; copy++) node.tell(0, phase1b(node.state.leader.ballot));
    expect(node.state.leader.isActive).toBe(false);
  });

  it('drops promises of a ballot that it has given up', () => {
    const node = scouting();
    const early = node.state.leader.ballot;
    node.seekElection();
    for (const acceptor of [0, 2, 3]) node.tell(acceptor, phase1b(early));
    expect(node.state.leader.isActive).toBe(false);
    expect(node.marks).toContain('stale-message-dropped');
  });

  it('drops answers to an earlier scout of its own, though they name the present ballot', () => {
    const node = scouting();
    const early = node.state.leader.ballot;
    node.seekElection();
    const late = phase1b(node.state.leader.ballot, [], { inReplyTo: early });
    for (const acceptor of [0, 2, 3]) node.tell(acceptor, late);
    expect(node.state.leader.isActive).toBe(false);
  });

  it('is preempted by a promise of a higher ballot', () => {
    const node = scouting();
    node.tell(0, phase1b(ballot(7, 0)));
    expect(node.state.leader.scout).toBeNull();
    expect(node.marks).toContain('preempted');
  });

  it('asks again those that have not answered', () => {
    const node = scouting();
    node.tell(0, phase1b(node.state.leader.ballot));
    expect(described(node.expire('phase1Resend'))).toEqual(['Phase1a→2', 'Phase1a→3', 'Phase1a→4']);
  });

  it('counts its own acceptor when its own disk has the ballot, and asks nobody before', () => {
    const world = paxosWorld();
    world.holdDisk(1);
    seekElection(world, 1);
    expect(world.inFlight()).toEqual([]);
    world.writeDisk(1);
    expect(world.inFlight()).toEqual(['Phase1a 1→0', 'Phase1b 1→1', 'Phase1a 1→2']);
  });
});

describe('§2.4 ballots', () => {
  it('are above everything that the node has promised or used', () => {
    const node = scouting();
    node.tell(0, { type: 'Phase1a', ballot: ballot(7, 0), firstSlot: 1 });
    node.seekElection();
    expect(ballotName(node.state.leader.ballot)).toBe('8.1');
    node.seekElection();
    expect(ballotName(node.state.leader.ballot)).toBe('9.1');
  });

  it('are not used again after a restart', () => {
    const node = scouting();
    const used = node.state.leader.ballot;
    node.restart();
    node.seekElection();
    expect(node.state.leader.ballot).toBeGreaterThan(used);
  });

  it('are not used again even if nothing but the ballot itself reached the disk', () => {
    const world = bootedWorld();
    world.settle();
    const before = world.recordCount(1);
    world.holdDisk(1);
    seekElection(world, 1);
    expect(world.recordCount(1)).toBe(before + 1);
    const used = world.state(1).leader.ballot;
    world.writeDisk(1);
    world.crash(1);
    world.restart(1);
    seekElection(world, 1);
    expect(roundOf(world.state(1).leader.ballot)).toBe(roundOf(used) + 1);
  });

  it('may be drawn again if they never got to the disk, for then nobody has seen them', () => {
    const world = paxosWorld();
    world.holdDisk(1);
    seekElection(world, 1);
    const unseen = world.state(1).leader.ballot;
    expect(world.inFlight()).toEqual([]);
    world.crash(1);
    world.restart(1);
    seekElection(world, 1);
    expect(world.state(1).leader.ballot).toBe(unseen);
  });
});

describe('§2.4 adopted: proposals ◁ pmax(pvalues)', () => {
  it('of each slot the pvalue of the highest ballot is proposed again, in the new ballot', () => {
    const node = scouting();
    const { ballot: own } = node.state.leader;
    const older = [pvalue(ballot(0, 4), 1, request('older'))];
    const newer = [pvalue(ballot(1, 0), 1, request('newer'))];
    node.tell(0, phase1b(own, newer));
    const sent = node.tell(3, phase1b(own, older));
    expect(proposed(sent)).toEqual(['1: put x "newer"']);
    expect(messagesOf('Phase2a', sent)[0]?.pvalue.ballot).toBe(own);
  });

  it('C2: what was accepted goes before what a replica has proposed to this leader', () => {
    const node = scouting();
    const { ballot: own } = node.state.leader;
    node.tell(2, { type: 'Propose', slot: 1, command: request('mine') });
    node.tell(0, phase1b(own, [pvalue(ballot(0, 4), 1, request('theirs', 1, 8))]));
    expect(proposed(node.tell(3, phase1b(own)))).toEqual(['1: put x "theirs"']);
  });

  it('proposals that came while the scout was out get their commanders', () => {
    const node = scouting();
    node.tell(2, { type: 'Propose', slot: 1, command: request('mine') });
    const { ballot: own } = node.state.leader;
    node.tell(0, phase1b(own));
    expect(proposed(node.tell(3, phase1b(own)))).toEqual(['1: put x "mine"']);
  });

  it('slots up to the highest adopted one that nobody has a command for get no-ops', () => {
    const node = scouting();
    const { ballot: own } = node.state.leader;
    node.tell(0, phase1b(own, [pvalue(ballot(0, 4), 3, request('c'))]));
    const sent = node.tell(3, phase1b(own));
    expect(proposed(sent)).toEqual(['1: no-op', '2: no-op', '3: put x "c"']);
    expect(node.marks.filter((mark) => mark === 'gap-filled')).toHaveLength(2);
  });

  it('slots whose decision is known are left alone', () => {
    const node = scouting();
    const { ballot: own } = node.state.leader;
    const command = request('b');
    node.tell(4, { type: 'Decision', slot: 2, command, ballot: ballot(0, 4) });
    node.tell(0, phase1b(own, [pvalue(ballot(0, 4), 2, command)]));
    expect(proposed(node.tell(3, phase1b(own)))).toEqual(['1: no-op']);
  });

  it('no more than WINDOW slots are proposed for at once; the others follow', () => {
    const node = loneLeader(
      { options: { window: 2 } },
      { accepted: [4, 3].map((slot) => pvalue(ballot(0, 4), slot, request(slot, slot))) },
    );
    expect(node.state.leader.nextAdopted).toBe(3);
    const { ballot: own } = node.state.leader;
    const sent = [1, 2].flatMap((slot) => node.tellAll(0, phase2b(own, slot)));
    expect(proposed(sent)).toEqual(['3: put x 3', '4: put x 4']);
  });

  it('its own pvalues are written in one record', () => {
    const node = scouting();
    const { ballot: own } = node.state.leader;
    node.tell(0, phase1b(own, [pvalue(ballot(0, 4), 3, request('c'))]));
    const { length } = node.records;
    node.tell(3, phase1b(own));
    expect(node.records).toHaveLength(length + 1);
    expect(node.lastRecord()).toHaveLength(3);
  });

  it('§4.1: a scout asks from the first slot that its node has not performed', () => {
    const node = new LoneNode({ nodes: 5 });
    const decided = { type: 'Decision', slot: 1, command: request('a'), ballot: 1 } as const;
    node.tell(0, decided);
    expect(messagesOf('Phase1a', node.seekElection())[0]?.firstSlot).toBe(2);
  });

  it('§4.2: slots that a promise says are compacted are neither proposed for nor filled', () => {
    const node = scouting();
    const { ballot: own } = node.state.leader;
    const accepted = [pvalue(ballot(0, 4), 6, request('f'))];
    node.tell(0, phase1b(own, accepted, { compactedBelow: 5, slotOut: 6 }));
    expect(proposed(node.tell(3, phase1b(own)))).toEqual(['5: no-op', '6: put x "f"']);
    expect(described(node.expire('catchUp'))).toEqual(['CatchUpRequest→0']);
  });

  it('what nobody can tell any more is asked for by another scout, of those that are left', () => {
    const node = scouting();
    const { ballot: first } = node.state.leader;
    node.tell(0, phase1b(first, [], { compactedBelow: 5, slotOut: 6 }));
    node.tell(3, phase1b(first));
    node.expire('leader');
    expect(messagesOf('Phase1a', node.expire('leader'))[0]?.firstSlot).toBe(1);
    const { ballot: second } = node.state.leader;
    expect(second).toBeGreaterThan(first);
    node.tell(2, phase1b(second));
    node.tell(3, phase1b(second, [pvalue(ballot(0, 4), 1, request('a'))]));
    expect(proposed(node.tell(4, phase1b(second)))).toEqual(['1: put x "a"']);
  });

  it('A5: what was decided is decided again, though nobody but one acceptor tells of it', () => {
    const world = paxosWorld({ replicas: 5 });
    world.invoke(5, put('a'));
    world.settle(({ from, to }) => from >= 5 || [0, 1, 2].includes(to));
    world.lose();
    expect(executedValues(world.state(0))).toEqual(['a']);
    world.crash(0);
    world.crash(1);
    seekElection(world, 3);
    world.settle();
    for (const node of [2, 3, 4]) expect(executedValues(world.state(node))).toEqual(['a']);
  });

  it('A5: a value that lost against a decided one does not come back with its acceptor', () => {
    const world = paxosWorld({ clients: 2 });
    world.invoke(3, put('lost'));
    world.settle(ofType('Request'));
    world.crash(0);
    world.lose();
    seekElection(world, 1);
    world.settle();
    world.inject(4, 1, request('won', 1, 4));
    world.settle();
    world.restart(0);
    world.crash(1);
    world.lose();
    seekElection(world, 2);
    world.settle();
    world.expire(0, 'catchUp');
    world.settle();
    expect(decidedCommands(world.state(2))).toEqual(['put x "won"']);
    expect(decidedCommands(world.state(0))).toEqual(['put x "won"']);
  });
});

describe('§2.4 preempted', () => {
  it('a leader that promises another ballot leads no more', () => {
    const node = loneLeader();
    node.tell(2, { type: 'Phase1a', ballot: ballot(5, 2), firstSlot: 1 });
    expect(node.state.leader.isActive).toBe(false);
    expect(node.marks).toContain('stepped-down');
  });

  it('a leader that accepts a pvalue of another ballot leads no more', () => {
    const node = loneLeader();
    node.tell(2, phase2a(pvalue(ballot(5, 2), 1, request('a'))));
    expect(node.state.leader.isActive).toBe(false);
  });

  it('a leader whose proposal was decided against leads no more', () => {
    const node = loneLeader();
    node.tell(CLIENT, request('mine'));
    const command = request('theirs', 1, 8);
    node.tell(2, { type: 'Decision', slot: 1, command, ballot: ballot(5, 2) });
    expect(node.state.leader.isActive).toBe(false);
  });

  it('its replica keeps its proposals, and they are decided under the next leader', () => {
    const world = paxosWorld();
    world.invoke(3, put('a'));
    world.settle(ofType('Request'));
    world.lose();
    seekElection(world, 1);
    world.settle();
    expect(world.state(0).leader.isActive).toBe(false);
    expect(world.outcomes).toHaveLength(1);
    for (const node of [0, 1, 2]) expect(executedValues(world.state(node))).toEqual(['a']);
  });

  it('goes as in the golden transcript', async () => {
    const world = paxosWorld();
    write(world, 3, 'a');
    world.transcript.length = 0;
    world.invoke(3, put('b'));
    world.settle(ofType('Request'));
    world.lose(({ to }) => to === 2);
    seekElection(world, 2);
    world.settle(without(0));
    world.settle();
    const text = `${world.transcript.join('\n')}\n`;
    await expect(text).toMatchFileSnapshot('golden/preempted-leader.txt');
  });
});
