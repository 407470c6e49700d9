/**
 * Storms: many short faults in quick succession, in bursts that share a cause, with timeouts so
 * short that view changes, transfers and recoveries run into each other. Each seed leaves most
 * kinds of faults and most marks out, and is the harder on the few that it has.
 */
import type { Options } from '../../sim/contract.ts';
import type { Fault, FaultNode } from '../../sim/fault.ts';
import type { FaultTrigger, MarkTrigger, PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import type { DrawnProfile, FaultProfile } from './profiles.ts';
import {
  defineScenario,
  MILLISECOND,
  profileNamed,
  SAFE,
  type Scenario,
  type World,
  type WorldRequest,
} from './scenario.ts';

const MS = MILLISECOND;

/** Turning points of the protocol: what goes wrong there goes wrong between two states. */
const TURNS = [
  'one-ack-short',
  'about-to-commit',
  'prepare-resent',
  'missing-entries-requested',
  'missing-entries-received',
  'state-transfer-started',
  'state-transfer-completed',
  'view-change-started',
  'view-change-started',
  'view-change-reported',
  'view-change-reported',
  'primary-elected',
  'primary-elected',
  'view-change-completed',
  'recovery-started',
  'recovery-completed',
  'restarted-from-disk',
  'client-retried',
];

type Kind = 'crash' | 'isolate' | 'mute' | 'deafen' | 'delay' | 'pause' | 'client-crash';

const KINDS: readonly Kind[] = [
  'crash',
  'crash',
  'isolate',
  'mute',
  'deafen',
  'delay',
  'delay',
  'pause',
  'client-crash',
];

/** What one seed's storm is like. */
interface Storm {
  readonly replicas: number;
  readonly clients: number;
  readonly span: number;
  readonly kinds: readonly Kind[];
  readonly marks: readonly string[];
  /** Parts per hundred of the bursts that wait for a mark. */
  readonly targeted: number;
  readonly longest: number;
  /** How long backups wait for a silent primary at least. */
  readonly patience: number;
}

function drawStorm(
  stream: Stream,
  size: Pick<Storm, 'replicas' | 'clients' | 'span' | 'patience'>,
): Storm {
  const some = <T>(all: readonly T[], most: number): T[] =>
    stream.below(4) === 0 ? all.slice() : stream.shuffle(all).slice(0, 1 + stream.below(most));
  return {
    ...size,
    kinds: some(KINDS, 4),
    marks: some(TURNS, 4),
    targeted: stream.pick([0, 50, 90, 100]),
    longest: stream.pick([5, 15, 40, 100]) * MS,
  };
}

function drawBursts(stream: Stream, storm: Storm): PlannedFault[] {
  const count = stream.between(2, stream.pick([6, 14, 28]));
  return Array.from({ length: count }, () => drawBurst(stream, storm)).flat();
}

/** Up to four faults with one cause; most concern the node that reached the mark. */
function drawBurst(stream: Stream, storm: Storm): PlannedFault[] {
  const mark =
    stream.below(100) < storm.targeted
      ? { mark: stream.pick(storm.marks), nth: 1 + stream.below(10) }
      : undefined;
  const node = stream.below(storm.replicas);
  let after = stream.pick([0, 0, stream.below(1 * MS), stream.below(15 * MS)]);
  const start = stream.below(storm.span);
  const faults: PlannedFault[] = [];
  for (let rest = stream.pick([1, 1, 2, 3, 4]); rest > 0; rest--) {
    const trigger: FaultTrigger =
      mark === undefined ? { at: start + after } : { when: { ...mark, after } };
    const subject: FaultNode = mark === undefined ? node : 'it';
    const other = stream.below(storm.replicas);
    const victim = stream.below(3) === 0 ? other : subject;
    faults.push({ ...trigger, ...drawFault(stream, storm, victim) } as PlannedFault);
    after += stream.pick([0, 1 + stream.below(300), stream.below(10 * MS)]);
  }
  return faults;
}

function drawFault(stream: Stream, storm: Storm, node: FaultNode): Fault {
  // Clients are cut off and slowed too, now and then.
  const peers = storm.replicas + (stream.below(3) === 0 ? storm.clients : 0);
  const all = Array.from({ length: peers }, (_, peer) => peer);
  const some = stream.shuffle(all).slice(0, stream.between(1, peers));
  const longest = stream.pick([MS / 10, 3 * MS, storm.longest, storm.longest]);
  const lasts = stream.between(1, longest);
  const kind = stream.pick(storm.kinds);
  switch (kind) {
    case 'crash':
      return { fault: 'crash', node, lasts };
    case 'isolate':
      return { fault: 'partition', groups: [[node], all.filter((peer) => peer !== node)], lasts };
    case 'mute':
      return { fault: 'one-way', from: [node], to: some, lasts };
    case 'deafen':
      return { fault: 'one-way', from: some, to: [node], lasts };
    case 'delay': {
      const by = stream.between(MS, stream.pick([5, 30, 80]) * MS);
      return stream.below(3) > 0
        ? { fault: 'slow', from: [node], to: some, by, lasts }
        : { fault: 'slow', from: some, to: [node], by, lasts };
    }
    case 'pause':
      return { fault: 'pause', node, lasts };
    case 'client-crash':
      return { fault: 'client-crash', client: stream.below(storm.clients), lasts };
    default:
      return kind satisfies never;
  }
}

/** Short timeouts of every kind, each drawn on its own. */
export function drawTimeouts(stream: Stream, viewChangeTimeout: number): Options {
  return {
    viewChangeTimeout,
    viewChangeSpread: Math.floor(viewChangeTimeout * stream.pick([0.25, 1, 3, 6])),
    heartbeatInterval: Math.floor(viewChangeTimeout / stream.between(2, 5)),
    viewChangeResend: stream.between(3, 12) * MS,
    prepareResend: stream.between(3, 12) * MS,
    gapPatience: stream.between(1, 4) * MS,
    stateTransferRetry: stream.between(3, 12) * MS,
    recoveryRetry: stream.between(3, 20) * MS,
    clientRetry: stream.between(8, 40) * MS,
    giveUpAfter: stream.below(4) === 0 ? stream.between(20, 100) * MS : 0,
  };
}

/** What makes views change: primaries in turn are not heard, for about as long as one waits. */
function drawSilences(stream: Stream, storm: Storm): PlannedFault[] {
  const all = Array.from({ length: storm.replicas }, (_, replica) => replica);
  let at = 0;
  return Array.from({ length: stream.below(8) }, (_, turn) => {
    at += stream.between(storm.patience, 4 * storm.patience);
    const node = stream.below(3) === 0 ? stream.below(storm.replicas) : turn % storm.replicas;
    const lasts = Math.floor((storm.patience * stream.between(2, 10)) / 2);
    return stream.pick<PlannedFault>([
      { at, fault: 'crash', node, lasts },
      {
        at,
        fault: 'partition',
        groups: [[node], all.filter((replica) => replica !== node)],
        lasts,
      },
      { at, fault: 'one-way', from: [node], to: all, lasts },
      { at, fault: 'pause', node, lasts },
    ]);
  });
}

/** Replicas that miss a view change, or the start of its view, and learn of it afterwards. */
function drawSleepers(stream: Stream, storm: Storm): PlannedFault[] {
  const count = stream.below(2) > 0 ? 0 : stream.between(2, 12);
  const all = Array.from({ length: storm.replicas }, (_, replica) => replica);
  return Array.from({ length: count }, () => {
    const mark = stream.pick(['view-change-started', 'view-change-reported', 'primary-elected']);
    const when = { mark, nth: 1 + stream.below(6), after: 0 };
    const node = stream.below(storm.replicas);
    const lasts = stream.between(MS, 20 * MS);
    return stream.pick<PlannedFault>([
      { when, fault: 'one-way', from: all, to: [node], lasts },
      { when, fault: 'slow', from: all, to: [node], by: 10 * MS + lasts, lasts: 5 * MS },
      { when, fault: 'crash', node, lasts },
    ]);
  });
}

/** Views that start for some: a new primary is heard by a part, and soon by nobody. */
function drawHalfStarts(stream: Stream, storm: Storm): PlannedFault[] {
  const count = stream.below(2) > 0 ? 0 : stream.between(1, 5);
  const all = Array.from({ length: storm.replicas }, (_, replica) => replica);
  return Array.from({ length: count }, () => {
    const elected = { mark: 'primary-elected', nth: 1 + stream.below(4) };
    const when = { ...elected, after: stream.pick([1 + stream.below(300), stream.below(12 * MS)]) };
    const unheard = stream.shuffle(all).slice(0, stream.between(1, storm.replicas));
    const brief = stream.between(50, stream.pick([200, 8 * MS]));
    const lasts = Math.floor((storm.patience * stream.between(1, 6)) / 2);
    return [
      mute({ ...elected, after: 0 }, unheard, brief),
      stream.pick<PlannedFault>([
        { when, fault: 'crash', node: 'it', lasts },
        { when, fault: 'partition', groups: [['it'], all], lasts },
        mute(when, all, lasts),
      ]),
    ];
  }).flat();
}

function mute(when: MarkTrigger, to: readonly number[], lasts: number): PlannedFault {
  return { when, fault: 'one-way', from: ['it'], to, lasts };
}

/** Sometimes a minority goes down for good: the others owe all that they owe with it. */
function drawLosses(stream: Stream, storm: Storm): PlannedFault[] {
  if (stream.below(3) > 0) return [];
  const minority = Math.floor((storm.replicas - 1) / 2);
  const all = Array.from({ length: storm.replicas }, (_, replica) => replica);
  return stream
    .shuffle(all)
    .slice(0, minority)
    .map((node) => ({ at: stream.below(storm.span), fault: 'crash', node, staysDown: true }));
}

const SIZES = [3, 3, 3, 3, 3, 5, 5, 4, 4, 2, 7];

/** The world around a storm. */
function drawWorld(stream: Stream, asked: WorldRequest, shortest: number): World {
  const drawn = stream.pick(SIZES);
  const replicas = asked.replicas ?? drawn;
  const drawnClients = stream.between(1, 8);
  const clients = asked.clients ?? drawnClients;
  const span = stream.between(120, 350) * MS;
  const patience = stream.between(shortest, stream.pick([2, 5]) * shortest);
  const storm = drawStorm(stream, { replicas, clients, span, patience });
  return {
    replicas,
    clients,
    operations: stream.between(30, 120),
    span,
    keys: stream.between(1, 3),
    busyFor: stream.pick([span, span, Math.floor(span / 4)]),
    profile: profileNamed(stream.pick(['calm', 'stragglers', 'stragglers', 'lossy'])),
    faults: [
      ...drawSilences(stream, storm),
      ...drawBursts(stream, storm),
      ...drawSleepers(stream, storm),
      ...drawHalfStarts(stream, storm),
      ...drawLosses(stream, storm),
    ],
    options: drawTimeouts(stream, patience),
  };
}

const SHORTEST = 4 * MS;

const memoryStorm = defineScenario({
  protocol: 'vr',
  name: 'memory-storm',
  title: 'A storm over diskless replicas',
  about: 'diskless mode: bursts of short faults at turning points; memories are lost',
  expects: SAFE,
  world: (stream, asked) => ({
    ...drawWorld(stream, asked, SHORTEST),
    fixed: { durability: 'diskless' },
  }),
});

/** Disks on which now and then a record takes as long as a view change. */
function withStalls(stream: Stream, profile: FaultProfile): FaultProfile {
  const disk = {
    latencyMin: 20,
    latencyMax: stream.pick([100, 500, 1_500]),
    torn: stream.pick([0, 300_000, 1_000_000]),
    stall: stream.pick([0, 10_000, 50_000, 150_000]),
    stallBy: stream.pick([3, 10, 40]) * MS,
  };
  const draw = (from: Stream, span: number): DrawnProfile => ({
    ...profile.draw(from, span),
    disk,
  });
  return { ...profile, draw };
}

const diskStorm = defineScenario({
  protocol: 'vr',
  name: 'disk-storm',
  title: 'A storm over disks that stall',
  about: 'durable mode: bursts of short faults at turning points; records queue behind slow ones',
  expects: SAFE,
  world: (stream, asked) => {
    const world = drawWorld(stream, asked, 2 * SHORTEST);
    return {
      ...world,
      profile: withStalls(stream, world.profile),
      fixed: { durability: 'durable' },
    };
  },
});

export const storms: readonly Scenario[] = [memoryStorm, diskStorm];
