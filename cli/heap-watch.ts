/**
 * How much a worker keeps: with QUORUMLAB_HEAP=60, each worker collects its garbage every 60
 * seconds and writes to stderr how much of its heap is in use then. For soak tests; costs nothing
 * otherwise.
 */
import { writeSync } from 'node:fs';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { threadId } from 'node:worker_threads';

const STDERR = 2;
const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60_000;
const BYTES_PER_MEGABYTE = 1_048_576;

const interval = Number(process.env.QUORUMLAB_HEAP ?? 0) * MS_PER_SECOND;
const startedAt = performance.now();
let nextAt = startedAt + interval;

/** Asked after each batch. */
export function watchHeap(): void {
  if (!(interval > 0) || performance.now() < nextAt) return;
  nextAt += interval;
  collectGarbage();
  const minutes = ((performance.now() - startedAt) / MS_PER_MINUTE).toFixed(1);
  const megabytes = (getHeapStatistics().used_heap_size / BYTES_PER_MEGABYTE).toFixed(2);
  writeSync(STDERR, `heap of worker ${threadId}: ${megabytes} MB after ${minutes} min\n`);
}

/** The collector is not exposed unless it is asked for, and then to new contexts only. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}
