/**
 * Times replaced by instants: all calls and returns are numbered in order of time, calls first
 * where times are equal, so that no two are the same and closed intervals stay concurrent.
 */

import type { HistoryOperation } from './history.ts';

/**
 * Numbers all calls and returns from `first` on, in order of time, calls first. What never returned
 * does so at the instant after `end`, which is after all others. O(n log n).
 */
export function instantsOf(
  operations: readonly HistoryOperation[],
  indexes: readonly number[],
  first: number,
) {
  const calls = new Int32Array(indexes.length);
  const returns = new Int32Array(indexes.length);
  const callTimes = new Float64Array(indexes.length);
  const returnTimes = new Float64Array(indexes.length);
  for (let place = 0; place < indexes.length; place++) {
    const { call, return: returned } = operations[indexes[place]!]!;
    callTimes[place] = call;
    returnTimes[place] = returned ?? Number.POSITIVE_INFINITY;
  }
  const byCall = inOrderOf(callTimes);
  const byReturn = inOrderOf(returnTimes);
  let instant = first;
  let called = 0;
  for (const returning of byReturn) {
    const time = returnTimes[returning]!;
    for (; called < byCall.length && callTimes[byCall[called]!]! <= time; called++) {
      calls[byCall[called]!] = instant++;
    }
    // All calls are numbered before the first of those that never returned.
    if (time === Number.POSITIVE_INFINITY) break;
    returns[returning] = instant++;
  }
  for (let place = 0; place < returns.length; place++) {
    if (returnTimes[place] === Number.POSITIVE_INFINITY) returns[place] = instant + 1;
  }
  return { calls, returns, end: instant };
}

/** The places of the times, earliest first. */
function inOrderOf(times: Float64Array): Int32Array {
  const places = new Int32Array(times.length);
  for (let place = 1; place < places.length; place++) places[place] = place;
  for (let place = 1; place < places.length; place++) {
    if (times[place - 1]! <= times[place]!) continue;
    return places.sort((a, b) => (times[a]! < times[b]! ? -1 : times[a]! > times[b]! ? 1 : a - b));
  }
  return places;
}
