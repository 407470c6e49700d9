/**
 * The named timers of one node, in its local time: when its clock changes, they follow. Arming a
 * timer later than the event that is queued for it only moves its `deadline`: the event, when it
 * comes, is queued again. So a heartbeat that re-arms a timer with every message costs no queue
 * space.
 */
import type { Clock } from './clock.ts';
import type { Micros, NodeId } from './contract.ts';
import { SimEvent, TIMER } from './event.ts';
import { hashString } from './mixing.ts';
import type { Simulation } from './simulation.ts';

export interface TimerSlot {
  readonly name: string;
  readonly hash: number;
  /** What the node's clock shows when it expires; -1 while it is not armed. */
  due: Micros;
  /** Virtual time at which that will be; -1 while it is not armed, or its clock stands still. */
  deadline: Micros;
  queued: SimEvent | undefined;
}

const OFF = -1;

export class Timers {
  /** How many times faster than it should the node loses patience: by the worst of all hurries. */
  hurry = 1;
  private readonly hurries: number[] = [];
  private readonly world: Simulation;
  private readonly node: NodeId;
  private readonly clock: Clock;
  /** Of the node's present life: what was armed in an earlier one is void. */
  private incarnation = 0;
  private slots = new Map<string, TimerSlot>();

  constructor(world: Simulation, node: NodeId, clock: Clock) {
    this.world = world;
    this.node = node;
    this.clock = clock;
  }

  set(timer: string, delay: Micros): void {
    const slot = this.slots.get(timer) ?? this.add(timer);
    const wait = this.hurry === 1 ? delay : Math.ceil(delay / this.hurry);
    slot.due = this.clock.local(this.world.now) + wait;
    this.arm(slot, wait);
  }

  /** Until `slowDown` of the same factor. Products of many would leave no time between timers. */
  hurryUp(factor: number): void {
    this.hurries.push(factor);
    this.hurry = Math.max(1, ...this.hurries);
  }

  slowDown(factor: number): void {
    this.hurries.splice(this.hurries.indexOf(factor), 1);
    this.hurry = Math.max(1, ...this.hurries);
  }

  cancel(timer: string): void {
    const slot = this.slots.get(timer);
    if (slot !== undefined) disarm(slot);
  }

  /** Whether the event is this timer's due expiry; if it only came early, queues it again. */
  isDue(slot: TimerSlot, event: SimEvent): boolean {
    if (slot.queued !== event) return false;
    slot.queued = undefined;
    if (slot.deadline === OFF) return false;
    if (slot.deadline > event.time) {
      this.queue(slot);
      return false;
    }
    disarm(slot);
    return true;
  }

  /** The node has crashed: its timers are gone. */
  forget(incarnation: number): void {
    for (const slot of this.slots.values()) slot.queued = undefined;
    this.slots = new Map();
    this.incarnation = incarnation;
  }

  /** The clock has leapt, stopped, gone on, or changed its rate. */
  follow(): void {
    const shown = this.clock.local(this.world.now);
    for (const slot of this.slots.values()) {
      if (slot.due !== OFF) this.arm(slot, Math.max(0, slot.due - shown));
    }
  }

  /** It expires when the clock has gone on by `wait`: not while that stands still. */
  private arm(slot: TimerSlot, wait: Micros): void {
    if (this.clock.isFrozen && wait > 0) {
      slot.deadline = OFF;
      return;
    }
    const deadline = this.world.now + this.clock.virtual(wait);
    slot.deadline = deadline;
    if (slot.queued === undefined || slot.queued.time > deadline) this.queue(slot);
  }

  private add(timer: string): TimerSlot {
    this.world.checks.checkTimerName(this.node, timer);
    const hash = hashString(timer);
    const slot: TimerSlot = { name: timer, hash, due: OFF, deadline: OFF, queued: undefined };
    this.slots.set(timer, slot);
    return slot;
  }

  private queue(slot: TimerSlot): void {
    const event = new SimEvent(
      slot.deadline,
      TIMER,
      this.node,
      this.incarnation,
      undefined,
      slot,
      slot.hash,
      0,
      this.world.now,
      false,
    );
    slot.queued = event;
    this.world.queueEvent(event);
  }
}

function disarm(slot: TimerSlot): void {
  slot.due = OFF;
  slot.deadline = OFF;
}
