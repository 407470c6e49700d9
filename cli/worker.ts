/** Entry of a worker thread: does one job of a campaign, and answers with plain data. */
import {
  type BatchHooks,
  type CampaignRequest,
  rerunWithEvents,
  runBatch,
  type SeedOfRun,
} from '../scenarios/campaign.ts';
import { runAt } from '../scenarios/campaign-index.ts';
import { type CampaignEngine, judge } from '../scenarios/campaign-run.ts';
import { scenarios } from '../scenarios/catalogue/index.ts';
import type { ComparedSeed } from '../scenarios/compare/compared.ts';
import { runSeedOfAll } from '../scenarios/compare/run-seed.ts';
import { explain } from '../scenarios/explain/explain.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import { EXPLAIN_BUDGET } from '../scenarios/explain/sampler.ts';
import { run } from '../scenarios/run.ts';
import { runSeed } from '../scenarios/seeds.ts';
import { loadConfig } from './config.ts';
import { engineFor } from './engine.ts';
import { watchHeap } from './heap-watch.ts';
import { EXPLAIN_MS } from './limits.ts';
import { shrinkJob } from './shrink-job.ts';
import {
  BEGUN_CELL,
  END_CELL,
  OFFSET_CELL,
  type WorkerAnswer,
  type WorkerJob,
  type WorkerTask,
} from './worker-protocol.ts';

// What the command knows of a user's own protocols, its workers have to know as well.
await loadConfig();

export default function work(task: WorkerTask): WorkerAnswer {
  const { campaign, job, cells } = task;
  const first = firstIndex(job);
  const engine = engineFor(campaign.settings);
  const hooks = hooksFor(task, first);
  const startedAt = performance.now();
  try {
    switch (job.kind) {
      case 'batch': {
        const batch = runBatch(engine, { campaign, ...job }, hooks);
        watchHeap();
        return { kind: 'batch', batch, elapsedMs: performance.now() - startedAt };
      }
      case 'example': {
        const example = rerunWithEvents(engine, campaign, job, hooks);
        return { kind: 'example', example };
      }
      case 'explain': {
        const explanation = explainJob(job, engine, hooks);
        return { kind: 'explain', ...(explanation === undefined ? {} : { explanation }) };
      }
      case 'replay': {
        hooks.beforeRun?.(first);
        const stop = { shouldStop: () => hooks.shouldStop?.() === true };
        return { kind: 'replay', result: judge(engine, job.spec, { ...stop, again: job.again }) };
      }
      case 'compare': {
        const seeds = compareJob(job, hooks);
        return { kind: 'compare', seeds, elapsedMs: performance.now() - startedAt };
      }
      case 'shrink': {
        const outcome = shrinkJob(job, engine, hooks, cells);
        return { kind: 'shrink', outcome, elapsedMs: performance.now() - startedAt };
      }
      default:
        return job satisfies never;
    }
  } catch (error) {
    return {
      kind: 'broken',
      place: placeOf(job, campaign, Atomics.load(cells, OFFSET_CELL)),
      message: error instanceof Error ? error.message : String(error),
    };
  }
}

/** Of the run that the job was at. */
function placeOf(job: WorkerJob, campaign: CampaignRequest, offset: number): SeedOfRun {
  const index = firstIndex(job) + offset;
  switch (job.kind) {
    case 'replay':
    case 'shrink':
      return { scenario: job.spec.scenario, seed: job.spec.seed, index };
    case 'compare': {
      const { name = '', index: at = 0 } = job.places[offset] ?? {};
      return { scenario: name, seed: runSeed(job.request.baseSeed, name, at), index: at };
    }
    case 'batch':
    case 'example':
    case 'explain':
      return runAt(campaign, index);
    default:
      return job satisfies never;
  }
}

/** Each run of a contender is a sign of life; the time limit of one run holds for each of them. */
function compareJob(
  { request, places }: Extract<WorkerJob, { kind: 'compare' }>,
  { beforeRun, shouldStop, shouldEnd }: BatchHooks,
): readonly ComparedSeed[] {
  const seeds: ComparedSeed[] = [];
  for (const [offset, place] of places.entries()) {
    if (offset > 0 && shouldEnd?.() === true) break;
    const compared = runSeedOfAll({ run, scenarios }, request, place, {
      beforeRun: () => beforeRun?.(offset),
      shouldStop: () => shouldStop?.() === true,
    });
    seeds.push(compared);
    watchHeap();
  }
  return seeds;
}

function firstIndex(job: WorkerJob): number {
  switch (job.kind) {
    case 'batch':
      return job.from;
    case 'example':
    case 'explain':
      return job.place.index;
    case 'replay':
    case 'compare':
    case 'shrink':
      return 0;
    default:
      return job satisfies never;
  }
}

/** Each of its runs is a sign of life; the time limit of one run holds for each of them. */
function explainJob(
  { place, failure, shown }: Extract<WorkerJob, { kind: 'explain' }>,
  engine: CampaignEngine,
  hooks: BatchHooks,
): Explanation | undefined {
  const until = performance.now() + EXPLAIN_MS;
  const watched: CampaignEngine = {
    ...engine,
    run: (spec, options) => {
      hooks.beforeRun?.(place.index);
      return engine.run(spec, options);
    },
  };
  const shouldStop = (): boolean => performance.now() > until || hooks.shouldEnd?.() === true;
  return explain(watched, shown, failure, { ...EXPLAIN_BUDGET, shouldStop });
}

function hooksFor(task: WorkerTask, first: number): BatchHooks {
  const { cells, timeoutMs } = task;
  let deadline = Number.POSITIVE_INFINITY;
  return {
    beforeRun: (index) => {
      Atomics.store(cells, OFFSET_CELL, index - first);
      Atomics.add(cells, BEGUN_CELL, 1);
      deadline = performance.now() + timeoutMs;
    },
    shouldStop: () => performance.now() > deadline,
    shouldEnd: () => Atomics.load(cells, END_CELL) !== 0,
  };
}
