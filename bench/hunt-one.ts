/** One hunt: how long a campaign of one strategy on one job takes to its first failure. */
import { engineFor } from '../cli/engine.ts';
import { runBatch } from '../scenarios/campaign.ts';
import type { StrategyName } from '../scenarios/campaign-types.ts';
import { findScenarios } from '../scenarios/catalogue/index.ts';
import { Guide } from '../scenarios/guidance/rounds.ts';
import { isGuided } from '../scenarios/strategies.ts';

export interface HuntRequest {
  readonly protocol: string;
  /** Id of the planted bug; without it the protocol is as it should be. */
  readonly mutant?: string;
  readonly strategy: StrategyName;
  readonly baseSeed: string;
  /** CPU-seconds after which it gives up. */
  readonly cap: number;
}

export interface Hunted {
  readonly seeds: number;
  readonly cpuSeconds: number;
  /** Oracle, with the invariant where there is one; absent when the cap came first. */
  readonly foundBy?: string;
}

const MICROS_PER_SECOND = 1_000_000;
/** To ask for the CPU time takes as long as some hundred events: it is asked this often. */
const CLOCK_EVERY_MS = 20;

/** Runs indices 0, 1, … as a campaign would, until one fails or the cap is reached. */
export function hunt(request: HuntRequest): Hunted {
  const { protocol, mutant, strategy, baseSeed, cap } = request;
  const settings = mutant === undefined ? {} : { mutant };
  const engine = engineFor(settings);
  const campaign = {
    scenarios: findScenarios(protocol).map(({ id }) => id),
    baseSeed,
    settings,
    determinism: false,
    strategy,
  };
  const guide = isGuided(strategy) ? new Guide(campaign, 0) : undefined;
  const before = process.cpuUsage();
  let askedAt = performance.now();
  for (let index = 0; ; index++) {
    const range = { from: index, to: index + 1 };
    const guidance = guide?.guidanceFor(range);
    const guided = guidance === undefined ? {} : { guidance };
    const { groups, harvest } = runBatch(engine, { campaign, ...range, ...guided });
    guide?.take(range, harvest);
    const [group] = groups;
    if (group === undefined && performance.now() - askedAt < CLOCK_EVERY_MS) continue;
    askedAt = performance.now();
    const { user, system } = process.cpuUsage(before);
    const spent = { seeds: index + 1, cpuSeconds: (user + system) / MICROS_PER_SECOND };
    if (group !== undefined) {
      const { oracle, invariant } = group.failure;
      return { ...spent, foundBy: invariant === undefined ? oracle : `${oracle} (${invariant})` };
    }
    if (spent.cpuSeconds >= cap) return spent;
  }
}
