/**
 * Has files judged one after the other, each within its time and memory. A check is one long
 * computation, in which a thread hears no signal: what is not decided at once goes to a worker
 * thread, which can be ended from outside. Most files need none.
 */
import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import {
  type BegunHistory,
  type CheckedHistory,
  type CheckNews,
  type CheckTask,
  checkFile,
  type Judged,
  rounded,
} from './check-job.ts';
import { LEVEL_DEFAULT, levelText, noAt } from './check-levels.ts';
import { clock, type DONE, type ThreadTask } from './check-thread.ts';
import { readText } from './files.ts';
import type { Interrupt } from './interrupt.ts';

export interface RunnerSettings {
  /** Wall-clock limit of one file, in milliseconds. */
  readonly timeMs: number;
  readonly interrupt: Interrupt;
}

export interface FileWatch {
  /** A history has been judged. */
  judged(judged: Judged): void;
  refused(message: string): void;
  /** The check goes on in a worker thread; asked for how far it is. */
  goesOn(state: () => CheckState): void;
}

/** How far the check of a file has come. */
export interface CheckState {
  /** Absent while the file is being read. */
  readonly begun?: BegunHistory;
  readonly elapsedMs: number;
  readonly steps: number;
  /** The verdict is a no already; what goes on is the search for a small counterexample. */
  readonly isViolated: boolean;
}

/** Larger files are read in the worker thread as well. */
const SMALL_BYTES = 500_000;
/** What a check may take before it goes to the worker thread, which takes 50 ms to start. */
const HERE_MS = 150;
/** A check ends itself at its limit; it is ended by force so much later. */
const GRACE_MS_MIN = 100;
const GRACE_SHARE = 0.04;
/** More where it is a no already, as the reason for it would be lost. */
const EVIDENCE_GRACE_MS_MIN = 1_000;
const EVIDENCE_GRACE_SHARE = 0.1;
/** How often the memory of the process is looked at while a worker is at work. */
const MEMORY_EVERY_MS = 20;
/** Beyond its limit by this factor it is not waited for. */
const MEMORY_EXCESS = 1.04;
const BYTES_PER_MEGABYTE = 1024 * 1024;

export class CheckRunner {
  private readonly settings: RunnerSettings;
  private worker: Worker | undefined;

  constructor(settings: RunnerSettings) {
    this.settings = settings;
  }

  /** Judges a file; what is known of it is told as soon as it is. */
  async run(task: CheckTask, watch: FileWatch): Promise<void> {
    const startedAt = clock();
    const deadline = startedAt + this.settings.timeMs;
    const text = task.text ?? textAtHand(task.file, this.settings.interrupt, watch);
    if (text === REFUSED) return;
    if (text === undefined && !hasRoomFor(task)) {
      const checked = { file: task.file, verdict: 'unknown', reason: 'memory' } as const;
      const elapsedMs = rounded(clock() - startedAt);
      watch.judged({ checked: { ...checked, elapsedMs }, shown: [], states: [] });
      return;
    }
    const whole = text === undefined ? task : { ...task, text };
    let begun: BegunHistory | undefined;
    if (text !== undefined && text.length <= SMALL_BYTES) {
      const tried = judgedHere(whole, Math.min(deadline, clock() + HERE_MS), deadline);
      if (!tried.isCutShort) {
        for (const each of tried.news) tell(each, watch);
        return;
      }
      const [first] = tried.news;
      if (first?.kind === 'begun') begun = first.begun;
    }
    await this.runInWorker({ task: whole, startedAt, deadline, begun }, watch);
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
    this.worker = undefined;
  }

  private async runInWorker(work: LongWork, watch: FileWatch): Promise<void> {
    const { task, startedAt, deadline } = work;
    const steps = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
    let { begun } = work;
    let begunAt = startedAt;
    let violatedMs: number | undefined;
    const elapsed = (since: number): number => rounded(clock() - since);
    watch.goesOn(() => ({
      ...(begun === undefined ? {} : { begun }),
      elapsedMs: elapsed(startedAt),
      steps: steps[0] ?? 0,
      isViolated: violatedMs !== undefined,
    }));
    const ended = await this.hear({ task, deadline, steps }, (news) => {
      if (news.kind === 'begun') {
        begun = news.begun;
        begunAt = clock();
        violatedMs = undefined;
      } else if (news.kind === 'violated') violatedMs = news.elapsedMs;
      tell(news, watch);
      if (news.kind === 'judged') begun = undefined;
    });
    if (ended === 'done') return;
    // What failed has failed, with evidence or without.
    const outcome: Pick<CheckedHistory, 'level' | 'verdict' | 'reason'> = {
      ...(task.level === LEVEL_DEFAULT ? {} : { level: levelText(task.level) }),
      ...(violatedMs === undefined
        ? { verdict: 'unknown', reason: ended }
        : { verdict: noAt(task.level) }),
    };
    const { report, ...known } = begun ?? { file: task.file, report: undefined };
    const checked = { ...known, ...outcome, elapsedMs: violatedMs ?? elapsed(begunAt) };
    const reported = report === undefined ? {} : { report };
    watch.judged({ checked, shown: [], states: [], ...reported });
  }

