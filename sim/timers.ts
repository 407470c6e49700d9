/**
 * The named timers of one node, in its local time. Arming a timer later than the event that is
 * queued for it only moves its `deadline`: the event, when it comes, is queued again. So a
 * heartbeat that re-arms a timer with every message costs no queue space.
 */
import type { Clock } from './clock.ts';
import type { Micros, NodeId } from './contract.ts';
import { SimEvent, TIMER } from './event.ts';
import { hashString } from './mixing.ts';
import type { Simulation } from './simulation.ts';

export interface TimerSlot {
  readonly name: string;
  readonly hash: number;
  /** Virtual time at which it expires; -1 while it is not armed, or its clock stands still. */
  deadline: Micros;
  /** What is left of the wait while the clock stands still; -1 otherwise. */
  left: Micros;
  queued: SimEvent | undefined;
}

const OFF = -1;

export class Timers {
  /** How many times faster than it should the node loses patience. */
  hurry = 1;
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
    const wait = this.clock.virtual(this.hurry === 1 ? delay : Math.ceil(delay / this.hurry));
    if (this.clock.isFrozen) {
      slot.left = wait;
      slot.deadline = OFF;
    } else this.arm(slot, this.world.now + wait);
  }

  cancel(timer: string): void {
    const slot = this.slots.get(timer);
    if (slot === undefined) return;
    slot.deadline = OFF;
    slot.left = OFF;
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
    slot.deadline = OFF;
    return true;
  }

  /** The node has crashed: its timers are gone. */
  forget(incarnation: number): void {
    for (const slot of this.slots.values()) slot.queued = undefined;
    this.slots = new Map();
    this.incarnation = incarnation;
  }

  /** The clock has leapt forward: that much less is left of every wait. */
  jump(by: Micros): void {
    const passed = this.clock.virtual(by);
    this.change((left) => Math.max(0, left - passed));
  }

  /** The clock's rate has changed: what is left of every wait takes another time. */
  rescale(rate: { readonly of: number; readonly by: number }): void {
    this.change((left) => Math.ceil((left * rate.of) / rate.by));
  }

  /** The clock has stopped: every wait keeps what is left of it. */
  freeze(): void {
    for (const slot of this.slots.values()) {
      if (slot.deadline === OFF) continue;
      slot.left = Math.max(0, slot.deadline - this.world.now);
      slot.deadline = OFF;
    }
  }

  thaw(): void {
    for (const slot of this.slots.values()) {
      if (slot.left === OFF) continue;
      this.arm(slot, this.world.now + slot.left);
      slot.left = OFF;
    }
  }

  private change(left: (left: Micros) => Micros): void {
    const { now } = this.world;
    for (const slot of this.slots.values()) {
      if (slot.left !== OFF) slot.left = left(slot.left);
      else if (slot.deadline !== OFF) this.arm(slot, now + left(Math.max(0, slot.deadline - now)));
    }
  }

  private arm(slot: TimerSlot, deadline: Micros): void {
    slot.deadline = deadline;
    if (slot.queued === undefined || slot.queued.time > deadline) this.queue(slot);
  }

  private add(timer: string): TimerSlot {
    const hash = hashString(timer);
    const slot: TimerSlot = { name: timer, hash, deadline: OFF, left: OFF, queued: undefined };
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
