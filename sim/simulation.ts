/**
 * The world: one thread, one virtual clock, one queue of events. The main loop is `run`; each event
 * is one step of one node, or a change of the world itself.
 */

import { Clients } from './clients.ts';
import type { Claims, Cluster, ClusterView, Message, Micros, NodeId, Owed } from './contract.ts';
import { ContractChecks } from './contract-checks.ts';
import { Coverage } from './coverage.ts';
import { QuietEnding } from './ending.ts';
import {
  DELIVER,
  DURABLE,
  FAULT,
  HEAL,
  INVOKE,
  lotOf,
  messagesIn,
  PHASE,
  plainEvent,
  QUIET,
  RECONFIGURE,
  type SimEvent,
  START,
  TIMER,
  WAKE,
} from './event.ts';
import { EventLog } from './event-log.ts';
import { Faults } from './faults.ts';
import { Landmarks } from './landmarks.ts';
import { Lifecycle } from './lifecycle.ts';
import { hashString, TraceHash } from './mixing.ts';
import { Network } from './network.ts';
import { createNode, type Node } from './node.ts';
import { freezeDeeply } from './plain.ts';
import { Post } from './post.ts';
import { EventQueue } from './queue.ts';
import { tallyOf } from './queue-tally.ts';
import {
  type Counts,
  type End,
  noCounts,
  type Observer,
  type Rekey,
  type SimulationConfig,
} from './simulation-config.ts';
import { Streams } from './streams.ts';
import { Turns } from './turns.ts';

/** Events between two looks at the wall clock, through `shouldStop`. */
const STOP_INTERVAL = 4096;

export class Simulation implements ClusterView {
  now: Micros = 0;
  readonly counts: Counts = noCounts();
  readonly coverage: Coverage;
  readonly landmarks: Landmarks;
  readonly trace = new TraceHash();
  readonly cluster: Cluster;
  /** At each place its number: what is found at no other place is no node. */
  readonly nodeIds: readonly NodeId[];
  readonly nodes: readonly Node[];
  readonly checks = new ContractChecks(this);
  readonly network: Network;
  readonly post: Post;
  readonly streams: Streams;
  readonly clients: Clients;
  readonly faults: Faults;
  readonly lifecycle: Lifecycle;
  readonly turns: Turns;
  readonly claims: Claims;
  readonly requestedMembers: (readonly NodeId[])[] = [];
  /** How long what is owed may take: the most patient of all builds that have run. */
  progressWithin: Micros;
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
  private tieKey: number;
  /** Nothing happens after this time: the cut, or the bound on time. */
  private readonly lastTime: Micros;
  /** Number of events at which something is to be done: a bound, or new keys. */
  private eventsUntilCheck: number;
  private readonly queueMax: number;
  readonly ending: QuietEnding;
  private end: End | undefined;

  constructor(config: SimulationConfig) {
    this.config = config;
    const { replicas, clients } = config;
    const ids = Array.from({ length: replicas + clients }, (_, id) => id);
    this.nodeIds = ids;
    this.cluster = freezeDeeply({
      replicas: ids.slice(0, replicas),
      clients: ids.slice(replicas),
      options: { ...config.options },
    });
    this.tieKey = tieKeyOf(config.seed);
    const { ending, bounds, rekey } = config;
    this.lastTime = ending.kind === 'cut' ? Math.min(ending.at, bounds.time) : bounds.time;
    this.eventsUntilCheck = Math.min(bounds.events, (rekey?.event ?? bounds.events) + 1);
    this.queueMax = bounds.queue;
    this.isParanoid = config.paranoid;
    this.claims = config.protocol.claims(config.options, replicas);
    this.progressWithin = this.claims.progressWithin;
    this.coverage = new Coverage(Object.keys(config.protocol.marks));
    this.landmarks = new Landmarks(this, config.protocol);
    this.log = config.logsEvents ? new EventLog(this, config.protocol) : undefined;
    this.network = new Network(config.seed, ids.length, config.network, config.recordsFates);
    this.post = new Post(this, this.network);
    this.lifecycle = new Lifecycle(this, config);
    this.turns = new Turns(this);
    this.streams = new Streams(config.seed);
    this.nodes = ids.map((id) => createNode(this, id, config, this.streams));
    this.clients = new Clients(this, config);
    this.ending = new QuietEnding(this, ending);
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
    // To shift an empty array costs as much as a look at the queue.
    if (this.immediate.length > 0) return this.immediate.shift();
    if (this.resumed.length > 0) return this.resumed.shift();
    return this.queue.pop();
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
    else if (event.kind === PHASE) this.faults.goOn(event.from);
    else this.ending.turnQuiet();
    this.observer?.worldChanged?.();
  }

  private stepNode(node: Node, event: SimEvent): void {
    if (event.kind === DURABLE && node.disk.isStale(event.time)) return;
    if (event.kind === WAKE) this.turns.wake(node, event);
    else if (node.isHeldUp) this.turns.wait(node, event);
    else this.handle(node, event);
  }

