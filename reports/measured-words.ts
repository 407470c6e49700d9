/** Measures as every report writes them. */
import type { Summary } from '../scenarios/compare/statistics.ts';
import type { Metric, MetricUnit } from '../scenarios/measure/metrics.ts';
import { formatCount, formatTime } from './words.ts';

/** What never happened. */
export const NEVER = 'never';
/** What there was nothing to measure of. */
export const NOTHING = '–';

/** A value in its unit; null is never. */
export function formatMeasure(value: number | null, unit: MetricUnit): string {
  if (value === null) return NEVER;
  switch (unit) {
    case 'time':
      return formatSpan(value);
    case 'count':
      return formatCount(value);
    case 'per-second':
      return `${formatCount(value)}/s`;
    case 'per-operation':
      return formatRatio(value);
    default:
      return unit satisfies never;
  }
}

/** A difference of two values, with its sign. */
export function formatDifference(value: number | null, unit: MetricUnit): string {
  if (value === null) return NOTHING;
  const size = formatMeasure(Math.abs(value), unit);
  // What is too little to show has no side either.
  const isNothing = size === formatMeasure(0, unit);
  return `${isNothing ? '±' : value > 0 ? '+' : '−'}${size}`;
}

/** `352 ms (340 ms … 421 ms)`: the median, and what one and nine of ten did not exceed. */
export function formatSummary(summary: Summary | undefined, metric: Metric): string {
  if (summary === undefined) return NOTHING;
  const median = formatMeasure(summary.median, metric.unit);
  const range = formatRange(summary, metric);
  return range === '' ? median : `${median} (${range})`;
}

/** `340 ms … 421 ms`; empty where both read as the median does. */
export function formatRange(summary: Summary | undefined, { unit }: Metric): string {
  if (summary === undefined) return '';
  const { p10, median, p90 } = summary;
  const [low, middle, high] = [p10, median, p90].map((value) => formatMeasure(value, unit));
  return low === middle && high === middle ? '' : `${low} … ${high}`;
}

/** From a second on, seconds read better: most measures are shorter. */
const SECOND = 1_000_000;

function formatSpan(micros: number): string {
  if (micros < SECOND) return formatTime(micros);
  return `${(micros / SECOND).toFixed(2)} s`;
}

/** To three figures. */
function formatRatio(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
