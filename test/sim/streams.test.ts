import { expect, test } from 'vitest';
import { STREAMS_VERSION, Stream, Streams } from '../../sim/streams.ts';

/** First draws of some named streams. If these change, saved runs mean something else. */
const GOLDEN: {
  readonly version: number;
  readonly draws: readonly (readonly [string, string, readonly number[]])[];
} = {
  version: 2,
  draws: [
    ['0x1', 'node:0', [215796, 443740, 15159, 487690, 692085]],
    ['0x1', 'workload', [252741, 202370, 750633, 128653, 909998]],
    ['0xffffffffffffffff', 'disk:3', [397866, 854276, 756022, 370885, 99484]],
    ['a seed', 'faults', [1748, 491427, 912450, 942422, 361287]],
  ],
};

test('the draws of named streams are those of their version', () => {
  expect(STREAMS_VERSION).toBe(GOLDEN.version);
  for (const [seed, name, expected] of GOLDEN.draws) {
    const stream = new Stream(seed, name);
    expect(expected.map(() => stream.below(1_000_000))).toEqual(expected);
  }
});

test('a stream draws the same after any number of draws from other streams', () => {
  const alone = new Streams('0x1');
  const busy = new Streams('0x1');
  for (let i = 0; i < 100; i++) busy.get('faults').bits();
  expect(busy.get('disk:0').bits()).toBe(alone.get('disk:0').bits());
});

test('a stream goes on where it was when it is asked for again', () => {
  const streams = new Streams('0x1');
  const whole = new Stream('0x1', 'node:0');
  const draws = [streams.get('node:0').bits(), streams.get('node:0').bits()];
  expect(draws).toEqual([whole.bits(), whole.bits()]);
});

test('neighbouring names and neighbouring seeds draw differently', () => {
  const streams = ['0x1', '0x2', '0x10', '0x11'].flatMap((seed) =>
    ['node:0', 'node:1', 'node:10', 'disk:0'].map((name) => new Stream(seed, name).bits()),
  );
  expect(new Set(streams).size).toBe(16);
});

test('seed and name cannot run into one another', () => {
  expect(new Stream('0x1', '1a').bits()).not.toBe(new Stream('0x11', 'a').bits());
});

test('every integer below the bound is drawn, and none beyond', () => {
  const stream = new Stream('0x1', 'bounds');
  const drawn = Array.from({ length: 1000 }, () => stream.below(5));
  expect(new Set(drawn)).toEqual(new Set([0, 1, 2, 3, 4]));
});

test('draws between two integers include both', () => {
  const stream = new Stream('0x1', 'bounds');
  const drawn = Array.from({ length: 1000 }, () => stream.between(-2, 2));
  expect(new Set(drawn)).toEqual(new Set([-2, -1, 0, 1, 2]));
});

test('a chance of a rate per million comes true that often', () => {
  const stream = new Stream('0x1', 'chance');
  const count = Array.from({ length: 100_000 }, () => stream.chance(250_000)).filter(
    Boolean,
  ).length;
  expect(count / 100_000).toBeCloseTo(0.25, 2);
});

test('a chance of nothing never comes true, and of a million in a million always', () => {
  const stream = new Stream('0x1', 'chance');
  const draws = Array.from({ length: 1000 }, () => [stream.chance(0), stream.chance(1_000_000)]);
  expect(draws.every(([never, always]) => !never && always)).toBe(true);
});

test('shuffling keeps the elements and leaves the argument alone', () => {
  const elements = [1, 2, 3, 4, 5, 6, 7, 8];
  const shuffled = new Stream('0x1', 'shuffle').shuffle(elements);
  expect(elements).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(shuffled).not.toEqual(elements);
  expect(shuffled.toSorted((a, b) => a - b)).toEqual(elements);
});

test('shuffling puts each element at each place equally often', () => {
  const stream = new Stream('0x1', 'shuffle');
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 8_000; i++) {
    const place = stream.shuffle(['it', 'b', 'c', 'd']).indexOf('it');
    counts[place] = (counts[place] ?? 0) + 1;
  }
  for (const count of counts) expect(count / 8_000).toBeCloseTo(0.25, 1);
});

test('picking takes one of the choices', () => {
  const stream = new Stream('0x1', 'pick');
  const picked = Array.from({ length: 100 }, () => stream.pick(['a', 'b', 'c']));
  expect(new Set(picked)).toEqual(new Set(['a', 'b', 'c']));
});
