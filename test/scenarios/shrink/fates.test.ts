/** The fates of messages, written out, make the same run as the draws that they come from. */
import { describe, expect, it } from 'vitest';
import { run } from '../../../scenarios/run.ts';
import { plainNetworkOf } from '../../../scenarios/shrink/world.ts';
import type { RunSpec } from '../../../scenarios/spec.ts';
import { specsOfAll } from '../specs.ts';

const SEEDS = 2;

/** Cut before it turns quiet: what is promised then is not for fates to say. */
const specs = specsOfAll(SEEDS).map((spec): RunSpec => {
  const { ending } = spec;
  const at = (ending.kind === 'cut' ? ending.at : ending.healAt) - 1;
  return { ...spec, ending: { kind: 'cut', at } };
});

describe('fates that are written out', () => {
  it.each(specs.map((spec) => [`${spec.scenario}@${spec.seed}`, spec] as const))(
    'make the run that was drawn: %s',
    (_name, spec) => {
      const drawn = run(spec, { fates: true });
      expect(drawn.fates?.length).toBeGreaterThan(0);
      const { plan } = drawn.spec;
      const network = { ...plainNetworkOf(77), overrides: drawn.fates ?? [] };
      const explicit = run({ ...spec, plan, network });
      expect(explicit.traceHash).toBe(drawn.traceHash);
      expect(explicit.counts).toEqual(drawn.counts);
    },
  );

  it('are recorded only when they are asked for', () => {
    const [spec] = specs;
    if (spec === undefined) throw new Error('no spec');
    expect(run(spec).fates).toBeUndefined();
  });
});
