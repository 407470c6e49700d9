/** The real engine of campaigns: the catalogue draws, `run` runs. */
import type { CampaignEngine } from '../scenarios/campaign-run.ts';
import { type DrawSettings, scenarios } from '../scenarios/catalogue/index.ts';
import { run } from '../scenarios/run.ts';

export function engineFor(settings: DrawSettings): CampaignEngine {
  const byId = new Map(scenarios.map((scenario) => [scenario.id, scenario]));
  return {
    draw: (id, seed) => {
      const scenario = byId.get(id);
      if (scenario === undefined) throw new Error(`there is no scenario ${id}`);
      return scenario.draw(seed, settings);
    },
    run,
  };
}
