/** Comparisons for tables: over the worker pool, with the median of each measure at hand. */
import { availableParallelism } from 'node:os';
import { driveComparison } from '../cli/compare-driver.ts';
import { contendersOf } from '../cli/contenders.ts';
import { NO_CAMPAIGN } from '../cli/corpus-runner.ts';
import { WorkerPool } from '../cli/pool.ts';
import { protocols } from '../protocols/index.ts';
import { formatMeasure, NOTHING } from '../reports/measured-words.ts';
import { scenarios } from '../scenarios/catalogue/index.ts';
import type { ComparedScenario, ComparisonResult } from '../scenarios/compare/compared.ts';
import { comparisonOf } from '../scenarios/compare/comparison.ts';
import type { WorldSettings } from '../scenarios/compare/shared-world.ts';
import { METRICS, type Metric } from '../scenarios/measure/metrics.ts';

export interface Comparison {
  readonly names: readonly string[];
  /** As `--protocol` has them. */
  readonly contenders: readonly string[];
  readonly seeds: number;
  readonly baseSeed: string;
  readonly settings?: WorldSettings;
}

/** Wall-clock limit of one run, in milliseconds. */
const RUN_MS = 60_000;

/** Throws for a run that fails or comes to no verdict: a table must not be made of the others. */
export async function compared(comparison: Comparison): Promise<ComparisonResult> {
  const { names, contenders, seeds, baseSeed, settings = {} } = comparison;
  const request = { names, contenders: contendersOf(contenders), baseSeed, settings };
  const jobs = availableParallelism();
  const entry = new URL('../cli/worker.js', import.meta.url);
  const pool = new WorkerPool({ entry, campaign: NO_CAMPAIGN, jobs, timeoutMs: RUN_MS });
  try {
    const range = { from: 0, to: seeds };
    const nobody = new AbortController().signal;
    const tell = (): void => {};
    const driven = await driveComparison(pool, {
      request,
      range,
      jobs,
      interrupt: nobody,
      ended: tell,
      lost: tell,
    });
    if (driven.broken !== undefined) throw new Error(driven.broken);
    const result = comparisonOf(scenarios, request, { ...range, ...driven, flags: [] });
    const [trouble] = [...result.failures, ...result.inconclusive];
    if (trouble !== undefined) throw new Error(`not all runs passed: ${JSON.stringify(trouble)}`);
    return result;
  } finally {
    await pool.close();
  }
}

/** Of these contenders those whose protocol is there and has all of the scenarios. */
export function presentIn(names: readonly string[], contenders: readonly string[]): string[] {
  return contenders.filter((label) => {
    const [name = ''] = label.split(':');
    const isKnown = protocols.some((protocol) => protocol.name === name);
    const has = (scenario: string): boolean =>
      scenarios.some(({ id }) => id === `${name}/${scenario}`);
    return isKnown && names.every(has);
  });
}

/** The median of a measure for the contender at this place. */
export function medianOf(scenario: ComparedScenario, place: number, id: Metric['id']): string {
  const summary = scenario.standings[place]?.metrics.find(({ metric }) => metric === id)?.summary;
  const unit = METRICS.find((metric) => metric.id === id)?.unit ?? 'count';
  return summary === undefined ? NOTHING : formatMeasure(summary.median, unit);
}

/** A table in Markdown, numbers to the right. */
export function markdownTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const rule = heads.map((_, at) => (at === 0 ? '---' : '---:'));
  return [heads, rule, ...rows].map(line).join('');
}
