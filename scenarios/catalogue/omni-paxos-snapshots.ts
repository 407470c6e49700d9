/** D16 and D17: what a server gets that lacks more than entries, or has others. */
import type { Options } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import { drawQuick } from './omni-paxos-options.ts';
import { AFTERMATH, busyThrough, PATIENCE, servedIn } from './patience.ts';
import { defineScenario, MILLISECOND, type Scenario, scripted } from './scenario.ts';

const MS = MILLISECOND;

/** Entries are gone after a few, so that no delta can be made for who is far behind. */
const COMPACTED: Options = { snapshots: 'delta', compaction: 'local', snapshotEvery: 4 };
/** All entries are kept, so that a delta can be made for anybody. */
const KEPT: Options = { snapshots: 'delta', snapshotEvery: 0 };

const compactedFollower = defineScenario({
  protocol: 'op',
  name: 'compacted-follower',
  title: 'D16: a follower is behind what others have compacted',
  about:
    'one of three servers is cut off while the others decide and compact more than it has; ' +
    'deltas are on, and none can be made for it',
  expects: 'it gets the whole state',
  world: (stream) => {
    const at = stream.between(60, 100) * MS;
    const lasts = PATIENCE + stream.below(100 * MS);
    const node = stream.below(3);
    const others = [0, 1, 2].filter((each) => each !== node);
    const cut = { at, fault: 'partition', groups: [[node], others], lasts } as const;
    return scripted(stream, [cut], {
      operations: 160,
      ...busyThrough(at + lasts + PATIENCE),
      options: drawQuick(stream),
      fixed: COMPACTED,
      expect: {
        marks: ['snapshot-taken', 'snapshot-sent', 'snapshot-installed'],
        windows: [servedIn('two of three', at + PATIENCE / 2, lasts - PATIENCE / 2)],
      },
    });
  },
});

const compactedLeader = defineScenario({
  protocol: 'op',
  name: 'compacted-leader',
  title: 'D16: a new leader is behind what others have compacted',
  about:
    'one of five servers misses what the leader does; then the leader is cut off, and the others ' +
    'can talk to that one only; deltas are on, and none can be made for it',
  expects: 'it is elected all the same, and gets the whole state with a promise',
  world: (stream) => {
    const at = stream.between(80, 120) * MS;
    const lag = 120 * MS;
    const lasts = lag + 2 * PATIENCE;
    const node = stream.between(1, 3);
    const faults: PlannedFault[] = [
      { at, fault: 'constrained-election', node, leader: 'leader', lag, lasts },
    ];
    return scripted(stream, faults, {
      replicas: 5,
      operations: 200,
      ...busyThrough(at + lasts + PATIENCE),
      options: drawQuick(stream),
      fixed: COMPACTED,
      expect: {
        marks: ['snapshot-sent', 'snapshot-installed', 'log-adopted'],
        windows: [servedIn('its log was old', at + lag + AFTERMATH, 2 * PATIENCE - AFTERMATH)],
      },
    });
  },
});

const deltaForTheLate = defineScenario({
  protocol: 'op',
  name: 'delta-for-the-late',
  title: 'D17: what a late follower has is kept',
  about: 'one of three servers is cut off for a while, and gets what has changed since',
  expects: 'it has what was decided before as well: its sessions read keys that no delta was about',
  world: (stream) => {
    const at = stream.between(60, 100) * MS;
    const lasts = PATIENCE + stream.below(100 * MS);
    const node = stream.below(3);
    const others = [0, 1, 2].filter((each) => each !== node);
    const cut = { at, fault: 'partition', groups: [[node], others], lasts } as const;
    return scripted(stream, [cut], {
      // Many keys, of which few change meanwhile; and reads from the late server's own state.
      operations: 240,
      keys: 24,
      mix: { get: 60, put: 40 },
      sequential: 70,
      ...busyThrough(at + lasts + PATIENCE),
      options: drawQuick(stream),
      fixed: KEPT,
      expect: {
        marks: ['delta-sent', 'delta-merged'],
        windows: [servedIn('two of three', at + PATIENCE / 2, lasts - PATIENCE / 2)],
      },
    });
  },
});

const deltaForPhantoms = defineScenario({
  protocol: 'op',
  name: 'delta-for-phantoms',
  title: 'D17: what a leader appended alone is gone',
  about:
    'whoever leads is cut off with two clients, and appends what they ask for; the others decide ' +
    'other entries meanwhile, and it gets what these have changed',
  expects: 'nothing of its own entries is in its state: all servers have the same',
  world: (stream) => {
    const at = stream.between(60, 100) * MS;
    const lasts = PATIENCE + AFTERMATH + stream.below(100 * MS);
    // Servers are 0 to 2, clients 3 to 6.
    const groups = [
      ['leader' as const, 3, 4],
      [0, 1, 2, 5, 6],
    ];
    const cut = { at, fault: 'partition', groups, lasts } as const;
    return scripted(stream, [cut], {
      clients: 4,
      operations: 160,
      keys: 2,
      mix: { get: 20, put: 50, delete: 20, cas: 10 },
      ...busyThrough(at + lasts + PATIENCE),
      options: drawQuick(stream),
      fixed: { ...KEPT, window: 64 },
      expect: {
        marks: ['stepped-down', 'delta-sent', 'delta-merged'],
        windows: [
          { ...servedIn('the others', at + PATIENCE / 2, lasts - PATIENCE / 2), clients: [2, 3] },
          { ...servedIn('heard again', at + lasts, PATIENCE), clients: [0, 1] },
        ],
      },
    });
  },
});

export const snapshotScripts: readonly Scenario[] = [
  compactedFollower,
  compactedLeader,
  deltaForTheLate,
  deltaForPhantoms,
];
