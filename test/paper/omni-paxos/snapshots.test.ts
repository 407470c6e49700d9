/**
 * The authors' library (haraldng/omnipaxos) on what the paper leaves open: snapshots, complete and
 * delta, and trimming.
 */
import { describe, expect, it } from 'vitest';
import type { DeltaSnapshot } from '../../../protocols/omni-paxos/messages.ts';
import type { Options } from '../../../sim/contract.ts';
import {
  acceptDecide,
  accepted,
  acceptSync,
  ballot,
  CLIENT,
  described,
  entries,
  type LoneServer,
  loneFollower,
  loneLeader,
  onlyOne,
  prepare,
  promise,
  request,
} from '../../protocols/lone-server.ts';
import {
  beat,
  get,
  lastAnswer,
  logOf,
  type OmniWorld,
  omniWorld,
  put,
  without,
  write,
} from '../../protocols/op-world.ts';

const OLD = ballot(1, 0);
const OWN = ballot(1, 1);
const COMPLETE: Options = { snapshotEvery: 2 };
const DELTA: Options = { snapshotEvery: 100, snapshots: 'delta' };

/** A leader that has decided these, each accepted by server 0, one after the other. */
function leaderOf(values: string, options: Options): LoneServer {
  const server = loneLeader({ options });
  for (const [index, entry] of entries(values).entries()) {
    server.tellAll(entry.clientId, entry);
    server.tellAll(0, accepted(OWN, index + 1));
  }
  return server;
}

function syncFor(server: LoneServer, decidedLength: number, acceptedLength = decidedLength) {
  const late = promise(OWN, { acceptedRound: ballot(0, 2), acceptedLength, decidedLength });
  return onlyOne('AcceptSync', server.tellAll(2, late)).sync;
}

/** Keys that a machine has a value for. */
function storeOf(world: OmniWorld, server: number): unknown {
  return world.state(server).replica.app;
}

describe('a snapshot', () => {
  it('is taken of what is decided, every so many entries', () => {
    const server = leaderOf('abc', COMPLETE);
    expect(server.state.replica.snapshot?.length).toBe(2);
    expect(server.marks.filter((mark) => mark === 'snapshot-taken')).toHaveLength(1);
  });

  it('#41: holds nothing that is not decided', () => {
    const server = leaderOf('abcd', COMPLETE);
    server.tellAll(CLIENT, request('undecided'));
    expect(syncFor(server, 0).snapshot).toMatchObject({
      length: 4,
      replicated: { executedCount: 4 },
    });
    expect(server.values.at(-1)).toBe('undecided');
  });

  it('replaces the entries before the one that was taken before it', () => {
    const server = leaderOf('abcde', COMPLETE);
    expect(server.state.paxos.log.first).toBe(2);
    expect(server.values).toEqual(['c', 'd', 'e']);
  });

  it('is on disk, with what it replaces, in one record', () => {
    const server = leaderOf('abcd', COMPLETE);
    const keys = server.lastRecord().map((write) => ('key' in write ? write.key : write.kind));
    expect(keys).toEqual(['snapshot', 'decided', 'trim']);
    server.restart();
    expect(server.state.paxos).toMatchObject({ decidedLength: 4 });
    expect(server.state.replica.app).toEqual(leaderOf('abcd', COMPLETE).state.replica.app);
  });

  it('has what clients were answered: nothing is executed again', () => {
    const server = leaderOf('abcd', COMPLETE);
    server.restart();
    const [asked] = entries('b');
    expect(described(server.tell(asked!.clientId, asked!))).toEqual([
      `Response→${asked!.clientId}`,
    ]);
  });

  it('is never taken where the option says so', () => {
    expect(leaderOf('abcdefgh', { snapshotEvery: 0 }).state.replica.snapshot).toBeNull();
  });
});

