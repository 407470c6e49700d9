/** Scenarios of Viewstamped Replication, from calm to chaos. */
import type { Options } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import { genericScenarios } from './generic.ts';
import {
  defineScenario,
  MILLISECOND,
  profileNamed,
  SAFE,
  type Scenario,
  type World,
} from './scenario.ts';

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

/** A scripted scenario: its own faults at fixed times, its operations drawn by the seed. */
function scripted(stream: Stream, faults: readonly PlannedFault[], more: Partial<World>): World {
  return {
    replicas: 3,
    clients: 3,
    operations: stream.between(60, 100),
    span: 500 * MS,
    keys: 2,
    profile: profileNamed('calm'),
    faults,
    ...more,
  };
}

const generic = genericScenarios({ protocol: 'vr', replicas: [3, 3, 5], options: drawOptions });

const primaryCrash = defineScenario({
  protocol: 'vr',
  name: 'primary-crash',
  title: 'D13: the primary crashes',
  about: 'the primary of view 0 crashes under load and comes back while its successor serves',
  expects: 'a view change elects the next replica; the old primary rejoins; nothing is lost',
  world: (stream) =>
    scripted(
      stream,
      [{ at: stream.between(50, 150) * MS, fault: 'crash', node: 0, lasts: 200 * MS }],
      {
        options: { durability: stream.pick(['diskless', 'durable']) },
        expect: { marks: ['view-change-completed'] },
      },
    ),
});

const primaryIsolated = defineScenario({
  protocol: 'vr',
  name: 'primary-isolated',
  title: 'The primary is isolated',
  about: 'the primary is cut off from the other replicas, but not from clients, and comes back',
  expects: 'the others elect a new primary; the old one answers nothing; nothing is lost',
  world: (stream) =>
    scripted(
      stream,
      [
        {
          at: stream.between(50, 150) * MS,
          fault: 'partition',
          groups: [[0], [1, 2]],
          lasts: 200 * MS,
        },
      ],
      {
        options: { durability: stream.pick(['diskless', 'durable']) },
        expect: { marks: ['view-change-completed'] },
      },
    ),
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
    const at = stream.between(50, 150) * MS;
    const victims = stream.shuffle([0, 1, 2, 3, 4]).slice(0, 3);
    const faults = victims.map((node, i) => ({
      at: at + i * stream.between(0, 3) * MS,
      fault: 'crash' as const,
      node,
      lasts: 100 * MS + stream.below(100 * MS),
    }));
    return scripted(stream, faults, {
      replicas: 5,
      fixed: DURABLE,
      expect: { marks: ['restarted-from-disk'] },
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

const rollingRestart = defineScenario({
  protocol: 'vr',
  name: 'rolling-restart',
  title: 'A rolling restart',
  about: 'every replica is restarted in turn, the primary among them',
  expects: SAFE,
  world: (stream) => {
    const replicas = stream.pick([3, 5]);
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

const clients = defineScenario({
  protocol: 'vr',
  name: 'clients',
  title: 'D14: what clients go through',
  about: 'lost and duplicated requests and replies, a primary that moved, clients that crash',
  expects: 'each operation is executed at most once, whoever asks how often',
  world: (stream) => {
    const crashes = [0, 1, 2].map((client) => ({
      at: stream.between(50, 350) * MS,
      fault: 'client-crash' as const,
      client,
      lasts: stream.between(1, 20) * MS,
    }));
    const moved = { at: 150 * MS, fault: 'crash', node: 0, lasts: 100 * MS } as const;
    const profile = profileNamed('lossy');
    return scripted(stream, [...crashes, moved], {
      profile,
      options: { durability: stream.pick(['diskless', 'durable']) },
      fixed: { clientRetry: 15 * MS },
      expect: { marks: ['client-retried', 'client-recovery-completed'] },
    });
  },
});

/** Marks around which a replica that forgets is at its most dangerous. */
const VOTES = [
  'view-change-started',
  'view-change-reported',
  'view-change-completed',
  'primary-elected',
  'one-ack-short',
  'recovery-completed',
  'recovery-completed',
  'state-transfer-started',
  'state-transfer-completed',
];

/** Half of the crashes strike at a vote, half at any time; downtimes are of a few messages. */
function drawAmnesia(stream: Stream, replicas: number, span: number): PlannedFault[] {
  const lasts = stream.between(100, stream.pick([1_000, 5_000, 20_000]));
  if (stream.below(4) === 0) {
    const alone = stream.below(replicas);
    const all = Array.from({ length: replicas }, (_, node) => node);
    const groups = [[alone], all.filter((node) => node !== alone)];
    return [{ at: stream.below(span), fault: 'partition', groups, lasts: 4 * lasts }];
  }
  if (stream.below(2) === 0) {
    return [{ at: stream.below(span), fault: 'crash', node: stream.below(replicas), lasts }];
  }
  const when = {
    mark: stream.pick(VOTES),
    nth: 1 + stream.below(12),
    after: stream.pick([0, stream.below(3 * MS), stream.below(20 * MS)]),
  };
  return [{ when, fault: 'crash', node: 'it', lasts }];
}

/**
 * A replica votes and crashes; its vote reaches some of the others, and those when it is back and
 * has forgotten it. Sends of the step in which the mark is reached are the first to be slow.
 */
function drawForgottenVote(stream: Stream, replicas: number): PlannedFault[] {
  const mark = stream.pick(['view-change-started', 'view-change-reported']);
  const nth = 1 + stream.below(6);
  const at = (after: number): Pick<PlannedFault, 'when'> => ({ when: { mark, nth, after } });
  const order = stream.shuffle(Array.from({ length: replicas }, (_, node) => node));
  const reached = 1 + stream.below(replicas);
  const after = 1 + stream.below(500);
  const vote = { from: ['it' as const], lasts: after };
  const by = stream.between(4, 60) * MS;
  return [
    { ...at(0), fault: 'slow', ...vote, to: order.slice(0, reached), by },
    { ...at(0), fault: 'one-way', ...vote, to: order.slice(reached) },
    { ...at(after), fault: 'crash', node: 'it', lasts: stream.between(100, 2_000) },
  ] as PlannedFault[];
}

const forgetfulVotes = defineScenario({
  protocol: 'vr',
  name: 'forgetful-votes',
  title: 'Replicas forget how they voted',
  about: 'diskless mode: crashes around view changes and recoveries, downtimes of milliseconds',
  expects: SAFE,
  world: (stream) => {
    const replicas = stream.pick([3, 3, 5]);
    const span = 500 * MS;
    const votes = Array.from({ length: stream.below(6) }, () =>
      drawForgottenVote(stream, replicas),
    );
    const others = Array.from({ length: stream.below(20) }, () =>
      drawAmnesia(stream, replicas, span),
    );
    const faults = [...votes, ...others].flat();
    const viewChangeTimeout = stream.between(6, 20) * MS;
    return scripted(stream, faults, {
      replicas,
      span,
      profile: profileNamed('stragglers'),
      fixed: DISKLESS,
      options: {
        viewChangeTimeout,
        viewChangeSpread: Math.floor(viewChangeTimeout / 2),
        heartbeatInterval: Math.floor(viewChangeTimeout / stream.between(2, 4)),
        recoveryRetry: stream.between(1, 10) * MS,
        clientRetry: stream.between(10, 30) * MS,
      },
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
  rollingRestart,
  clockSkew,
  clients,
  forgetfulVotes,
];
