/** What Multi-Paxos claims to survive, and to whom it owes progress. */
import { describe, expect, it } from 'vitest';
import { claims } from '../../protocols/multi-paxos/claims.ts';
import { optionSchema } from '../../protocols/multi-paxos/options.ts';
import { initialState, type PaxosState } from '../../protocols/multi-paxos/state.ts';
import { completeOptions } from '../../scenarios/assemble.ts';
import type { Claims, ClusterView, Loss, NodeId, Options, Owed } from '../../sim/contract.ts';

const CLIENT = 5;
const NODES = [0, 1, 2, 3, 4];
/** What it is when nothing is owed, and the words that say why. */
function nobody(why: RegExp): Owed {
  return { clients: [], replicas: [], whyNone: expect.stringMatching(why) };
}
const TOO_FEW = /^too few of the members .* were up and linked$/;
const DISTURBED = /^other replicas could send to/;
const ALL = { clients: [CLIENT], replicas: NODES };

function claimsWith(options: Options = {}, replicas = 5): Claims<PaxosState> {
  return claims(completeOptions(optionSchema, options), replicas);
}

interface Situation {
  readonly down?: readonly NodeId[];
  readonly paused?: readonly NodeId[];
  readonly retired?: readonly NodeId[];
  readonly damaged?: readonly NodeId[];
  /** Links that take nothing, as `[from, to]`. */
  readonly cut?: readonly (readonly [NodeId, NodeId])[];
  /** Links that take messages, but lose or delay some. */
  readonly rough?: readonly (readonly [NodeId, NodeId])[];
  /** Members as all nodes know them; all five unless told. */
  readonly members?: readonly NodeId[];
  /** Members that will take over, as node 0 knows. */
  readonly next?: readonly NodeId[];
  readonly requested?: readonly (readonly NodeId[])[];
}

/** Five nodes and a client. */
function view(situation: Situation = {}): ClusterView<PaxosState> {
  const { down = [], paused = [], retired = [], damaged = [], cut = [], rough = [] } = situation;
  const { members = NODES, next, requested = [] } = situation;
  const includes = (links: typeof cut, from: NodeId, to: NodeId): boolean =>
    links.some(([a, b]) => a === from && b === to);
  return {
    cluster: { replicas: NODES, clients: [CLIENT], options: {} },
    now: 0,
    requestedMembers: requested,
    stateOf(replica) {
      if (down.includes(replica)) return undefined;
      const state = initialState(replica, 5, members);
      state.acceptor.isRetired = retired.includes(replica);
      if (next !== undefined && replica === 0) {
        state.replica.configurations = [
          { first: 1, members },
          { first: 17, members: next },
        ];
      }
      return state;
    },
    crashesOf: () => 0,
    isUp: (node) => !down.includes(node),
    isPaused: (node) => paused.includes(node),
    isConnected: (from, to) => !includes(cut, from, to),
    isSound: (from, to) => !includes(cut, from, to) && !includes(rough, from, to),
    clockOf: () => 0,
    isDamaged: (replica) => damaged.includes(replica),
    messagesInFlight: () => [],
  };
}

/** Both ways between every node of the one group and every one of the other. */
function between(one: readonly NodeId[], other: readonly NodeId[]): [NodeId, NodeId][] {
  return one.flatMap((a) =>
    other.flatMap((b): [NodeId, NodeId][] => [
      [a, b],
      [b, a],
    ]),
  );
}

function survived(by: Claims<PaxosState>, situation: Situation = {}): Loss[] {
  const losses: Loss[] = ['memory', 'disk', 'record', 'unnoticed', 'clock', 'omission', 'lies'];
  return losses.filter((loss) => by.survives(loss, 0, view(situation)));
}

describe('the claims on what is survived', () => {
  it('a crash costs nothing that was durable', () => {
    expect(claimsWith().durable).toBe(true);
  });

  it('crashes of any number, clocks of any kind, damage that the disk shows', () => {
    expect(survived(claimsWith())).toEqual(['memory', 'record', 'clock', 'omission']);
    expect(survived(claimsWith(), { down: [1, 2, 3, 4] })).toContain('memory');
  });

  it('clocks only within their bound, under a lease', () => {
    expect(survived(claimsWith({ readMode: 'lease' }))).not.toContain('clock');
    for (const readMode of ['log', 'read-index', 'quorum']) {
      expect(survived(claimsWith({ readMode }))).toContain('clock');
    }
  });

  it('damage to as many disks as leave the quorums their votes', () => {
    expect(survived(claimsWith(), { damaged: [1] })).toContain('record');
    expect(survived(claimsWith(), { retired: [1] })).toContain('record');
    expect(survived(claimsWith(), { damaged: [1], retired: [2] })).not.toContain('record');
    expect(claimsWith().survives('record', 1, view({ damaged: [1], retired: [2] }))).toBe(true);
  });

  it('damage only to those that the larger quorum can do without', () => {
    expect(survived(claimsWith({ phase2Quorum: 2 }))).toContain('record');
    expect(survived(claimsWith({ phase2Quorum: 2 }), { damaged: [1] })).not.toContain('record');
    expect(survived(claimsWith({ phase2Quorum: 1 }))).not.toContain('record');
    expect(survived(claimsWith({ phase2Quorum: 5 }))).not.toContain('record');
  });

  it('damage only where every configuration, now or asked for, can do without', () => {
    expect(survived(claimsWith(), { members: [1, 2, 3], damaged: [4] })).toContain('record');
    expect(survived(claimsWith(), { next: [0, 1] })).not.toContain('record');
    expect(survived(claimsWith(), { requested: [[0, 1]] })).not.toContain('record');
  });
});

