/** Options of a chain as the seed draws them, for whatever protocol is built on one. */
import type { Options } from '../../sim/contract.ts';
import type { Stream } from '../../sim/streams.ts';
import { MILLISECOND } from './scenario.ts';

const MS = MILLISECOND;

/** What all nodes have to agree on. */
function drawShape(stream: Stream): Options {
  return {
    durability: stream.pick(['fail-stop', 'durable']),
    readMode: stream.pick(['tail', 'tail', 'confirm', 'chain']),
    masters: stream.pick([1, 3, 3]),
    servers: stream.pick([0, 0, 0, 1, 2]),
    autoExtend: stream.below(4) > 0,
    batchSize: stream.pick([1, 2, 8]),
    window: stream.pick([1, 4, 32]),
    snapshotEvery: stream.pick([0, 3, 10, 100]),
  };
}

/**
 * One patience, and all other times as parts of it: a lease outlasts two heartbeats, and now and
 * then the suspicion that its holder is dead.
 */
function drawTimes(stream: Stream, patience: number): Options {
  const leasePercent = stream.below(4) === 0 ? stream.between(120, 400) : stream.between(60, 120);
  const part = (most: number): number =>
    Math.max(1, Math.floor(patience / stream.between(1, most)));
  return {
    suspectAfter: patience,
    leaseDuration: Math.floor((patience * leasePercent) / 100),
    heartbeatInterval: Math.max(1, Math.floor(patience / stream.between(5, 9))),
    leaderTimeout: Math.floor((patience * stream.between(60, 150)) / 100),
    leaderSpread: part(3),
    forwardResend: part(8),
    gapPatience: part(12),
    handoverRetry: part(6),
    giveUpAfter: stream.below(4) === 0 ? stream.between(40, 200) * MS : 0,
  };
}

/** Times short enough for several changes of the chain in one run. */
export function drawChainOptions(stream: Stream): Options {
  return {
    ...drawShape(stream),
    ...drawTimes(stream, stream.between(20, 60) * MS),
    clientRetry: stream.between(10, 60) * MS,
  };
}

const SHORTEST = 12 * MS;

/** Times of every kind from a few messages' time on, and clocks that are trusted more or less. */
export function drawChainExtremes(stream: Stream): Options {
  const patience = stream.between(SHORTEST, stream.pick([2, 3, 6]) * SHORTEST);
  return {
    ...drawShape(stream),
    ...drawTimes(stream, patience),
    clientRetry: stream.between(4, 60) * MS,
    // The swarm's clocks gain or lose less than that.
    driftBound: stream.pick([100_000, 200_000]),
  };
}
