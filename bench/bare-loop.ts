/**
 * The yardstick: a loop that does nothing but what no simulator can do without. Five nodes pass on
 * messages, one fresh object a message; a binary heap orders them by time and insertion; every
 * event goes into the same rolling hash as the simulator's. No protocol, no network, no clock, no
 * disk, no history. The heap is its own: a shared one would see two shapes of events, and would be
 * compiled well for neither.
 */
import { join, TraceHash } from '../sim/mixing.ts';

const NODES = 5;
/** As many messages are on their way as in a cluster of five with ten clients. */
const IN_FLIGHT = 50;
const DELAY_MIN = 100;
const DELAY_SPREAD = 900;

interface BareMessage {
  readonly time: number;
  readonly order: number;
  readonly to: number;
  readonly from: number;
  readonly hops: number;
}

/** Handles `events` events; returns the hash, so that nothing can be optimised away. */
export function runBareLoop(events: number): string {
  const heap: BareMessage[] = [];
  let order = 0;
  const hash = new TraceHash();
  for (; order < IN_FLIGHT; order++) {
    push(heap, { time: order, order, to: order % NODES, from: 0, hops: 0 });
  }
  for (let handled = 0; handled < events; handled++) {
    const { time, to, from, hops } = pop(heap);
    hash.event(time, to | (from << 8), hops, order);
    const draw = join(order, to);
    const next = (to + 1 + (draw & 3)) % NODES;
    const delay = DELAY_MIN + ((draw >>> 8) % DELAY_SPREAD);
    push(heap, { time: time + delay, order: order++, to: next, from: to, hops: hops + 1 });
  }
  return hash.text();
}

function push(heap: BareMessage[], message: BareMessage): void {
  let position = heap.length;
  heap.push(message);
  while (position > 0) {
    const above = (position - 1) >> 1;
    const parent = heap[above] as BareMessage;
    if (isBefore(parent, message)) break;
    heap[position] = parent;
    position = above;
  }
  heap[position] = message;
}

function pop(heap: BareMessage[]): BareMessage {
  const first = heap[0] as BareMessage;
  const last = heap.pop() as BareMessage;
  const length = heap.length;
  let position = 0;
  for (;;) {
    let below = 2 * position + 1;
    if (below >= length) break;
    if (
      below + 1 < length &&
      isBefore(heap[below + 1] as BareMessage, heap[below] as BareMessage)
    ) {
      below += 1;
    }
    const child = heap[below] as BareMessage;
    if (isBefore(last, child)) break;
    heap[position] = child;
    position = below;
  }
  if (length > 0) heap[position] = last;
  return first;
}

function isBefore(a: BareMessage, b: BareMessage): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
