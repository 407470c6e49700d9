/**
 * Which configurations of a search have been entered before.
 *
 * A configuration is (first open return, set of open operations linearized, state), as in Lowe,
 * "Testing for linearizability" (2017), but the set is kept over the slots of the operations open
 * at that return: an entry takes memory in proportion to the concurrency, not to the history.
 *
 * Beside it stand sets of which a part, or more, is better: a configuration dominates another one
 * that can do nothing that it cannot. Operations that never returned are optional, so the fewer of
 * them are spent the better; of those that overwrite, see `Search`, the fewer are used the better,
 * and the more of them are discharged.
 */

import type { Budget } from './budget.ts';

const BYTES_PER_WORD = 4;
const BUCKETS_AT_FIRST = 64;
const ENTRIES_AT_FIRST = 32;
const NONE = -1;
/** In place of a frontier: the entry is in no bucket. */
const GONE = -1;
/** Sixteen configurations looked at count as one step more. */
const ENTRIES_PER_STEP_LOG2 = 4;

/** Sets of open operations, by slot; of those that never returned, by their place among them. */
export interface Progress {
  /** Linearized, of those that do not overwrite. */
  readonly set: Int32Array;
  /** Linearized, of those that overwrite; without words where there are none. */
  readonly used: Int32Array;
  /** Used, or free to have been overwritten at once. */
  readonly discharged: Int32Array;
  /** Linearized, of those that never returned. */
  readonly spent: Int32Array;
}

export class ConfigurationMemo {
  private readonly setWords: number;
  private readonly usedWords: number;
  private readonly spentWords: number;
  /** next entry of the bucket, hash, frontier, state; set, used, discharged and spent words */
  private readonly entryWords: number;
  private readonly budget: Budget;
  private buckets: Int32Array;
  private entries: Int32Array;
  private entryCount = 0;
  private bytes = 0;

  constructor({ set, used, spent }: Progress, budget: Budget) {
    this.setWords = set.length;
    this.usedWords = used.length;
    this.spentWords = spent.length;
    this.entryWords = 4 + set.length + 2 * used.length + spent.length;
    this.budget = budget;
    this.buckets = new Int32Array(BUCKETS_AT_FIRST).fill(NONE);
    this.entries = new Int32Array(ENTRIES_AT_FIRST * this.entryWords);
    this.count(this.buckets.length + this.entries.length);
  }

  /**
   * True if the configuration is new and not dominated; it is then remembered, in the place of what
   * it dominates.
   */
  enter(frontier: number, state: number, progress: Progress): boolean {
    const { set } = progress;
    const hash = this.hashOf(frontier, state, set);
    const { entries } = this;
    const bucket = hash & (this.buckets.length - 1);
    let looks = 0;
    let dominated = NONE;
    let before = NONE;
    for (let at = this.buckets[bucket]!; at !== NONE; before = at, at = entries[at]!) {
      looks++;
      if (entries[at + 1] !== hash || entries[at + 2] !== frontier) continue;
      if (entries[at + 3] !== state || !this.hasSet(at + 4, set)) continue;
      const better = this.whichIsBetter(at + 4 + this.setWords, progress);
      if (better === 'entry') return false;
      if (better === 'neither') continue;
      if (dominated === NONE) {
        dominated = at;
        continue;
      }
      entries[at + 2] = GONE;
      entries[before] = entries[at]!;
      at = before;
    }
    this.budget.spendSteps(looks >>> ENTRIES_PER_STEP_LOG2);
    if (dominated === NONE) this.insert(hash, frontier, state, progress);
    else this.write(dominated + 4 + this.setWords, progress);
    return true;
  }

  /** Whether the configuration, or one that dominates it, is remembered. */
  has(frontier: number, state: number, progress: Progress): boolean {
    const { set } = progress;
    const hash = this.hashOf(frontier, state, set);
    const { entries } = this;
    for (let at = this.buckets[hash & (this.buckets.length - 1)]!; at !== NONE; at = entries[at]!) {
      if (entries[at + 1] !== hash || entries[at + 2] !== frontier) continue;
      if (entries[at + 3] !== state || !this.hasSet(at + 4, set)) continue;
      if (this.whichIsBetter(at + 4 + this.setWords, progress) === 'entry') return true;
    }
    return false;
  }

  /** Gives the memory back to the budget. */
  release(): void {
    this.budget.give(this.bytes);
    this.bytes = 0;
    this.buckets = new Int32Array(1).fill(NONE);
    this.entries = new Int32Array(0);
    this.entryCount = 0;
  }

