/** The order in which the events of a file happened: by their times where all have one. */

import type { EdnNode } from './edn.ts';

/** In nanoseconds; a `bigint` beyond 2^53, as the time since 1970 is. */
export type EventTime = number | bigint;

/** What the order of an event depends on. */
interface Timed {
  readonly process: number;
  readonly isInvocation: boolean;
  readonly time: number;
}

/** The `:time` of an operation map; undefined for anything else. */
export function eventTimeOf(node: EdnNode): EventTime | undefined {
  if (node.type !== 'map') return undefined;
  const entry = node.entries.find(([name]) => name.type === 'keyword' && name.value === 'time');
  const time = entry?.[1];
  if (time?.type !== 'number') return undefined;
  return time.exact ?? (Number.isSafeInteger(time.value) ? time.value : undefined);
}

/**
 * The positions in order of time, and the rank of each: how many events have an earlier time.
 *
 * Equal times have equal ranks, so what is called at the instant of a return is concurrent with it.
 * O(n log n).
 */
export function orderByTime(times: readonly EventTime[]) {
  const order = Array.from(times.keys()).sort((a, b) => compare(times[a]!, times[b]!) || a - b);
  const ranks = new Map<number, number>();
  let rank = 0;
  for (let place = 0; place < order.length; place++) {
    const before = order[place - 1];
    const position = order[place]!;
    if (before === undefined || compare(times[before]!, times[position]!) !== 0) rank = place;
    ranks.set(position, rank);
  }
  return { order, ranks };
}

/** Puts the end of an operation that took no time after its call, if it is recorded before it. */
export function callsFirst<Event extends Timed>(events: readonly Event[]): readonly Event[] {
  const ordered: Event[] = [];
  const busy = new Set<number>();
  const early = new Map<number, Event>();
  for (const event of events) {
    const { process, isInvocation, time } = event;
    const end = early.get(process);
    early.delete(process);
    if (isInvocation && end?.time === time) {
      ordered.push(event, end);
      continue;
    }
    // No call came at that instant: the reader will refuse the end that has none.
    if (end !== undefined) ordered.push(end);
    if (!isInvocation && !busy.delete(process)) {
      early.set(process, event);
      continue;
    }
    if (isInvocation) busy.add(process);
    ordered.push(event);
  }
  return [...ordered, ...early.values()];
}

function compare(a: EventTime, b: EventTime): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
