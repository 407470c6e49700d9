/**
 * A world in which the test decides everything: which message is delivered next, which timer
 * expires, when a disk has written. Nothing happens by itself. All invariants are checked after
 * every step, and everything sent or persisted is frozen deeply.
 */
import { readOperation } from '../../protocols/state-machines/operation.ts';
import type {
  Client,
  ClientEnv,
  Cluster,
  ClusterView,
  Durable,
  DurableRecord,
  Env,
  InvariantWatcher,
  Message,
  NodeId,
  Options,
  OptionValue,
  Process,
  Protocol,
  StateMachine,
  Unreadable,
  Write,
} from '../../sim/contract.ts';
import type { Level } from '../../sim/level.ts';
import type { Plain } from '../../sim/plain.ts';

export interface Packet<M extends Message> {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: M;
}

export interface Outcome {
  readonly client: NodeId;
  readonly how: 'completed' | 'abandoned' | 'refused';
  readonly output: Plain;
}

interface Node<M extends Message> {
  process: Process<M> | undefined;
  readonly timers: Map<string, number>;
  records: DurableRecord[];
  /** Records that survive a crash. */
  durable: number;
  /** Sends that wait for records, oldest first. */
  held: { readonly record: number; readonly packet: Packet<M> }[];
  isDiskHeld: boolean;
  crashes: number;
}

export interface WorldSettings {
  readonly replicas: number;
  readonly clients?: number;
  readonly options?: Options;
  /** Words of the transcript for fields of this protocol's own; the rest is told in a plain way. */
  readonly fieldText?: (name: string, value: Plain) => string | undefined;
}

export class TestWorld<M extends Message, T extends string, S extends object, C extends object> {
  /** Sent and neither delivered nor dropped, in the order of sending. */
  flying: Packet<M>[] = [];
  readonly outcomes: Outcome[] = [];
  readonly marks: string[] = [];
  /** One line for each message delivered, with what it did to the receiver. */
  readonly transcript: string[] = [];
  now = 0;
  readonly cluster: Cluster;
  readonly #protocol: Protocol<M, T, S, C>;
  readonly #machine: StateMachine;
  readonly #fieldText: (name: string, value: Plain) => string;
  readonly #nodes: Node<M>[] = [];
  readonly #watchers: { readonly name: string; readonly watcher: InvariantWatcher<S> }[];
  #drawn = 0;

