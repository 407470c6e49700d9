/** van Renesse & Altinbuken 2015, §2.2, §4.1 and §4.3: the acceptor, one test a claim. */
import { describe, expect, it } from 'vitest';
import {
  ballot,
  CLIENT,
  described,
  LoneNode,
  messagesOf,
  phase2a,
  phase2b,
  pvalue,
  request,
} from '../../protocols/lone-node.ts';
import { acceptedPValues, bootedWorld, ofType, paxosWorld, put } from '../../protocols/mp-world.ts';

const NO_OP = { type: 'NoOp' } as const;

function phase1a(number: number, firstSlot = 1) {
  return { type: 'Phase1a', ballot: number, firstSlot } as const;
}

describe('§2.2 p1a: an acceptor promises a ballot', () => {
  it('it adopts a ballot above its own and answers with it', () => {
    const node = new LoneNode();
    const [promise] = messagesOf('Phase1b', node.tell(0, phase1a(ballot(1, 0))));
    expect(promise).toMatchObject({ ballot: ballot(1, 0), accepted: [] });
    expect(node.state.acceptor.ballot).toBe(ballot(1, 0));
    expect(node.marks).toContain('promised');
  });

  it('ballots are ordered by round, and within a round by leader', () => {
    const node = new LoneNode();
    const rising = [ballot(1, 0), ballot(1, 2), ballot(2, 0), ballot(10, 0)];
    for (const each of rising) node.tell(0, phase1a(each));
    expect(node.marks.filter((mark) => mark === 'promised')).toHaveLength(4);
    expect(node.state.acceptor.ballot).toBe(ballot(10, 0));
  });

  it('A1: to a lower ballot it answers with its own, which it keeps', () => {
    const node = new LoneNode();
    node.tell(2, phase1a(ballot(2, 2)));
    const [answer] = messagesOf('Phase1b', node.tell(0, phase1a(ballot(1, 0))));
    expect(answer?.ballot).toBe(ballot(2, 2));
    expect(node.state.acceptor.ballot).toBe(ballot(2, 2));
  });

  it('it promises the same ballot again, as often as it is asked', () => {
    const node = new LoneNode();
    node.tell(0, phase1a(ballot(1, 0)));
    const { length } = node.records;
    const [again] = messagesOf('Phase1b', node.tell(0, phase1a(ballot(1, 0))));
    expect(again?.ballot).toBe(ballot(1, 0));
    expect(node.records).toHaveLength(length);
  });

  it('its answer tells every pvalue that it has accepted', () => {
    const node = new LoneNode();
    const accepted = [1, 2].map((slot) => pvalue(ballot(1, 0), slot, request(slot)));
    for (const each of accepted) node.tell(0, phase2a(each));
    const [promise] = messagesOf('Phase1b', node.tell(2, phase1a(ballot(2, 2))));
    expect(promise?.accepted).toEqual(accepted);
  });

  it('§4.1: pvalues below the slots that the scout asks about are left out', () => {
    const node = new LoneNode();
    for (const slot of [1, 2, 3]) node.tell(0, phase2a(pvalue(ballot(1, 0), slot, NO_OP)));
    const [promise] = messagesOf('Phase1b', node.tell(2, phase1a(ballot(2, 2), 3)));
    expect(promise?.accepted.map(({ slot }) => slot)).toEqual([3]);
  });
});

