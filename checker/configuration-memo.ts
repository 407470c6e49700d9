/**
 * Which configurations of a search have been entered before.
 *
 * A configuration is (first open return, set of open operations linearized, state), as in Lowe,
 * "Testing for linearizability" (2017), but the set is kept over the slots of the operations open
 * at that return: an entry takes memory in proportion to the concurrency, not to the history.
 *
 * Beside it stands the set of operations that never returned and have been spent. They are
 * optional, so a configuration that spent a subset can do all that this one can: it dominates.
 */

import type { Budget } from './budget.ts';

const BYTES_PER_WORD = 4;
const BUCKETS_AT_FIRST = 64;
const ENTRIES_AT_FIRST = 32;
const NONE = -1;

export class ConfigurationMemo {
  private readonly setWords: number;
  private readonly spentWords: number;
  /** next entry of the bucket, hash, frontier, state, set words, spent words */
  private readonly entryWords: number;
  private readonly budget: Budget;
  private buckets: Int32Array;
  private entries: Int32Array;
  private entryCount = 0;
  private bytes = 0;

  constructor(setWords: number, spentWords: number, budget: Budget) {
    this.setWords = setWords;
    this.spentWords = spentWords;
    this.entryWords = 4 + setWords + spentWords;
    this.budget = budget;
    this.buckets = new Int32Array(BUCKETS_AT_FIRST).fill(NONE);
    this.entries = new Int32Array(ENTRIES_AT_FIRST * this.entryWords);
    this.count(this.buckets.length + this.entries.length);
  }

  /** True if the configuration is new and not dominated; it is then remembered. */
  enter(frontier: number, state: number, set: Int32Array, spent: Int32Array): boolean {
    const hash = this.hashOf(frontier, state, set);
    if (this.isKnown(hash, frontier, state, set, spent)) return false;
    this.remember(hash, frontier, state, set, spent);
    return true;
  }

  /** Whether the configuration, or one that dominates it, is remembered. */
  has(frontier: number, state: number, set: Int32Array, spent: Int32Array): boolean {
    if (this.entryCount === 0) return false;
    return this.isKnown(this.hashOf(frontier, state, set), frontier, state, set, spent);
  }

  /** Remembers a configuration. */
  add(frontier: number, state: number, set: Int32Array, spent: Int32Array): void {
    this.remember(this.hashOf(frontier, state, set), frontier, state, set, spent);
  }

  private isKnown(
    hash: number,
    frontier: number,
    state: number,
    set: Int32Array,
    spent: Int32Array,
  ): boolean {
    const { entries } = this;
    for (let at = this.buckets[hash & (this.buckets.length - 1)]!; at !== NONE; at = entries[at]!) {
      if (entries[at + 1] !== hash || entries[at + 2] !== frontier) continue;
      if (entries[at + 3] !== state || !this.hasSet(at + 4, set)) continue;
      if (this.isSubset(at + 4 + this.setWords, spent)) return true;
    }
    return false;
  }

  private remember(
    hash: number,
    frontier: number,
    state: number,
    set: Int32Array,
    spent: Int32Array,
  ): void {
    const isFull = (this.entryCount + 1) * this.entryWords > this.entries.length;
    if (isFull && !this.grow()) return;
    this.insert(hash, frontier, state, set, spent);
  }

  /** Gives the memory back to the budget. */
  release(): void {
    this.budget.give(this.bytes);
    this.bytes = 0;
    this.buckets = new Int32Array(1).fill(NONE);
    this.entries = new Int32Array(0);
    this.entryCount = 0;
  }

  private insert(
    hash: number,
    frontier: number,
    state: number,
    set: Int32Array,
    spent: Int32Array,
  ): void {
    const at = this.entryCount++ * this.entryWords;
    const bucket = hash & (this.buckets.length - 1);
    const { entries, setWords } = this;
    entries[at] = this.buckets[bucket]!;
    entries[at + 1] = hash;
    entries[at + 2] = frontier;
    entries[at + 3] = state;
    for (let word = 0; word < setWords; word++) entries[at + 4 + word] = set[word]!;
    const from = at + 4 + setWords;
    for (let word = 0; word < this.spentWords; word++) entries[from + word] = spent[word]!;
    this.buckets[bucket] = at;
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

  private isSubset(from: number, spent: Int32Array): boolean {
    for (let word = 0; word < this.spentWords; word++) {
      if ((this.entries[from + word]! & ~spent[word]!) !== 0) return false;
    }
    return true;
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
