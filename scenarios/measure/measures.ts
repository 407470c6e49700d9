/**
 * What one run is measured by. All measures are pure functions of a run and its course; all times
 * are Micros of virtual time.
 *
 * A run is observed from its start until faults stop for good. The window of downtime and of
 * leaders begins when the first fault strikes, or with the run where none does.
 */
import type { Micros } from '../../sim/contract.ts';
import type { RunResult } from '../spec.ts';
import type { Course, Leadership } from './course.ts';
import { longestOf, outagesIn, type Stretch, totalOf } from './outages.ts';
import { quantile } from './quantiles.ts';

/**
 * A stretch without an answer counts as an outage when it is longer than this: many times what the
 * slowest operation takes that nothing stands in the way of.
 */
export const OUTAGE_LEAST: Micros = 20_000;

/**
 * A leader is stable when it has led for so long and still does at the end: more than twice as long
 * as any protocol waits for a leader by default, for those who oust each other take that long.
 */
export const STABLE_LEAST: Micros = 200_000;

/** Absent where there is nothing to measure; null where what is measured never happened. */
export interface RunMeasures {
  /** The longest outage in the window, and how long all of them take together. */
  readonly longestOutage: Micros;
  readonly downtime: Micros;
  /** How long, in the window, no server that runs could talk to most of the servers. */
  readonly withoutQuorum: Micros;
  /** When the last leader before the first fault began to lead; null if nobody did. */
  readonly stableAfterStart: Micros | null;
  /**
   * How long after the first fault a leader led for good: for `STABLE_LEAST` and to the end, with
   * an operation both asked for and answered in the last `STABLE_LEAST`; null if none did.
   */
  readonly stableAfterFault?: Micros | null;
  /** How often, in the window, another replica led than the one before it. */
  readonly leaderChanges: number;
  /** Rounds that began to be led in the window, by the same replica as before or another one. */
  readonly rounds: number;
  /** Operations answered while the run was observed, and those then still open. */
  readonly done: number;
  readonly unfinished: number;
  /** Operations done for each second since the first was asked for. */
  readonly throughput: number;
  /** From call to return, of those done: by nearest rank. */
  readonly latency50: Micros | null;
  readonly latency90: Micros | null;
  readonly latency99: Micros | null;
  readonly latencyMax: Micros | null;
  /** Messages between nodes, clients among them, for each operation done. */
  readonly messages: number | null;
  /** Records that disks of replicas have taken, for each operation done. */
  readonly syncs: number | null;
}

const SECOND = 1_000_000;

/** Throws for a run that was not recorded with its course. */
export function measuresOf(run: RunResult): RunMeasures {
  const course = courseOf(run);
  const faultAt = firstFaultOf(run, course.until);
  const window = { from: faultAt ?? 0, to: course.until };
  const outages = outagesIn(run.history, window, OUTAGE_LEAST);
  const latencies = run.history
    .flatMap(({ call, return: end }) => (end === null || end > course.until ? [] : end - call))
    .sort((one, other) => one - other);
  const done = latencies.length;
  const asked = run.history.filter(({ call }) => call <= course.until).length;
  const sent = course.sent.reduce((sum, { count }) => sum + count, 0);
  return {
    longestOutage: longestOf(outages),
    downtime: totalOf(outages),
    withoutQuorum: totalOf(withoutQuorum(course, window)),
    stableAfterStart: stableAfterStart(course, faultAt ?? course.until),
    ...(faultAt === undefined ? {} : { stableAfterFault: stableAfterFault(run, course, window) }),
    ...turnsOfLeaders(course.leaderships, window),
    done,
    unfinished: asked - done,
    throughput: (done * SECOND) / Math.max(1, course.until - firstCallOf(run)),
    latency50: quantile(latencies, 50) ?? null,
    latency90: quantile(latencies, 90) ?? null,
    latency99: quantile(latencies, 99) ?? null,
    latencyMax: latencies.at(-1) ?? null,
    messages: done === 0 ? null : sent / done,
    syncs: done === 0 ? null : course.syncs / done,
  };
}

function firstCallOf({ history }: RunResult): Micros {
  return history.reduce((first, { call }) => Math.min(first, call), history[0]?.call ?? 0);
}

/** The outages of a run, for pictures of it. */
export function outagesOf(run: RunResult): readonly Stretch[] {
  const { until } = courseOf(run);
  return outagesIn(run.history, { from: 0, to: until }, OUTAGE_LEAST);
}

export function courseOf({ course, spec }: RunResult): Course {
  if (course === undefined) throw new Error(`${spec.scenario}@${spec.seed} was not measured`);
  return course;
}

/** When the first fault struck while the run was observed; undefined if none did. */
function firstFaultOf({ faults }: RunResult, until: Micros): Micros | undefined {
  const struck = faults.flatMap(({ status, at = until }) => (status === 'fired' ? at : []));
  const first = Math.min(until, ...struck);
  return first < until ? first : undefined;
}

function withoutQuorum({ reach }: Course, window: Stretch): readonly Stretch[] {
  return reach.flatMap(({ at, hasQuorum }, index) => {
    const from = Math.max(at, window.from);
    const to = Math.min(reach[index + 1]?.at ?? window.to, window.to);
    return hasQuorum || from >= to ? [] : { from, to };
  });
}

function stableAfterStart({ leaderships }: Course, faultAt: Micros): Micros | null {
  const last = leaderships.findLast(({ at }) => at <= faultAt);
  return last?.leader === undefined ? null : last.at;
}

function stableAfterFault(run: RunResult, course: Course, window: Stretch): Micros | null {
  const last = course.leaderships.at(-1);
  if (last?.leader === undefined) return null;
  const since = Math.max(last.at, window.from);
  const latest = window.to - STABLE_LEAST;
  if (since > latest) return null;
  const serves = run.history.some(
    ({ call, return: end }) => call >= latest && end !== null && end <= window.to,
  );
  return serves ? since - window.from : null;
}

function turnsOfLeaders(
  leaderships: readonly Leadership[],
  { from, to }: Stretch,
): Pick<RunMeasures, 'leaderChanges' | 'rounds'> {
  const led = leaderships.filter(({ leader, at }) => leader !== undefined && at <= to);
  let before = led.findLast(({ at }) => at <= from);
  let leaderChanges = 0;
  let rounds = 0;
  for (const turn of led) {
    if (turn.at <= from) continue;
    // Who leads first has taken over from nobody.
    if (before !== undefined && turn.leader !== before.leader) leaderChanges += 1;
    if (before !== undefined && (turn.leader !== before.leader || turn.round !== before.round)) {
      rounds += 1;
    }
    before = turn;
  }
  return { leaderChanges, rounds };
}
