/** Specs for tests: seeds of every scenario in the catalogue, as a campaign would draw them. */
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { nameOfScenario, runSeed } from '../../scenarios/seeds.ts';
import type { RunSpec } from '../../scenarios/spec.ts';

export const BASE_SEED = '0x5eed';

/** `count` specs of each scenario, scenario by scenario. */
export function specsOfAll(count: number): RunSpec[] {
  return scenarios.flatMap((scenario) =>
    Array.from({ length: count }, (_, index) =>
      scenario.draw(runSeed(BASE_SEED, nameOfScenario(scenario.id), index), {}),
    ),
  );
}
