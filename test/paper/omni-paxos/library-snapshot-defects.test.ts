/**
 * Defects of snapshots that the authors' library had, or has (haraldng/omnipaxos), each named after
 * its issue or commit; beside the protocol plays one that has it.
 */
import { describe, expect, it } from 'vitest';
import { ballotOf } from '../../../protocols/omni-paxos/ballot.ts';
import { clientRules } from '../../../protocols/omni-paxos/client.ts';
import { makeOmniPaxos } from '../../../protocols/omni-paxos/index.ts';
import { lengthOf } from '../../../protocols/omni-paxos/log.ts';
import { type Rules, rules } from '../../../protocols/omni-paxos/rules.ts';
import type { Options, Protocol } from '../../../sim/contract.ts';
import {
  acceptDecide,
  ballot,
  entries,
  loneFollower,
  onlyOne,
  prepare,
  valuesIn,
} from '../../protocols/lone-server.ts';
import {
  beat,
  elect,
  isLeading,
  judgedBy,
  logOf,
  type OmniWorld,
  omniWorld,
  put,
  without,
} from '../../protocols/op-world.ts';

const OLD = ballot(1, 0);

/** The protocol with a defect, whose invariants say nothing: the test looks for itself. */
function unjudged(defect: Partial<Rules>): Protocol {
  const protocol = makeOmniPaxos({ ...rules, ...defect }, clientRules);
  return judgedBy(protocol as unknown as Protocol);
}

/** Client 3 puts each of these under a key of its own; nobody among `cut` hears of it. */
function decideAll(world: OmniWorld, keys: string, cut: readonly number[] = []): void {
  for (const key of keys) {
    world.invoke(3, put(key, key));
    world.settle(without(...cut));
    world.lose();
  }
}

function keysOf(world: OmniWorld, server: number): string {
  return keysIn(world.state(server).replica.app);
}

function keysIn(app: unknown): string {
  return Object.keys(app as object)
    .toSorted()
    .join('');
}

/** The leader repeats itself to all, until whoever has missed something has begun anew. */
function catchUp(world: OmniWorld, leader: number, follower: number): void {
  world.expire(leader, 'resend');
  world.settle();
  if (world.hasTimer(follower, 'gap')) world.expire(follower, 'gap');
  world.settle();
}

describe('#58 (D16): a delta made of entries that were compacted', () => {
  const options: Options = { snapshotEvery: 2, snapshots: 'delta' };

  /** All have decided two entries, the leader four, of which it keeps only the last two. */
  function play(defect: Partial<Rules>): OmniWorld {
    const world = omniWorld({ options, protocol: unjudged(defect) });
    decideAll(world, 'a');
    decideAll(world, 'bcd', [2]);
    expect(world.state(0).paxos).toMatchObject({ decidedLength: 4, log: { first: 2 } });
    catchUp(world, 0, 2);
    return world;
  }

  it('the follower gets the complete state, and has what the leader has', () => {
    const world = play({});
    expect(world.marks).toContain('snapshot-installed 2');
    expect(keysOf(world, 2)).toBe('abcd');
    expect(() => play({ hasEntriesSince: () => true })).toThrow('no entries from 1 on');
  });

  it('so does a leader that is elected behind: the same goes for a Promise', () => {
    const world = omniWorld({ options });
    decideAll(world, 'a');
    decideAll(world, 'bcd', [2]);
    elect(world, 2);
    for (let round = 0; round < 3 && !isLeading(world.state(2)); round++) elect(world, 2, [0]);
    expect(isLeading(world.state(2))).toBe(true);
    expect(world.marks).toContain('snapshot-installed 2');
    expect(keysOf(world, 2)).toBe('abcd');
  });
});

