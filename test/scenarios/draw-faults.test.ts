/** Faults of every kind, as they are drawn: within their bounds, and fit to be run. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultSchema } from '../../cli/fault-schema.ts';
import { protocols } from '../../protocols/index.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { drawPlan } from '../../scenarios/draw-plan.ts';
import { checkPlan } from '../../scenarios/plan-fit.ts';
import { run } from '../../scenarios/run.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import { FAULT_KINDS, type FaultKind, faultKinds, nodesOf } from '../../sim/fault.ts';
import type { PlannedFault } from '../../sim/plan.ts';

const HEAL_AT = 300_000;

function draw(spec: RunSpec): readonly PlannedFault[] {
  const protocol = protocols.find(({ name }) => name === spec.protocol);
  if (protocol === undefined) throw new Error(`there is no ${spec.protocol}`);
  return drawPlan(spec, protocol).faults;
}

function specOf(changes: Partial<RunSpec>): RunSpec {
  const [chaos] = findScenarios('vr/chaos');
  if (chaos === undefined) throw new Error('there is no vr/chaos');
  const ending = { kind: 'quiet', healAt: HEAL_AT } as const;
  return { ...chaos.draw('0x1', {}), ending, ...changes };
}

const count = fc.nat(3);
const kinds = fc.record(Object.fromEntries(faultKinds.map((kind) => [kind, count])));

/** Whatever a spec may ask for. */
const specs = fc
  .record({
    seed: fc.integer({ min: 1, max: 1_000_000 }).map((value) => `0x${value.toString(16)}`),
    replicas: fc.integer({ min: 1, max: 7 }),
    clients: fc.integer({ min: 0, max: 5 }),
    faults: fc
      .record({
        kinds,
        lastsMin: fc.integer({ min: 1, max: 5_000 }),
        more: fc.nat(90_000),
        targeted: fc.nat(100),
      })
      .map(({ more, ...faults }) => ({ ...faults, lastsMax: faults.lastsMin + more })),
  })
  .map(specOf);

function property(claim: (faults: readonly PlannedFault[], spec: RunSpec) => void): void {
  fc.assert(
    fc.property(specs, (spec) => {
      claim(draw(spec), spec);
    }),
    { seed: 1, numRuns: 150 },
  );
}

/** Damage that only a start meets: a crash of the same node may come with it. */
const DAMAGE: readonly FaultKind[] = ['bit-rot', 'read-error', 'misdirected-write', 'lying-fsync'];
/** Kinds whose length is not that of the spec: they end by themselves, or at once. */
const OWN_LENGTH: readonly FaultKind[] = ['rolling-restart', 'clock-jump', 'reconfigure'];

function countOf(faults: readonly PlannedFault[], kind: FaultKind): number {
  return faults.filter(({ fault }) => fault === kind).length;
}

describe('drawn faults', () => {
  test('are as many of each kind as the spec says, but for crashes that come with damage', () => {
    property((faults, { faults: config, clients }) => {
      for (const kind of faultKinds) {
        const asked = config.kinds[kind] ?? 0;
        const isNobody = clients === 0 && FAULT_KINDS[kind].group === 'client';
        if (kind !== 'crash') {
          expect([kind, countOf(faults, kind)]).toEqual([kind, isNobody ? 0 : asked]);
          continue;
        }
        const damage = DAMAGE.reduce((sum, each) => sum + countOf(faults, each), 0);
        expect(countOf(faults, kind)).toBeGreaterThanOrEqual(asked);
        expect(countOf(faults, kind)).toBeLessThanOrEqual(asked + damage);
      }
    });
  });

  test('fit their world, as plans that people write have to', () => {
    property((faults, spec) => {
      checkPlan({ faults, operations: [] }, spec);
      for (const fault of faults) expect(faultSchema.parse(fault)).toEqual(fault);
    });
  });

  test('begin before the healing or at a mark, and last as long as the spec says', () => {
    property((faults, { faults: { lastsMin, lastsMax } }) => {
      for (const { fault, at = 0, lasts } of faults) {
        // A crash that follows damage may come a little later.
        expect(at).toBeLessThan(HEAL_AT + lastsMax);
        if (OWN_LENGTH.includes(fault)) expect(lasts).toBeUndefined();
        else {
          expect(lasts).toBeGreaterThanOrEqual(fault === 'slow' ? 1 : lastsMin);
          expect(lasts).toBeLessThanOrEqual(lastsMax);
        }
      }
    });
  });

  test('name the node of a mark only where there is one', () => {
    property((faults) => {
      for (const fault of faults) {
        const nodes = nodesOf(fault).flatMap(([, named]) => named);
        if (nodes.includes('it')) expect(fault.when).toBeDefined();
        expect(nodes).not.toContain('leader');
      }
    });
  });

  test('wait for marks as often as the spec says', () => {
    const all = { kinds: Object.fromEntries(faultKinds.map((kind) => [kind, 30])) };
    for (const targeted of [0, 50, 100]) {
      const faults = { ...all, lastsMin: 1, lastsMax: 9_000, targeted };
      const drawn = draw(specOf({ faults }));
      const waiting = drawn.filter(({ when }) => when !== undefined).length;
      expect(waiting / drawn.length).toBeCloseTo(targeted / 100, 1);
    }
  });

  test('are the same for the same spec, and move no others when one kind is asked for more', () => {
    property((faults, spec) => {
      expect(draw(spec)).toEqual(faults);
      const more = { ...spec.faults, kinds: { ...spec.faults.kinds, pause: 7 } };
      const others = (of: readonly PlannedFault[]): string[] =>
        of.filter(({ fault }) => fault !== 'pause').map((fault) => JSON.stringify(fault));
      expect(others(draw({ ...spec, faults: more }))).toEqual(others(faults));
    });
  });

  test('change only options that nodes may have differently', () => {
    const schema = protocols.find(({ name }) => name === 'vr')?.optionSchema ?? [];
    const open = schema.filter(({ mayDiffer }) => mayDiffer === true).map(({ name }) => name);
    const faults = { kinds: { 'version-change': 60 }, lastsMin: 1, lastsMax: 9, targeted: 0 };
    const changed = draw(specOf({ faults })).flatMap((fault) =>
      fault.fault === 'version-change' ? Object.keys(fault.options ?? {}) : [],
    );
    expect(open.length).toBeGreaterThan(1);
    expect(new Set(changed)).toEqual(new Set(open));
  });
});

