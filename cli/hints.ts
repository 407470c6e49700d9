/** "Did you mean …?" for words that were mistyped. */
import { distance } from 'fastest-levenshtein';

/** Largest share of a word's letters that may differ in a suggestion. */
const DIFFERENT_MAX = 0.4;
/** What one of several words of a name counts for: `elected` for `primary-elected`. */
const PART_SLIPS = 2;

/** ` Did you mean --seed?` with its leading space, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: readonly string[], prefix = ''): string {
  const near = nearest(word, candidates);
  return near === undefined ? '' : ` (did you mean ${prefix}${near}?)`;
}

/** So many of those that may have been meant are named. */
const MEANT_SHOWN = 6;

/** ` (did you mean a, b or c?)` where each of these is as likely; nothing for none. */
export function didYouMeanOne(meant: readonly string[]): string {
  if (meant.length === 0) return '';
  const more = meant.length - MEANT_SHOWN;
  const shown = more > 0 ? [...meant.slice(0, MEANT_SHOWN), `${more} more`] : meant;
  const before = shown.slice(0, -1).join(', ');
  return ` (did you mean ${before === '' ? '' : `${before} or `}${shown.at(-1)}?)`;
}

export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const score = distance(word.toLowerCase(), candidate.toLowerCase());
    // One slip is always a slip; a beginning of at least two letters counts as one.
    const allowed = Math.max(1, Math.floor(candidate.length * DIFFERENT_MAX));
    const isBeginning = word.length >= 2 && candidate.startsWith(word);
    const isPart = candidate.split('-').includes(word);
    // Of several candidates, the one that begins so is the likelier one.
    const slips = isBeginning ? 1 : isPart ? PART_SLIPS : score;
    const counted = Math.min(score, slips);
    if (counted < bestScore && counted <= allowed) {
      best = candidate;
      bestScore = counted;
    }
  }
  return best;
}
