/** Runs every contender in the world of one seed. */
import { type CampaignEngine, firstFailure, judge, type RunOptions } from '../campaign-run.ts';
import type { Scenario } from '../catalogue/scenario.ts';
import { measuresOf } from '../measure/measures.ts';
import { runSeed } from '../seeds.ts';
import type { RunResult, RunSpec } from '../spec.ts';
import type { ComparedRun, ComparedSeed } from './compared.ts';
import type { ComparisonRequest } from './request.ts';
import { drawWorld, placedIn, referenceOf, type SharedWorld } from './shared-world.ts';

/** Where the engine and its scenarios come from; tests put others in their place. */
export interface ComparisonEngine {
  readonly run: CampaignEngine['run'];
  readonly scenarios: readonly Scenario[];
}

/** The worlds of contenders in one seed, as specs that can be run. */
export interface PlacedSeed {
  readonly seed: string;
  readonly world: SharedWorld;
  /** In the order of the contenders. */
  readonly specs: readonly RunSpec[];
}

/** Throws `SpecError` for a contender that cannot be there, or has no such scenario. */
export function placedSeed(
  { scenarios }: ComparisonEngine,
  request: ComparisonRequest,
  name: string,
  index: number,
): PlacedSeed {
  const seed = runSeed(request.baseSeed, name, index);
  const world = drawWorld(referenceOf(name, scenarios), seed, request.settings);
  const specs = request.contenders.map((contender) => placedIn(world, contender, scenarios));
  return { seed, world, specs };
}

/** `beforeRun` is told which contender comes next, by its place. */
export function runSeedOfAll(
  engine: ComparisonEngine,
  request: ComparisonRequest,
  { name, index }: { readonly name: string; readonly index: number },
  hooks: { readonly beforeRun?: () => void; readonly shouldStop?: () => boolean } = {},
): ComparedSeed {
  const { seed, world, specs } = placedSeed(engine, request, name, index);
  const options: RunOptions = {
    course: true,
    ...(hooks.shouldStop === undefined ? {} : { shouldStop: hooks.shouldStop }),
  };
  const runs = specs.map((spec) => {
    hooks.beforeRun?.();
    const result = judge({ run: engine.run, draw: () => spec }, spec, options);
    return comparedRun(result, spec.replicas - world.spec.replicas);
  });
  return { name, index, seed, servers: world.spec.replicas, runs, leftOut: world.leftOut };
}

function comparedRun(result: RunResult, others: number): ComparedRun {
  const { verdict, course, faults, inconclusive, spec } = result;
  const failure = firstFailure(result);
  const struck = faults.filter(({ status }) => status === 'fired').length;
  const heldBack = faults.filter(({ status }) => status === 'held-back').length;
  return {
    verdict,
    others,
    ...(verdict === 'passed' ? { measures: measuresOf(result) } : {}),
    sent: course?.sent ?? [],
    faults: { struck, heldBack },
    ...(failure === undefined ? {} : { failure: blameIn(failure), spec }),
    ...(verdict === 'inconclusive' ? { inconclusive: inconclusive.join('; ') } : {}),
  };
}

function blameIn(
  failure: NonNullable<ReturnType<typeof firstFailure>>,
): NonNullable<ComparedRun['failure']> {
  const { oracle, invariant, signature, message, at } = failure;
  return { oracle, ...(invariant === undefined ? {} : { invariant }), signature, message, at };
}
