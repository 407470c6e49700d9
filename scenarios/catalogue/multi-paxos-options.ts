/** What the scripted scenarios of Multi-Paxos leave to chance. */
import type { Options } from '../../sim/contract.ts';
import type { Stream } from '../../sim/streams.ts';
import { MILLISECOND } from './scenario.ts';

const MS = MILLISECOND;

/** Everything that a run may have otherwise without being about something else. */
export function drawQuick(stream: Stream): Options {
  const leaderTimeout = stream.between(15, 25) * MS;
  return {
    window: stream.pick([1, 2, 4, 16]),
    batchSize: stream.pick([1, 1, 4]),
    commit: stream.pick(['explicit', 'piggybacked']),
    readMode: stream.pick(['log', 'read-index', 'lease', 'quorum']),
    snapshotEvery: stream.pick([0, 8, 100]),
    leaderTimeout,
    leaderSpread: leaderTimeout,
    heartbeatInterval: Math.floor(leaderTimeout / 4),
    leaseDuration: leaderTimeout,
    clientRetry: 20 * MS,
  };
}