describe('damage to a disk', () => {
  const damaged = specOf({
    faults: {
      kinds: Object.fromEntries(DAMAGE.map((kind) => [kind, 50])),
      lastsMin: 1_000,
      lastsMax: 50_000,
      targeted: 50,
    },
  });

  test('mostly brings a crash of its node along, soon enough to be met', () => {
    const faults = draw(damaged);
    const crashes = faults.filter(({ fault }) => fault === 'crash');
    const damage = faults.filter(({ fault }) => fault !== 'crash');
    expect(crashes.length / damage.length).toBeGreaterThan(0.6);
    expect(crashes.length / damage.length).toBeLessThan(0.9);
    for (const crash of crashes) {
      const met = damage.filter((fault) => isMet(fault, crash));
      expect(met.length).toBeGreaterThan(0);
    }
  });

  function isMet(damage: PlannedFault, crash: PlannedFault): boolean {
    const [, [node] = []] = nodesOf(damage)[0] ?? [];
    const [, [crashed] = []] = nodesOf(crash)[0] ?? [];
    const from = damage.when?.after ?? damage.at ?? 0;
    const to = crash.when?.after ?? crash.at ?? 0;
    const isSameMark =
      damage.when?.mark === crash.when?.mark && damage.when?.nth === crash.when?.nth;
    return node === crashed && isSameMark && to > from && to <= from + (damage.lasts ?? 0);
  }
});

describe('a run of drawn faults', () => {
  const every = Object.fromEntries(faultKinds.map((kind) => [kind, 2]));

  test.each([
    [1, 0],
    [1, 1],
    [2, 0],
    [2, 3],
    [7, 5],
  ])('of %i replicas and %i clients goes to its end', (replicas, clients) => {
    for (const seed of ['0x1', '0x2', '0x3']) {
      const faults = { kinds: every, lastsMin: 100, lastsMax: 40_000, targeted: 50 };
      for (const withinClaims of [true, false]) {
        const spec = specOf({ seed, replicas, clients, faults, withinClaims, oracles: [] });
        const { ended } = run({ ...spec, workload: { ...spec.workload, operations: 20 } });
        expect(['quiet', 'bound']).toContain(ended.how);
      }
    }
  });

  test('has faults of every kind that take effect', () => {
    const fired = new Set<FaultKind>();
    for (const seed of ['0x1', '0x2', '0x3', '0x4']) {
      const faults = { kinds: every, lastsMin: 100, lastsMax: 40_000, targeted: 30 };
      const world = specOf({ seed, faults, withinClaims: false, oracles: [] });
      const options = { ...world.options, durability: 'durable' };
      const { spec, faults: outcomes } = run({ ...world, options });
      for (const [index, { status }] of outcomes.entries()) {
        const kind = spec.plan.faults[index]?.fault;
        if (status === 'fired' && kind !== undefined) fired.add(kind);
      }
    }
    // Viewstamped Replication cannot be asked for other members.
    expect([...faultKinds].filter((kind) => !fired.has(kind))).toEqual(['reconfigure']);
  });
});
