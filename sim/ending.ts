/**
 * The quiet ending: faults have stopped and healed, clients finish, then the replicas must agree.
 * Decides when that is done, and when what is owed is overdue.
 */
import type { Micros } from './contract.ts';
import type { Simulation } from './simulation.ts';

export class QuietEnding {
  /** Whether the run ended because what was owed did not come within the protocol's bound. */
  isStalled = false;
  private readonly world: Simulation;
  private isQuiet = false;
  private quietAt: Micros = 0;
  /** When the last client had finished; -1 before. */
  private doneAt: Micros = -1;
  /** A lower bound of the time by which what is owed must have happened. */
  private deadline: Micros = 0;

  constructor(world: Simulation) {
    this.world = world;
  }

  turnQuiet(): void {
    this.isQuiet = true;
    this.quietAt = this.world.now;
    this.deadline = this.quietAt + this.world.claims.progressWithin;
  }

  /** Whether all clients are done and, as far as an observer looks, the replicas agree. */
  isSettled(): boolean {
    return this.world.clients.remaining === 0 && (this.world.observer?.isSettled() ?? true);
  }

  /** Asked after every event. */
  isOver(): boolean {
    if (!this.isQuiet) return false;
    if (this.world.clients.remaining === 0) {
      if (this.isSettled()) return true;
      if (this.doneAt < 0) this.doneAt = this.world.now;
    }
    if (this.world.now <= this.deadline) return false;
    this.deadline = this.nextDeadline();
    this.isStalled = this.world.now > this.deadline;
    return this.isStalled;
  }

  /**
   * The protocol's bound counts from the healing or from the oldest open call, if that is later.
   */
  private nextDeadline(): Micros {
    const { claims, clients, cluster, now } = this.world;
    if (this.doneAt >= 0) return this.doneAt + claims.progressWithin;
    let earliest = now;
    for (const client of cluster.clients) {
      const entry = clients.history[clients.openOperation(client)];
      if (entry !== undefined) earliest = Math.min(earliest, Math.max(entry.call, this.quietAt));
    }
    return earliest + claims.progressWithin;
  }
}