describe('§2.2 p2a: an acceptor accepts a pvalue', () => {
  it('it accepts in the ballot that it has promised, and answers with that', () => {
    const node = new LoneNode();
    node.tell(0, phase1a(ballot(1, 0)));
    const sent = node.tell(0, phase2a(pvalue(ballot(1, 0), 1, request('a'))));
    expect(messagesOf('Phase2b', sent)).toEqual([phase2b(ballot(1, 0), 1)]);
    expect(acceptedPValues(node.state)).toEqual(['1: 1.0 put x "a"']);
  });

  it('A2: it refuses a pvalue below its promise, and its answer carries the promise', () => {
    const node = new LoneNode();
    node.tell(2, phase1a(ballot(2, 2)));
    const sent = node.tell(0, phase2a(pvalue(ballot(1, 0), 1, request('a'))));
    expect(messagesOf('Phase2b', sent)).toEqual([phase2b(ballot(1, 0), 1, ballot(2, 2))]);
    expect(acceptedPValues(node.state)).toEqual([]);
    expect(node.marks).toContain('stale-ballot-refused');
  });

  it('a pvalue of a higher ballot raises the promise', () => {
    const node = new LoneNode();
    node.tell(2, phase2a(pvalue(ballot(3, 2), 1, request('a'))));
    expect(node.state.acceptor.ballot).toBe(ballot(3, 2));
    const [answer] = messagesOf('Phase1b', node.tell(0, phase1a(ballot(2, 0))));
    expect(answer?.ballot).toBe(ballot(3, 2));
  });

  it('§4.1: of each slot it keeps the pvalue of the highest ballot', () => {
    const node = new LoneNode();
    node.tell(0, phase2a(pvalue(ballot(1, 0), 1, request('old'))));
    node.tell(0, phase2a(pvalue(ballot(1, 0), 2, request('kept', 2))));
    node.tell(2, phase2a(pvalue(ballot(2, 2), 1, request('new'))));
    expect(acceptedPValues(node.state)).toEqual(['1: 2.2 put x "new"', '2: 1.0 put x "kept"']);
  });

  it('a copy of a pvalue is answered again and written once', () => {
    const node = new LoneNode();
    const message = phase2a(pvalue(ballot(1, 0), 1, request('a')));
    node.tell(0, message);
    const { length } = node.records;
    expect(described(node.tell(0, message))).toEqual(['Phase2b→0']);
    expect(node.records).toHaveLength(length);
  });

  it('whoever proposes next does so behind what was accepted', () => {
    const node = new LoneNode();
    for (const slot of [1, 4]) node.tell(0, phase2a(pvalue(ballot(1, 0), slot, NO_OP)));
    const [proposal] = messagesOf('Propose', node.tell(CLIENT, request('a')));
    expect(proposal?.slot).toBe(5);
  });
});

describe('§4.3 on disk before the answer leaves', () => {
  it('a promise waits for the disk', () => {
    const world = bootedWorld();
    world.holdDisk(1);
    world.deliver('Phase1a', 0, 1);
    expect(world.inFlight()).not.toContain('Phase1b 1→0');
    world.writeDisk(1);
    expect(world.inFlight()).toContain('Phase1b 1→0');
  });

  it('a promise that is only repeated waits for the disk as well', () => {
    const world = bootedWorld();
    world.holdDisk(1);
    const { message } = world.flying.find(({ to }) => to === 1)!;
    world.inject(0, 1, message);
    world.settle(({ to }) => to === 1);
    expect(world.inFlight()).not.toContain('Phase1b 1→0');
  });

  it('a p2b waits for the disk, and so does one for a copy that came meanwhile', () => {
    const world = paxosWorld();
    world.invoke(3, put('a'));
    world.deliver('Request', 3, 0);
    const { message } = world.flying.find(({ to }) => to === 1)!;
    world.holdDisk(1);
    world.inject(0, 1, message);
    world.settle(({ to }) => to === 1);
    expect(world.inFlight()).not.toContain('Phase2b 1→0');
    world.writeDisk(1);
    expect(world.inFlight().filter((each) => each === 'Phase2b 1→0')).toHaveLength(2);
  });

  it('the record of a pvalue says the raised promise too', () => {
    const node = new LoneNode();
    node.tell(2, phase2a(pvalue(ballot(3, 2), 1, request('a'))));
    node.restart();
    expect(node.state.acceptor.ballot).toBe(ballot(3, 2));
    expect(acceptedPValues(node.state)).toEqual(['1: 3.2 put x "a"']);
  });

  it('a leader counts its own acceptor when its own disk has written, not before', () => {
    const world = paxosWorld();
    world.holdDisk(0);
    world.invoke(3, put('a'));
    world.settle(ofType('Request'));
    world.deliver('Phase2a', 0, 1);
    world.deliver('Phase2b', 1, 0);
    expect(world.state(0).replica.slotOut).toBe(1);
    world.writeDisk(0);
    world.deliver('Phase2b', 0, 0);
    expect(world.state(0).replica.slotOut).toBe(2);
  });

  it('all nodes may lose power at once: what was answered is still there', () => {
    const world = paxosWorld();
    world.invoke(3, put('a'));
    world.settle();
    for (const node of [0, 1, 2]) world.crash(node);
    for (const node of [0, 1, 2]) world.restart(node);
    for (const node of [0, 1, 2]) {
      expect(acceptedPValues(world.state(node))).toEqual(['1: 1.0 put x "a"']);
    }
  });
});