describe('whoever is behind', () => {
  it('gets entries, as long as they are kept', () => {
    const server = leaderOf('abcde', COMPLETE);
    expect(syncFor(server, 2)).toMatchObject({ snapshot: null, from: 2 });
  });

  it('gets the whole state where they are not, and the entries after it', () => {
    const server = leaderOf('abcde', COMPLETE);
    const sync = syncFor(server, 1);
    expect(sync).toMatchObject({ snapshot: { kind: 'complete', length: 4 }, from: 4 });
    expect(sync.entries).toHaveLength(1);
    expect(server.marks).toContain('snapshot-sent');
  });

  it('takes the state over, and the entries that go on from it', () => {
    const sync = syncFor(leaderOf('abcde', COMPLETE), 1);
    const server = loneFollower({}, 'ab', 1);
    server.tell(2, prepare(ballot(2, 2)));
    server.tell(2, { ...acceptSync(ballot(2, 2)), sync });
    expect(server.state.paxos).toMatchObject({ decidedLength: 4, log: { first: 4 } });
    expect(server.values).toEqual(['e']);
    expect(server.marks).toContain('snapshot-installed');
    server.restart();
    expect(server.state.paxos.decidedLength).toBe(4);
    expect(server.values).toEqual(['e']);
  });

  it('takes no state that is older than its own, but the entries after that', () => {
    const sync = syncFor(leaderOf('abcde', COMPLETE), 1);
    const server = loneFollower({}, 'abcde', 5);
    server.tell(2, prepare(ballot(2, 2)));
    server.tell(2, { ...acceptSync(ballot(2, 2)), sync });
    expect(server.marks).not.toContain('snapshot-installed');
    expect(server.state.paxos.decidedLength).toBe(5);
  });

  it('may be the leader: a Promise brings the state as well', () => {
    const server = leaderOf('abcde', COMPLETE);
    const sent = server.tell(2, prepare(ballot(2, 2)));
    expect(onlyOne('Promise', sent).sync).toMatchObject({
      snapshot: { kind: 'complete', length: 4 },
      from: 4,
    });
  });

  it('is a server like the others afterwards', () => {
    const world = omniWorld({ clients: 2, options: COMPLETE });
    world.crash(2);
    for (const key of ['x', 'y', 'z']) {
      world.invoke(3, put(`${key}1`, key));
      world.settle();
      write(world, 3, key);
    }
    expect(world.state(0).paxos.log.first).toBeGreaterThan(0);
    world.restart(2);
    for (let round = 0; round < 3; round++) beat(world);
    expect(storeOf(world, 2)).toEqual(storeOf(world, 0));
    expect(world.marks).toContain('snapshot-installed 2');
    write(world, 3, 'after');
    expect(storeOf(world, 2)).toEqual(storeOf(world, 0));
  });
});

describe('a delta snapshot', () => {
  it('is what has changed since so many entries', () => {
    const sync = syncFor(leaderOf('abcd', DELTA), 1);
    expect(sync).toMatchObject({ snapshot: { kind: 'delta', since: 1, length: 4 }, from: 4 });
  });

  it('is made by who has those entries; otherwise the whole state is sent', () => {
    const server = leaderOf('abcde', { ...DELTA, snapshotEvery: 2 });
    expect(syncFor(server, 1).snapshot?.kind).toBe('complete');
    expect(syncFor(leaderOf('abcde', { ...DELTA, snapshotEvery: 2 }), 2).snapshot?.kind).toBe(
      'delta',
    );
  });

  it('is not made of what is not decided', () => {
    const server = leaderOf('abc', DELTA);
    server.tellAll(CLIENT, request('undecided'));
    const sync = syncFor(server, 1);
    expect(sync).toMatchObject({ snapshot: { length: 3 }, from: 3 });
    expect(sync.entries).toHaveLength(1);
  });

  it('is merged into the state after exactly as many entries', () => {
    const { server, delta } = halfway();
    server.tell(2, {
      ...acceptSync(ballot(2, 2)),
      sync: { snapshot: delta, from: 4, entries: [] },
    });
    expect(server.marks).toContain('delta-merged');
    expect(server.state.replica.app).toEqual(leaderOf('abcd', DELTA).state.replica.app);
    expect(server.state.paxos.decidedLength).toBe(4);
    server.restart();
    expect(server.state.replica.app).toEqual(leaderOf('abcd', DELTA).state.replica.app);
  });

  it.each([0, 2])(
    'that goes on from %i entries is not merged after one: it begins anew',
    (since) => {
      const { server, delta } = halfway();
      const other = { ...delta, since };
      const sent = server.tell(2, {
        ...acceptSync(ballot(2, 2)),
        sync: { snapshot: other, from: 4, entries: [] },
      });
      expect(described(sent)).toEqual(['PrepareRequest→2']);
      expect(server.state.paxos.decidedLength).toBe(1);
      expect(server.marks).not.toContain('delta-merged');
    },
  );

  it('is not sent unless the option says so', () => {
    expect(syncFor(leaderOf('abcd', { snapshotEvery: 100 }), 1).snapshot).toBeNull();
  });
});

