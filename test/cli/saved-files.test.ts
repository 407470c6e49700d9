import { describe, expect, it } from 'vitest';
import { specSchema } from '../../cli/spec-schema.ts';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { runSeed } from '../../scenarios/seeds.ts';

const SEEDS = 30;

describe('a spec in a file', () => {
  it.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
    'comes back as it was drawn: %s',
    (_id, scenario) => {
      for (let index = 0; index < SEEDS; index++) {
        const spec = scenario.draw(runSeed('0x1', scenario.name, index), {});
        const written: unknown = JSON.parse(JSON.stringify(spec));
        expect(specSchema.parse(written)).toEqual(written);
      }
    },
  );

  it('is refused with members that nothing reads', () => {
    const spec = scenarios[0]?.draw('0x1', {});
    expect(specSchema.safeParse(spec).success).toBe(true);
    expect(specSchema.safeParse({ ...spec, replica: 3 }).success).toBe(false);
  });
});
