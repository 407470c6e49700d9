/** The test world with CRAQ in it, and the situations that tests start from. */
import type { CraqClientState } from '../../protocols/craq/client.ts';
import { type CraqState, craq } from '../../protocols/craq/index.ts';
import type { CraqMessage } from '../../protocols/craq/messages.ts';
import type { CraqServerState } from '../../protocols/craq/state.ts';
import { kv } from '../../protocols/state-machines/kv.ts';
import type { NodeId, Options, Protocol, StateMachine } from '../../sim/contract.ts';
import type { WeakerLevel } from '../../sim/level.ts';
import type { Plain } from '../../sim/plain.ts';
import { type Packet, TestWorld } from './test-world.ts';

export type CraqPacket = Packet<CraqMessage>;
export type CraqWorld = TestWorld<CraqMessage, string, CraqState, CraqClientState>;

/** One master, a chain of three servers, and two clients. */
export const MASTER: NodeId = 0;
export const HEAD: NodeId = 1;
export const MIDDLE: NodeId = 2;
export const TAIL: NodeId = 3;
export const WRITER: NodeId = 4;
export const READER: NodeId = 5;
const SERVERS = [HEAD, MIDDLE, TAIL];

/** Longer than a server may be silent, and than any lease that it has. */
export const LONG = 200_000;

export interface CraqSettings {
  readonly options?: Options;
  readonly protocol?: Protocol;
  readonly machine?: StateMachine;
}

/** The master acts, and every server has its lease. */
export function craqWorld(settings: CraqSettings = {}): CraqWorld {
  const protocol = (settings.protocol ?? craq) as typeof craq;
  const machine = settings.machine ?? (kv as StateMachine);
  const world: CraqWorld = new TestWorld(protocol, machine, {
    replicas: 4,
    clients: 2,
    options: { masters: 1, ...settings.options },
  });
  world.settle();
  pass(world, 1);
  return world;
}

/**
 * At least so much time passes: heartbeats are sent and delivered, but for those of the `silent`,
 * from and to whom everything is lost.
 */
export function pass(world: CraqWorld, time: number, silent: readonly NodeId[] = []): void {
  const end = world.now + time;
  do {
    for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
    for (const id of SERVERS) if (!silent.includes(id)) world.expire(id, 'heartbeat');
    world.settle(({ from, to }) => !silent.includes(from) && !silent.includes(to));
    world.lose();
  } while (world.now < end);
}

/** Two servers serve; an operator asks for the third one, which begins to join. */
export function joiningWorld(
  isFarEnough: (world: CraqWorld) => boolean,
  { options, ...settings }: CraqSettings = {},
  wanted: readonly NodeId[] = [TAIL, HEAD, MIDDLE],
): CraqWorld {
  const world = craqWorld({ ...settings, options: { servers: 2, autoExtend: false, ...options } });
  write(world, 1, 2, 3, 4, 5);
  world.reconfigure(MASTER, wanted);
  joinUntil(world, isFarEnough);
  return world;
}

/** Later than all that a client has asked for. */
export const LATE = 100;

/** An update of this client gets to the server, and no further. */
export function updateAt(world: CraqWorld, id: NodeId, clientId: NodeId, value: Plain): void {
  const operation = put(value);
  world.inject(clientId, id, { type: 'Request', operation, clientId, requestNumber: LATE });
  world.deliver('Request', clientId, id);
}

/**
 * The new server has copied, and then taken its place; meanwhile there was an update that it has
 * not, which had got as far as the last of these.
 */
export function insertedWorld(settings: CraqSettings, last: NodeId = HEAD): CraqWorld {
  const world = joiningWorld(reached('copy-completed', TAIL), settings);
  updateAt(world, HEAD, READER, 6);
  if (last === MIDDLE) world.deliver('Forward', HEAD, MIDDLE);
  world.lose(ofType('Forward'));
  joinUntil(world, reached('appended-to-chain', TAIL));
  return world;
}

