/**
 * The same faults in clusters where not every replica is a server: faults name servers by their
 * number from 0, and strike those of that number wherever they are. Replicas that cannot be members
 * (the masters of a chain) are spared: nothing that is about all servers is about them.
 */
import type { NodeId } from '../../sim/contract.ts';
import { type FaultNode, renameNodes } from '../../sim/fault.ts';
import type { FaultTrigger, PlannedFault } from '../../sim/plan.ts';

/** Where the servers are: their node ids by number, and how many replicas there are in all. */
export interface Places {
  readonly servers: readonly NodeId[];
  readonly replicas: number;
}

/** Each fault as it is for the servers in these places; clients move up behind the replicas. */
export function placedFaults(
  faults: readonly PlannedFault[],
  { servers, replicas }: Places,
): readonly PlannedFault[] {
  if (servers.length === replicas) return faults;
  const place = (node: NodeId): NodeId => servers[node] ?? node - servers.length + replicas;
  return faults.flatMap((fault) => {
    const when = fault.when?.node === undefined ? undefined : { node: place(fault.when.node) };
    const trigger: FaultTrigger =
      fault.when === undefined ? { at: fault.at } : { when: { ...fault.when, ...when } };
    const renamed = renameNodes(fault, (node) => (typeof node === 'number' ? place(node) : node));
    if (renamed === undefined) return [];
    const { at: _at, when: _when, ...what } = renamed;
    return amongServers({ ...trigger, ...what }, servers);
  });
}

/** What is worked out for all replicas, spelled out for the servers alone. */
function amongServers(planned: PlannedFault, servers: readonly NodeId[]): readonly PlannedFault[] {
  if (planned.fault === 'quorum-loss') {
    const { node, lasts } = planned;
    return onlyLinked(node, servers, { ...triggerOf(planned), ...lasting(lasts) });
  }
  return planned.fault === 'constrained-election' ? constrainedAmong(planned, servers) : [planned];
}

/** First the hub misses what the leader does; then, if that lasts, the leader is alone. */
function constrainedAmong(
  planned: Extract<PlannedFault, { fault: 'constrained-election' }>,
  servers: readonly NodeId[],
): readonly PlannedFault[] {
  const { node, leader, lag, lasts } = planned;
  const isHub = node === leader;
  const missing: PlannedFault = {
    ...triggerOf(planned),
    fault: 'one-way',
    from: [leader],
    to: [node],
    lasts: Math.min(lag, lasts ?? lag),
  };
  const first = isHub || lag === 0 ? [] : [missing];
  if (lasts !== undefined && lasts <= lag) return first;
  const rest = {
    ...triggerOf(planned, lag),
    ...lasting(lasts === undefined ? lasts : lasts - lag),
  };
  const others = servers.filter((server) => server !== leader);
  const alone: PlannedFault = { ...rest, fault: 'partition', groups: [[leader], others] };
  const cut = isHub || others.length === 0 ? [] : [alone];
  return [...first, ...cut, ...onlyLinked(node, others, rest)];
}

type When = FaultTrigger & { readonly lasts?: number };

/** No two of these servers can talk but by the hub; nothing where there are no two. */
function onlyLinked(
  node: FaultNode,
  servers: readonly NodeId[],
  when: When,
): readonly PlannedFault[] {
  const groups = servers.filter((server) => server !== node).map((server) => [server]);
  return groups.length < 2 ? [] : [{ ...when, fault: 'bridge', node, groups }];
}

function lasting(lasts: number | undefined): { readonly lasts?: number } {
  return lasts === undefined ? {} : { lasts };
}

function triggerOf({ at, when }: PlannedFault, by = 0): FaultTrigger {
  return when === undefined ? { at: at + by } : { when: { ...when, after: when.after + by } };
}
