/**
 * One node: a process (replica or client), and the `env` through which it reaches the world. What
 * a step sends is collected, and leaves when the step has returned and the disk has caught up.
 */
import { Clock } from './clock.ts';
import type { Client, ClientEnv, Message, Micros, NodeId, Process, Write } from './contract.ts';
import { Disk } from './disk.ts';
import { DURABLE, plainEvent, type SimEvent } from './event.ts';
import { freezeDeeply, type Plain } from './plain.ts';
import type { DiskConfig } from './plan.ts';
import type { Simulation } from './simulation.ts';
import type { NodeBuild, SimulationConfig } from './simulation-config.ts';
import type { Stream, Streams } from './streams.ts';
import type { Tamper } from './tampering.ts';
import { Timers } from './timers.ts';
import { WaitingRoom } from './waiting-room.ts';

const OFF = -1;

interface ServiceTimes {
  readonly eventTime?: Micros;
  readonly messageTime?: Micros;
}

export class Node implements ClientEnv {
  readonly id: NodeId;
  readonly isReplica: boolean;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly timers: Timers;
  isUp = true;
  /** How many faults pause it. */
  pauses = 0;
  /** It is down because its process ended when it could not write. */
  hasFailedToWrite = false;
  /** How long each event keeps the node busy, and each message besides; what arrives waits. */
  eventTime: Micros = 0;
  messageTime: Micros = 0;
  /** Whether anything keeps it busy: asked of every event. */
  private takesTime = false;
  busyUntil: Micros = 0;
  /** What it runs from its next start on, if that is not what the others run. */
  build: NodeBuild | undefined;
  /** Faults that change what it sends, in the order in which they began. */
  tampers: readonly Tamper[] = [];
  /** Number of crashes so far; what was queued for an earlier incarnation is void. */
  incarnation = 0;
  /** The replica's process, or the client's. */
  process: Process | undefined;
  client: Client | undefined;
  /** Events that wait while the node is paused or busy, and the one that will wake it. */
  stalled: SimEvent[] = [];
  wake: SimEvent | undefined;
  /** Members that it is asked to go on with, oldest first. */
  requests: (readonly NodeId[])[] = [];

  private readonly world: Simulation;
  private readonly streams: Streams;
  private ownStream: Stream | undefined;
  private readonly waiting = new WaitingRoom();
  private readonly leave = (to: NodeId, message: Message): void => {
    this.world.post.release(this, to, message);
  };
  /** What the current step has sent: recipients, messages, and whether they skip the barrier. */
  private outTo: NodeId[] = [];
  private outMessages: Message[] = [];
  private outUnsynced: boolean[] = [];
  private outCount = 0;
  /** Type of the last message, which is no news. */
  private lastType = '';
  /** Records issued when a fault was triggered by a mark in this step; -1 when none was. */
  private issuedAtMark = OFF;

  constructor(
    world: Simulation,
    id: NodeId,
    isReplica: boolean,
    clock: Clock,
    disk: DiskConfig,
    streams: Streams,
  ) {
    this.world = world;
    this.id = id;
    this.isReplica = isReplica;
    this.clock = clock;
    this.disk = new Disk(disk, `disk:${id}`, streams);
    this.timers = new Timers(world, id, clock);
    this.streams = streams;
  }

  // What the process sees.

  get now(): Micros {
    return this.clock.local(this.world.now);
  }

  send(to: NodeId, message: Message): void {
    this.collect('send', to, message, false);
  }

  sendUnsynced(to: NodeId, message: Message): void {
    this.collect('sendUnsynced', to, message, true);
  }

  setTimer(timer: string, delay: Micros): void {
    // Whole numbers below 2^32 are what they are as unsigned ones, and nothing else is.
    if (delay >>> 0 !== delay) this.world.checks.checkDelay(this, timer, delay);
    this.timers.set(timer, delay);
  }

  cancelTimer(timer: string): void {
    this.timers.cancel(timer);
  }

  persist(...writes: readonly Write[]): void {
    const { isParanoid, checks } = this.world;
    if (isParanoid) freezeDeeply(writes);
    const issued = this.disk.issuedCount;
    // What is written is looked at at powers of two: often enough, and it costs no more than that.
    checks.checkWrites(this, writes, isParanoid || (issued & (issued - 1)) === 0);
    const durableAt = this.disk.issue(writes, this.world.now);
    this.world.counts.persisted += 1;
    this.queueDurable(durableAt);
  }

  private queueDurable(at: Micros): void {
    this.world.queueEvent(plainEvent(at, DURABLE, this.id, this.incarnation));
  }

  random(bound: number): number {
    if ((bound - 1) >>> 0 !== bound - 1) this.world.checks.refuseBound(this, bound);
    return this.stream.below(bound);
  }

  /** Created when first used: seeding costs as much as hundreds of draws. */
  private get stream(): Stream {
    this.ownStream ??= this.streams.get(`node:${this.id}`);
    return this.ownStream;
  }

