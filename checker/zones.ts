/** Zones of operations on a line of time, and whether they can follow one another. */

/** Of a block of operations: when the first had returned, and when the last was called. */
export interface Zone {
  readonly firstReturn: number;
  readonly lastCall: number;
}

/** Whether some two blocks must each precede the other. Zones come in order of their starts. */
export function hasConflict(zones: readonly Zone[]): boolean {
  return conflictAmong(zones) !== undefined;
}

/** Two such blocks. */
export function conflictAmong<Some extends Zone>(
  zones: readonly Some[],
): readonly [Some, Some] | undefined {
  const forward = zones.filter((zone) => zone.firstReturn < zone.lastCall);
  for (let place = 1; place < forward.length; place++) {
    const [before, zone] = [forward[place - 1]!, forward[place]!];
    if (zone.firstReturn < before.lastCall) return [before, zone];
  }
  for (const zone of zones) {
    if (zone.firstReturn < zone.lastCall) continue;
    const around = lastStartingBefore(forward, zone.lastCall);
    if (around !== undefined && zone.firstReturn < around.lastCall) return [around, zone];
  }
  return undefined;
}

/** The last of the disjoint forward zones whose first return is before `time`. */
function lastStartingBefore<Some extends Zone>(
  forward: readonly Some[],
  time: number,
): Some | undefined {
  let low = 0;
  let high = forward.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (forward[middle]!.firstReturn < time) low = middle + 1;
    else high = middle;
  }
  return forward[low - 1];
}
