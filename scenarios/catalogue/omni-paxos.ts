/** Scenarios of OmniPaxos. */
import { demonstrations } from './demonstrations.ts';
import { genericScenarios } from './generic.ts';
import { handSessions } from './hand-sessions.ts';
import { memberScripts } from './omni-paxos-members.ts';
import { drawExtremes, drawOptions, drawQuick } from './omni-paxos-options.ts';
import { snapshotScripts } from './omni-paxos-snapshots.ts';
import { type Held, partialConnectivity } from './partial-connectivity.ts';
import { returning } from './patience.ts';
import { saturated } from './saturated.ts';
import { MILLISECOND, type Scenario } from './scenario.ts';

const MS = MILLISECOND;

const demonstrated = demonstrations({
  protocol: 'op',
  options: drawQuick,
  durable: { durability: 'durable' },
  marks: { restarted: () => 'restarted-from-disk', unreadable: 'unreadable-dropped' },
  hasSequentialReads: true,
});

const byHand = handSessions(
  {
    protocol: 'op',
    options: drawQuick,
    marks: { joined: ['configuration-begun', 'migration-completed'], snapshot: 'snapshot-taken' },
  },
  ['kill-one', 'unpause', 'five-then-five', 'reconfigure', 'auto-reconfigure', 'broken-link'],
);

/** That of the default options, which the three scenarios have. */
const ELECTION_TIMEOUT = 30 * MS;
/** "within four election timeouts" (abstract of the paper). */
const TIMEOUTS = 4;
/** Answers that were on their way when the links were cut. */
const ON_ITS_WAY = 3 * MS;

/** Something new is decided within four timeouts, and in every four that follow. */
function progressWithinFour({ from, until }: Held) {
  const step = TIMEOUTS * ELECTION_TIMEOUT;
  const windows = [returning('within four election timeouts', from + ON_ITS_WAY, from + step)];
  for (let at = from + step; at + step <= until; at += step) {
    windows.push(returning('four more', at, at + step));
  }
  return { windows };
}

export const omniPaxosScenarios: readonly Scenario[] = [
  ...genericScenarios({
    protocol: 'op',
    replicas: [3, 3, 3, 3, 5, 5, 4, 2, 7],
    options: drawOptions,
    extremes: drawExtremes,
    machines: ['register', 'counter', 'list'],
    beyond: ['amnesia', 'lying-fsync'],
  }),
  ...demonstrated,
  ...byHand,
  ...partialConnectivity('op', {
    promise: {
      expects: 'operations return within four election timeouts, and in every four that follow',
      expect: progressWithinFour,
    },
  }),
  ...snapshotScripts,
  ...memberScripts,
  ...saturated('op'),
];
