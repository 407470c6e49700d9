/**
 * Ng, Haridi & Carbone 2023, §2: what OmniPaxos promises where servers are connected in part, over
 * a few seeds. `npm run bench:partial` compares it with others over many.
 */

import { describe, expect, test } from 'vitest';
import type { Rules } from '../../protocols/omni-paxos/rules.ts';
import { omniPaxosWith } from '../../protocols/with-rules.ts';
import { builtIn, type Registry } from '../../scenarios/assemble.ts';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { placedSeed } from '../../scenarios/compare/run-seed.ts';
import { measuresOf, type RunMeasures } from '../../scenarios/measure/measures.ts';
import { run } from '../../scenarios/run.ts';
import type { Options } from '../../sim/contract.ts';
import { insteadOf } from './instead-of.ts';

const SEEDS = 30;
/** For options that change nothing about who is connected. */
const FEWER_SEEDS = 10;
const ELECTION_TIMEOUT = 30_000;
/** "within four election timeouts" (abstract of the paper). */
const PROMISED = 4 * ELECTION_TIMEOUT;
/** One that was granted at the last moment has to run out first: it must not take a round more. */
const LEASE = 10_000;
const LEASED = { readMode: 'lease', leaseDuration: LEASE } as const;

/** OmniPaxos with some rules replaced, and no invariants, which would end its runs at once. */
function withRules(changes: Partial<Rules>): Registry {
  return insteadOf({ ...omniPaxosWith({ rules: changes }), invariants: [] });
}

interface Measured {
  readonly options?: Options;
  readonly registry?: Registry;
  readonly seeds?: number;
}

/** What runs in the worlds of a comparison come to, one after the other. */
function* measured(
  name: string,
  { options = {}, registry = builtIn, seeds = SEEDS }: Measured = {},
): Generator<RunMeasures & { readonly seed: string; readonly verdict: string }> {
  const contender = { label: 'op', protocol: 'op', options };
  const request = { names: [name], contenders: [contender], baseSeed: '0x1', settings: {} };
  for (let index = 0; index < seeds; index++) {
    const { seed, specs } = placedSeed({ run, scenarios }, request, name, index);
    const result = run(specs[0]!, { course: true, registry });
    yield { ...measuresOf(result), seed, verdict: result.verdict };
  }
}

describe.each(['quorum-loss', 'constrained-election', 'chained'])('in %s', (name) => {
  test.each<[string, Options, number]>([
    ['by default', {}, SEEDS],
    ['with a smaller accept quorum', { acceptQuorum: 2 }, FEWER_SEEDS],
    ['with priorities', { prioritySpread: 3 }, FEWER_SEEDS],
    ['under short leases', LEASED, FEWER_SEEDS],
  ])('operations return within four election timeouts, time and again, %s', (_, options, seeds) => {
    for (const { seed, longestOutage, verdict } of measured(name, { options, seeds })) {
      expect({ seed, verdict }).toEqual({ seed, verdict: 'passed' });
      expect(longestOutage, seed).toBeLessThanOrEqual(PROMISED);
    }
  });
});

test('of more servers than a script is about, no progress is expected', () => {
  const [script] = scenarios.filter(({ id }) => id === 'op/chained');
  expect(script?.draw('0x1', { replicas: 3 }).expect).toBeDefined();
  expect(script?.draw('0x1', { replicas: 9 }).unjudged).toEqual([
    { setting: 'replicas', value: '9' },
  ]);
});

test('in quorum-loss nothing returns if nobody takes over', () => {
  const registry = withRules({ mayTakeOver: ({ election }) => election.round < 5 });
  const outages = [...measured('quorum-loss', { registry, seeds: FEWER_SEEDS })];
  for (const { longestOutage } of outages) expect(longestOutage).toBeGreaterThan(PROMISED);
});

describe('in chained', () => {
  test('another leader takes over once at most, and leads for good', () => {
    for (const { seed, leaderChanges, stableAfterFault } of measured('chained')) {
      expect(leaderChanges, seed).toBeLessThanOrEqual(1);
      expect(stableAfterFault, seed).not.toBeNull();
    }
  });

  test('ends that take over though the middle is served go on changing leaders', () => {
    const registry = withRules({ isNobodyHappy: () => true });
    const changes = [...measured('chained', { registry, seeds: FEWER_SEEDS })];
    expect(Math.max(...changes.map((each) => each.leaderChanges))).toBeGreaterThan(1);
  });
});
