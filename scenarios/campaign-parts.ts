/** Merges campaigns that are parts of one: ranges of indices, and shards that deal them out. */
import { addCounts, addTotals, joinGrids, joinGroup, verdictOf } from './campaign-merge.ts';
import { addScenarios, keepLargest } from './campaign-tally.ts';
import type {
  CampaignPart,
  CampaignResult,
  CorpusAccount,
  Expectation,
  FailureGroup,
} from './campaign-types.ts';
import { isGuided } from './strategies.ts';

type Shards = NonNullable<CampaignResult['shards']>;
type Grid = CampaignResult['grid'];

/** Why two campaigns cannot be parts of one, or undefined. */
export function whyNotMergeable(a: CampaignResult, b: CampaignResult): string | undefined {
  const differences: [string, string, string][] = [
    ['scenarios', a.scenarios.join(' '), b.scenarios.join(' ')],
    ['mutants', a.mutant ?? 'none', b.mutant ?? 'none'],
    ['strategies', a.strategy ?? 'none', b.strategy ?? 'none'],
    ['base seeds', a.baseSeed, b.baseSeed],
    ['options', (a.flags ?? []).join(' ') || 'none', (b.flags ?? []).join(' ') || 'none'],
    ['expected failures', expectedName(a), expectedName(b)],
    ['numbers of shards', String(a.shards?.count ?? 1), String(b.shards?.count ?? 1)],
  ];
  for (const [what, first, second] of differences) {
    if (first !== second) return `they have different ${what}: ${first} and ${second}`;
  }
  if (a.from >= b.to || b.from >= a.to) return undefined;
  const from = Math.max(a.from, b.from);
  if (a.shards === undefined || b.shards === undefined) return `both hold index ${from}`;
  const { count, held } = a.shards;
  const twice = b.shards.held.find((shard) => held.includes(shard));
  return twice === undefined ? undefined : `both hold shard ${twice + 1}/${count} from ${from} on`;
}

function expectedName({ expectation }: CampaignResult): string {
  return expectation === undefined ? 'none' : expectation.signature || 'any';
}

/** Joins parts of one campaign; every two of them must be mergeable, and there must be one. */
export function mergeCampaigns(parts: readonly CampaignResult[]): CampaignResult {
  const sorted = [...parts].sort((a, b) => a.from - b.from || firstShard(a) - firstShard(b));
  const merged = sorted.reduce(joinCampaigns);
  const isDealt = sorted.some(({ shards }) => shards !== undefined);
  const isGuidedApart = sorted.length > 1 && isGuided(merged.strategy);
  return {
    ...merged,
    ...(isDealt ? { grid: gridInOrder(sorted) } : {}),
    ...(isGuidedApart ? { parts: sorted.flatMap(partsOf) } : {}),
  };
}

function partsOf({ parts, from, to, shards }: CampaignResult): readonly CampaignPart[] {
  return parts ?? [{ from, to, ...(shards === undefined ? {} : { shards }) }];
}

function firstShard({ shards }: CampaignResult): number {
  return shards?.held[0] ?? 0;
}

/** The metadata of `a` stays. */
function joinCampaigns(a: CampaignResult, b: CampaignResult): CampaignResult {
  const totals = addTotals(a.totals, b.totals);
  const { shards: _, ...first } = a;
  const shards = joinShards(a.shards, b.shards);
  const corpus = joinCorpora(a.corpus, b.corpus);
  const expectation = joinExpectations(a.expectation, b.expectation);
  const groups = joinGroups(a.groups, b.groups);
  const grounds = {
    totals,
    groups,
    ...(corpus === undefined ? {} : { corpus }),
    ...(expectation === undefined ? {} : { expectation }),
  };
  return {
    ...first,
    ...(shards === undefined ? {} : { shards }),
    ...grounds,
    to: Math.max(a.to, b.to),
    finished: a.finished + b.finished,
    verdict: verdictOf(grounds),
    interrupted: a.interrupted || b.interrupted,
    byScenario: addScenarios(a.byScenario, b.byScenario),
    marks: addCounts(a.marks, b.marks),
    faults: addCounts(a.faults, b.faults),
    grid: joinGrids(a.grid, b.grid),
    largest: keepLargest([...a.largest, ...b.largest].map((run, index) => ({ ...run, index }))).map(
      ({ scenario, seed, events }) => ({ scenario, seed, events }),
    ),
  };
}

/** Whichever part has found it: the joined group may be called after another part's failure. */
function joinExpectations(
  a: Expectation | undefined,
  b: Expectation | undefined,
): Expectation | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { signature: a.signature, isFound: a.isFound || b.isFound };
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

/** All of them together are no shards any more. */
function joinShards(a: Shards | undefined, b: Shards | undefined): Shards | undefined {
  if (a === undefined || b === undefined) return undefined;
  const held = [...new Set([...a.held, ...b.held])].sort((one, other) => one - other);
  return held.length === a.count ? undefined : { count: a.count, held };
}

/** What is told of a group is of its earliest failure. */
function joinGroups(a: readonly FailureGroup[], b: readonly FailureGroup[]): FailureGroup[] {
  const merged = new Map(a.map((group) => [groupedBy(group), group]));
  for (const group of b) {
    const other = merged.get(groupedBy(group));
    if (other === undefined) merged.set(groupedBy(group), group);
    else if (firstIndex(other) <= firstIndex(group)) {
      merged.set(groupedBy(group), joinGroup(other, group));
    } else merged.set(groupedBy(group), joinGroup(group, other));
  }
  return [...merged.values()].sort((one, other) => firstIndex(one) - firstIndex(other));
}

/** Oracle and invariant: each part has refined the signature of a failure of its own. */
function groupedBy({ signature, provisional = signature }: FailureGroup): string {
  return provisional;
}

function firstIndex({ seeds }: FailureGroup): number {
  return seeds[0]?.index ?? Number.MAX_SAFE_INTEGER;
}

/** The verdicts of shards in the order of their indices. */
function gridInOrder(parts: readonly CampaignResult[]): Grid {
  const cursors = parts.map((part) => new GridCursor(part));
  const grid: { verdict: Grid[number]['verdict']; count: number }[] = [];
  for (;;) {
    let next: GridCursor | undefined;
    for (const cursor of cursors) {
      if (!cursor.isAtEnd && (next === undefined || cursor.index < next.index)) next = cursor;
    }
    if (next === undefined) return grid;
    const verdict = next.take();
    const last = grid.at(-1);
    if (last?.verdict === verdict) last.count++;
    else grid.push({ verdict, count: 1 });
  }
}

/** Goes along the verdicts of one part, index by index. */
class GridCursor {
  index: number;
  private readonly grid: Grid;
  private readonly shards: Shards | undefined;
  private run = 0;
  private taken = 0;

  constructor({ from, grid, shards }: CampaignResult) {
    this.grid = grid;
    this.shards = shards;
    this.index = from;
    this.skipOthers();
  }

  get isAtEnd(): boolean {
    return this.run >= this.grid.length;
  }

  take(): Grid[number]['verdict'] {
    const { verdict, count } = this.grid[this.run] as Grid[number];
    this.taken++;
    if (this.taken === count) {
      this.run++;
      this.taken = 0;
    }
    this.index++;
    this.skipOthers();
    return verdict;
  }

  private skipOthers(): void {
    if (this.shards === undefined) return;
    while (!this.shards.held.includes(this.index % this.shards.count)) this.index++;
  }
}
