/** Merges batches, in any order of arrival, into one campaign. */
import type { BatchGroup, BatchResult, CampaignRequest, Counts, GridRun } from './campaign.ts';
import {
  addScenarios,
  INCONCLUSIVE_KEPT,
  keepLargest,
  noTotals,
  SEEDS_KEPT_PER_GROUP,
  sortedCounts,
} from './campaign-tally.ts';
import {
  CAMPAIGN_FORMAT,
  type CampaignResult,
  type CampaignTotals,
  type CorpusAccount,
  type Expectation,
  type FailureGroup,
} from './campaign-types.ts';
import type { Explanation } from './explain/explanation.ts';
import type { NotShrunk, SmallFailure } from './shrink/shrink.ts';
import { isCalled } from './signature.ts';
import type { Failure, RunResult } from './spec.ts';

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
    byScenario: addScenarios(a.byScenario, b.byScenario),
    marks: addCounts(a.marks, b.marks),
    faults: addCounts(a.faults, b.faults),
    grid: joinGrids(a.grid, b.grid),
    groups: mergeGroups(a.groups, b.groups),
    largest: keepLargest([...a.largest, ...b.largest]),
    inconclusive: [...a.inconclusive, ...b.inconclusive].slice(0, INCONCLUSIVE_KEPT),
  };
}

/** What was found out about failures once all seeds were through, by provisional signature. */
export interface FailureStudies {
  /** The runs with event logs. */
  readonly examples: ReadonlyMap<string, RunResult>;
  readonly explanations: ReadonlyMap<string, Explanation>;
  readonly shrunk: ReadonlyMap<string, SmallFailure | NotShrunk>;
}

const NOTHING_STUDIED: FailureStudies = {
  examples: new Map(),
  explanations: new Map(),
  shrunk: new Map(),
};

/** The campaign that `batch` amounts to. */
export function campaignResult(
  campaign: CampaignRequest,
  batch: BatchResult,
  interrupted: boolean,
  studies: FailureStudies = NOTHING_STUDIED,
): CampaignResult {
  const { shard } = campaign;
  const protocols = [...new Set(campaign.scenarios.map((id) => id.slice(0, id.indexOf('/'))))];
  return {
    format: CAMPAIGN_FORMAT,
    scenarios: campaign.scenarios,
    protocol: protocols.join(','),
    ...(campaign.settings.mutant === undefined ? {} : { mutant: campaign.settings.mutant }),
    baseSeed: campaign.baseSeed,
    ...(campaign.strategy === undefined ? {} : { strategy: campaign.strategy }),
    ...(shard === undefined ? {} : { shards: { count: shard.count, held: [shard.index] } }),
    from: batch.from,
    to: batch.to,
    finished: batch.totals.seeds,
    verdict: verdictOf({ totals: batch.totals }),
    interrupted,
    totals: batch.totals,
    byScenario: batch.byScenario,
    marks: batch.marks,
    faults: batch.faults,
    groups: batch.groups.map((group) => failureGroup(group, studies)),
    grid: batch.grid,
    largest: batch.largest.map(({ scenario, seed, events }) => ({ scenario, seed, events })),
  };
}

/** The same campaign after its corpus: what guards nothing any more is no pass. */
export function withCorpus(campaign: CampaignResult, corpus: CorpusAccount): CampaignResult {
  return { ...campaign, verdict: verdictOf({ ...campaign, corpus }), corpus };
}

/** The same campaign where a failure was to be found: of this signature, or any if it is empty. */
export function withExpectation(campaign: CampaignResult, signature: string): CampaignResult {
  const isFound = campaign.groups.some((group) =>
    signature === '' ? group.oracle !== 'internal-error' : isCalled(group, signature),
  );
  const expectation = { signature, isFound };
  return { ...campaign, verdict: verdictOf({ ...campaign, expectation }), expectation };
}

/** What a campaign's verdict is made of. */
export interface Grounds {
  readonly totals: CampaignTotals;
  readonly groups?: readonly Pick<FailureGroup, 'oracle'>[];
  readonly corpus?: CorpusAccount;
  readonly expectation?: Expectation;
}

export function verdictOf({
  totals,
  groups = [],
  corpus,
  expectation,
}: Grounds): CampaignResult['verdict'] {
  const kept = corpus?.others ?? [];
  const isUndecided = kept.some(({ outcome }) => outcome === 'inconclusive');
  if (kept.some(({ outcome }) => outcome !== 'inconclusive')) return 'failed';
  if (expectation !== undefined) {
    // What failed besides the expected one, or came to no verdict, was not asked for.
    const isOurs = groups.some(({ oracle }) => oracle === 'internal-error');
    if (!expectation.isFound || isOurs) return 'failed';
    return isUndecided ? 'inconclusive' : 'passed';
  }
  if (totals.failed > 0) return 'failed';
  const isShort = totals.inconclusive > 0 || totals.seeds === 0;
  return isShort || isUndecided ? 'inconclusive' : 'passed';
}

export function emptyBatch(from: number): BatchResult {
  return {
    from,
    to: from,
    totals: noTotals(),
    byScenario: [],
    marks: {},
    faults: {},
    grid: [],
    groups: [],
    largest: [],
    inconclusive: [],
  };
}

function failureGroup(group: BatchGroup, studies: FailureStudies): FailureGroup {
  const { failure } = group;
  const example = studies.examples.get(failure.signature) ?? group.example;
  const shrunk = shrunkGroup(failure, studies);
  const explanation = studies.explanations.get(failure.signature);
  return {
    signature: failure.signature,
    oracle: failure.oracle,
    ...(failure.invariant === undefined ? {} : { invariant: failure.invariant }),
    message: failure.message,
    count: group.count,
    seeds: group.seeds,
    example,
    ...(explanation === undefined ? {} : { explanation }),
    ...shrunk,
    ...(shrunk.shrunk !== undefined && group.seeds[0]?.isVaried === true
      ? { original: example.spec }
      : {}),
  };
}

/** What of its group a shrunk failure says in another way. */
function shrunkGroup({ signature }: Failure, { shrunk }: FailureStudies): Partial<FailureGroup> {
  const small = shrunk.get(signature);
  if (small === undefined) return {};
  if (small.kind === 'not-shrunk') return { notShrunk: small.reason };
  return {
    signature: small.signature,
    provisional: signature,
    message: small.failure.message,
    example: small.minimal,
    shrunk: small.account,
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

/** All but the number and the seeds is the earlier one's. */
export function joinGroup<
  G extends { readonly count: number; readonly seeds: BatchGroup['seeds'] },
>(earlier: G, later: G): G {
  return {
    ...earlier,
    count: earlier.count + later.count,
    seeds: [...earlier.seeds, ...later.seeds]
      .sort((a, b) => a.index - b.index)
      .slice(0, SEEDS_KEPT_PER_GROUP),
  };
}

export function addTotals(a: CampaignTotals, b: CampaignTotals): CampaignTotals {
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

export function addCounts(a: Counts, b: Counts): Counts {
  const sum = new Map(Object.entries(a));
  for (const [name, count] of Object.entries(b)) sum.set(name, (sum.get(name) ?? 0) + count);
  return sortedCounts(sum);
}

export function joinGrids(a: readonly GridRun[], b: readonly GridRun[]): GridRun[] {
  const joined = [...a];
  for (const run of b) {
    const last = joined.at(-1);
    if (last?.verdict === run.verdict) {
      joined[joined.length - 1] = { verdict: run.verdict, count: last.count + run.count };
    } else joined.push(run);
  }
  return joined;
}
