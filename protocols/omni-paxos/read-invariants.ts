/**
 * The safety claims of reads that have no entry of their own, judged when one is answered, by what
 * was so when it arrived: a stale answer is seen even if nobody can tell it from a fresh one.
 */
import type { Invariant, InvariantWatcher } from '../../sim/contract.ts';
import { watchReads } from '../read-watch.ts';
import { NO_BALLOT } from './ballot.ts';
import { ghostOf } from './ghost.ts';
import { acceptQuorumFor, readOptions } from './options.ts';
import type { OmniState } from './state.ts';

type Watcher = InvariantWatcher<OmniState>;

const NOTHING_TO_SAY: Watcher = { after: () => undefined };

function recordsOf({ reads }: OmniState) {
  return { records: reads.records, changes: reads.changes };
}

/** Must come after those about decisions: it asks the shared ghost what is decided. */
const readsSeeDecided: Invariant<OmniState> = {
  name: 'reads-see-decided',
  source: 'linearizable reads: one sees all that any server had decided when it arrived',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return watchReads<OmniState, number>(view, {
      recordsOf,
      look: (_node, _state, before) => before ?? ghost.decided.length,
      judge(node, _state, { answeredAt }, length) {
        if (answeredAt === null || answeredAt >= length) return undefined;
        return (
          `n${node} has answered a read from the first ${answeredAt} entries,` +
          ` and ${length} were decided elsewhere before that read arrived`
        );
      },
    });
  },
};

/** A leader that is none any more when the step is over cannot be asked who had confirmed it. */
const readsConfirmedAnew: Invariant<OmniState> = {
  name: 'reads-confirmed-anew',
  source: 'read-index: what a leader was told before a read arrived does not confirm it for that',
  restsAfter: 'idle',
  watch(view): Watcher {
    const options = readOptions(view.cluster.options);
    if (options.readMode === 'log') return NOTHING_TO_SAY;
    return watchReads<OmniState, boolean>(view, {
      recordsOf,
      look: (node, { reads }, before) =>
        before === true || reads.ownLeaseUntil > view.clockOf(node),
      judge(node, { leader, reads, replica }, { round }, isLeased) {
        if (isLeased || leader.ballot === NO_BALLOT) return undefined;
        const { members } = replica.configuration;
        const since = members.filter((member) => reads.confirmedRounds[member]! > round);
        if (since.length >= acceptQuorumFor(members.length, options)) return undefined;
        return (
          `n${node} has answered a read that arrived after round ${round} had begun,` +
          ` and ${since.length} of ${members.length} members have confirmed a later one`
        );
      },
    });
  },
};

export const readInvariants = [readsSeeDecided, readsConfirmedAnew] as const;
