/** Scripted scenarios of Multi-Paxos: leaders, quorums, windows, snapshots and disks. */
import type { Options } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import { demonstrations } from './demonstrations.ts';
import { indices } from './division.ts';
import { handSessions } from './hand-sessions.ts';
import { damagedDisk } from './members.ts';
import { memberScripts } from './multi-paxos-members.ts';
import { drawQuick } from './multi-paxos-options.ts';
import {
  AFTERMATH,
  both,
  busyThrough,
  FAST,
  IMPATIENT,
  PATIENCE,
  returning,
  SLOW,
  servedIn,
  silent,
} from './patience.ts';
import { skewed } from './profiles.ts';
import { defineScenario, MILLISECOND, type Scenario, scripted } from './scenario.ts';

const MS = MILLISECOND;

const demonstrated = demonstrations({
  protocol: 'mp',
  options: drawQuick,
  durable: {},
  marks: { restarted: () => 'restarted-from-disk', unreadable: 'unreadable-dropped' },
  hasSequentialReads: true,
});

const byHand = handSessions(
  {
    protocol: 'mp',
    options: drawQuick,
    marks: { joined: ['configuration-in-force'], snapshot: 'snapshot-taken' },
  },
  ['kill-one', 'unpause', 'five-then-five', 'reconfigure', 'auto-reconfigure', 'broken-link'],
);

/** Leases that outlast the patience of the others, who would lead too early without them. */
function drawLongLeases(stream: Stream, [least, most]: readonly [number, number]): Options {
  const leaderTimeout = stream.between(least, most) * MS;
  return {
    ...drawQuick(stream),
    readMode: 'lease',
    leaderTimeout,
    leaderSpread: leaderTimeout,
    heartbeatInterval: Math.floor(leaderTimeout / 4),
    leaseDuration: 3 * leaderTimeout,
  };
}

/** Many clients, often idle, then patient: some wait for the old leader while another one leads. */
const IDLE_READERS = { clients: 16, operations: 96, keys: 1, mix: { get: 70, put: 30 } };
const PATIENT: Options = { clientRetry: 60 * MS };

const pausedLeader = defineScenario({
  protocol: 'mp',
  name: 'paused-leader',
  title: 'A leader under a lease is paused',
  about:
    'many clients read now and then; whoever leads answers under its lease, is paused until ' +
    'another one leads, and for a moment hears clients only when it goes on',
  expects: 'the old leader answers nothing from its old state, for its lease has run out',
  world: (stream) => {
    const at = stream.between(60, 160) * MS;
    const lasts = stream.between(140, 180) * MS;
    const deafFor = lasts + stream.between(5, 30) * MS;
    const faults: PlannedFault[] = [
      { at, fault: 'pause', node: 'leader', lasts },
      { at, fault: 'partition', groups: [['leader'], [0, 1, 2]], lasts: deafFor },
    ];
    return scripted(stream, faults, {
      ...IDLE_READERS,
      ...busyThrough(at + lasts + PATIENCE),
      profile: skewed,
      fixed: { ...drawLongLeases(stream, [8, 15]), ...PATIENT },
      expect: {
        marks: ['read-under-lease', 'stepped-down'],
        windows: [
          servedIn('under the other leader', at + lasts - 40 * MS, 40 * MS),
          servedIn('both awake', at + lasts + AFTERMATH, PATIENCE - AFTERMATH),
        ],
      },
    });
  },
});

/** These clients can talk to the old leader only, and the others to everybody else. */
const ITS_CLIENTS = indices(8);
const OTHERS = ITS_CLIENTS.map((client) => ITS_CLIENTS.length + client);
const ASKING = ITS_CLIENTS.length + OTHERS.length;

/** What was on its way when a link was cut, and the reply to it, arrive within this. */
const ON_ITS_WAY = 5 * MS;

/** How long after a cut a lease is certainly there, or gone, and refused to others (Micros). */
interface LeaseTimes {
  readonly heldUntil: number;
  readonly overFrom: number;
  readonly refusedUntil: number;
}

/**
 * A lease is counted on for a fifth less, and granted for a fifth more, than it lasts; both from
 * the last heartbeat on that has arrived, and on clocks that gain or lose as much.
 */
function leaseTimes({ leaseDuration, heartbeatInterval }: Options): LeaseTimes {
  const held = SLOW * Number(leaseDuration);
  const granted = FAST * Number(leaseDuration);
  const earlier = Number(heartbeatInterval) / SLOW + ON_ITS_WAY;
  return {
    heldUntil: Math.floor(held / FAST - earlier),
    overFrom: Math.ceil(held / SLOW) + ON_ITS_WAY,
    refusedUntil: Math.floor(granted / FAST - earlier),
  };
}

