/** What the scenarios of OmniPaxos leave to chance. */
import type { Options } from '../../sim/contract.ts';
import type { Stream } from '../../sim/streams.ts';
import { MILLISECOND } from './scenario.ts';

const MS = MILLISECOND;

/** What every server has to agree on: reads, quorums, the window; and how the log is kept. */
function drawShape(stream: Stream): Options {
  return {
    window: stream.pick([1, 4, 64]),
    batchSize: stream.pick([1, 1, 4, 64]),
    readMode: stream.pick(['log', 'read-index', 'lease']),
    snapshotEvery: stream.pick([0, 4, 16, 100]),
    snapshots: stream.pick(['complete', 'delta']),
    compaction: stream.pick(['local', 'trim']),
    acceptQuorum: stream.pick([0, 0, 0, 1, 2, 3]),
    prioritySpread: stream.pick([1, 1, 3]),
  };
}

/** Timeouts short enough for several elections in one run. */
export function drawOptions(stream: Stream): Options {
  const electionTimeout = stream.between(8, 30) * MS;
  return {
    ...drawShape(stream),
    electionTimeout,
    leaseDuration: Math.floor(electionTimeout * stream.pick([0.5, 1, 2])),
    clientRetry: stream.between(10, 60) * MS,
    giveUpAfter: stream.below(4) === 0 ? stream.between(40, 200) * MS : 0,
  };
}

const SHORTEST = 6 * MS;

/** Timeouts of every kind from a few messages' time on. */
export function drawExtremes(stream: Stream): Options {
  const timeout = stream.between(SHORTEST, stream.pick([2, 5, 12]) * SHORTEST);
  const part = (most: number): number => Math.max(1, Math.floor(timeout / stream.between(1, most)));
  return {
    ...drawShape(stream),
    durability: stream.pick(['durable', 'durable', 'durable', 'memory']),
    electionTimeout: timeout,
    leaseDuration: Math.floor(timeout * stream.pick([0.25, 1, 2, 4])),
    flushAfter: part(12),
    resendInterval: part(8),
    gapPatience: part(12),
    migrationRetry: part(8),
    clientRetry: stream.between(2, 60) * MS,
    giveUpAfter: stream.below(4) === 0 ? stream.between(20, 200) * MS : 0,
  };
}

/** Quick, for scripts that are about something else. */
export function drawQuick(stream: Stream): Options {
  const electionTimeout = stream.between(15, 25) * MS;
  return {
    window: stream.pick([1, 4, 64]),
    batchSize: stream.pick([1, 1, 4]),
    readMode: stream.pick(['log', 'read-index', 'lease']),
    snapshotEvery: stream.pick([0, 8, 100]),
    snapshots: stream.pick(['complete', 'delta']),
    compaction: stream.pick(['local', 'trim']),
    electionTimeout,
    leaseDuration: electionTimeout,
    clientRetry: 20 * MS,
  };
}
