/**
 * Which marks a run has reached, how often, and in which order: what the fuzzer is guided by. One
 * row of bits a mark says which marks had been reached before it.
 */

const WORD_BITS = 32;

export class Coverage {
  private readonly names: readonly string[];
  private readonly indexes = new Map<string, number>();
  private readonly counts: number[];
  private readonly words: number;
  /** Bit a: mark a has been reached. */
  private readonly reached: Int32Array;
  /** Row b, bit a: mark a had been reached when b was. */
  private readonly before: Int32Array;

  constructor(marks: readonly string[]) {
    this.names = marks;
    for (const [index, mark] of marks.entries()) this.indexes.set(mark, index);
    this.counts = marks.map(() => 0);
    this.words = Math.ceil(marks.length / WORD_BITS);
    this.reached = new Int32Array(this.words);
    this.before = new Int32Array(marks.length * this.words);
  }

  /** Counts the mark; one that the protocol does not declare is known by its name only. */
  reach(mark: string): void {
    const index = this.indexes.get(mark);
    if (index === undefined) return;
    this.counts[index] = (this.counts[index] as number) + 1;
    const row = index * this.words;
    for (let word = 0; word < this.words; word++) {
      this.before[row + word] =
        (this.before[row + word] as number) | (this.reached[word] as number);
    }
    const word = index >>> 5;
    this.reached[word] = (this.reached[word] as number) | (1 << (index & 31));
  }

  countOf(mark: string): number {
    return this.counts[this.indexes.get(mark) ?? -1] ?? 0;
  }

  /**
   * Ordered pairs as a bit set in 32-bit words: bit a * marks + b says that mark b was reached
   * after mark a; bit a * marks + a, that mark a was reached at all.
   */
  pairs(): number[] {
    const marks = this.names.length;
    const set = new Array<number>(Math.ceil((marks * marks) / WORD_BITS)).fill(0);
    for (let a = 0; a < marks; a++) {
      for (let b = 0; b < marks; b++) {
        const isPair = a === b ? this.hasBit(this.reached, 0, a) : this.hasBit(this.before, b, a);
        if (!isPair) continue;
        const bit = a * marks + b;
        set[bit >>> 5] = (set[bit >>> 5] as number) | (1 << (bit & 31));
      }
    }
    return set;
  }

  private hasBit(rows: Int32Array, row: number, bit: number): boolean {
    return (((rows[row * this.words + (bit >>> 5)] as number) >>> (bit & 31)) & 1) === 1;
  }
}
