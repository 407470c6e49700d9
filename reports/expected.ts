/** What a scenario expects of a run's outcome, one row for each thing, and what came of it. */
import type { RunResult } from '../scenarios/spec.ts';
import { formatTime } from './words.ts';

export interface ExpectedRow {
  /** `the mark leader-elected`, `the minority side: writes by c1, 5 ms to 90 ms`. */
  readonly what: string;
  /** How often, in words: `at least 1`, `none`. */
  readonly expected: string;
  readonly counted: number;
  readonly held: 'held' | 'not held' | 'not judged';
}

/** What is expected of a run as `run` has it: the windows last, in the order of the spec. */
export function expectedRows(run: Omit<RunResult, 'events'>): readonly ExpectedRow[] {
  const { expect } = run.spec;
  const marks = (expect?.marks ?? []).map((mark) => {
    const counted = run.marks[mark] ?? 0;
    return row(run, { what: `the mark ${mark}`, expected: 'at least 1', counted }, counted > 0);
  });
  const windows = (run.windows ?? []).map(({ what, expected, returned, isMet }) =>
    row(run, { what, expected, counted: returned }, isMet),
  );
  return [...marks, ...silence(run, expect?.noReturnsAfter), ...windows];
}

function silence(
  run: Omit<RunResult, 'events'>,
  after: number | undefined,
): readonly ExpectedRow[] {
  if (after === undefined) return [];
  const late = run.history.filter((entry) => entry.return !== null && entry.return > after);
  const what = `operations, after ${formatTime(after)}`;
  return [row(run, { what, expected: 'none', counted: late.length }, late.length === 0)];
}

/**
 * A run that a violation has stopped had no time to come to what was expected; one that is stopped
 * by what did not come had.
 */
function row(
  { ended, failures }: Omit<RunResult, 'events'>,
  counted: Omit<ExpectedRow, 'held'>,
  isMet: boolean,
): ExpectedRow {
  if (isMet) return { ...counted, held: 'held' };
  const isJudged = ended.how !== 'violation' || failures.some(isOfExpectation);
  return { ...counted, held: isJudged ? 'not held' : 'not judged' };
}

function isOfExpectation({ oracle }: RunResult['failures'][number]): boolean {
  return oracle === 'expectation';
}
