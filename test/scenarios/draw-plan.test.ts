import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { protocols } from '../../protocols/index.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { drawPlan } from '../../scenarios/draw-plan.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import { type Fault, type FaultNode, nodesOf } from '../../sim/fault.ts';
import type { Plan } from '../../sim/plan.ts';

const [vr] = protocols.filter(({ name }) => name === 'vr');
const [chaos] = findScenarios('vr/chaos');

function draw(changes: Partial<RunSpec>): Plan {
  if (vr === undefined || chaos === undefined) throw new Error('there is no vr/chaos');
  return drawPlan({ ...chaos.draw('0x1', {}), ...changes }, vr);
}

const HEAL_AT = 300_000;
const COUNT = fc.nat(5);

/** Anything that a spec may ask of a plan. */
const specs: fc.Arbitrary<Partial<RunSpec>> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }).map((value) => `0x${value.toString(16)}`),
  replicas: fc.integer({ min: 1, max: 7 }),
  clients: fc.integer({ min: 1, max: 5 }),
  ending: fc.constant({ kind: 'quiet' as const, healAt: HEAL_AT }),
  workload: fc.record({
    operations: fc.nat(40),
    keys: fc.nat(3),
    thinkTime: fc.nat(10_000),
    mix: fc.constant({ get: 40, put: 35, cas: 15, delete: 10 }),
  }),
  faults: fc.record({
    kinds: fc.record({
      partition: COUNT,
      'one-way': COUNT,
      crash: COUNT,
      pause: COUNT,
      'client-crash': COUNT,
    }),
    lastsMin: fc.constant(1_000),
    lastsMax: fc.integer({ min: 1_000, max: 90_000 }),
    targeted: fc.nat(100),
  }),
});

function property(claim: (plan: Plan, spec: Partial<RunSpec>) => void): void {
  fc.assert(
    fc.property(specs, (spec) => {
      claim(draw(spec), spec);
    }),
    { seed: 1, numRuns: 300 },
  );
}

function nodesIn(fault: Fault): readonly FaultNode[] {
  return nodesOf(fault).flatMap(([, nodes]) => nodes);
}

describe('a drawn plan', () => {
  test('is the same for the same spec', () => {
    property((plan, spec) => {
      expect(draw(spec)).toEqual(plan);
    });
  });

  test('has as many operations as the workload says, shared out evenly', () => {
    property(({ operations }, { workload, clients = 0 }) => {
      expect(operations).toHaveLength(workload?.operations ?? 0);
      const counts = Array.from(
        { length: clients },
        (_, client) => operations.filter((each) => each.client === client).length,
      );
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    });
  });

  test('has as many faults of each kind as the spec says', () => {
    property((plan, { faults }) => {
      for (const [kind, count] of Object.entries(faults?.kinds ?? {})) {
        expect(plan.faults.filter(({ fault }) => fault === kind)).toHaveLength(count);
      }
    });
  });

  test('names replicas and clients that exist', () => {
    property((plan, { replicas = 0, clients = 0 }) => {
      for (const fault of plan.faults) {
        if (fault.fault === 'client-crash') expect(fault.client).toBeLessThan(clients);
        for (const node of nodesIn(fault)) {
          if (node !== 'it') expect(node).toBeLessThan(replicas + clients);
        }
      }
    });
  });

  test("means by 'it' the node that reached the mark it waits for", () => {
    property((plan) => {
      for (const fault of plan.faults) {
        if (nodesIn(fault).includes('it')) expect(fault.when).toBeDefined();
      }
    });
  });

  test('starts its faults before the healing and lets them last as long as the spec says', () => {
    property((plan, { faults }) => {
      for (const { at = 0, lasts = 0 } of plan.faults) {
        expect(at).toBeLessThan(HEAL_AT);
        expect(lasts).toBeGreaterThanOrEqual(faults?.lastsMin ?? 0);
        expect(lasts).toBeLessThanOrEqual(faults?.lastsMax ?? 0);
      }
    });
  });

  test('waits for marks that the protocol declares', () => {
    property((plan) => {
      for (const { when } of plan.faults) {
        if (when !== undefined) expect(Object.keys(vr?.marks ?? {})).toContain(when.mark);
      }
    });
  });

  test('writes each value once', () => {
    property(({ operations }) => {
      const values = operations.flatMap(({ operation }) => {
        const { f, value } = Object(operation);
        return f === 'put' ? [value] : f === 'cas' ? [value[1]] : [];
      });
      expect(new Set(values).size).toBe(values.length);
    });
  });

  test('does not depend on the order in which the spec names its operations and faults', () => {
    property((plan, spec) => {
      const { workload, faults } = spec;
      if (workload === undefined || faults === undefined) return;
      const reversed = <V>(record: { readonly [name: string]: V }) =>
        Object.fromEntries(Object.entries(record).reverse());
      const again = draw({
        ...spec,
        workload: { ...workload, mix: reversed(workload.mix) },
        faults: { ...faults, kinds: reversed(faults.kinds) },
      });
      expect(again).toEqual(plan);
    });
  });

  test('keeps its operations when other faults are asked for', () => {
    property(({ operations }, spec) => {
      const { faults } = spec;
      if (faults === undefined) return;
      const more = draw({ ...spec, faults: { ...faults, kinds: { crash: 7 } } });
      expect(more.operations).toEqual(operations);
    });
  });
});