/** Goes on, message by message, until it is far enough; those that are up send heartbeats. */
export function joinUntil(
  world: CraqWorld,
  isFarEnough: (world: CraqWorld) => boolean,
  isLost: (packet: CraqPacket) => boolean = () => false,
): void {
  for (let step = 0; step < 20 && !isFarEnough(world); step++) {
    for (const timer of ['heartbeat', 'supervise']) world.expire(MASTER, timer);
    for (const id of SERVERS) if (world.isUp(id)) world.expire(id, 'heartbeat');
    world.settle((packet) => !isLost(packet) && !isFarEnough(world));
    world.lose(isLost);
  }
  if (!isFarEnough(world)) throw new Error('the server does not get so far');
}

/** Whether this has been reached: as `marks` has it, with the node. */
export function reached(mark: string, id: NodeId): (world: CraqWorld) => boolean {
  return ({ marks }) => marks.includes(`${mark} ${id}`);
}

export function server(world: CraqWorld, id: NodeId): CraqServerState {
  const state = world.state(id);
  if (state.kind !== 'server') throw new Error(`node ${id} is no server`);
  return state;
}

/** Numbers of the versions that a server has of `x`, those that are dirty with a star. */
export function versionsAt(world: CraqWorld, id: NodeId, key = 'x'): string {
  const versions = server(world, id).objects.get(key) ?? [];
  return versions.map(({ number, isClean }) => `${number}${isClean ? '' : '*'}`).join(' ');
}

export function put(value: Plain, key = 'x'): Plain {
  return { f: 'put', key, value };
}

export function get(key = 'x'): Plain {
  return { f: 'get', key };
}

export function cas(expected: Plain, value: Plain, key = 'x'): Plain {
  return { f: 'cas', key, value: [expected, value] };
}

/** The writer writes, and all that follows from it is delivered. */
export function write(world: CraqWorld, ...values: readonly Plain[]): void {
  for (const value of values) {
    world.invoke(WRITER, put(value));
    world.settle();
  }
}

/** The writer writes, and the update gets as far as this server, but not to the next. */
export function writeAsFarAs(world: CraqWorld, last: NodeId, operation: Plain): void {
  world.invoke(WRITER, operation);
  world.settle(ofType('GetConfiguration', 'ChainConfig'));
  world.deliver('Request', WRITER, HEAD);
  for (let to = MIDDLE; to <= last; to++) world.deliver('Forward', to - 1, to);
}

/** The committed update's acknowledgement is on its way from the tail. */
export function commitAtTail(world: CraqWorld): void {
  world.deliver('Stored', TAIL, TAIL);
}

/** The reader asks this server, whichever it would have asked. */
export function ask(world: CraqWorld, id: NodeId, level?: WeakerLevel, key = 'x'): void {
  const { chain } = world.clientState(READER);
  world.invoke(READER, get(key), level);
  world.lose(({ from, message }) => from === READER && message.type === 'Query');
  chain.home = id;
  const requestNumber = chain.requestNumber;
  const query = { type: 'Query', operation: get(key), requestNumber } as const;
  world.inject(READER, id, level === undefined ? query : { ...query, level });
  world.deliver('Query', READER, id);
}

/** What the reader was told, or `nothing` while it waits. */
export function told(world: CraqWorld): Plain {
  world.settle(({ to }) => to === READER);
  const { chain } = world.clientState(READER);
  if (chain.open !== null) return 'nothing';
  return world.outcomes.findLast(({ client }) => client === READER)?.output ?? null;
}

export function ofType(...types: readonly CraqMessage['type'][]): (packet: CraqPacket) => boolean {
  return ({ message }) => types.includes(message.type);
}

/** The protocol with no invariants but these; the first of all stays, which feeds the ghost. */
export function judgedBy(protocol: Protocol, ...names: readonly string[]): Protocol {
  const invariants = protocol.invariants.filter(
    ({ name }, index) => index === 0 || name === 'clean-is-committed' || names.includes(name),
  );
  return { ...protocol, invariants };
}
