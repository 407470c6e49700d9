/** The safety claim of leases, judged by an observer who sees all clocks at once. */
import type { ClusterView, Invariant, InvariantWatcher, NodeId } from '../../sim/contract.ts';
import { ballotName } from './ballot.ts';
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

function describe(leader: NodeId, { leader: { ballot } }: PaxosState, holder: NodeId): string {
  return `n${leader} leads ballot ${ballotName(ballot)} while n${holder} counts on its lease`;
}
