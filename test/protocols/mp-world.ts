/** The test world with Multi-Paxos in it, and the situations that tests start from. */
import { ballotName } from '../../protocols/multi-paxos/ballot.ts';
import type { ClientState } from '../../protocols/multi-paxos/client.ts';
import { multiPaxos } from '../../protocols/multi-paxos/index.ts';
import type { Command, PaxosMessage, PValue } from '../../protocols/multi-paxos/messages.ts';
import type { PaxosState } from '../../protocols/multi-paxos/state.ts';
import { kv } from '../../protocols/state-machines/kv.ts';
import { readOperation } from '../../protocols/state-machines/operation.ts';
import type { NodeId, Options, Protocol } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { type Packet, TestWorld } from './test-world.ts';

export type PaxosPacket = Packet<PaxosMessage>;
export type PaxosWorld = TestWorld<PaxosMessage, string, PaxosState, ClientState>;

export interface PaxosSettings {
  readonly replicas?: number;
  readonly clients?: number;
  readonly options?: Options;
  readonly protocol?: Protocol;
}

/** Three nodes (0, 1, 2) and one client (3) unless told otherwise; node 0 has sent its scout. */
export function bootedWorld(settings: PaxosSettings = {}): PaxosWorld {
  const protocol = settings.protocol ?? multiPaxos;
  return new TestWorld(protocol as Protocol<PaxosMessage, string, PaxosState, ClientState>, kv, {
    replicas: settings.replicas ?? 3,
    clients: settings.clients ?? 1,
    options: settings.options ?? {},
    fieldText,
  });
}

/** The same with node 0 as the leader that all have heard of. */
export function paxosWorld(settings: PaxosSettings = {}): PaxosWorld {
  const world = bootedWorld(settings);
  world.settle();
  return world;
}

export function put(value: Plain, key = 'x'): Plain {
  return { f: 'put', key, value };
}

export function get(key = 'x'): Plain {
  return { f: 'get', key };
}

/** The client writes, and all that follows from it is delivered. */
export function write(world: PaxosWorld, client: NodeId, ...values: readonly Plain[]): void {
  for (const value of values) {
    world.invoke(client, put(value));
    world.settle();
  }
}

/** What the client was answered last. */
export function lastAnswer(world: PaxosWorld): Plain | undefined {
  return world.outcomes.at(-1)?.output;
}

/** `node` has heard nobody for two timeouts and sends its scout. */
export function seekElection(world: PaxosWorld, node: NodeId): void {
  const before = world.state(node).leader.ballot;
  for (let patience = 0; patience < 2; patience++) {
    if (world.state(node).leader.ballot === before) world.expire(node, 'leader');
  }
}

/** All that are up hear from the leader once more, and of everything that is decided. */
export function beat(world: PaxosWorld, leader: NodeId): void {
  world.expire(leader, 'heartbeat');
  world.settle();
}

/** Neither from nor to any of `nodes`. */
export function without(...nodes: readonly NodeId[]): (packet: PaxosPacket) => boolean {
  return ({ from, to }) => !nodes.includes(from) && !nodes.includes(to);
}

export function ofType(
  ...types: readonly PaxosMessage['type'][]
): (packet: PaxosPacket) => boolean {
  return ({ message }) => types.includes(message.type);
}

/** The values that a node has executed puts of, oldest first. */
export function executedValues({ replica }: PaxosState): Plain[] {
  return replica.executed.map((operation) => readOperation(operation).value);
}

/** Commands that a node knows to be decided, by slot from the first one kept: `x`, `no-op`, … */
export function decidedCommands({ replica }: PaxosState): string[] {
  return replica.decisions.values.map((command) => (command === null ? '?' : commandText(command)));
}

/** What an acceptor has accepted: `slot: ballot command`. */
export function acceptedPValues({ acceptor }: PaxosState): string[] {
  return acceptor.accepted.values
    .filter((pvalue) => pvalue !== null)
    .map(({ slot, ballot, command }) => `${slot}: ${ballotName(ballot)} ${commandText(command)}`);
}

export function commandText(command: Command): string {
  switch (command.type) {
    case 'Request': {
      const { f, key, value } = readOperation(command.operation);
      return value === null ? `${f} ${key}` : `${f} ${key} ${JSON.stringify(value)}`;
    }
    case 'Batch':
      return `batch of ${command.requests.length}`;
    case 'Reconfiguration':
      return `members ${command.members.join(' ')}`;
    case 'NoOp':
      return 'no-op';
    default:
      return command satisfies never;
  }
}

/** Ballots by name, commands in a word. */
function fieldText(name: string, value: Plain): string | undefined {
  // What has these names in this protocol's messages is of these types.
  if (name === 'ballot') return `ballot ${ballotName(value as number)}`;
  if (name === 'inReplyTo') return `to ${ballotName(value as number)}`;
  if (name === 'command') return `command ${commandText(value as unknown as Command)}`;
  if (name === 'pvalue') return pvalueText(value as unknown as PValue);
  if (name === 'commands') {
    return `commands ${(value as unknown as Command[]).map(commandText).join(', ')}`;
  }
  if (name === 'accepted') {
    return `accepted ${(value as unknown as PValue[]).map(pvalueText).join(' ') || 'nothing'}`;
  }
  return undefined;
}

function pvalueText({ ballot, slot, command }: PValue): string {
  return `⟨${ballotName(ballot)}, ${slot}, ${commandText(command)}⟩`;
}
