/**
 * The event queue: a 4-ary heap ordered by time, then by the `order` that its owner gives out, then
 * by `sequence`, which no two events share.
 */
import type { Micros } from './contract.ts';

export interface Queued {
  readonly time: Micros;
  readonly order: number;
  readonly sequence: number;
}

const ARITY = 4;

export class EventQueue<E extends Queued> {
  private readonly heap: E[] = [];

  get length(): number {
    return this.heap.length;
  }

  /** In no order. */
  get entries(): readonly E[] {
    return this.heap;
  }

  push(event: E): void {
    const heap = this.heap;
    let position = heap.length;
    heap.push(event);
    while (position > 0) {
      const parentPosition = (position - 1) >> 2;
      const parent = heap[parentPosition] as E;
      if (isBefore(parent, event)) break;
      heap[position] = parent;
      position = parentPosition;
    }
    heap[position] = event;
  }

  /** The earliest event, or undefined when there is none. */
  pop(): E | undefined {
    const heap = this.heap;
    const last = heap.pop();
    if (last === undefined) return undefined;
    if (heap.length === 0) return last;
    const first = heap[0] as E;
    this.sinkFromRoot(last);
    return first;
  }

  private sinkFromRoot(event: E): void {
    const heap = this.heap;
    const length = heap.length;
    let position = 0;
    for (;;) {
      const firstChild = position * ARITY + 1;
      if (firstChild >= length) break;
      const end = firstChild + ARITY < length ? firstChild + ARITY : length;
      let leastPosition = firstChild;
      let least = heap[firstChild] as E;
      for (let child = firstChild + 1; child < end; child++) {
        const candidate = heap[child] as E;
        if (isBefore(candidate, least)) {
          least = candidate;
          leastPosition = child;
        }
      }
      if (isBefore(event, least)) break;
      heap[position] = least;
      position = leastPosition;
    }
    heap[position] = event;
  }
}

function isBefore(a: Queued, b: Queued): boolean {
  if (a.time !== b.time) return a.time < b.time;
  return a.order < b.order || (a.order === b.order && a.sequence < b.sequence);
}
