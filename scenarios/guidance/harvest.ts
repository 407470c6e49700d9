/** What goes between a guided campaign and where its runs are made: plain JSON both ways. */
import type { RunResult } from '../spec.ts';
import { featuresOf } from './coverage.ts';
import { type Find, isWorthKeeping } from './pool.ts';

/** What is needed of the rounds before to run some indices of a round. */
export interface Guidance {
  /** By protocol and feature: what a run must cost less than to be sent back; 0 is any price. */
  readonly prices: { readonly [protocol: string]: readonly number[] };
  /** Specs with their plans, as JSON: texts are cheaper to copy between threads than objects. */
  readonly parents: readonly string[];
  /** By index: which of `parents` to vary; none for what is drawn. */
  readonly choices: { readonly [index: number]: readonly number[] };
}

/** What some runs have reached. */
export interface Harvest {
  /** By protocol and feature: how many of the runs reached it. */
  readonly hits: { readonly [protocol: string]: readonly number[] };
  /** The runs that reached something new, or something known at a lower price. */
  readonly finds: readonly (Find & { readonly protocol: string })[];
}

/** Gathers what the runs of a batch have reached. */
export class Reaper {
  private readonly guidance: Guidance;
  private readonly hits = new Map<string, number[]>();
  private readonly finds: (Find & { readonly protocol: string })[] = [];

  constructor(guidance: Guidance) {
    this.guidance = guidance;
  }

  take(index: number, { coverage, counts, spec, faults }: RunResult): void {
    if (coverage === undefined) return;
    const { protocol } = spec;
    this.count(protocol, coverage);
    const prices = this.guidance.prices[protocol] ?? [];
    if (!isWorthKeeping(coverage, counts.events, prices)) return;
    // What never struck has no part in what was reached.
    const struck = spec.plan.faults.filter((_, at) => faults[at]?.status !== 'never-triggered');
    const plan = { ...spec.plan, faults: struck };
    const text = JSON.stringify({ ...spec, plan });
    this.finds.push({ protocol, index, events: counts.events, coverage, spec: text });
  }

  harvest(): Harvest {
    return { hits: Object.fromEntries(this.hits), finds: this.finds };
  }

  private count(protocol: string, coverage: readonly number[]): void {
    const hits = this.hits.get(protocol) ?? [];
    this.hits.set(protocol, hits);
    for (const feature of featuresOf(coverage)) hits[feature] = (hits[feature] ?? 0) + 1;
  }
}
