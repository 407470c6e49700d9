/**
 * The runs worth varying: for each feature the cheapest run that reached it. Parents are drawn by
 * how rarely their feature has been reached, and the less the more often it has been tried: what
 * cannot be improved ages.
 */
import type { Stream } from '../../sim/streams.ts';
import { featuresOf } from './coverage.ts';

/** A run that reached something, as it comes back from where it ran. */
export interface Find {
  readonly index: number;
  /** What it cost. */
  readonly events: number;
  readonly coverage: readonly number[];
  /** The spec with its plan, as JSON. */
  readonly spec: string;
}

/** A kept run: one object for all features that it is the cheapest for. */
export interface Parent {
  readonly index: number;
  readonly events: number;
  readonly spec: string;
}

interface Champion {
  parent: Parent;
  /** Times that it was varied for the sake of this feature. */
  tries: number;
}

/** Weight of a feature that one run has reached and nobody has varied. */
const WEIGHT = 2 ** 18;

export class Pool {
  private readonly champions: (Champion | undefined)[] = [];
  /** By feature: how many runs have reached it. */
  private readonly hits: number[] = [];
  private weights: number[] = [];
  private total = 0;

  /** Counts what a batch has reached: by feature, in how many of its runs. */
  count(hits: readonly number[]): void {
    for (let feature = 0; feature < hits.length; feature++) {
      this.hits[feature] = (this.hits[feature] ?? 0) + (hits[feature] ?? 0);
    }
  }

  /** Keeps the run where it is the first or the cheapest. Runs come in the order of their index. */
  keep({ coverage, ...parent }: Find): void {
    for (const feature of featuresOf(coverage)) {
      const champion = this.champions[feature];
      if (champion === undefined) this.champions[feature] = { parent, tries: 0 };
      else if (parent.events < champion.parent.events) champion.parent = parent;
    }
  }

  /** By feature: what a run must cost less than to be kept; absent where none was reached yet. */
  prices(): number[] {
    return Array.from(this.champions, (champion) => champion?.parent.events ?? 0);
  }

  /** Reckons anew how rare each feature is: after runs were counted and kept, before draws. */
  weigh(): void {
    this.weights = this.champions.map((_, feature) => this.weightOf(feature));
    this.total = this.weights.reduce((sum, weight) => sum + weight, 0);
  }

  /** Draws `count` parents; none while nothing is kept. */
  draw(stream: Stream, count: number): Parent[] {
    if (this.total === 0) return [];
    return Array.from({ length: count }, () => {
      let rest = stream.below(this.total);
      let feature = 0;
      while (rest >= (this.weights[feature] ?? 0)) rest -= this.weights[feature++] ?? 0;
      const champion = this.champions[feature] as Champion;
      champion.tries++;
      const lighter = this.weightOf(feature);
      this.total += lighter - (this.weights[feature] as number);
      this.weights[feature] = lighter;
      return champion.parent;
    });
  }

  private weightOf(feature: number): number {
    const champion = this.champions[feature];
    if (champion === undefined) return 0;
    return Math.ceil(WEIGHT / ((this.hits[feature] ?? 1) + champion.tries));
  }
}

/** Whether a run is worth sending back, given the prices at the start of its round. */
export function isWorthKeeping(
  coverage: readonly number[],
  events: number,
  prices: readonly number[],
): boolean {
  return featuresOf(coverage).some((feature) => {
    const price = prices[feature] ?? 0;
    return price === 0 || events < price;
  });
}
