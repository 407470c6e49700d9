/** Entry of a worker thread: runs one batch, or one example, and answers with plain data. */
import { type BatchHooks, rerunWithEvents, runAt, runBatch } from '../scenarios/campaign.ts';
import { engineFor } from './engine.ts';
import {
  BEGUN_CELL,
  END_CELL,
  OFFSET_CELL,
  type WorkerAnswer,
  type WorkerTask,
} from './worker-protocol.ts';

export default function work(task: WorkerTask): WorkerAnswer {
  const { campaign, job, cells } = task;
  const first = job.kind === 'batch' ? job.from : job.place.index;
  const engine = engineFor(campaign.settings);
  const hooks = hooksFor(task, first);
  const startedAt = performance.now();
  try {
    switch (job.kind) {
      case 'batch': {
        const batch = runBatch(engine, { campaign, from: job.from, to: job.to }, hooks);
        return { kind: 'batch', batch, elapsedMs: performance.now() - startedAt };
      }
      case 'example': {
        const example = rerunWithEvents(engine, campaign, job.place, job.failure, hooks);
        return { kind: 'example', example };
      }
      default:
        return job satisfies never;
    }
  } catch (error) {
    const place = runAt(campaign, first + Atomics.load(cells, OFFSET_CELL));
    return {
      kind: 'broken',
      place,
      message: error instanceof Error ? error.message : String(error),
    };
  }
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
