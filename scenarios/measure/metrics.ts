/** The measures by name: what each is called, counted in, and which way is better. */
import type { RunMeasures } from './measures.ts';

/** What a value is: Micros, a number of things, a number for each second or for each operation. */
export type MetricUnit = 'time' | 'count' | 'per-second' | 'per-operation';

export interface Metric {
  readonly id: keyof RunMeasures;
  readonly title: string;
  readonly unit: MetricUnit;
  readonly better: 'less' | 'more';
  /** Who does little does well by it: of what was not done it says nothing. */
  readonly favoursIdle?: true;
  /** What it is, in one sentence without its end. */
  readonly about: string;
}

/** In the order in which they are shown. */
export const METRICS: readonly Metric[] = [
  {
    id: 'longestOutage',
    title: 'longest outage',
    unit: 'time',
    better: 'less',
    about:
      'the longest stretch of more than 20 ms, from the first fault on, in which some operation ' +
      'is open all the time and none returns',
  },
  {
    id: 'downtime',
    title: 'downtime',
    unit: 'time',
    better: 'less',
    about: 'all such stretches together',
  },
  {
    id: 'withoutQuorum',
    title: 'no quorum in reach',
    unit: 'time',
    better: 'less',
    about: 'how long, from the first fault on, no server could talk to most of the servers',
  },
  {
    id: 'stableAfterStart',
    title: 'first stable leader',
    unit: 'time',
    better: 'less',
    about: 'when the leader of the time before the first fault began to lead',
  },
  {
    id: 'stableAfterFault',
    title: 'stable leader after fault',
    unit: 'time',
    better: 'less',
    about:
      'how long after the first fault a leader led that stayed to the end, for 200 ms at least, ' +
      'and with answers at the end; never if none did',
  },
  {
    id: 'leaderChanges',
    title: 'leader changes',
    unit: 'count',
    better: 'less',
    favoursIdle: true,
    about: 'how often, from the first fault on, another replica led than the one before',
  },
  {
    id: 'rounds',
    title: 'rounds led',
    unit: 'count',
    better: 'less',
    favoursIdle: true,
    about: 'views, ballots or epochs that began to be led, by another replica or the same',
  },
  {
    id: 'done',
    title: 'operations done',
    unit: 'count',
    better: 'more',
    about: 'operations that returned before faults stopped for good',
  },
  {
    id: 'unfinished',
    title: 'unfinished',
    unit: 'count',
    better: 'less',
    about: 'operations that were asked for before that and had not returned by then',
  },
  {
    id: 'throughput',
    title: 'throughput',
    unit: 'per-second',
    better: 'more',
    about: 'operations done for each second of virtual time since the first was asked for',
  },
  {
    id: 'latency50',
    title: 'latency p50',
    unit: 'time',
    better: 'less',
    favoursIdle: true,
    about: 'from call to return, of operations done: half took no longer',
  },
  {
    id: 'latency90',
    title: 'latency p90',
    unit: 'time',
    better: 'less',
    favoursIdle: true,
    about: 'nine of ten took no longer',
  },
  {
    id: 'latency99',
    title: 'latency p99',
    unit: 'time',
    better: 'less',
    favoursIdle: true,
    about: '99 of 100 took no longer',
  },
  {
    id: 'latencyMax',
    title: 'latency max',
    unit: 'time',
    better: 'less',
    favoursIdle: true,
    about: 'the longest of all operations done',
  },
  {
    id: 'messages',
    title: 'messages',
    unit: 'per-operation',
    better: 'less',
    about: 'messages from one node to another, clients among them, for each operation done',
  },
  {
    id: 'syncs',
    title: 'disk syncs',
    unit: 'per-operation',
    better: 'less',
    about: 'records that disks of replicas have taken, for each operation done',
  },
];
