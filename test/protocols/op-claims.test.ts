/** What OmniPaxos claims to survive, and to whom it owes progress. */
import { describe, expect, it } from 'vitest';
import { ballotOf } from '../../protocols/omni-paxos/ballot.ts';
import { claims } from '../../protocols/omni-paxos/claims.ts';
import { optionSchema } from '../../protocols/omni-paxos/options.ts';
import { initialState, type OmniState } from '../../protocols/omni-paxos/state.ts';
import { completeOptions } from '../../scenarios/assemble.ts';
import type { Claims, ClusterView, Loss, NodeId, Options, Owed } from '../../sim/contract.ts';

const CLIENT = 5;
const NODES = [0, 1, 2, 3, 4];
const ALL = { clients: [CLIENT], replicas: NODES };
const MEMORY: Options = { durability: 'memory' };

/** What it is when nothing is owed, and the words that say why. */
function nobody(why: RegExp): Owed {
  return { clients: [], replicas: [], whyNone: expect.stringMatching(why) };
}
const NO_QUORUM = /^no server was linked with enough others/;
const CHANGING = /^operators had asked for other members/;

function claimsWith(options: Options = {}, replicas = 5): Claims<OmniState> {
  return claims(completeOptions(optionSchema, options), replicas);
}

interface Situation {
  readonly down?: readonly NodeId[];
  readonly paused?: readonly NodeId[];
  readonly retired?: readonly NodeId[];
  readonly damaged?: readonly NodeId[];
  readonly crashed?: readonly NodeId[];
  /** Links that take nothing, as `[from, to]`. */
  readonly cut?: readonly (readonly [NodeId, NodeId])[];
  /** Links that take messages, but lose or delay some. */
  readonly rough?: readonly (readonly [NodeId, NodeId])[];
  /** Members as all servers know them; all five unless told. */
  readonly members?: readonly NodeId[];
  /** Those of a later configuration, of which server 0 has heard. */
  readonly next?: readonly NodeId[];
  readonly requested?: readonly (readonly NodeId[])[];
  readonly leading?: NodeId;
}

/** Five servers and a client. */
function view(situation: Situation = {}): ClusterView<OmniState> {
  const { down = [], paused = [], retired = [], damaged = [], crashed = [] } = situation;
  const { cut = [], rough = [], members = NODES, next, requested = [], leading } = situation;
  const includes = (links: typeof cut, from: NodeId, to: NodeId): boolean =>
    links.some(([a, b]) => a === from && b === to);
  return {
    cluster: { replicas: NODES, clients: [CLIENT], options: {} },
    now: 0,
    requestedMembers: requested,
    stateOf(replica) {
      if (down.includes(replica)) return undefined;
      const state = initialState(replica, 5, members, {});
      state.paxos.isRetired = retired.includes(replica);
      if (replica === leading) state.leader.ballot = ballotOf(1, 1, 0, replica);
      if (next !== undefined && replica === 0) {
        state.migration.latest = { id: 1, from: 3, members: next };
      }
      return state;
    },
    crashesOf: (replica) => (crashed.includes(replica) ? 1 : 0),
    isUp: (node) => !down.includes(node),
    isPaused: (node) => paused.includes(node),
    isConnected: (from, to) => !includes(cut, from, to),
    isSound: (from, to) => !includes(cut, from, to) && !includes(rough, from, to),
    clockOf: () => 0,
    isDamaged: (replica) => damaged.includes(replica),
    messagesInFlight: () => [],
  };
}

/** Both ways between every server of the one group and every one of the other. */
function between(one: readonly NodeId[], other: readonly NodeId[]): [NodeId, NodeId][] {
  return one.flatMap((a) =>
    other.flatMap((b): [NodeId, NodeId][] => [
      [a, b],
      [b, a],
    ]),
  );
}

/** All pairs but those of these links. */
function only(...links: readonly (readonly [NodeId, NodeId])[]): [NodeId, NodeId][] {
  const isKept = (a: NodeId, b: NodeId): boolean =>
    links.some(([from, to]) => (from === a && to === b) || (from === b && to === a));
  return NODES.flatMap((a) =>
    NODES.flatMap((b): [NodeId, NodeId][] => (a === b || isKept(a, b) ? [] : [[a, b]])),
  );
}

function survived(by: Claims<OmniState>, situation: Situation = {}): Loss[] {
  const losses: Loss[] = ['memory', 'disk', 'record', 'unnoticed', 'clock', 'omission', 'lies'];
  return losses.filter((loss) => by.survives(loss, 0, view(situation)));
}

