/** Three masters, a chain of three servers and a client: for what happens when a master fails. */
import {
  type ConfigurationCommand,
  commandOf,
} from '../../protocols/chain-replication/configuration-machine.ts';
import type { MasterState } from '../../protocols/chain-replication/master-state.ts';
import type { Command } from '../../protocols/multi-paxos/messages.ts';
import type { NodeId } from '../../sim/contract.ts';
import {
  bootedWorld,
  type ChainPacket,
  type ChainSettings,
  type ChainWorld,
  without,
} from './chain-world.ts';

export const FIRST: NodeId = 0;
export const SECOND: NodeId = 1;
export const THIRD: NodeId = 2;
export const HEAD: NodeId = 3;
export const MIDDLE: NodeId = 4;
export const TAIL: NodeId = 5;
export const CLIENT: NodeId = 6;
const REPLICAS = [FIRST, SECOND, THIRD, HEAD, MIDDLE, TAIL];

/** The first master acts, and the tail has its lease. */
export function mastersWorld(settings: ChainSettings = {}): ChainWorld {
  const options = { masters: 3, ...settings.options };
  const world = bootedWorld({ ...settings, replicas: REPLICAS.length, options });
  world.settle();
  passAmongMasters(world, 1);
  return world;
}

/**
 * At least so much time passes: heartbeats are sent and delivered, but for those of the `silent`,
 * from and to whom everything is lost.
 */
export function passAmongMasters(
  world: ChainWorld,
  time: number,
  silent: readonly NodeId[] = [],
): void {
  const end = world.now + time;
  do {
    for (const node of REPLICAS) {
      if (silent.includes(node)) continue;
      for (const timer of ['heartbeat', 'supervise']) {
        if (world.hasTimer(node, timer)) world.expire(node, timer);
      }
    }
    world.settle(without(...silent));
    world.lose();
  } while (world.now < end);
}

/** This master has heard nobody that leads for so long that it sends its scout. */
export function seekElection(world: ChainWorld, id: NodeId): void {
  const ballot = (): number => masterAt(world, id).paxos.leader.ballot;
  const before = ballot();
  for (let patience = 0; patience < 3 && ballot() === before; patience++) {
    world.expire(id, 'leader');
  }
}

/** The same, and it is elected and acts; of the `silent` nobody takes part. */
export function takeOver(world: ChainWorld, id: NodeId, silent: readonly NodeId[]): void {
  seekElection(world, id);
  world.settle(without(...silent));
}

export function masterAt(world: ChainWorld, id: NodeId): MasterState {
  const state = world.state(id);
  if (state.kind !== 'master') throw new Error(`node ${id} is no master`);
  return state;
}

/** What a message asks the masters to decide: the commands of a Phase2a or a Propose. */
export function commandsIn({ message }: ChainPacket): ConfigurationCommand[] {
  if (message.type !== 'MasterPaxos') return [];
  const inner = message.message;
  if (inner.type === 'Phase2a') return requestsOf(inner.pvalue.command);
  if (inner.type === 'Propose') return requestsOf(inner.command);
  return [];
}

function requestsOf(command: Command): ConfigurationCommand[] {
  if (command.type === 'Request') return [commandOf(command.operation)];
  if (command.type !== 'Batch') return [];
  return command.requests.map(({ operation }) => commandOf(operation));
}
