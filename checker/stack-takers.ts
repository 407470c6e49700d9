/** Giving a stack's pops that never returned to the values that nobody was seen to pop. */

import {
  type CollectionHistory,
  endedBy,
  type Interval,
  type Life,
  NOBODY,
} from './collection-history.ts';

/** The lives, if the first of these pops took all values that stay: more than can be. */
export function takenByFirst({ lives, takers, end }: CollectionHistory): readonly Life[] {
  const takerOf = new Map<Life, Interval>();
  for (const life of lives) if (life.removal === NOBODY) takerOf.set(life, takers[0]!);
  return endedBy(lives, takerOf, end);
}

/**
 * The lives, when these pops are given to the values that stay in order of deadlines, and after
 * those to the latest pushed; undefined if one comes too late. Deadlines are given by the instant
 * of the call of the push.
 */
export function takenInTime(
  { lives, takers, end }: CollectionHistory,
  deadlines: ReadonlyMap<number, number>,
): readonly Life[] | undefined {
  const deadlineOf = (life: Life) => deadlines.get(life.insertionCall) ?? end + 1;
  const staying = lives.filter(({ removal }) => removal === NOBODY);
  staying.sort((a, b) => deadlineOf(a) - deadlineOf(b) || b.insertionReturn - a.insertionReturn);
  const takerOf = new Map<Life, Interval>();
  for (let place = 0; place < staying.length; place++) {
    const life = staying[place]!;
    const taker = takers[place];
    if ((taker?.call ?? end) >= deadlineOf(life)) return undefined;
    if (taker !== undefined) takerOf.set(life, taker);
  }
  return endedBy(lives, takerOf, end);
}

/** Of the values that nobody was seen to pop, the one that may be popped the latest. */
export function latestTaken(lives: readonly Life[], end: number): Life | undefined {
  let latest: Life | undefined;
  for (const life of lives) {
    if (life.removalReturn <= end) continue;
    if (latest === undefined || life.removalCall > latest.removalCall) latest = life;
  }
  return latest;
}

/**
 * For each value that stays and cannot have stayed, the instant by which it must have been popped,
 * by the instant of the call of its push.
 *
 * That is the return of a pop that found nothing and was called after the value's push returned;
 * or of the pop of a value that must have been below: its push returned before the call of the
 * value's push, and its pop was called after the return of that push. O(n log n).
 */
export function goneBy({ lives, empties, end }: CollectionHistory): Map<number, number> {
  const foundEmptyBy = new Int32Array(end + 2).fill(end);
  for (const { call, return: returned } of empties) {
    foundEmptyBy[call] = Math.min(foundEmptyBy[call]!, returned);
  }
  for (let instant = end; instant >= 0; instant--) {
    foundEmptyBy[instant] = Math.min(foundEmptyBy[instant]!, foundEmptyBy[instant + 1]!);
  }
  const below = lives.filter(({ removal }) => removal !== NOBODY);
  below.sort((a, b) => a.insertionReturn - b.insertionReturn);
  const staying = lives.filter(({ removal }) => removal === NOBODY);
  staying.sort((a, b) => a.insertionCall - b.insertionCall);
  const leastReturns = new SuffixMinima(end + 2, end);
  const points = new Map<number, number>();
  let entered = 0;
  for (const life of staying) {
    while (entered < below.length && below[entered]!.insertionReturn < life.insertionCall) {
      const { removalCall, removalReturn } = below[entered++]!;
      leastReturns.lower(removalCall, removalReturn);
    }
    const instant = life.insertionReturn;
    const point = Math.min(foundEmptyBy[instant]!, leastReturns.leastFrom(instant));
    if (point < end) points.set(life.insertionCall, point);
  }
  return points;
}

/** Lowers the deadlines, so that the stack can be empty right after these instants. */
export function lowerDeadlines(
  deadlines: Map<number, number>,
  { lives, end }: CollectionHistory,
  cuts: Int32Array,
): void {
  const nextCut = new Int32Array(end + 2).fill(end);
  for (const cut of cuts) nextCut[cut] = cut;
  for (let instant = end; instant >= 0; instant--) {
    nextCut[instant] = Math.min(nextCut[instant]!, nextCut[instant + 1]!);
  }
  for (const { insertionCall, insertionReturn, removal } of lives) {
    const cut = nextCut[insertionReturn] ?? end;
    if (removal !== NOBODY || cut >= end) continue;
    deadlines.set(insertionCall, Math.min(deadlines.get(insertionCall) ?? end, cut + 1));
  }
}

/** The least of the numbers given for a place and all after it (a Fenwick tree, mirrored). */
class SuffixMinima {
  private readonly least: Int32Array;

  constructor(length: number, none: number) {
    this.least = new Int32Array(length + 1).fill(none);
  }

  lower(place: number, value: number): void {
    for (let node = place + 1; node > 0; node -= node & -node) {
      this.least[node] = Math.min(this.least[node]!, value);
    }
  }

  leastFrom(place: number): number {
    let least = this.least[this.least.length - 1]!;
    for (let node = place + 1; node < this.least.length; node += node & -node) {
      least = Math.min(least, this.least[node]!);
    }
    return least;
  }
}
