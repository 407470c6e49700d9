/**
 * A campaign runs many seeds of a list of scenarios. It is cut into batches of neighbouring indices
 * that may run anywhere and end in any order; what they come to depends on the indices alone.
 */

import { type CampaignEngine, firstFailure, judge } from './campaign-run.ts';
import type { CampaignTotals } from './campaign-types.ts';
import type { DrawSettings } from './catalogue/index.ts';
import { nameOfScenario, runSeed } from './seeds.ts';
import type { Failure, RunResult } from './spec.ts';

/** What a campaign runs: plain JSON, the same for every worker. */
export interface CampaignRequest {
  /** Ids in the order in which indices go round them. */
  readonly scenarios: readonly string[];
  readonly baseSeed: string;
  readonly settings: DrawSettings;
  /** Run every seed twice, instead of one in 64. */
  readonly determinism: boolean;
}

export interface BatchRequest {
  readonly campaign: CampaignRequest;
  /** First index, and the one after the last. */
  readonly from: number;
  readonly to: number;
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
  readonly marks: Counts;
  readonly faults: Counts;
  readonly grid: readonly GridRun[];
  /** By signature, in the order of their first index. */
  readonly groups: readonly BatchGroup[];
  readonly largest: readonly LargestRun[];
  /** The earliest runs without a verdict. */
  readonly inconclusive: readonly InconclusiveRun[];
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
}

export interface LargestRun extends SeedOfRun {
  readonly events: number;
}

export interface InconclusiveRun extends SeedOfRun {
  readonly reasons: readonly string[];
}

export const INCONCLUSIVE_KEPT = 10;
export const SEEDS_KEPT_PER_GROUP = 10;
export const LARGEST_KEPT = 10;
/** One index in so many is run twice. */
const DETERMINISM_SAMPLE = 64;

/** Runs the indices of a batch in order. */
export function runBatch(
  engine: CampaignEngine,
  request: BatchRequest,
  hooks: BatchHooks = {},
): BatchResult {
  const tally = new Tally(request.from);
  for (let index = request.from; index < request.to; index++) {
    if (index > request.from && hooks.shouldEnd?.() === true) break;
    const place = runAt(request.campaign, index);
    tally.take(place, runIndex(engine, request.campaign, place, hooks));
  }
  return tally.result();
}

/** Runs one index again with its event log, for the example of a group. */
export function rerunWithEvents(
  engine: CampaignEngine,
  campaign: CampaignRequest,
  place: SeedOfRun,
  expected: Failure,
  hooks: BatchHooks = {},
): RunResult {
  const result = runIndex(engine, campaign, place, hooks, true);
  const found = firstFailure(result);
  if (found?.signature === expected.signature) return result;
  // What was seen once stays reported, even where it does not show again.
  return { ...result, verdict: 'failed', failures: [expected, ...result.failures] };
}

/** What an index comes to whose run could not be brought to an end (`reason`: time, memory). */
export function lostRun(campaign: CampaignRequest, index: number, reason: string): BatchResult {
  return {
    from: index,
    to: index + 1,
    totals: { ...noTotals(), seeds: 1, inconclusive: 1 },
    marks: {},
    faults: {},
    grid: [{ verdict: 'i', count: 1 }],
    groups: [],
    largest: [],
    inconclusive: [{ ...runAt(campaign, index), reasons: [reason] }],
  };
}

/** Which scenario and seed an index stands for. */
export function runAt(campaign: CampaignRequest, index: number): SeedOfRun {
  const { scenarios } = campaign;
  const scenario = scenarios[index % scenarios.length];
  if (scenario === undefined) throw new Error('a campaign needs at least one scenario');
  // Each scenario counts its own rounds: its seeds do not depend on the others in the list.
  const round = Math.floor(index / scenarios.length);
  return { scenario, seed: runSeed(campaign.baseSeed, nameOfScenario(scenario), round), index };
}

/** Whether an index is among those run twice. */
export function isRunTwice(campaign: CampaignRequest, index: number): boolean {
  const round = Math.floor(index / campaign.scenarios.length);
  return campaign.determinism || round % DETERMINISM_SAMPLE === 0;
}

