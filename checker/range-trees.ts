/** Two segment trees over a row of integers: the least of a range, and counts lowered by ranges. */

/** A row of integers that can be changed, and asked where the least of a range is. */
export class RangeMinimum {
  private readonly values: Int32Array;
  private readonly leaves: number;
  /** For each node the place of the least value below it; leaf `i` is node `leaves + i`. */
  private readonly winners: Int32Array;

  constructor(values: Int32Array) {
    this.values = values.slice();
    this.leaves = Math.max(1, values.length);
    this.winners = new Int32Array(this.leaves * 2);
    for (let place = 0; place < values.length; place++) this.winners[this.leaves + place] = place;
    for (let node = this.leaves - 1; node >= 1; node--) this.update(node);
  }

  /** The place of the least value from place `from` to before `to`, which is later. */
  leastIn(from: number, to: number): number {
    const { values, winners } = this;
    let best = from;
    let low = from + this.leaves;
    let high = to + this.leaves;
    for (; low < high; low >>>= 1, high >>>= 1) {
      if ((low & 1) === 1) {
        const winner = winners[low++]!;
        if (values[winner]! < values[best]!) best = winner;
      }
      if ((high & 1) === 1) {
        const winner = winners[--high]!;
        if (values[winner]! < values[best]!) best = winner;
      }
    }
    return best;
  }

  valueAt(place: number): number {
    return this.values[place]!;
  }

  set(place: number, value: number): void {
    this.values[place] = value;
    for (let node = (place + this.leaves) >>> 1; node >= 1; node >>>= 1) this.update(node);
  }

  private update(node: number): void {
    const left = this.winners[node * 2]!;
    const right = this.winners[node * 2 + 1]!;
    this.winners[node] = this.values[right]! < this.values[left]! ? right : left;
  }
}

/** A row of counts that are lowered a range at a time, and looked through for zeros. */
export class CoverCounts {
  private readonly leaves: number;
  /** The least count below each node, but for what `added` says of the nodes above it. */
  private readonly least: Int32Array;
  /** What is added to all counts below a node, and is in its `least` already. */
  private readonly added: Int32Array;

  constructor(counts: Int32Array) {
    this.leaves = 1;
    while (this.leaves < counts.length) this.leaves *= 2;
    this.least = new Int32Array(this.leaves * 2).fill(REMOVED);
    this.added = new Int32Array(this.leaves * 2);
    this.least.set(counts, this.leaves);
    for (let node = this.leaves - 1; node >= 1; node--) this.update(node);
  }

  /** Lowers by one the counts from place `from` to before `to`. O(log n). */
  lower(from: number, to: number): void {
    if (from < to) this.addBelow(1, 0, this.leaves, from, to, -1);
  }

  /** Takes a place out of the row: it never is a zero again. O(log n). */
  remove(place: number): void {
    this.addBelow(1, 0, this.leaves, place, place + 1, REMOVED);
  }

  /** The places from `from` to before `to` whose counts are zero, in order. O(log n) each. */
  zerosIn(from: number, to: number): readonly number[] {
    const zeros: number[] = [];
    if (from < to) this.collect(1, 0, this.leaves, from, to, 0, zeros);
    return zeros;
  }

  private addBelow(
    node: number,
    start: number,
    end: number,
    from: number,
    to: number,
    amount: number,
  ): void {
    if (from <= start && end <= to) {
      this.least[node]! += amount;
      this.added[node]! += amount;
      return;
    }
    const middle = (start + end) >>> 1;
    if (from < middle) this.addBelow(node * 2, start, middle, from, to, amount);
    if (to > middle) this.addBelow(node * 2 + 1, middle, end, from, to, amount);
    this.update(node);
  }

  private collect(
    node: number,
    start: number,
    end: number,
    from: number,
    to: number,
    above: number,
    zeros: number[],
  ): void {
    if (this.least[node]! + above !== 0) return;
    if (end - start === 1) {
      zeros.push(start);
      return;
    }
    const middle = (start + end) >>> 1;
    const within = above + this.added[node]!;
    if (from < middle) this.collect(node * 2, start, middle, from, to, within, zeros);
    if (to > middle) this.collect(node * 2 + 1, middle, end, from, to, within, zeros);
  }

  private update(node: number): void {
    const least = Math.min(this.least[node * 2]!, this.least[node * 2 + 1]!);
    this.least[node] = least + this.added[node]!;
  }
}

/** More than any count, and little enough to stay so after all that is taken away. */
const REMOVED = 2 ** 29;
