/**
 * A hundred runs whose trace hashes must be the same wherever they are computed. Itself neutral:
 * it is bundled, with all that it imports, for other processes, engines and a browser page.
 */
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import { nameOfScenario, runSeed } from '../../scenarios/seeds.ts';

const SEEDS = 100;
const BASE_SEED = '0xde7e2a15';

/** One line a run: scenario, seed, verdict, number of events, trace hash. */
export function hundredSeeds(): string[] {
  return Array.from({ length: SEEDS }, (_, index) => {
    const scenario = scenarios[index % scenarios.length];
    if (scenario === undefined) throw new Error('the catalogue is empty');
    const seed = runSeed(BASE_SEED, nameOfScenario(scenario.id), index);
    const { verdict, counts, traceHash } = run(scenario.draw(seed, {}));
    return `${scenario.id} ${seed} ${verdict} ${counts.events} ${traceHash}`;
  });
}
