/** The event log: one record for everything that happens in a run, written on demand. */
import type { Micros, NodeId } from './contract.ts';

export type EventKind =
  | 'start'
  | 'deliver'
  | 'drop'
  | 'timer'
  | 'invoke'
  | 'return'
  | 'abandon'
  | 'refuse'
  | 'crash'
  | 'restart'
  | 'pause'
  | 'resume'
  | 'durable'
  | 'write-failed'
  | 'fault'
  | 'heal'
  | 'mark'
  | 'violation';

/** Optional fields are absent, never undefined or null. */
export interface EventRecord {
  /** Position in the log, from 0. */
  readonly index: number;
  /** Number of the loop's event (from 1) that this record belongs to; 0 before the first. */
  readonly event: number;
  readonly time: Micros;
  readonly kind: EventKind;
  /** The node it happens at: for `deliver` the receiver, for `drop` the sender. */
  readonly node?: NodeId;
  /** Other end of a message: for `deliver` the sender, for `drop` the receiver it never reached. */
  readonly peer?: NodeId;
  /** Message type, timer name, mark, fault kind. */
  readonly label?: string;
  /** For `deliver` and `drop`: when it was sent. */
  readonly sentAt?: Micros;
  /** For `deliver` and `drop`: ordinal of this type on this link. */
  readonly ordinal?: number;
  /** For `deliver`: the network's second copy, or unreadable on arrival. For `drop`: why. */
  readonly fate?: 'duplicate' | 'corrupt' | 'loss' | 'cut' | 'down';
  /** For `invoke`, `return`, `abandon`, `refuse`: index of the operation in the history. */
  readonly operation?: number;
  /** For `fault` and `heal`: index in the plan's faults. */
  readonly fault?: number;
  /** Readable text: the message's fields, the operation, the violation. */
  readonly detail?: string;
  /** The node's one-line summary after the step, where the step changed it. */
  readonly summary?: string;
  /** Round (view, ballot) and leadership after the step, where the step changed it. */
  readonly round?: number;
  readonly leads?: boolean;
}
