/** When clients asked and got no answer: the stretches of a run that count as downtime. */
import type { Micros } from '../../sim/contract.ts';
import { countBelow } from '../sorted.ts';
import type { HistoryEntry } from '../spec.ts';

/** A stretch of time, `to` not included. */
export interface Stretch {
  readonly from: Micros;
  readonly to: Micros;
}

/**
 * The outages of a run within a window: the longest stretches in which at least one operation is
 * open all the time and none returns, if they last longer than `least`. An operation is open from
 * its call to its return; one that its client has given up, until that client asks again.
 */
export function outagesIn(
  history: readonly HistoryEntry[],
  window: Stretch,
  least: Micros,
): readonly Stretch[] {
  const returns = history.flatMap((entry) => entry.return ?? []).sort((one, other) => one - other);
  return asked(history, window)
    .flatMap((stretch) => cutAt(stretch, returns))
    .filter(({ from, to }) => to - from > least);
}

export function totalOf(stretches: readonly Stretch[]): Micros {
  return stretches.reduce((sum, { from, to }) => sum + to - from, 0);
}

export function longestOf(stretches: readonly Stretch[]): Micros {
  return stretches.reduce((longest, { from, to }) => Math.max(longest, to - from), 0);
}

/** The stretches of the window in which some operation is open. */
function asked(history: readonly HistoryEntry[], window: Stretch): readonly Stretch[] {
  const nextCalls = callsAfter(history);
  const open = history
    .map(({ call, return: end }, index): Stretch => {
      const until = end ?? nextCalls[index] ?? window.to;
      return { from: Math.max(call, window.from), to: Math.min(until, window.to) };
    })
    .filter(({ from, to }) => from < to)
    .sort((one, other) => one.from - other.from);
  const merged: { from: Micros; to: Micros }[] = [];
  for (const { from, to } of open) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** By place in the history: when the same client next asked, if it did. */
function callsAfter(history: readonly HistoryEntry[]): readonly (Micros | undefined)[] {
  const next = new Map<number, Micros>();
  const calls: (Micros | undefined)[] = [];
  for (let index = history.length - 1; index >= 0; index--) {
    const entry = history[index];
    if (entry === undefined) continue;
    calls[index] = next.get(entry.node);
    next.set(entry.node, entry.call);
  }
  return calls;
}

/** `times` in order. */
function cutAt({ from, to }: Stretch, times: readonly Micros[]): readonly Stretch[] {
  const inside = times.slice(countBelow(times, from + 1), countBelow(times, to));
  const ends = [...inside, to];
  return ends.map((end, index) => ({
    from: index === 0 ? from : (ends[index - 1] ?? from),
    to: end,
  }));
}
