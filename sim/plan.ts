/**
 * The plan of a run: every fault and every operation, explicit, readable and editable. A fault
 * starts `at` a time, or `when` a mark is reached; what `lasts` a while heals by itself, and all
 * that still holds heals when the run turns quiet.
 */
import type { Micros, NodeId } from './contract.ts';
import type { Fault } from './fault.ts';
import type { WeakerLevel } from './level.ts';
import type { Plain } from './plain.ts';

export interface Plan {
  readonly faults: readonly PlannedFault[];
  readonly operations: readonly PlannedOperation[];
}

/** `at` is the earliest time: a client issues in order, each after the end of its previous one. */
export interface PlannedOperation {
  readonly at: Micros;
  /** Index of the client, from 0 (not its node id). */
  readonly client: number;
  readonly operation: Plain;
  /** For a read that may be stale, if the protocol offers such; absent means linearizable. */
  readonly level?: WeakerLevel;
  /** The replica that the client asks first, if the protocol offers that; absent: as it likes. */
  readonly via?: NodeId;
}

export type PlannedFault = FaultTrigger & Fault;

export type FaultTrigger =
  | { readonly at: Micros; readonly when?: undefined }
  | { readonly when: MarkTrigger; readonly at?: undefined };

/** Fires `after` the `nth` time (from 1) that `mark` is reached, by `node` if given. */
export interface MarkTrigger {
  readonly mark: string;
  readonly node?: NodeId;
  readonly nth: number;
  readonly after: Micros;
}

/**
 * Rates are parts per million of messages; delays are Micros. Rates stop when the run turns quiet.
 */
export interface NetworkConfig {
  readonly delay: DelayDistribution;
  /**
   * Delays once the run has turned quiet, if others: progress is owed on a network that is timely.
   */
  readonly calmDelay?: DelayDistribution;
  readonly drop: number;
  readonly duplicate: number;
  readonly corrupt: number;
  /** Rate of messages held back by a further delay of up to `reorderBy`. */
  readonly reorder: number;
  readonly reorderBy: Micros;
  /** Rate of messages of which a copy arrives a second time, up to `replayBy` later. */
  readonly replay?: number;
  readonly replayBy?: Micros;
  /** Fates of single messages that replace the drawn ones. */
  readonly overrides?: readonly FateOverride[];
}

export interface DelayDistribution {
  readonly kind: 'fixed' | 'uniform' | 'exponential' | 'heavy-tail';
  readonly min: Micros;
  /** Of what exceeds `min`: the largest (uniform) or the mean (exponential, heavy tail). */
  readonly spread: Micros;
}

/** Names one message by link, type and ordinal (from 0) of that type on that link. */
export interface FateOverride {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly type: string;
  readonly ordinal: number;
  readonly drop?: boolean;
  readonly corrupt?: boolean;
  readonly delay?: Micros;
  /** Delay of a second copy. */
  readonly duplicate?: Micros;
}

/** An override that named no message, and what was sent over its link instead. */
export interface UnmetOverride {
  /** Its place among the overrides. */
  readonly override: number;
  readonly sent: readonly { readonly type: string; readonly count: number }[];
}

/**
 * Latency of one record; a crash tears the record being written at this rate (parts per million).
 */
export interface DiskConfig {
  readonly latencyMin: Micros;
  readonly latencyMax: Micros;
  readonly torn: number;
  /** Rate of records that take up to `stallBy` longer, until the run turns quiet. */
  readonly stall?: number;
  readonly stallBy?: Micros;
}

/** Largest offset and drift, either way; each node draws its own. */
export interface ClockConfig {
  readonly offset: Micros;
  /** Parts per million. */
  readonly drift: number;
}

/**
 * How a run ends. Quiet: faults stop at `healAt`, then convergence and progress are owed. With a
 * `core` only these replicas, all clients, and the links among them heal; the rest stays as it is.
 */
export type Ending =
  | { readonly kind: 'quiet'; readonly healAt: Micros; readonly core?: readonly NodeId[] }
  | { readonly kind: 'cut'; readonly at: Micros };

/** Limits on one run; the one that is reached is named in the result. */
export interface Bounds {
  readonly events: number;
  readonly queue: number;
  readonly time: Micros;
}
