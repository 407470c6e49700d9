/** What shrinking has taken away, as plain data; `reports/` puts it into words. */
import type { Micros } from '../../sim/contract.ts';
import type { Ending, NetworkConfig } from '../../sim/plan.ts';

/** How many there are of each kind of thing. */
export type Tally = { readonly [kind: string]: number };

/** How big a run is. */
export interface CaseSize {
  readonly events: number;
  readonly messages: number;
  readonly replicas: number;
  readonly clients: number;
  /** Faults of the plan by kind. */
  readonly faults: Tally;
  /** Operations of the plan by name. */
  readonly operations: Tally;
}

export interface ShrinkAccount {
  readonly from: CaseSize;
  readonly to: CaseSize;
  /** How many runs it took. */
  readonly runs: number;
  /** Whether no single fault, operation, client or replica can go; else the budget ran out. */
  readonly isMinimal: boolean;
  /** What chance did in the original and is not needed: `message loss`, `clock drift`, … */
  readonly calmed: readonly string[];
  readonly network: NetworkAccount;
  /** What luck the original had, which the smallest run has not: an explanation tells of it. */
  readonly original: OriginalWorld;
}

/** Of the world around the plan, before shrinking. */
export interface OriginalWorld {
  readonly network: NetworkConfig;
  readonly ending: Ending;
}

/**
 * `plain`: every message takes `delay` (Micros). `explicit`: all but `fates` messages do. `drawn`:
 * fates are still drawn; `why` says why, in words that go on from a colon.
 */
export type NetworkAccount =
  | { readonly kind: 'plain'; readonly delay: Micros }
  | { readonly kind: 'explicit'; readonly delay: Micros; readonly fates: number }
  | { readonly kind: 'drawn'; readonly why: string };
