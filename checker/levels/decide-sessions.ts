/**
 * The verdict on session guarantees, where it may not be known which write a read has seen.
 *
 * A source is assumed for each such read. If the demands then have a circle, some of the reads that
 * it follows from must have seen another write: one of them is chosen, and each of its sources is
 * tried, until no circle is left, or one that follows from what is certain. More sources only mean
 * more demands, so such a circle stays, whatever the other reads have seen.
 */

import type { Budget } from '../budget.ts';
import type { HistoryOperation, Plain } from '../history.ts';
import type { Model } from '../model.ts';
import { layOutByProcess, type Processes } from './processes.ts';
import { INITIAL, NONE, type RegisterAccesses, readAccesses } from './register-accesses.ts';
import { type Circle, circleOf } from './session-circle.ts';
import { type Guarantee, SessionGraph } from './session-graph.ts';
import { Guess } from './session-guess.ts';
import { type Candidates, candidatesOf } from './session-sources.ts';

export interface SessionQuestion<State> {
  readonly model: Model<State>;
  readonly initial: Plain;
  readonly operations: readonly HistoryOperation[];
}

export type SessionDecision =
  /** The writes, as indexes, in an order of arbitration. */
  | { readonly outcome: 'found'; readonly arbitration: readonly number[] }
  | {
      readonly outcome: 'none';
      /** Operations that break the guarantees, whatever the others are. */
      readonly core: readonly number[];
      /** The last circle of demands; absent where a read saw what nobody can have written. */
      readonly circle?: Circle;
    }
  | { readonly outcome: 'unfinished' };

const BYTES_PER_OPERATION = 160;

/** Decides some of the guarantees together. Every operation must be an access to a register. */
export function decideSessions<State>(
  { model, initial, operations }: SessionQuestion<State>,
  guarantees: readonly Guarantee[],
  budget: Budget,
): SessionDecision {
  const bytes = operations.length * BYTES_PER_OPERATION;
  if (!budget.spendSteps(operations.length) || !budget.take(bytes)) {
    return { outcome: 'unfinished' };
  }
  const processes = layOutByProcess(operations);
  const accesses = readAccesses(model, initial, processes);
  const possible = candidatesOf(processes, accesses, budget);
  try {
    if (possible === undefined) return { outcome: 'unfinished' };
    const { candidates } = possible;
    return new SourceSearch(processes, accesses, candidates, guarantees, budget).run();
  } finally {
    budget.give(bytes + (possible?.bytes ?? 0));
  }
}

interface Frame {
  readonly reader: number;
  cursor: number;
}

class SourceSearch {
  private readonly processes: Processes;
  private readonly accesses: RegisterAccesses;
  private readonly candidates: Candidates;
  private readonly guarantees: readonly Guarantee[];
  private readonly budget: Budget;
  private readonly guess: Guess;
  /** For each read, the source that is tried; `NONE` where one is assumed. */
  private readonly tried: Int32Array;
  private readonly frames: Frame[] = [];
  private readonly core = new Set<number>();

  constructor(
    processes: Processes,
    accesses: RegisterAccesses,
    candidates: Candidates,
    guarantees: readonly Guarantee[],
    budget: Budget,
  ) {
    this.processes = processes;
    this.accesses = accesses;
    this.candidates = candidates;
    this.guarantees = guarantees;
    this.budget = budget;
    this.guess = new Guess(processes, accesses, candidates);
    this.tried = new Int32Array(processes.operations.length).fill(NONE);
  }

  run(): SessionDecision {
    const impossible = this.candidates.findIndex(
      (own, place) => own?.length === 0 && this.processes.operations[place]!.return !== null,
    );
    if (impossible >= 0) {
      this.core.add(impossible);
      return { outcome: 'none', core: this.coreIndexes() };
    }
    for (;;) {
      const result = this.evaluate();
      if (result.outcome !== 'none') return result;
      const reader = this.doubtfulAmong(result.readers);
      if (reader !== NONE) this.frames.push({ reader, cursor: 0 });
      if (!this.tryNext()) {
        const { circle } = result;
        const core = this.coreIndexes();
        return { outcome: 'none', core, ...(circle === undefined ? {} : { circle }) };
      }
    }
  }

  /** Sets the newest frame that has another source to it; false if none has. */
  private tryNext(): boolean {
    for (;;) {
      const frame = this.frames[this.frames.length - 1];
      if (frame === undefined) return false;
      const source = this.candidates[frame.reader]![frame.cursor++];
      this.tried[frame.reader] = source ?? NONE;
      if (source !== undefined) return true;
      this.frames.pop();
    }
  }

