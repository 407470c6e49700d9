/** Runs written by hand, of which it is plain what they measure. */
import type { Course } from '../../../scenarios/measure/course.ts';
import type { HistoryEntry, RunResult } from '../../../scenarios/spec.ts';
import { passedRun } from '../../reports/fixture-run.ts';

const MS = 1_000;

/** An operation of a client, from and to in milliseconds; without `to` it never returned. */
export function asked(client: number, from: number, to?: number): HistoryEntry {
  const operation = { f: 'put', key: 'x', value: from };
  const end = to === undefined ? null : to * MS;
  return { process: client, node: client, operation, call: from * MS, return: end };
}

/** A fault struck at `faultAt` milliseconds, if it is given; the run was noted for 1 s. */
export function fakeRun(
  history: readonly HistoryEntry[],
  course: Partial<Course> = {},
  faultAt?: number,
): RunResult {
  return {
    ...passedRun(),
    history,
    faults: faultAt === undefined ? [] : [{ status: 'fired', at: faultAt * MS, event: 1 }],
    course: {
      until: 1_000 * MS,
      leaderships: [{ at: 0, leader: 0, round: 0 }],
      reach: [{ at: 0, hasQuorum: true }],
      sent: [],
      syncs: 0,
      ...course,
    },
  };
}
