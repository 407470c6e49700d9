/** What goes between a campaign and its worker threads. */
import type { BatchResult, CampaignRequest, FailingRun, SeedOfRun } from '../scenarios/campaign.ts';
import type { ComparedSeed } from '../scenarios/compare/compared.ts';
import type { ComparisonRequest } from '../scenarios/compare/request.ts';
import type { ShownRun } from '../scenarios/explain/explain.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import type { Guidance } from '../scenarios/guidance/harvest.ts';
import type { NotShrunk, SmallFailure } from '../scenarios/shrink/shrink.ts';
import type { PlannedSpec, Target } from '../scenarios/shrink/trials.ts';
import type { Failure, RunResult, RunSpec } from '../scenarios/spec.ts';

export type WorkerJob =
  | {
      readonly kind: 'batch';
      readonly from: number;
      readonly to: number;
      readonly guidance?: Guidance;
    }
  /** Run a failing run again with its event log. */
  | ({ readonly kind: 'example' } & FailingRun)
  /** Explain a failure as this run shows it. */
  | {
      readonly kind: 'explain';
      readonly place: SeedOfRun;
      readonly failure: Failure;
      readonly shown: ShownRun;
    }
  /** Run a saved spec, which has nothing to do with the campaign, as it is. */
  | { readonly kind: 'replay'; readonly spec: RunSpec; readonly again: number }
  /** Put the contenders of a comparison into the worlds of these seeds. */
  | {
      readonly kind: 'compare';
      readonly request: ComparisonRequest;
      readonly places: readonly SeedPlace[];
    }
  /** Make a failing run small, within so many milliseconds. */
  | {
      readonly kind: 'shrink';
      readonly spec: PlannedSpec;
      readonly target: Target;
      readonly withinMs: number;
    };

/** A seed of a comparison. */
export interface SeedPlace {
  readonly name: string;
  readonly index: number;
}

export interface WorkerTask {
  readonly campaign: CampaignRequest;
  readonly job: WorkerJob;
  /** Wall-clock limit of one run, in milliseconds. */
  readonly timeoutMs: number;
  /** Shared with the watchdog: see the cells below. */
  readonly cells: Int32Array;
}

/** Counts beginnings: as long as it grows, the worker is alive. */
export const BEGUN_CELL = 0;
/** Index being run, less the job's first one. */
export const OFFSET_CELL = 1;
/** Not 0: come to an end after this run. */
export const END_CELL = 2;
/** Events of the smallest run so far, while a failure is being shrunk. */
export const SMALLEST_CELL = 3;
export const CELLS = 4;

export type WorkerAnswer =
  | { readonly kind: 'batch'; readonly batch: BatchResult; readonly elapsedMs: number }
  | { readonly kind: 'example'; readonly example: RunResult }
  /** Absent where the run does not show the failure. */
  | { readonly kind: 'explain'; readonly explanation?: Explanation }
  | { readonly kind: 'replay'; readonly result: RunResult }
  /** Of the first places; all of them, unless it was asked to end early. */
  | {
      readonly kind: 'compare';
      readonly seeds: readonly ComparedSeed[];
      readonly elapsedMs: number;
    }
  | {
      readonly kind: 'shrink';
      readonly outcome: SmallFailure | NotShrunk;
      readonly elapsedMs: number;
    }
  /** Something threw outside a run: our own bug, or a spec that cannot be drawn. */
  | { readonly kind: 'broken'; readonly place: SeedOfRun; readonly message: string };
