/**
 * A search for registers in which a value may be written more than once: what is chosen is which
 * write each read saw.
 *
 * Once that is known, a write and its reads are a block, and blocks are judged by their zones, as
 * where no value is written twice (Gibbons & Korach, "Testing shared memories", 1997, section 4):
 * there is an order exactly if no two blocks must each precede the other. A must precede B if A's
 * first return comes before B's last call. So whatever else is chosen, a conflict of two blocks
 * rests on four operations at most.
 *
 * Time leaves most reads one write. What they say excludes writes for others, round by round. The
 * rest is searched in order of call; when no write is left for a read, the last choice that had a
 * part in it is undone, whatever was chosen in between (conflict-directed backjumping: Prosser,
 * "Hybrid algorithms for the constraint satisfaction problem", 1993). A no is that no choice is
 * left; a yes is an order of blocks, replayed against the model.
 *
 * A swap that took place reads in one block and begins another. That the one must follow the other
 * at once is not asked here, so that what is found may be none; what is refuted is refuted.
 */

import { BlockZones, CERTAIN, NONE } from './block-zones.ts';
import type { Budget } from './budget.ts';
import type { Decision, Question } from './question.ts';
import { type RegisterReads, readSourcesOf } from './read-sources.ts';
import type { SearchOutcome } from './search.ts';
import { orderedBySources } from './source-order.ts';

/** The search is given so many steps for an operation; then others may have more luck. */
const STEPS_PER_OPERATION = 50;
/** And so many in any case. */
const STEPS_MIN = 20_000;

/** So many writes for a read, on average, are few. */
const SOURCES_PER_READ_FEW = 1.1;

/**
 * Decides a register's history, or answers undefined where it is none, or too hard for this, or
 * where there are more than `few` choices at first, if that is what is wanted.
 */
export function searchSources<State>(
  question: Question<State>,
  indexes: readonly number[],
  budget: Budget,
  choices: 'few' | 'any',
): Decision | undefined {
  if (question.model.registerAccess === undefined) return undefined;
  const history = readSourcesOf(question, indexes, budget);
  if (history === undefined) return undefined;
  if (choices === 'few' && sourcesIn(history) > SOURCES_PER_READ_FEW * history.reads.length) {
    return undefined;
  }
  const part = budget.part(STEPS_MIN + STEPS_PER_OPERATION * indexes.length);
  if (!part.take(bytesOf(history))) return undefined;
  const search = new SourceSearch(history, part);
  const outcome = search.run();
  if (!budget.absorb(part)) return { outcome: 'unfinished' };
  if (outcome === 'unfinished') return undefined;
  if (outcome === 'none') return { outcome };
  return orderedBySources(question, history, search.sourceOf, search.isCertain, budget);
}

/** What an instant takes in the tables of the search, and a write that a read may have seen. */
const BYTES_PER_INSTANT = 24;
const BYTES_PER_SOURCE = 8;

function bytesOf(history: RegisterReads): number {
  return history.end * BYTES_PER_INSTANT + sourcesIn(history) * BYTES_PER_SOURCE;
}

function sourcesIn({ sources }: RegisterReads): number {
  let count = 0;
  for (const writers of sources) count += writers.length;
  return count;
}

/** The choice of a write for one read. */
interface Frame {
  readonly read: number;
  /** The writes that it may have seen, the likeliest first. */
  readonly choices: readonly number[];
  /** How many reads had joined blocks before it. */
  readonly joinedCount: number;
  /** The earlier choices that had a part in what was wrong with those tried. */
  readonly culprits: Set<number>;
  cursor: number;
}

/** About what a frame takes. */
const FRAME_BYTES = 256;

class SourceSearch {
  private readonly history: RegisterReads;
  private readonly budget: Budget;
  private readonly zones: BlockZones;
  private readonly sources: (readonly number[])[];
  /** By read: the write that it saw. */
  readonly sourceOf: Int32Array;
  /** Nothing had to be chosen. */
  isCertain = false;
  private readonly frames: Frame[] = [];

