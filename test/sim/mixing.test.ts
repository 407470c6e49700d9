import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashString, hex32, join, scatter, TraceHash } from '../../sim/mixing.ts';

test('scattering is the finalizer of MurmurHash3', () => {
  // From the algorithm's definition: x ^= x>>>16; x *= 85ebca6b; x ^= x>>>13; x *= c2b2ae35; …
  const reference = (value: number): number => {
    let x = BigInt(value >>> 0);
    const times = (factor: bigint) => {
      x = (x * factor) & 0xffffffffn;
    };
    x ^= x >> 16n;
    times(0x85ebca6bn);
    x ^= x >> 13n;
    times(0xc2b2ae35n);
    x ^= x >> 16n;
    return Number(BigInt.asIntN(32, x));
  };
  fc.assert(
    fc.property(fc.integer(), (value) => {
      expect(scatter(value)).toBe(reference(value));
    }),
    { seed: 1 },
  );
});

test('hashes of strings never change', () => {
  const texts = ['', 'a', 'Prepare', 'PrepareOk', '0x1f\0network'];
  expect(texts.map((text) => hex32(hashString(text)))).toEqual([
    'ab3e7c0b',
    '1a80b1b3',
    '8fcacf4c',
    'de68eca9',
    '626194f3',
  ]);
});

test('the order of joins matters', () => {
  expect(join(join(1, 2), 3)).not.toBe(join(join(1, 3), 2));
});

test('eight hex digits are written for any 32-bit integer', () => {
  expect([0, 1, -1, 0x7fffffff].map(hex32)).toEqual([
    '00000000',
    '00000001',
    'ffffffff',
    '7fffffff',
  ]);
});

test('a trace hash is 16 hex digits from the first event on', () => {
  expect(new TraceHash().text()).toMatch(/^[0-9a-f]{16}$/);
});

test('a change of any field of any event changes the trace hash', () => {
  const event = fc.tuple(fc.nat(2 ** 31), fc.integer(), fc.integer(), fc.nat(1000));
  const trace = fc.array(event, { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(trace, fc.nat(), fc.nat(3), (events, place, field) => {
      const changed = events.map((each, index) =>
        index === place % events.length
          ? each.map((value, at) => (at === field ? value + 1 : value))
          : each,
      );
      expect(hashOf(changed)).not.toBe(hashOf(events));
    }),
    { seed: 1, numRuns: 1000 },
  );
});

function hashOf(events: readonly (readonly number[])[]): string {
  const trace = new TraceHash();
  for (const [time = 0, what = 0, detail = 0, ordinal = 0] of events) {
    trace.event(time, what, detail, ordinal);
  }
  return trace.text();
}
