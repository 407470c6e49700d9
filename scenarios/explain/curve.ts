/** The chance of the failure as a function of the event from which on chance is drawn anew. */
import type { RunSpec } from '../spec.ts';
import { chanceOf, type Outcome } from './chance.ts';
import type { Chance } from './explanation.ts';
import type { Sampler } from './sampler.ts';

/** Two events between which the chance changes; `to` is the later one. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

export class Curve {
  private readonly spec: RunSpec;
  private readonly sampler: Sampler;
  private readonly outcomes = new Map<number, Outcome[]>();

  constructor(spec: RunSpec, sampler: Sampler) {
    this.spec = spec;
    this.sampler = sampler;
  }

  /** Brings the point to so many tries, if the budget lasts; tells whether it did. */
  sample(event: number, tries: number): boolean {
    const outcomes = this.outcomes.get(event) ?? [];
    this.sampler.extend(outcomes, this.spec, event, tries);
    if (outcomes.length > 0) this.outcomes.set(event, outcomes);
    return outcomes.length >= tries;
  }

  at(event: number): Chance {
    return chanceOf(this.outcomes.get(event) ?? []);
  }

  /** The events that have been tried, in order. */
  events(): readonly number[] {
    return [...this.outcomes.keys()].sort((a, b) => a - b);
  }

  /** The intervals between neighbouring points, those with the largest rise first. */
  steepest(): readonly Interval[] {
    const events = this.events();
    const intervals = events.slice(1).map((to, index) => ({ from: events[index] ?? 0, to }));
    return intervals.sort((a, b) => this.rise(b) - this.rise(a) || b.to - a.to);
  }

  /** The number of a try that fails in the same way at `to` and not at `from`, if there is one. */
  escape({ from, to }: Interval): number | undefined {
    const before = this.outcomes.get(from) ?? [];
    const after = this.outcomes.get(to) ?? [];
    for (const wanted of ['none', 'other'] as const) {
      const found = before.findIndex((outcome, at) => outcome === wanted && after[at] === 'same');
      if (found >= 0) return found;
    }
    return undefined;
  }

  /**
   * By how much the chance rises, from −1 to 1, over the tries that both ends have: a try has the
   * same seed at both, so what they have in common cancels out.
   */
  rise({ from, to }: Interval): number {
    const before = this.outcomes.get(from) ?? [];
    const after = this.outcomes.get(to) ?? [];
    const shared = Math.min(before.length, after.length);
    if (shared === 0) return 0;
    let rise = 0;
    for (let i = 0; i < shared; i++) {
      rise += (after[i] === 'same' ? 1 : 0) - (before[i] === 'same' ? 1 : 0);
    }
    return rise / shared;
  }
}
