/**
 * The yardstick: a loop that does nothing but what no simulator can do without. Five nodes pass on
 * messages, one fresh object a message; a heap orders them by time and insertion; every event goes
 * into a rolling hash. No protocol, no network, no clock, no disk, no history.
 */
import { join, TraceHash } from '../sim/mixing.ts';
import { EventQueue } from '../sim/queue.ts';

const NODES = 5;
/** As many messages are on their way as in a cluster of five with ten clients. */
const IN_FLIGHT = 50;

interface BareEvent {
  readonly time: number;
  readonly order: number;
  readonly to: number;
  readonly from: number;
  readonly hops: number;
}

/** Handles `events` events; returns the hash, so that nothing can be optimised away. */
export function runBareLoop(events: number): string {
  const queue = new EventQueue<BareEvent>();
  const hash = new TraceHash();
  let sequence = 0;
  for (let i = 0; i < IN_FLIGHT; i++) {
    queue.push({ time: i, order: sequence++, to: i % NODES, from: 0, hops: 0 });
  }
  for (let handled = 0; handled < events; handled++) {
    const event = queue.pop();
    if (event === undefined) break;
    const { time, to, hops } = event;
    hash.event(time, to | (event.from << 8), hops, event.order);
    const delay = 100 + ((join(sequence, to) >>> 0) % 900);
    const next = (to + 1 + (sequence & 3)) % NODES;
    queue.push({ time: time + delay, order: sequence++, to: next, from: to, hops: hops + 1 });
  }
  return hash.text();
}
