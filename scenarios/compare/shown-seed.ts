/** The one seed of a scenario that a report shows in full. */
import { type CampaignEngine, judge } from '../campaign-run.ts';
import { outagesOf } from '../measure/measures.ts';
import type { ComparedScenario, ShownRun, ShownSeed } from './compared.ts';
import type { ComparisonRequest } from './request.ts';
import { type ComparisonEngine, placedSeed } from './run-seed.ts';

/**
 * The index that tells contenders apart best: where their longest outages differ most, the first of
 * those; undefined if there is no seed. What never ended counts as much as the longest there is.
 */
export function tellingIndex({ seeds, standings }: ComparedScenario): number | undefined {
  const outages = standings.map(
    ({ metrics }) => metrics.find(({ metric }) => metric === 'longestOutage')?.values ?? [],
  );
  const spreads = seeds.map((_, place) => {
    const values = outages.flatMap((each) => {
      const value = each[place];
      return typeof value === 'number' ? value : [];
    });
    return values.length === 0 ? 0 : Math.max(...values) - Math.min(...values);
  });
  return seeds[spreads.indexOf(Math.max(...spreads))]?.index;
}

export function shownSeed(
  engine: ComparisonEngine,
  request: ComparisonRequest,
  name: string,
  index: number,
): ShownSeed {
  const { seed, specs } = placedSeed(engine, request, name, index);
  const runs = specs.map((spec): ShownRun => {
    const campaign: CampaignEngine = { run: engine.run, draw: () => spec };
    const result = judge(campaign, spec, { course: true, events: true });
    return { result, outages: result.course === undefined ? [] : outagesOf(result) };
  });
  return { name, index, seed, runs };
}
