/**
 * Which marks a run has reached, how often, in which order, and beside which: what the fuzzer is
 * guided by. One row of bits a mark says which marks had been reached before it, another one what
 * the other nodes were last at.
 */
import type { NodeId } from './contract.ts';

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
  /** Row b, bit a: another node had last reached mark a when b was reached. */
  private readonly beside: Int32Array;
  /** By node: index of the mark that it reached last, or -1. */
  private readonly last: number[] = [];

  constructor(marks: readonly string[]) {
    this.names = marks;
    for (const [index, mark] of marks.entries()) this.indexes.set(mark, index);
    this.counts = marks.map(() => 0);
    this.words = Math.ceil(marks.length / WORD_BITS);
    this.reached = new Int32Array(this.words);
    this.before = new Int32Array(marks.length * this.words);
    this.beside = new Int32Array(marks.length * this.words);
  }

  /** Counts the mark; false for one that the protocol does not declare. */
  reach(mark: string, node: NodeId): boolean {
    const index = this.indexes.get(mark);
    if (index === undefined) return false;
    this.counts[index] = (this.counts[index] as number) + 1;
    const row = index * this.words;
    for (let word = 0; word < this.words; word++) {
      this.before[row + word] =
        (this.before[row + word] as number) | (this.reached[word] as number);
    }
    const word = index >>> 5;
    this.reached[word] = (this.reached[word] as number) | (1 << (index & 31));
    while (this.last.length <= node) this.last.push(-1);
    for (let other = 0; other < this.last.length; other++) {
      const mark = this.last[other] as number;
      if (other === node || mark < 0) continue;
      const at = row + (mark >>> 5);
      this.beside[at] = (this.beside[at] as number) | (1 << (mark & 31));
    }
    this.last[node] = index;
    return true;
  }

  countOf(mark: string): number {
    return this.counts[this.indexes.get(mark) ?? -1] ?? 0;
  }

  /** Of all marks, in the order in which the protocol declares them. */
  countsByMark(): ReadonlyMap<string, number> {
    return new Map([...this.indexes.keys()].map((mark) => [mark, this.countOf(mark)]));
  }

  /**
   * Pairs of marks as two bit sets in 32-bit words, one after the other. In the first, bit
   * a * marks + b says that mark b was reached after mark a, and bit a * marks + a that mark a was
   * reached at all; in the second, that b was reached while another node was last at a.
   */
  features(): number[] {
    return [
      ...this.bitSet((a, b) =>
        a === b ? this.hasBit(this.reached, 0, a) : this.hasBit(this.before, b, a),
      ),
      ...this.bitSet((a, b) => this.hasBit(this.beside, b, a)),
    ];
  }

  private bitSet(isPair: (a: number, b: number) => boolean): number[] {
    const marks = this.names.length;
    const set = new Array<number>(Math.ceil((marks * marks) / WORD_BITS)).fill(0);
    for (let a = 0; a < marks; a++) {
      for (let b = 0; b < marks; b++) {
        if (!isPair(a, b)) continue;
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
