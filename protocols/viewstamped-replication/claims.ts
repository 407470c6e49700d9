/**
 * What Viewstamped Replication claims to survive, and whom it owes progress (§2, §4.3, §8). The
 * reasons are in docs/PROTOCOLS.md.
 */
import { isLinked, isRunning, isUndisturbed } from '../../sim/connectivity.ts';
import type {
  Claims,
  ClusterView,
  Loss,
  Micros,
  NodeId,
  Options,
  Owed,
} from '../../sim/contract.ts';
import { quorumOf } from './context.ts';
import { RESEND_BACKOFF_MAX } from './normal-operation.ts';
import { readOptions, type VrOptions } from './options.ts';
import { RECOVERY_BACKOFF_MAX } from './recovery.ts';
import type { ReplicaState } from './state.ts';
import { VIEW_CHANGE_BACKOFF_MAX } from './view-change.ts';

type View = ClusterView<ReplicaState>;

const TOO_FEW = 'too few replicas were up and linked';
const WITHOUT_STATE =
  'of those that were up and linked, too few had their state, or others could disturb them';

/** Recoveries that the last view changes after the healing may spoil, and the one that succeeds. */
const RECOVERIES = 3;
/** Resends of Prepare: one that is too early, one that succeeds, and those for what was left. */
const RESENDS = 3;
/** Waits of every other kind that follow each other, in the worst course known. */
const RETRIES = 10;

export function claims(options: Options, replicas: number): Claims<ReplicaState> {
  const vr = readOptions(options);
  const majority = quorumOf(replicas);
  return {
    durable: vr.isDurable,
    survives: (loss, replica, view) =>
      vr.isDurable
        ? survivesDurable(loss, replica, view, replicas - majority)
        : survivesDiskless(loss, replica, view, replicas - majority),
    owes: (view) => owes(view, majority),
    progressWithin: progressWithin(vr, replicas),
  };
}

/** §4.3: at most f replicas may be down or recovering at once. Of the disk nothing is survived. */
function survivesDiskless(loss: Loss, replica: NodeId, view: View, failures: number): boolean {
  switch (loss) {
    case 'memory':
      return countWith(view, replica, (other) => isWithoutState(view.stateOf(other))) <= failures;
    case 'clock':
    case 'omission':
      return true;
    case 'disk':
    case 'record':
    case 'unnoticed':
    case 'lies':
      return false;
    default:
      return loss satisfies never;
  }
}

/** A disk that shows its damage is recovered from, as long as the other f + 1 have theirs. */
function survivesDurable(loss: Loss, replica: NodeId, view: View, failures: number): boolean {
  switch (loss) {
    case 'memory':
    case 'clock':
    case 'omission':
      return true;
    case 'record':
      return countWith(view, replica, (other) => hasLostDisk(view, other)) <= failures;
    case 'disk':
    case 'unnoticed':
    case 'lies':
      return false;
    default:
      return loss satisfies never;
  }
}

/** How many have lost what is asked about, were `replica` to lose it now. */
function countWith(view: View, replica: NodeId, hasLost: (other: NodeId) => boolean): number {
  let count = 0;
  for (const other of view.cluster.replicas) if (other === replica || hasLost(other)) count++;
  return count;
}

function isWithoutState(state: ReplicaState | undefined): boolean {
  return state === undefined || state.status === 'recovering';
}

function hasLostDisk(view: View, replica: NodeId): boolean {
  return view.isDamaged(replica) || view.stateOf(replica)?.status === 'recovering';
}

/**
 * A view lasts if everybody hears its primary: a hub, which is linked with all of a group that
 * nobody else can disturb. The hub's turn comes if a majority can report to it, and to report, a
 * replica has to hear from a majority (§4.2 step 2).
 */
function owes(view: View, majority: number): Owed {
  for (const hub of view.cluster.replicas) {
    const group = linkedWith(view, hub);
    const reporting = group.filter(
      (member) => hasState(view, member) && countVotersHeard(view, member) >= majority - 1,
    );
    if (reporting.length < majority || !reporting.includes(hub)) continue;
    const isDeaf = (member: NodeId): boolean =>
      countVotersHeard(view, member) < majority - 1 && isOneSided(view, member, group);
    if (group.some(isDeaf) || !isUndisturbed(view, group)) continue;
    return owedTo(view, group, majority);
  }
  const { replicas } = view.cluster;
  const isEnough = replicas.some((replica) => linkedWith(view, replica).length >= majority);
  return { clients: [], replicas: [], whyNone: isEnough ? WITHOUT_STATE : TOO_FEW };
}

/**
 * Whether messages pass only one way between the replica and some other. If it led without hearing
 * a majority, those that hear it would wait for ever.
 */
function isOneSided(view: View, replica: NodeId, group: readonly NodeId[]): boolean {
  return group.some(
    (other) =>
      other !== replica &&
      !isLinked(view, replica, other) &&
      (view.isConnected(replica, other) || view.isConnected(other, replica)),
  );
}

/**
 * Whoever can talk to all is owed answers or agreement: a replica that cannot may lead an old view
 * and never hear of the new one. Who is still recovering is owed its state only if f + 1 others can
 * give it.
 */
function owedTo(view: View, group: readonly NodeId[], majority: number): Owed {
  const isLinkedWithAll = (node: NodeId): boolean =>
    group.every((member) => member === node || isLinked(view, node, member));
  return {
    clients: view.cluster.clients.filter((client) => view.isUp(client) && isLinkedWithAll(client)),
    replicas: group.filter(
      (member) =>
        isLinkedWithAll(member) &&
        (hasState(view, member) || countVotersHeard(view, member) >= majority),
    ),
  };
}

/** The running replica and those it is linked with; nobody if it is not running. */
function linkedWith(view: View, replica: NodeId): readonly NodeId[] {
  if (!isRunning(view, replica)) return [];
  return view.cluster.replicas.filter(
    (other) => other === replica || (isRunning(view, other) && isLinked(view, replica, other)),
  );
}

/** Others that this replica is linked with and that may vote. */
function countVotersHeard(view: View, replica: NodeId): number {
  let count = 0;
  for (const other of linkedWith(view, replica)) {
    if (other !== replica && hasState(view, other)) count++;
  }
  return count;
}

function hasState(view: View, replica: NodeId): boolean {
  return !isWithoutState(view.stateOf(replica));
}

/**
 * The worst legal course: every view but the hub's stalls, each on the longest patience; recoveries
 * fail as long as views change; and each of the other waits comes in as well.
 */
function progressWithin(vr: VrOptions, replicas: number): Micros {
  const views = (replicas + 1) * 2 ** VIEW_CHANGE_BACKOFF_MAX;
  return (
    views * (vr.viewChangeTimeout + vr.viewChangeSpread) +
    RECOVERIES * 2 ** RECOVERY_BACKOFF_MAX * vr.recoveryRetry +
    RESENDS * 2 ** RESEND_BACKOFF_MAX * vr.prepareResend +
    RETRIES *
      (vr.clientRetry +
        vr.gapPatience +
        vr.stateTransferRetry +
        vr.viewChangeResend +
        vr.heartbeatInterval)
  );
}
