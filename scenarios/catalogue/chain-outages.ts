/**
 * When a chain serves and when it cannot, in the named scenarios: van Renesse & Schneider, OSDI
 * 2004, §3, "Coping with Server Failures". Without the head or a middle server no update gets
 * through until the chain is a shorter one, while queries go on; without the tail neither returns.
 */
import type { Options } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { Stream } from '../../sim/streams.ts';
import type { ReturnWindow } from '../spec.ts';
import { indices } from './division.ts';
import { both, busyThrough, returning, silent } from './patience.ts';
import { MILLISECOND, scripted, type World } from './scenario.ts';

const MS = MILLISECOND;

/** The masters of every script but one, and the server after them: the head of the first chain. */
export const MASTERS = [0, 1, 2] as const;
export const HEAD = 3;

/** Three masters, and three to five servers. */
export const CLUSTER_SIZES = [6, 7, 8] as const;

const [SMALLEST, , LARGEST] = CLUSTER_SIZES;

/** As many replicas as are asked for, and not fewer than the scripts are written for. */
export function drawCluster(stream: Stream, asked: number | undefined): number {
  const drawn = stream.pick(CLUSTER_SIZES);
  return Math.max(SMALLEST, asked ?? drawn);
}

/** Who is the head and who the tail follows from these: all servers are in the first chain. */
export const PLACES: Options = { masters: MASTERS.length, servers: 0 };

/** Of the whole cluster, in the order of the first chain. */
export function serversOf(replicas: number): number[] {
  return indices(replicas).slice(HEAD);
}

/** What follows from a fault depends on these (Micros). */
export interface Pace {
  readonly suspectAfter: number;
  readonly leaseDuration: number;
  readonly heartbeatInterval: number;
}

/** A suspicion long enough for an outage to be seen, and a lease as so many parts of it. */
export function drawPace(stream: Stream, leasePercent: readonly [number, number]): Pace {
  const suspectAfter = stream.between(50, 70) * MS;
  return {
    suspectAfter,
    leaseDuration: Math.floor((suspectAfter * stream.between(...leasePercent)) / 100),
    heartbeatInterval: Math.floor(suspectAfter / 10),
  };
}

/** Everything that a chain may have otherwise without being about something else. */
export function drawChain(
  stream: Stream,
  readModes: readonly string[] = ['tail', 'confirm'],
): Options {
  return {
    durability: stream.pick(['fail-stop', 'durable']),
    readMode: stream.pick(readModes),
    batchSize: stream.pick([1, 2, 8]),
    window: stream.pick([4, 32]),
    snapshotEvery: stream.pick([0, 10, 100]),
    leaderTimeout: 25 * MS,
    leaderSpread: 10 * MS,
    clientRetry: 10 * MS,
  };
}

export const CLIENTS = 12;
/** Mean time between two operations, anybody's, if none of them waits (Micros). */
const PAUSE = 800;

/** Many clients with short pauses: chance leaves no window without anybody who asks. */
export function busy(
  stream: Stream,
  span: number,
  faults: readonly PlannedFault[],
  more: Partial<World>,
): World {
  const { busyFor } = busyThrough(span);
  return scripted(stream, faults, {
    clients: CLIENTS,
    operations: Math.floor(busyFor / PAUSE),
    mix: { get: 55, put: 45 },
    needed: PLACES,
    // How long what is on its way takes, and what comes back, grows with the chain.
    expectedOf: LARGEST,
    ...busyThrough(span),
    ...more,
  });
}

/** An update that is past the server that dies is answered within this, by the longest chain. */
const ON_ITS_WAY = 10 * MS;

/** A reply on its way, and the next heartbeat after it, arrive within this. */
const MESSAGE = 2 * MS;

/** Masters decide, and servers and clients hear of it: those when they ask again. */
const DECIDED = 8 * MS;

/** A lease is granted for, and counted on by, clocks that are off by a fifth at most. */
const LONGER = 1.2;
const SHORTER = 0.8;

/** From when on, at the earliest and the latest, a server that falls silent is out of the chain. */
export interface Removal {
  readonly earliest: number;
  readonly latest: number;
}

/** Under leases a tail is out only when the one that it was granted last has run out. */
export function removalOf(pace: Pace, silentFrom: number, isLeased: boolean): Removal {
  const { suspectAfter, leaseDuration, heartbeatInterval } = pace;
  const lease = isLeased ? LONGER * leaseDuration : 0;
  const patience = Math.ceil(Math.max(suspectAfter, lease));
  return {
    earliest: silentFrom + patience - heartbeatInterval,
    latest: silentFrom + patience + heartbeatInterval + DECIDED,
  };
}

/** How long a tail answers after it is cut off, on a clock that is right: certainly, at most. */
export function leaseOf({ leaseDuration, heartbeatInterval }: Pace): Removal {
  const lasts = Math.floor(SHORTER * leaseDuration);
  return { earliest: lasts - heartbeatInterval - 2 * MESSAGE, latest: lasts + MESSAGE };
}

/** The outage that follows when a server falls silent, and the end of it. */
export function outage(
  lost: string,
  at: number,
  { earliest, latest }: Removal,
  stopped: 'writes' | 'all',
): ReturnWindow[] {
  const from = at + ON_ITS_WAY;
  const queries =
    stopped === 'all' ? [] : [returning(lost, at + MESSAGE, earliest, { kind: 'reads' })];
  const updates = silent(lost, from, earliest, stopped === 'all' ? {} : { kind: 'writes' });
  return [...both('before', 0, at), updates, ...queries, ...both('shorter chain', latest)];
}