  /** Resolves when the file is through, or to the reason why its worker has been ended. */
  private hear(
    task: ThreadTask,
    listen: (news: CheckNews) => void,
  ): Promise<'done' | NonNullable<CheckedHistory['reason']>> {
    const { interrupt, timeMs } = this.settings;
    const { memoryBytes = Number.POSITIVE_INFINITY } = task.task;
    if (interrupt.signal.aborted) return Promise.resolve('interrupted');
    this.worker ??= newWorker(memoryBytes);
    const { worker } = this;
    return new Promise((resolve, reject) => {
      const end = (reason: NonNullable<CheckedHistory['reason']>): void => {
        release();
        this.worker = undefined;
        void worker.terminate();
        resolve(reason);
      };
      const onMessage = (news: CheckNews | typeof DONE): void => {
        if (news.kind === 'done') {
          release();
          resolve('done');
        } else {
          if (news.kind === 'violated') {
            clearTimeout(force);
            force = endAfter(Math.max(EVIDENCE_GRACE_MS_MIN, timeMs * EVIDENCE_GRACE_SHARE));
          }
          listen(news);
        }
      };
      const onError = (error: unknown): void => {
        release();
        if (isOutOfMemory(error)) end('memory');
        else reject(error);
      };
      const onInterrupt = (): void => end('interrupted');
      const endAfter = (grace: number) =>
        setTimeout(() => end('time'), task.deadline + grace - clock());
      let force = endAfter(Math.max(GRACE_MS_MIN, timeMs * GRACE_SHARE));
      const memory = setInterval(() => {
        if (process.memoryUsage.rss() > memoryBytes * MEMORY_EXCESS) end('memory');
      }, MEMORY_EVERY_MS);
      const release = (): void => {
        clearTimeout(force);
        clearInterval(memory);
        interrupt.signal.removeEventListener('abort', onInterrupt);
        worker.off('message', onMessage).off('error', onError);
      };
      interrupt.signal.addEventListener('abort', onInterrupt, { once: true });
      worker.on('message', onMessage).on('error', onError);
      worker.postMessage(task);
    });
  }
}

function tell(news: CheckNews, watch: FileWatch): void {
  if (news.kind === 'judged') watch.judged(news.judged);
  if (news.kind === 'refused') watch.refused(news.message);
}

/** What does not end in this thread. */
interface LongWork {
  readonly task: CheckTask;
  readonly startedAt: number;
  readonly deadline: number;
  /** What is known of it already. */
  readonly begun: BegunHistory | undefined;
}

interface Tried {
  /** All that there is to tell of the file, or its beginning. */
  readonly news: readonly CheckNews[];
  /** It would have taken longer than is decent in this thread. */
  readonly isCutShort: boolean;
}

function judgedHere(task: CheckTask, until: number, deadline: number): Tried {
  const news: CheckNews[] = [];
  let isCutShort = false;
  checkFile(task, {
    tell: (each) => news.push(each),
    stopReason: () => {
      if (clock() <= until) return undefined;
      isCutShort = until < deadline;
      return 'time';
    },
  });
  return { news, isCutShort };
}

const REFUSED = Symbol('refused');

/** The text of a small file, or of a pipe; undefined if it is better read in another thread. */
function textAtHand(
  file: string,
  interrupt: Interrupt,
  watch: FileWatch,
): string | undefined | typeof REFUSED {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats?.isFile() === true && stats.size > SMALL_BYTES) return undefined;
    if (stats === undefined || stats.isFile()) return readText(file);
    // Nobody knows when a pipe ends: until then a signal ends the process, as if we had no ear.
    return interrupt.pausedFor(() => readText(file));
  } catch (error) {
    watch.refused(error instanceof Error ? error.message : String(error));
    return REFUSED;
  }
}

/** Bytes that it takes to read one: as it is, put together, and as text. */
const BYTES_PER_BYTE_READ = 3;

/** Whether a file can be read within the limit, by its size: that takes its memory at one go. */
function hasRoomFor({ file, memoryBytes = Number.POSITIVE_INFINITY }: CheckTask): boolean {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return process.memoryUsage.rss() + size * BYTES_PER_BYTE_READ <= memoryBytes;
}

/** With room for what the limit allows; its bounds are soft, so the process is watched as well. */
function newWorker(memoryBytes: number): Worker {
  const megabytes = Math.ceil(memoryBytes / BYTES_PER_MEGABYTE);
  const limits = Number.isFinite(megabytes) ? { maxOldGenerationSizeMb: megabytes } : {};
  const entry = new URL('./check-worker.js', import.meta.url);
  const worker = new Worker(entry, { resourceLimits: limits });
  // Of one that has been ended nobody wants to hear any more.
  return worker.on('error', () => {});
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
