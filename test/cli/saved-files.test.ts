import { describe, expect, it } from 'vitest';
import { specSchema } from '../../cli/spec-schema.ts';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { runSeed } from '../../scenarios/seeds.ts';

const SEEDS = 15;

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

  it.each([
    ['any JSON', { f: 'put', key: 'a', value: [1, null, { b: true }] }, true],
    ['a number that JSON has not', { f: 'put', key: 'a', value: [Number.NaN] }, false],
    ['a function', { f: () => 'put' }, false],
    ['nothing', undefined, false],
  ])('is accepted if JSON can say what it asks for: %s', (_what, operation, isFine) => {
    const plan = { faults: [], operations: [{ at: 0, client: 0, operation }] };
    const spec = { ...scenarios[0]?.draw('0x1', {}), plan };
    expect(specSchema.safeParse(spec).success).toBe(isFine);
  });

  it('is refused with members that nothing reads', () => {
    const spec = scenarios[0]?.draw('0x1', {});
    expect(specSchema.safeParse(spec).success).toBe(true);
    expect(specSchema.safeParse({ ...spec, replica: 3 }).success).toBe(false);
  });
});