describe('the claims on what is survived', () => {
  it('crashes of any number, clocks of any kind, damage that the disk shows', () => {
    expect(claimsWith().durable).toBe(true);
    expect(survived(claimsWith())).toEqual(['memory', 'record', 'clock', 'omission']);
    expect(survived(claimsWith(), { down: [1, 2, 3, 4] })).toContain('memory');
  });

  it('clocks only within their bound, under a lease', () => {
    const leased = claimsWith({ readMode: 'lease', driftBound: 77 });
    expect(survived(leased)).not.toContain('clock');
    expect(leased.driftMax).toBe(77);
    for (const readMode of ['log', 'read-index']) {
      expect(survived(claimsWith({ readMode }))).toContain('clock');
      expect(claimsWith({ readMode }).driftMax).toBeUndefined();
    }
  });

  it('damage to as many disks as leave the quorums their votes', () => {
    expect(survived(claimsWith(), { damaged: [1] })).toContain('record');
    expect(survived(claimsWith(), { retired: [1] })).toContain('record');
    expect(survived(claimsWith(), { damaged: [1], retired: [2] })).not.toContain('record');
    expect(claimsWith().survives('record', 1, view({ damaged: [1], retired: [2] }))).toBe(true);
  });

  it('damage only to those that the larger of both quorums can do without', () => {
    expect(survived(claimsWith({ acceptQuorum: 2 }))).toContain('record');
    expect(survived(claimsWith({ acceptQuorum: 2 }), { damaged: [1] })).not.toContain('record');
    for (const acceptQuorum of [1, 5]) {
      expect(survived(claimsWith({ acceptQuorum }))).not.toContain('record');
    }
  });

  it('damage only where every configuration, now or asked for, can do without', () => {
    expect(survived(claimsWith(), { members: [1, 2, 3], damaged: [4] })).toContain('record');
    expect(survived(claimsWith(), { next: [0, 1] })).not.toContain('record');
    expect(survived(claimsWith(), { requested: [[0, 1]] })).not.toContain('record');
  });

  it('in memory mode, crashes of as many as leave the quorums their votes, for good', () => {
    const memory = claimsWith(MEMORY);
    expect(memory.durable).toBe(false);
    expect(survived(memory)).toContain('memory');
    expect(survived(memory, { crashed: [1] })).toContain('memory');
    expect(survived(memory, { crashed: [1, 2] })).not.toContain('memory');
    expect(survived(memory, { crashed: [1], retired: [2] })).not.toContain('memory');
    expect(memory.survives('memory', 1, view({ crashed: [1, 2] }))).toBe(true);
  });
});

describe('the claims on progress', () => {
  const majority = claimsWith();

  it('owe it to all while nothing is wrong', () => {
    expect(majority.owes(view())).toEqual(ALL);
  });

  it('owe it to those that run, as long as one of them reaches a majority', () => {
    expect(majority.owes(view({ down: [0, 1] })).replicas).toEqual([2, 3, 4]);
    expect(majority.owes(view({ down: [0], paused: [1] })).replicas).toEqual([2, 3, 4]);
    expect(majority.owes(view({ down: [0, 1, 2] }))).toEqual(nobody(NO_QUORUM));
    expect(majority.owes(view({ down: NODES }))).toEqual(nobody(NO_QUORUM));
  });

  it('owe servers without a vote what was decided, if the others are enough', () => {
    expect(majority.owes(view({ retired: [0, 1] }))).toEqual(ALL);
    expect(majority.owes(view({ retired: [0, 1, 2] }))).toEqual(nobody(NO_QUORUM));
    const memory = claimsWith(MEMORY);
    expect(memory.owes(view({ crashed: [0, 1] }))).toEqual(ALL);
    expect(memory.owes(view({ crashed: [0, 1, 2] }))).toEqual(nobody(NO_QUORUM));
  });

  it('owe it where both quorums are there: the larger one counts', () => {
    const flexible = claimsWith({ acceptQuorum: 2 });
    expect(flexible.owes(view({ down: [0] })).replicas).toEqual([1, 2, 3, 4]);
    expect(flexible.owes(view({ down: [0, 1] }))).toEqual(nobody(NO_QUORUM));
  });

  it('owe nothing to those who cannot reach a leader with as many as accept', () => {
    const flexible = claimsWith({ acceptQuorum: 2 });
    const cut = between([0], [2, 3, 4]);
    expect(flexible.owes(view({ cut, leading: 0 })).replicas).toEqual([1]);
    expect(flexible.owes(view({ cut })).replicas).toEqual([1, 2, 3, 4]);
    const alone = [...cut, ...between([0], [1])];
    expect(flexible.owes(view({ cut: alone, leading: 0 })).replicas).toEqual([1, 2, 3, 4]);
    expect(majority.owes(view({ cut, leading: 0 })).replicas).toEqual([1, 2, 3, 4]);
  });

  it('owe it to the larger side of a split, and to clients that reach all that may lead', () => {
    const cut = between([0, 1], [2, 3, 4]);
    expect(majority.owes(view({ cut }))).toEqual({ clients: [CLIENT], replicas: [2, 3, 4] });
    const alone = [...cut, [CLIENT, 4] as const];
    expect(majority.owes(view({ cut: alone }))).toEqual({ clients: [], replicas: [2, 3, 4] });
  });

  it('owe it to clients that cannot reach who cannot lead', () => {
    const cut = [...between([0, 1], [2, 3, 4]), [CLIENT, 0] as const];
    expect(majority.owes(view({ cut })).clients).toEqual([CLIENT]);
  });
});

