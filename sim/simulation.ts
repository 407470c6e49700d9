/**
 * The world: one thread, one virtual clock, one queue of events. The main loop is `run`; each event
 * is one step of one node, or a change of the world itself.
 */

import { Clients } from './clients.ts';
import { Clock } from './clock.ts';
import type { Claims, Cluster, ClusterView, Message, Micros, NodeId } from './contract.ts';
import { QuietEnding } from './ending.ts';
import {
  DELIVER,
  DURABLE,
  FAULT,
  HEAL,
  INVOKE,
  messageEvent,
  plainEvent,
  QUIET,
  type SimEvent,
  START,
  TIMER,
} from './event.ts';
import { EventLog } from './event-log.ts';
import { Faults } from './faults.ts';
import { hashString, join, TraceHash } from './mixing.ts';
import { Network } from './network.ts';
import { Node } from './node.ts';
import { freezeDeeply } from './plain.ts';
import { EventQueue } from './queue.ts';
import {
  type Counts,
  type End,
  noCounts,
  type Observer,
  type SimulationConfig,
} from './simulation-config.ts';
import { Streams } from './streams.ts';

const UNREADABLE = Object.freeze({ type: 'Unreadable' } as const);
/** Events between two looks at the wall clock, through `shouldStop`. */
const STOP_INTERVAL = 4096;

export class Simulation implements ClusterView {
  now: Micros = 0;
  readonly counts: Counts = noCounts();
  private readonly marks = new Map<string, { count: number }>();
  readonly trace = new TraceHash();
  readonly cluster: Cluster;
  readonly nodes: readonly Node[];
  readonly network: Network;
  readonly clients: Clients;
  readonly faults: Faults;
  readonly claims: Claims;
  readonly isParanoid: boolean;
  readonly log: EventLog | undefined;
  observer: Observer | undefined;
  /** The node whose handler is running, or -1: who is to blame for what is thrown. */
  running: NodeId = -1;

  private readonly config: SimulationConfig;
  private readonly queue = new EventQueue<SimEvent>();
  /** Messages to oneself: the next events, never lost. */
  private readonly immediate: SimEvent[] = [];
  /** What waited for a paused node: handled in order of arrival before anything newer. */
  private readonly resumed: SimEvent[] = [];
  private sequence = 0;
  private readonly tieKey: number;
  /** Nothing happens after this time: the cut, or the bound on time. */
  private readonly lastTime: Micros;
  private readonly eventsMax: number;
  private readonly queueMax: number;
  private readonly ending: QuietEnding;
  private end: End | undefined;

  constructor(config: SimulationConfig) {
    this.config = config;
    const { replicas, clients } = config;
    const ids = Array.from({ length: replicas + clients }, (_, id) => id);
    this.cluster = freezeDeeply({
      replicas: ids.slice(0, replicas),
      clients: ids.slice(replicas),
      options: { ...config.options },
    });
    this.tieKey = hashString(`${config.seed}\0ties`);
    const { ending, bounds } = config;
    this.lastTime = ending.kind === 'cut' ? Math.min(ending.at, bounds.time) : bounds.time;
    this.eventsMax = bounds.events;
    this.queueMax = bounds.queue;
    this.isParanoid = config.paranoid;
    this.claims = config.protocol.claims(config.options, replicas);
    this.log = config.logsEvents ? new EventLog(this, config.protocol) : undefined;
    this.network = new Network(config.seed, ids.length, config.network);
    const streams = new Streams(config.seed);
    this.nodes = ids.map((id) => this.createNode(id, streams));
    this.clients = new Clients(this, replicas, clients, config.plan.operations);
    this.ending = new QuietEnding(this);
    for (const id of ids) this.queueEvent(plainEvent(0, START, id, 0));
    if (config.ending.kind === 'quiet') {
      this.queueEvent(plainEvent(config.ending.healAt, QUIET, -1, 0));
    }
    this.faults = new Faults(
      this,
      config.plan.faults,
      config.withinClaims ? this.claims : undefined,
    );
  }

  private createNode(id: NodeId, streams: Streams): Node {
    const { clock, disk, replicas } = this.config;
    const isSkewed = clock.offset > 0 || clock.drift > 0;
    const stream = isSkewed ? streams.get(`clock:${id}`) : undefined;
    const offset = stream?.below(clock.offset + 1) ?? 0;
    const drift = stream?.between(-clock.drift, clock.drift) ?? 0;
    return new Node(this, id, id < replicas, new Clock(offset, drift), disk, streams);
  }

