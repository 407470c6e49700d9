import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WaitingRoom } from '../../sim/waiting-room.ts';

interface Waiting {
  readonly record: number;
  readonly to: number;
  readonly type: string;
}

const steps = fc.array(
  fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 2_000 }) }),
    fc.record({ durable: fc.integer({ min: 0, max: 3_000 }) }),
    fc.constant({ empty: true }),
  ),
  { maxLength: 60 },
);

describe('a waiting room', () => {
  test('lets messages go in their order, as far as their records are durable', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const room = new WaitingRoom();
        let model: Waiting[] = [];
        let sent = 0;
        for (const step of drawn) {
          if ('add' in step) {
            for (let i = 0; i < step.add; i++) {
              sent += 1;
              model.push({ record: sent, to: sent % 7, type: `m${sent}` });
              room.add(sent, sent % 7, { type: `m${sent}` });
            }
          } else if ('durable' in step) {
            const durable = (model[0]?.record ?? 1) - 1 + step.durable;
            const ready = model.filter(({ record }) => record <= durable);
            const left: string[] = [];
            expect(room.countReady(durable)).toBe(ready.length);
            room.letGo(ready.length, (to, { type }) => left.push(`${to} ${type}`));
            expect(left).toEqual(ready.map(({ to, type }) => `${to} ${type}`));
            model = model.slice(ready.length);
          } else {
            room.empty();
            model = [];
          }
        }
        expect(room.countReady(sent)).toBe(model.length);
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});
