/**
 * One worker, for commands about a single run: runs without an end, and whoever interrupts, can be
 * dealt with.
 */
import type { RunSpec } from '../scenarios/spec.ts';
import { WorkerPool } from './pool.ts';

/** After an interrupt, a run that has not ended by then is dropped, and what was found with it. */
const INTERRUPT_GRACE_MS = 3_000;

/** For runs that may take as long as they like: they can be interrupted. */
export const NO_TIMEOUT_MS = Number.POSITIVE_INFINITY;

export function oneWorker(
  { scenario, seed }: Pick<RunSpec, 'scenario' | 'seed'>,
  timeoutMs: number,
): WorkerPool {
  const entry = new URL('./worker.js', import.meta.url);
  const campaign = { scenarios: [scenario], baseSeed: seed, settings: {}, determinism: false };
  return new WorkerPool({ entry, campaign, jobs: 1, timeoutMs });
}

/** Does some work, and after an interrupt ends it soon: with what it has, or else by force. */
export async function endingSoon<T>(
  pool: Pick<WorkerPool, 'endSoon' | 'stopNow'>,
  interrupt: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  let force: NodeJS.Timeout | undefined;
  const end = (): void => {
    pool.endSoon();
    force = setTimeout(() => pool.stopNow(), INTERRUPT_GRACE_MS);
  };
  interrupt.addEventListener('abort', end, { once: true });
  try {
    return await work();
  } finally {
    interrupt.removeEventListener('abort', end);
    clearTimeout(force);
  }
}
