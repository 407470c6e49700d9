/**
 * The safety claims of reads that have no slot of their own, judged when one is answered, by what
 * was so when it arrived: a stale answer is seen even if nobody can tell it from a fresh one.
 */
import type { Invariant, InvariantWatcher } from '../../sim/contract.ts';
import { watchReads } from '../read-watch.ts';
import { configurationAt } from './configurations.ts';
import { ghostOf } from './ghost.ts';
import { phase2QuorumFor, readOptions } from './options.ts';
import type { PaxosState } from './state.ts';

type Watcher = InvariantWatcher<PaxosState>;

function recordsOf({ replica }: PaxosState) {
  return { records: replica.readRecords, changes: replica.readChanges };
}

/** Must come after those about decisions: it asks the shared ghost what is performed. */
export const readsSeeDecided: Invariant<PaxosState> = {
  name: 'reads-see-decided',
  source: '§4.5: a read sees all that any replica had performed when it arrived',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return watchReads<PaxosState, number>(view, {
      recordsOf,
      look: (_node, _state, before) => before ?? ghost.decidedEnd,
      judge(node, _state, { answeredAt }, end) {
        if (answeredAt === null || answeredAt >= end) return undefined;
        return (
          `n${node} has answered a read from the slots below ${answeredAt},` +
          ` and slot ${end - 1} was performed elsewhere before that read arrived`
        );
      },
    });
  },
};

/** A leader that is none any more when the step is over cannot be asked who had confirmed it. */
export const readsConfirmedAnew: Invariant<PaxosState> = {
  name: 'reads-confirmed-anew',
  source: '§4.5: what a leader was told before a read arrived does not confirm it for that read',
  restsAfter: 'idle',
  watch(view): Watcher {
    const options = readOptions(view.cluster.options);
    if (options.readMode !== 'read-index' && options.readMode !== 'lease') return NOTHING_TO_SAY;
    return watchReads<PaxosState, boolean>(view, {
      recordsOf,
      look: (node, { leader }, before) => before === true || leader.leaseUntil > view.clockOf(node),
      judge(node, { leader, replica }, { round }, isLeased) {
        if (isLeased || !leader.isActive) return undefined;
        const { members } = configurationAt(replica, replica.slotOut);
        const since = members.filter((member) => leader.confirmedRounds[member]! > round);
        if (since.length >= phase2QuorumFor(members.length, options)) return undefined;
        return (
          `n${node} has answered a read that arrived after round ${round} had begun,` +
          ` and ${since.length} of ${members.length} members have confirmed a later one`
        );
      },
    });
  },
};

const NOTHING_TO_SAY: Watcher = { after: () => undefined };
