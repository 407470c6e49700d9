/** Merges batches, in any order of arrival, into one campaign; and campaigns into a bigger one. */
import {
  type BatchGroup,
  type BatchResult,
  type CampaignRequest,
  type Counts,
  type GridRun,
  INCONCLUSIVE_KEPT,
  keepLargest,
  noTotals,
  SEEDS_KEPT_PER_GROUP,
  sortedCounts,
} from './campaign.ts';
import {
  CAMPAIGN_FORMAT,
  type CampaignResult,
  type CampaignTotals,
  type CorpusAccount,
  type FailureGroup,
} from './campaign-types.ts';
import type { Explanation } from './explain/explanation.ts';
import type { RunResult } from './spec.ts';

/** Merging copies what is merged already, so batches are gathered and merged so many at a time. */
const GATHERED_MAX = 64;

/**
 * Takes batches as they come and folds them in the order of their indices, so that only what is
 * out of order is kept apart. With `enough`, folding ends at the run that shows the last failure
 * that was wanted: the campaign is then the same whatever ran beyond it.
 */
export class CampaignMerger {
  private folded: BatchResult;
  /** Follow `folded` without a gap. */
  private gathered: BatchResult[] = [];
  private next: number;
  private readonly waiting = new Map<number, BatchResult>();
  private readonly signatures = new Set<string>();
  private readonly enough: Enough | undefined;
  private cutBatch: BatchResult | undefined;

  constructor(from: number, enough?: Enough) {
    this.folded = emptyBatch(from);
    this.next = from;
    this.enough = enough;
  }

  add(batch: BatchResult): void {
    if (batch.to === batch.from) return;
    this.waiting.set(batch.from, batch);
    this.foldWhatFits();
  }

  /** Where the campaign ends because enough signatures were seen: indices to run once more. */
  cut(): { readonly from: number; readonly to: number } | undefined {
    const batch = this.cutBatch;
    if (batch === undefined) return undefined;
    const last = this.lastWanted(batch)?.seeds[0];
    return { from: batch.from, to: last === undefined ? batch.to : last.index + 1 };
  }

  /** The batch up to the cut takes the place of everything from there on. */
  takeCut(batch: BatchResult): void {
    this.waiting.clear();
    this.cutBatch = undefined;
    this.fold(batch);
  }

  /** All that has been added so far, gaps included. */
  soFar(): BatchResult {
    const rest = [...this.waiting.values()].sort((a, b) => a.from - b.from);
    return [...this.gathered, ...rest].reduce(mergeBatches, this.folded);
  }

  private foldWhatFits(): void {
    while (this.cutBatch === undefined) {
      const batch = this.waiting.get(this.next);
      if (batch === undefined) return;
      if (this.lastWanted(batch) !== undefined) {
        this.cutBatch = batch;
        return;
      }
      this.waiting.delete(batch.from);
      this.fold(batch);
    }
  }

  private fold(batch: BatchResult): void {
    this.next = batch.to;
    for (const group of batch.groups) this.signatures.add(group.failure.signature);
    this.gathered.push(batch);
    if (this.gathered.length < GATHERED_MAX) return;
    this.folded = this.gathered.reduce(mergeBatches, this.folded);
    this.gathered = [];
  }

  /** The group of this batch whose first failure makes it enough. */
  private lastWanted(batch: BatchResult): BatchGroup | undefined {
    if (this.enough === undefined) return undefined;
    const { signature, signatures } = this.enough;
    if (signature !== undefined) {
      return batch.groups.find((group) => group.failure.signature === signature);
    }
    const fresh = batch.groups.filter((group) => !this.signatures.has(group.failure.signature));
    return fresh[signatures - this.signatures.size - 1];
  }
}

/** When a campaign has found enough: so many signatures, or one that is named. */
export type Enough =
  | { readonly signature: string; readonly signatures?: undefined }
  | { readonly signatures: number; readonly signature?: undefined };

