/** The test world with chain replication in it, and the situations that tests start from. */
import type { ClientState } from '../../protocols/chain-replication/client.ts';
import type { Configuration } from '../../protocols/chain-replication/configuration.ts';
import { commandOf } from '../../protocols/chain-replication/configuration-machine.ts';
import { type ChainState, chainReplication } from '../../protocols/chain-replication/index.ts';
import type { MasterState } from '../../protocols/chain-replication/master-state.ts';
import type { ChainMessage, Snapshot } from '../../protocols/chain-replication/messages.ts';
import type { ServerState } from '../../protocols/chain-replication/state.ts';
import { ballotName } from '../../protocols/multi-paxos/ballot.ts';
import type { PaxosMessage } from '../../protocols/multi-paxos/messages.ts';
import { kv } from '../../protocols/state-machines/kv.ts';
import type { NodeId, Options, Protocol } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';
import { type Packet, TestWorld } from './test-world.ts';

export type ChainPacket = Packet<ChainMessage>;
export type ChainWorld = TestWorld<ChainMessage, string, ChainState, ClientState>;

/** One master, a chain of three servers, and a client. */
export const MASTER: NodeId = 0;
export const HEAD: NodeId = 1;
export const MIDDLE: NodeId = 2;
export const TAIL: NodeId = 3;
export const CLIENT: NodeId = 4;
const SERVERS = [HEAD, MIDDLE, TAIL];

export const DURABLE: Options = { durability: 'durable' };
/** Longer than a server may be silent, and than any lease that it has. */
export const LONG = 200_000;

export interface ChainSettings {
  /** Masters and servers. */
  readonly replicas?: number;
  readonly clients?: number;
  readonly options?: Options;
  readonly protocol?: Protocol;
}

/** Everybody has started; nothing was delivered. */
export function bootedWorld(settings: ChainSettings = {}): ChainWorld {
  const protocol = settings.protocol ?? chainReplication;
  return new TestWorld(protocol as Protocol<ChainMessage, string, ChainState, ClientState>, kv, {
    replicas: settings.replicas ?? 4,
    clients: settings.clients ?? 1,
    options: { masters: 1, ...settings.options },
    fieldText,
  });
}

/** What masters say to each other by name, configurations in full. */
function fieldText(name: string, value: Plain): string | undefined {
  // What has these names in this protocol's messages is of these types.
  if (name === 'message') return paxosText(value as unknown as PaxosMessage);
  if (name === 'configuration') return configurationText(value as unknown as Configuration);
  if (name === 'snapshot') return `snapshot of ${(value as unknown as Snapshot).length}`;
  return undefined;
}

function paxosText(message: PaxosMessage): string {
  const command =
    message.type === 'Phase2a'
      ? message.pvalue.command
      : message.type === 'Propose' || message.type === 'Decision'
        ? message.command
        : undefined;
  if (command?.type !== 'Request') return message.type;
  const { f, ...operands } = commandOf(command.operation);
  const text = Object.entries(operands).map(
    ([name, operand]) => `${name} ${name === 'term' ? ballotName(Number(operand)) : operand}`,
  );
  return [message.type, f, ...text].join(' ');
}

function configurationText({ epoch, chain, joining }: Configuration): string {
  return `epoch ${epoch} [${chain.join(' ')}]${joining === null ? '' : ` joining ${joining}`}`;
}

/** The master acts, and the tail has its lease. */
export function chainWorld(settings: ChainSettings = {}): ChainWorld {
  const world = bootedWorld(settings);
  world.settle();
  pass(world, 1);
  return world;
}

/**
 * Two servers serve; an operator has asked for the third one, which has been told so, and is about
 * to copy.
 */
export function joiningWorld(values: readonly Plain[] = [1, 2], options: Options = {}): ChainWorld {
  const world = chainWorld({
    options: { servers: 2, autoExtend: false, snapshotEvery: 2, ...options },
  });
  write(world, ...values);
  world.reconfigure(MASTER, SERVERS);
  world.settle(ofType('MasterPaxos', 'Wish'));
  for (let round = 0; round < 2; round++) {
    world.expire(TAIL, 'heartbeat');
    world.settle(ofType('ServerHeartbeat', 'ChainConfig', 'MasterPaxos'));
    world.expire(MASTER, 'supervise');
    world.settle(ofType('MasterPaxos', 'ChainConfig'));
  }
  const { chain, joining } = master(world).configuration;
  if (chain.includes(TAIL) || joining !== TAIL) throw new Error('the third server does not join');
  return world;
}

/**
 * At least so much time passes: heartbeats are sent and delivered, but for those of the `silent`,
 * from and to whom everything is lost.
 */
export function pass(world: ChainWorld, time: number, silent: readonly NodeId[] = []): void {
  const end = world.now + time;
  do {
    for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
    for (const server of SERVERS) {
      if (!silent.includes(server)) world.expire(server, 'heartbeat');
    }
    world.settle(without(...silent));
    world.lose();
  } while (world.now < end);
}

export function server(world: ChainWorld, id: NodeId): ServerState {
  const state = world.state(id);
  if (state.kind !== 'server') throw new Error(`node ${id} is no server`);
  return state;
}

export function master(world: ChainWorld): MasterState {
  const state = world.state(MASTER);
  if (state.kind !== 'master') throw new Error(`node ${MASTER} is no master`);
  return state;
}

export function chainOf(world: ChainWorld): readonly NodeId[] {
  return master(world).configuration.chain;
}

export function put(value: Plain, key = 'x'): Plain {
  return { f: 'put', key, value };
}

export function get(key = 'x'): Plain {
  return { f: 'get', key };
}

/** The first client writes, and all that follows from it is delivered. */
export function write(world: ChainWorld, ...values: readonly Plain[]): void {
  for (const value of values) {
    world.invoke(world.cluster.clients[0]!, put(value));
    world.settle();
  }
}

/** The client has waited long enough: its timer may first have to run on for the latest request. */
export function retry(world: ChainWorld, client: NodeId = world.cluster.clients[0]!): void {
  const isRetried = (): boolean => world.marks.includes(`client-retried ${client}`);
  for (let patience = 0; patience < 3 && !isRetried(); patience++) world.expire(client, 'retry');
}

/** The values in a server's Hist, as far as it is not trimmed. */
export function valuesOf(state: ServerState): Plain[] {
  return state.hist.map(({ operation }) => (operation as { value: Plain }).value);
}

/** What the client was answered last. */
export function lastAnswer(world: ChainWorld): Plain | undefined {
  return world.outcomes.at(-1)?.output;
}

/** Neither from nor to any of these. */
export function without(...nodes: readonly NodeId[]): (packet: ChainPacket) => boolean {
  return ({ from, to }) => !nodes.includes(from) && !nodes.includes(to);
}

export function ofType(
  ...types: readonly ChainMessage['type'][]
): (packet: ChainPacket) => boolean {
  return ({ message }) => types.includes(message.type);
}

/** The protocol with no invariants but these; the first of all stays, which feeds the ghost. */
export function judgedBy(protocol: Protocol, ...names: readonly string[]): Protocol {
  const invariants = protocol.invariants.filter(
    ({ name }, index) => index === 0 || names.includes(name),
  );
  return { ...protocol, invariants };
}
