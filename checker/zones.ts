/** Zones of operations on a line of time, and whether they can follow one another. */

/** Of a block of operations: when the first had returned, and when the last was called. */
export interface Zone {
  readonly firstReturn: number;
  readonly lastCall: number;
}

/** Whether some two blocks must each precede the other. Zones come in order of their starts. */
export function hasConflict(zones: readonly Zone[]): boolean {
  const forward = zones.filter((zone) => zone.firstReturn < zone.lastCall);
  for (let place = 1; place < forward.length; place++) {
    if (forward[place]!.firstReturn < forward[place - 1]!.lastCall) return true;
  }
  return zones.some((zone) => {
    if (zone.firstReturn < zone.lastCall) return false;
    const around = lastStartingBefore(forward, zone.lastCall);
    return around !== undefined && zone.firstReturn < around.lastCall;
  });
}

/** The last of the disjoint forward zones whose first return is before `time`. */
function lastStartingBefore(forward: readonly Zone[], time: number): Zone | undefined {
  let low = 0;
  let high = forward.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (forward[middle]!.firstReturn < time) low = middle + 1;
    else high = middle;
  }
  return forward[low - 1];
}
