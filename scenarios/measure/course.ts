/**
 * What a run is measured by, as it was noted while the run went on: plain data, from which
 * `measures.ts` reckons. Times are Micros of virtual time; what happens after `until` is not noted.
 */
import type { Micros, NodeId } from '../../sim/contract.ts';

/** From `at` on this replica led, in this round; nobody did where both are absent. */
export interface Leadership {
  readonly at: Micros;
  readonly leader?: NodeId;
  readonly round?: number;
}

/** From `at` on some server could talk to most of the servers, or none could. */
export interface Reach {
  readonly at: Micros;
  readonly hasQuorum: boolean;
}

/** The course of one run. */
export interface Course {
  /** When the noting stopped: when faults stopped for good, or at the end of a run cut short. */
  readonly until: Micros;
  /** Changes of who leads in the latest round, the oldest first; the first is at time 0. */
  readonly leaderships: readonly Leadership[];
  /** Changes of whether a quorum of servers was within reach of one of them. */
  readonly reach: readonly Reach[];
  /** Messages from one node to another that have left it, by type in the order of its name. */
  readonly sent: readonly SentMessages[];
  /** Records of replicas that their disks have taken. */
  readonly syncs: number;
}

export interface SentMessages {
  readonly type: string;
  readonly count: number;
}
