/** Who can talk to whom: for claims about progress under partitions. */
import type { ClusterView, NodeId, Owed } from './contract.ts';

/** Whether the node is up and handles what it receives. */
export function isRunning(view: ClusterView, node: NodeId): boolean {
  return view.isUp(node) && !view.isPaused(node);
}

/** Whether messages pass both ways. */
export function isLinked(view: ClusterView, one: NodeId, other: NodeId): boolean {
  return view.isConnected(one, other) && view.isConnected(other, one);
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

/**
 * The largest group of running replicas in which all can talk to all, and that no other running
 * replica can send into: nobody outside can disturb it. Empty if there is none.
 */
export function closedGroup(view: ClusterView): readonly NodeId[] {
  const running = view.cluster.replicas.filter((replica) => isRunning(view, replica));
  let largest: readonly NodeId[] = [];
  const seen = new Set<NodeId>();
  for (const replica of running) {
    if (seen.has(replica)) continue;
    const group = running.filter((other) => other === replica || isLinked(view, replica, other));
    for (const member of group) seen.add(member);
    if (group.length > largest.length && isClosed(view, group, running)) largest = group;
  }
  return largest;
}

function isClosed(
  view: ClusterView,
  group: readonly NodeId[],
  running: readonly NodeId[],
): boolean {
  const members = new Set(group);
  return group.every((member) =>
    running.every((other) => {
      if (other === member) return true;
      if (members.has(other)) return isLinked(view, member, other);
      return !view.isConnected(other, member);
    }),
  );
}
