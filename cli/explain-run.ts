/** Explains one run in this thread, for commands that show a single run. */
import { type CampaignEngine, firstFailure } from '../scenarios/campaign-run.ts';
import { explain } from '../scenarios/explain/explain.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import { EXPLAIN_BUDGET } from '../scenarios/explain/sampler.ts';
import type { RunResult, RunSpec } from '../scenarios/spec.ts';
import { EXPLAIN_MS } from './limits.ts';

/** Undefined for a run that does not fail, or whose failure cannot be explained. */
export function explainRun(
  engine: CampaignEngine,
  result: RunResult,
  specs: readonly RunSpec[] = [result.spec],
): Explanation | undefined {
  const failure = firstFailure(result);
  if (failure === undefined) return undefined;
  const until = performance.now() + EXPLAIN_MS;
  const shouldStop = (): boolean => performance.now() > until;
  return explain(engine, specs, failure, { ...EXPLAIN_BUDGET, shouldStop })?.explanation;
}
