/** Faults of links: partitions of every shape, and links that are slow or clogged. */
import type { NodeId } from '../contract.ts';
import type { FaultNode, LinkFault } from '../fault.ts';
import type { Scene, Strike } from './strike.ts';

type Link = readonly [from: NodeId, to: NodeId];

export function strikeLinks(fault: LinkFault, scene: Scene): Strike {
  const { world } = scene;
  // `'it'` may be a node that is named as well.
  const resolve = (nodes: readonly FaultNode[]): NodeId[] => [...new Set(nodes.map(scene.resolve))];
  switch (fault.fault) {
    case 'partition':
      return cut(scene, severed(resolveGroups(fault.groups, scene)));
    case 'one-way':
      return cut(scene, oneWay(resolve(fault.from), resolve(fault.to)));
    case 'bridge': {
      const bridge = scene.resolve(fault.node);
      const groups = resolveGroups(fault.groups, scene);
      return cut(scene, severed(groups.map((group) => group.filter((id) => id !== bridge))));
    }
    case 'ring':
      return cut(scene, withoutNeighbours(resolve(fault.order), true));
    case 'chained':
      return cut(scene, withoutNeighbours(resolve(fault.order), false));
    case 'quorum-loss':
      return cut(scene, allButHub(world.cluster.replicas, scene.resolve(fault.node)));
    case 'constrained-election':
      return constrainElection(fault, scene);
    case 'flapping':
      return flap(scene, severed(resolveGroups(fault.groups, scene)), fault.period);
    case 'slow': {
      const links = oneWay(resolve(fault.from), resolve(fault.to));
      for (const [from, to] of links) world.network.slow(from, to, fault.by);
      const end = (): void => {
        for (const [from, to] of links) world.network.slow(from, to, -fault.by);
      };
      return { nodes: undefined, end };
    }
    case 'clog': {
      const links = oneWay(resolve(fault.from), resolve(fault.to));
      for (const [from, to] of links) world.network.clog(from, to);
      const end = (): void => {
        for (const [from, to] of links) world.network.unclog(from, to);
        world.post.letGo();
      };
      return { nodes: undefined, end };
    }
    default:
      return fault satisfies never;
  }
}

function cut({ world }: Scene, links: readonly Link[]): Strike {
  for (const [from, to] of links) world.network.cut(from, to);
  const end = (): void => {
    for (const [from, to] of links) world.network.uncut(from, to);
  };
  return { nodes: undefined, end };
}

/** Cut, whole, cut, …: each for one period. */
function flap(scene: Scene, links: readonly Link[], period: number): Strike {
  let held: Strike | undefined = cut(scene, links);
  const end = (): void => {
    held?.end();
    held = undefined;
  };
  const next = (): number => {
    if (held === undefined) held = cut(scene, links);
    else end();
    return period;
  };
  return { nodes: undefined, end, phaseAfter: period, next };
}

/** First the hub misses what the leader does; then the leader is alone, the hub alone has links. */
function constrainElection(
  fault: LinkFault & { readonly fault: 'constrained-election' },
  scene: Scene,
): Strike {
  const { replicas } = scene.world.cluster;
  const hub = scene.resolve(fault.node);
  const leader = scene.resolve(fault.leader);
  let held = cut(scene, leader === hub ? [] : [[leader, hub]]);
  const next = (): undefined => {
    held.end();
    const others = replicas.filter((replica) => replica !== leader);
    const alone = leader === hub ? [] : severed([[leader], others]);
    held = cut(scene, [...alone, ...allButHub(others, hub)]);
    return undefined;
  };
  return { nodes: undefined, end: () => held.end(), phaseAfter: fault.lag, next };
}

/** A node is in the first group that names it: `'it'` may be one that a later group names too. */
function resolveGroups(groups: readonly (readonly FaultNode[])[], scene: Scene): NodeId[][] {
  const placed = new Set<NodeId>();
  return groups.map((group) => {
    const own = [...new Set(group.map(scene.resolve))].filter((id) => !placed.has(id));
    for (const id of own) placed.add(id);
    return own;
  });
}

/** All links between nodes of different groups. */
function severed(groups: readonly (readonly NodeId[])[]): Link[] {
  return groups.flatMap((group, index) =>
    groups.flatMap((other, otherIndex) => (index === otherIndex ? [] : oneWay(group, other))),
  );
}

function oneWay(senders: readonly NodeId[], receivers: readonly NodeId[]): Link[] {
  return senders.flatMap((from) =>
    receivers.flatMap((to): Link[] => (from === to ? [] : [[from, to]])),
  );
}

/** All links among `order` but those between neighbours. */
function withoutNeighbours(order: readonly NodeId[], isRing: boolean): Link[] {
  const last = order.length - 1;
  const isNext = (a: number, b: number): boolean =>
    Math.abs(a - b) === 1 || (isRing && Math.abs(a - b) === last);
  return order.flatMap((from, a) =>
    order.flatMap((to, b): Link[] => (a === b || isNext(a, b) ? [] : [[from, to]])),
  );
}

/** All links among the nodes but those of the hub. */
function allButHub(nodes: readonly NodeId[], hub: NodeId): Link[] {
  const others = nodes.filter((node) => node !== hub);
  return oneWay(others, others);
}
