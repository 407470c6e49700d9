/** Who can talk to whom: for claims about progress under partitions. */
import type { ClusterView, NodeId, Owed } from './contract.ts';

/** Whether the node is up and handles what it receives. */
export function isRunning(view: ClusterView, node: NodeId): boolean {
  return view.isUp(node) && !view.isPaused(node);
}

/** Whether messages pass both ways, whole and in time. */
export function isLinked(view: ClusterView, one: NodeId, other: NodeId): boolean {
  return view.isSound(one, other) && view.isSound(other, one);
}

/** What a protocol owes that needs all of `replicas`, running and connected with each other. */
export function owedWhileConnected(view: ClusterView, replicas: readonly NodeId[]): Owed {
  const isWhole = replicas.every(
    (one) =>
      isRunning(view, one) &&
      replicas.every((other) => one === other || isLinked(view, one, other)),
  );
  if (!isWhole) return { clients: [], replicas: [] };
  const isServed = (client: NodeId): boolean =>
    view.isUp(client) && replicas.every((replica) => isLinked(view, client, replica));
  return { clients: view.cluster.clients.filter(isServed), replicas };
}

/** Whether no running replica outside the group can send to one inside, and so disturb it. */
export function isUndisturbed(view: ClusterView, group: readonly NodeId[]): boolean {
  const members = new Set(group);
  return view.cluster.replicas.every(
    (other) =>
      members.has(other) ||
      !isRunning(view, other) ||
      group.every((member) => !view.isConnected(other, member)),
  );
}
