/** Part of the contract: how fresh the answer to a read has to be. */
import type { Micros } from './contract.ts';

/**
 * How fresh an answer has to be. A `sequential` read may be stale: any replica answers it from what
 * it knows to be decided, but never from an older state than the same history process has seen, nor
 * without that process's own writes. Only reads are asked for less than `linearizable`, which is
 * the default.
 */
export type Level = 'linearizable' | WeakerLevel;

/**
 * What a protocol may offer besides. An `eventual` read is told any value that the object had at
 * some replica, decided or not. A `bounded` one is told such a value, too, that is off by no more
 * than the protocol's `staleness`.
 */
export type WeakerLevel = 'sequential' | 'eventual' | 'bounded';

/** How far the answer to a `bounded` read may be from what was decided when it was given. */
export type Staleness =
  /**
   * It has all that was decided so long before the read was invoked; what it has and was never
   * decided, some replica has got no longer before that.
   */
  | { readonly by: 'time'; readonly most: Micros }
  /** So many versions of the object are between it and what was decided then, either way. */
  | { readonly by: 'versions'; readonly most: number };