describe('D17, still there: a delta is merged into another state than it was made from', () => {
  const options: Options = { snapshotEvery: 100, snapshots: 'delta' };

  /** (i) A follower with a shorter log is cut off, while two more are decided. */
  function shorter(defect: Partial<Rules>): OmniWorld {
    const world = omniWorld({ options, protocol: unjudged(defect) });
    decideAll(world, 'ab');
    decideAll(world, 'cd', [2]);
    catchUp(world, 0, 2);
    expect(world.marks).toContain('delta-merged 2');
    return world;
  }

  it('(i) a follower whose log is shorter keeps what it had: its snapshot has a and b', () => {
    const forgetsOwn: Partial<Rules> = {
      mergeDelta(state, context, snapshot) {
        state.replica.app = context.machine.initial();
        rules.mergeDelta(state, context, snapshot);
      },
    };
    expect([keysOf(shorter(forgetsOwn), 2), keysOf(shorter({}), 2)]).toEqual(['cd', 'abcd']);
    expect(keysIn(shorter({}).state(2).replica.snapshot?.app)).toBe('abcd');
  });

  it('(i) and has it after a restart, too', () => {
    const world = shorter({});
    world.crash(2);
    world.restart(2);
    expect(keysOf(world, 2)).toBe('abcd');
  });

  /** (ii) A leader is cut off with two entries of its own, while two others are decided. */
  function phantoms(defect: Partial<Rules>): OmniWorld {
    const world = omniWorld({ clients: 3, options, protocol: unjudged(defect) });
    decideAll(world, 'ab');
    world.crash(0);
    elect(world, 2, [0]);
    world.restart(0);
    for (let round = 0; round < 3; round++) beat(world);
    for (const [index, key] of ['p', 'q'].entries()) {
      world.invoke(4 + index, put(key, key), 'linearizable', 2);
      world.settle(({ from, to }) => from === 4 + index && to === 2);
    }
    world.lose();
    expect(logOf(world.state(2))).toEqual(['a', 'b', 'p', 'q']);
    elect(world, 1, [2]);
    for (const key of 'cd') {
      world.invoke(3, put(key, key), 'linearizable', 1);
      world.settle(without(2));
      world.lose();
    }
    for (let round = 0; round < 3; round++) beat(world);
    catchUp(world, 1, 2);
    expect(world.marks).toContain('delta-merged 2');
    return world;
  }

  it('(ii) what nobody decided is in no snapshot', () => {
    const countsFirst: Partial<Rules> = {
      mergeDelta(state, context, snapshot) {
        const end = Math.min(snapshot.length, lengthOf(state.paxos.log));
        while (state.paxos.decidedLength < end) rules.executeNext(state, context);
        rules.mergeDelta(state, context, snapshot);
      },
    };
    expect([keysOf(phantoms(countsFirst), 2), keysOf(phantoms({}), 2)]).toEqual(['abcdpq', 'abcd']);
    expect(logOf(phantoms({}).state(2))).not.toContain('p');
  });
});

describe('36f6913: positions are off by what was compacted', () => {
  it('entries and lengths count from the start of the log, whatever is kept of it', () => {
    const server = loneFollower({ options: { snapshotEvery: 2 } });
    for (const [index, entry] of entries('abcdefg').entries()) {
      server.tell(0, acceptDecide(OLD, index + 1, index, [entry], { decidedLength: index }));
    }
    expect(server.state.paxos.log.first).toBe(4);
    expect(server.values).toEqual(['e', 'f', 'g']);
    expect(server.state.paxos.decidedLength).toBe(6);
    server.tell(0, acceptDecide(OLD, 8, 7, entries('h'), { decidedLength: 7 }));
    expect(server.values).toEqual(['e', 'f', 'g', 'h']);
    const late = prepare(ballotOf(0, 2, 0, 2), {
      acceptedRound: OLD,
      acceptedLength: 6,
      decidedLength: 6,
    });
    const { sync, acceptedLength } = onlyOne('Promise', server.tell(2, late));
    expect(acceptedLength).toBe(8);
    expect(sync).toMatchObject({ snapshot: null, from: 6 });
    expect(valuesIn(sync?.entries ?? [])).toEqual(['g', 'h']);
  });

  it('a restart from what is left finds the same', () => {
    const server = loneFollower({ options: { snapshotEvery: 2 } });
    for (const [index, entry] of entries('abcdefg').entries()) {
      server.tell(0, acceptDecide(OLD, index + 1, index, [entry], { decidedLength: index }));
    }
    server.restart();
    expect(server.state.paxos.log.first).toBe(4);
    expect(server.values).toEqual(['e', 'f', 'g']);
    expect(server.state.paxos.decidedLength).toBe(6);
  });
});
