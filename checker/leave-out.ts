/** Making a failing history smaller, group by group (after Zeller & Hildebrandt's ddmin, 2002). */

import type { CutOperation } from './prefix.ts';

/** The group of what is not to be left out. */
export const KEPT = Symbol('kept');

/**
 * Leaves out ever smaller runs of groups, from the last to the first, while `accepts` what is left.
 *
 * Operations with the same `groupOf` go together; the failing one stays.
 */
export function leaveOut(
  history: readonly CutOperation[],
  failing: number,
  groupOf: (each: CutOperation) => unknown,
  accepts: (history: readonly CutOperation[]) => boolean,
  isSpent: () => boolean,
): readonly CutOperation[] {
  let kept = history;
  let groups = groupsOf(kept, failing, groupOf);
  for (let size = Math.ceil(groups.length / 2); size >= 1; size = halved(size, groups.length)) {
    const gone = new Set<unknown>();
    for (let end = groups.length; end > 0 && !isSpent(); end -= size) {
      const run = new Set(groups.slice(Math.max(0, end - size), end));
      const rest = kept.filter((each) => each.source === failing || !run.has(groupOf(each)));
      if (rest.length === kept.length || !accepts(rest)) continue;
      kept = rest;
      for (const group of run) gone.add(group);
    }
    groups = groups.filter((group) => !gone.has(group));
    if (size === 1 || isSpent()) break;
  }
  return kept;
}

function halved(size: number, groupCount: number): number {
  return Math.max(1, Math.min(size >>> 1, Math.ceil(groupCount / 2)));
}

/** The groups in order of first appearance. */
function groupsOf(
  history: readonly CutOperation[],
  failing: number,
  groupOf: (each: CutOperation) => unknown,
): readonly unknown[] {
  const groups = new Set<unknown>();
  const fixed = new Set<unknown>([KEPT]);
  for (const each of history) (each.source === failing ? fixed : groups).add(groupOf(each));
  return [...groups].filter((group) => !fixed.has(group));
}
