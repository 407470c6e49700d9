/** What a queue is full of: for whoever has to find out why it is. */
import { DELIVER, DURABLE, type SimEvent, TIMER } from './event.ts';
import type { Queued } from './simulation-config.ts';

/** The most frequent first; of equals, the one that comes first in the queue. */
export function tallyOf(events: readonly SimEvent[]): readonly Queued[] {
  const tallies = new Map<string, { -readonly [field in keyof Queued]: Queued[field] }>();
  for (const event of events) {
    const one = describe(event);
    const key = JSON.stringify(one);
    const tally = tallies.get(key);
    if (tally === undefined) tallies.set(key, { ...one, count: 1 });
    else tally.count += 1;
  }
  return [...tallies.values()].sort((a, b) => b.count - a.count);
}

function describe({ kind, node, from, message, slot }: SimEvent): Omit<Queued, 'count'> {
  if (kind === DELIVER) return { kind: 'message', name: message?.type ?? 'Unreadable', node: from };
  if (kind === TIMER) return { kind: 'timer', name: slot?.name ?? '', node };
  return { kind: kind === DURABLE ? 'record' : 'other', node };
}
