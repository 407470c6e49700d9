/** Runs a spec again and again with other draws from an event on, as long as the budget lasts. */
import { type CampaignEngine, firstFailure, judge } from '../campaign-run.ts';
import { runSeed } from '../seeds.ts';
import type { Failure, RunSpec } from '../spec.ts';
import type { Afterwards } from './afterwards.ts';
import type { Outcome } from './chance.ts';

/** What explaining may cost. Runs and events are counted, so that they end it at the same place. */
export interface ExplainBudget {
  readonly runs: number;
  readonly events: number;
  /** The caller's clock: asked before each run and within it. */
  readonly shouldStop?: () => boolean;
}

/** Some 6 CPU-seconds at half a million events a second: 10 are allowed. */
export const EXPLAIN_BUDGET: ExplainBudget = { runs: 4_000, events: 3_000_000 };

/** So much of a failure makes it the same failure, as in the groups of a campaign. */
export type Expected = Pick<Failure, 'oracle' | 'invariant'>;

export interface Question {
  /** Which failure of a try is the one that is asked about. */
  readonly expected: Expected;
  readonly afterwards?: Afterwards;
}

export class Sampler {
  runs = 0;
  events = 0;
  /** Why runs that were asked for were not made. */
  cut: 'time' | 'budget' | undefined;
  private readonly engine: CampaignEngine;
  private readonly expected: Expected;
  private readonly afterwards: Afterwards;
  private readonly budget: ExplainBudget;
  /** Share of the counted budget that may be used now. */
  private allowed = 1;

  constructor(engine: CampaignEngine, question: Question, budget: ExplainBudget) {
    this.engine = engine;
    this.expected = question.expected;
    this.afterwards = question.afterwards ?? {};
    this.budget = budget;
  }

  /** Up to this share of the budget may be used from now on: each stage leaves something. */
  allow(share: number): void {
    this.allowed = share;
  }

  /** Appends outcomes until there are `tries` of them, or the budget is spent. */
  extend(outcomes: Outcome[], spec: RunSpec, event: number, tries: number): void {
    while (outcomes.length < tries) {
      const outcome = this.attempt(spec, event, outcomes.length);
      if (outcome === undefined) return;
      outcomes.push(outcome);
    }
  }

  /**
   * One try. The seed of what is drawn anew depends on the number of the try alone: the same try at
   * two neighbouring events differs in what was drawn between them and in nothing else, as far as a
   * draw is keyed by its message, so that differences show in few tries.
   */
  private attempt(spec: RunSpec, event: number, number: number): Outcome | undefined {
    if (this.isSpent()) return undefined;
    let isStopped = false;
    const shouldStop = (): boolean => {
      isStopped ||= this.budget.shouldStop?.() === true;
      return isStopped;
    };
    const result = judge(this.engine, this.specOf(spec, event, number), { shouldStop });
    this.runs += 1;
    this.events += result.counts.events;
    // A run that was cut off says nothing.
    if (isStopped) {
      this.cut = 'time';
      return undefined;
    }
    const failure = firstFailure(result);
    if (failure === undefined) return 'none';
    return isSame(failure, this.expected) ? 'same' : 'other';
  }

  /** The spec of one try: all that is drawn after the event is drawn anew. */
  specOf(spec: RunSpec, event: number, number: number): RunSpec {
    const { network, ending = spec.ending } = this.afterwards;
    const seed = runSeed(spec.seed, 'explain', number);
    const rekey = { event, seed, ...(network === undefined ? {} : { network }) };
    return { ...spec, ending, rekey };
  }

  private isSpent(): boolean {
    const { runs, events, shouldStop } = this.budget;
    if (this.cut === 'time') return true;
    const isCounted = this.runs >= runs * this.allowed || this.events >= events * this.allowed;
    if (isCounted) this.cut = 'budget';
    else if (shouldStop?.() === true) this.cut = 'time';
    else return false;
    return true;
  }
}

export function isSame(failure: Failure, expected: Expected): boolean {
  return failure.oracle === expected.oracle && failure.invariant === expected.invariant;
}
