/** The test world with Viewstamped Replication in it, and the situations that tests start from. */
import { kv } from '../../protocols/state-machines/kv.ts';
import { viewstampedReplication } from '../../protocols/viewstamped-replication/index.ts';
import type { VrMessage } from '../../protocols/viewstamped-replication/messages.ts';
import type { ClientState, ReplicaState } from '../../protocols/viewstamped-replication/state.ts';
import type { NodeId, Options, Protocol } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { type Packet, TestWorld } from './test-world.ts';

export type VrPacket = Packet<VrMessage>;
export type VrWorld = TestWorld<VrMessage, string, ReplicaState, ClientState>;

export const DURABLE: Options = { durability: 'durable' };

export interface VrSettings {
  readonly replicas?: number;
  readonly clients?: number;
  readonly options?: Options;
  readonly protocol?: Protocol;
}

/** Three replicas (0, 1, 2) and one client (3) unless told otherwise. */
export function vrWorld(settings: VrSettings = {}): VrWorld {
  const protocol = settings.protocol ?? viewstampedReplication;
  return new TestWorld(protocol as Protocol<VrMessage, string, ReplicaState, ClientState>, kv, {
    replicas: settings.replicas ?? 3,
    clients: settings.clients ?? 1,
    options: settings.options ?? {},
  });
}

export function put(value: Plain, key = 'x'): Plain {
  return { f: 'put', key, value };
}

export function get(key = 'x'): Plain {
  return { f: 'get', key };
}

/** The values put so far according to a replica's log. */
export function loggedValues(state: ReplicaState): Plain[] {
  return state.log.map(({ operation }) => (operation as { value: Plain }).value);
}

/** Neither from nor to `replica`. */
export function without(...replicas: readonly NodeId[]): (packet: VrPacket) => boolean {
  return ({ from, to }) => !replicas.includes(from) && !replicas.includes(to);
}

export function ofType(...types: readonly VrMessage['type'][]): (packet: VrPacket) => boolean {
  return ({ message }) => types.includes(message.type);
}

/**
 * The protocol with no invariants but these, so that a bug comes as far as its worst consequence.
 * The first of all stays: it feeds the ghost that others read.
 */
export function judgedBy(protocol: Protocol, ...names: readonly string[]): Protocol {
  const invariants = protocol.invariants.filter(
    ({ name }, index) => index === 0 || names.includes(name),
  );
  return { ...protocol, invariants };
}

/** `replica` has heard nothing for two timeouts and changes the view. */
export function loseFaithInPrimary(world: VrWorld, replica: NodeId): void {
  const before = world.state(replica).viewNumber;
  for (let patience = 0; patience < 2; patience++) {
    if (world.state(replica).viewNumber === before) world.expire(replica, 'viewChange');
  }
}
