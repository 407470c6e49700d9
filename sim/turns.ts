/** Events that wait for their turn: at a paused node until it resumes, at a slow one in a queue. */
import { DELIVER, plainEvent, type SimEvent, WAKE } from './event.ts';
import type { Node } from './node.ts';
import type { Simulation } from './simulation.ts';

export class Turns {
  private readonly world: Simulation;

  constructor(world: Simulation) {
    this.world = world;
  }

  /** An event for a node that is paused or slow: it waits, unless the node is free. */
  wait(node: Node, event: SimEvent): void {
    const isFree = !node.isPaused && node.stalled.length === 0 && this.world.now >= node.busyUntil;
    if (!node.isUp || this.isWithin(node, event)) this.world.handle(node, event);
    else if (isFree) this.serve(node, event);
    else {
      node.stalled.push(event);
      this.queueWake(node);
    }
  }

  /** What a node says to itself is part of what it does, where it is messages that take time. */
  private isWithin(node: Node, event: SimEvent): boolean {
    const isToItself = event.kind === DELIVER && event.from === node.id;
    return isToItself && !node.isPaused && node.eventTime === 0;
  }

  /** The node has time for the next event. */
  wake(node: Node, wake: SimEvent): void {
    if (node.wake !== wake) return;
    node.wake = undefined;
    if (!node.isPaused && this.world.now >= node.busyUntil) {
      const next = node.stalled.shift();
      if (next !== undefined) this.serve(node, next.at(this.world.now));
    }
    this.queueWake(node);
  }

  /** The node is no longer paused, or takes another time for each event. */
  goOn(node: Node): void {
    if (node.isPaused) return;
    if (node.isSlow) {
      this.queueWake(node);
      return;
    }
    const stalled = node.stalled;
    node.stalled = [];
    for (const event of stalled) this.world.resumeWith(event.at(this.world.now));
  }

  private serve(node: Node, event: SimEvent): void {
    const forMessage = event.kind === DELIVER ? node.messageTime : 0;
    node.busyUntil = this.world.now + node.eventTime + forMessage;
    this.world.handle(node, event);
  }

  /** A paused node is not woken; when it resumes, `goOn` is asked. */
  private queueWake(node: Node): void {
    if (node.isPaused || node.stalled.length === 0 || node.wake !== undefined) return;
    const time = Math.max(this.world.now, node.busyUntil);
    node.wake = plainEvent(time, WAKE, node.id, node.incarnation);
    this.world.queueEvent(node.wake);
  }
}
