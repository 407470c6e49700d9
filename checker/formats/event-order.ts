/** The order in which the events of a file happened: by their times where all have one. */

import type { EdnNode } from './edn.ts';
import type { EventType } from './event-pairing.ts';

/** In nanoseconds; a `bigint` beyond 2^53, as the time since 1970 is. */
export type EventTime = number | bigint;

/** What the order of an event depends on. */
interface Timed {
  readonly process: number;
  readonly type: EventType;
  readonly time: number;
}

/** The `:time` of an operation map; undefined for anything else. */
export function eventTimeOf(node: EdnNode): EventTime | undefined {
  if (node.type !== 'map') return undefined;
  for (let index = 0; index < node.items.length; index += 2) {
    const name = node.items[index]!;
    const time = node.items[index + 1]!;
    if (name.type !== 'keyword' || name.value !== 'time') continue;
    if (time.type !== 'number') return undefined;
    return time.exact ?? (Number.isSafeInteger(time.value) ? time.value : undefined);
  }
  return undefined;
}

/**
 * The positions in order of time, and by position its rank: how many events have an earlier time.
 *
 * Equal times have equal ranks, so what is called at the instant of a return is concurrent with it.
 * O(n log n), or O(n) where the times are in order.
 */
export function orderByTime(times: readonly EventTime[]) {
  const order = Array.from(times.keys());
  const inOrder = times.every((time, position) => position === 0 || times[position - 1]! <= time);
  if (!inOrder) order.sort((a, b) => compare(times[a]!, times[b]!) || a - b);
  const ranks: number[] = Array.from(order);
  let rank = 0;
  for (let place = 0; place < order.length; place++) {
    const position = order[place]!;
    if (place === 0 || compare(times[order[place - 1]!]!, times[position]!) !== 0) rank = place;
    ranks[position] = rank;
  }
  return { order, ranks };
}

/** Integers of any size as safe ones: themselves where all are, else their ranks. */
export function safeTimes(times: readonly EventTime[]): readonly number[] {
  const safe: number[] = [];
  for (const time of times) if (typeof time === 'number') safe.push(time);
  return safe.length === times.length ? safe : orderByTime(times).ranks;
}

/** Puts the end of an operation that took no time after its call, if it is recorded before it. */
export function callsFirst<Event extends Timed>(events: readonly Event[]): readonly Event[] {
  const ordered: Event[] = [];
  const busy = new Set<number>();
  const early = new Map<number, Event>();
  for (const event of events) {
    const { process, type, time } = event;
    const isInvocation = type === 'invoke';
    const end = early.get(process);
    if (end !== undefined) early.delete(process);
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
  for (const end of early.values()) ordered.push(end);
  return ordered;
}

function compare(a: EventTime, b: EventTime): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
