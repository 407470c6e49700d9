/** Adds up the runs of a batch as they end. */
import type { BatchResult, Counts, InconclusiveRun, LargestRun, SeedOfRun } from './campaign.ts';
import { firstFailure } from './campaign-run.ts';
import type { ScenarioTotals } from './campaign-types.ts';
import type { Failure, RunResult } from './spec.ts';

export const INCONCLUSIVE_KEPT = 10;
export const SEEDS_KEPT_PER_GROUP = 10;
export const LARGEST_KEPT = 10;

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

export class Tally {
  private readonly from: number;
  private next: number;
  private readonly totals = noTotals();
  private readonly byScenario = new Map<string, ScenarioTotals>();
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

  /** An index that another shard runs. */
  skip(index: number): void {
    this.next = index + 1;
  }

  take(place: SeedOfRun, result: RunResult): void {
    this.next = place.index + 1;
    this.totals.seeds++;
    this.totals[result.verdict]++;
    const { scenario } = place;
    const one = { scenario, seeds: 1, passed: 0, failed: 0, inconclusive: 0, [result.verdict]: 1 };
    addScenario(this.byScenario, one);
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
    // Of variations nobody could say how to bring them back.
    if (place.isVaried !== true) this.largest.push({ ...place, events: result.counts.events });
    if (this.largest.length >= 4 * LARGEST_KEPT) this.largest = keepLargest(this.largest);
  }

  result(): BatchResult {
    return {
      from: this.from,
      to: this.next,
      totals: this.totals,
      byScenario: sortedScenarios(this.byScenario),
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

/** Two lists of totals as one. */
export function addScenarios(
  a: readonly ScenarioTotals[],
  b: readonly ScenarioTotals[],
): readonly ScenarioTotals[] {
  const sums = new Map<string, ScenarioTotals>();
  for (const totals of [...a, ...b]) addScenario(sums, totals);
  return sortedScenarios(sums);
}

function addScenario(sums: Map<string, ScenarioTotals>, more: ScenarioTotals): void {
  const { scenario, seeds, passed, failed, inconclusive } = more;
  const known = sums.get(scenario) ?? { seeds: 0, passed: 0, failed: 0, inconclusive: 0 };
  sums.set(scenario, {
    scenario,
    seeds: known.seeds + seeds,
    passed: known.passed + passed,
    failed: known.failed + failed,
    inconclusive: known.inconclusive + inconclusive,
  });
}

function sortedScenarios(sums: ReadonlyMap<string, ScenarioTotals>): readonly ScenarioTotals[] {
  return [...sums.values()].sort((a, b) => (a.scenario < b.scenario ? -1 : 1));
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