/** Joins two batches, `a` being the earlier one. */
export function mergeBatches(a: BatchResult, b: BatchResult): BatchResult {
  return {
    from: Math.min(a.from, b.from),
    to: Math.max(a.to, b.to),
    totals: addTotals(a.totals, b.totals),
    marks: addCounts(a.marks, b.marks),
    faults: addCounts(a.faults, b.faults),
    grid: joinGrids(a.grid, b.grid),
    groups: mergeGroups(a.groups, b.groups),
    largest: keepLargest([...a.largest, ...b.largest]),
    inconclusive: [...a.inconclusive, ...b.inconclusive].slice(0, INCONCLUSIVE_KEPT),
  };
}

/** What was found out about failures once all seeds were through, by signature. */
export interface FailureStudies {
  /** The runs with event logs. */
  readonly examples: ReadonlyMap<string, RunResult>;
  readonly explanations: ReadonlyMap<string, Explanation>;
}

const NOTHING_STUDIED: FailureStudies = { examples: new Map(), explanations: new Map() };

/** The campaign that `batch` amounts to. */
export function campaignResult(
  campaign: CampaignRequest,
  batch: BatchResult,
  interrupted: boolean,
  studies: FailureStudies = NOTHING_STUDIED,
): CampaignResult {
  const protocols = [...new Set(campaign.scenarios.map((id) => id.slice(0, id.indexOf('/'))))];
  return {
    format: CAMPAIGN_FORMAT,
    scenarios: campaign.scenarios,
    protocol: protocols.join(','),
    ...(campaign.settings.mutant === undefined ? {} : { mutant: campaign.settings.mutant }),
    baseSeed: campaign.baseSeed,
    from: batch.from,
    to: batch.to,
    finished: batch.totals.seeds,
    verdict: verdictOf(batch.totals),
    interrupted,
    totals: batch.totals,
    marks: batch.marks,
    faults: batch.faults,
    groups: batch.groups.map((group) => failureGroup(group, studies)),
    grid: batch.grid,
    largest: batch.largest.map(({ scenario, seed, events }) => ({ scenario, seed, events })),
  };
}

/** The same campaign after its corpus: what guards nothing any more is no pass. */
export function withCorpus(campaign: CampaignResult, corpus: CorpusAccount): CampaignResult {
  return { ...campaign, verdict: verdictOf(campaign.totals, corpus), corpus };
}

function verdictOf(totals: CampaignTotals, corpus?: CorpusAccount): CampaignResult['verdict'] {
  const kept = corpus?.others ?? [];
  const isUndecided = kept.some(({ outcome }) => outcome === 'inconclusive');
  if (totals.failed > 0 || kept.some(({ outcome }) => outcome !== 'inconclusive')) return 'failed';
  const isShort = totals.inconclusive > 0 || totals.seeds === 0;
  return isShort || isUndecided ? 'inconclusive' : 'passed';
}

export function emptyBatch(from: number): BatchResult {
  return {
    from,
    to: from,
    totals: noTotals(),
    marks: {},
    faults: {},
    grid: [],
    groups: [],
    largest: [],
    inconclusive: [],
  };
}

/** Why two campaigns cannot be parts of one, or undefined. */
export function whyNotMergeable(a: CampaignResult, b: CampaignResult): string | undefined {
  const differences: [string, string, string][] = [
    ['scenarios', a.scenarios.join(' '), b.scenarios.join(' ')],
    ['mutants', a.mutant ?? 'none', b.mutant ?? 'none'],
    ['base seeds', a.baseSeed, b.baseSeed],
    ['options', (a.flags ?? []).join(' ') || 'none', (b.flags ?? []).join(' ') || 'none'],
  ];
  for (const [what, first, second] of differences) {
    if (first !== second) return `they have different ${what}: ${first} and ${second}`;
  }
  if (a.from < b.to && b.from < a.to) {
    return `both hold index ${Math.max(a.from, b.from)}`;
  }
  return undefined;
}

/** Joins parts of one campaign; every two of them must be mergeable, and there must be one. */
export function mergeCampaigns(parts: readonly CampaignResult[]): CampaignResult {
  return [...parts].sort((a, b) => a.from - b.from).reduce(joinCampaigns);
}

