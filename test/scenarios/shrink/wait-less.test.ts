/** Failures of progress, which last as long as they are waited for. */
import { describe, expect, it } from 'vitest';
import { engineFor } from '../../../cli/engine.ts';
import { assemble, completeOptions } from '../../../scenarios/assemble.ts';
import { firstFailure, judge } from '../../../scenarios/campaign-run.ts';
import { checkFit } from '../../../scenarios/option-fit.ts';
import { withoutReplicas } from '../../../scenarios/shrink/renumber.ts';
import { type Shrunk, shrink } from '../../../scenarios/shrink/shrink.ts';
import { withFittedOptions } from '../../../scenarios/shrink/world.ts';

/** Bugs that let progress end, and where they show soon. */
const FAILING = [
  ['MP-10', 'mp/all-members-replaced'],
  ['CL-5', 'mp/leader-killed'],
  ['CL-5', 'chain/kill-one'],
] as const;

const SEEDS = 100;

function shrunkFailure(mutant: string, scenario: string): Shrunk {
  const engine = engineFor({ mutant });
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = judge(engine, engine.draw(scenario, `0x${seed}`), {});
    if (firstFailure(result)?.oracle !== 'progress') continue;
    const request = { spec: result.spec, target: { oracle: 'progress' }, budget: { runs: 400 } };
    const outcome = shrink(engine, request);
    if (outcome.kind !== 'shrunk') throw new Error(outcome.reason);
    return outcome;
  }
  throw new Error(`no seed of ${scenario} shows ${mutant}`);
}

describe.each(FAILING)('progress without %s in %s', (mutant, scenario) => {
  it('is waited for no longer than before, with times that any cluster may have', () => {
    const { original, minimal } = shrunkFailure(mutant, scenario);
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
