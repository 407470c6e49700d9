import { describe, expect, test } from 'vitest';
import { bundleHundredSeeds, programOf } from './bundle.ts';
import { otherMajor, runInChromium, runInNode, runInOtherNode, whyNoOtherNode } from './engines.ts';
import { hundredSeeds } from './hundred-seeds.ts';

const LIMIT_MS = 180_000;
/** Where it must not be left out: in CI, and for `npm run test:engines`. */
const IS_REQUIRED =
  process.env.CI !== undefined || process.env.npm_lifecycle_event === 'test:engines';

const here = hundredSeeds();
const bundle = bundleHundredSeeds();

test('the hundred seeds are spread over all scenarios and do something', () => {
  expect(new Set(here).size).toBe(100);
  for (const line of here) expect(line).toMatch(/^\S+ 0x\w+ passed [1-9]\d{2,} [0-9a-f]{16}$/);
});

test('the bundle holds the neutral layers, the random generator and no polyfill', () => {
  const foreign = bundle.inputs.filter(
    (input) => !/^(sim|protocols|checker|scenarios|test\/determinism)\//.test(input),
  );
  expect(foreign).toEqual(['node_modules/seedrandom/lib/alea.js']);
});

describe('the same hundred seeds have the same trace hashes', () => {
  test('when they are run again', () => {
    expect(hundredSeeds()).toEqual(here);
  });

  test('in a second Node process', { timeout: LIMIT_MS }, () => {
    expect(runInNode(programOf(bundle))).toEqual(here);
  });

  test(`in Node ${otherMajor()}`, { timeout: LIMIT_MS }, (context) => {
    const obstacle = whyNoOtherNode();
    if (obstacle !== undefined) {
      if (IS_REQUIRED) throw new Error(obstacle);
      console.warn(`not compared with Node ${otherMajor()}: ${obstacle}`);
      context.skip(obstacle);
    }
    expect(runInOtherNode(programOf(bundle))).toEqual(here);
  });

  test('in a Chromium page', { timeout: LIMIT_MS }, async () => {
    expect(await runInChromium(bundle.script, 'seeds.hundredSeeds()')).toEqual(here);
  });
});
