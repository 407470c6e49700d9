/** Drawn clocks keep within what the protocol can bear: leases count on it. */
import { describe, expect, it } from 'vitest';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import type { Options } from '../../sim/contract.ts';

const SEEDS = Array.from({ length: 20 }, (_, seed) => String(seed));

/** The most that any clock of these worlds gains or loses, in parts per million. */
function worstDrift(id: string, options: Options): number {
  const [scenario] = findScenarios(id);
  return Math.max(...SEEDS.map((seed) => scenario!.draw(seed, { options }).clock.drift));
}

describe.each([
  ['mp/clocks', 'lease'],
  ['chain/clocks', 'tail'],
])('the clocks of %s', (id, readMode) => {
  it('drift less than the protocol is told to expect', () => {
    expect(worstDrift(id, { readMode, driftBound: 5_000 })).toBe(5_000);
    expect(worstDrift(id, { readMode, driftBound: 0 })).toBe(0);
  });

  it('drift as drawn where that is within it', () => {
    expect(worstDrift(id, { readMode })).toBeGreaterThan(100_000);
  });
});

it('the clocks of mp/clocks drift as drawn where no lease depends on them', () => {
  const asDrawn = worstDrift('mp/clocks', { readMode: 'lease' });
  expect(worstDrift('mp/clocks', { readMode: 'log', driftBound: 0 })).toBe(asDrawn);
});
