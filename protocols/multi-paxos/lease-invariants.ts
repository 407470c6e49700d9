/** The safety claims of leases, judged by an observer who sees all clocks at once. */
import type { ClusterView, Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { ballotName } from './ballot.ts';
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
      after(changed, { leader, replica }) {
        if (!leader.isActive || leader.leaseUntil <= view.clockOf(changed)) return undefined;
        const { members } = configurationAt(replica, replica.slotOut);
        const count = members.filter((member) => refusesOthers(view, member, changed)).length;
        if (count >= phase2QuorumFor(members.length, options)) return undefined;
        return (
          `n${changed} counts on its lease in ballot ${ballotName(leader.ballot)},` +
          ` and ${count} of ${members.length} members refuse others`
        );
      },
    };
  },
};

/** One that is down will refuse everybody when it is back; one that has retired helps nobody. */
function refusesOthers(view: ClusterView<PaxosState>, member: NodeId, holder: NodeId): boolean {
  const acceptor = view.stateOf(member)?.acceptor;
  if (acceptor === undefined || acceptor.isRetired) return true;
  if (acceptor.leaseUntil <= view.clockOf(member)) return false;
  return acceptor.leaseHolder === holder || acceptor.leaseHolder === NO_HOLDER;
}
