/**
 * What every protocol has to show, of chain replication; and what becomes of a chain when masters
 * fail. A chain serves a group with most of the masters and a settled server; without the masters
 * it goes on as it is, but for queries that rely on them.
 */
import type { Options } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import type { ReturnWindow } from '../spec.ts';
import {
  busy,
  CLUSTER_SIZES,
  drawChain,
  drawCluster,
  drawPace,
  HEAD,
  leaseOf,
  MASTERS,
  type Pace,
  PLACES,
  removalOf,
  serversOf,
} from './chain-outages.ts';
import { demonstrations } from './demonstrations.ts';
import { dividedTwice } from './division.ts';
import { handSessions } from './hand-sessions.ts';
import { AFTERMATH, both, IMPATIENT, PATIENCE, returning, silent } from './patience.ts';
import { defineScenario, MILLISECOND, type Scenario } from './scenario.ts';

const MS = MILLISECOND;

/** A chain of either kind, and its ways to read. */
export interface ChainKind {
  readonly protocol: 'chain' | 'craq';
  /** Under leases that masters grant. */
  readonly leased: string;
  /** Those that scripts are about. */
  readonly readModes: readonly string[];
  /** Those, and what else there is. */
  readonly allReadModes: readonly string[];
  /** A read that was confirmed before the masters went is answered within this (Micros). */
  readonly answering: number;
  /** What nobody answers without a tail: others of CRAQ's servers know what is clean. */
  readonly needsTail: 'writes' | 'all';
}

export const CHAIN: ChainKind = {
  protocol: 'chain',
  leased: 'tail',
  readModes: ['tail', 'confirm'],
  allReadModes: ['tail', 'confirm', 'chain'],
  answering: 5 * MS,
  needsTail: 'all',
};

export const CRAQ: ChainKind = {
  protocol: 'craq',
  leased: 'lease',
  readModes: ['lease', 'confirm'],
  allReadModes: ['lease', 'confirm'],
  answering: 20 * MS,
  needsTail: 'writes',
};

/** Servers are removed soon enough for what demonstrations expect, and leases are over by then. */
function drawQuick(stream: Stream, { allReadModes }: ChainKind): Options {
  const suspectAfter = stream.between(20, 28) * MS;
  return {
    ...drawChain(stream),
    readMode: stream.pick(allReadModes),
    suspectAfter,
    leaseDuration: Math.floor((suspectAfter * stream.between(60, 100)) / 100),
    heartbeatInterval: Math.floor(suspectAfter / 7),
    leaderTimeout: 20 * MS,
    leaderSpread: 10 * MS,
    clientRetry: 15 * MS,
  };
}

function demonstrated(kind: ChainKind): readonly Scenario[] {
  return demonstrations(
    {
      protocol: kind.protocol,
      options: (stream) => drawQuick(stream, kind),
      durable: { durability: 'durable' },
      marks: {
        restarted: (node) =>
          isMaster(node) ? 'master-restarted-from-disk' : 'restarted-from-disk',
        unreadable: 'unreadable-dropped',
      },
      hasSequentialReads: true,
      sizes: { usual: CLUSTER_SIZES, least: CLUSTER_SIZES[0], single: 2, alone: { masters: 1 } },
      load: { clients: 4, operations: 240 },
    },
    ['single-node', 'node-restart', 'cluster-restart', 'random-faults', 'unreadable-messages'],
  );
}

/** A chain goes on without a majority of its servers, and not without a link in its middle. */
export function chainSessions(kind: ChainKind): readonly Scenario[] {
  return handSessions(
    {
      protocol: kind.protocol,
      options: (stream) => drawQuick(stream, kind),
      first: HEAD,
      needed: { masters: MASTERS.length },
      unasked: { autoExtend: false },
      marks: { joined: ['handover-completed'], snapshot: 'snapshot-taken' },
    },
    ['kill-one', 'five-then-five', 'reconfigure', 'auto-reconfigure'],
  );
}

/** The first of the masters acts at first. */
const ACTING = 0;

/** About as long as a lease lasts: the scouts of who is less patient preempt whoever is elected. */
const ELECTION: Options = { leaderTimeout: 70 * MS, leaderSpread: 50 * MS };

function isMaster(node: number): boolean {
  return node < HEAD;
}

/** Each way to read relies on the masters in another way, or not at all. */
function readsWithoutMasters(
  { answering }: ChainKind,
  readMode: string,
  pace: Pace,
  { from, until }: Pick<ReturnWindow, 'from' | 'until'>,
): ReturnWindow[] {
  const reads = { kind: 'reads', level: 'linearizable' } as const;
  if (readMode === 'chain') return [returning('reads as updates', from, until, reads)];
  if (readMode === 'confirm') {
    return [silent('no master to confirm', from + answering, until, reads)];
  }
  const { earliest, latest } = leaseOf(pace);
  // The master that is left may count on a lease of its own, and grant others until that is over.
  return [
    returning('the lease still lasts', from, from + earliest, reads),
    silent('the lease has run out', from + 2 * latest, until, reads),
  ];
}

function serverKilled(kind: ChainKind): Scenario {
  return defineScenario({
    protocol: kind.protocol,
    name: 'server-killed',
    title: 'D2: a server is killed, and progress resumes',
    about: 'three masters, three to five servers under load; any server dies and stays down',
    expects: 'the chain goes on without it',
    world: (stream, request) => {
      const replicas = drawCluster(stream, request.replicas);
      const at = stream.between(60, 160) * MS;
      const node = stream.between(HEAD, replicas - 1);
      const pace = drawPace(stream, [60, 120]);
      const { latest } = removalOf(pace, at, true);
      return busy(stream, latest + PATIENCE, [{ at, fault: 'crash', node, staysDown: true }], {
        replicas,
        options: { ...drawChain(stream, kind.readModes), ...pace },
        fixed: IMPATIENT,
        expect: {
          marks: ['remove-proposed'],
          windows: [...both('whole chain', 0, at), ...both('shorter chain', latest)],
        },
      });
    },
  });
}