  mark(name: string): void {
    this.world.markReached(this, name);
  }

  get isPaused(): boolean {
    return this.pauses > 0;
  }

  /** Whether events have to wait their turn here. */
  get isHeldUp(): boolean {
    return this.pauses > 0 || this.takesTime;
  }

  complete(output: Plain): void {
    if (!this.isAsked) this.world.checks.refuseEnd(this, 'complete');
    this.world.checks.checkOutput(this, output);
    this.world.clients.complete(this, output);
  }

  abandon(): void {
    if (!this.isAsked) this.world.checks.refuseEnd(this, 'abandon');
    this.world.clients.abandon(this);
  }

  refuse(): void {
    if (!this.isAsked) this.world.checks.refuseEnd(this, 'refuse');
    this.world.clients.refuse(this);
  }

  /** Whether it is a client that has an operation open. */
  private get isAsked(): boolean {
    return !this.isReplica && this.world.clients.openOperation(this.id) >= 0;
  }

  /** Whether it is busy for a while with what it handles. */
  get isSlow(): boolean {
    return this.takesTime;
  }

  // What the world does with it.

  /** Each event, or each message, keeps it busy for so long from now on. */
  serve({ eventTime = this.eventTime, messageTime = this.messageTime }: ServiceTimes): void {
    this.eventTime = eventTime;
    this.messageTime = messageTime;
    this.takesTime = eventTime > 0 || messageTime > 0;
  }

  /** Its disk is less slow from now on. */
  quickenDisk(): void {
    for (const durableAt of this.disk.quicken(this.world.now)) this.queueDurable(durableAt);
  }

  /** Lets go what the step has sent, as far as the disk allows. */
  releaseStep(): void {
    const count = this.outCount;
    if (count === 0) return;
    this.outCount = 0;
    const isIdle = this.disk.isIdle;
    for (let i = 0; i < count; i++) {
      const to = this.outTo[i] as NodeId;
      const message = this.outMessages[i] as Message;
      if (isIdle || this.outUnsynced[i]) this.world.post.release(this, to, message);
      else this.waiting.add(this.disk.issuedCount, to, message);
    }
  }

  /** A mark of this step has triggered a fault: what it persists from here on never happened. */
  rememberMark(): void {
    if (this.issuedAtMark === OFF) this.issuedAtMark = this.disk.issuedCount;
  }

  forgetMark(): void {
    this.issuedAtMark = OFF;
  }

  /** A record is through: what waited for it leaves. */
  releaseHeld(): void {
    const ready = this.waiting.countReady(this.disk.durableCount);
    if (ready > 0) this.waiting.letGo(ready, this.leave);
  }

  /** A record could not be written: what waits for the disk has waited for that one too. */
  loseHeld(): void {
    this.waiting.empty();
  }

  /**
   * Power is lost: memory and timers are gone, the disk keeps a prefix of what was outstanding,
   * and of the sends whose records are durable by then a drawn prefix still leaves.
   */
  crash(): void {
    this.outCount = 0;
    if (this.issuedAtMark !== OFF) this.disk.unissueAfter(this.issuedAtMark);
    const durable = this.disk.crash(this.world.now);
    const ready = this.waiting.countReady(durable);
    if (ready > 0) this.waiting.letGo(this.stream.below(ready + 1), this.leave);
    this.waiting.empty();
    this.stalled = [];
    this.wake = undefined;
    this.requests = [];
    this.isUp = false;
    this.pauses = 0;
    this.busyUntil = 0;
    this.incarnation += 1;
    this.timers.forget(this.incarnation);
    this.process = undefined;
    this.client = undefined;
  }

  private collect(call: string, to: NodeId, message: Message, unsynced: boolean): void {
    const { checks, nodeIds } = this.world;
    if (nodeIds[to] !== to) checks.refuseRecipient(this, call, to, message);
    if (message?.type !== this.lastType || this.world.isParanoid) {
      this.lastType = checks.checkMessage(this, call, to, message);
    }
    if (this.world.isParanoid) freezeDeeply(message);
    const position = this.outCount;
    this.outTo[position] = to;
    this.outMessages[position] = message;
    this.outUnsynced[position] = unsynced;
    this.outCount = position + 1;
  }
}

/** A node as it is before it starts: its clock is off, and drifts, as its stream says. */
export function createNode(
  world: Simulation,
  id: NodeId,
  { clock, disk, replicas, serviceTime = 0 }: SimulationConfig,
  streams: Streams,
): Node {
  const isSkewed = clock.offset > 0 || clock.drift > 0;
  const stream = isSkewed ? streams.get(`clock:${id}`) : undefined;
  const offset = stream?.below(clock.offset + 1) ?? 0;
  const drift = stream?.between(-clock.drift, clock.drift) ?? 0;
  const node = new Node(world, id, id < replicas, new Clock(offset, drift), disk, streams);
  if (node.isReplica) node.serve({ messageTime: serviceTime });
  return node;
}