describe('the claims on progress where servers are connected in part', () => {
  const majority = claimsWith();

  it('quorum-loss: it is owed to all, for all reach the hub', () => {
    const cut = only([2, 0], [2, 1], [2, 3], [2, 4]);
    expect(majority.owes(view({ cut }))).toEqual(ALL);
  });

  it('constrained: it is owed to all but the one that is cut off', () => {
    const cut = only([2, 1], [2, 3], [2, 4]);
    expect(majority.owes(view({ cut })).replicas).toEqual([1, 2, 3, 4]);
  });

  it('chained: it is owed to whoever reaches all three, each of whom may lead', () => {
    const line = { members: [0, 1, 2], cut: between([0], [2]) };
    expect(majority.owes(view(line))).toEqual({ clients: [CLIENT], replicas: [1, 3, 4] });
  });

  it('a link that works one way only is none', () => {
    const cut: [NodeId, NodeId][] = [1, 2, 3, 4].map((other) => [0, other]);
    expect(majority.owes(view({ cut })).replicas).toEqual([1, 2, 3, 4]);
    const deaf: [NodeId, NodeId][] = [1, 2, 3, 4].map((other) => [other, 0]);
    expect(majority.owes(view({ cut: deaf })).replicas).toEqual([1, 2, 3, 4]);
  });

  it('over rough links one may come to lead, and nobody has to be reached by them', () => {
    const rough = between([0], [1, 2, 3, 4]);
    expect(majority.owes(view({ rough })).replicas).toEqual([]);
    expect(majority.owes(view({ rough, down: [0] })).replicas).toEqual([1, 2, 3, 4]);
  });
});

describe('the claims on progress while members change', () => {
  const majority = claimsWith();

  it('count those of every configuration that any server knows of', () => {
    expect(majority.owes(view({ members: [0, 1, 2], down: [3, 4] })).replicas).toEqual([0, 1, 2]);
    const changing = { members: [0, 1, 2], next: [2, 3, 4] };
    expect(majority.owes(view({ ...changing, down: [1, 4] })).replicas).toEqual([0, 2, 3]);
    expect(majority.owes(view({ ...changing, down: [3, 4] }))).toEqual(nobody(NO_QUORUM));
  });

  it('count those that operators have asked for, too', () => {
    const asked = { members: [0, 1, 2], requested: [[2, 3, 4]] };
    expect(majority.owes(view(asked))).toEqual(ALL);
    expect(majority.owes(view({ ...asked, down: [3, 4] }))).toEqual(nobody(NO_QUORUM));
  });

  it('want old and new members to reach each other: entries go from any to any', () => {
    const asked = { members: [0, 1, 2], requested: [[2, 3, 4]] };
    expect(majority.owes(view({ ...asked, cut: between([0], [4]) }))).toEqual(nobody(CHANGING));
  });

  it('are bounded by the waits of servers, leases and clients', () => {
    const within = (options: Options, replicas = 5): number =>
      claimsWith(options, replicas).progressWithin;
    const usual = within({});
    const longer: Options = {
      electionTimeout: 500_000,
      leaseDuration: 500_000,
      resendInterval: 500_000,
      gapPatience: 500_000,
      migrationRetry: 500_000,
      flushAfter: 500_000,
      clientRetry: 500_000,
    };
    for (const [name, value = 0] of Object.entries(longer)) {
      expect(within({ [name]: value })).toBeGreaterThan(usual);
    }
    expect(within({}, 7)).toBeGreaterThan(usual);
  });
});
