/** The operations not yet linearized, in order of call, with removal that can be undone at once. */

export class OpenList {
  /** Links to the places after and before; place `n` stands for both ends. */
  private readonly nextOf: Int32Array;
  private readonly previousOf: Int32Array;
  private readonly open: Uint8Array;
  private readonly end: number;

  /** Holds the operations that never returned, or those that did. */
  constructor(pendingOf: Int32Array, pending: boolean) {
    this.end = pendingOf.length;
    this.nextOf = new Int32Array(this.end + 1);
    this.previousOf = new Int32Array(this.end + 1);
    this.open = new Uint8Array(this.end);
    let last = this.end;
    for (let operation = 0; operation < this.end; operation++) {
      if (pendingOf[operation]! >= 0 !== pending) continue;
      this.open[operation] = 1;
      this.nextOf[last] = operation;
      this.previousOf[operation] = last;
      last = operation;
    }
    this.nextOf[last] = this.end;
    this.previousOf[this.end] = last;
  }

  /** The first open operation, or the number of operations if there is none. */
  first(): number {
    return this.nextOf[this.end]!;
  }

  after(operation: number): number {
    return this.nextOf[operation]!;
  }

  has(operation: number): boolean {
    return this.open[operation] === 1;
  }

  remove(operation: number): void {
    const next = this.nextOf[operation]!;
    const previous = this.previousOf[operation]!;
    this.nextOf[previous] = next;
    this.previousOf[next] = previous;
    this.open[operation] = 0;
  }

  /** Puts an operation back; removals are undone newest first. */
  restore(operation: number): void {
    this.nextOf[this.previousOf[operation]!] = operation;
    this.previousOf[this.nextOf[operation]!] = operation;
    this.open[operation] = 1;
  }
}
