/**
 * What makes an answer possible at all: the operations without which it would come from nowhere.
 *
 * A counterexample that leaves them out is illegal too, but explains what did not happen: of two
 * reads that show two orders of a list, one alone, without the appends, is as illegal.
 */

import { Budget } from './budget.ts';
import { decide } from './decide.ts';
import type { HistoryOperation, Plain } from './history.ts';
import type { Model } from './model.ts';
import { type CutOperation, opened, withoutTimes } from './prefix.ts';

/** One answer's question is asked of histories that are small, or else given up. */
const STEPS_MIN = 2_000;
/** Of the whole history it is asked once an answer, and more depends on that. */
const STEPS_MIN_WHOLE = 100_000;
const STEPS_PER_OPERATION = 8;
/** Of larger histories only the failing operation is looked at: each answer is a question. */
export const OPERATIONS_MAX = 256;

type Finding = ReadonlySet<number> | 'none' | 'unfinished';

export class Support<State> {
  private readonly model: Model<State>;
  private readonly initial: Plain;
  private readonly budget: Budget;
  private readonly whole: readonly CutOperation[];
  /** For an operation's source the sources that make its answer possible; none if nothing does. */
  private readonly supporters = new Map<number, ReadonlySet<number>>();
  /** The same for the whole history, where a part was asked about in vain. */
  private readonly inWhole = new Map<number, Finding>();
  /** A part was refused only because it was too hard to tell. */
  hasGivenUp = false;

  constructor(model: Model<State>, initial: Plain, budget: Budget, whole: readonly CutOperation[]) {
    this.model = model;
    this.initial = initial;
    this.budget = budget;
    this.whole = whole;
  }

  /** Whether each answer in a part is possible by itself, if it was so in the whole history. */
  isKept(part: readonly CutOperation[], failing: number): boolean {
    const sources = new Set(part.map((each) => each.source));
    return part.every((each) => {
      if (each.operation.return === null) return true;
      if (part.length > OPERATIONS_MAX && each.source !== failing) return true;
      const known = this.supporters.get(each.source);
      if (known !== undefined && [...known].every((source) => sources.has(source))) return true;
      return this.isSupported(each, part);
    });
  }

  private isSupported(each: CutOperation, part: readonly CutOperation[]): boolean {
    const found = this.supportersOf(each, part, STEPS_MIN);
    if (found === 'unfinished') return true;
    if (found !== 'none') {
      this.supporters.set(each.source, found);
      return true;
    }
    const inWhole =
      this.inWhole.get(each.source) ?? this.supportersOf(each, this.whole, STEPS_MIN_WHOLE);
    this.inWhole.set(each.source, inWhole);
    // What nothing in the whole history makes possible needs nothing.
    if (inWhole === 'none') this.supporters.set(each.source, new Set());
    // Where nobody knows, no answer may be said to come from nowhere.
    if (inWhole === 'unfinished') this.hasGivenUp = true;
    return inWhole === 'none';
  }

  /** Looks for a run of any of the others, with whatever answers, that ends in this answer. */
  private supportersOf(
    each: CutOperation,
    part: readonly CutOperation[],
    stepsMin: number,
  ): Finding {
    const others = part.filter((other) => other.source !== each.source);
    const operations: readonly HistoryOperation[] = withoutTimes([
      each.operation,
      ...others.map((other) => opened(other.operation)),
    ]);
    const own = new Budget({
      maxSteps: stepsMin + operations.length * STEPS_PER_OPERATION,
      shouldStop: () => !this.budget.ask(),
    });
    const { model, initial } = this;
    const question = { model, initial, operations, places: undefined };
    const decision = decide(question, Array.from(operations.keys()), own);
    this.budget.spendSteps(own.steps);
    if (decision.outcome !== 'found') return decision.outcome;
    const sources = new Set<number>();
    for (const place of decision.orders.flat()) {
      if (place > 0) sources.add(others[place - 1]!.source);
    }
    return sources;
  }
}
