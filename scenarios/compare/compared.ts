/** What comes out of a comparison: plain JSON. Times are Micros. */
import type { SentMessages } from '../measure/course.ts';
import type { RunMeasures } from '../measure/measures.ts';
import type { Metric } from '../measure/metrics.ts';
import type { Stretch } from '../measure/outages.ts';
import type { Failure, RunResult, RunSpec, Verdict } from '../spec.ts';
import type { Contender } from './contender.ts';
import type { Duel, Measured, Summary } from './statistics.ts';

export const COMPARISON_FORMAT = 'quorumlab-comparison/1';

/** One seed of one scenario: every contender in the same world. */
export interface ComparedSeed {
  readonly name: string;
  readonly index: number;
  readonly seed: string;
  readonly servers: number;
  /** In the order of the contenders. */
  readonly runs: readonly ComparedRun[];
  /** Drawn faults that nobody meets, because they are about one protocol's own affairs. */
  readonly leftOut: number;
}

/** What a comparison keeps of one run. */
export interface ComparedRun {
  readonly verdict: Verdict;
  /** Replicas that are no servers. */
  readonly others: number;
  /** Of a run that passed; another one ended where it should not have. */
  readonly measures?: RunMeasures;
  readonly sent: readonly SentMessages[];
  readonly faults: FaultTally;
  readonly failure?: Pick<Failure, 'oracle' | 'invariant' | 'signature' | 'message' | 'at'>;
  /** Why there is no verdict. */
  readonly inconclusive?: string;
  /** Of a run that failed. */
  readonly spec?: RunSpec;
}

/** Of the faults of one world, or of many. */
export interface FaultTally {
  readonly struck: number;
  /** By what the protocol claims to survive, or because the node was down already. */
  readonly heldBack: number;
}

export interface ComparisonResult {
  readonly format: typeof COMPARISON_FORMAT;
  readonly baseSeed: string;
  /** Indices asked for, `to` not included. */
  readonly from: number;
  readonly to: number;
  /** Simulation options as command-line words. */
  readonly flags: readonly string[];
  readonly interrupted: boolean;
  readonly metrics: readonly Metric[];
  readonly contenders: readonly ContenderHead[];
  readonly scenarios: readonly ComparedScenario[];
  readonly failures: readonly ComparedFailure[];
  readonly inconclusive: readonly UndecidedRun[];
}

export interface ContenderHead extends Contender {
  /** Of the protocol. */
  readonly title: string;
}

export interface ComparedScenario {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly servers: { readonly least: number; readonly most: number };
  /** Those that every contender has run. */
  readonly seeds: readonly { readonly index: number; readonly seed: string }[];
  /** Drawn faults, over all seeds, that nobody meets. */
  readonly leftOut: number;
  /** In the order of the contenders. */
  readonly standings: readonly Standing[];
}

/** How one contender has done in one scenario. */
export interface Standing {
  readonly passed: number;
  readonly failed: number;
  readonly inconclusive: number;
  /** At most so many replicas that are no servers, besides the servers that everybody has. */
  readonly others: number;
  readonly faults: FaultTally;
  readonly metrics: readonly StandingInMetric[];
  /** Messages between nodes for each operation done, over all seeds. */
  readonly messagesByType: readonly { readonly type: string; readonly perOperation: number }[];
}

export interface StandingInMetric {
  readonly metric: Metric['id'];
  /** In the order of `seeds`: a value, null for never, `'none'` where there was none to measure. */
  readonly values: readonly (Measured | 'none')[];
  /** Absent where no run had anything to measure. */
  readonly summary?: Summary;
  /** Against the first contender, seed by seed; absent for that one. */
  readonly duel?: Duel;
}

export interface ComparedFailure {
  readonly name: string;
  readonly index: number;
  readonly seed: string;
  readonly contender: string;
  readonly failure: NonNullable<ComparedRun['failure']>;
  /** File of its spec, in the folder for output. */
  readonly savedAs?: string;
}

export interface UndecidedRun {
  readonly name: string;
  readonly index: number;
  readonly seed: string;
  /** Absent where none of them came to an end. */
  readonly contender?: string;
  readonly why: string;
}

/** A seed in full, for a report. */
export interface ShownSeed {
  readonly name: string;
  readonly index: number;
  readonly seed: string;
  /** In the order of the contenders. */
  readonly runs: readonly ShownRun[];
}

export interface ShownRun {
  /** With its events and its course. */
  readonly result: RunResult;
  readonly outages: readonly Stretch[];
}
