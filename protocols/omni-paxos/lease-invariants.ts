/** The safety claims of leases, judged by an observer who sees all clocks at once. */
import type {
  ClusterView,
  Invariant,
  InvariantWatcher,
  Micros,
  NodeId,
} from '../../sim/contract.ts';
import { type Ballot, ballotName, NO_BALLOT } from './ballot.ts';
import { isSealed } from './log.ts';
import { acceptQuorumFor, readOptions } from './options.ts';
import { NO_HOLDER } from './reads.ts';
import type { OmniState } from './state.ts';

type Watcher = InvariantWatcher<OmniState>;
type View = ClusterView<OmniState>;

const NOTHING_TO_SAY: Watcher = { after: () => undefined };

function areLeasesUsed({ cluster }: View): boolean {
  return readOptions(cluster.options).readMode === 'lease';
}

function leads({ leader, paxos }: OmniState): boolean {
  return leader.ballot !== NO_BALLOT && paxos.phase === 'accept';
}

/**
 * It has to decide its stop-sign before it may answer a read, and then it leads no more. Elected in
 * a configuration that others know to be over, it cannot exclude the next one's leader.
 */
function isEnding({ paxos, replica }: OmniState): boolean {
  return isSealed(paxos.log, replica.configuration.from);
}

/** Looked at whenever somebody leads: a lease that runs then has not excluded it. */
const leaseOutlastsRival: Invariant<OmniState> = {
  name: 'lease-excludes-rivals',
  source: 'reads under a lease: while a leader counts on it, nobody else comes to lead',
  watch(view): Watcher {
    if (!areLeasesUsed(view)) return NOTHING_TO_SAY;
    return {
      after(changed, state) {
        if (!leads(state)) return undefined;
        for (const other of view.cluster.replicas) {
          const rival = other === changed ? undefined : view.stateOf(other);
          if (rival === undefined || !leads(rival) || isEnding(rival)) continue;
          if (rival.leader.ballot > state.leader.ballot) continue;
          if (rival.reads.ownLeaseUntil <= view.clockOf(other)) continue;
          const ballot = ballotName(state.leader.ballot);
          return `n${changed} leads ballot ${ballot} while n${other} counts on its lease`;
        }
        return undefined;
      },
    };
  },
};

/** Looked at after each step of the holder: by then a grant may have run out too early. */
const leaseBackedByQuorum: Invariant<OmniState> = {
  name: 'lease-backed-by-quorum',
  source: 'reads under a lease: its holder counts on it for less time than others grant it',
  watch(view): Watcher {
    if (!areLeasesUsed(view)) return NOTHING_TO_SAY;
    const options = readOptions(view.cluster.options);
    return {
      after(changed, state) {
        if (!leads(state) || isEnding(state)) return undefined;
        if (state.reads.ownLeaseUntil <= view.clockOf(changed)) return undefined;
        const { members } = state.replica.configuration;
        const count = members.filter((member) => refusesOthers(view, member, changed)).length;
        if (count >= acceptQuorumFor(members.length, options)) return undefined;
        return (
          `n${changed} counts on its lease in ballot ${ballotName(state.leader.ballot)},` +
          ` and ${count} of ${members.length} members refuse others`
        );
      },
    };
  },
};

/** One that is down will refuse everybody when it is back; one that has retired helps nobody. */
function refusesOthers(view: View, member: NodeId, holder: NodeId): boolean {
  const state = view.stateOf(member);
  if (state === undefined || state.paxos.isRetired) return true;
  const { leaseUntil, leaseHolder } = state.reads;
  if (leaseUntil <= view.clockOf(member)) return false;
  return leaseHolder === holder || leaseHolder === NO_HOLDER;
}

/** For how long a server refuses others, by its own clock, which a crash does not stop. */
interface Refusal {
  readonly promised: Ballot;
  readonly until: Micros;
}

/**
 * Looked at after each step of whoever has granted it: nobody need count on the lease just then.
 * A server that restarts does not know what it has granted; the observer does.
 */
const leaseNeverShortened: Invariant<OmniState> = {
  name: 'lease-never-shortened',
  source: 'reads under a lease: who has granted one refuses others while it may last',
  watch(view): Watcher {
    if (!areLeasesUsed(view)) return NOTHING_TO_SAY;
    const refusals: (Refusal | undefined)[] = [];
    return {
      after(changed, { paxos: { promised, isRetired }, reads: { leaseUntil } }) {
        const before = refusals[changed];
        if (before?.promised === promised && before.until === leaseUntil) return undefined;
        refusals[changed] = { promised, until: leaseUntil };
        if (before === undefined || leaseUntil >= before.until || isRetired) return undefined;
        // The crash has taken the promise with it, and so the answer that said it was granted.
        if (promised < before.promised) return undefined;
        return (
          `n${changed} was to refuse others until ${before.until} by its clock,` +
          ` and would now do so until ${leaseUntil}`
        );
      },
    };
  },
};

export const leaseInvariants = [
  leaseOutlastsRival,
  leaseBackedByQuorum,
  leaseNeverShortened,
] as const;
