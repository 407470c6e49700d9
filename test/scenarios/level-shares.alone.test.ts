/** What scenarios ask of a protocol that offers sequential reads, and of one that does not. */
import { describe, expect, test, vi } from 'vitest';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { defineScenario, profileNamed, SAFE } from '../../scenarios/catalogue/scenario.ts';
import type { RunSpec } from '../../scenarios/spec.ts';

const offers = vi.hoisted(() => ({ sequential: true }));

vi.mock('../../protocols/index.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../protocols/index.ts')>();
  const protocols = original.protocols.map((protocol) => ({
    ...protocol,
    get weakerLevels() {
      return offers.sequential ? ['sequential'] : [];
    },
  }));
  return { ...original, protocols };
});

const SEEDS = Array.from({ length: 30 }, (_, index) => `0x${index + 1}`);

function drawn(id: string, seed: string, isOffered: boolean): RunSpec {
  offers.sequential = isOffered;
  const [scenario] = findScenarios(id);
  if (scenario === undefined) throw new Error(`there is no ${id}`);
  return scenario.draw(seed, {});
}

function withoutLevels({ plan, workload, ...spec }: RunSpec): object {
  const { sequential: _, ...others } = workload;
  const operations = plan?.operations.map(({ level: __, ...planned }) => planned);
  return { ...spec, workload: others, faults: plan?.faults, operations };
}

describe.each(['vr/swarm', 'vr/untargeted', 'vr/uniform', 'vr/calm', 'vr/chaos'])('%s', (id) => {
  test('asks for some sequential reads where they are offered', () => {
    const shares = SEEDS.map((seed) => drawn(id, seed, true).workload.sequential ?? 0);
    expect(shares).toContain(0);
    expect(shares).toContain(90);
  });

  test('asks for none where they are not', () => {
    for (const seed of SEEDS) {
      const { workload, plan } = drawn(id, seed, false);
      expect(workload).not.toHaveProperty('sequential');
      expect(JSON.stringify(plan ?? {})).not.toContain('level');
    }
  });

  test('is otherwise the same world', () => {
    for (const seed of SEEDS) {
      const [offered, not] = [drawn(id, seed, true), drawn(id, seed, false)];
      expect(withoutLevels(offered)).toEqual(withoutLevels(not));
    }
  });
});

test('a scenario may say for itself how many reads are sequential', () => {
  const { draw } = defineScenario({
    protocol: 'vr',
    name: 'stale',
    title: 'Stale',
    about: 'nothing but stale reads',
    expects: SAFE,
    world: () => ({
      replicas: 3,
      clients: 1,
      operations: 8,
      span: 1_000,
      profile: profileNamed('calm'),
      mix: { get: 1 },
      sequential: 100,
      faults: [],
    }),
  });
  offers.sequential = true;
  expect(draw('0x1', {}).plan?.operations.map(({ level }) => level)).toEqual(
    Array.from({ length: 8 }, () => 'sequential'),
  );
});
