/** Explains failures on a worker pool, one job each. */
import { specsToExplain } from '../scenarios/explain/explain.ts';
import type { ExplainedRun } from '../scenarios/explain/explanation.ts';
import type { SmallFailure } from '../scenarios/shrink/shrink.ts';
import type { Failure, RunSpec } from '../scenarios/spec.ts';
import type { WorkerPool } from './pool.ts';
import type { WorkerJob } from './worker-protocol.ts';

/** What to explain, and by which specs. */
export type ToExplain = Omit<Extract<WorkerJob, { kind: 'explain' }>, 'kind'>;

export interface ExplainSettings {
  readonly jobs: number;
  /** Whoever has interrupted does not wait for explanations. */
  readonly interrupt: AbortSignal;
  /** Told of each signature when its turn comes. */
  begin(signature: string): void;
}

export interface Explained {
  /** By signature, of those that could be explained. */
  readonly explanations: ReadonlyMap<string, ExplainedRun>;
  /** A bug of ours. */
  readonly broken?: string;
}

export async function explainFailures(
  pool: Pick<WorkerPool, 'run' | 'endSoon'>,
  failures: readonly ToExplain[],
  { jobs, interrupt, begin }: ExplainSettings,
): Promise<Explained> {
  const explanations = new Map<string, ExplainedRun>();
  const pending = [...failures];
  let broken: string | undefined;
  const endSoon = (): void => pool.endSoon();
  interrupt.addEventListener('abort', endSoon, { once: true });
  const lane = async (): Promise<void> => {
    let next = pending.shift();
    while (next !== undefined && !interrupt.aborted) {
      const { signature } = next.failure;
      begin(signature);
      const answer = await pool.run({ kind: 'explain', ...next });
      // A worker that was lost on the way leaves the failure as it is: unexplained.
      if (answer.kind === 'broken') broken = `explaining ${signature}: ${answer.message}`;
      if (answer.kind === 'explain' && answer.explained !== undefined) {
        explanations.set(signature, answer.explained);
      }
      next = pending.shift();
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  interrupt.removeEventListener('abort', endSoon);
  return { explanations, ...(broken === undefined ? {} : { broken }) };
}

/** A failure, the spec that it was found with, and what shrinking has left of it. */
export interface SmallCase {
  readonly failure: Failure;
  readonly original: RunSpec;
  readonly small: SmallFailure;
}

/** Undefined where nothing can be said of it, or whoever waits has interrupted. */
export async function explainSmall(
  pool: Pick<WorkerPool, 'run' | 'endSoon'>,
  interrupt: AbortSignal,
  { failure, original, small }: SmallCase,
): Promise<ExplainedRun | undefined> {
  const specs = specsToExplain(original, small.withRandomNetwork);
  return explainOne(pool, interrupt, { failure, original, specs });
}

/** A failure, the spec that it was found with, and those to explain it by. */
export interface OneCase {
  readonly failure: Failure;
  readonly original: RunSpec;
  readonly specs: readonly RunSpec[];
}

export async function explainOne(
  pool: Pick<WorkerPool, 'run' | 'endSoon'>,
  interrupt: AbortSignal,
  { failure, original, specs }: OneCase,
): Promise<ExplainedRun | undefined> {
  const place = { scenario: original.scenario, seed: original.seed, index: 0 };
  const settings = { jobs: 1, interrupt, begin: (): void => {} };
  const found = await explainFailures(pool, [{ place, failure, specs }], settings);
  if (found.broken !== undefined) throw new Error(found.broken);
  return found.explanations.get(failure.signature);
}
