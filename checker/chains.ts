/** Places in chains, each of which must come before the next of its chain. */

/** Chain after chain; places are numbered, and so are chains. */
export interface Chains {
  readonly chainOf: Int32Array;
  /** The first place of each chain, and the number of places at the end. */
  readonly firsts: Int32Array;
  readonly chainCount: number;
}

/** Places, each of which must come after some others; `successorsOf` leads from those to it. */
export interface PartialOrder {
  /** For each place, those that must come after it, but for the next of its chain. */
  successorsOf(place: number): readonly number[];
}