test('a workload draws its operations by their weights', () => {
  const mix = { get: 50, put: 50 };
  const workload = { operations: 2_000, keys: 1, thinkTime: 0, mix };
  const { operations } = draw({ workload });
  const gets = operations.filter(({ operation }) => Object(operation).f === 'get').length;
  expect(gets / 2_000).toBeCloseTo(0.5, 1);
});

test('think time is the mean pause between the planned times of a client', () => {
  const workload = { operations: 2_000, keys: 1, thinkTime: 1_000, mix: { get: 1 } };
  const { operations } = draw({ workload, clients: 1 });
  expect((operations.at(-1)?.at ?? 0) / 2_000 / 1_000).toBeCloseTo(1, 1);
});

describe('shares of several levels', () => {
  const plain = { operations: 2_000, keys: 2, thinkTime: 0, mix: { get: 100 } };

  test('are parts of all reads, and what is left is linearizable', () => {
    const shares = { sequential: 20, eventual: 30, bounded: 10 };
    const { operations } = draw({ workload: { ...plain, ...shares } });
    const counts = { sequential: 0, eventual: 0, bounded: 0, linearizable: 0 };
    for (const { level = 'linearizable' } of operations) counts[level]++;
    const parts = Object.values(counts).map((count) => count / operations.length);
    for (const [index, part] of [0.2, 0.3, 0.1, 0.4].entries()) {
      expect(parts[index]).toBeCloseTo(part, 1);
    }
  });
});

describe('the share of sequential reads', () => {
  const plain = { operations: 2_000, keys: 1, thinkTime: 1_000, mix: { get: 50, put: 50 } };
  const { operations } = draw({ workload: { ...plain, sequential: 30 } });

  test('is that of the reads, and of nothing else', () => {
    const sequential = operations.filter(({ level }) => level === 'sequential');
    const names = operations.map(({ operation }) => Object(operation).f);
    expect(sequential.map(({ operation }) => Object(operation).f)).not.toContain('put');
    const reads = names.filter((name) => name === 'get').length;
    expect(sequential.length / reads).toBeCloseTo(0.3, 1);
  });

  test('moves no other draw', () => {
    const unasked = operations.map(({ level: _, ...planned }) => planned);
    expect(unasked).toEqual(draw({ workload: plain }).operations);
    expect(unasked).toEqual(draw({ workload: { ...plain, sequential: 0 } }).operations);
  });
});

test('a workload of nothing to draw from is refused', () => {
  const workload = { operations: 1, keys: 1, thinkTime: 0, mix: {} };
  expect(() => draw({ workload })).toThrow('no operations to draw from');
});
