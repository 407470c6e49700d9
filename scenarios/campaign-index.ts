/** What an index of a campaign stands for: which run, whether twice, and whether it is ours. */
import type { Protocol } from '../sim/contract.ts';
import { scatter } from '../sim/mixing.ts';
import { Stream } from '../sim/streams.ts';
import { protocolNamed, SpecError } from './assemble.ts';
import type { CampaignRequest, SeedOfRun } from './campaign.ts';
import type { CampaignEngine } from './campaign-run.ts';
import type { Shard } from './campaign-types.ts';
import { drawPlan } from './draw-plan.ts';
import type { Guidance } from './guidance/harvest.ts';
import { type PlannedSpec, vary } from './guidance/vary.ts';
import { checkPlan } from './plan-fit.ts';
import { nameOfScenario, runSeed } from './seeds.ts';
import type { RunSpec } from './spec.ts';
import { lotAt } from './strategies.ts';

/** One index in so many is run twice. */
const DETERMINISM_SAMPLE = 64;

/** Which scenario and seed an index draws; a variation takes its place where there is guidance. */
export function runAt(campaign: CampaignRequest, index: number): SeedOfRun {
  const { scenarios, strategy } = campaign;
  if (strategy !== undefined) {
    const { scenario, seed } = lotAt(campaign, strategy, index);
    return { scenario, seed, index };
  }
  const scenario = scenarios[index % scenarios.length];
  if (scenario === undefined) throw new Error('a campaign needs at least one scenario');
  // Each scenario counts its own rounds: its seeds do not depend on the others in the list.
  const round = Math.floor(index / scenarios.length);
  return { scenario, seed: runSeed(campaign.baseSeed, nameOfScenario(scenario), round), index };
}

/** Whether an index is among those run twice. */
export function isRunTwice(campaign: CampaignRequest, index: number): boolean {
  if (campaign.determinism) return true;
  if (campaign.strategy !== undefined) return (scatter(index) >>> 0) % DETERMINISM_SAMPLE === 0;
  return Math.floor(index / campaign.scenarios.length) % DETERMINISM_SAMPLE === 0;
}

/** Whether this part of the campaign runs the index. */
export function isOfShard({ shard }: CampaignRequest, index: number): boolean {
  return shard === undefined || index % shard.count === shard.index;
}

/** How many of the indices in `from` … `to` - 1 this part of a campaign runs. */
export function countOfShard(
  { from, to }: { readonly from: number; readonly to: number },
  shard: Shard | undefined,
): number {
  if (shard === undefined) return to - from;
  const below = (end: number): number => Math.ceil((end - shard.index) / shard.count);
  return below(to) - below(from);
}

/** The spec that an index runs: drawn, or varied from what was kept for it. */
export function specAt(
  engine: CampaignEngine,
  campaign: CampaignRequest,
  index: number,
  guidance: Guidance | undefined,
): { readonly place: SeedOfRun; readonly spec: RunSpec } {
  const place = runAt(campaign, index);
  const draw = (): RunSpec => engine.draw(place.scenario, place.seed);
  const [first, second] = guidance?.choices[index] ?? [];
  const parent = guidance?.parents[first ?? -1];
  if (parent === undefined) return { place, spec: draw() };
  const base = specFrom(parent);
  const protocol = protocolNamed(base.protocol, engine.registry);
  const stream = new Stream(runSeed(campaign.baseSeed, 'variation', index), 'variation');
  const other = stream.below(2) === 0 ? guidance?.parents[second ?? -1] : undefined;
  const spec = vary(base, {
    donor: () => (other === undefined ? withPlan(draw(), protocol) : specFrom(other)),
    protocol,
    marks: Object.keys(protocol.marks),
    stream,
  });
  if (!fits(spec, engine.registry)) return { place, spec: draw() };
  return { place: { scenario: spec.scenario, seed: spec.seed, index, isVaried: true }, spec };
}

/** A campaign does not end because of a plan that we ourselves have spoilt. */
function fits({ plan, ...spec }: PlannedSpec, registry: CampaignEngine['registry']): boolean {
  try {
    checkPlan(plan, spec, registry);
    return true;
  } catch (error) {
    if (error instanceof SpecError) return false;
    throw error;
  }
}

function specFrom(text: string): PlannedSpec {
  return JSON.parse(text) as PlannedSpec;
}

function withPlan(spec: RunSpec, protocol: Protocol): PlannedSpec {
  return { ...spec, plan: spec.plan ?? drawPlan(spec, protocol) };
}