  /** Of the reads that a contradiction follows from, one that may have seen something else. */
  private doubtfulAmong(readers: Iterable<number>): number {
    let doubtful = NONE;
    for (const reader of readers) {
      const count = this.candidates[reader]!.length;
      if (count < 2 || this.tried[reader] !== NONE) continue;
      if (doubtful === NONE || count < this.candidates[doubtful]!.length) doubtful = reader;
    }
    return doubtful;
  }

  /** Judges one assignment of sources. */
  private evaluate():
    | Exclude<SessionDecision, { outcome: 'none' }>
    | { outcome: 'none'; readers: ReadonlySet<number>; circle?: Circle } {
    const sources = this.assumed();
    const orphan = sources.findIndex(
      (source, place) => source !== NONE && this.candidates[place]!.length === 0,
    );
    if (orphan >= 0) {
      // A swap that never returned is said to be seen, but cannot have taken place.
      const readers = this.withChoosers([orphan], sources);
      for (const reader of readers) this.core.add(reader);
      return { outcome: 'none', readers };
    }
    const graph = new SessionGraph(
      this.processes,
      this.accesses,
      sources,
      this.guarantees,
      this.budget,
    );
    try {
      const circle = circleOf(graph, this.budget);
      if (circle === 'unfinished') return { outcome: 'unfinished' };
      if (circle.kind === 'none') {
        return {
          outcome: 'found',
          arbitration: this.arbitrationFrom(circle.order, sources, graph),
        };
      }
      for (const place of circle.places) this.core.add(place);
      const readers = this.withChoosers(circle.readers, sources);
      for (const reader of readers) this.core.add(reader);
      return { outcome: 'none', readers, circle: this.named(circle) };
    } finally {
      graph.release();
    }
  }

  /** A source for each read that took place: the one tried, or a likely one. */
  private assumed(): Int32Array {
    const sources = this.guess.sources(this.tried);
    // A swap that never returned and was seen took place, and so has seen something.
    const seen = new Set(sources.filter((source) => source >= 0));
    for (const place of seen) {
      if (this.candidates[place] === undefined || sources[place] !== NONE) continue;
      const source = this.guess.sourceOf(place, this.tried, 0);
      sources[place] = source;
      if (source >= 0) seen.add(source);
    }
    return sources;
  }

  /** The readers, and those because of which one that never returned is taken to have happened. */
  private withChoosers(readers: Iterable<number>, sources: Int32Array): ReadonlySet<number> {
    const all = new Set(readers);
    // A set yields what is added to it on the way.
    for (const reader of all) {
      if (this.processes.operations[reader]!.return !== null) continue;
      sources.forEach((source, chooser) => {
        if (source === reader) all.add(chooser);
      });
    }
    return all;
  }

  private arbitrationFrom(
    order: readonly number[],
    sources: Int32Array,
    graph: SessionGraph,
  ): readonly number[] {
    const seen = new Set(sources);
    const { operations, sources: indexes } = this.processes;
    const found: number[] = [];
    for (const node of order) {
      if (!graph.isWrite(node)) continue;
      const place = graph.placeOf(node);
      if (this.accesses.writes[place] === NONE) continue;
      if (operations[place]!.return !== null || seen.has(place)) found.push(indexes[place]!);
    }
    return found;
  }

  private named(circle: Circle): Circle {
    const index = (place: number) => this.processes.sources[place]!;
    return {
      kind: 'circle',
      places: circle.places.map(index),
      readers: circle.readers.map(index),
      steps: circle.steps.map((step) => ({
        kind: step.kind,
        before: step.before === INITIAL ? INITIAL : index(step.before),
        after: step.after === INITIAL ? INITIAL : index(step.after),
        ...(step.reader === undefined ? {} : { reader: index(step.reader) }),
        ...(step.through === undefined ? {} : { through: index(step.through) }),
      })),
    };
  }

  /** The core, with whatever can have written what its reads saw. */
  private coreIndexes(): readonly number[] {
    for (const place of this.core) {
      const value = this.accesses.reads[place]!;
      if (value === NONE) continue;
      for (const writer of this.accesses.writersOf[value]!) this.core.add(writer);
    }
    return Array.from(this.core, (place) => this.processes.sources[place]!);
  }
}
