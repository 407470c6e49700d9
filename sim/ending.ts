/**
 * The quiet ending: faults have stopped and healed, clients finish, then the replicas must agree.
 * Decides when that is done, and when what is owed is overdue.
 */
import type { Micros, Owed } from './contract.ts';
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
  /** Whom the run waits for: to whom progress is owed, or all if it is owed to nobody. */
  private awaited: Owed = { clients: [], replicas: [] };

  constructor(world: Simulation) {
    this.world = world;
  }

  turnQuiet(): void {
    this.isQuiet = true;
    this.quietAt = this.world.now;
    this.deadline = this.quietAt + this.world.progressWithin;
    const owed = this.world.claims.owes(this.world);
    this.awaited = owed.replicas.length > 0 ? owed : this.world.cluster;
  }

  /** Whether all clients are done and, as far as an observer looks, the replicas agree. */
  isSettled(): boolean {
    const { observer } = this.world;
    return this.areClientsDone() && (observer?.isSettled(this.awaited.replicas) ?? true);
  }

  private areClientsDone(): boolean {
    const { clients } = this.world;
    if (clients.remaining === 0) return true;
    if (this.awaited.clients.length === this.world.cluster.clients.length) return false;
    return this.awaited.clients.every((client) => clients.isDone(client));
  }

  /** Asked after every event. */
  isOver(): boolean {
    if (!this.isQuiet) return false;
    if (this.areClientsDone()) {
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
    const { clients, now, progressWithin } = this.world;
    if (this.doneAt >= 0) return this.doneAt + progressWithin;
    let earliest = now;
    for (const client of this.awaited.clients) {
      const entry = clients.history[clients.openOperation(client)];
      if (entry !== undefined) earliest = Math.min(earliest, Math.max(entry.call, this.quietAt));
    }
    return earliest + progressWithin;
  }
}
