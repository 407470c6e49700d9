/** How many of a run's operations came to an end, and what became of the others. */
import type { RunResult } from '../scenarios/spec.ts';
import { formatCount, plural } from './words.ts';

/** `200 of 200 operations`, `696 of 721 operations (25 given up, 3 never asked)`. */
export function operationsInWords({ counts, spec }: Pick<RunResult, 'counts' | 'spec'>): string {
  const { invoked, completed, abandoned, refused } = counts;
  const planned = spec.plan.operations.length;
  // Those that were open when the run ended, or when their client crashed.
  const open = invoked - completed - abandoned - refused;
  const rest: readonly (readonly [number, string])[] = [
    [abandoned, 'given up'],
    [refused, 'refused'],
    [open, 'left open'],
    [planned - invoked, 'never asked'],
  ];
  const told = rest.flatMap(([count, what]) =>
    count > 0 ? [`${formatCount(count)} ${what}`] : [],
  );
  const why = told.length === 0 ? '' : ` (${told.join(', ')})`;
  return `${formatCount(completed)} of ${plural(Math.max(planned, invoked), 'operation')}${why}`;
}
