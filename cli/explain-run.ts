/** Explains one run, for commands that show a single one. */
import { firstFailure } from '../scenarios/campaign-run.ts';
import type { ShownRun } from '../scenarios/explain/explain.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import type { RunResult } from '../scenarios/spec.ts';
import type { ExitCode } from './exit.ts';
import { explainOne } from './explain-failures.ts';
import { listenForInterrupt } from './interrupt.ts';
import { endingSoon, NO_TIMEOUT_MS, oneWorker } from './one-worker.ts';

export interface RunExplained {
  /** Absent for a run that does not fail, or whose failure cannot be explained. */
  readonly explanation?: Explanation;
  /** There only after an interrupt, which leaves what was found until then. */
  readonly exitCode?: ExitCode;
}

export async function explainRun(
  result: RunResult,
  known: Omit<ShownRun, 'spec'> = {},
): Promise<RunExplained> {
  const failure = firstFailure(result);
  if (failure === undefined) return {};
  const { spec } = result;
  const interrupt = listenForInterrupt();
  const pool = oneWorker(spec, NO_TIMEOUT_MS);
  try {
    const explanation = await endingSoon(pool, interrupt.signal, () =>
      explainOne(pool, interrupt.signal, failure, { ...known, spec }),
    );
    const exitCode = interrupt.exitCode();
    return {
      ...(explanation === undefined ? {} : { explanation }),
      ...(exitCode === undefined ? {} : { exitCode }),
    };
  } finally {
    interrupt.release();
    await pool.close();
  }
}
