/** Shrinks the failures of a campaign on its worker pool, one job each. */
import type { BatchGroup } from '../scenarios/campaign.ts';
import { INTERNAL_ERROR } from '../scenarios/campaign-run.ts';
import type { NotShrunk, SmallFailure } from '../scenarios/shrink/shrink.ts';
import type { Failure } from '../scenarios/spec.ts';
import type { PoolAnswer, WorkerPool } from './pool.ts';
import { LOST } from './progress.ts';
import type { WorkerJob } from './worker-protocol.ts';

export interface ShrinkSettings {
  readonly jobs: number;
  /** Wall-clock budget of one failure, in milliseconds. */
  readonly withinMs: number;
  /** Whoever has interrupted gets what there is so far. */
  readonly interrupt: AbortSignal;
  /** Told of each signature when its turn comes. */
  begin(signature: string): void;
}

/** By provisional signature. */
export interface ShrunkFailures {
  readonly shrunk: ReadonlyMap<string, SmallFailure | NotShrunk>;
  /** How long each of them took, in milliseconds. */
  readonly elapsedMs: ReadonlyMap<string, number>;
  /** A bug of ours. */
  readonly broken?: string;
}

export const NOTHING_SHRUNK: ShrunkFailures = { shrunk: new Map(), elapsedMs: new Map() };

export async function shrinkFailures(
  pool: WorkerPool,
  groups: readonly BatchGroup[],
  { jobs, withinMs, interrupt, begin }: ShrinkSettings,
): Promise<ShrunkFailures> {
  const shrunk = new Map<string, SmallFailure | NotShrunk>();
  const elapsedMs = new Map<string, number>();
  const pending = groups.filter(({ failure }) => failure.oracle !== INTERNAL_ERROR);
  let broken: string | undefined;
  const endSoon = (): void => pool.endSoon();
  interrupt.addEventListener('abort', endSoon, { once: true });
  const lane = async (): Promise<void> => {
    let group = pending.shift();
    while (group !== undefined && !interrupt.aborted) {
      const { signature } = group.failure;
      begin(signature);
      const answer = await pool.run(jobFor(group.example.spec, group.failure, withinMs));
      if (answer.kind === 'broken') broken = `shrinking ${signature}: ${answer.message}`;
      const outcome = outcomeOf(answer);
      if (outcome !== undefined) shrunk.set(signature, outcome);
      if (answer.kind === 'shrink') elapsedMs.set(signature, Math.round(answer.elapsedMs));
      group = pending.shift();
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  interrupt.removeEventListener('abort', endSoon);
  return { shrunk, elapsedMs, ...(broken === undefined ? {} : { broken }) };
}

type ShrinkJob = Extract<WorkerJob, { kind: 'shrink' }>;

export function jobFor(spec: ShrinkJob['spec'], failure: Failure, withinMs: number): ShrinkJob {
  const { oracle, invariant } = failure;
  const target = { oracle, ...(invariant === undefined ? {} : { invariant }) };
  return { kind: 'shrink', spec, target, withinMs };
}

/** What a worker's answer says of the failure; undefined when nothing was tried. */
export function outcomeOf(answer: PoolAnswer): SmallFailure | NotShrunk | undefined {
  if (answer.kind === 'shrink') return answer.outcome;
  if (answer.kind !== 'lost') return undefined;
  return { kind: 'not-shrunk', reason: `a smaller run ${LOST[answer.reason]}` };
}