  constructor(history: RegisterReads, budget: Budget) {
    const { end, writerCalls, writerReturns, reads, readCalls, readReturns, sources } = history;
    this.history = history;
    this.budget = budget;
    this.sources = [...sources];
    this.sourceOf = new Int32Array(reads.length);
    const firstReturn = writerReturns.slice();
    const lastCall = writerCalls.slice();
    for (let read = 0; read < reads.length; read++) {
      const [writer, another] = sources[read]!;
      if (writer === undefined || another !== undefined) continue;
      this.sourceOf[read] = writer;
      firstReturn[writer] = Math.min(firstReturn[writer]!, readReturns[read]!);
      lastCall[writer] = Math.max(lastCall[writer]!, readCalls[read]!);
    }
    this.zones = new BlockZones(firstReturn, lastCall, end);
  }

  run(): SearchOutcome {
    if (this.sources.some((writers) => writers.length === 0)) return 'none';
    if (this.zones.hasConflict(this.budget)) return 'none';
    const open = this.settle();
    if (typeof open === 'string') return open;
    this.isCertain = open.length === 0;
    const outcome = this.search(open);
    this.budget.give(this.frames.length * FRAME_BYTES);
    return outcome;
  }

  /** Leaves out writes that cannot be, until none is found. The reads that have several then. */
  private settle(): readonly number[] | 'none' | 'unfinished' {
    const { zones, sources, history } = this;
    const { readCalls, readReturns } = history;
    let open = Array.from(sources.keys()).filter((read) => sources[read]!.length > 1);
    open.sort((a, b) => readCalls[a]! - readCalls[b]!);
    for (let isNew = open.length > 0; isNew; ) {
      isNew = false;
      for (const read of open) {
        const [call, returned] = [readCalls[read]!, readReturns[read]!];
        if (!this.budget.spendSteps(sources[read]!.length)) return 'unfinished';
        const left = sources[read]!.filter((writer) => {
          return zones.rivalOf(writer, call, returned) === NONE;
        });
        sources[read] = left;
        if (left.length === 0) return 'none';
        if (left.length > 1) continue;
        zones.join(left[0]!, call, returned, CERTAIN);
        this.sourceOf[read] = left[0]!;
        isNew = true;
      }
      open = open.filter((read) => sources[read]!.length > 1);
    }
    return open;
  }

  private search(open: readonly number[]): SearchOutcome {
    const { zones, frames, history } = this;
    const { readCalls, readReturns } = history;
    for (let entering = true; ; ) {
      if (!this.budget.spend()) return 'unfinished';
      if (entering) {
        const read = open[frames.length];
        if (read === undefined) return 'found';
        if (!this.budget.take(FRAME_BYTES)) return 'unfinished';
        frames.push(this.frameOf(read));
      }
      const frame = frames[frames.length - 1]!;
      zones.undoTo(frame.joinedCount);
      const writer = frame.choices[frame.cursor++];
      entering = false;
      if (writer === undefined) {
        if (!this.backjump(frame)) return 'none';
        continue;
      }
      const [call, returned] = [readCalls[frame.read]!, readReturns[frame.read]!];
      const rival = zones.rivalOf(writer, call, returned);
      if (rival !== NONE) {
        const levels = zones.levelsOf(writer, rival, call, returned);
        for (const level of levels) frame.culprits.add(level);
        continue;
      }
      zones.join(writer, call, returned, frames.length - 1);
      this.sourceOf[frame.read] = writer;
      entering = true;
    }
  }

  /** Goes back to the last choice that had a part in what was wrong; false if there is none. */
  private backjump({ culprits }: Frame): boolean {
    let level = CERTAIN;
    for (const each of culprits) if (each > level) level = each;
    this.budget.give((this.frames.length - 1 - level) * FRAME_BYTES);
    this.frames.length = level + 1;
    const frame = this.frames[level];
    if (frame === undefined) return false;
    for (const each of culprits) if (each !== level) frame.culprits.add(each);
    return true;
  }

  /** The writes of a read are tried in order of how short their zones would be with it. */
  private frameOf(read: number): Frame {
    const { zones, history } = this;
    const call = history.readCalls[read]!;
    const returned = history.readReturns[read]!;
    const choices = [...this.sources[read]!].sort((a, b) => {
      return zones.lengthWith(a, call, returned) - zones.lengthWith(b, call, returned) || a - b;
    });
    return { read, choices, joinedCount: zones.joinedCount, culprits: new Set(), cursor: 0 };
  }
}
