/** What a worker does to shrink a failure: within its time, with a sign of life before each run. */
import type { BatchHooks } from '../scenarios/campaign.ts';
import type { CampaignEngine } from '../scenarios/campaign-run.ts';
import {
  type NotShrunk,
  SHRINK_RUNS_MAX,
  type SmallFailure,
  shrink,
  smallFailure,
} from '../scenarios/shrink/shrink.ts';
import type { Case } from '../scenarios/shrink/trials.ts';
import { SMALLEST_CELL, type WorkerJob } from './worker-protocol.ts';

export function shrinkJob(
  job: Extract<WorkerJob, { kind: 'shrink' }>,
  engine: CampaignEngine,
  hooks: BatchHooks,
  cells: Int32Array,
): SmallFailure | NotShrunk {
  const until = performance.now() + job.withinMs;
  const watched: CampaignEngine = {
    ...engine,
    run: (spec, options) => {
      hooks.beforeRun?.(0);
      return engine.run(spec, options);
    },
  };
  const outcome = shrink(watched, {
    spec: job.spec,
    target: job.target,
    budget: {
      runs: SHRINK_RUNS_MAX,
      shouldStop: () => performance.now() > until || hooks.shouldEnd?.() === true,
      watch: (_runs: number, { result }: Case) =>
        void Atomics.store(cells, SMALLEST_CELL, result.counts.events),
    },
  });
  return outcome.kind === 'shrunk' ? smallFailure(watched, outcome) : outcome;
}
