/** What a fuzzing campaign comes to: plain JSON, merged from batches in any order of arrival. */
import type { Explanation } from './explain/explanation.ts';
import type { ShrinkAccount } from './shrink/account.ts';
import type { RunResult, RunSpec } from './spec.ts';

export const CAMPAIGN_FORMAT = 'quorumlab-campaign/1';

export interface CampaignResult {
  readonly format: typeof CAMPAIGN_FORMAT;
  readonly scenarios: readonly string[];
  readonly protocol: string;
  readonly mutant?: string;
  readonly baseSeed: string;
  /** How indices were turned into runs; absent where they went round named scenarios. */
  readonly strategy?: StrategyName;
  /** Which of the `count` shards, from 0, this holds; absent means all. */
  readonly shards?: { readonly count: number; readonly held: readonly number[] };
  /**
   * Simulation options as command-line words (`--nodes`, `5`), for the commands that are printed.
   */
  readonly flags?: readonly string[];
  /**
   * The parts of a guided campaign that was merged: each was guided by what it reached itself, so
   * that one run of all indices would be another campaign.
   */
  readonly parts?: readonly CampaignPart[];
  /** Indices that were run: from (inclusive) to (exclusive), and how many of them were finished. */
  readonly from: number;
  readonly to: number;
  readonly finished: number;
  /** Of the campaign, not of its seeds: an expected failure that was found is a pass. */
  readonly verdict: 'passed' | 'failed' | 'inconclusive';
  /** The failure that was to be found, if one was. */
  readonly expectation?: Expectation;
  readonly interrupted: boolean;
  readonly totals: CampaignTotals;
  /** Of scenarios of which a seed ran, by name in the order of code units. */
  readonly byScenario: readonly ScenarioTotals[];
  readonly marks: { readonly [mark: string]: number };
  /** Fired faults by kind; message fates as `drop`, `duplicate`, `corrupt`. */
  readonly faults: { readonly [kind: string]: number };
  readonly groups: readonly FailureGroup[];
  /** Verdict by index, in order, run-length encoded: `p` passed, `f` failed, `i` inconclusive. */
  readonly grid: readonly { readonly verdict: 'p' | 'f' | 'i'; readonly count: number }[];
  /** The seeds with the most events; variations, which no seed brings back, are not among them. */
  readonly largest: readonly {
    readonly scenario: string;
    readonly seed: string;
    readonly events: number;
  }[];
  /** What the saved failures came to that were run before the seeds. */
  readonly corpus?: CorpusAccount;
  /** Everything that differs between two runs of the same campaign. */
  readonly metadata?: CampaignMetadata;
}

/** Which indices a part of a campaign ran. */
export type CampaignPart = Pick<CampaignResult, 'from' | 'to' | 'shards'>;

/** What a campaign of whole protocols chooses runs by; see `strategies.ts`. */
export type StrategyName = 'uniform' | 'swarm' | 'targeted' | 'guided' | 'catalogue' | 'mix';

/** One of `count` parts of a campaign, from 0: it runs the indices i with i mod count = index. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export interface CampaignTotals {
  readonly seeds: number;
  readonly passed: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly events: number;
  readonly messages: number;
  readonly operations: number;
}

/** How many seeds of one scenario ran, and what they came to. */
export interface ScenarioTotals
  extends Pick<CampaignTotals, 'seeds' | 'passed' | 'failed' | 'inconclusive'> {
  readonly scenario: string;
}

/** A campaign that is to find a failure, as one of a planted bug is. */
export interface Expectation {
  /** Refined or provisional; empty where any failure will do. */
  readonly signature: string;
  /** Never by a failure of quorumlab itself, unless its signature is asked for. */
  readonly isFound: boolean;
}

export interface FailureGroup {
  /** Refined where it was shrunk. */
  readonly signature: string;
  /** Of oracle and invariant alone, where the other one is refined. */
  readonly provisional?: string;
  readonly oracle: string;
  readonly invariant?: string;
  /** The first failure's sentence. */
  readonly message: string;
  readonly count: number;
  /** At least the three earliest. */
  readonly seeds: readonly {
    readonly scenario: string;
    readonly seed: string;
    readonly index: number;
    /** A variation of an earlier run: scenario and seed do not bring it back. */
    readonly isVaried?: true;
  }[];
  /** The earliest failing run, or what shrinking has left of it, with its event log. */
  readonly example: RunResult;
  /** Which event decides it, and how likely it was. */
  readonly explanation?: Explanation;
  /** What shrinking has taken away of the earliest failing run; the example is what is left. */
  readonly shrunk?: ShrinkAccount;
  /** The earliest failing run, where it was shrunk and only its spec brings it back. */
  readonly original?: RunSpec;
  /** Where that was saved, relative to the output folder. */
  readonly originalAs?: string;
  /** Why it was not shrunk, where that was tried. */
  readonly notShrunk?: string;
  /** Where its spec was saved, relative to the output folder. */
  readonly savedAs?: string;
}

/** Saved failures that were run again, and which of them do not show what they were kept for. */
export interface CorpusAccount {
  readonly folder: string;
  readonly entries: number;
  readonly asExpected: number;
  readonly others: readonly CorpusComplaint[];
}

export interface CorpusComplaint {
  readonly file: string;
  readonly outcome: Exclude<CorpusOutcome, 'as-expected'>;
  /** One sentence, without its full stop. */
  readonly why: string;
}

/**
 * Violated: it has to pass, and fails, by the bug that was mended or by another one. Stale: it
 * shows neither what it was kept for nor a new violation, so it guards nothing any more. Edited:
 * its spec is not the one that was recorded.
 */
export type CorpusOutcome =
  | 'as-expected'
  | 'violated'
  | 'stale'
  | 'edited'
  | 'inconclusive'
  | 'internal-error'
  | 'unreadable';

export interface CampaignMetadata {
  readonly version: string;
  /** Fingerprint of the code that ran: it changes with what a seed comes to. */
  readonly code?: string;
  readonly node: string;
  readonly startedAt: string;
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly jobs: number;
  readonly commit?: string;
  /** How long each failure was shrunk, by signature. */
  readonly shrinkMs?: { readonly [signature: string]: number };
}
