/** The course of a run in a few lines: when it changed who does what, and how it had changed. */
import type { NodeId, Protocol } from './contract.ts';
import type { Landmark } from './landmark.ts';
import type { Simulation } from './simulation.ts';

/** Of more, the latest are kept: what came last explains most. */
const KEPT_MAX = 64;

export class Landmarks {
  private kept: Landmark[] = [];
  /** How many of them the present step has reached. */
  private fresh = 0;
  private readonly world: Simulation;
  private readonly marks: ReadonlySet<string>;
  private readonly summary: (state: object) => string;

  constructor(world: Simulation, { landmarks = [], summary }: Protocol) {
    this.world = world;
    this.marks = new Set(landmarks);
    this.summary = summary;
  }

  /** The oldest first. */
  get all(): readonly Landmark[] {
    return this.kept.slice(-KEPT_MAX);
  }

  reach(node: NodeId, mark: string): void {
    if (!this.marks.has(mark)) return;
    const { now, counts } = this.world;
    this.kept.push({ at: now, event: counts.events, node, mark, summary: '' });
    this.fresh += 1;
  }

  /** The handler has returned: what it has reached shows in the state that it has left. */
  stepped(node: NodeId, state: object): void {
    if (this.fresh === 0) return;
    const first = this.kept.length - this.fresh;
    const summary = this.summary(state);
    this.kept = this.kept.map((landmark, index) =>
      index >= first && landmark.node === node ? { ...landmark, summary } : landmark,
    );
    this.fresh = 0;
    if (this.kept.length > 2 * KEPT_MAX) this.kept = this.kept.slice(-KEPT_MAX);
  }
}
