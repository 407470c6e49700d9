/** How times are written: virtual time in its units, or a file's own numbers. */
import { formatCount, formatTime, formatTimeExact, formatTimeRange } from '../words.ts';

export interface Clock {
  short(time: number): string;
  /** Two times that differ read differently. */
  exact(time: number): string;
  range(from: number, to: number): string;
  /** At the axis, where labels stand `size` apart. */
  tick(time: number, size: number): string;
  /** A counterexample is shown within at least so much time. */
  readonly context: number;
}

/** Micros of virtual time. */
export const VIRTUAL: Clock = {
  short: formatTime,
  exact: formatTimeExact,
  range: formatTimeRange,
  tick: tickLabel,
  context: 30_000,
};

/** What a file's numbers mean nobody says. Large ones are told at the axis from a round one on. */
export function numberClock(start: number, end: number): Clock {
  const origin = originOf(start, end);
  const sign = origin === 0 ? '' : '+';
  return {
    short: formatCount,
    exact: formatCount,
    range: (from, to) => `${formatCount(from)} – ${formatCount(to)}`,
    tick: (time) => sign + formatCount(time - origin),
    context: 0,
  };
}

/** Numbers up to this one have room at the axis. */
const LABELLED_MAX = 1e10;

/** A round number before all, or 0 where the numbers are short enough. */
function originOf(start: number, end: number): number {
  if (Math.max(-start, end) < LABELLED_MAX) return 0;
  let unit = 1;
  while (unit < end - start) unit *= 10;
  return Math.floor(start / unit) * unit;
}

/** Ticks closer than what `formatTime` rounds to need their decimals. */
function tickLabel(time: number, size: number): string {
  if (time === 0) return '0';
  if (size >= 1_000_000) return `${time / 1_000_000} s`;
  if (time < 1000 || (size >= 1000 && time < 10_000_000) || size >= 10_000) return formatTime(time);
  const decimals = size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return `${(time / 1000).toFixed(decimals)} ms`;
}
