/** Failures of progress, which last as long as they are waited for. */
import { describe, expect, it } from 'vitest';
import { engineFor } from '../../../cli/engine.ts';
import { assemble, completeOptions } from '../../../scenarios/assemble.ts';
import { firstFailure, judge } from '../../../scenarios/campaign-run.ts';
import { checkFit } from '../../../scenarios/option-fit.ts';
import { withoutReplicas } from '../../../scenarios/shrink/renumber.ts';
import { type Shrunk, shrink } from '../../../scenarios/shrink/shrink.ts';
import { withFittedOptions } from '../../../scenarios/shrink/world.ts';

/** Known to fail by the progress oracle. */
const FAILING = [
  ['MP-10', 'mp/all-members-replaced', '0x8ec4a4fe2f5dc385'],
  ['CL-5', 'mp/leader-killed', '0xf9d5d971e02dbd3'],
  ['CR-2', 'chain/tail-crash', '0xf7282a6292b8e9f5'],
] as const;

function shrunkFailure(mutant: string, scenario: string, seed: string): Shrunk {
  const engine = engineFor({ mutant });
  const { spec, ...result } = judge(engine, engine.draw(scenario, seed), {});
  const failure = firstFailure({ spec, ...result });
  expect(failure?.oracle).toBe('progress');
  const outcome = shrink(engine, { spec, target: { oracle: 'progress' }, budget: { runs: 400 } });
  if (outcome.kind !== 'shrunk') throw new Error(outcome.reason);
  return outcome;
}

describe.each(FAILING)('progress without %s in %s@%s', (mutant, scenario, seed) => {
  it('is waited for no longer than before, with times that any cluster may have', () => {
    const { original, minimal } = shrunkFailure(mutant, scenario, seed);
    expect(minimal.counts.events).toBeLessThan(original.counts.events / 3);
    const { optionSchema } = assemble(minimal.spec).protocol;
    const others = optionSchema.filter(
      (option) =>
        option.type === 'integer' &&
        option.unit === 'micros' &&
        minimal.spec.options[option.name] !== option.default,
    );
    expect(others.length).toBeGreaterThan(0);
    for (const { name, trials } of others) expect(trials).toContain(minimal.spec.options[name]);
    const { mutant: _mutant, ...correct } = minimal.spec;
    expect(judge(engineFor({}), correct, {}).failures).toEqual([]);
  });
});

describe('a cluster that loses a replica', () => {
  it('has options that so many replicas can have', () => {
    const engine = engineFor({});
    const drawn = engine.draw('chain/calm', '0x5');
    const { protocol } = assemble(drawn);
    const options = completeOptions(protocol.optionSchema, { masters: 3, servers: 1 });
    const { plan } = judge(engine, drawn, {}).spec;
    let spec = { ...drawn, replicas: 4, options, plan };
    for (let replicas = 3; replicas >= 2; replicas--) {
      expect(() => checkFit(protocol, options, replicas)).toThrow();
      spec = withFittedOptions(withoutReplicas(spec, [replicas]), protocol);
      expect(spec.replicas).toBe(replicas);
      expect(() => checkFit(protocol, spec.options, replicas)).not.toThrow();
    }
  });
});
