/** Scenarios of Viewstamped Replication, from calm to chaos. */
import type { Options } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import { demonstrations } from './demonstrations.ts';
import { indices } from './division.ts';
import { forgetfulVotes, forgottenVote, outdatedReport } from './forgotten-votes.ts';
import { genericScenarios } from './generic.ts';
import { handSessions } from './hand-sessions.ts';
import { partialConnectivity } from './partial-connectivity.ts';
import { busyThrough, returning, servedIn, silent } from './patience.ts';
import { saturated } from './saturated.ts';
import {
  defineScenario,
  MILLISECOND,
  profileNamed,
  SAFE,
  type Scenario,
  scripted,
  type World,
} from './scenario.ts';
import { drawTimeouts, storms } from './storms.ts';

const DURABLE: Options = { durability: 'durable' };
const DISKLESS: Options = { durability: 'diskless' };
const MS = MILLISECOND;

/** Both modes, and timeouts short enough for several view changes in one run. */
function drawOptions(stream: Stream): Options {
  const viewChangeTimeout = stream.between(10, 50) * MS;
  return {
    durability: stream.pick(['diskless', 'durable']),
    viewChangeTimeout,
    viewChangeSpread: Math.floor(viewChangeTimeout / stream.between(2, 5)),
    heartbeatInterval: Math.floor(viewChangeTimeout / stream.between(3, 6)),
    clientRetry: stream.between(10, 60) * MS,
    giveUpAfter: stream.below(4) === 0 ? stream.between(40, 200) * MS : 0,
  };
}

const SHORTEST = 4 * MS;

/** Both modes, and timeouts of every kind from a few messages' time on. */
function drawExtremes(stream: Stream): Options {
  const durability = stream.pick(['diskless', 'durable']);
  const shortest = durability === 'durable' ? 2 * SHORTEST : SHORTEST;
  const longest = stream.pick([2, 5, 12]) * shortest;
  return { durability, ...drawTimeouts(stream, stream.between(shortest, longest)) };
}

const generic = genericScenarios({
  protocol: 'vr',
  replicas: [3, 3, 3, 3, 5, 5, 4, 2, 7],
  options: drawOptions,
  extremes: drawExtremes,
  machines: ['register', 'counter', 'list'],
  beyond: ['amnesia', 'lying-fsync', 'reconfigure'],
});

/** Timeouts short enough for a view change within the patience of scripts. */
function drawQuick(stream: Stream): Options {
  return {
    durability: stream.pick(['diskless', 'durable']),
    viewChangeTimeout: stream.between(15, 25) * MS,
    viewChangeSpread: 10 * MS,
    heartbeatInterval: 4 * MS,
    clientRetry: 20 * MS,
  };
}

/** D2 is among the sessions by hand. */
const demonstrated = demonstrations(
  {
    protocol: 'vr',
    options: drawQuick,
    durable: DURABLE,
    marks: { restarted: () => 'restarted-from-disk', unreadable: 'unreadable-dropped' },
    hasSequentialReads: false,
    load: { clients: 4, operations: 240 },
  },
  [
    'single-node',
    'no-majority',
    'availability-3',
    'availability-5',
    'node-restart',
    'cluster-restart',
    'random-faults',
    'unreadable-messages',
  ],
);

const byHand = handSessions({ protocol: 'vr', options: drawQuick }, [
  'kill-one',
  'unpause',
  'broken-link',
]);

/** By default a silent primary is noticed within 70 ms, and clients ask again after 60 ms. */
const NOTICED = 140 * MS;
const AWAY = 200 * MS;

const primaryCrash = defineScenario({
  protocol: 'vr',
  name: 'primary-crash',
  title: 'D13: the primary crashes',
  about: 'the primary of view 0 crashes under load and comes back while its successor serves',
  expects:
    'a view change elects another primary, which serves; the old one rejoins; nothing is lost',
  world: (stream) => {
    const at = stream.between(50, 150) * MS;
    return scripted(stream, [{ at, fault: 'crash', node: 0, lasts: AWAY }], {
      ...busyThrough(at + AWAY + NOTICED),
      options: { durability: stream.pick(['diskless', 'durable']) },
      expect: {
        marks: ['view-change-completed'],
        windows: [
          servedIn('under its successor', at + NOTICED, AWAY - NOTICED),
          servedIn('the old one is back', at + AWAY, NOTICED),
        ],
      },
    });
  },
});

/** These clients can talk to the old primary only, and the others to everybody else. */
const ITS_CLIENTS = [0, 1];

