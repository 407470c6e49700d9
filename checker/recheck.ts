/**
 * Judging what is left of a failing history, again and again.
 *
 * An order that explained the whole mostly explains a part as well, once what is left out is left
 * out of it: it is replayed first, and searched for only where that fails.
 */

import type { Budget } from './budget.ts';
import { decide } from './decide.ts';
import type { HistoryOperation } from './history.ts';
import { mergeOrders } from './merge.ts';
import { bare, type CutOperation, opened, withoutTimes } from './prefix.ts';
import type { Question } from './question.ts';
import { stepOf } from './step-of.ts';
import { OPERATIONS_MAX, Support } from './support.ts';
import { hasUnwrittenRead } from './unwritten-reads.ts';

/** One question whether times matter: it is asked of small histories, or else given up. */
const TIMELESS_STEPS_MIN = 20_000;
const TIMELESS_STEPS_PER_OPERATION = 16;

type Outcome = 'found' | 'none' | 'unfinished';

/** What is asked of a part of a failing history, of which one operation is the failing one. */
export class Recheck<State> {
  readonly question: Question<State>;
  readonly budget: Budget;
  readonly failing: number;
  /** The last order found that explains what is left up to the failing return, by source. */
  orderBefore: readonly number[] | undefined;
  private orderWithoutTimes: readonly number[] | undefined;
  /**
   * Whether all answers of the whole are possible if real time is ignored; asked when it matters.
   * `found` once a part has been accepted whose answers are.
   */
  private possible: Outcome | undefined;
  private readonly whole: readonly CutOperation[];
  private readonly support: Support<State>;
  private isTooHard = false;

  constructor(
    question: Question<State>,
    budget: Budget,
    whole: readonly CutOperation[],
    failing: number,
  ) {
    this.question = question;
    this.budget = budget;
    this.failing = failing;
    this.whole = whole;
    this.support = new Support(question.model, question.initial, budget, whole);
  }

  /** Whether a part has been refused, since this was last unset, only because it was too hard. */
  get hasGivenUp(): boolean {
    return this.isTooHard || this.support.hasGivenUp;
  }

  set hasGivenUp(value: boolean) {
    this.isTooHard = value;
    this.support.hasGivenUp = value;
  }

  get isSpent(): boolean {
    return this.budget.exhausted !== undefined;
  }

  /** Whether a part fails by the return of the failing operation alone, for a like reason. */
  accepts(part: readonly CutOperation[]): boolean {
    // Of a large part one answer is looked at: that it has lost its base is soon seen.
    const isSoonSeen = this.possible === 'none' && part.length > OPERATIONS_MAX;
    if (isSoonSeen && !this.support.isKept(part, this.failing)) return false;
    if (this.outcomeOf(part, this.budget) !== 'none') return false;
    return this.isExplainedBefore(part) && this.keepsAnswers(part);
  }

  /** The same, for a part that the known order explains: it is given up if it is too hard. */
  acceptsSoon(part: readonly CutOperation[], stepsMax: number): boolean {
    const own = this.budget.part(stepsMax);
    const outcome = this.outcomeOf(part, own);
    this.budget.absorb(own);
    return outcome === 'none' && this.keepsAnswers(part);
  }

  /** Whether some order explains a part as it was known before the failing return. */
  isExplainedBefore(part: readonly CutOperation[]): boolean {
    const before = part.map(({ source, operation }) =>
      source === this.failing ? { source, operation: opened(operation) } : { source, operation },
    );
    const order = this.orderOf(before, bare(before), this.orderBefore, this.budget);
    if (!Array.isArray(order)) return false;
    this.orderBefore = order;
    return true;
  }

  private outcomeOf(part: readonly CutOperation[], budget: Budget): Outcome {
    const { model, initial } = this.question;
    const operations = bare(part);
    const question = { model, initial, operations, places: undefined };
    return decide(question, Array.from(operations.keys()), budget).outcome;
  }

  /** What made the answers possible may not be what is left out. */
  private keepsAnswers(part: readonly CutOperation[]): boolean {
    const own = this.outcomeWithoutTimes(part);
    if (own === 'found') {
      this.possible ??= 'found';
      return true;
    }
    this.possible ??= this.outcomeWithoutTimes(this.whole);
    if (this.possible === 'found') {
      if (own === 'unfinished') this.isTooHard = true;
      return false;
    }
    // Where the question is too hard for the whole, at least no read may lose its write.
    if (this.possible === 'unfinished' && this.readsUnwritten(part)) return false;
    return this.support.isKept(part, this.failing);
  }

  private outcomeWithoutTimes(part: readonly CutOperation[]): Outcome {
    const { budget } = this;
    const stepsMax = TIMELESS_STEPS_MIN + part.length * TIMELESS_STEPS_PER_OPERATION;
    const own = budget.beside(stepsMax);
    const known = this.orderWithoutTimes ?? this.withFailing(this.orderBefore);
    const order = this.orderOf(part, withoutTimes(bare(part)), known, own);
    budget.spendSteps(own.steps);
    if (!Array.isArray(order)) return order;
    this.orderWithoutTimes = order;
    return 'found';
  }

  /**
   * An order that explains the whole up to the failing return, with the failing operation at the
   * last place where its answer was right: that of a late one was so at some time.
   */
  private withFailing(order: readonly number[] | undefined): readonly number[] | undefined {
    if (order === undefined) return undefined;
    const { model, initial, operations } = this.question;
    const others = order.filter((source) => source !== this.failing);
    let state = model.init(initial);
    let last = -1;
    for (let place = 0; place <= others.length; place++) {
      if (!this.budget.mayGoOn(place)) return undefined;
      if (stepOf(model, state, operations[this.failing]!).ok) last = place;
      const next =
        place < others.length ? stepOf(model, state, operations[others[place]!]!) : undefined;
      if (next?.ok) state = next.next;
    }
    return last < 0 ? undefined : [...others.slice(0, last), this.failing, ...others.slice(last)];
  }

  /** An order, by source, of a part with its operations as they are given. */
  private orderOf(
    part: readonly CutOperation[],
    operations: readonly HistoryOperation[],
    known: readonly number[] | undefined,
    budget: Budget,
  ): number[] | 'none' | 'unfinished' {
    const { model, initial } = this.question;
    const places = known && placesIn(part, known);
    const question = { model, initial, operations, places };
    const decision = decide(question, Array.from(operations.keys()), budget);
    if (decision.outcome !== 'found') return decision.outcome;
    return mergeOrders(operations, decision.orders).map((index) => part[index]!.source);
  }

  private readsUnwritten(part: readonly CutOperation[]): boolean {
    const { model, initial } = this.question;
    const operations = bare(part);
    return hasUnwrittenRead(model, initial, operations, Array.from(operations.keys()));
  }
}

/** Of each operation the place in an order by source; -1 if it is not in it. */
function placesIn(part: readonly CutOperation[], order: readonly number[]): readonly number[] {
  const placeOf = new Map<number, number>();
  for (let place = 0; place < order.length; place++) placeOf.set(order[place]!, place);
  return part.map(({ source }) => placeOf.get(source) ?? -1);
}
