/** The safety claims of leases, judged by an observer who sees all clocks at once. */
import type {
  ClusterView,
  Invariant,
  InvariantWatcher,
  Micros,
  NodeId,
} from '../../sim/contract.ts';
import { type Ballot, ballotName } from './ballot.ts';
import { configurationAt } from './configurations.ts';
import { NO_HOLDER } from './leases.ts';
import { phase2QuorumFor, readOptions } from './options.ts';
import type { PaxosState } from './state.ts';

/** Looked at when somebody becomes leader: a lease that runs then has not excluded it. */
export const leaseOutlastsRival: Invariant<PaxosState> = {
  name: 'lease-excludes-rivals',
  source: '"Paxos Made Live" §5.2: while a master has its lease, no other replica becomes master',
  restsAfter: 'steady',
  watch(view: ClusterView<PaxosState>): InvariantWatcher<PaxosState> {
    return {
      after(changed, state) {
        if (!state.leader.isActive) return undefined;
        for (const other of view.cluster.replicas) {
          if (other === changed) continue;
          const rival = view.stateOf(other);
          if (rival === undefined || !isEarlierLeader(rival, state)) continue;
          if (isOfThePast(state, rival) || isOfThePast(rival, state)) continue;
          if (rival.leader.leaseUntil <= view.clockOf(other)) continue;
          return describe(changed, state, other);
        }
        return undefined;
      },
    };
  },
};

function isEarlierLeader({ leader }: PaxosState, later: PaxosState): boolean {
  return leader.isActive && leader.ballot < later.leader.ballot;
}

/**
 * Elected by members that have had their day, which it does not know: it leads for slots alone that
 * are all decided. It has adopted them, and before it proposes for more, or answers a read, it
 * performs the change and has to ask the present members.
 */
function isOfThePast({ replica }: PaxosState, { replica: present }: PaxosState): boolean {
  const { first } = configurationAt(present, present.slotOut);
  return replica.configurations.at(-1)!.first < first;
}

function describe(leader: NodeId, { leader: { ballot } }: PaxosState, holder: NodeId): string {
  return `n${leader} leads ballot ${ballotName(ballot)} while n${holder} counts on its lease`;
}

/** Looked at after each step of the holder: by then a grant may have run out too early. */
export const leaseBackedByQuorum: Invariant<PaxosState> = {
  name: 'lease-backed-by-quorum',
  source:
    '"Paxos Made Live" §5.2: the master counts on its lease for less time than others grant it',
  watch(view: ClusterView<PaxosState>): InvariantWatcher<PaxosState> {
    const options = readOptions(view.cluster.options);
    return {
      after(changed, state) {
        const { leader, replica } = state;
        if (!leader.isActive || leader.leaseUntil <= view.clockOf(changed)) return undefined;
        const { members } = configurationAt(replica, replica.slotOut);
        const count = members.filter((member) => refusesOthers(view, member, changed)).length;
        if (count >= phase2QuorumFor(members.length, options)) return undefined;
        if (view.cluster.replicas.some((other) => isPresent(view, other, state))) return undefined;
        return (
          `n${changed} counts on its lease in ballot ${ballotName(leader.ballot)},` +
          ` and ${count} of ${members.length} members refuse others`
        );
      },
    };
  },
};

/** Past members follow another leader by right; the one that counts on them answers nothing. */
function isPresent(view: ClusterView<PaxosState>, node: NodeId, past: PaxosState): boolean {
  const state = view.stateOf(node);
  return state !== undefined && isOfThePast(past, state);
}

/** One that is down will refuse everybody when it is back; one that has retired helps nobody. */
function refusesOthers(view: ClusterView<PaxosState>, member: NodeId, holder: NodeId): boolean {
  const acceptor = view.stateOf(member)?.acceptor;
  if (acceptor === undefined || acceptor.isRetired) return true;
  if (acceptor.leaseUntil <= view.clockOf(member)) return false;
  return acceptor.leaseHolder === holder || acceptor.leaseHolder === NO_HOLDER;
}

/** For how long an acceptor refuses others, by its own clock, which a crash does not stop. */
interface Refusal {
  readonly ballot: Ballot;
  readonly until: Micros;
}

/**
 * Looked at after each step of whoever has granted it: nobody need count on the lease just then.
 * An acceptor that restarts does not know what it has granted; the observer does.
 */
export const leaseNeverShortened: Invariant<PaxosState> = {
  name: 'lease-never-shortened',
  source: '"Paxos Made Live" §5.2: who has granted a lease refuses others while it may last',
  watch(view: ClusterView<PaxosState>): InvariantWatcher<PaxosState> {
    if (readOptions(view.cluster.options).readMode !== 'lease') return { after: () => undefined };
    const refusals: (Refusal | undefined)[] = [];
    return {
      after(changed, { acceptor: { ballot, leaseUntil, isRetired } }) {
        const before = refusals[changed];
        if (before?.ballot === ballot && before.until === leaseUntil) return undefined;
        refusals[changed] = { ballot, until: leaseUntil };
        if (before === undefined || leaseUntil >= before.until || isRetired) return undefined;
        // The crash has taken the promise with it, and so the answer that said it was granted.
        if (ballot < before.ballot) return undefined;
        return (
          `n${changed} was to refuse others until ${before.until} by its clock,` +
          ` and would now do so until ${leaseUntil}`
        );
      },
    };
  },
};