const primaryIsolated = defineScenario({
  protocol: 'vr',
  name: 'primary-isolated',
  title: 'The primary is isolated',
  about:
    'the primary is cut off from the other replicas, but not from two of four clients, and comes ' +
    'back',
  expects: 'the others elect a new primary; the old one answers nothing; nothing is lost',
  world: (stream, { replicas = 3, clients = 4 }) => {
    const at = stream.between(50, 150) * MS;
    // Time enough for another view change, if the first one comes to nothing.
    const back = at + 2 * AWAY;
    const asking = indices(clients).map((client) => replicas + client);
    const half = Math.floor(clients / 2);
    const groups = [
      [0, ...asking.slice(0, half)],
      [...indices(replicas).slice(1), ...asking.slice(half)],
    ];
    return scripted(stream, [{ at, fault: 'partition', groups, lasts: back - at }], {
      clients: 4,
      ...busyThrough(back + 2 * NOTICED),
      options: { durability: stream.pick(['diskless', 'durable']) },
      expect: {
        marks: ['view-change-completed'],
        windows: [
          silent('the old primary', at + 5 * MS, back, { clients: ITS_CLIENTS }),
          returning('a new one', at + NOTICED, back, { clients: [2, 3] }),
          returning('heard again', back, back + 2 * NOTICED, { clients: ITS_CLIENTS }),
        ],
      },
    });
  },
});

const oneWayCut = defineScenario({
  protocol: 'vr',
  name: 'one-way-cut',
  title: 'A one-way cut',
  about: 'the primary is heard but does not hear, or hears but is not heard',
  expects: SAFE,
  world: (stream) => {
    const isDeaf = stream.below(2) === 0;
    const cut = isDeaf ? { from: [1, 2], to: [0] } : { from: [0], to: [1, 2] };
    const at = stream.between(50, 150) * MS;
    return scripted(stream, [{ at, fault: 'one-way', ...cut, lasts: 200 * MS }], {
      options: { durability: stream.pick(['diskless', 'durable']) },
    });
  },
});

const majorityRestart = defineScenario({
  protocol: 'vr',
  name: 'majority-restart',
  title: 'A majority crashes and restarts',
  about: 'durable mode: three of five replicas crash within a few milliseconds and come back',
  expects: 'no progress while they are down, and nothing acknowledged is lost',
  world: (stream) => {
    // By then each client has asked for something, so that there is something on the disks.
    const at = stream.between(60, 150) * MS;
    const victims = stream.shuffle([0, 1, 2, 3, 4]).slice(0, 3);
    const faults = victims.map((node, i) => ({
      at: at + i * stream.between(0, 3) * MS,
      fault: 'crash' as const,
      node,
      lasts: 100 * MS + stream.below(100 * MS),
    }));
    // The last one crashes 6 ms after the first at most, and what was on its way arrives by then.
    const down = { from: at + 10 * MS, until: at + 100 * MS };
    return scripted(stream, faults, {
      replicas: 5,
      fixed: DURABLE,
      expect: {
        marks: ['restarted-from-disk'],
        windows: [silent('two of five', down.from, down.until)],
      },
    });
  },
});

const recoveryUnderLoad = defineScenario({
  protocol: 'vr',
  name: 'recovery-under-load',
  title: 'D13: recovery under load',
  about: 'diskless mode: replicas lose their memory one after the other while clients write',
  expects: 'each recovers with a fresh nonce from the others, and nothing is lost',
  world: (stream) => {
    const order = stream.shuffle([0, 1, 2]);
    const faults = order.map((node, i) => ({
      at: (60 + i * 150) * MS + stream.below(40 * MS),
      fault: 'crash' as const,
      node,
      lasts: stream.between(5, 40) * MS,
    }));
    return scripted(stream, faults, {
      span: 600 * MS,
      operations: 120,
      fixed: DISKLESS,
      expect: { marks: ['recovery-completed'] },
    });
  },
});

const laggingBackup = defineScenario({
  protocol: 'vr',
  name: 'lagging-backup',
  title: 'D13: a lagging backup',
  about: 'a backup misses many Prepares behind a partition and then hears of later ones',
  expects: 'state transfer brings it up to date without losing what it held',
  world: (stream) =>
    scripted(
      stream,
      [{ at: 50 * MS, fault: 'partition', groups: [[0, 1], [2]], lasts: 150 * MS }],
      {
        options: { durability: stream.pick(['diskless', 'durable']) },
        fixed: { viewChangeTimeout: 400 * MS },
        expect: { marks: ['missing-entries-received'] },
      },
    ),
});

