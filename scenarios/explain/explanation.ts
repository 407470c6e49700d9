/** What explaining a failure comes to: plain JSON, for the terminal, the report and the file. */
import type { NetworkConfig, PlannedFault } from '../../sim/plan.ts';
import type { EventRecord } from '../../sim/record.ts';
import type { Divergence } from '../diff/divergence.ts';

/**
 * How often a run still fails in the same way when its plan stays and chance does not: everything
 * drawn after an event (message fates, streams, ties) is drawn anew, from one event after another.
 */
export interface Explanation {
  /** Of the run that is explained. */
  readonly traceHash: string;
  readonly signature: string;
  /** For the names of nodes: clients follow the replicas. */
  readonly replicas: number;
  /** Whether messages meet with chance; else all take as long, but for fates written out. */
  readonly isNetworkDrawn: boolean;
  /**
   * What messages meet where all is drawn anew, if it is another network than the run's: that of
   * the run from which it was shrunk.
   */
  readonly network?: NetworkConfig;
  /** Whether the run was shrunk until each fault of its plan was needed. */
  readonly isMinimal?: boolean;
  /** When the failure was seen. */
  readonly event: number;
  readonly time: number;
  readonly verdict: ExplanationVerdict;
  /** In the order of their events, from 0 (all is drawn anew) to the failure. */
  readonly points: readonly ChancePoint[];
  /** The largest rises found, the largest first: with a verdict of `jump`, that one decides. */
  readonly jumps: readonly Jump[];
  /** The faults that fired before the failure, those that made the largest difference first. */
  readonly faults: readonly FaultEffect[];
  /** What it took: runs, and their events. */
  readonly runs: number;
  readonly events: number;
  /** Why it ended early; with `time`, another try may come to other numbers. */
  readonly cut?: 'time' | 'budget';
}

/**
 * - `plan`: the failure comes whatever is drawn.
 * - `jump`: what is drawn in one event decides most of it.
 * - `gradual`: no single event found stands out from its neighbours beyond doubt.
 */
export type ExplanationVerdict = 'plan' | 'jump' | 'gradual';

/** An estimated probability. */
export interface Chance {
  readonly tries: number;
  /** How many failed in the same way, and how many in another. */
  readonly failed: number;
  readonly other: number;
  /** Wilson's 95 % interval, to three decimals. */
  readonly low: number;
  readonly high: number;
}

/** The chance of the failure when all that is drawn after this event is drawn anew. */
export interface ChancePoint extends Chance {
  readonly event: number;
  readonly time: number;
}

/** What is drawn after `before` and up to `after` made the failure so much more likely. */
export interface Jump {
  readonly before: ChancePoint;
  /** The event after `before`, unless the budget ended before the jump was narrowed down. */
  readonly after: ChancePoint;
  /** The log of that one event; empty while there are several. */
  readonly records: readonly EventRecord[];
  /** What became of the messages that were sent in it. */
  readonly sent: readonly EventRecord[];
  /**
   * Where a run that fails and one that escapes part when nothing but the draws of that event
   * differs: `a` is the one that fails.
   */
  readonly parting?: Divergence;
}

/** One fault of the plan that fired, and what it changed. */
export interface FaultEffect {
  /** Index in the plan's faults. */
  readonly index: number;
  readonly fault: PlannedFault;
  readonly event: number;
  readonly at: number;
  /** When it healed; absent while it held to the end. */
  readonly until?: number;
  /** The node that `'it'` stood for. */
  readonly node?: number;
  /**
   * The chance of the failure with this fault and without it, all that is drawn from the event in
   * which it strikes being drawn anew. Absent where the budget ended before.
   */
  readonly measured?: { readonly with: Chance; readonly without: Chance };
}
