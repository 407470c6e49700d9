/** Events that wait for their turn: at a paused node until it resumes, at a slow one in a queue. */
import { plainEvent, type SimEvent, WAKE } from './event.ts';
import type { Node } from './node.ts';
import type { Simulation } from './simulation.ts';

export class Turns {
  private readonly world: Simulation;

  constructor(world: Simulation) {
    this.world = world;
  }

  /** An event for a node that is paused or slow: it waits, unless the node is free. */
  wait(node: Node, event: SimEvent): void {
    if (node.isPaused) {
      node.stalled.push(event);
    } else if (!node.isUp) {
      this.world.handle(node, event);
    } else if (node.stalled.length > 0 || this.world.now < node.busyUntil) {
      if (node.stalled.length === 0) this.wakeAt(node, node.busyUntil);
      node.stalled.push(event);
    } else this.serve(node, event);
  }

  /** The node has time for the next event. */
  wake(node: Node, wake: SimEvent): void {
    if (wake.from !== node.incarnation || node.isPaused) return;
    if (this.world.now < node.busyUntil) {
      this.wakeAt(node, node.busyUntil);
      return;
    }
    const next = node.stalled.shift();
    if (next === undefined) return;
    this.serve(node, next.at(this.world.now));
    if (node.stalled.length > 0) this.wakeAt(node, node.busyUntil);
  }

  /** The node is no longer paused, or takes another time for each event. */
  goOn(node: Node): void {
    if (node.serviceTime > 0) {
      if (node.stalled.length > 0) this.wakeAt(node, Math.max(this.world.now, node.busyUntil));
      return;
    }
    const stalled = node.stalled;
    node.stalled = [];
    for (const event of stalled) this.world.resumeWith(event.at(this.world.now));
  }

  private serve(node: Node, event: SimEvent): void {
    node.busyUntil = this.world.now + node.serviceTime;
    this.world.handle(node, event);
  }

  private wakeAt(node: Node, time: number): void {
    this.world.queueEvent(plainEvent(time, WAKE, node.id, node.incarnation));
  }
}
