/** Specs for tests: seeds of every scenario in the catalogue, as a campaign would draw them. */
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { nameOfScenario, runSeed } from '../../scenarios/seeds.ts';
import type { RunSpec } from '../../scenarios/spec.ts';

export const BASE_SEED = '0x5eed';

/** Scenarios that ask for more are about throughput: what holds of a few of them holds of all. */
const OPERATIONS_MAX = 300;

/** `count` specs of each scenario, scenario by scenario. */
export function specsOfAll(count: number): RunSpec[] {
  return scenarios.flatMap((scenario) =>
    Array.from({ length: count }, (_, index) => {
      const seed = runSeed(BASE_SEED, nameOfScenario(scenario.id), index);
      const spec = scenario.draw(seed, {});
      const isLong = spec.workload.operations > OPERATIONS_MAX;
      return isLong ? scenario.draw(seed, { operations: OPERATIONS_MAX }) : spec;
    }),
  );
}
