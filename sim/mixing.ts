/**
 * Integer mixing: hashes of strings, keyed draws without a stream, and the rolling trace hash.
 * Only 32-bit integer operations, so that every engine computes the same bits.
 */

const GOLDEN = 0x9e3779b1;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Scatters the bits of a 32-bit integer (the finalizer of MurmurHash3); a bijection. */
export function scatter(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Joins an integer to a running key. Not symmetric: the order of joins matters. */
export function join(key: number, value: number): number {
  return scatter(Math.imul(key, GOLDEN) + (value | 0));
}

/** A 32-bit hash of a string's UTF-16 code units (FNV-1a, then scattered). */
export function hashString(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  }
  return scatter(hash);
}

/** A rolling 64-bit hash in two independent lanes; cheap enough to be always on. */
export class TraceHash {
  private high = 0x2545f491;
  private low = 0x5bd1e995;

  /** Takes one event: its time in Micros (below 2^53) and three integers that say what it is. */
  event(time: number, what: number, detail: number, ordinal: number): void {
    let high = this.high;
    let low = this.low;
    high = Math.imul(high ^ (time | 0), 0x85ebca6b);
    low = Math.imul(low ^ what, 0xc2b2ae35);
    high = ((high << 13) | (high >>> 19)) + what;
    low = ((low << 15) | (low >>> 17)) + (time | 0);
    high = Math.imul(high ^ detail, GOLDEN);
    low = Math.imul(low ^ ordinal, 0x27d4eb2f);
    this.high = ((high << 11) | (high >>> 21)) + ordinal + low;
    this.low = ((low << 7) | (low >>> 25)) + detail;
  }

  /** Takes one integer, such as a digest. */
  integer(value: number): void {
    this.event(value, 0x1b873593, scatter(value), 0);
  }

  /** 16 hex digits. */
  text(): string {
    return hex32(scatter(this.high ^ this.low)) + hex32(scatter(this.low + GOLDEN));
  }
}

/** Eight lower-case hex digits of a 32-bit integer. */
export function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
