/** By when values of a stack that nobody was seen to pop must have been popped. */

import { type CollectionHistory, type Life, NOBODY } from './collection-history.ts';

/**
 * For each value that stays and cannot have stayed, the instant by which it must have been popped.
 *
 * That is the return of a pop that found nothing and was called after the value's push returned;
 * or of the pop of a value that must have been below: its push returned before the call of the
 * value's push, and its pop was called after the return of that push. O(n log n).
 */
export function gonePoints({ lives, empties, end }: CollectionHistory): ReadonlyMap<Life, number> {
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
  const points = new Map<Life, number>();
  let entered = 0;
  for (const life of staying) {
    while (entered < below.length && below[entered]!.insertionReturn < life.insertionCall) {
      const { removalCall, removalReturn } = below[entered++]!;
      leastReturns.lower(removalCall, removalReturn);
    }
    const instant = life.insertionReturn;
    const point = Math.min(foundEmptyBy[instant]!, leastReturns.leastFrom(instant));
    if (point < end) points.set(life, point);
  }
  return points;
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
