/** Explains failures on a worker pool, one job each. */
import type { ShownRun } from '../scenarios/explain/explain.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import type { SmallFailure } from '../scenarios/shrink/shrink.ts';
import type { Failure } from '../scenarios/spec.ts';
import type { WorkerPool } from './pool.ts';
import type { WorkerJob } from './worker-protocol.ts';

/** What to explain, and by which run. */
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
  readonly explanations: ReadonlyMap<string, Explanation>;
  /** A bug of ours. */
  readonly broken?: string;
}

export async function explainFailures(
  pool: Pick<WorkerPool, 'run' | 'endSoon'>,
  failures: readonly ToExplain[],
  { jobs, interrupt, begin }: ExplainSettings,
): Promise<Explained> {
  const explanations = new Map<string, Explanation>();
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
      if (answer.kind === 'explain' && answer.explanation !== undefined) {
        explanations.set(signature, answer.explanation);
      }
      next = pending.shift();
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  interrupt.removeEventListener('abort', endSoon);
  return { explanations, ...(broken === undefined ? {} : { broken }) };
}

/** What shrinking has left of a failing run, with what is known of the run that it was. */
export function shownSmall({ minimal, account }: SmallFailure): ShownRun {
  const { original, isMinimal } = account;
  return { spec: minimal.spec, original, isMinimal };
}

/** Undefined where nothing can be said of it, or whoever waits has interrupted. */
export async function explainSmall(
  pool: Pick<WorkerPool, 'run' | 'endSoon'>,
  interrupt: AbortSignal,
  small: SmallFailure,
): Promise<Explanation | undefined> {
  return explainOne(pool, interrupt, small.failure, shownSmall(small));
}

export async function explainOne(
  pool: Pick<WorkerPool, 'run' | 'endSoon'>,
  interrupt: AbortSignal,
  failure: Failure,
  shown: ShownRun,
): Promise<Explanation | undefined> {
  const { scenario, seed } = shown.spec;
  const place = { scenario, seed, index: 0 };
  const settings = { jobs: 1, interrupt, begin: (): void => {} };
  const found = await explainFailures(pool, [{ place, failure, shown }], settings);
  if (found.broken !== undefined) throw new Error(found.broken);
  return found.explanations.get(failure.signature);
}