const isolatedLeader = defineScenario({
  protocol: 'mp',
  name: 'isolated-leader',
  title: 'A leader under a lease is cut off from the other nodes, not from its clients',
  about:
    'whoever leads hears half of the clients and nobody else, on clocks that differ as much as ' +
    'leases allow for',
  expects:
    'the old leader answers reads until its lease ends, and no writes; no other one leads before ' +
    'that, and then another one does',
  world: (stream, { replicas = 3, clients = ASKING }) => {
    const at = stream.between(60, 160) * MS;
    const whole = at + PATIENCE + AFTERMATH;
    const options = drawLongLeases(stream, [12, 18]);
    const { heldUntil, overFrom, refusedUntil } = leaseTimes(options);
    const asking = indices(clients).map((client) => replicas + client);
    const half = Math.floor(clients / 2);
    const groups = [
      ['leader' as const, ...asking.slice(0, half)],
      [...indices(replicas), ...asking.slice(half)],
    ];
    const cut = { at, fault: 'partition', groups, lasts: whole - at } as const;
    const its = { clients: ITS_CLIENTS };
    const others = { clients: OTHERS };
    return scripted(stream, [cut], {
      clients: ASKING,
      // So that somebody asks the old leader while its lease lasts, whatever the clocks make of it.
      operations: 2_000,
      keys: 1,
      mix: { get: 80, put: 20 },
      ...busyThrough(whole + PATIENCE),
      profile: skewed,
      fixed: { ...options, ...IMPATIENT },
      expect: {
        marks: ['read-under-lease', 'stepped-down'],
        windows: [
          returning('under its lease', at + ON_ITS_WAY, at + heldUntil, { ...its, kind: 'reads' }),
          silent('no majority', at + ON_ITS_WAY, whole, { ...its, kind: 'writes' }),
          silent('its lease has run out', at + overFrom, whole, its),
          silent('no other leader yet', at + ON_ITS_WAY, at + refusedUntil, others),
          ...both('another leader', at + PATIENCE, AFTERMATH, others),
          returning('heard again', whole + AFTERMATH, whole + PATIENCE, its),
        ],
      },
    });
  },
});

const frozenLeader = defineScenario({
  protocol: 'mp',
  name: 'frozen-leader',
  title: 'A leader whose clock stands still is cut off with a client',
  about:
    'the clock of node 0, which leads, stands still, so that it sends no heartbeats by itself; ' +
    'then it is cut off together with client 0; all clients ask now and then',
  expects:
    'the old leader answers nothing: the last round that a quorum has answered began before the ' +
    'read arrived; the other clients are served, and all are when it is back',
  world: (stream) => {
    const frozen = stream.between(60, 120) * MS;
    const cut = frozen + stream.between(3, 10) * MS;
    const lasts = 2 * PATIENCE + stream.below(100 * MS);
    const back = cut + lasts;
    // Nodes are 0 to 2, clients 3 to 8.
    const groups = [
      [0, 3],
      [1, 2, 4, 5, 6, 7, 8],
    ];
    const stands = back - frozen + stream.below(40 * MS);
    const faults: PlannedFault[] = [
      { at: frozen, fault: 'clock-freeze', node: 0, lasts: stands },
      { at: cut, fault: 'partition', groups, lasts },
    ];
    // What was on its way when the link was cut may still arrive.
    const alone = { from: cut + 5 * MS, until: back };
    return scripted(stream, faults, {
      clients: 6,
      operations: 72,
      keys: 1,
      mix: { get: 60, put: 40 },
      ...busyThrough(back + PATIENCE),
      options: drawQuick(stream),
      fixed: { readMode: 'read-index' },
      expect: {
        marks: ['read-confirmed', 'stepped-down'],
        windows: [
          { about: 'cut off', ...alone, clients: [0], atMost: 0 },
          { ...servedIn('the others', cut + PATIENCE, PATIENCE), clients: [1, 2, 3, 4, 5] },
          { ...servedIn('back', back + AFTERMATH, PATIENCE), clients: [0] },
          { ...servedIn('back', back + AFTERMATH, PATIENCE), clients: [1, 2, 3, 4, 5] },
        ],
      },
    });
  },
});

const duellingLeaders = defineScenario({
  protocol: 'mp',
  name: 'duelling-leaders',
  title: 'Two leaders preempt each other',
  about: 'nodes 0 and 1 do not hear each other, and both are heard by node 2: each wants to lead',
  expects: 'each preempts the other through node 2; once they hear each other, one leads',
  world: (stream) => {
    const at = stream.between(60, 160) * MS;
    const lasts = PATIENCE + stream.below(100 * MS);
    const faults: PlannedFault[] = [
      { at, fault: 'one-way', from: [0], to: [1], lasts },
      { at, fault: 'one-way', from: [1], to: [0], lasts },
    ];
    return scripted(stream, faults, {
      ...busyThrough(at + lasts + 2 * PATIENCE),
      options: drawQuick(stream),
      expect: {
        marks: ['preempted', 'stepped-down'],
        windows: [servedIn('one leader again', at + lasts + PATIENCE, PATIENCE)],
      },
    });
  },
});