  /** The main loop. `shouldStop` is asked now and then, and ends the run when it says so. */
  run(shouldStop?: () => boolean): End {
    let event: SimEvent | undefined;
    while (this.end === undefined && (event = this.nextEvent())) {
      this.step(event);
      if (this.ending.isOver()) this.finish('quiet', this.ending.isStalled);
      if (shouldStop !== undefined && this.counts.events % STOP_INTERVAL === 0 && shouldStop()) {
        this.finish('stopped');
      }
    }
    return this.end ?? this.endOfEvents();
  }

  /**
   * Nothing can happen any more: before a cut that owes nothing, otherwise what is owed is late.
   */
  private endOfEvents(): End {
    const how = this.config.ending.kind;
    return { how, at: this.now, stalled: how === 'quiet' && !this.ending.isSettled() };
  }

  private nextEvent(): SimEvent | undefined {
    return this.immediate.shift() ?? this.resumed.shift() ?? this.queue.pop();
  }

  /** Ends the run after the current event: an oracle has found a violation. */
  stop(): void {
    this.finish('violation');
  }

  private step(event: SimEvent): void {
    if (event.time > this.lastTime) {
      this.endOfTime();
    } else {
      this.now = event.time;
      if (event.node < 0) this.changeWorld(event);
      else this.stepNode(this.node(event.node), event);
    }
  }

  private endOfTime(): void {
    const { ending, bounds } = this.config;
    if (ending.kind === 'cut' && ending.at <= bounds.time) this.finish('cut');
    else this.reachBound('time');
  }

  private changeWorld(event: SimEvent): void {
    this.countEvent(event);
    if (event.kind === FAULT) this.faults.begin(event.from);
    else if (event.kind === HEAL) this.faults.heal(event.from);
    else this.turnQuiet();
  }

  private stepNode(node: Node, event: SimEvent): void {
    if (node.isPaused) {
      node.stalled.push(event);
    } else if (event.kind === DELIVER) {
      this.deliver(node, event);
    } else if (event.from === node.incarnation && node.isUp) {
      if (event.kind === TIMER) this.expire(node, event);
      else this.proceed(node, event);
    }
  }

  private expire(node: Node, event: SimEvent): void {
    if (event.slot === undefined || !node.isTimerDue(event.slot, event)) return;
    this.countEvent(event);
    this.log?.write('timer', { node: node.id, label: event.slot.name });
    this.running = node.id;
    node.process?.expire(event.slot.name);
    this.running = -1;
    this.finishStep(node);
  }

  private proceed(node: Node, event: SimEvent): void {
    this.countEvent(event);
    if (event.kind === DURABLE) {
      this.log?.write('durable', { node: node.id });
      node.recordDurable();
      return;
    }
    if (event.kind === INVOKE) this.invoke(node);
    else this.startNode(node, 'start');
    this.finishStep(node);
  }

  private invoke(node: Node): void {
    this.running = node.id;
    this.clients.invoke(node);
    this.running = -1;
  }

  private countEvent(event: SimEvent): void {
    this.counts.events += 1;
    const where = event.kind | (event.node << 4) | (event.from << 16);
    this.trace.event(event.time, where, event.typeHash, event.ordinal);
    if (this.counts.events >= this.eventsMax) this.reachBound('events');
    else if (this.queue.length > this.queueMax) this.reachBound('queue');
  }

  private deliver(node: Node, event: SimEvent): void {
    this.countEvent(event);
    const message = event.message;
    if (message === undefined) return;
    if (!node.isUp || node.process === undefined) {
      this.counts.dropped += 1;
      this.log?.drop(event.from, node.id, message, event.sentAt, event.ordinal, 'down');
      return;
    }
    this.counts.delivered += 1;
    this.log?.deliver(node.id, event.from, message, event);
    this.running = node.id;
    node.process.receive(event.from, message);
    this.running = -1;
    this.finishStep(node);
  }

  /** The handler has returned: oracles look, then faults at marks strike, then sends leave. */
  private finishStep(node: Node): void {
    if (node.isReplica && node.process !== undefined) {
      this.log?.stepped(node.id, node.process.state);
      this.observer?.replicaStepped(node.id, node.process.state);
    }
    if (this.faults.hasDue) {
      this.faults.beginDue();
      node.forgetMark();
    }
    node.releaseStep();
  }

