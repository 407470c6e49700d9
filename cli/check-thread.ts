/** What goes between `check` and its worker thread. */
import type { CheckTask } from './check-job.ts';

/** What the thread is sent for each file; it answers with news, and `DONE` after the last. */
export interface ThreadTask {
  readonly task: CheckTask;
  /** When to stop, by `clock`. */
  readonly deadline: number;
  /** Shared: the steps of the check so far. */
  readonly steps: Float64Array;
}

export const DONE = { kind: 'done' } as const;

/** Milliseconds by a clock that has the same zero in every thread, and is not set back. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}