  private insert(hash: number, frontier: number, state: number, progress: Progress): void {
    const { entryWords } = this;
    if ((this.entryCount + 1) * entryWords > this.entries.length && !this.grow()) return;
    const at = this.entryCount++ * entryWords;
    const bucket = hash & (this.buckets.length - 1);
    const { entries } = this;
    entries[at] = this.buckets[bucket]!;
    entries[at + 1] = hash;
    entries[at + 2] = frontier;
    entries[at + 3] = state;
    for (let word = 0; word < this.setWords; word++) entries[at + 4 + word] = progress.set[word]!;
    this.write(at + 4 + this.setWords, progress);
    this.buckets[bucket] = at;
  }

  private write(from: number, { used, discharged, spent }: Progress): void {
    const { entries } = this;
    let to = from;
    for (let word = 0; word < this.usedWords; word++) entries[to++] = used[word]!;
    for (let word = 0; word < this.usedWords; word++) entries[to++] = discharged[word]!;
    for (let word = 0; word < this.spentWords; word++) entries[to++] = spent[word]!;
  }

  private hashOf(frontier: number, state: number, set: Int32Array): number {
    let hash = Math.imul(frontier, 0x9e3779b1) ^ Math.imul(state + 1, 0x85ebca77);
    for (let word = 0; word < this.setWords; word++) {
      hash = Math.imul(hash ^ (hash >>> 15) ^ set[word]!, 0xc2b2ae3d);
    }
    hash ^= hash >>> 16;
    hash = Math.imul(hash, 0x27d4eb2f);
    return hash ^ (hash >>> 15);
  }

  private hasSet(from: number, set: Int32Array): boolean {
    for (let word = 0; word < this.setWords; word++) {
      if (this.entries[from + word] !== set[word]) return false;
    }
    return true;
  }

  /** Who can do all that the other can: the entry whose sets begin at `from`, or this progress. */
  private whichIsBetter(
    from: number,
    { used, discharged, spent }: Progress,
  ): 'entry' | 'progress' | 'neither' {
    const { entries, usedWords } = this;
    let onlyHere = 0;
    let onlyThere = 0;
    for (let word = 0; word < usedWords; word++) {
      const itsUsed = entries[from + word]!;
      const itsDischarged = entries[from + usedWords + word]!;
      onlyThere |= (itsUsed & ~used[word]!) | (discharged[word]! & ~itsDischarged);
      onlyHere |= (used[word]! & ~itsUsed) | (itsDischarged & ~discharged[word]!);
      if (onlyThere !== 0 && onlyHere !== 0) return 'neither';
    }
    const spentFrom = from + 2 * usedWords;
    for (let word = 0; word < this.spentWords; word++) {
      onlyThere |= entries[spentFrom + word]! & ~spent[word]!;
      onlyHere |= spent[word]! & ~entries[spentFrom + word]!;
    }
    if (onlyThere === 0) return 'entry';
    return onlyHere === 0 ? 'progress' : 'neither';
  }

  /** False when there is no memory left: the entry is then forgotten, and the search will end. */
  private grow(): boolean {
    const bucketCount = this.buckets.length * 2;
    const entryLength = this.entries.length * 2;
    const added = bucketCount - this.buckets.length + entryLength - this.entries.length;
    // While the old tables are copied, both they and the new ones are held.
    const held = this.buckets.length + this.entries.length;
    if (!this.count(added + held)) return false;
    const entries = new Int32Array(entryLength);
    entries.set(this.entries);
    const buckets = new Int32Array(bucketCount).fill(NONE);
    for (let index = 0; index < this.entryCount; index++) {
      const at = index * this.entryWords;
      if (entries[at + 2] === GONE) continue;
      const bucket = entries[at + 1]! & (bucketCount - 1);
      entries[at] = buckets[bucket]!;
      buckets[bucket] = at;
    }
    this.entries = entries;
    this.buckets = buckets;
    this.uncount(held);
    return true;
  }

  private count(words: number): boolean {
    if (!this.budget.take(words * BYTES_PER_WORD)) return false;
    this.bytes += words * BYTES_PER_WORD;
    return true;
  }

  private uncount(words: number): void {
    this.budget.give(words * BYTES_PER_WORD);
    this.bytes -= words * BYTES_PER_WORD;
  }
}
