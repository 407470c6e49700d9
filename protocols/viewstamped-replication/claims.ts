/** What Viewstamped Replication claims to survive, and whom it owes progress (§2, §4.3, §8). */
import type { Claims, ClusterView, NodeId, Options } from '../../sim/contract.ts';
import { quorumOf } from './context.ts';
import { readOptions } from './options.ts';
import type { ReplicaState } from './state.ts';

/**
 * Rounds that the worst legal course may take after the network has healed: a silent primary is
 * noticed, several view changes stall on doubled patience, recovery is retried in between.
 */
const VIEW_CHANGES_MAX = 40;
const RETRIES_MAX = 10;

export function claims(options: Options, replicas: number): Claims<ReplicaState> {
  const vr = readOptions(options);
  const majority = quorumOf(replicas);
  const failures = replicas - majority;
  return {
    durable: vr.isDurable,
    survivesCrash: (replica, view) => vr.isDurable || countWithoutMemory(view, replica) <= failures,
    isProgressOwed: (view) => countTakingPart(view, vr.isDurable) >= majority,
    progressWithin:
      VIEW_CHANGES_MAX * (vr.viewChangeTimeout + vr.viewChangeSpread) +
      RETRIES_MAX *
        (vr.clientRetry +
          vr.recoveryRetry +
          vr.prepareResend +
          vr.stateTransferRetry +
          vr.viewChangeResend +
          vr.heartbeatInterval),
  };
}

/** §4.3: replicas that are down or still recovering, were `replica` to crash now. */
function countWithoutMemory(view: ClusterView<ReplicaState>, replica: NodeId): number {
  let count = 0;
  for (const other of view.cluster.replicas) {
    if (other === replica || isWithoutMemory(view.stateOf(other))) count++;
  }
  return count;
}

function isWithoutMemory(state: ReplicaState | undefined): boolean {
  return state === undefined || state.status === 'recovering';
}

/** Replicas that can vote now; without a disk, a recovering one cannot before others help it. */
function countTakingPart(view: ClusterView<ReplicaState>, isDurable: boolean): number {
  let count = 0;
  for (const replica of view.cluster.replicas) {
    if (!view.isUp(replica) || view.isPaused(replica)) continue;
    if (isDurable || !isWithoutMemory(view.stateOf(replica))) count++;
  }
  return count;
}
