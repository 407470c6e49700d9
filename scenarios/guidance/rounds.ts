/**
 * Guided campaigns come in rounds of a fixed size. What a round varies depends on the rounds up to
 * the last but one, taken in the order of their indices: whatever the number of workers, and
 * however rounds are cut into batches, the same base seed gives the same runs. The last round is
 * left out so that no worker waits for the others at the end of each.
 */
import { Stream } from '../../sim/streams.ts';
import type { CampaignRequest } from '../campaign.ts';
import { isOfShard } from '../campaign-index.ts';
import { runSeed } from '../seeds.ts';
import { isGuided, lotAt, protocolOf } from '../strategies.ts';
import type { Guidance, Harvest } from './harvest.ts';
import { type Parent, Pool } from './pool.ts';

/** Runs of one round. */
export const ROUND_RUNS = 256;
/** A splice takes two. */
const PARENTS = 2;
/** Rounds that may still be asked for: the one being run, the one before, and one to cut short. */
const PLANS_KEPT = 4;

interface Range {
  readonly from: number;
  readonly to: number;
}

interface Round {
  readonly prices: Guidance['prices'];
  readonly parents: ReadonlyMap<number, readonly Parent[]>;
}

interface Reaped {
  /** Indices that have come back. */
  count: number;
  readonly harvests: Harvest[];
}

export class Guide {
  private readonly campaign: CampaignRequest;
  private readonly from: number;
  /** Indices of one round: those of other shards among them. */
  private readonly span: number;
  private readonly pools = new Map<string, Pool>();
  private readonly rounds = new Map<number, Round>();
  private readonly reaped = new Map<number, Reaped>();
  /** The next round to be planned. */
  private next: number;

  /** The campaign begins at index `from`, with nothing kept. */
  constructor(campaign: CampaignRequest, from: number) {
    this.campaign = campaign;
    this.from = from;
    this.span = ROUND_RUNS * (campaign.shard?.count ?? 1);
    this.next = this.roundOf(from);
  }

  /** The index at which the round of `index` ends. */
  endOfRound(index: number): number {
    return (this.roundOf(index) + 1) * this.span;
  }

  /** Whether what the round of `index` depends on has come back. */
  isReady(index: number): boolean {
    return this.roundOf(index) < this.next || this.isReaped(this.next - 2);
  }

  /** For indices of one round, which must be ready; rounds are asked for in order. */
  guidanceFor({ from, to }: Range): Guidance {
    const round = this.roundOf(from);
    if (round === this.next) this.plan();
    const planned = this.rounds.get(round);
    if (planned === undefined) throw new Error(`round ${round} is not being run`);
    const parents: string[] = [];
    const choices: { [index: number]: readonly number[] } = {};
    for (let index = from; index < to; index++) {
      const chosen = planned.parents.get(index);
      if (chosen !== undefined) choices[index] = chosen.map(({ spec }) => placeIn(parents, spec));
    }
    return { prices: planned.prices, parents, choices };
  }

  /** Takes what came back of some indices of one round; nothing for what was lost. */
  take({ from, to }: Range, harvest: Harvest | undefined): void {
    const round = this.roundOf(from);
    const reaped = this.reaped.get(round) ?? { count: 0, harvests: [] };
    reaped.count += to - from;
    if (harvest !== undefined) reaped.harvests.push(harvest);
    this.reaped.set(round, reaped);
  }

  private roundOf(index: number): number {
    return Math.floor(index / this.span);
  }

  private isReaped(round: number): boolean {
    if (round < this.roundOf(this.from)) return true;
    const first = Math.max(this.from, round * this.span);
    return this.reaped.get(round)?.count === (round + 1) * this.span - first;
  }

  private plan(): void {
    const round = this.next++;
    this.fold(round - 2);
    for (const pool of this.pools.values()) pool.weigh();
    const parents = new Map<number, readonly Parent[]>();
    const first = Math.max(this.from, round * this.span);
    for (let index = first; index < (round + 1) * this.span; index++) {
      const chosen = isOfShard(this.campaign, index) ? this.chooseFor(index) : [];
      if (chosen.length > 0) parents.set(index, chosen);
    }
    const pools = [...this.pools];
    const prices = Object.fromEntries(pools.map(([protocol, pool]) => [protocol, pool.prices()]));
    this.rounds.set(round, { prices, parents });
    this.rounds.delete(round - PLANS_KEPT);
  }

  private chooseFor(index: number): readonly Parent[] {
    const { strategy, baseSeed } = this.campaign;
    if (strategy === undefined || !isGuided(strategy)) return [];
    const { part, scenario } = lotAt(this.campaign, strategy, index);
    const pool = this.pools.get(protocolOf(scenario));
    if (part !== 'variation' || pool === undefined) return [];
    return pool.draw(new Stream(runSeed(baseSeed, 'parents', index), 'parents'), PARENTS);
  }

  /** Adds a round to the pools, in the order of its indices. */
  private fold(round: number): void {
    const harvests = this.reaped.get(round)?.harvests ?? [];
    for (const { hits } of harvests) {
      for (const protocol of Object.keys(hits)) this.pool(protocol).count(hits[protocol] ?? []);
    }
    const finds = harvests.flatMap((harvest) => harvest.finds);
    finds.sort((a, b) => a.index - b.index);
    for (const { protocol, ...find } of finds) this.pool(protocol).keep(find);
    this.reaped.delete(round);
  }

  private pool(protocol: string): Pool {
    const known = this.pools.get(protocol);
    if (known !== undefined) return known;
    const pool = new Pool();
    this.pools.set(protocol, pool);
    return pool;
  }
}

function placeIn(texts: string[], text: string): number {
  const known = texts.indexOf(text);
  return known < 0 ? texts.push(text) - 1 : known;
}
