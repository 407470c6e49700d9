/**
 * The safety claims of reads that have no slot of their own, judged when one is answered, by what
 * was so when it arrived: a stale answer is seen even if nobody can tell it from a fresh one.
 */
import type { ClusterView, Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { configurationAt } from './configurations.ts';
import { ghostOf } from './ghost.ts';
import { phase2QuorumFor, readOptions } from './options.ts';
import type { PaxosState, ReadRecord } from './state.ts';

type Watcher = InvariantWatcher<PaxosState>;
type View = ClusterView<PaxosState>;

/** What one claim makes of reads: `What` is kept up from the arrival to the answer. */
interface Claim<What> {
  /** When it arrives, and whenever another one does meanwhile, or the same again. */
  look(node: NodeId, state: PaxosState, before: What | undefined): What;
  /** What is wrong with the answer, if anything. */
  judge(node: NodeId, state: PaxosState, read: ReadRecord, what: What): string | undefined;
}

function watchReads<What>(view: View, claim: Claim<What>): Watcher {
  const changes = view.cluster.replicas.map(() => 0);
  const known = new WeakMap<ReadRecord, { readonly what: What }>();
  /** Those that were answered: who asks again is answered as before, or better. */
  const judged = new WeakSet<ReadRecord>();
  return {
    after(changed, state) {
      const { readChanges, readRecords } = state.replica;
      if (readChanges === changes[changed]) return undefined;
      changes[changed] = readChanges;
      let complaint: string | undefined;
      for (const client of view.cluster.clients) {
        const read = readRecords[client];
        if (read === undefined || judged.has(read)) continue;
        const what = claim.look(changed, state, known.get(read)?.what);
        known.set(read, { what });
        if (read.answeredAt === null) continue;
        judged.add(read);
        complaint ??= claim.judge(changed, state, read, what);
      }
      return complaint;
    },
    crashed(replica) {
      changes[replica] = 0;
    },
  };
}

/** Must come after those about decisions: it asks the shared ghost what is performed. */
export const readsSeeDecided: Invariant<PaxosState> = {
  name: 'reads-see-decided',
  source: '§4.5: a read sees all that any replica had performed when it arrived',
  restsAfter: 'idle',
  watch(view): Watcher {
    const ghost = ghostOf(view);
    return watchReads<number>(view, {
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
    return watchReads<boolean>(view, {
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
