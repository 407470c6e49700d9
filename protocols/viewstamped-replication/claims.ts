/** What Viewstamped Replication claims to survive, and whom it owes progress (§2, §4.3, §8). */
import { closedGroup, isLinked } from '../../sim/connectivity.ts';
import type { Claims, ClusterView, Loss, NodeId, Options, Owed } from '../../sim/contract.ts';
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
    survives: (loss, replica, view) =>
      isAlwaysSurvived(loss, vr.isDurable) ||
      (loss === 'memory' && countWithoutMemory(view, replica) <= failures),
    owes: (view) => owes(view, vr.isDurable, majority),
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

/** Where all that matters is on disk, a crash loses nothing; any message may be lost. */
function isAlwaysSurvived(loss: Loss, isDurable: boolean): boolean {
  return loss === 'omission' || (loss === 'memory' && isDurable);
}

/**
 * A group that nobody else can disturb makes progress if a majority takes part in it: whoever hears
 * of no primary changes the view, and who hears of that follows.
 */
function owes(view: ClusterView<ReplicaState>, isDurable: boolean, majority: number): Owed {
  const group = closedGroup(view);
  const takingPart = group.filter(
    (replica) => isDurable || !isWithoutMemory(view.stateOf(replica)),
  );
  if (takingPart.length < majority) return { clients: [], replicas: [] };
  const isServed = (client: NodeId): boolean =>
    view.isUp(client) && group.every((replica) => isLinked(view, client, replica));
  return { clients: view.cluster.clients.filter(isServed), replicas: group };
}