function runIndex(
  engine: CampaignEngine,
  campaign: CampaignRequest,
  place: SeedOfRun,
  hooks: BatchHooks,
  events = false,
): RunResult {
  hooks.beforeRun?.(place.index);
  const spec = engine.draw(place.scenario, place.seed);
  const watched: CampaignEngine = {
    draw: engine.draw,
    run: (drawn, options) => {
      hooks.beforeRun?.(place.index);
      return engine.run(drawn, options);
    },
  };
  const stop =
    hooks.shouldStop === undefined ? {} : { shouldStop: () => hooks.shouldStop?.() === true };
  return judge(watched, spec, { ...stop, events, twice: isRunTwice(campaign, place.index) });
}

/** The totals of no run at all. */
export function noTotals() {
  return {
    seeds: 0,
    passed: 0,
    failed: 0,
    inconclusive: 0,
    events: 0,
    messages: 0,
    operations: 0,
  };
}

/** Adds up the runs of a batch as they end. */
class Tally {
  private readonly from: number;
  private next: number;
  private readonly totals = noTotals();
  private readonly marks = new Map<string, number>();
  private readonly faults = new Map<string, number>();
  private readonly grid: { verdict: 'p' | 'f' | 'i'; count: number }[] = [];
  private readonly groups = new Map<
    string,
    { failure: Failure; count: number; seeds: SeedOfRun[]; example: RunResult }
  >();
  private largest: LargestRun[] = [];
  private readonly inconclusive: InconclusiveRun[] = [];

  constructor(from: number) {
    this.from = from;
    this.next = from;
  }

  take(place: SeedOfRun, result: RunResult): void {
    this.next = place.index + 1;
    this.totals.seeds++;
    this.totals[result.verdict]++;
    this.totals.events += result.counts.events;
    this.totals.messages += result.counts.delivered;
    this.totals.operations += result.counts.completed;
    for (const mark of Object.keys(result.marks)) add(this.marks, mark, result.marks[mark] ?? 0);
    this.takeFaults(result);
    this.takeVerdict(letterOf(result.verdict));
    this.takeFailure(place, result);
    if (result.verdict === 'inconclusive' && this.inconclusive.length < INCONCLUSIVE_KEPT) {
      this.inconclusive.push({ ...place, reasons: result.inconclusive });
    }
    this.largest.push({ ...place, events: result.counts.events });
    if (this.largest.length >= 4 * LARGEST_KEPT) this.largest = keepLargest(this.largest);
  }

  result(): BatchResult {
    return {
      from: this.from,
      to: this.next,
      totals: this.totals,
      marks: sortedCounts(this.marks),
      faults: sortedCounts(this.faults),
      grid: this.grid,
      groups: [...this.groups.values()],
      largest: keepLargest(this.largest),
      inconclusive: this.inconclusive,
    };
  }

  private takeFaults(result: RunResult): void {
    result.spec.plan.faults.forEach((planned, at) => {
      if (result.faults[at]?.status === 'fired') add(this.faults, planned.fault, 1);
    });
    add(this.faults, 'drop', result.counts.dropped);
    add(this.faults, 'duplicate', result.counts.duplicated);
    add(this.faults, 'corrupt', result.counts.corrupted);
  }

  private takeVerdict(verdict: 'p' | 'f' | 'i'): void {
    const last = this.grid.at(-1);
    if (last?.verdict === verdict) last.count++;
    else this.grid.push({ verdict, count: 1 });
  }

  private takeFailure(place: SeedOfRun, result: RunResult): void {
    const failure = firstFailure(result);
    if (failure === undefined) return;
    const group = this.groups.get(failure.signature);
    if (group === undefined) {
      this.groups.set(failure.signature, { failure, count: 1, seeds: [place], example: result });
      return;
    }
    group.count++;
    if (group.seeds.length < SEEDS_KEPT_PER_GROUP) group.seeds.push(place);
  }
}

/** The runs with the most events, the earlier index first where they are equal. */
export function keepLargest(runs: readonly LargestRun[]): LargestRun[] {
  return [...runs].sort((a, b) => b.events - a.events || a.index - b.index).slice(0, LARGEST_KEPT);
}

/** Counts as plain JSON, in the order of their names by code unit. */
export function sortedCounts(counts: ReadonlyMap<string, number>): Counts {
  const names = [...counts.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(names.map((name) => [name, counts.get(name) ?? 0]));
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function letterOf(verdict: RunResult['verdict']): 'p' | 'f' | 'i' {
  switch (verdict) {
    case 'passed':
      return 'p';
    case 'failed':
      return 'f';
    case 'inconclusive':
      return 'i';
    default:
      return verdict satisfies never;
  }
}