  constructor(protocol: Protocol<M, T, S, C>, machine: StateMachine, settings: WorldSettings) {
    const options: { [name: string]: OptionValue } = {};
    for (const { name, default: value } of protocol.optionSchema) options[name] = value;
    const count = settings.replicas + (settings.clients ?? 1);
    const ids = Array.from({ length: count }, (_, id) => id);
    this.cluster = {
      replicas: ids.slice(0, settings.replicas),
      clients: ids.slice(settings.replicas),
      options: { ...options, ...settings.options },
    };
    this.#protocol = protocol;
    this.#machine = machine;
    this.#fieldText = (name, value) =>
      settings.fieldText?.(name, value) ?? `${name} ${describeField(value)}`;
    const view = this.#view();
    this.#watchers = protocol.invariants.map((each) => ({
      name: each.name,
      watcher: each.watch(view),
    }));
    for (const id of ids) {
      this.#nodes.push({
        process: undefined,
        timers: new Map(),
        records: [],
        durable: 0,
        held: [],
        isDiskHeld: false,
        crashes: 0,
      });
      this.restart(id);
    }
  }

  state(replica: NodeId): S {
    const process = this.#node(replica).process;
    if (process === undefined) throw new Error(`replica ${replica} is down`);
    return process.state as S;
  }

  clientState(client: NodeId): C {
    return this.#node(client).process?.state as C;
  }

  /** Delivers the oldest flying message of this description; throws if there is none. */
  deliver(type: M['type'], from: NodeId, to: NodeId): void {
    this.#deliverPacket(this.#take(type, from, to));
  }

  /** Delivers everything that satisfies `wanted`, and what that leads to, until none is left. */
  settle(wanted: (packet: Packet<M>) => boolean = () => true): void {
    for (let step = 0; step < 10_000; step++) {
      const index = this.flying.findIndex(wanted);
      if (index < 0) return;
      const [packet] = this.flying.splice(index, 1);
      this.#deliverPacket(packet!);
    }
    throw new Error('the world does not settle');
  }

  /** Loses the oldest flying message of this description and returns it. */
  take(type: M['type'], from: NodeId, to: NodeId): Packet<M> {
    return this.#take(type, from, to);
  }

  /** Loses everything that satisfies `unwanted`. */
  lose(unwanted: (packet: Packet<M>) => boolean = () => true): void {
    this.flying = this.flying.filter((packet) => !unwanted(packet));
  }

  /** Puts a message on its way: a late copy, or one that the test makes up. */
  inject(from: NodeId, to: NodeId, message: M): void {
    this.flying.push({ from, to, message });
  }

  deliverUnreadable(from: NodeId, to: NodeId): void {
    const message: Unreadable = { type: 'Unreadable' };
    this.#step(to, (process) => process.receive(from, message));
  }

  /** Descriptions of what is flying, such as `Prepare 0→1`. */
  inFlight(): string[] {
    return this.flying.map(({ from, to, message }) => `${message.type} ${from}→${to}`);
  }

  hasTimer(node: NodeId, timer: T): boolean {
    return this.#node(node).timers.has(timer);
  }

  /** The timer runs out now; the clock moves there. */
  expire(node: NodeId, timer: T): void {
    const { timers } = this.#node(node);
    const deadline = timers.get(timer);
    if (deadline === undefined) throw new Error(`node ${node} has no timer ${timer}`);
    timers.delete(timer);
    this.now = Math.max(this.now, deadline);
    this.#step(node, (process) => process.expire(timer));
  }

  invoke(client: NodeId, operation: Plain, level: Level = 'linearizable', via?: NodeId): void {
    this.#step(client, (process) => (process as Client<M>).invoke(operation, level, via));
  }

  /** An operator asks this node for other members. */
  reconfigure(node: NodeId, members: readonly NodeId[]): void {
    this.#step(node, (process) => process.reconfigure?.(members));
  }

  /** From here on this node's records stay outstanding until `writeDisk`. */
  holdDisk(node: NodeId): void {
    this.#node(node).isDiskHeld = true;
  }

  /** Writes the next `count` outstanding records; what waited for them leaves. */
  writeDisk(node: NodeId, count = 1_000): void {
    const disk = this.#node(node);
    disk.durable = Math.min(disk.records.length, disk.durable + count);
    this.#release(disk);
  }

  isUp(node: NodeId): boolean {
    return this.#node(node).process !== undefined;
  }

  /** What was not durable is lost; if asked, the first write of the first lost record is not. */
  crash(node: NodeId, tail: 'clean' | 'torn' = 'clean'): void {
    const crashed = this.#node(node);
    const lost = crashed.records[crashed.durable];
    crashed.records.length = crashed.durable;
    if (tail === 'torn' && lost !== undefined) {
      crashed.records.push({ intact: false, writes: lost.writes.slice(0, 1) });
    }
    crashed.durable = crashed.records.length;
    crashed.process = undefined;
    crashed.held = [];
    crashed.timers.clear();
    crashed.crashes++;
    if (this.cluster.replicas.includes(node)) {
      for (const { watcher } of this.#watchers) watcher.crashed?.(node);
    }
  }

  recordCount(node: NodeId): number {
    return this.#node(node).records.length;
  }

  /** The record, counted from 0, cannot be read from now on; returns what makes it whole again. */
  damage(node: NodeId, record: number): () => void {
    const { records } = this.#node(node);
    const whole = records[record];
    if (whole === undefined) throw new Error(`node ${node} has no record ${record}`);
    records[record] = { intact: false, writes: [] };
    return () => {
      records[record] = whole;
    };
  }

  /** With its disk held, what the start persists stays outstanding too. */
  restart(node: NodeId, disk: 'running' | 'held' = 'running'): void {
    const stopped = this.#node(node);
    stopped.isDiskHeld = disk === 'held';
    const env = this.#env(node);
    stopped.process = this.cluster.replicas.includes(node)
      ? (this.#protocol.replica(env, this.cluster, this.#machine) as unknown as Process<M>)
      : (this.#protocol.client(
          this.#clientEnv(node, env),
          this.cluster,
          this.#machine,
        ) as unknown as Process<M>);
    const durable: Durable = { records: stopped.records.slice() };
    this.#step(node, (process) => process.start(durable));
  }

  #step(node: NodeId, act: (process: Process<M>) => void): void {
    const { process } = this.#node(node);
    if (process === undefined) return;
    act(process);
    this.#release(this.#node(node));
    if (!this.cluster.replicas.includes(node)) return;
    for (const { name, watcher } of this.#watchers) {
      const violated = watcher.after(node, process.state as S);
      if (violated !== undefined) throw new Error(`${name}: ${violated}`);
    }
  }

  #release(node: Node<M>): void {
    if (!node.isDiskHeld) node.durable = node.records.length;
    while (node.held.length > 0 && node.held[0]!.record <= node.durable) {
      this.flying.push(node.held.shift()!.packet);
    }
  }

  #deliverPacket({ from, to, message }: Packet<M>): void {
    if (this.#node(to).process === undefined) return;
    this.#step(to, (process) => process.receive(from, message));
    const after = this.cluster.replicas.includes(to)
      ? ` | ${this.#protocol.summary(this.state(to))}`
      : '';
    this.transcript.push(`${from} → ${to} ${describe(message, this.#fieldText)}${after}`);
  }

  #take(type: string, from: NodeId, to: NodeId): Packet<M> {
    const index = this.flying.findIndex(
      (packet) => packet.message.type === type && packet.from === from && packet.to === to,
    );
    if (index < 0) throw new Error(`no ${type} ${from}→${to} among: ${this.inFlight().join(', ')}`);
    return this.flying.splice(index, 1)[0]!;
  }

  #node(id: NodeId): Node<M> {
    const node = this.#nodes[id];
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }

  #env(id: NodeId): Env<M, T> {
    const world = this;
    const node = this.#node(id);
    return {
      id,
      get now() {
        return world.now;
      },
      send: (to, message) => {
        const packet = { from: id, to, message: freezeDeeply(message) };
        node.held.push({ record: node.records.length, packet });
      },
      sendUnsynced: (to, message) => {
        this.flying.push({ from: id, to, message: freezeDeeply(message) });
      },
      setTimer: (timer, delay) => node.timers.set(timer, this.now + delay),
      cancelTimer: (timer) => node.timers.delete(timer),
      persist: (...writes: readonly Write[]) => {
        node.records.push({ intact: true, writes: freezeDeeply(writes) });
      },
      // Different at every draw, which is all that nonces need.
      random: (bound) => this.#drawn++ % bound,
      mark: (name) => {
        if (!(name in this.#protocol.marks)) throw new Error(`mark ${name} is not declared`);
        this.marks.push(`${name} ${id}`);
      },
    };
  }

  #clientEnv(client: NodeId, env: Env<M, T>): ClientEnv<M, T> {
    return Object.defineProperties(
      {
        complete: (output: Plain) => this.outcomes.push({ client, how: 'completed', output }),
        abandon: () => this.outcomes.push({ client, how: 'abandoned', output: null }),
        refuse: () => this.outcomes.push({ client, how: 'refused', output: null }),
      },
      Object.getOwnPropertyDescriptors(env),
    ) as unknown as ClientEnv<M, T>;
  }

  #view(): ClusterView<S> {
    return {
      cluster: this.cluster,
      now: 0,
      stateOf: (replica) => this.#nodes[replica]?.process?.state as S | undefined,
      crashesOf: (replica) => this.#node(replica).crashes,
      isUp: (node) => this.isUp(node),
      isPaused: () => false,
      isConnected: () => true,
      isSound: () => true,
      clockOf: () => this.now,
      requestedMembers: [],
      isDamaged: () => false,
      messagesInFlight: () => [],
    };
  }
}

export function freezeDeeply<V>(value: V): V {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freezeDeeply(part);
  }
  return value;
}

/** The message in one line; an operation by name, a log by its length. */
function describe(message: Message, text: (name: string, value: Plain) => string): string {
  const fields = Object.entries(message)
    .filter(([name]) => name !== 'type' && name !== 'crashVector')
    .map(([name, value]) => text(name, value));
  return [message.type, ...fields].join(' ');
}

function describeField(value: Plain): string {
  if (Array.isArray(value)) return `[${value.length}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if ('operation' in value) return describeField((value as { operation: Plain }).operation);
  const { f, key, value: operand } = readOperation(value);
  return [f, key, operand === null ? '' : JSON.stringify(operand)].join(' ').trim();
}
