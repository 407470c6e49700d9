/** The test world with OmniPaxos in it, and the situations that tests start from. */
import { ballotName } from '../../protocols/omni-paxos/ballot.ts';
import type { ClientState } from '../../protocols/omni-paxos/client.ts';
import { omniPaxos } from '../../protocols/omni-paxos/index.ts';
import { suffixOf } from '../../protocols/omni-paxos/log.ts';
import type {
  Configuration,
  Entry,
  LogSync,
  OmniMessage,
} from '../../protocols/omni-paxos/messages.ts';
import type { OmniState } from '../../protocols/omni-paxos/state.ts';
import { kv } from '../../protocols/state-machines/kv.ts';
import { readOperation } from '../../protocols/state-machines/operation.ts';
import type { NodeId, Options, Protocol } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { valuesIn } from './lone-server.ts';
import { type Packet, TestWorld } from './test-world.ts';

export type OmniPacket = Packet<OmniMessage>;
export type OmniWorld = TestWorld<OmniMessage, string, OmniState, ClientState>;

export interface OmniSettings {
  readonly replicas?: number;
  readonly clients?: number;
  readonly options?: Options;
  readonly protocol?: Protocol;
}

/** Three servers (0, 1, 2) and one client (3) unless told otherwise; nothing was delivered. */
export function bootedWorld(settings: OmniSettings = {}): OmniWorld {
  const protocol = settings.protocol ?? omniPaxos;
  return new TestWorld(protocol as Protocol<OmniMessage, string, OmniState, ClientState>, kv, {
    replicas: settings.replicas ?? 3,
    clients: settings.clients ?? 1,
    options: settings.options ?? {},
    fieldText,
  });
}

/** The same with server 0 as the leader with whom all are happy. */
export function omniWorld(settings: OmniSettings = {}): OmniWorld {
  const world = bootedWorld(settings);
  elect(world, 0);
  for (let round = 0; round < 2; round++) beat(world);
  return world;
}

/**
 * All that are up end their rounds, and ask again for decisions that they lack, one after the
 * other, and everything is delivered.
 */
export function beat(world: OmniWorld, silent: readonly NodeId[] = []): void {
  for (const server of world.cluster.replicas) {
    for (const timer of ['election', 'migration']) {
      if (silent.includes(server) || !world.hasTimer(server, timer)) continue;
      world.expire(server, timer);
      world.settle(without(...silent));
    }
  }
  world.lose();
}

/**
 * This server, and nobody else, finds that nobody serves those that it hears, and takes over; those
 * that are cut off hear nothing of it.
 */
export function elect(world: OmniWorld, server: NodeId, cut: readonly NodeId[] = []): void {
  const { replicas } = world.cluster;
  const heard = replicas.filter((other) => other !== server && !cut.includes(other));
  // Nobody that it hears has heard of anybody for a whole round.
  for (const other of [...heard, ...heard]) {
    if (!world.hasTimer(other, 'election')) continue;
    world.lose(ofType('HeartbeatRequest', 'HeartbeatReply'));
    world.expire(other, 'election');
  }
  world.lose(ofType('HeartbeatRequest', 'HeartbeatReply'));
  const before = world.state(server).election.ballot;
  for (let round = 0; round < 3 && world.state(server).election.ballot === before; round++) {
    world.expire(server, 'election');
    world.settle(
      (packet) => without(...cut)(packet) && ofType('HeartbeatRequest', 'HeartbeatReply')(packet),
    );
  }
  world.settle(without(...cut));
  world.lose();
}

export function put(value: Plain, key = 'x'): Plain {
  return { f: 'put', key, value };
}

export function get(key = 'x'): Plain {
  return { f: 'get', key };
}

/** The client writes, and all that follows from it is delivered. */
export function write(world: OmniWorld, client: NodeId, ...values: readonly Plain[]): void {
  for (const value of values) {
    world.invoke(client, put(value));
    world.settle();
  }
}

/** What the client was answered last. */
export function lastAnswer(world: OmniWorld): Plain | undefined {
  return world.outcomes.at(-1)?.output;
}

/** Neither from nor to any of `nodes`. */
export function without(...nodes: readonly NodeId[]): (packet: OmniPacket) => boolean {
  return ({ from, to }) => !nodes.includes(from) && !nodes.includes(to);
}

export function ofType(...types: readonly OmniMessage['type'][]): (packet: OmniPacket) => boolean {
  return ({ message }) => types.includes(message.type);
}

/** Puts of what a server has in its log, as far as it is kept; `stop` for a stop-sign. */
export function logOf({ paxos: { log } }: OmniState): Plain[] {
  return valuesIn(suffixOf(log, log.first));
}

/** The values that a server has executed puts of, oldest first, as far as it remembers. */
export function executedValues({ replica }: OmniState): Plain[] {
  return replica.executed.map((operation) => readOperation(operation).value);
}

export function isLeading({ leader, paxos }: OmniState): boolean {
  return leader.ballot !== 0 && paxos.phase === 'accept';
}

/** The protocol with no invariants but these, and those that feed the ghost. */
export function judgedBy(protocol: Protocol, ...names: readonly string[]): Protocol {
  const invariants = protocol.invariants.filter(
    ({ name }) => names.includes(name) || FEEDING.includes(name),
  );
  return { ...protocol, invariants: invariants.map((each) => silenced(each, names)) };
}

const FEEDING = [
  'one-configuration-per-number',
  'one-log-per-ballot',
  'one-decided-log',
  'promises-grow',
];

/** Looks on, so that others know what it tells them, and says nothing unless it is asked for. */
function silenced(
  invariant: Protocol['invariants'][number],
  names: readonly string[],
): Protocol['invariants'][number] {
  if (names.includes(invariant.name)) return invariant;
  return {
    ...invariant,
    watch(view) {
      const watcher = invariant.watch(view);
      return {
        after(changed, state) {
          watcher.after(changed, state);
          return undefined;
        },
        crashed: (server) => watcher.crashed?.(server),
      };
    },
  };
}

/** Ballots by name, logs by what is in them. */
function fieldText(name: string, value: Plain): string | undefined {
  // What has these names in this protocol's messages is of these types.
  if (name === 'ballot' || name === 'leader' || name === 'acceptedRound') {
    return `${name} ${ballotName(value as number)}`;
  }
  if (name === 'entries') return `entries ${valuesIn(value as unknown as Entry[]).join(' ')}`;
  if (name === 'configuration' && typeof value === 'object') {
    const { id, from, members } = value as unknown as Configuration;
    return `configuration ${id + 1} of {${members.join(' ')}} from ${from} on`;
  }
  if (name === 'sync') return syncText(value as unknown as LogSync | null);
  return undefined;
}

function syncText(sync: LogSync | null): string {
  if (sync === null) return 'nothing new';
  const { snapshot, from, entries } = sync;
  const state = snapshot === null ? '' : `${snapshot.kind} snapshot of ${snapshot.length}, `;
  return `${state}from ${from} on: ${valuesIn(entries).join(' ') || 'nothing'}`;
}
