/** What Viewstamped Replication claims to survive, and to whom it owes progress. */
import { describe, expect, it } from 'vitest';
import { claims } from '../../protocols/viewstamped-replication/claims.ts';
import { optionSchema } from '../../protocols/viewstamped-replication/options.ts';
import {
  initialReplicaState,
  type ReplicaState,
} from '../../protocols/viewstamped-replication/state.ts';
import type { Claims, ClusterView, Loss, Options, OptionValue, Owed } from '../../sim/contract.ts';

const CLIENT = 5;

function options(durability: string): Options {
  const complete: { [name: string]: OptionValue } = {};
  for (const option of optionSchema) complete[option.name] = option.default;
  return { ...complete, durability };
}

const diskless = claims(options('diskless'), 5);
const durable = claims(options('durable'), 5);

interface Situation {
  readonly down?: readonly number[];
  readonly recovering?: readonly number[];
  readonly damaged?: readonly number[];
  /** Links that take nothing, as `[from, to]`. */
  readonly cut?: readonly (readonly [number, number])[];
  /** Links that take messages, but lose or delay some. */
  readonly rough?: readonly (readonly [number, number])[];
}

/** Five replicas and a client. */
function view(situation: Situation = {}): ClusterView<ReplicaState> {
  const { down = [], recovering = [], damaged = [], cut = [], rough = [] } = situation;
  const includes = (links: typeof cut, from: number, to: number): boolean =>
    links.some(([a, b]) => a === from && b === to);
  return {
    cluster: { replicas: [0, 1, 2, 3, 4], clients: [CLIENT], options: {} },
    now: 0,
    stateOf: (replica) => {
      if (down.includes(replica)) return undefined;
      const state = initialReplicaState(replica, 5);
      if (recovering.includes(replica)) state.status = 'recovering';
      return state;
    },
    crashesOf: () => 0,
    isUp: (node) => !down.includes(node),
    isPaused: () => false,
    isConnected: (from, to) => !includes(cut, from, to),
    isSound: (from, to) => !includes(cut, from, to) && !includes(rough, from, to),
    clockOf: () => 0,
    requestedMembers: [],
    isDamaged: (replica) => damaged.includes(replica),
    messagesInFlight: () => [],
  };
}

/** Both ways between every node of the one group and every one of the other. */
function between(one: readonly number[], other: readonly number[]): [number, number][] {
  return one.flatMap((a) =>
    other.flatMap((b): [number, number][] => [
      [a, b],
      [b, a],
    ]),
  );
}

function survived(by: Claims<ReplicaState>, situation: Situation): Loss[] {
  const losses: Loss[] = ['memory', 'disk', 'record', 'unnoticed', 'omission', 'lies'];
  return losses.filter((loss) => by.survives(loss, 0, view(situation)));
}

describe('the claims on what is survived', () => {
  it('diskless: at most f replicas may be down or recovering at once', () => {
    expect(diskless.durable).toBe(false);
    expect(survived(diskless, { down: [1] })).toContain('memory');
    expect(survived(diskless, { recovering: [1] })).toContain('memory');
    expect(survived(diskless, { down: [1], recovering: [2] })).not.toContain('memory');
    expect(diskless.survives('memory', 1, view({ recovering: [1, 2] }))).toBe(true);
  });

  it('diskless: nothing that happens to the disk, where the marker of a first boot is', () => {
    expect(survived(diskless, {})).toEqual(['memory', 'omission']);
  });

  it('durable: any number of replicas may crash', () => {
    expect(durable.durable).toBe(true);
    expect(survived(durable, { down: [1, 2, 3, 4] })).toContain('memory');
  });

  it('durable: damage that the disk shows, but not a disk that has forgotten', () => {
    expect(survived(durable, {})).toEqual(['memory', 'record', 'omission']);
  });

  it('durable: at most f disks may be damaged or not yet recovered from', () => {
    expect(survived(durable, { damaged: [1] })).toContain('record');
    expect(survived(durable, { recovering: [1] })).toContain('record');
    expect(survived(durable, { damaged: [1], recovering: [2] })).not.toContain('record');
    expect(durable.survives('record', 1, view({ damaged: [1], recovering: [2] }))).toBe(true);
  });

  it('durable: damage while others are down, whose disks are as they left them', () => {
    expect(survived(durable, { down: [1, 2, 3, 4] })).toContain('record');
  });
});