  private startNode(node: Node, kind: 'start' | 'restart'): void {
    const { protocol, machine } = this.config;
    this.log?.write(kind, { node: node.id });
    this.running = node.id;
    if (node.isReplica) {
      node.process = protocol.replica(node, this.cluster, machine);
    } else {
      node.client = protocol.client(node, this.cluster);
      node.process = node.client;
    }
    node.process.start(node.disk.read());
    this.running = -1;
    if (!node.isReplica) this.clients.queueNext(node);
  }

  // What nodes and faults ask of the world.

  queueEvent(event: SimEvent): void {
    const sequence = this.sequence++;
    event.sequence = sequence;
    event.order = this.config.shuffleTies ? join(this.tieKey, sequence) >>> 1 : sequence;
    this.queue.push(event);
  }

  /** A message has passed the write barrier: it meets its fate on the network. */
  release(node: Node, to: NodeId, message: Message): void {
    const from = node.id;
    this.counts.sent += 1;
    this.observer?.released(from, to, message);
    const fate = this.network.decide(from, to, message.type);
    const { typeHash, ordinal, secondDelay } = fate;
    const now = this.now;
    if (from === to) {
      this.immediate.push(messageEvent(now, to, from, message, typeHash, ordinal, now, false));
      return;
    }
    const isCut = this.network.isCut(from, to);
    if (isCut || fate.dropped) {
      this.counts.dropped += 1;
      this.log?.drop(from, to, message, now, ordinal, isCut ? 'cut' : 'loss');
      return;
    }
    if (fate.corrupt) this.counts.corrupted += 1;
    const arriving = fate.corrupt ? UNREADABLE : message;
    const at = now + fate.delay;
    this.queueEvent(messageEvent(at, to, from, arriving, typeHash, ordinal, now, false));
    if (secondDelay < 0) return;
    this.counts.duplicated += 1;
    const copyAt = now + secondDelay;
    this.queueEvent(messageEvent(copyAt, to, from, message, typeHash, ordinal, now, true));
  }

  markReached(node: Node, mark: string): void {
    const counted = this.marks.get(mark);
    if (counted === undefined) this.marks.set(mark, { count: 1 });
    else counted.count += 1;
    this.log?.write('mark', { node: node.id, label: mark });
    this.faults.markReached(node, mark);
  }

  /** Each of these returns whether it took effect. */
  crash(id: NodeId): boolean {
    const node = this.node(id);
    if (!node.isUp) return false;
    this.counts.crashes += 1;
    this.log?.write('crash', { node: id });
    node.crash();
    if (!node.isReplica) this.clients.crashed(node);
    this.observer?.crashed(id);
    return true;
  }

  restart(id: NodeId): boolean {
    const node = this.node(id);
    if (node.isUp) return false;
    this.counts.restarts += 1;
    node.isUp = true;
    this.startNode(node, 'restart');
    this.observer?.restarted(id);
    this.finishStep(node);
    return true;
  }

  pause(id: NodeId): boolean {
    const node = this.node(id);
    if (!node.isUp || node.isPaused) return false;
    node.isPaused = true;
    this.log?.write('pause', { node: id });
    return true;
  }

  resume(id: NodeId): boolean {
    const node = this.node(id);
    if (!node.isUp || !node.isPaused) return false;
    node.isPaused = false;
    this.log?.write('resume', { node: id });
    const stalled = node.stalled;
    node.stalled = [];
    for (const event of stalled) this.resumed.push(event.at(this.now));
    return true;
  }

  clientNode(client: number): NodeId {
    return this.config.replicas + client;
  }

  node(id: NodeId): Node {
    const node = this.nodes[id];
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }

  // What oracles, claims and invariants may see.

  /** How often any node has reached the mark. */
  countOf(mark: string): number {
    return this.marks.get(mark)?.count ?? 0;
  }

  stateOf(replica: NodeId): object | undefined {
    return this.node(replica).process?.state;
  }

  crashesOf(replica: NodeId): number {
    return this.node(replica).incarnation;
  }

  isUp(node: NodeId): boolean {
    return this.node(node).isUp;
  }

  isPaused(node: NodeId): boolean {
    return this.node(node).isPaused;
  }

  isConnected(from: NodeId, to: NodeId): boolean {
    return !this.network.isCut(from, to);
  }

  private turnQuiet(): void {
    this.network.calm();
    for (const node of this.nodes) node.disk.calm();
    this.faults.healAll();
    this.ending.turnQuiet();
  }

  private finish(how: End['how'], stalled = false): void {
    this.end ??= { how, at: this.now, stalled };
  }

  private reachBound(bound: 'events' | 'queue' | 'time'): void {
    this.end ??= { how: 'bound', at: this.now, stalled: false, bound };
  }
}