describe('the claims on progress', () => {
  const majority = claimsWith();

  it('owe it to all while nothing is wrong', () => {
    expect(majority.owes(view())).toEqual(ALL);
  });

  it('owe it to those that run, as long as they are a majority of the members', () => {
    expect(majority.owes(view({ down: [0, 1] })).replicas).toEqual([2, 3, 4]);
    expect(majority.owes(view({ down: [0], paused: [1] })).replicas).toEqual([2, 3, 4]);
    expect(majority.owes(view({ down: [0, 1, 2] }))).toEqual(nobody(TOO_FEW));
    expect(majority.owes(view({ down: NODES }))).toEqual(nobody(/^nobody was up$/));
  });

  it('owe a node whose vote is lost what was decided, if the others are enough', () => {
    expect(majority.owes(view({ retired: [0, 1] }))).toEqual(ALL);
    expect(majority.owes(view({ retired: [0, 1, 2] }))).toEqual(nobody(/kept their promises/));
  });

  it('owe it to both quorums only: the larger one has to be there', () => {
    const flexible = claimsWith({ phase2Quorum: 2 });
    expect(flexible.owes(view({ down: [0] })).replicas).toEqual([1, 2, 3, 4]);
    expect(flexible.owes(view({ down: [0, 1] }))).toEqual(nobody(TOO_FEW));
  });

  it('owe it to the majority side of a split, and to clients that all of it can talk to', () => {
    const cut = between([0, 1], [2, 3, 4]);
    expect(majority.owes(view({ cut }))).toEqual({ clients: [CLIENT], replicas: [2, 3, 4] });
    const alone = [...cut, [CLIENT, 4] as const];
    expect(majority.owes(view({ cut: alone }))).toEqual({ clients: [], replicas: [2, 3, 4] });
  });

  it('owe it to those who do not hear one that cannot be heard', () => {
    const cut = [1, 2, 3, 4].map((other) => [0, other] as const);
    expect(majority.owes(view({ cut })).replicas).toEqual([1, 2, 3, 4]);
  });

  it('owe it to nobody where one is heard that hears nothing: it preempts every leader', () => {
    const cut = [1, 2, 3, 4].map((other) => [other, 0] as const);
    expect(majority.owes(view({ cut }))).toEqual(nobody(DISTURBED));
  });

  it('owe it to nobody where some leaders are not heard by all, though others would be', () => {
    expect(majority.owes(view({ cut: between([0, 1], [3, 4]) }))).toEqual(nobody(DISTURBED));
    expect(majority.owes(view({ cut: [[1, 0]] }))).toEqual(nobody(DISTURBED));
  });

  it('owe it to nobody while one that can disturb has rough links', () => {
    const rough = between([0], [1, 2, 3, 4]);
    expect(majority.owes(view({ rough }))).toEqual(nobody(DISTURBED));
    expect(majority.owes(view({ rough, down: [0] })).replicas).toEqual([1, 2, 3, 4]);
  });

  it('owe it where the members of every known configuration have their quorums', () => {
    expect(majority.owes(view({ members: [0, 1, 2], down: [3, 4] })).replicas).toEqual([0, 1, 2]);
    const changing = { members: [0, 1, 2], next: [2, 3, 4] };
    expect(majority.owes(view({ ...changing, down: [1, 4] })).replicas).toEqual([0, 2, 3]);
    expect(majority.owes(view({ ...changing, down: [3, 4] }))).toEqual(nobody(TOO_FEW));
  });

  it('owe it where those that operators have asked for have theirs, too', () => {
    const asked = { members: [0, 1, 2], requested: [[2, 3, 4]] };
    expect(majority.owes(view(asked))).toEqual(ALL);
    expect(majority.owes(view({ ...asked, down: [3, 4] }))).toEqual(
      nobody(/^an operator had asked for the members n2 n3 n4: /),
    );
  });

  it('are bounded by the patience of nodes, leases and clients', () => {
    const within = (options: Options, replicas = 5): number =>
      claimsWith(options, replicas).progressWithin;
    const usual = within({});
    expect(within({ leaderTimeout: 500_000 })).toBeGreaterThan(usual);
    expect(within({ leaseDuration: 500_000 })).toBeGreaterThan(usual);
    expect(within({ clientRetry: 500_000 })).toBeGreaterThan(usual);
    expect(within({}, 7)).toBeGreaterThan(usual);
  });
});