describe('the claims on progress', () => {
  const nobody = (why: RegExp): Owed => {
    return { clients: [], replicas: [], whyNone: expect.stringMatching(why) };
  };
  const TOO_FEW = /^too few replicas were up and linked$/;
  const WITHOUT_STATE = /too few had their state, or others could disturb them$/;
  const all = { clients: [CLIENT], replicas: [0, 1, 2, 3, 4] };

  it('owe it to a majority that takes part', () => {
    expect(durable.owes(view())).toEqual(all);
    expect(durable.owes(view({ down: [0, 1] })).replicas).toEqual([2, 3, 4]);
    expect(durable.owes(view({ down: [0, 1, 2] }))).toEqual(nobody(TOO_FEW));
  });

  it('owe a recovering replica its state if f + 1 others have theirs', () => {
    for (const mode of [diskless, durable]) {
      expect(mode.owes(view({ recovering: [1, 2] }))).toEqual(all);
      expect(mode.owes(view({ recovering: [0, 1, 2] }))).toEqual(nobody(WITHOUT_STATE));
    }
    const cut = between([1], [2, 3]);
    const owed = diskless.owes(view({ recovering: [1], cut }));
    expect(owed.replicas).toEqual([0, 4]);
  });

  it('owe it to the majority side of a split, and to clients that all of it can talk to', () => {
    const cut = between([0, 1], [2, 3, 4]);
    expect(durable.owes(view({ cut }))).toEqual({ clients: [CLIENT], replicas: [2, 3, 4] });
    const alone = [...cut, [CLIENT, 4] as const];
    expect(durable.owes(view({ cut: alone }))).toEqual({ clients: [], replicas: [2, 3, 4] });
  });

  it('owe it to those who do not hear one that cannot be heard', () => {
    const cut = [1, 2, 3, 4].map((other) => [0, other] as const);
    expect(durable.owes(view({ cut })).replicas).toEqual([1, 2, 3, 4]);
  });

  it('owe it to nobody where one is heard that hears nothing: it changes the view for all', () => {
    const cut = [1, 2, 3, 4].map((other) => [other, 0] as const);
    expect(durable.owes(view({ cut }))).toEqual(nobody(WITHOUT_STATE));
  });

  it('owe it across a bridge: when its turn comes to lead, everybody hears it', () => {
    // The others may agree or not: one that leads an old view need not hear of the new one.
    const cut = between([0, 1], [3, 4]);
    expect(durable.owes(view({ cut }))).toEqual({ clients: [CLIENT], replicas: [2] });
  });

  it('owe it over a link that works one way only, if both ends hear a majority', () => {
    const owed = durable.owes(view({ cut: [[1, 0]] }));
    expect(owed).toEqual({ clients: [CLIENT], replicas: [2, 3, 4] });
  });

  it('owe it to nobody where one is heard by those that it does not hear: it may lead', () => {
    const cut = [1, 2, 3].map((other) => [other, 0] as const);
    expect(durable.owes(view({ cut }))).toEqual(nobody(WITHOUT_STATE));
    expect(durable.owes(view({ cut: between([0], [1, 2, 3]) })).replicas).toEqual([4]);
  });

  it('owe it to nobody where no replica is heard by all', () => {
    const ring = [...between([0], [2, 3]), ...between([1], [3, 4]), ...between([2], [4])];
    expect(durable.owes(view({ cut: ring }))).toEqual(nobody(WITHOUT_STATE));
    const chain = [...ring, ...between([0], [4])];
    expect(durable.owes(view({ cut: chain }))).toEqual(nobody(WITHOUT_STATE));
  });

  it('owe it to nobody where one replica alone hears a majority: no other can report', () => {
    const spokes = [...between([0], [1, 2, 3]), ...between([1], [2, 3]), ...between([2], [3])];
    expect(durable.owes(view({ cut: spokes }))).toEqual(nobody(WITHOUT_STATE));
  });

  it('owe it to nobody while one that can disturb has rough links', () => {
    const rough = between([0], [1, 2, 3, 4]);
    expect(durable.owes(view({ rough }))).toEqual(nobody(WITHOUT_STATE));
    expect(durable.owes(view({ rough, down: [0] })).replicas).toEqual([1, 2, 3, 4]);
  });

  it('are bounded by the timeouts, and by the number of views until the right one', () => {
    const patient = { ...options('diskless'), viewChangeTimeout: 500_000 };
    expect(claims(patient, 5).progressWithin).toBeGreaterThan(diskless.progressWithin);
    expect(claims(options('diskless'), 7).progressWithin).toBeGreaterThan(diskless.progressWithin);
  });
});
