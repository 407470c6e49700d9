/**
 * A campaign runs many seeds of a list of scenarios. It is cut into batches of neighbouring indices
 * that may run anywhere and end in any order; what they come to depends on the indices alone.
 */

import { isOfShard, isRunTwice, runAt, specAt } from './campaign-index.ts';
import { type CampaignEngine, firstFailure, type JudgeOptions, judge } from './campaign-run.ts';
import { noTotals, Tally } from './campaign-tally.ts';
import type { CampaignTotals, ScenarioTotals, Shard, StrategyName } from './campaign-types.ts';
import type { DrawSettings } from './catalogue/index.ts';
import { type Guidance, type Harvest, Reaper } from './guidance/harvest.ts';
import type { Failure, RunResult, RunSpec } from './spec.ts';

/** What a campaign runs: plain JSON, the same for every worker. */
export interface CampaignRequest {
  /** Ids in the order in which indices go round them. */
  readonly scenarios: readonly string[];
  readonly baseSeed: string;
  readonly settings: DrawSettings;
  /** Run every seed twice, instead of one in 64. */
  readonly determinism: boolean;
  /** How indices are turned into runs; without it, they go round the scenarios. */
  readonly strategy?: StrategyName;
  /** Run only each `count`th index, from `index` on. */
  readonly shard?: Shard;
}

export interface BatchRequest {
  readonly campaign: CampaignRequest;
  /** First index, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** What the rounds before have reached, where the strategy is guided. */
  readonly guidance?: Guidance;
}

/** How the world outside watches a batch; all of it is optional. */
export interface BatchHooks {
  /** Told before an index is drawn and before it is run, each time. */
  beforeRun?(index: number): void;
  /** Asked within a run; true makes that run inconclusive. */
  shouldStop?(): boolean;
  /** Asked between runs; true ends the batch early. */
  shouldEnd?(): boolean;
}

/** What the runs of neighbouring indices came to; batches merge into bigger ones. */
export interface BatchResult {
  readonly from: number;
  readonly to: number;
  readonly totals: CampaignTotals;
  readonly byScenario: readonly ScenarioTotals[];
  readonly marks: Counts;
  readonly faults: Counts;
  readonly grid: readonly GridRun[];
  /** By signature, in the order of their first index. */
  readonly groups: readonly BatchGroup[];
  readonly largest: readonly LargestRun[];
  /** The earliest runs without a verdict. */
  readonly inconclusive: readonly InconclusiveRun[];
  /** What its runs have reached; of single batches only, it is not merged. */
  readonly harvest?: Harvest;
}

export type Counts = { readonly [name: string]: number };
export interface GridRun {
  readonly verdict: 'p' | 'f' | 'i';
  readonly count: number;
}

export interface BatchGroup {
  readonly failure: Failure;
  readonly count: number;
  /** The earliest ones. */
  readonly seeds: readonly SeedOfRun[];
  /** The earliest of all, without its event log. */
  readonly example: RunResult;
}

export interface SeedOfRun {
  readonly scenario: string;
  readonly seed: string;
  readonly index: number;
  /** A variation of an earlier run: scenario and seed do not bring it back, its spec does. */
  readonly isVaried?: true;
}

export interface LargestRun extends SeedOfRun {
  readonly events: number;
}

export interface InconclusiveRun extends SeedOfRun {
  readonly reasons: readonly string[];
}

/** Runs the indices of a batch in order. */
export function runBatch(
  engine: CampaignEngine,
  request: BatchRequest,
  hooks: BatchHooks = {},
): BatchResult {
  const { campaign, guidance } = request;
  const tally = new Tally(request.from);
  const reaper = guidance === undefined ? undefined : new Reaper(guidance);
  for (let index = request.from; index < request.to; index++) {
    if (index > request.from && hooks.shouldEnd?.() === true) break;
    if (!isOfShard(campaign, index)) {
      tally.skip(index);
      continue;
    }
    hooks.beforeRun?.(index);
    const { place, spec } = specAt(engine, campaign, index, guidance);
    const twice = isRunTwice(campaign, index);
    const result = judgeAt(engine, spec, index, hooks, { twice, coverage: reaper !== undefined });
    tally.take(place, result);
    reaper?.take(index, result);
  }
  return { ...tally.result(), ...(reaper === undefined ? {} : { harvest: reaper.harvest() }) };
}

/** Runs a failing run of a campaign again with its event log, for the example of a group. */
export function rerunWithEvents(
  engine: CampaignEngine,
  campaign: CampaignRequest,
  { place, failure, spec }: FailingRun,
  hooks: BatchHooks = {},
): RunResult {
  hooks.beforeRun?.(place.index);
  const again = spec ?? engine.draw(place.scenario, place.seed);
  const twice = isRunTwice(campaign, place.index);
  const result = judgeAt(engine, again, place.index, hooks, { events: true, twice });
  const found = firstFailure(result);
  if (found?.signature === failure.signature) return result;
  // What was seen once stays reported, even where it does not show again.
  return { ...result, verdict: 'failed', failures: [failure, ...result.failures] };
}

/** `spec` where the place alone does not bring the run back. */
export interface FailingRun {
  readonly place: SeedOfRun;
  readonly failure: Failure;
  readonly spec?: RunSpec;
}

/** What an index comes to whose run could not be brought to an end (`reason`: time, memory). */
export function lostRun(
  campaign: CampaignRequest,
  index: number,
  reason: string,
  isVaried = false,
): BatchResult {
  const place = { ...runAt(campaign, index), ...(isVaried ? { isVaried } : {}) };
  return {
    from: index,
    to: index + 1,
    totals: { ...noTotals(), seeds: 1, inconclusive: 1 },
    byScenario: [{ scenario: place.scenario, seeds: 1, passed: 0, failed: 0, inconclusive: 1 }],
    marks: {},
    faults: {},
    grid: [{ verdict: 'i', count: 1 }],
    groups: [],
    largest: [],
    inconclusive: [{ ...place, reasons: [reason] }],
  };
}

function judgeAt(
  engine: CampaignEngine,
  spec: RunSpec,
  index: number,
  hooks: BatchHooks,
  options: JudgeOptions,
): RunResult {
  const watched: CampaignEngine = {
    draw: engine.draw,
    run: (drawn, runOptions) => {
      hooks.beforeRun?.(index);
      return engine.run(drawn, runOptions);
    },
  };
  const stop =
    hooks.shouldStop === undefined ? {} : { shouldStop: () => hooks.shouldStop?.() === true };
  return judge(watched, spec, { ...stop, ...options });
}
