/** Part of the contract: how people read numbers that stand for more than one thing. */

/** Writes such a number for people: `1.2` for a ballot of 1026. */
export type NumberName = (value: number) => string;

/**
 * Which numbers of a protocol are read how. Machines read them as they are: hashes, event logs and
 * whatever is saved know nothing of it.
 */
export interface NumberNames {
  /**
   * By field of messages, states and records, wherever that is in them; what belongs to the state
   * machine (its state, operations and results) is left alone.
   */
  readonly fields: { readonly [field: string]: NumberName };
  /** The round of `leadership`; absent: it is a plain number. */
  readonly round?: NumberName;
  /** That of what is acknowledged and held; absent: a plain number as well. */
  readonly acknowledgedRound?: NumberName;
}
