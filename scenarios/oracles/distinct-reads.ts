/** The reads of a run, each once, and what they are about. */
import type { StateMachine } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';

export class DistinctReads {
  /** By number of the read. */
  readonly all: readonly Plain[];
  private readonly machine: StateMachine;
  /** By read in JSON: reads that are the same have the same answers. */
  private readonly numbers = new Map<string, number>();
  /** By object: the reads of it. */
  private readonly ofObject = new Map<string | undefined, number[]>();

  constructor(machine: StateMachine, reads: readonly Plain[]) {
    this.machine = machine;
    const all: Plain[] = [];
    for (const read of reads) {
      const name = JSON.stringify(read);
      if (this.numbers.has(name)) continue;
      this.numbers.set(name, all.length);
      const object = machine.objectOf?.(read);
      this.ofObject.set(object, [...(this.ofObject.get(object) ?? []), all.length]);
      all.push(read);
    }
    this.all = all;
  }

  numberOf(read: Plain): number {
    const number = this.numbers.get(JSON.stringify(read));
    if (number === undefined) throw new Error(`nobody asked for ${JSON.stringify(read)}`);
    return number;
  }

  /** The reads whose answers `write` may change: those of the same object. */
  of(write: Plain): readonly number[] {
    return this.ofObject.get(this.machine.objectOf?.(write)) ?? NONE;
  }
}

const NONE: readonly number[] = [];