/** `a` holds the earlier indices, so its examples and its metadata stay. */
function joinCampaigns(a: CampaignResult, b: CampaignResult): CampaignResult {
  const totals = addTotals(a.totals, b.totals);
  const corpus = joinCorpora(a.corpus, b.corpus);
  return {
    ...a,
    ...(corpus === undefined ? {} : { corpus }),
    to: Math.max(a.to, b.to),
    finished: a.finished + b.finished,
    verdict: verdictOf(totals, corpus),
    interrupted: a.interrupted || b.interrupted,
    totals,
    marks: addCounts(a.marks, b.marks),
    faults: addCounts(a.faults, b.faults),
    groups: mergeFailureGroups(a.groups, b.groups),
    grid: joinGrids(a.grid, b.grid),
    largest: keepLargest([...a.largest, ...b.largest].map((run, index) => ({ ...run, index }))).map(
      ({ scenario, seed, events }) => ({ scenario, seed, events }),
    ),
  };
}

/** Every part runs the whole corpus: an entry is as bad as it was in any of them. */
function joinCorpora(
  a: CorpusAccount | undefined,
  b: CorpusAccount | undefined,
): CorpusAccount | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const known = new Set(a.others.map(({ file }) => file));
  const others = [...a.others, ...b.others.filter(({ file }) => !known.has(file))];
  const entries = Math.max(a.entries, b.entries);
  return { folder: a.folder, entries, asExpected: entries - others.length, others };
}

function failureGroup(group: BatchGroup, studies: FailureStudies): FailureGroup {
  const { failure } = group;
  const explanation = studies.explanations.get(failure.signature);
  return {
    signature: failure.signature,
    oracle: failure.oracle,
    ...(failure.invariant === undefined ? {} : { invariant: failure.invariant }),
    message: failure.message,
    count: group.count,
    seeds: group.seeds,
    example: studies.examples.get(failure.signature) ?? group.example,
    ...(explanation === undefined ? {} : { explanation }),
  };
}

function mergeGroups(a: readonly BatchGroup[], b: readonly BatchGroup[]): BatchGroup[] {
  const merged = new Map(a.map((group) => [group.failure.signature, group]));
  for (const group of b) {
    const earlier = merged.get(group.failure.signature);
    merged.set(group.failure.signature, earlier === undefined ? group : joinGroup(earlier, group));
  }
  return [...merged.values()];
}

function mergeFailureGroups(
  a: readonly FailureGroup[],
  b: readonly FailureGroup[],
): FailureGroup[] {
  const merged = new Map(a.map((group) => [group.signature, group]));
  for (const group of b) {
    const earlier = merged.get(group.signature);
    merged.set(group.signature, earlier === undefined ? group : joinGroup(earlier, group));
  }
  return [...merged.values()];
}

/** All but the number and the seeds is the earlier one's. */
function joinGroup<G extends { readonly count: number; readonly seeds: BatchGroup['seeds'] }>(
  earlier: G,
  later: G,
): G {
  return {
    ...earlier,
    count: earlier.count + later.count,
    seeds: [...earlier.seeds, ...later.seeds].slice(0, SEEDS_KEPT_PER_GROUP),
  };
}

function addTotals(a: CampaignTotals, b: CampaignTotals): CampaignTotals {
  return {
    seeds: a.seeds + b.seeds,
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    inconclusive: a.inconclusive + b.inconclusive,
    events: a.events + b.events,
    messages: a.messages + b.messages,
    operations: a.operations + b.operations,
  };
}

function addCounts(a: Counts, b: Counts): Counts {
  const sum = new Map(Object.entries(a));
  for (const [name, count] of Object.entries(b)) sum.set(name, (sum.get(name) ?? 0) + count);
  return sortedCounts(sum);
}

function joinGrids(a: readonly GridRun[], b: readonly GridRun[]): GridRun[] {
  const joined = [...a];
  for (const run of b) {
    const last = joined.at(-1);
    if (last?.verdict === run.verdict) {
      joined[joined.length - 1] = { verdict: run.verdict, count: last.count + run.count };
    } else joined.push(run);
  }
  return joined;
}
