/** Whether anybody could have decided anything: what no protocol can be blamed for. */
import type { NodeId } from '../../sim/contract.ts';
import type { Simulation } from '../../sim/simulation.ts';

/** Whether some server that runs can talk, both ways, to so many that they are most of them all. */
export function hasQuorumWithinReach(world: Simulation, servers: readonly NodeId[]): boolean {
  const quorum = Math.floor(servers.length / 2) + 1;
  const running = servers.filter((server) => world.isUp(server) && !world.isPaused(server));
  const isLinked = (one: NodeId, other: NodeId): boolean =>
    one === other || (world.isConnected(one, other) && world.isConnected(other, one));
  return running.some((hub) => running.filter((other) => isLinked(hub, other)).length >= quorum);
}