const flexibleQuorum = defineScenario({
  protocol: 'mp',
  name: 'flexible-quorum',
  title: 'Flexible quorums: two of five decide, four of five elect',
  about:
    'phase 2 needs two of five nodes; three of them go down, then the leader restarts, and later ' +
    'the three come back',
  expects:
    'the leader and one other go on; a leader that restarts has to be elected anew, which ' +
    'waits for the three',
  world: (stream) => {
    const down = stream.between(60, 120) * MS;
    const restart = down + 120 * MS;
    const back = restart + PATIENCE;
    const faults: PlannedFault[] = [
      ...[2, 3, 4].map((node) => ({
        at: down,
        fault: 'crash' as const,
        node,
        lasts: back - down,
      })),
      { at: restart, fault: 'crash', node: 0, lasts: stream.between(5, 40) * MS },
    ];
    return scripted(stream, faults, {
      replicas: 5,
      operations: 160,
      ...busyThrough(back + 2 * PATIENCE),
      options: drawQuick(stream),
      // A quorum read asks as many as an election does: it would wait, and its client with it.
      fixed: { phase2Quorum: 2, readMode: stream.pick(['log', 'read-index', 'lease']) },
      expect: {
        windows: [
          {
            about: 'leader and one more',
            from: down + 5 * MS,
            until: restart,
            kind: 'writes',
            atLeast: 1,
          },
          { about: 'no leader', from: restart + 5 * MS, until: back, kind: 'writes', atMost: 0 },
          servedIn('elected', back + PATIENCE, PATIENCE),
        ],
      },
    });
  },
});

const laggard = defineScenario({
  protocol: 'mp',
  name: 'laggard',
  title: 'A laggard gets a snapshot',
  about: 'node 2 is cut off from the others for more slots than they keep decisions of',
  expects: 'nobody has the decisions that it lacks any more: it gets the state itself',
  world: (stream) => {
    const at = stream.between(40, 80) * MS;
    const cut = { at, fault: 'partition', groups: [[2], [0, 1]], lasts: 300 * MS } as const;
    return scripted(stream, [cut], {
      operations: 160,
      ...busyThrough(at + 300 * MS + PATIENCE),
      options: drawQuick(stream),
      fixed: { snapshotEvery: stream.between(2, 5) },
      expect: { marks: ['snapshot-taken', 'snapshot-installed'] },
    });
  },
});

const fullWindow = defineScenario({
  protocol: 'mp',
  name: 'full-window',
  title: 'A slow acceptor fills the window',
  about:
    'all of three acceptors have to accept, few slots may be open, and the disk of one takes its ' +
    'time while six clients ask',
  expects: 'requests wait until a slot is decided; all are answered, no faster than the disk',
  world: (stream) => {
    const at = stream.between(40, 80) * MS;
    const by = stream.between(10, 20) * MS;
    const node = stream.below(3);
    const window = stream.between(1, 3);
    const slow = { from: at + AFTERMATH, until: at + PATIENCE };
    const span = at + PATIENCE + 400 * MS;
    const operations = 200;
    // One slot after the other is written; some of the window were so when the time begins.
    const most = Math.ceil((slow.until - slow.from) / by) + window;
    return scripted(stream, [{ at, fault: 'slow-disk', node, by, lasts: PATIENCE }], {
      clients: 6,
      operations,
      busyFor: 200 * MS,
      span,
      options: drawQuick(stream),
      fixed: { phase2Quorum: 3, batchSize: 1, window, readMode: 'log' },
      expect: {
        marks: ['window-full'],
        windows: [
          { about: 'slow', ...slow, atLeast: 1, atMost: most },
          { about: 'in the end', from: 0, until: span, atLeast: operations },
        ],
      },
    });
  },
});

const retiredAcceptor = damagedDisk({
  protocol: 'mp',
  title: 'A node finds its disk damaged',
  about: 'a record of one of three nodes rots, and the node restarts and cannot read it',
  expects: 'its acceptor retires, for it may have forgotten a promise; the others go on',
  marks: ['acceptor-retired'],
  others: 'two acceptors',
  drawOptions: drawQuick,
});

export const multiPaxosScripts: readonly Scenario[] = [
  ...demonstrated,
  ...byHand,
  pausedLeader,
  isolatedLeader,
  frozenLeader,
  duellingLeaders,
  flexibleQuorum,
  ...memberScripts,
  laggard,
  fullWindow,
  retiredAcceptor,
];
