/**
 * Strategies: by which rule a campaign of whole protocols chooses what each index runs. What an
 * index is depends on the index alone, so that pieces and shards of a campaign run what the whole
 * would have run; only what a variation varies depends on the runs before it.
 */
import { scatter } from '../sim/mixing.ts';
import type { CampaignRequest, SeedOfRun } from './campaign.ts';
import type { StrategyName } from './campaign-types.ts';
import { nameOfScenario, runSeed } from './seeds.ts';

/** What an index may be: a draw from a scenario of that kind, or a variation of a kept run. */
export type Part = 'uniform' | 'swarm' | 'targeted' | 'catalogue' | 'variation';

export interface Strategy {
  readonly name: StrategyName;
  readonly about: string;
  /** Indices go round these parts: one that is named more often has more of them. */
  readonly cycle: readonly Part[];
}

export const strategies: readonly Strategy[] = [
  {
    name: 'mix',
    about: 'all of the others side by side, weighted by what they find (the default)',
    cycle: cycleOf({ catalogue: 1, uniform: 1, swarm: 1, targeted: 1, variation: 12 }),
  },
  {
    name: 'guided',
    about: 'targeted, and runs that reached something rare are kept and varied',
    cycle: cycleOf({ targeted: 4, variation: 12 }),
  },
  {
    name: 'targeted',
    about: 'each seed draws its own few faults; many wait for a mark of the protocol',
    cycle: ['targeted'],
  },
  {
    name: 'swarm',
    about: 'each seed draws its own few faults; all strike at drawn times',
    cycle: ['swarm'],
  },
  {
    name: 'uniform',
    about: 'every seed has all kinds of faults, at drawn times',
    cycle: ['uniform'],
  },
  { name: 'catalogue', about: 'the named scenarios in turn', cycle: ['catalogue'] },
];

export const strategyNames: readonly StrategyName[] = strategies.map(({ name }) => name);

export const DEFAULT_STRATEGY: StrategyName = 'mix';

export function strategyNamed(name: StrategyName): Strategy {
  const found = strategies.find((strategy) => strategy.name === name);
  if (found === undefined) throw new Error(`there is no strategy ${name}`);
  return found;
}

/** Whether later runs depend on what earlier ones have reached. */
export function isGuided(strategy: StrategyName | undefined): boolean {
  return strategy !== undefined && strategyNamed(strategy).cycle.includes('variation');
}

/** What an index runs. A variation names the draw that takes its place while nothing is kept. */
export interface Lot extends SeedOfRun {
  readonly part: Part;
}

/** Names of the scenarios that each part draws from; the first that a protocol has. */
const WORLDS: { readonly [part in Exclude<Part, 'catalogue'>]: readonly string[] } = {
  uniform: ['uniform'],
  swarm: ['untargeted'],
  targeted: ['swarm'],
  variation: ['swarm'],
};

/** What `index` of a campaign with a strategy runs. */
export function lotAt(campaign: CampaignRequest, strategy: StrategyName, index: number): Lot {
  const protocols = protocolsOf(campaign.scenarios);
  const { item: protocol, ordinal } = deal(protocols, index);
  const { item: part, ordinal: turn } = deal(strategyNamed(strategy).cycle, ordinal);
  const ids = campaign.scenarios.filter((id) => protocolOf(id) === protocol);
  if (part !== 'catalogue') {
    const world = ids.filter((id) => WORLDS[part].includes(nameOfScenario(id)));
    if (world.length > 0) return { ...draw(campaign, world, ordinal), index, part };
  }
  const named = ids.filter((id) => !isWorld(id));
  return { ...draw(campaign, named.length > 0 ? named : ids, turn), index, part };
}

function draw(campaign: CampaignRequest, ids: readonly string[], turn: number) {
  const scenario = ids[turn % ids.length];
  if (scenario === undefined) throw new Error('a campaign needs at least one scenario');
  const round = Math.floor(turn / ids.length);
  return { scenario, seed: runSeed(campaign.baseSeed, nameOfScenario(scenario), round) };
}

function isWorld(id: string): boolean {
  return Object.values(WORLDS).some((names) => names.includes(nameOfScenario(id)));
}

/**
 * Deals 0, 1, 2, … out to the slots of a cycle. Each round of the cycle begins at another slot, so
 * that a shard, which has every nth index, gets its share of every slot. `ordinal` counts how often
 * the item has been dealt to before.
 */
export function deal<T>(cycle: readonly T[], index: number): { item: T; ordinal: number } {
  const { length } = cycle;
  const round = Math.floor(index / length);
  const start = (scatter(round) >>> 0) % length;
  const slot = (position: number): T => cycle[(position + start) % length] as T;
  const item = slot(index);
  const before = round * cycle.filter((each) => each === item).length;
  let ordinal = before;
  for (let position = round * length; position < index; position++) {
    if (slot(position) === item) ordinal++;
  }
  return { item, ordinal };
}

export function protocolOf(scenario: string): string {
  return scenario.slice(0, scenario.indexOf('/'));
}

function protocolsOf(scenarios: readonly string[]): readonly string[] {
  return [...new Set(scenarios.map(protocolOf))];
}

/** Spreads the parts evenly: each next slot goes to the part that is furthest behind its share. */
function cycleOf(weights: { readonly [part in Part]?: number }): readonly Part[] {
  const parts = Object.entries(weights) as [Part, number][];
  const total = parts.reduce((sum, [, weight]) => sum + weight, 0);
  const given = new Map<Part, number>();
  return Array.from({ length: total }, (_, slot) => {
    let best: Part | undefined;
    let furthest = Number.NEGATIVE_INFINITY;
    for (const [part, weight] of parts) {
      const behind = (slot + 1) * weight - (given.get(part) ?? 0) * total;
      if (behind > furthest) [best, furthest] = [part, behind];
    }
    if (best === undefined) throw new Error('a cycle needs at least one part');
    given.set(best, (given.get(best) ?? 0) + 1);
    return best;
  });
}
