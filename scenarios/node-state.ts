/** Everything that a replica knows when a run ends, as plain data: its memory beside its disk. */
import type { Plain } from '../sim/plain.ts';

export interface NodeState {
  readonly node: number;
  readonly condition: 'up' | 'paused' | 'down';
  /** Its state in memory; absent while it is down. */
  readonly memory?: Plain;
  readonly disk: DiskState;
  /** Replicas that messages do not reach from here, or from which none arrive. */
  readonly cutOffFrom: readonly CutLink[];
}

export interface CutLink {
  readonly node: number;
  /** Absent when both directions are cut. */
  readonly only?: 'to' | 'from';
}

/** What its records amount to. */
export interface DiskState {
  readonly values: { readonly [key: string]: Plain };
  readonly logs: { readonly [log: string]: DiskLog };
  /** Records that cannot be trusted: torn or rotten. */
  readonly damaged: number;
  /** Records that are not durable yet. */
  readonly outstanding: number;
}

export interface DiskLog {
  /** Position of the first entry that is kept. */
  readonly first: number;
  readonly entries: readonly Plain[];
}
