import { describe, expect, test } from 'vitest';
import { protocols } from '../../protocols/index.ts';
import { findScenarios, profiles, scenarios } from '../../scenarios/catalogue/index.ts';
import { checkPlan } from '../../scenarios/plan-fit.ts';
import { run } from '../../scenarios/run.ts';
import { runSeed } from '../../scenarios/seeds.ts';
import { BASE_SEED } from './specs.ts';

const SEEDS_EACH = 6;

/** Of all that ran here. */
const hashes: string[] = [];

describe.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
  '%s',
  (_, scenario) => {
    test('passes on a handful of seeds', () => {
      for (let index = 0; index < SEEDS_EACH; index++) {
        const seed = runSeed(BASE_SEED, scenario.name, index);
        const result = run(scenario.draw(seed, {}));
        const { failures, inconclusive, verdict, counts, traceHash } = result;
        expect({ seed, failures, inconclusive }).toEqual({ seed, failures: [], inconclusive: [] });
        expect(verdict).toBe('passed');
        expect(counts.completed).toBeGreaterThan(0);
        hashes.push(traceHash);
      }
    });

    test('draws the same spec from the same seed', () => {
      expect(scenario.draw('0x1', {})).toEqual(scenario.draw('0x1', {}));
    });

    test('says what it is about and what to expect', () => {
      for (const text of [scenario.title, scenario.about, scenario.expects]) {
        expect(text.length).toBeGreaterThan(3);
      }
    });

    test('obeys what the user sets', () => {
      const settings = {
        replicas: 6,
        clients: 2,
        operations: 10,
        duration: 50_000,
        maxEvents: 777,
      };
      const spec = scenario.draw('0x1', settings);
      expect(spec).toMatchObject({ replicas: 6, clients: 2 });
      const { ending } = spec;
      expect(ending.kind === 'quiet' ? ending.healAt : ending.at).toBe(50_000);
      expect(spec.workload.operations).toBe(10);
      expect(spec.bounds.events).toBe(777);
    });

    test('draws plans that fit the numbers that the user sets', () => {
      for (let index = 0; index < 40; index++) {
        const spec = scenario.draw(`fit-${index}`, { replicas: 6, clients: 3 });
        if (spec.plan !== undefined) checkPlan(spec.plan, spec);
      }
    });

    test.each(profiles.map(({ name }) => name))('takes the fault profile %s', (faults) => {
      const spec = scenario.draw('0x1', { faults });
      expect(spec.plan).toBeUndefined();
      expect(spec.expect).toBeUndefined();
    });
  },
);

test('different seeds run differently', () => {
  expect(hashes.length).toBe(scenarios.length * SEEDS_EACH);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('a script refuses fewer replicas than it is written for, unless faults replace it', () => {
  const [script] = findScenarios('vr/primary-crash');
  expect(() => script?.draw('0x1', { replicas: 2 })).toThrow(
    'its script is for 3 replicas or more',
  );
  expect(script?.draw('0x1', { replicas: 2, faults: 'calm' }).replicas).toBe(2);
});

test.each([
  ['vr/availability-3', 3],
  ['mp/availability-3', 3],
  ['vr/availability-5', 5],
  ['mp/availability-5', 5],
  ['chain/availability', 6],
  ['op/quorum-loss', 3],
  ['op/chained', 3],
  ['craq/constrained-election', 6],
])('%s refuses fewer than %i replicas, of which too few could fail', (id, least) => {
  const [script] = findScenarios(id);
  expect(() => script?.draw('0x1', { replicas: least - 1 })).toThrow(
    `its script is for ${least} replicas or more`,
  );
  expect(script?.draw('0x1', { replicas: least }).replicas).toBe(least);
});

test('every protocol has scenarios', () => {
  for (const { name } of protocols) expect(findScenarios(name).length).toBeGreaterThan(0);
});

test('scenarios have ids of their own', () => {
  expect(new Set(scenarios.map(({ id }) => id)).size).toBe(scenarios.length);
});

test('a scenario is found by its id, all of a protocol by its name', () => {
  expect(findScenarios('vr/calm').map(({ id }) => id)).toEqual(['vr/calm']);
  expect(findScenarios('vr').every(({ protocol }) => protocol === 'vr')).toBe(true);
  expect(findScenarios('nothing of that name')).toEqual([]);
});

test('an unknown fault profile is refused with the names of those that exist', () => {
  const [scenario] = scenarios;
  expect(() => scenario?.draw('0x1', { faults: 'gremlins' })).toThrow(/"gremlins".*calm.*chaos/);
});

test('an unknown option is refused with the names of those that exist', () => {
  const [scenario] = findScenarios('vr/calm');
  const unknown = { options: { durabillity: 'durable' } };
  expect(() => scenario?.draw('0x1', unknown)).toThrow(/"durabillity".*durability/);
});

test.each([
  ['a choice that is none', { durability: 'sometimes' }, /one of diskless, durable/],
  ['a text for a number', { viewChangeTimeout: 'soon' }, /an integer from/],
  ['a number out of range', { viewChangeTimeout: -1 }, /an integer from/],
])('an option with %s is refused', (_, options, words) => {
  const [scenario] = findScenarios('vr/calm');
  expect(() => scenario?.draw('0x1', { options })).toThrow(words);
});