function availability(kind: ChainKind): Scenario {
  return dividedTwice({
    protocol: kind.protocol,
    name: 'availability',
    title: 'D9: availability under partitions',
    about:
      'one of three masters and some of three to five servers are cut off from the others, with ' +
      'half of the clients on each side, and come back; then others are',
    expects:
      'operations return where two masters and a server are, which form the chain; none on the ' +
      'other side; later all do',
    options: (stream) => drawQuick(stream, kind),
    operations: 400,
    sides: ['side with two masters', 'side with one master'],
    drawSize: drawCluster,
    needed: PLACES,
    divide: (stream, replicas) => {
      const masters = stream.shuffle(MASTERS);
      const servers = stream.shuffle(serversOf(replicas));
      const few = stream.between(1, servers.length - 1);
      return {
        cutOff: [...masters.slice(0, 1), ...servers.slice(0, few)],
        served: [...masters.slice(1), ...servers.slice(few)],
      };
    },
  });
}

function masterMinority(kind: ChainKind): Scenario {
  return defineScenario({
    protocol: kind.protocol,
    name: 'master-minority',
    title: 'D3: two of three masters are down',
    about:
      'two of three masters crash, the acting one or not, and come back later; while they are ' +
      'away, a server dies, too',
    expects:
      'the chain goes on with updates, and with reads as long as they need no master; ' +
      'whoever dies is not removed, which stops the chain until there are masters again',
    world: (stream, request) => {
      const replicas = drawCluster(stream, request.replicas);
      const pace = drawPace(stream, [100, 120]);
      const readMode = stream.pick(kind.allReadModes);
      const at = stream.between(80, 120) * MS;
      const dies = at + PATIENCE;
      const back = dies + PATIENCE;
      // Leases of the past run out, one is elected, and it suspects the server that is dead.
      const whole = back + 700 * MS;
      const left = stream.pick([ACTING, ...MASTERS]);
      const gone = MASTERS.filter((master) => master !== left);
      const faults: PlannedFault[] = [
        ...gone.map((node) => ({ at, fault: 'crash' as const, node, lasts: back - at })),
        { at: dies, fault: 'crash', node: stream.between(HEAD, replicas - 1), staysDown: true },
      ];
      return busy(stream, whole, faults, {
        replicas,
        mix: { get: 70, put: 30 },
        sequential: 30,
        options: { ...drawChain(stream, kind.readModes), ...pace, ...ELECTION },
        // In the fail-stop mode nobody may die while no master acts.
        fixed: { ...IMPATIENT, readMode, durability: 'durable' },
        expect: {
          marks: ['master-restarted-from-disk', 'acting-began', 'remove-proposed'],
          windows: [
            ...both('masters there', 0, at, { level: 'linearizable' }),
            returning('without masters', at, at + PATIENCE / 2, { kind: 'writes' }),
            returning('without masters', at + PATIENCE / 2, dies, { kind: 'writes' }),
            ...readsWithoutMasters(kind, readMode, pace, { from: at, until: dies }),
            silent('a server is dead', dies + 10 * MS, back, { level: 'linearizable' }),
            returning('reads that may be old', dies, back, { level: 'sequential' }),
            ...both('masters again', back, whole - back, { level: 'linearizable' }),
          ],
        },
      });
    },
  });
}

function actingMasterCutOff(kind: ChainKind): Scenario {
  return defineScenario({
    protocol: kind.protocol,
    name: 'acting-master-cut-off',
    title: 'The acting master is cut off',
    about: 'of three masters the acting one is alone, and then the tail dies',
    expects:
      'updates return as before; another master acts, and removes the tail; the old one grants ' +
      'no lease of an old epoch',
    world: (stream, request) => {
      const replicas = drawCluster(stream, request.replicas);
      const tail = replicas - 1;
      const pace = drawPace(stream, [60, 100]);
      const options = drawChain(stream, kind.readModes);
      const cut = stream.between(60, 120) * MS;
      const dies = cut + PATIENCE;
      const removal = removalOf(pace, dies, options.readMode === kind.leased);
      const others = Array.from({ length: tail }, (_, index) => index + 1);
      const whole = removal.latest + PATIENCE;
      const unanswered = kind.needsTail === 'all' ? {} : { kind: kind.needsTail };
      const faults: PlannedFault[] = [
        { at: cut, fault: 'partition', groups: [[ACTING], others], lasts: whole - cut },
        { at: dies, fault: 'crash', node: tail, lasts: whole - dies },
      ];
      return busy(stream, whole + PATIENCE, faults, {
        replicas,
        options: { ...options, ...pace },
        fixed: IMPATIENT,
        expect: {
          marks: ['acting-began', 'remove-proposed', 'acting-ended'],
          windows: [
            returning('updates need no master', cut, cut + AFTERMATH, { kind: 'writes' }),
            ...both('another master acts', dies - AFTERMATH, AFTERMATH),
            silent('no tail', dies + 10 * MS, removal.earliest, unanswered),
            ...both('shorter chain', removal.latest),
            ...both('whole again', whole + PATIENCE / 2, PATIENCE / 2),
          ],
        },
      });
    },
  });
}

/** What chains of this kind have to show. */
export function chainDemonstrations(kind: ChainKind): readonly Scenario[] {
  return [
    ...demonstrated(kind),
    serverKilled(kind),
    availability(kind),
    masterMinority(kind),
    actingMasterCutOff(kind),
  ];
}
