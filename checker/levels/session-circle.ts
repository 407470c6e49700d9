/** A circle of demands among writes, told step by step. */

import type { Budget } from '../budget.ts';
import { INITIAL, NONE } from './register-accesses.ts';
import type { EarlySight, SessionGraph } from './session-graph.ts';

/** Why one write must come before another. */
export interface CircleStep {
  /**
   * `called`: by one process. `followed`: its process had seen the other. `seen`: by a reader.
   * `early`: no order is demanded, but the reader would have to see what was called only later.
   */
  readonly kind: 'called' | 'followed' | 'seen' | 'early';
  /** Places of writes, or `INITIAL`. */
  readonly before: number;
  readonly after: number;
  /** The read that saw `after` though `before` was visible to it. */
  readonly reader?: number;
  /** What made `before` visible to it: an earlier read, or a write, of its own process. */
  readonly through?: number;
}

export interface Circle {
  readonly kind: 'circle';
  readonly steps: readonly CircleStep[];
  /** All that the circle follows from. */
  readonly places: readonly number[];
  /** The reads among them whose sources matter. */
  readonly readers: readonly number[];
}

/** The order of all nodes, where there is no circle. */
export interface Acyclic {
  readonly kind: 'none';
  readonly order: readonly number[];
}

/** Looks for a circle of demands, or for a demand to see what is called only later. */
export function circleOf(graph: SessionGraph, budget: Budget): Circle | Acyclic | 'unfinished' {
  const visibility = graph.inOrder();
  const visibleEdges = graph.edgeCounts();
  const isAcyclic = visibility.length === visibleEdges.length;
  const early = isAcyclic ? graph.earlySight(visibility) : undefined;
  if (early !== undefined) return new Telling(graph, visibleEdges).tellEarly(early);
  if (isAcyclic && !graph.addConflicts(visibility)) return 'unfinished';
  const order = graph.inOrder();
  if (budget.exhausted !== undefined) return 'unfinished';
  if (order.length === visibleEdges.length) return { kind: 'none', order };
  return new Telling(graph, visibleEdges).tell(graph.circleBeside(order));
}

class Telling {
  private readonly graph: SessionGraph;
  private readonly visibleEdges: Int32Array;
  private readonly places = new Set<number>();
  private readonly readers = new Set<number>();
  private readonly steps: CircleStep[] = [];

  constructor(graph: SessionGraph, visibleEdges: Int32Array) {
    this.graph = graph;
    this.visibleEdges = visibleEdges;
  }

  tell(circle: readonly number[]): Circle {
    const { graph } = this;
    // Begin at a write, or at the initial value: every circle has one.
    const first = circle.findIndex((node) => this.isStop(node));
    const nodes = [...circle.slice(first), ...circle.slice(0, first + 1)];
    for (let start = 0; start + 1 < nodes.length; ) {
      let end = start + 1;
      while (!this.isStop(nodes[end]!)) end++;
      this.addStep(nodes.slice(start, end + 1));
      start = end;
    }
    for (const node of circle)
      if (graph.placeOf(node) !== NONE) this.places.add(graph.placeOf(node));
    const { steps } = this;
    return { kind: 'circle', steps, places: [...this.places], readers: [...this.readers] };
  }

  tellEarly({ write, reader }: EarlySight): Circle {
    const { graph } = this;
    const path = graph.path(graph.writeNode(write), graph.readNode(reader), this.visibleEdges);
    this.addSights(path ?? []);
    const steps = [{ kind: 'early', before: write, after: write, reader } as const];
    return { kind: 'circle', steps, places: [...this.places], readers: [...this.readers] };
  }

  private isStop(node: number): boolean {
    return this.graph.isWrite(node) || node >= this.graph.initialNode(0);
  }

  private writeOf(node: number): number {
    return this.graph.isWrite(node) ? this.graph.placeOf(node) : INITIAL;
  }

  private addStep(nodes: readonly number[]): void {
    const { graph } = this;
    const before = this.writeOf(nodes[0]!);
    const after = this.writeOf(nodes[nodes.length - 1]!);
    if (nodes.length > 2) {
      this.addSights(nodes);
      const isFollowed = nodes.some((node) => this.isRead(node));
      this.steps.push({ kind: isFollowed ? 'followed' : 'called', before, after });
      return;
    }
    if (before === INITIAL) return;
    this.places.add(before);
    for (let reader = 0; reader < graph.count; reader++) {
      if (graph.sources[reader] !== after || (after === INITIAL && !this.isAbout(reader, before))) {
        continue;
      }
      const path = graph.path(graph.writeNode(before), graph.readNode(reader), this.visibleEdges);
      if (path === undefined) continue;
      this.addSights(path);
      this.places.add(reader);
      this.readers.add(reader);
      if (after !== INITIAL) this.places.add(after);
      const through = this.throughOf(path);
      const own = through === NONE ? {} : { through };
      this.steps.push({ kind: 'seen', before, after, reader, ...own });
      return;
    }
  }

  private isAbout(reader: number, write: number): boolean {
    const { objectOf } = this.graph.accesses;
    return objectOf[reader] === objectOf[write];
  }

  private isRead(node: number): boolean {
    return this.graph.placeOf(node) !== NONE && !this.graph.isWrite(node);
  }

  /** Notes the operations on a way, and the reads that have seen the write before them on it. */
  private addSights(path: readonly number[]): void {
    const { graph } = this;
    path.forEach((node, step) => {
      const place = graph.placeOf(node);
      if (place === NONE) return;
      this.places.add(place);
      const before = path[step - 1];
      if (before !== undefined && this.isRead(node) && this.isStop(before)) this.readers.add(place);
    });
  }

  /** The operation of the reader's own process that brought the write to it, if one did. */
  private throughOf(path: readonly number[]): number {
    const stops = path.filter((node) => this.graph.placeOf(node) !== NONE);
    if (stops.length === 2) return this.graph.placeOf(stops[0]!);
    const isRead = stops.length === 3 && this.isRead(stops[1]!);
    return isRead ? this.graph.placeOf(stops[1]!) : NONE;
  }
}
