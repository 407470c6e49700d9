/**
 * Worker threads with a watchdog. A run that does not come back, or that eats all memory, costs its
 * worker and is named; the pool goes on with a fresh one.
 */
import { totalmem } from 'node:os';
import { Piscina } from 'piscina';
import type { CampaignRequest } from '../scenarios/campaign.ts';
import {
  BEGUN_CELL,
  CELLS,
  END_CELL,
  OFFSET_CELL,
  SMALLEST_CELL,
  type WorkerAnswer,
  type WorkerJob,
  type WorkerTask,
} from './worker-protocol.ts';

export interface PoolSettings {
  /** The worker's entry. */
  readonly entry: URL;
  readonly campaign: CampaignRequest;
  readonly jobs: number;
  /** Wall-clock limit of one run, in milliseconds. */
  readonly timeoutMs: number;
  /** Heap limit of one worker, in megabytes; a share of the machine's memory when absent. */
  readonly heapMegabytes?: number;
}

export type PoolAnswer =
  | WorkerAnswer
  /** The worker is gone; `offset` is the place in the job of the run it was at. */
  | { readonly kind: 'lost'; readonly offset: number; readonly reason: LostReason }
  | { readonly kind: 'stopped' };

/** How far a job has come. */
export interface JobProgress {
  /** Runs that it has begun. */
  readonly runs: number;
  /** Events of the smallest failing run, while one is being shrunk; 0 before there is any. */
  readonly smallest: number;
}

export type LostReason = 'time' | 'memory' | 'crash';

/** How often the watchdog looks. */
const WATCH_EVERY_MS = 100;
/** A run is asked to stop at its limit; it is stopped by force so much later. */
const GRACE_MS = 1_000;
/** Share of the machine's memory that all workers together may have as heap. */
const MEMORY_SHARE = 0.6;
const HEAP_MEGABYTES_MAX = 4_096;
const BYTES_PER_MEGABYTE = 1024 * 1024;

export class WorkerPool {
  private readonly threads: Piscina<WorkerTask, WorkerAnswer>;
  private readonly settings: PoolSettings;
  private readonly running = new Set<RunningJob>();
  private readonly watchdog: NodeJS.Timeout;

  constructor(settings: PoolSettings) {
    this.settings = settings;
    this.threads = new Piscina({
      filename: settings.entry.href,
      minThreads: settings.jobs,
      maxThreads: settings.jobs,
      idleTimeout: Number.POSITIVE_INFINITY,
      recordTiming: false,
      resourceLimits: {
        maxOldGenerationSizeMb: settings.heapMegabytes ?? heapShare(settings.jobs),
      },
    });
    // An idle worker that dies is replaced; a busy one is reported by its job.
    this.threads.on('error', () => {});
    this.watchdog = setInterval(() => this.watch(), WATCH_EVERY_MS);
  }

  /** `watch` is told now and then how far the job has come. */
  async run(work: WorkerJob, watch?: (progress: JobProgress) => void): Promise<PoolAnswer> {
    const cells = new Int32Array(new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT));
    const job: RunningJob = {
      cells,
      abort: new AbortController(),
      begun: 0,
      changedAt: performance.now(),
      fate: undefined,
      watch,
    };
    this.running.add(job);
    const { campaign, timeoutMs } = this.settings;
    try {
      const task = { campaign, job: work, timeoutMs, cells };
      return await this.threads.run(task, { signal: job.abort.signal });
    } catch (error) {
      if (job.fate === 'stopped') return { kind: 'stopped' };
      // A worker that never began cannot begin: that is our bug, and the next would fail as well.
      if (Atomics.load(cells, BEGUN_CELL) === 0 && job.fate === undefined) throw error;
      const reason = job.fate ?? (isOutOfMemory(error) ? 'memory' : 'crash');
      return { kind: 'lost', offset: Atomics.load(cells, OFFSET_CELL), reason };
    } finally {
      this.running.delete(job);
    }
  }

  /** Asks every running job to end after its present run. */
  endSoon(): void {
    for (const job of this.running) Atomics.store(job.cells, END_CELL, 1);
  }

  /** Stops every running job at once; what it had is gone. */
  stopNow(): void {
    for (const job of this.running) this.stop(job, 'stopped');
  }

  async close(): Promise<void> {
    clearInterval(this.watchdog);
    await this.threads.destroy();
  }

  private watch(): void {
    const now = performance.now();
    for (const job of this.running) {
      const begun = Atomics.load(job.cells, BEGUN_CELL);
      job.watch?.({ runs: begun, smallest: Atomics.load(job.cells, SMALLEST_CELL) });
      if (begun !== job.begun) {
        job.begun = begun;
        job.changedAt = now;
      } else if (begun > 0 && now - job.changedAt > this.settings.timeoutMs + GRACE_MS) {
        this.stop(job, 'time');
      }
    }
  }

  private stop(job: RunningJob, fate: 'time' | 'stopped'): void {
    job.fate ??= fate;
    job.abort.abort();
  }
}

interface RunningJob {
  readonly cells: Int32Array;
  readonly abort: AbortController;
  /** Beginnings when the watchdog last looked, and when they last grew. */
  begun: number;
  changedAt: number;
  fate: 'time' | 'stopped' | undefined;
  readonly watch: ((progress: JobProgress) => void) | undefined;
}

function heapShare(jobs: number): number {
  const share = (totalmem() * MEMORY_SHARE) / jobs / BYTES_PER_MEGABYTE;
  return Math.min(HEAP_MEGABYTES_MAX, Math.floor(share));
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
