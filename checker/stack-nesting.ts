/**
 * Fitting the lives of a stack's values into each other; why this decides is told where it is used.
 *
 * The values of a part that cannot be cut are a run of all values in order of their pushes'
 * returns. Segment trees over that order find a value for the bottom of a part, and where the part
 * can be cut when that value is left out.
 */

import type { Budget } from './budget.ts';
import type { Life } from './collection-history.ts';
import { CoverCounts, RangeMinimum } from './range-trees.ts';

/** A value with the instants right after which it is pushed and popped. */
export interface Nested {
  readonly life: Life;
  readonly pushedAfter: number;
  readonly poppedAfter: number;
}

/** The values of a part of which none can be at the bottom. */
export interface Misfits {
  readonly misfits: readonly Life[];
}

/**
 * The values that are certainly in at some time, each before those that are pushed onto it; or a
 * part of them that do not fit into each other. O(n log n).
 */
export function nest(all: readonly Life[], budget: Budget): readonly Nested[] | Misfits {
  const lives = all.filter((life) => life.insertionReturn < life.removalCall);
  lives.sort((a, b) => a.insertionReturn - b.insertionReturn);
  const count = lives.length;
  if (count === 0) return [];
  const starts = Int32Array.from(lives, (life) => life.insertionReturn);
  const endAfter = Int32Array.from(lives, (life) => placeFrom(starts, life.removalCall));
  const cover = new CoverCounts(coverOf(endAfter));
  // Greatest values are wanted of ends and returns, so the trees hold them negated.
  const calls = new RangeMinimum(Int32Array.from(lives, (life) => life.insertionCall));
  const ends = new RangeMinimum(Int32Array.from(lives, (life) => -life.removalCall));
  const returns = new RangeMinimum(new Int32Array(count).fill(GONE));
  const nested: Nested[] = [];
  const parts: { readonly from: number; readonly to: number }[] = [];
  const addParts = (from: number, to: number) => {
    const cuts = cover.zerosIn(from, to);
    for (let cut = cuts.length - 1; cut >= 0; cut--) {
      parts.push({ from: cuts[cut]!, to: cuts[cut + 1] ?? to });
    }
  };
  addParts(0, count);
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    budget.goOn(nested.length);
    const { from, to } = part;
    const start = starts[from]!;
    const end = -ends.valueAt(ends.leastIn(from, to));
    // Whoever was called by the start of a part is so in every part of it: each enters once.
    for (;;) {
      const early = calls.leastIn(from, to);
      if (calls.valueAt(early) > start) break;
      calls.set(early, GONE);
      returns.set(early, -lives[early]!.removalReturn);
    }
    const bottom = returns.leastIn(from, to);
    if (-returns.valueAt(bottom) < end) {
      const isLeft = (place: number) => place >= from && place < to && ends.valueAt(place) !== GONE;
      return { misfits: lives.filter((_, place) => isLeft(place)) };
    }
    nested.push({ life: lives[bottom]!, pushedAfter: start - 1, poppedAfter: end });
    returns.set(bottom, GONE);
    ends.set(bottom, GONE);
    cover.remove(bottom);
    cover.lower(bottom + 1, endAfter[bottom]!);
    addParts(from, to);
  }
  return nested;
}

/** In a tree of minima: no longer there, or not yet. */
const GONE = 2 ** 30;

/** How many values are certainly in when each of them begins to be. */
function coverOf(endAfter: Int32Array): Int32Array {
  const counts = new Int32Array(endAfter.length + 1);
  for (let place = 0; place < endAfter.length; place++) {
    counts[place + 1]!++;
    counts[endAfter[place]!]!--;
  }
  for (let place = 1; place < counts.length; place++) counts[place]! += counts[place - 1]!;
  return counts.slice(0, endAfter.length);
}

/** The first place with a start after `instant`. */
function placeFrom(starts: Int32Array, instant: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}
