/** Finds the single events at which the chance of a failure rises most. */
import type { Curve, Interval } from './curve.ts';

/** Intervals between the points of the first sweep. */
const INTERVALS = 64;
const SWEEP_TRIES = 4;
/** In the end every point has so many, if the budget lasts. */
const SMOOTH_TRIES = 12;
/** The steepest intervals get more tries at their ends, fewer of them each time. */
const ROUNDS = [
  { kept: 16, tries: 8 },
  { kept: 8, tries: 16 },
  { kept: 4, tries: 32 },
] as const;
/** So many of the steepest are then narrowed down to one event each, with so many tries a point. */
const FINALISTS = 3;
const NARROWING_TRIES = 32;
/** At the two ends of what was found. */
const FINAL_TRIES = 64;
/** A smaller rise at one event is not worth a person's time. */
const RISE_MIN = 0.1;

/** Points over the whole run, first one try at each, then the next: a budget may end anywhere. */
export function sweep(curve: Curve, last: number): void {
  const points = coarseToFine(Math.min(INTERVALS, last));
  for (let tries = 1; tries <= SWEEP_TRIES; tries++) {
    for (const share of points) {
      if (!curve.sample(Math.round(share * last), tries)) return;
    }
  }
}

/** The ends of the run, its middle, its quarters and so on: `count` intervals in the end. */
function coarseToFine(count: number): readonly number[] {
  const points = new Set([0, count]);
  for (let stride = INTERVALS; stride >= 1; stride /= 2) {
    for (let point = 0; point <= count; point += stride) points.add(point);
  }
  return [...points].map((point) => (count === 0 ? 0 : point / count));
}

/** What is left of the budget makes the curve less ragged. */
export function smooth(curve: Curve): void {
  for (let tries = SWEEP_TRIES + 1; tries <= SMOOTH_TRIES; tries++) {
    for (const event of curve.events()) if (!curve.sample(event, tries)) return;
  }
}

/** Tells the steepest intervals from those that only seemed so. */
export function compareSteepest(curve: Curve): void {
  for (const { kept, tries } of ROUNDS) {
    for (const { from, to } of curve.steepest().slice(0, kept)) {
      if (!curve.sample(from, tries) || !curve.sample(to, tries)) return;
    }
  }
}

/** The events behind the steepest intervals, the largest rise first; only those worth telling. */
export function narrowDown(curve: Curve): readonly Interval[] {
  const found: Interval[] = [];
  for (const interval of curve.steepest().slice(0, FINALISTS)) {
    if (curve.rise(interval) > 0) found.push(bisect(curve, interval));
  }
  for (const { from, to } of found) {
    curve.sample(from, FINAL_TRIES);
    curve.sample(to, FINAL_TRIES);
  }
  return found
    .filter((jump) => curve.rise(jump) >= RISE_MIN)
    .sort((a, b) => curve.rise(b) - curve.rise(a) || b.to - a.to);
}

/** Keeps the half with the larger rise until one event is left. */
function bisect(curve: Curve, interval: Interval): Interval {
  let { from, to } = interval;
  curve.sample(from, NARROWING_TRIES);
  curve.sample(to, NARROWING_TRIES);
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (!curve.sample(middle, NARROWING_TRIES)) break;
    const isEarlier = curve.rise({ from, to: middle }) > curve.rise({ from: middle, to });
    if (isEarlier) to = middle;
    else from = middle;
  }
  return { from, to };
}
