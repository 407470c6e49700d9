/**
 * Named random streams: every source of chance has its own, so a new draw at one site shifts no
 * other site's draws. A stream is seeded by `seed + '\0' + name` and created when first used.
 */
import alea from 'seedrandom/lib/alea.js';

/** Version of the whole scheme (generator, keys, mixing); a saved run of another is refused. */
export const STREAMS_VERSION = 2;

/** One stream of draws. */
export class Stream {
  private generator: ReturnType<typeof alea>;

  constructor(seed: string, name: string) {
    this.generator = alea(`${seed}\0${name}`);
  }

  /** Goes on as the stream of that name of another seed. */
  rekey(seed: string, name: string): void {
    this.generator = alea(`${seed}\0${name}`);
  }

  /** An integer in 0 … bound-1; bound is at most 2^32. */
  below(bound: number): number {
    return Math.floor(this.generator() * bound);
  }

  /** An integer in min … max, both included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** True in `rate` of a million draws. */
  chance(rate: number): boolean {
    return this.below(1_000_000) < rate;
  }

  /** Any 32-bit integer. */
  bits(): number {
    return this.generator.int32();
  }

  /** One of `choices`, which must not be empty. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  /** The same elements in a drawn order; a new array. */
  shuffle<T>(elements: readonly T[]): T[] {
    const shuffled = elements.slice();
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const moved = shuffled[i] as T;
      shuffled[i] = shuffled[j] as T;
      shuffled[j] = moved;
    }
    return shuffled;
  }
}

/** The streams of one seed, by name. */
export class Streams {
  private seed: string;
  private readonly byName = new Map<string, Stream>();

  constructor(seed: string) {
    this.seed = seed;
  }

  get(name: string): Stream {
    let stream = this.byName.get(name);
    if (stream === undefined) {
      stream = new Stream(this.seed, name);
      this.byName.set(name, stream);
    }
    return stream;
  }

  /** Every stream, those already in use too, goes on as that of another seed. */
  rekey(seed: string): void {
    this.seed = seed;
    for (const [name, stream] of this.byName) stream.rekey(seed, name);
  }
}
