/**
 * The quiet ending: faults have stopped and healed, clients finish, then the replicas must agree.
 * Decides when that is done, and when what is owed is overdue.
 */
import type { Micros, NodeId, Owed } from './contract.ts';
import type { Node } from './node.ts';
import type { Ending } from './plan.ts';
import type { Simulation } from './simulation.ts';

/** Where nothing is owed, the run goes on for this part of the bound: safety is judged still. */
const UNOWED_SHARE = 8;

export class QuietEnding {
  /** Whether the run ended because what was owed did not come within the protocol's bound. */
  isStalled = false;
  /** How often each mark had been reached when faults stopped. */
  marksBefore: ReadonlyMap<string, number> = new Map();
  /** To whom progress is owed since then. */
  owed: Owed = { clients: [], replicas: [] };
  private readonly world: Simulation;
  /** The replicas that heal, if not all do. */
  private readonly core: readonly NodeId[] | undefined;
  private isQuiet = false;
  private quietAt: Micros = 0;
  /** When the last client had finished; -1 before. */
  private doneAt: Micros = -1;
  /** A lower bound of the time by which what is owed must have happened. */
  private deadline: Micros = 0;
  /** Whom the run waits for: to whom progress is owed, or the clients if it is owed to nobody. */
  private awaited: Owed = this.owed;
  /** And for how long. */
  private patience: Micros = 0;

  constructor(world: Simulation, ending: Ending) {
    this.world = world;
    this.core = ending.kind === 'quiet' ? ending.core : undefined;
  }

  turnQuiet(): void {
    if (this.core === undefined) this.healAll();
    else this.healCore(new Set([...this.core, ...this.world.cluster.clients]));
    this.isQuiet = true;
    this.quietAt = this.world.now;
    this.marksBefore = this.world.coverage.countsByMark();
    const { claims, cluster, progressWithin } = this.world;
    this.owed = claims.owes(this.world);
    const isOwed = this.owed.replicas.length > 0;
    this.awaited = isOwed ? this.owed : { clients: cluster.clients, replicas: [] };
    this.patience = isOwed ? progressWithin : Math.floor(progressWithin / UNOWED_SHARE);
    this.deadline = this.quietAt + this.patience;
  }

  /** When faults stopped. */
  get since(): Micros {
    return this.quietAt;
  }

  private healAll(): void {
    const { network, nodes, faults } = this.world;
    network.calm();
    for (const node of nodes) this.calm(node);
    faults.healAll();
  }

  /** Records do not stall any more, and messages take no time. */
  private calm(node: Node): void {
    node.disk.calm();
    this.world.lifecycle.quicken(node);
  }

  /** These nodes and the links among them get well; all else stays as it is, for good. */
  private healCore(core: ReadonlySet<NodeId>): void {
    const { network, post, faults } = this.world;
    network.calmAmong(core);
    post.letGo();
    for (const id of core) this.calm(this.world.node(id));
    faults.healCore(core);
  }

  /** Whether faults have healed and left nobody to whom progress is owed: any end is as good. */
  get owesNothing(): boolean {
    return this.isQuiet && this.owed.replicas.length === 0;
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
    const { clients, now } = this.world;
    if (this.doneAt >= 0) return this.doneAt + this.patience;
    let earliest = now;
    for (const client of this.awaited.clients) {
      const entry = clients.history[clients.openOperation(client)];
      if (entry !== undefined) earliest = Math.min(earliest, Math.max(entry.call, this.quietAt));
    }
    return earliest + this.patience;
  }
}