  /** The node turns to the event now. */
  handle(node: Node, event: SimEvent): void {
    if (event.kind === DELIVER) {
      this.deliver(node, event);
    } else if (event.from === node.incarnation && node.isUp) {
      if (event.kind === TIMER) this.expire(node, event);
      else this.proceed(node, event);
    }
  }

  private expire(node: Node, event: SimEvent): void {
    if (event.slot === undefined || !node.timers.isDue(event.slot, event)) return;
    this.countEvent(event);
    this.log?.write('timer', { node: node.id, label: event.slot.name });
    this.running = node.id;
    const returned: unknown = node.process?.expire(event.slot.name);
    if (returned !== undefined) this.checks.refuseReturned(node.id, 'expire', returned);
    this.running = -1;
    this.finishStep(node);
  }

  private proceed(node: Node, event: SimEvent): void {
    this.countEvent(event);
    if (event.kind === DURABLE) {
      this.lifecycle.completeRecord(node);
      return;
    }
    if (event.kind === INVOKE) this.invoke(node);
    else if (event.kind === RECONFIGURE) this.lifecycle.takeRequest(node);
    else this.lifecycle.start(node, 'start');
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
    if (this.counts.events >= this.eventsUntilCheck) this.checkEvents();
    else if (this.queue.length > this.queueMax) this.reachBound('queue');
  }

  private checkEvents(): void {
    const { bounds, rekey } = this.config;
    if (rekey !== undefined && this.counts.events === rekey.event + 1) this.rekey(rekey);
    this.eventsUntilCheck = bounds.events;
    if (this.counts.events < bounds.events) return;
    if (this.ending.owesNothing) this.finish('quiet', true);
    else this.reachBound('events');
  }

  /** All that is drawn from here on is drawn as in a world of another seed. */
  private rekey({ seed, network }: Rekey): void {
    this.streams.rekey(seed);
    this.network.rekey(seed, network);
    this.tieKey = tieKeyOf(seed);
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
    const returned: unknown = node.process.receive(event.from, message);
    if (returned !== undefined) this.checks.refuseReturned(node.id, 'receive', returned);
    this.running = -1;
    this.finishStep(node);
  }

  /** The handler has returned: oracles look, then faults at marks strike, then sends leave. */
  finishStep(node: Node): void {
    if (node.isReplica && node.process !== undefined) {
      this.log?.stepped(node.id, node.process.state);
      this.landmarks.stepped(node.id, node.process.state);
      this.observer?.replicaStepped(node.id, node.process.state);
    }
    if (this.faults.hasDue) {
      this.faults.beginDue();
      this.observer?.worldChanged?.();
      node.forgetMark();
    }
    node.releaseStep();
  }

  // What nodes and faults ask of the world.

  queueEvent(event: SimEvent): void {
    const sequence = this.sequence++;
    event.sequence = sequence;
    event.order = this.config.shuffleTies ? lotOf(event, this.tieKey) : sequence;
    this.queue.push(event);
  }

  /** What waited for its node comes before anything newer. */
  resumeWith(event: SimEvent): void {
    this.resumed.push(event);
  }

  /** A message to oneself: the next event, never lost. */
  queueNext(event: SimEvent): void {
    this.immediate.push(event);
  }

  markReached(node: Node, mark: string): void {
    const isDeclared = this.coverage.reach(mark, node.id);
    if (!isDeclared) this.checks.checkMark(node, mark, this.config.protocol);
    this.landmarks.reach(node.id, mark);
    this.log?.write('mark', { node: node.id, label: mark });
    this.faults.markReached(node, mark);
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

  /** To whom progress has been owed since the run turned quiet. */
  get owed(): Owed {
    return this.ending.owed;
  }

  /** How often any node has reached the mark. */
  countOf(mark: string): number {
    return this.coverage.countOf(mark);
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
    return !this.network.isCut(from, to) && !this.network.isClogged(from, to);
  }

  isSound(from: NodeId, to: NodeId): boolean {
    const { faults, network } = this;
    return network.isSound(from, to) && !faults.isStruck(from) && !faults.isStruck(to);
  }

  clockOf(node: NodeId): Micros {
    return this.node(node).now;
  }

  isDamaged(replica: NodeId): boolean {
    return this.node(replica).disk.isDamaged;
  }

  messagesInFlight(): readonly Message[] {
    const waiting = [this.immediate, this.resumed, ...this.nodes.map((node) => node.stalled)];
    return messagesIn([this.queue.entries, this.post.held, ...waiting]);
  }

  private finish(how: End['how'], stalled = false): void {
    this.end ??= { how, at: this.now, stalled };
  }

  private reachBound(bound: 'events' | 'queue' | 'time'): void {
    const queued = bound === 'queue' ? { queued: tallyOf(this.queue.entries) } : {};
    this.end ??= { how: 'bound', at: this.now, stalled: false, bound, ...queued };
  }
}

function tieKeyOf(seed: string): number {
  return hashString(`${seed}\0ties`);
}
