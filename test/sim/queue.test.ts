import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventQueue, type Queued } from '../../sim/queue.ts';

function drain(queue: EventQueue<Queued>): Queued[] {
  const events: Queued[] = [];
  let event: Queued | undefined;
  while ((event = queue.pop()) !== undefined) events.push(event);
  return events;
}

test('an empty queue gives nothing', () => {
  expect(new EventQueue().pop()).toBeUndefined();
});

test('events of one time leave in their order', () => {
  const queue = new EventQueue<Queued>();
  for (const order of [3, 1, 2, 0]) queue.push({ time: 7, order, sequence: 9 - order });
  expect(drain(queue).map(({ order }) => order)).toEqual([0, 1, 2, 3]);
});

test('an earlier time leaves before a lower order', () => {
  const queue = new EventQueue<Queued>();
  queue.push({ time: 2, order: 0, sequence: 0 });
  queue.push({ time: 1, order: 9, sequence: 1 });
  expect(queue.pop()).toEqual({ time: 1, order: 9, sequence: 1 });
});

test('of one time and order, what was queued first leaves first', () => {
  const queue = new EventQueue<Queued>();
  for (const sequence of [2, 0, 1]) queue.push({ time: 7, order: 5, sequence });
  expect(drain(queue).map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
});

test('the queue behaves like a sorted array under any mixture of pushes and pops', () => {
  // A number is a push of an event at that time, null is a pop.
  const steps = fc.array(fc.option(fc.nat(30)), { maxLength: 300 });
  fc.assert(
    fc.property(steps, (pushesAndPops) => {
      const queue = new EventQueue<Queued>();
      const model: Queued[] = [];
      for (const [sequence, time] of pushesAndPops.entries()) {
        if (time === null) {
          expect(queue.pop()).toBe(model.shift());
        } else {
          const event = { time, order: (sequence * 7) % 5, sequence };
          queue.push(event);
          model.push(event);
          model.sort((a, b) => a.time - b.time || a.order - b.order || a.sequence - b.sequence);
        }
        expect(queue.length).toBe(model.length);
      }
      expect(drain(queue)).toEqual(model);
    }),
    { seed: 1, numRuns: 300 },
  );
});