const interruptedTransfer = defineScenario({
  protocol: 'vr',
  name: 'interrupted-transfer',
  title: 'A state transfer is interrupted by a view change',
  about:
    'replica 2 is behind, sleeps through the change to view 1 and hears of it; before its state ' +
    'arrives the primary of view 1 dies, and the old one, which missed the start, is left with it',
  expects:
    'where it comes to all of that, the log of view 0 wins, for replica 2 still counts as one of ' +
    'view 0; nothing is lost in any case',
  world: (stream) => {
    const changing = { mark: 'view-change-started', node: 1, nth: 1, after: 0 };
    const elected = { mark: 'primary-elected', node: 1, nth: 1, after: 0 };
    const asleep = stream.between(1, 6) * MS;
    const dies = { ...elected, after: asleep + stream.below(4 * MS) };
    const behind = stream.between(8, 16) * MS;
    const faults: PlannedFault[] = [
      { at: 40 * MS, fault: 'slow', from: [0], to: [2], by: behind, lasts: 100 * MS },
      { at: 60 * MS, fault: 'one-way', from: [0], to: [1], lasts: stream.between(22, 42) * MS },
      { when: changing, fault: 'partition', groups: [[2], [0, 1]], lasts: 18 * MS },
      { when: elected, fault: 'partition', groups: [[2], [0, 1]], lasts: asleep },
      { when: elected, fault: 'one-way', from: [1], to: [0], lasts: 2 * asleep },
      { when: dies, fault: 'crash', node: 1, lasts: 120 * MS },
    ];
    return scripted(stream, faults, {
      clients: 6,
      operations: stream.between(200, 400),
      span: 300 * MS,
      options: { durability: stream.pick(['diskless', 'durable']) },
      fixed: { viewChangeTimeout: 20 * MS, viewChangeSpread: 5 * MS, heartbeatInterval: 3 * MS },
    });
  },
});

const rollingRestart = defineScenario({
  protocol: 'vr',
  name: 'rolling-restart',
  title: 'A rolling restart',
  about: 'every replica is restarted in turn, the primary among them',
  expects: SAFE,
  world: (stream, { replicas: asked }) => {
    const drawn = stream.pick([3, 5]);
    const replicas = asked ?? drawn;
    const faults = Array.from({ length: replicas }, (_, node) => ({
      at: (40 + node * 90) * MS,
      fault: 'crash' as const,
      node,
      lasts: stream.between(5, 30) * MS,
    }));
    return scripted(stream, faults, {
      replicas,
      options: { durability: stream.pick(['diskless', 'durable']) },
    });
  },
});

const clockSkew = defineScenario({
  protocol: 'vr',
  name: 'clock-skew',
  title: 'Skewed clocks',
  about: 'clocks are offset and drift by up to 20 %, so timeouts fire out of step',
  expects: SAFE,
  world: (stream) => ({
    replicas: 5,
    clients: 3,
    operations: 80,
    span: 400 * MS,
    profile: profileNamed('clocks'),
    options: drawOptions(stream),
  }),
});

/** Chaos on a machine whose answers depend on everything that came before: nothing goes unseen. */
function chaosOn(machine: string, name: string, mix: World['mix']): Scenario {
  return defineScenario({
    protocol: 'vr',
    name,
    title: `Chaos on the ${machine} machine`,
    about: 'all faults at once; every read shows the whole past',
    expects: SAFE,
    world: (stream) => ({
      replicas: 3,
      clients: 3,
      operations: 60,
      span: 300 * MS,
      keys: 0,
      machine,
      ...(mix === undefined ? {} : { mix }),
      profile: profileNamed('chaos'),
      options: drawOptions(stream),
    }),
  });
}

const clients = defineScenario({
  protocol: 'vr',
  name: 'clients',
  title: 'D14: what clients go through',
  about: 'lost and duplicated requests and replies, a primary that moved, clients that crash',
  expects: 'each operation is executed at most once, whoever asks how often',
  world: (stream) => {
    const crashes = Array.from({ length: stream.between(3, 9) }, (_, index) => ({
      at: stream.between(50, 350) * MS,
      fault: 'client-crash' as const,
      client: index % 3,
      lasts: stream.between(1, 20) * MS,
    }));
    const moved = { at: 150 * MS, fault: 'crash', node: 0, lasts: 100 * MS } as const;
    const profile = profileNamed(stream.pick(['lossy', 'stragglers']));
    return scripted(stream, [...crashes, moved], {
      profile,
      options: { durability: stream.pick(['diskless', 'durable']) },
      fixed: { clientRetry: 15 * MS },
      expect: { marks: ['client-retried', 'client-recovery-completed'] },
    });
  },
});

export const viewstampedReplicationScenarios: readonly Scenario[] = [
  ...generic,
  primaryCrash,
  primaryIsolated,
  oneWayCut,
  majorityRestart,
  recoveryUnderLoad,
  laggingBackup,
  interruptedTransfer,
  rollingRestart,
  clockSkew,
  clients,
  chaosOn('counter', 'counter', { add: 60, read: 40 }),
  chaosOn('list', 'append-list', { append: 60, read: 40 }),
  forgetfulVotes,
  forgottenVote,
  outdatedReport,
  ...demonstrated,
  ...byHand,
  ...storms,
  ...partialConnectivity('vr'),
  ...saturated('vr'),
];
