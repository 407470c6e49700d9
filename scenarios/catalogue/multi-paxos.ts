/** Scenarios of Multi-Paxos. */
import type { Options } from '../../sim/contract.ts';
import type { Stream } from '../../sim/streams.ts';
import { genericScenarios } from './generic.ts';
import { multiPaxosScripts } from './multi-paxos-scripts.ts';
import { partialConnectivity } from './partial-connectivity.ts';
import { saturated } from './saturated.ts';
import { MILLISECOND, type Scenario } from './scenario.ts';

const MS = MILLISECOND;

/** What every node has to agree on: reads, quorums, the window. */
function drawShape(stream: Stream): Options {
  return {
    window: stream.pick([1, 2, 4, 16]),
    batchSize: stream.pick([1, 1, 4, 64]),
    commit: stream.pick(['explicit', 'piggybacked']),
    readMode: stream.pick(['log', 'read-index', 'lease', 'quorum']),
    snapshotEvery: stream.pick([0, 4, 16, 100]),
    phase2Quorum: stream.pick([0, 0, 0, 1, 2, 3]),
  };
}

/** Timeouts short enough for several elections in one run. */
function drawOptions(stream: Stream): Options {
  const leaderTimeout = stream.between(10, 50) * MS;
  return {
    ...drawShape(stream),
    leaderTimeout,
    leaderSpread: Math.floor(leaderTimeout / stream.between(1, 3)),
    heartbeatInterval: Math.floor(leaderTimeout / stream.between(3, 6)),
    leaseDuration: Math.floor(leaderTimeout * stream.pick([0.5, 1, 2])),
    clientRetry: stream.between(10, 60) * MS,
    giveUpAfter: stream.below(4) === 0 ? stream.between(40, 200) * MS : 0,
  };
}

const SHORTEST = 6 * MS;

/** Timeouts of every kind from a few messages' time on. */
function drawExtremes(stream: Stream): Options {
  const timeout = stream.between(SHORTEST, stream.pick([2, 5, 12]) * SHORTEST);
  const part = (most: number): number => Math.max(1, Math.floor(timeout / stream.between(1, most)));
  return {
    ...drawShape(stream),
    leaderTimeout: timeout,
    leaderSpread: part(4),
    heartbeatInterval: Math.max(1, Math.floor(timeout / stream.between(3, 8))),
    leaseDuration: Math.floor(timeout * stream.pick([0.25, 1, 2, 4])),
    phase1Resend: part(8),
    phase2Resend: part(8),
    proposeResend: part(8),
    catchUpPatience: part(12),
    clientRetry: stream.between(2, 60) * MS,
    giveUpAfter: stream.below(4) === 0 ? stream.between(20, 200) * MS : 0,
  };
}

export const multiPaxosScenarios: readonly Scenario[] = [
  ...genericScenarios({
    protocol: 'mp',
    replicas: [3, 3, 3, 3, 5, 5, 4, 2, 7],
    options: drawOptions,
    extremes: drawExtremes,
    machines: ['register', 'counter', 'list'],
    beyond: ['amnesia', 'lying-fsync'],
  }),
  ...multiPaxosScripts,
  ...partialConnectivity('mp'),
  ...saturated('mp'),
];