/** A follower of server 2 that has decided one entry, and a delta from there to the fourth. */
function halfway(): { server: LoneServer; delta: DeltaSnapshot } {
  const { snapshot } = syncFor(leaderOf('abcd', DELTA), 1);
  if (snapshot?.kind !== 'delta') throw new Error('this is no delta');
  const server = loneFollower({ options: DELTA }, 'a', 1);
  server.tell(2, prepare(ballot(2, 2)));
  return { server, delta: snapshot };
}

describe('trimming', () => {
  const TRIM: Options = { snapshotEvery: 2, compaction: 'trim' };

  it('keeps entries until all members have accepted them', () => {
    const server = leaderOf('abcdef', TRIM);
    expect(server.state.paxos.log.first).toBe(0);
    server.tellAll(2, promise(OWN));
    server.tellAll(2, accepted(OWN, 6));
    expect(server.state.replica.snapshot?.length).toBe(6);
    server.tellAll(0, accepted(OWN, 6));
    server.tellAll(CLIENT, request('g'));
    server.tellAll(0, accepted(OWN, 7));
    expect(server.state.paxos.log.first).toBe(6);
    expect(server.marks).toContain('log-trimmed');
  });

  it('#131: goes no further than a snapshot of what is executed', () => {
    const server = loneFollower({ options: TRIM });
    for (const [index, entry] of entries('abcd').entries()) {
      server.tell(0, acceptDecide(OLD, index + 1, index, [entry], { decidedLength: index }));
    }
    server.tell(0, { type: 'Trim', ballot: OLD, length: 4 });
    expect(server.state.paxos).toMatchObject({ decidedLength: 3, log: { first: 2 } });
    expect(server.values).toEqual(['c', 'd']);
  });

  it('is told by the leader, and done by whoever has a snapshot of as much', () => {
    const server = loneFollower({ options: TRIM });
    for (const [index, entry] of entries('abc').entries()) {
      server.tell(0, acceptDecide(OLD, index + 1, index, [entry], { decidedLength: index }));
    }
    expect(server.state.replica.snapshot?.length).toBe(2);
    server.tell(0, { type: 'Trim', ballot: OLD, length: 1 });
    expect(server.state.paxos.log.first).toBe(0);
    server.tell(0, { type: 'Trim', ballot: ballot(1, 2), length: 2 });
    expect(server.state.paxos.log.first).toBe(0);
    server.tell(0, { type: 'Trim', ballot: OLD, length: 2 });
    expect(server.state.paxos.log.first).toBe(2);
  });

  it('is the same on all servers at last, and loses nothing', () => {
    const world = omniWorld({ options: TRIM });
    write(world, 3, 'a', 'b', 'c', 'd', 'e');
    for (const server of [0, 1, 2]) expect(world.state(server).paxos.log.first).toBe(4);
    for (const server of [0, 1, 2]) expect(logOf(world.state(server))).toEqual(['e']);
    world.invoke(3, get());
    world.settle();
    expect(lastAnswer(world)).toBe('e');
  });

  it('waits for a member that is cut off', () => {
    const world = omniWorld({ options: TRIM });
    for (const value of ['a', 'b', 'c', 'd', 'e']) {
      world.invoke(3, put(value));
      world.settle(without(2));
    }
    for (const server of [0, 1]) expect(world.state(server).paxos.log.first).toBe(0);
  });
});
