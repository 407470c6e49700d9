/** The named safety claims of reconfiguration (§6), checked after every event at a server. */
import type { Invariant, InvariantWatcher } from '../../sim/contract.ts';
import { NO_BALLOT } from './ballot.ts';
import { ghostOf } from './ghost.ts';
import { entryAt, lengthOf } from './log.ts';
import type { OmniState } from './state.ts';

type Watcher = InvariantWatcher<OmniState>;

/** Must come before those that ask who votes: it tells the shared ghost. */
const oneConfigurationPerNumber: Invariant<OmniState> = {
  name: 'one-configuration-per-number',
  source: '§6: a configuration is followed by one, which its stop-sign names, for everybody',
  restsAfter: 'steady',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return { after: (changed, state) => ghost.learnConfiguration(changed, state) };
  },
};

/** A server that has crossed several at once is judged by the last. */
const configurationFollowsStopSign: Invariant<OmniState> = {
  name: 'configuration-follows-stop-sign',
  source: '§6: a configuration begins once the stop-sign of the one before is decided',
  restsAfter: 'steady',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return {
      after(changed, { replica: { configuration } }) {
        const { id, from, members } = configuration;
        if (id === 0) return undefined;
        const last = ghost.decided[from - 1];
        const isDecided =
          last?.entry.type === 'StopSign' &&
          last.ballot !== NO_BALLOT &&
          last.entry.members.join() === members.join();
        if (isDecided) return undefined;
        return `n${changed} has begun configuration ${id + 1}, and its stop-sign is not decided`;
      },
    };
  },
};

const configurationHasPrefix: Invariant<OmniState> = {
  name: 'configuration-has-prefix',
  source: '§6: a server begins a configuration when it has all that was decided before',
  restsAfter: 'steady',
  watch(): Watcher {
    return {
      after(changed, { replica: { configuration }, paxos: { decidedLength } }) {
        if (decidedLength >= configuration.from) return undefined;
        return (
          `n${changed} has begun configuration ${configuration.id + 1} with ${decidedLength}` +
          ` of ${configuration.from} entries`
        );
      },
    };
  },
};

/** What was there before need not be looked at again: entries are appended at the end. */
const nothingAfterStopSign: Invariant<OmniState> = {
  name: 'nothing-after-stop-sign',
  source: '§6: a stop-sign is the last entry of its configuration',
  restsAfter: 'idle',
  watch(view): Watcher {
    const counts = view.cluster.replicas.map(() => 0);
    return {
      after(changed, { paxos: { log, acceptedCount }, replica: { configuration } }) {
        const isNew = acceptedCount - counts[changed]!;
        counts[changed] = acceptedCount;
        const start = lengthOf(log) - isNew - 1;
        const first = Math.max(start, log.first, configuration.from);
        for (let position = first; position < lengthOf(log) - 1; position++) {
          if (entryAt(log, position).type !== 'StopSign') continue;
          return `n${changed} has an entry after the stop-sign at position ${position}`;
        }
        return undefined;
      },
      crashed(server) {
        counts[server] = 0;
      },
    };
  },
};

export const configurationInvariants = [
  oneConfigurationPerNumber,
  configurationFollowsStopSign,
  configurationHasPrefix,
  nothingAfterStopSign,
] as const;
