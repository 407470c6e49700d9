/**
 * A likely source for each read whose writer is not known, so that little is left to be tried.
 *
 * It is assumed that writes were arbitrated in order of call. Each read then sees the first write
 * that may be its source and is not older than what must be visible to it, as to see less makes
 * fewer demands later. A wrong guess costs time alone.
 */

import { compareCalls, type Processes } from './processes.ts';
import { INITIAL, NONE, type RegisterAccesses } from './register-accesses.ts';
import type { Candidates } from './session-sources.ts';

/** Above so many numbers, what is visible to writers is not handed on to those who see them. */
const KNOWLEDGE_MAX = 1_000_000;
/** The rank of the initial value; writes have theirs in order of call. */
const INITIAL_RANK = -1;

export class Guess {
  private readonly accesses: RegisterAccesses;
  private readonly processes: Processes;
  private readonly candidates: Candidates;
  private readonly byCall: Int32Array;
  private readonly rankOf: Int32Array;
  private readonly isHandedOn: boolean;

  constructor(processes: Processes, accesses: RegisterAccesses, candidates: Candidates) {
    this.processes = processes;
    this.accesses = accesses;
    this.candidates = candidates;
    const { operations } = processes;
    this.byCall = Int32Array.from(operations.keys()).sort((a, b) => compareCalls(processes, a, b));
    this.rankOf = new Int32Array(operations.length);
    this.byCall.forEach((place, rank) => {
      this.rankOf[place] = rank;
    });
    this.isHandedOn = operations.length * accesses.objectCount <= KNOWLEDGE_MAX;
  }

  /** A source for each read that returned. `tried`: those that are not to be guessed, or `NONE`. */
  sources(tried: Int32Array): Int32Array {
    const { operations, processOf, processCount } = this.processes;
    const { objectOf, writes } = this.accesses;
    const sources = new Int32Array(operations.length).fill(NONE);
    // For each process, by object, the rank of the newest write that must be visible to it.
    const known = Array.from({ length: processCount }, () => new Map<number, number>());
    const knownAt: (ReadonlyMap<number, number> | undefined)[] = [];
    for (const place of this.byCall) {
      const own = known[processOf[place]!]!;
      const object = objectOf[place]!;
      if (this.candidates[place] !== undefined && operations[place]!.return !== null) {
        const source = this.sourceOf(place, tried, own.get(object) ?? INITIAL_RANK);
        sources[place] = source;
        if (source >= 0) {
          raise(own, object, this.rankOf[source]!);
          knownAt[source]?.forEach((rank, each) => {
            raise(own, each, rank);
          });
        }
      }
      if (writes[place] === NONE) continue;
      raise(own, object, this.rankOf[place]!);
      if (this.isHandedOn) knownAt[place] = new Map(own);
    }
    return sources;
  }

  /** The source that is tried, or the oldest that is not older than `least`, or the newest. */
  sourceOf(place: number, tried: Int32Array, least: number): number {
    if (tried[place] !== NONE) return tried[place]!;
    const own = this.candidates[place]!;
    let low = 0;
    let high = own.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const source = own[middle]!;
      const rank = source === INITIAL ? INITIAL_RANK : this.rankOf[source]!;
      if (rank >= least) high = middle;
      else low = middle + 1;
    }
    return own[low] ?? INITIAL;
  }
}

function raise(known: Map<number, number>, object: number, rank: number): void {
  if (rank > (known.get(object) ?? INITIAL_RANK)) known.set(object, rank);
}
