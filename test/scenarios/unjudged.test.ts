import { describe, expect, it } from 'vitest';
import { unjudgedInWords } from '../../reports/unjudged.ts';
import type { DrawSettings } from '../../scenarios/catalogue/index.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import type { RunSpec } from '../../scenarios/spec.ts';

function draw(settings: DrawSettings, id = 'vr/primary-crash'): RunSpec {
  const [scenario] = findScenarios(id);
  if (scenario === undefined) throw new Error(`there is no ${id}`);
  return scenario.draw('0x5', settings);
}

describe("a scenario's expectation", () => {
  const own = draw({});

  it('is judged in the world that the scenario describes', () => {
    expect(own.expect).toBeDefined();
    expect(own.unjudged).toBeUndefined();
  });

  const altering: readonly (readonly [DrawSettings, string])[] = [
    [{ replicas: 5 }, '--nodes 5 is not'],
    [{ clients: 1 }, '--clients 1 is not'],
    [{ operations: 7 }, '--ops 7 is not'],
    [{ duration: 2_500 }, '--duration 2.5ms is not'],
    [{ maxEvents: 1_000 }, '--max-events 1000 is not'],
    [{ serviceTime: 50 }, '--service-time 50us is not'],
    [{ options: { heartbeatInterval: 7_000 } }, '--set heartbeatInterval=7000 is not'],
    [{ faults: 'chaos' }, '--faults chaos is not'],
    [{ mutant: 'VR-3' }, '--mutant VR-3 is not'],
    [{ replicas: 5, operations: 7 }, '--nodes 5, --ops 7 are not'],
  ];
  it.each(altering)('is not judged under %o, and the report says why', (settings, words) => {
    const spec = draw(settings);
    expect(spec.expect).toBeUndefined();
    expect(unjudgedInWords(spec)).toBe(
      `expectation not judged: ${words} what vr/primary-crash describes`,
    );
  });

  it('is judged under settings that change nothing of what the scenario describes', () => {
    const { replicas, clients, options } = own;
    const spec = draw({
      replicas,
      clients,
      options,
      operations: own.workload.operations,
      maxEvents: own.bounds.events,
      oracles: ['expectation'],
    });
    expect(spec.expect).toEqual(own.expect);
    expect(unjudgedInWords(spec)).toBeUndefined();
  });

  it('is judged with a higher bound on events', () => {
    expect(draw({ maxEvents: own.bounds.events + 1 }).expect).toEqual(own.expect);
  });

  it('is not missed where there is none', () => {
    const spec = draw({ replicas: 5 }, 'vr/chaos');
    expect(spec.unjudged).toBeUndefined();
  });
});
